//! Named gates: places where a scripted answer waits until a test lets it go on. Owns who waits and what is open;
//! never times out, because the one who waits ends when its client goes away.

use std::collections::BTreeMap;

use tokio::sync::watch;

/// A gate of this name never opens: a stall.
const FOREVER: &str = "forever";

#[derive(Debug, Default)]
struct Gate {
    open: bool,
    waiting: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Gates(watch::Sender<BTreeMap<String, Gate>>);

impl Gates {
    /// Opens a gate for good, whether somebody waits there already or not.
    pub fn open(&self, name: &str) {
        if name != FOREVER {
            self.change(name, |gate| gate.open = true);
        }
    }

    /// Resolves when somebody stands at that gate.
    pub async fn waiting(&self, name: &str) {
        self.until(name, |gate| gate.waiting > 0).await;
    }

    /// Stands at the gate until it opens; dropping the future is leaving.
    pub async fn pass(&self, name: &str) {
        let _standing = Standing::at(self, name);
        self.until(name, |gate| gate.open).await;
    }

    async fn until(&self, name: &str, reached: impl Fn(&Gate) -> bool) {
        // The sender is `self`, so the channel cannot close while we wait.
        let _ = self
            .0
            .subscribe()
            .wait_for(|gates| gates.get(name).is_some_and(&reached))
            .await;
    }

    fn change(&self, name: &str, with: impl FnOnce(&mut Gate)) {
        self.0
            .send_modify(|gates| with(gates.entry(name.to_owned()).or_default()));
    }
}

/// One waiter, counted for as long as it exists.
struct Standing<'a> {
    gates: &'a Gates,
    name: &'a str,
}

impl<'a> Standing<'a> {
    fn at(gates: &'a Gates, name: &'a str) -> Self {
        gates.change(name, |gate| gate.waiting += 1);
        Self { gates, name }
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.gates.change(self.name, |gate| gate.waiting -= 1);
    }
}
