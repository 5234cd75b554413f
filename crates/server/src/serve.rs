//! Taking connections. Owns the accept loop and how a connection ends; knows nothing of what is asked.

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use switchboard_engine::Supervisor;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{
    app::{App, Shared},
    routes,
};

/// Connections at once; further ones wait in the system's queue.
const MOST: usize = 8192;

/// How long a client may take over the head of a request, and how long an idle connection stays.
const HEAD: Duration = Duration::from_secs(30);

/// After a failed accept (no file descriptors are left, mostly), how long until the next.
const BREATHE: Duration = Duration::from_millis(100);

/// Serves until the supervisor says to stop: then no new connection is taken, event streams end, and
/// requests under way are answered.
pub async fn serve(app: App, listener: TcpListener, supervisor: Supervisor) -> io::Result<()> {
    let router = router(app, &supervisor);
    let stop = supervisor.soft();
    let seats = Arc::new(Semaphore::new(MOST));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            accepted = accept(&listener, &seats) => accepted,
        };
        match accepted {
            Ok((stream, seat)) => {
                supervisor.spawn(
                    "connection",
                    connection(stream, router.clone(), supervisor.clone(), seat),
                );
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATHE).await;
            }
        }
    }
}

/// Everything that answers requests, without a listener: for tests.
pub fn router(app: App, supervisor: &Supervisor) -> Router {
    routes::router(Shared::new(app, supervisor))
}

async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let seat = seats
        .clone()
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    // Small events must not wait for the acknowledgement of the one before: 44 ms instead of 0.5.
    stream.set_nodelay(true)?;
    Ok((stream, seat))
}

async fn connection(
    stream: TcpStream,
    router: Router,
    supervisor: Supervisor,
    seat: OwnedSemaphorePermit,
) {
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    let (soft, hard) = (supervisor.soft(), supervisor.hard());
    tokio::select! {
        // A client that goes away is no news.
        _ = served.as_mut() => {}
        () = soft.cancelled() => {
            served.as_mut().graceful_shutdown();
            tokio::select! {
                _ = served => {}
                () = hard.cancelled() => {}
            }
        }
    }
    drop(seat);
}
