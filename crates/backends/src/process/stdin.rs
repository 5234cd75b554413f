//! The standard input of a running program. Owns who may close it: the writer by dropping it, or the one
//! who stops the program, whichever comes first.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};
use tokio::{io::AsyncWrite, net::unix::pipe::Sender};

/// Writes to a program's standard input. Dropping it closes the input; so does stopping the program, after
/// which writing fails with a broken pipe.
#[derive(Debug)]
pub struct StdinPipe(Shared);

/// The other hand on the same pipe, for the one who stops the program.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    pipe: Option<Sender>,
    /// A writer that waits for room must be woken when the pipe is closed under it.
    waiting: Option<Waker>,
}

impl StdinPipe {
    pub(super) fn new(pipe: Sender) -> (Self, Shared) {
        let shared = Shared(Arc::new(Mutex::new(Inner {
            pipe: Some(pipe),
            waiting: None,
        })));
        (Self(shared.clone()), shared)
    }

    fn with_pipe<T>(
        &self,
        cx: &mut Context<'_>,
        act: impl FnOnce(Pin<&mut Sender>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut inner = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pipe) = &mut inner.pipe else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        let done = act(Pin::new(pipe), cx);
        inner.waiting = done.is_pending().then(|| cx.waker().clone());
        done
    }
}

impl Shared {
    pub(super) fn close(&self) {
        let waiting = {
            let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            inner.pipe = None;
            inner.waiting.take()
        };
        if let Some(writer) = waiting {
            writer.wake();
        }
    }
}

impl Drop for StdinPipe {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl AsyncWrite for StdinPipe {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with_pipe(cx, |pipe, cx| pipe.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with_pipe(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.close();
        Poll::Ready(Ok(()))
    }
}
