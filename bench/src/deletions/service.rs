//! The service in this process, on an SQLite database of its own.

use super::data::{self, Left, TAGS};
use crate::load;
use crate::server::Server;
use crate::{Outcome, number};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;
use untag_identity::{Authenticator, Configuration};
use untag_service::api::Untagd;
use untag_service::authorization::Authorization;
use untag_service::front::Load;
use untag_service::metrics::Metrics;
use untag_store::Store;
use untag_store::sqlite::{SqliteOptions, SqliteStore};

/// One round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    /// Requests per second.
    pub(super) rate: f64,
    /// Seconds from one commit to the next.
    pub(super) commit: f64,
    /// The latency that 99 of 100 requests stay within, in seconds.
    pub(super) p99: f64,
}

/// A service whose tags are deleted one by one.
pub(super) struct Service {
    server: Server,
    store: Arc<dyn Store>,
    left: Left<(usize, usize)>,
}

impl Service {
    /// Starts one with so many resources, in a new file.
    pub(super) fn start(
        runtime: &Runtime,
        file: &Path,
        options: SqliteOptions,
        resources: usize,
    ) -> Outcome<Self> {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(file, options)?);
        data::fill(runtime, &*store, resources, TAGS)?;
        let callers = Configuration::parse(&data::callers(), Path::new("bench"))?;
        let authorization = Authorization::load(&[], "bench", None).map_err(|_| "no policy can be wrong")?;
        let authenticator = Arc::new(Authenticator::new(&callers)?);
        let metrics = Metrics::new(Arc::clone(&store), Arc::new(Load::default()), Arc::clone(&authenticator));
        let api = Untagd {
            store: Arc::clone(&store),
            authenticator,
            authorization: Arc::new(authorization),
            metrics: Arc::new(metrics),
            tls: false,
        };
        let server = Server::start(untag_server::router(api))?;
        Ok(Self { server, store, left: Left::tags(resources) })
    }

    /// Deletes so many tags, one a request.
    pub(super) fn delete(&self, runtime: &Runtime, connections: usize, deletions: usize) -> Outcome<Round> {
        let chosen = self.left.take(deletions)?;
        self.send(runtime, connections, chosen.into_iter().map(data::one).collect())
    }

    /// Sends each of these requests once.
    pub(super) fn send(
        &self,
        runtime: &Runtime,
        connections: usize,
        requests: Vec<Vec<u8>>,
    ) -> Outcome<Round> {
        let before = self.store.load();
        let count = requests.len();
        let answered = runtime.block_on(load::each(&[self.server.address], connections, requests))?;
        let commits = self.store.load().commits - before.commits;
        Ok(Round {
            rate: number(count) / answered.seconds,
            commit: answered.seconds / number(usize::try_from(commits)?),
            p99: answered.within(0.99),
        })
    }
}
