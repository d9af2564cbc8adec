//! A service that runs: listeners, store, callers and figures put together, until it is told to stop.

use crate::admin::{self, Admin};
use crate::api::Untagd;
use crate::configuration::Loaded;
use crate::database::{self, Missing};
use crate::docs;
use crate::front::{self, Listener};
use crate::metrics::Metrics;
use crate::open_files::ADMIN_CONNECTIONS;
use crate::problem::Problem;
use crate::ready::{self, Ready, Sample};
use crate::settings::Settings;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use untag_store::Store;

/// A service that has its ports and its database, and takes no request yet.
#[derive(Debug)]
pub struct Service {
    settings: Settings,
    listener: Listener,
    admin_listener: Listener,
    store: Arc<dyn Store>,
    api: Untagd,
    metrics: Arc<Metrics>,
}

impl Service {
    /// Opens the database and the ports.
    ///
    /// # Errors
    /// One of them cannot be had.
    pub async fn prepare(loaded: Loaded) -> Result<Self, Problem> {
        let Loaded { settings, authenticator, authorization, .. } = loaded;
        let cannot = |error: front::BindError| Problem::new(error.to_string());
        let listener = Listener::bind(settings.listen, settings.tls.clone()).await.map_err(cannot)?;
        let admin_listener = Listener::bind(settings.admin_listen, None).await.map_err(cannot)?;
        let store = database::open(&settings, Missing::Make).await?;
        let metrics = Arc::new(Metrics::new(Arc::clone(&store), listener.load(), Arc::clone(&authenticator)));
        let api = Untagd {
            store: Arc::clone(&store),
            authenticator,
            authorization,
            metrics: Arc::clone(&metrics),
            tls: listener.is_tls(),
        };
        Ok(Self { settings, listener, admin_listener, store, api, metrics })
    }

    /// The store, to be filled before the first request.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Where the contract is served: `https://127.0.0.1:8443`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let scheme = if self.listener.is_tls() { "https" } else { "http" };
        format!("{scheme}://{}", self.listener.address())
    }

    /// Where health and metrics are served.
    #[must_use]
    pub fn admin(&self) -> String {
        format!("http://{}", self.admin_listener.address())
    }

    /// Serves until `stop` is ready, finishes what is under way, and closes the store.
    ///
    /// # Errors
    /// The ready file cannot be written, or the store cannot be closed.
    pub async fn run(self, sample: Option<&Sample>, stop: impl Future<Output = ()>) -> Result<(), Problem> {
        let (endpoint, admin) = (self.endpoint(), self.admin());
        let Self { settings, listener, admin_listener, store, api, metrics } = self;
        let stopping = Arc::new(AtomicBool::new(false));
        let (stopped, stops) = watch::channel(());
        let admin_router = admin::router(Admin {
            store: Arc::clone(&store),
            metrics: Arc::clone(&metrics),
            stopping: Arc::clone(&stopping),
        });
        let admin_settings = front::Settings { connections: ADMIN_CONNECTIONS, ..settings.front.clone() };
        let admin_task = tokio::spawn(front::serve(
            admin_listener,
            admin_router,
            admin_settings,
            Arc::new(()),
            closed(stops),
        ));
        let told = settings
            .ready_file
            .as_deref()
            .map_or(Ok(()), |path| ready::write(path, &Ready { endpoint: &endpoint, admin: &admin, sample }));
        if let Err(problem) = told {
            drop(stopped);
            let _ = admin_task.await;
            // The first problem is the one to tell.
            let _ = store.close().await;
            return Err(problem);
        }
        tracing::info!(endpoint, admin, "taking requests");
        let mut router = untag_server::router(api).merge(admin::contract());
        if let Some(folder) = &settings.docs {
            router = router.merge(docs::router(folder));
        }
        let stop = async {
            stop.await;
            tracing::info!("stopping: no new connections; requests under way are answered");
            stopping.store(true, Ordering::Relaxed);
        };
        let drained = front::serve(listener, router, settings.front.clone(), metrics, stop).await;
        if drained.cut > 0 {
            tracing::warn!(
                connections = drained.cut,
                "cut off: their requests took longer than the drain timeout"
            );
        }
        // The operator's listener is the last to go: until here it tells that we are stopping.
        drop(stopped);
        let _ = admin_task.await;
        if let Some(path) = &settings.ready_file {
            // Whoever finds no file looks no further; one that stays behind is overwritten by the next start.
            let _ = std::fs::remove_file(path);
        }
        store.close().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Waits until the other end is dropped.
async fn closed(mut stops: watch::Receiver<()>) {
    while stops.changed().await.is_ok() {}
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// Signals cannot be received.
pub fn signals() -> Result<impl Future<Output = ()>, Problem> {
    let cannot = |error: std::io::Error| Problem::new(format!("signals cannot be received: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
