//! How a person ends a run: the first Ctrl-C or SIGTERM in order, the second at once.

use std::io;
use tokio::sync::watch;

/// What is asked of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Go on.
    #[default]
    Go,
    /// Take no further lines, and finish what is under way.
    Finish,
    /// End now.
    Now,
}

/// Listens to SIGINT and SIGTERM from now on.
///
/// # Errors
/// The process cannot listen to signals.
pub fn signals() -> io::Result<watch::Receiver<Stop>> {
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let (sender, receiver) = watch::channel(Stop::Go);
    tokio::spawn(async move {
        for asked in [Stop::Finish, Stop::Now] {
            #[cfg(unix)]
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            #[cfg(not(unix))]
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            let _ = sender.send(asked);
        }
        // The receivers go on seeing the last value only while there is a sender.
        sender.closed().await;
    });
    Ok(receiver)
}

/// Waits until at least this much is asked. Where nobody can ask any more, it waits for ever.
pub(super) async fn asked(stop: &mut watch::Receiver<Stop>, at_least: Stop) {
    if stop.wait_for(|asked| *asked >= at_least).await.is_err() {
        std::future::pending::<()>().await;
    }
}
