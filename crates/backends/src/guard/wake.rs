//! What can wake a guard: an ended child, TERM, the death of our parent, a word from it, time. Owns the signal
//! handlers and the wait for the instance lock; never decides what follows.

use super::wire::Failure;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::{
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read},
    os::unix::net::UnixStream,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};

/// Readable ends of what can wake us besides the parent's words.
pub(super) struct Wake {
    child: UnixStream,
    term: UnixStream,
    /// `None` once it has spoken: it stays readable for ever.
    owner_died: Option<UnixStream>,
}

/// What a wait ended with; an ended child or time out need no word, as they are looked for each time.
pub(super) struct Woken {
    /// The program is to end: we were told to terminate, or our parent is dead.
    pub stop: bool,
    /// The control channel has something to read, perhaps its end.
    pub heard: bool,
}

impl Wake {
    /// From here on nothing is missed.
    pub(super) fn listen(instance_lock: &Path) -> Result<Self, Failure> {
        // A handler that does nothing, not "ignore": ignoring is inherited by the program. Whether a hang-up or
        // a Ctrl-C ends anything is for the parent to decide.
        for signal in [SIGHUP, SIGINT, SIGQUIT] {
            let unread = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal, unread)
                .map_err(Failure::of_guard("cannot hold out against signals"))?;
        }
        Ok(Self {
            child: on_signal(SIGCHLD)
                .map_err(Failure::of_guard("cannot hear of ended children"))?,
            term: on_signal(SIGTERM).map_err(Failure::of_guard("cannot hear TERM"))?,
            owner_died: Some(on_release(instance_lock)?),
        })
    }

    /// Waits until something happens or the time is up. `control` is left out once the parent hung up.
    pub(super) fn wait(
        &mut self,
        control: Option<&UnixStream>,
        at_most: Option<Duration>,
    ) -> Woken {
        let timeout = at_most.and_then(|time| Timespec::try_from(time).ok());
        let sources = [
            Some(&self.child),
            Some(&self.term),
            self.owner_died.as_ref(),
            control,
        ];
        let mut fds: Vec<PollFd<'_>> = sources
            .into_iter()
            .flatten()
            .map(|source| PollFd::new(source, PollFlags::IN))
            .collect();
        // An interrupted wait has nothing to report; the next one will.
        let ready = poll(&mut fds, timeout.as_ref()).is_ok();
        let mut states = fds.iter().map(|fd| ready && !fd.revents().is_empty());
        let [child, term, owner_died, heard] =
            sources.map(|source| source.is_some() && states.next() == Some(true));
        if child {
            drain(&self.child);
        }
        if term {
            drain(&self.term);
        }
        if owner_died {
            self.owner_died = None;
        }
        Woken {
            stop: term || owner_died,
            heard,
        }
    }
}

/// A stream that becomes readable on each arrival of `signal`.
fn on_signal(signal: i32) -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    signal_hook::low_level::pipe::register(signal, write)?;
    Ok(read)
}

/// A stream that ends when the owner of the instance lock dies.
///
/// A lock is released by the kernel whatever the owner died of, and it cannot come to mean somebody else, as a
/// pid can. Ours is shared and let go at once, so that guards are not in each other's way, nor in that of a
/// prober.
fn on_release(path: &Path) -> Result<UnixStream, Failure> {
    let lock = File::open(path).map_err(Failure::of_guard("cannot open the instance lock"))?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) => {
            return Err(Failure::Guard {
                why: "nobody holds the instance lock".into(),
            });
        }
        Err(TryLockError::Error(error)) => {
            return Err(Failure::of_guard("cannot ask for the instance lock")(error));
        }
    }
    let (read, write) = UnixStream::pair().map_err(Failure::of_guard("cannot make a channel"))?;
    let waiting = move || {
        while lock
            .lock_shared()
            .is_err_and(|error| error.kind() == ErrorKind::Interrupted)
        {}
        // A lock that can no longer be waited for counts as a dead owner: better a turn cut short than a
        // program nobody watches.
        drop(write);
    };
    thread::Builder::new()
        .spawn(waiting)
        .map_err(Failure::of_guard("cannot wait for the instance lock"))?;
    Ok(read)
}

fn drain(mut from: &UnixStream) {
    let mut scrap = [0; 64];
    while from.read(&mut scrap).is_ok_and(|count| count > 0) {}
}
