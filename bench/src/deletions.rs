//! The service: durable deletions over loopback, beside the same service with a commit for each, and beside SQLite alone.

use crate::budget::Budget;
use crate::example::PROJECT;
use crate::load;
use crate::report::{Goal, Hope, Section, rate, time};
use crate::rounds::alternate;
use crate::server::Server;
use crate::{Outcome, clock, progress};
use rusqlite::{Connection, params};
use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use untag_identity::{Authenticator, Configuration};
use untag_service::api::Untagd;
use untag_service::authorization::Authorization;
use untag_service::front::Load;
use untag_service::metrics::Metrics;
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{ResourceKey, Store, Tags};

/// How many connections ask at a time.
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];

/// Tags of each resource.
const TAGS: usize = 10;

/// Deletions that SQLite alone puts into one transaction.
const TRANSACTION: usize = 256;

/// The token of the one caller, and its SHA-256.
const TOKEN: &str = "example-token";
const TOKEN_SHA256: &str = "4d1566a1d7df42a8517456d60ea06ed284e535cfe4c956aa6ee172dbcdf945f7";

/// Measures durable deletions.
pub(crate) fn measure(budget: &Budget) -> Outcome<Section> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    // Below the working folder: what is usually a disk, where a temporary folder may be memory.
    std::fs::create_dir_all("target/bench")?;
    let folder = TempDir::new_in("target/bench")?;
    // Beside the rounds against the other service: one for the warm-up, and those against SQLite alone.
    let needed = CONNECTIONS.len() * (2 * budget.durable + 1) * budget.deletions + budget.deletions;
    let shared = Service::start(&runtime, folder.path(), "shared", SqliteOptions::default(), needed)?;
    let single = SqliteOptions { batch: 1, ..SqliteOptions::default() };
    let single = Service::start(&runtime, folder.path(), "single", single, needed)?;
    let raw = Raw::open(&runtime, folder.path(), needed)?;
    let mut section = Section {
        title: "Durable deletions",
        method: format!(
            "Single-tag deletions over loopback, each answered when it and its audit row are on the disk, scattered over \
             resources with {TAGS} tags. *alone* is the same service with a commit for each deletion. SQLite alone makes the \
             same writes, {TRANSACTION} deletions in a transaction: {}. This disk: {} fdatasync/s.",
            rate(raw.rate(budget.deletions)?),
            rate(syncs(folder.path())?),
        ),
        columns: &[
            "connections",
            "service",
            "alone",
            "rate ratio",
            "of SQLite alone",
            "a commit",
            "p99",
            "p99 / commit",
        ],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for connections in CONNECTIONS {
        progress::say(&format!("deleting tags on {connections} connections"));
        let run = |service: &Service| service.run(&runtime, connections, budget.deletions);
        run(&shared)?;
        run(&single)?;
        let beside = alternate(budget.durable, || run(&shared), || run(&single))?;
        let raw_rounds = alternate(
            budget.durable,
            || run(&shared),
            || raw.rate(budget.deletions).map(|rate| Round { rate, commit: f64::NAN, p99: f64::NAN }),
        )?;
        let (ratio, of_raw) = (beside.ratio(|round| round.rate), raw_rounds.ratio(|round| round.rate));
        let in_commits = beside.ours(|round| round.p99 / round.commit);
        section.rows.push(vec![
            connections.to_string(),
            rate(beside.ours(|round| round.rate).median),
            rate(beside.other(|round| round.rate).median),
            ratio.to_string(),
            of_raw.to_string(),
            time(beside.ours(|round| round.commit).median),
            time(beside.ours(|round| round.p99).median),
            in_commits.to_string(),
        ]);
        let mut goal = |figure: String, hope, measured| section.goals.push(Goal { figure, hope, measured });
        if connections == 64 {
            goal(
                "service: deletions/s over a commit for each, 64 connections".to_owned(),
                Hope::AtLeast(1.0),
                ratio.median,
            );
            goal(
                "service: p99 in commit times, 64 connections".to_owned(),
                Hope::AtMost(3.0),
                in_commits.median,
            );
        }
        if connections == 256 {
            goal(
                "service: deletions/s over SQLite alone, 256 connections".to_owned(),
                Hope::AtLeast(0.7),
                of_raw.median,
            );
        }
    }
    Ok(section)
}

