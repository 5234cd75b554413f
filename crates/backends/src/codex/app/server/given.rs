//! The MCP servers that a thread was loaded with: Codex keeps them with the thread, and for a while after it was let go.

use std::time::Duration;

use tokio::time::sleep;

use super::{Attendant, Server, Tools};
use crate::process::marked::{self, Held};

/// So long a server has to read the answer with which a turn ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// The MCP servers of a thread.
pub(super) struct Given {
    /// Tells this set from others.
    print: u64,
    /// What their processes carry, if they have any.
    pub(super) mark: Option<String>,
}

/// Processes that are to end soon.
pub(super) struct Parting {
    held: Held,
    mark: String,
}

impl Server {
    /// A thread is loaded with these MCP servers. Says whether it starts them, which it does unless it had them.
    pub(in crate::codex::app) fn has_tools(&self, thread: &str, tools: &Tools) -> bool {
        let given = Given {
            print: tools.print(),
            mark: tools.mark().map(str::to_owned),
        };
        let print = given.print;
        let before = self.shared.lock().tools.insert(thread.to_owned(), given);
        before.is_none_or(|before| before.print != print)
    }

    /// Whether a thread is loaded with other MCP servers than these.
    pub(in crate::codex::app) fn has_other_tools(&self, thread: &str, tools: &Tools) -> bool {
        let inner = self.shared.lock();
        let given = inner.tools.get(thread);
        given.is_some_and(|given| given.print != tools.print())
    }

    /// Ends the MCP servers of a thread, which Codex would keep for a while. A thread that goes on has others from now on,
    /// whatever these are.
    pub(in crate::codex::app) fn end_tools(&self, thread: &str) {
        if let Some(mark) = self.takes_mark(thread) {
            marked::kill_below(self.root, &mark);
        }
    }

    /// The same, once they have had the time to read the answer with which a turn ended.
    pub(in crate::codex::app) fn end_tools_soon(&self, thread: &str) {
        if let Some(mark) = self.takes_mark(thread) {
            let held = marked::hold_below(self.root, &mark);
            self.shared.lock().parting.push(Parting { held, mark });
            self.shared.parts.notify_one();
        }
    }

    fn takes_mark(&self, thread: &str) -> Option<String> {
        let mut inner = self.shared.lock();
        let given = inner.tools.get_mut(thread)?;
        given.print = !given.print;
        given.mark.take()
    }
}

impl Attendant {
    /// Ends in a while those that are to end soon.
    pub(super) fn see_off(&mut self) {
        let parting = std::mem::take(&mut self.shared.lock().parting);
        for Parting { held, mark } in parting {
            self.tree.accompany(async move {
                sleep(FAREWELL).await;
                held.kill(&mark);
            });
        }
    }
}
