//! An upstream that listens nowhere: whoever holds it makes a connection to it, in memory. Owns that door; what is answered
//! behind it is what all others are answered.

use std::io;
use std::sync::Arc;

use axum::serve::Listener;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

use crate::server::routes;
use crate::shared::{Persona, Shared, Transport};

/// What one side may write before the other reads.
const BUFFER: usize = 64 * 1024;
/// Connections that wait to be taken; they are taken at once.
const WAITING: usize = 16;

/// A running upstream without a port. Dropping it stops it.
#[derive(Debug)]
pub struct Inside {
    shared: Arc<Shared>,
    calls: mpsc::Sender<DuplexStream>,
}

impl Inside {
    /// Begins to answer. It remembers no request: nobody looks at them, and they hold what people wrote.
    pub fn start(persona: Persona) -> Self {
        let shared = Arc::new(Shared::new(Transport::PostOnly, persona, 0));
        let (calls, called) = mpsc::channel(WAITING);
        let server = axum::serve(Calls(called), routes(&shared))
            .with_graceful_shutdown(shared.stop.clone().cancelled_owned());
        shared.tasks.spawn(async move {
            // Serving only ends through the stop token.
            let _ = server.await;
        });
        Self { shared, calls }
    }

    /// One connection, over which HTTP/1.1 is spoken.
    pub async fn connect(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        let taken = self.calls.send(theirs).await;
        taken.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        Ok(ours)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// The connections as they are made.
struct Calls(mpsc::Receiver<DuplexStream>);

impl Listener for Calls {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            // Whoever could call is gone, and the stop token with them.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(())
    }
}