/// One round.
#[derive(Clone, Copy, Debug)]
struct Round {
    /// Deletions per second.
    rate: f64,
    /// Seconds from one commit to the next.
    commit: f64,
    /// The latency that 99 of 100 requests stay within, in seconds.
    p99: f64,
}

/// A service on a database of its own.
struct Service {
    server: Server,
    store: Arc<dyn Store>,
    /// What has not been deleted yet.
    left: RefCell<Vec<(usize, usize)>>,
}

impl Service {
    fn start(
        runtime: &Runtime,
        folder: &Path,
        name: &str,
        options: SqliteOptions,
        tags: usize,
    ) -> Outcome<Self> {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(database(folder, name), options)?);
        fill(runtime, &*store, tags)?;
        let callers = format!(
            "[[users]]\nid = \"bench\"\nname = \"bench\"\naccount = \"bench\"\nis_account = true\n\
             projects = [\"{PROJECT}\"]\n[[tokens]]\nsha256 = \"{TOKEN_SHA256}\"\nuser = \"bench\"\n"
        );
        let callers = Configuration::parse(&callers, Path::new("bench"))?;
        let authorization = Authorization::load(&[], "bench", None).map_err(|_| "no policy can be wrong")?;
        let api = Untagd {
            store: Arc::clone(&store),
            authenticator: Arc::new(Authenticator::new(&callers)?),
            authorization: Arc::new(authorization),
            metrics: Arc::new(Metrics::new(Arc::clone(&store), Arc::new(Load::default()))),
            tls: false,
        };
        let server = Server::start(untag_server::router(api))?;
        Ok(Self { server, store, left: RefCell::new(scattered(tags)) })
    }

    fn run(&self, runtime: &Runtime, connections: usize, deletions: usize) -> Outcome<Round> {
        let chosen = take(&self.left, deletions)?;
        let requests = chosen.into_iter().map(|(resource, tag)| {
            format!(
                "DELETE /v2/{PROJECT}/desktops/desktop-{resource}/tags/key-{tag} HTTP/1.1\r\n\
                 host: bench\r\nx-auth-token: {TOKEN}\r\n\r\n"
            )
            .into_bytes()
        });
        let before = self.store.load();
        let answered = runtime.block_on(load::each(self.server.address, connections, requests.collect()))?;
        let commits = self.store.load().commits - before.commits;
        Ok(Round {
            rate: number(deletions) / answered.seconds,
            commit: answered.seconds / number(usize::try_from(commits)?),
            p99: answered.within(0.99),
        })
    }
}

/// SQLite alone, on a database like the service's.
struct Raw {
    connection: RefCell<Connection>,
    left: RefCell<Vec<(usize, usize)>>,
}

impl Raw {
    fn open(runtime: &Runtime, folder: &Path, tags: usize) -> Outcome<Self> {
        let path = database(folder, "raw");
        let store = SqliteStore::open(&path, SqliteOptions::default())?;
        fill(runtime, &store, tags)?;
        runtime.block_on(store.close())?;
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(Self { connection: RefCell::new(connection), left: RefCell::new(scattered(tags)) })
    }

