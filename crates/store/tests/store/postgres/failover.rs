//! Servers that die under load, and come back, or another takes their place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use untag_postgres::Cluster;
use untag_store::postgres::{PostgresOptions, PostgresStore};
use untag_store::{AuditFilter, Outcome, ResourceKey, Store, Tags};

use super::until;
use crate::support::postgres::stranger;
use crate::support::{allow, any, by, desktop, done, tenant, unavailable, untag};

const TASKS: usize = 16;
const KEYS: usize = 300;

/// Deletions that run until they are told to stop, each of a tag of its own, and what was answered.
struct Traffic {
    acknowledged: Arc<AtomicUsize>,
    enough: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<Vec<(ResourceKey, String)>>>,
}

impl Traffic {
    async fn start(store: &Arc<PostgresStore>) -> Self {
        let tags: BTreeMap<String, String> =
            (0..KEYS).map(|key| (format!("key{key}"), format!("{key}"))).collect();
        let tags = Tags { tags, ..Tags::default() };
        store
            .upsert((0..TASKS).map(|task| (desktop(&format!("d{task}")), tags.clone())).collect())
            .await
            .unwrap();
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let enough = Arc::new(AtomicUsize::new(usize::MAX));
        let tasks = (0..TASKS)
            .map(|task| {
                let store = Arc::clone(store);
                let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
                tokio::spawn(async move {
                    let desktop = desktop(&format!("d{task}"));
                    let mut gone = Vec::new();
                    for key in (0..KEYS).map(|key| format!("key{key}")) {
                        if acknowledged.load(Ordering::SeqCst) >= enough.load(Ordering::SeqCst) {
                            break;
                        }
                        let deletion = untag(&desktop, vec![any(&key)], by(&format!("r{task}-{key}"), 1));
                        let answer = store.delete(deletion, allow()).await;
                        // Whoever asks learns nothing of all this: the store tries again by itself.
                        assert!(matches!(answer, Ok(Outcome::Done { .. })), "{answer:?}");
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                        gone.push((desktop.clone(), key));
                        // Leaves time for the servers to change places before all tags are gone.
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    gone
                })
            })
            .collect();
        Self { acknowledged, enough, tasks }
    }

    /// Waits until so many more deletions were acknowledged.
    async fn more(&self, number: usize) {
        let goal = self.acknowledged.load(Ordering::SeqCst) + number;
        let reached = async {
            while self.acknowledged.load(Ordering::SeqCst) < goal {
                assert!(!self.tasks.iter().any(tokio::task::JoinHandle::is_finished), "deletions go on");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), reached).await.expect("service resumes by itself");
    }

    /// Stops, and compares what was answered with what is there and what is on record.
    async fn stop_and_check(self, store: &PostgresStore) {
        self.enough.store(0, Ordering::SeqCst);
        let mut answered = Vec::new();
        for task in self.tasks {
            answered.extend(task.await.unwrap());
        }
        let there: BTreeMap<ResourceKey, Tags> = store.scan(None, 1000).await.unwrap().into_iter().collect();
        let mut recorded: BTreeMap<(ResourceKey, String), usize> = BTreeMap::new();
        for row in store.audit(AuditFilter::default(), None, 100_000).await.unwrap() {
            *recorded.entry((row.resource, row.key)).or_default() += 1;
        }
        for (desktop, key) in &answered {
            assert!(
                !there[desktop].tags.contains_key(key),
                "{desktop:?} has {key} again, whose removal was answered"
            );
        }
        for (desktop, tags) in &there {
            for key in (0..KEYS).map(|key| format!("key{key}")) {
                let rows = recorded.remove(&(desktop.clone(), key.clone())).unwrap_or(0);
                assert_eq!(rows, usize::from(!tags.tags.contains_key(&key)), "{desktop:?} {key}");
            }
        }
        assert!(recorded.is_empty(), "{recorded:?}");
    }
}

/// Long enough for any server to come back on a busy machine.
fn patient() -> PostgresOptions {
    PostgresOptions { deadline: Duration::from_mins(1), ..PostgresOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crashed_server_loses_nothing_and_service_resumes() {
    let server = Arc::new(tokio::task::spawn_blocking(Cluster::new).await.unwrap());
    let store = Arc::new(PostgresStore::connect(&server.url("postgres"), patient()).await.unwrap());
    let traffic = Traffic::start(&store).await;
    for _ in 0..2 {
        traffic.more(200).await;
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.crash_and_restart()).await.unwrap();
    }
    traffic.more(200).await;
    store.ready().await.unwrap();
    traffic.stop_and_check(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promoted_standby_has_all_that_was_acknowledged() {
    let (primary, standby) = tokio::task::spawn_blocking(|| {
        let primary = Cluster::new();
        let standby = primary.standby("follower");
        (primary, standby)
    })
    .await
    .unwrap();
    let url = primary.url("postgres");
    let operator = stranger(&url).await;
    operator.batch_execute("ALTER SYSTEM SET synchronous_standby_names = 'follower'").await.unwrap();
    operator.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    let follows = "SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')";
    until(&url, follows).await;

    let both = format!(
        "host=127.0.0.1,127.0.0.1 port={},{} user=postgres dbname=postgres target_session_attrs=read-write",
        primary.port(),
        standby.port()
    );
    // The standby comes first in the list of one, so that a server that does not accept writes is passed over.
    let other_way_round = format!(
        "host=127.0.0.1,127.0.0.1 port={},{} user=postgres dbname=postgres",
        standby.port(),
        primary.port()
    );
    let store = Arc::new(PostgresStore::connect(&both, patient()).await.unwrap());
    let other = PostgresStore::connect(&other_way_round, patient()).await.unwrap();
    other.ready().await.unwrap();

    // While no standby confirms, nothing is acknowledged, not even when the statement's time is up.
    store.upsert(vec![(desktop("unconfirmed"), tenant(&[("a", "1"), ("b", "2")]))]).await.unwrap();
    let hasty = PostgresOptions {
        deadline: Duration::from_secs(4),
        statement_timeout: Duration::from_millis(200),
        ..PostgresOptions::default()
    };
    let hasty = PostgresStore::connect(&both, hasty).await.unwrap();
    let standby = tokio::task::spawn_blocking(move || {
        standby.crash();
        standby
    })
    .await
    .unwrap();
    unavailable(hasty.delete(untag(&desktop("unconfirmed"), vec![any("a")], by("r1", 1)), allow()).await);
    let standby = tokio::task::spawn_blocking(move || {
        standby.start_again();
        standby
    })
    .await
    .unwrap();
    until(&url, follows).await;
    // It was committed as a whole, as the error said it may.
    assert_eq!(
        other.delete(untag(&desktop("unconfirmed"), vec![any("a")], by("r2", 2)), allow()).await.unwrap(),
        done(0)
    );
    assert_eq!(other.get(desktop("unconfirmed")).await.unwrap(), Some(tenant(&[("b", "2")])));
    let operator = stranger(&url).await;
    operator.batch_execute("DELETE FROM audit; DELETE FROM tags; DELETE FROM resources").await.unwrap();

    let traffic = Traffic::start(&store).await;
    traffic.more(300).await;
    let (primary, standby) = tokio::task::spawn_blocking(move || {
        standby.promote();
        primary.crash();
        (primary, standby)
    })
    .await
    .unwrap();
    traffic.more(300).await;
    store.ready().await.unwrap();
    traffic.stop_and_check(&store).await;
    // The other one finds the new primary as well, and sees the same.
    assert_eq!(other.scan(None, 1000).await.unwrap(), store.scan(None, 1000).await.unwrap());
    drop((primary, standby));
}
