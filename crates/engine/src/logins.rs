//! Watches the backends: notices that somebody signed in or out, installed a program or took it away, whatever way they
//! went. Owns when that is looked at; what is found is the registry's, and a login is its program's.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::Engine;

/// How often to look. Where nothing changed, that is a look at the time of a file.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until this process is asked to stop.
pub(crate) async fn run(engine: Engine) {
    let soft = engine.supervisor().soft();
    let mut news = engine.registry().news().listen();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = soft.cancelled() => return,
            _ = look.tick() => {}
            rung = news.changed() => if rung.is_err() { return },
        }
        for spec in engine.registry().specs() {
            engine.registry().probe(&spec.name).await;
        }
    }
}