    /// Deletions per second.
    fn rate(&self, deletions: usize) -> Outcome<f64> {
        const DELETE: &str = "DELETE FROM tags WHERE project_id = ?1 AND resource_type = 'desktop' AND resource_id = ?2 \
                              AND system = 0 AND key = ?3";
        const AUDIT: &str = "INSERT INTO audit (at, request_id, ordinal, action, project_id, resource_type, resource_id, \
                             system, key, value, caller) VALUES (?1, ?2, 0, 'delete', ?3, 'desktop', ?4, 0, ?5, ?6, 'bench/bench')";
        let chosen = take(&self.left, deletions)?;
        let mut connection = self.connection.borrow_mut();
        let start = clock::now();
        for (block, tags) in chosen.chunks(TRANSACTION).enumerate() {
            let transaction = connection.transaction()?;
            for (place, (resource, tag)) in tags.iter().enumerate() {
                let (resource_id, key) = (format!("desktop-{resource}"), format!("key-{tag}"));
                let gone = transaction.prepare_cached(DELETE)?.execute(params![PROJECT, resource_id, key])?;
                if gone != 1 {
                    return Err(format!("{resource_id} has no {key}").into());
                }
                let (at, request) = (i64::try_from(block)?, format!("{resource:016x}{place:08x}{tag:08x}"));
                let row = params![at, request, PROJECT, resource_id, key, value(*tag)];
                transaction.prepare_cached(AUDIT)?.execute(row)?;
            }
            transaction.commit()?;
        }
        Ok(number(deletions) / start.elapsed().as_secs_f64())
    }
}

/// How often in a second this disk takes a page for good.
fn syncs(folder: &Path) -> Outcome<f64> {
    const TIMES: usize = 200;
    let mut file = File::create(folder.join("syncs"))?;
    let start = clock::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    Ok(number(TIMES) / start.elapsed().as_secs_f64())
}

fn database(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.db"))
}

/// Resources with at least so many tags together.
fn fill(runtime: &Runtime, store: &dyn Store, tags: usize) -> Outcome<()> {
    progress::say("filling a database");
    let resources: Vec<usize> = (0..tags.div_ceil(TAGS)).collect();
    for chunk in resources.chunks(1000) {
        let chunk = chunk.iter().map(|resource| {
            let key = ResourceKey {
                project_id: PROJECT.to_owned(),
                resource_type: "desktop".to_owned(),
                resource_id: format!("desktop-{resource}"),
            };
            let tags = (0..TAGS).map(|tag| (format!("key-{tag}"), value(tag))).collect();
            (key, Tags { tags, ..Tags::default() })
        });
        runtime.block_on(store.upsert(chunk.collect()))?;
    }
    Ok(())
}

fn value(tag: usize) -> String {
    format!("value-{tag}")
}

/// Every tag once, neighbours far apart, in the same order each time.
fn scattered(tags: usize) -> Vec<(usize, usize)> {
    let resources = tags.div_ceil(TAGS);
    let mut all: Vec<(usize, usize)> =
        (0..TAGS).flat_map(|tag| (0..resources).map(move |resource| (resource, tag))).collect();
    // Multiplying by an odd constant shuffles 64-bit numbers one to one.
    all.sort_by_key(|(resource, tag)| ((resource * TAGS + tag) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    all
}

/// The next so many.
fn take(left: &RefCell<Vec<(usize, usize)>>, count: usize) -> Outcome<Vec<(usize, usize)>> {
    let mut left = left.borrow_mut();
    let rest = left.len().checked_sub(count).ok_or("there are not enough tags left to delete")?;
    Ok(left.split_off(rest))
}

#[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{TOKEN_SHA256, measure, scattered};
    use crate::budget::Budget;
    use std::collections::BTreeSet;

    #[test]
    fn every_tag_is_deleted_once() {
        let all = scattered(1000);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1000);
        assert_ne!(all[0].0 + 1, all[1].0);
        assert_eq!(TOKEN_SHA256.len(), 64);
    }

    #[test]
    fn a_small_run_gives_a_row_for_each_number_of_connections() {
        let section = measure(&Budget { durable: 1, deletions: 256, ..Budget::QUICK }).unwrap();
        assert_eq!(section.rows.len(), super::CONNECTIONS.len());
        assert_eq!(section.goals.len(), 3);
    }
}
