//! The bell of what is known of backends and never written: that a probe found something else, that a sign-in moved on,
//! that more of a plan is used. Owns no facts; whoever hears it looks.

use tokio::sync::watch;

/// The bell. All clones are one.
#[derive(Debug, Clone)]
pub struct News(watch::Sender<()>);

impl Default for News {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl News {
    /// Says that something is other than it was.
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    /// Hears every ring from now on, many in a row perhaps as one.
    pub fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
