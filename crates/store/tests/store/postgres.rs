//! What only PostgreSQL can do wrong: several programs on one database, locks, connections that break, servers that die.

mod failover;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use untag_postgres::shared;
use untag_store::postgres::{PostgresOptions, PostgresStore};
use untag_store::{AuditFilter, Authorize, Denial, Outcome, Restored, Store, StoreError};

use crate::support::postgres::{fresh, stranger};
use crate::support::{allow, any, by, desktop, done, tenant, unavailable, untag};

behaviour_suite!(fresh);

async fn connect(url: &str, options: PostgresOptions) -> PostgresStore {
    PostgresStore::connect(url, options).await.expect("the store connects")
}

/// Waits until a query answers `true`.
async fn until(url: &str, query: &str) {
    let observer = stranger(url).await;
    let comes_true = async {
        while !observer.query_one(query, &[]).await.unwrap().get::<_, bool>(0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), comes_true)
        .await
        .unwrap_or_else(|_| panic!("never true: {query}"));
}

/// True while somebody waits for a lock on a row in the database that is asked.
const SOMEBODY_WAITS: &str = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event_type = 'Lock')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_programs_share_one_database() {
    const KEYS: usize = 60;
    let url = shared().database();
    let stores =
        [connect(&url, PostgresOptions::default()).await, connect(&url, PostgresOptions::default()).await];
    let stores = stores.map(Arc::new);
    let desktop = desktop("d1");
    let keys: Vec<String> = (0..KEYS).map(|key| format!("key{key}")).collect();
    let tags: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "value")).collect();
    stores[0].upsert(vec![(desktop.clone(), tenant(&tags))]).await.unwrap();
    // Each tag is asked to go by every task of both stores.
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (store, desktop, keys) = (Arc::clone(&stores[task % 2]), desktop.clone(), keys.clone());
            tokio::spawn(async move {
                let mut removed = 0;
                for step in 0..KEYS / 2 {
                    let wanted = [2 * step, 2 * step + 1].map(|key| any(&keys[(key + task) % KEYS])).to_vec();
                    let deletion = untag(&desktop, wanted, by(&format!("r{task}-{step}"), 1));
                    match store.delete(deletion, allow()).await.unwrap() {
                        Outcome::Done { removed: more } => removed += more,
                        other => panic!("{other:?}"),
                    }
                }
                removed
            })
        })
        .collect();
    let mut removed = 0;
    for task in tasks {
        removed += task.await.unwrap();
    }
    assert_eq!(removed, KEYS);
    assert_eq!(stores[1].get(desktop).await.unwrap(), Some(tenant(&[])));
    assert_eq!(stores[1].audit(AuditFilter::default(), None, 1000).await.unwrap().len(), KEYS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_of_the_same_resources_do_not_fail_each_other() {
    let url = shared().database();
    let store = Arc::new(connect(&url, PostgresOptions::default()).await);
    let tasks: Vec<_> = (0..8_usize)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for step in 0..10 {
                    // In another order each time, and new resources among those that are there.
                    let mut numbers: Vec<usize> = (0..40).collect();
                    numbers.rotate_left((task * 5 + step * 3) % 40);
                    let value = format!("{task}-{step}");
                    let resources = numbers.iter().map(|number| {
                        (desktop(&format!("d{}", number + step * 10)), tenant(&[("a", &value)]))
                    });
                    store.upsert(resources.collect()).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.scan(None, 1000).await.unwrap().len(), 40 + 9 * 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_programs_may_start_at_once() {
    let url = shared().database();
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { connect(&url, PostgresOptions::default()).await })
        })
        .collect();
    for (number, start) in starts.into_iter().enumerate() {
        let store = start.await.unwrap();
        store.ready().await.unwrap();
        store.upsert(vec![(desktop(&format!("d{number}")), tenant(&[("a", "1")]))]).await.unwrap();
    }
    let observer = stranger(&url).await;
    let count =
        "SELECT count(*) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent WHERE relname = $1";
    for table in ["resources", "tags", "audit"] {
        let partitions: i64 = observer.query_one(count, &[&table]).await.unwrap().get(0);
        assert_eq!(partitions, 16, "{table}");
    }
}

#[tokio::test]
async fn partitions_are_a_choice() {
    let url = shared().database();
    let store = connect(&url, PostgresOptions { partitions: 0, ..PostgresOptions::default() }).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1")]))]).await.unwrap();
    assert_eq!(
        store.delete(untag(&desktop("d1"), vec![any("a")], by("r1", 1)), allow()).await.unwrap(),
        done(1)
    );
    let observer = stranger(&url).await;
    let plain =
        "SELECT count(*) FROM pg_class WHERE relname IN ('resources', 'tags', 'audit') AND relkind = 'r'";
    assert_eq!(observer.query_one(plain, &[]).await.unwrap().get::<_, i64>(0), 3);
    // A later choice changes nothing.
    let later = connect(&url, PostgresOptions::default()).await;
    assert_eq!(later.get(desktop("d1")).await.unwrap(), Some(tenant(&[])));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let url = shared().database();
    let store = connect(&url, PostgresOptions::default()).await;
    stranger(&url).await.execute("UPDATE untag_schema SET version = version + 41", &[]).await.unwrap();
    let newer = |error: &StoreError| matches!(error, StoreError::NewerSchema { found, known } if *found == known + 41);
    let refused = PostgresStore::connect(&url, PostgresOptions::default()).await.unwrap_err();
    assert!(newer(&refused), "{refused:?}");
    let unready = store.ready().await.unwrap_err();
    assert!(newer(&unready), "{unready:?}");
}

#[tokio::test]
async fn daily_service_needs_no_right_to_change_the_schema() {
    let url = shared().database();
    connect(&url, PostgresOptions::default()).await;
    let operator = stranger(&url).await;
    let rights = "CREATE ROLE daily LOGIN; GRANT SELECT ON untag_schema TO daily; \
                  GRANT SELECT, INSERT, UPDATE, DELETE ON resources, tags, audit TO daily";
    operator.batch_execute(rights).await.unwrap();
    let store = connect(&url.replace("postgres@", "daily@"), PostgresOptions::default()).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1")]))]).await.unwrap();
    assert_eq!(
        store.delete(untag(&desktop("d1"), vec![any("a")], by("r1", 1)), allow()).await.unwrap(),
        done(1)
    );
    assert_eq!(store.restore(AuditFilter::default(), by("mend", 2)).await.unwrap().restored, 1);
    store.ready().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_reached_or_read_is_said() {
    let soon = PostgresOptions { deadline: Duration::from_secs(2), ..PostgresOptions::default() };
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let answer = PostgresStore::connect(&format!("host=127.0.0.1 port={closed} user=u"), soon.clone()).await;
    let why = unavailable(answer);
    assert!(why.contains("refused"), "{why}");

    let answer = PostgresStore::connect(&shared().url("no_such_database"), soon.clone()).await;
    assert!(
        matches!(&answer, Err(StoreError::Failed(why)) if why.contains("no_such_database")),
        "{answer:?}"
    );

    for url in [
        "postgres://u:secret@h/d?colour=blue",
        "host=h password=secret secret2=x",
        "user=u",
        "mysql://secret@h",
    ] {
        let answer = PostgresStore::connect(url, soon.clone()).await;
        let Err(StoreError::Invalid(why)) = answer else { panic!("{url}: {answer:?}") };
        assert!(!why.contains("secret"), "{why}");
    }
}

#[tokio::test]
async fn another_encoding_is_refused() {
    let administrator = stranger(&shared().url("postgres")).await;
    administrator
        .batch_execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc",
        )
        .await
        .unwrap();
    let answer = PostgresStore::connect(&shared().url("latin"), PostgresOptions::default()).await;
    assert!(matches!(&answer, Err(StoreError::Failed(why)) if why.contains("UTF8")), "{answer:?}");
}

#[tokio::test]
async fn too_many_that_wait_are_turned_away_and_reading_goes_on() {
    let url = shared().database();
    let options = PostgresOptions {
        max_connections: 1,
        max_waiting: 1,
        lock_timeout: Duration::from_mins(1),
        statement_timeout: Duration::from_mins(1),
        deadline: Duration::from_mins(1),
        ..PostgresOptions::default()
    };
    let store = Arc::new(connect(&url, options).await);
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1"), ("b", "2"), ("c", "3")]))]).await.unwrap();
    let holder = stranger(&url).await;
    holder.batch_execute("BEGIN; SELECT 1 FROM resources FOR UPDATE").await.unwrap();
    let delete = |key: &str| {
        let (store, deletion) = (Arc::clone(&store), untag(&desktop("d1"), vec![any(key)], by(key, 1)));
        tokio::spawn(async move { store.delete(deletion, allow()).await })
    };
    let first = delete("a");
    until(&url, SOMEBODY_WAITS).await;
    let second = delete("b");
    while store.load().queued == 0 {
        tokio::task::yield_now().await;
    }
    let third = delete("c").await.unwrap();
    assert!(matches!(third, Err(StoreError::Busy)), "{third:?}");
    assert_eq!(store.get(desktop("d1")).await.unwrap().unwrap().tags.len(), 3, "reading does not wait");
    assert_eq!(store.scan(None, 10).await.unwrap().len(), 1);
    store.ready().await.unwrap();
    holder.batch_execute("COMMIT").await.unwrap();
    assert_eq!(first.await.unwrap().unwrap(), done(1));
    assert_eq!(second.await.unwrap().unwrap(), done(1));
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(tenant(&[("c", "3")])));
}

#[tokio::test]
async fn a_lock_that_is_never_released_is_not_waited_for() {
    let url = shared().database();
    let options = PostgresOptions { lock_timeout: Duration::from_millis(100), ..PostgresOptions::default() };
    let store = connect(&url, options).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1")]))]).await.unwrap();
    let holder = stranger(&url).await;
    holder.batch_execute("BEGIN; SELECT 1 FROM resources FOR UPDATE").await.unwrap();
    let deletion = untag(&desktop("d1"), vec![any("a")], by("r1", 1));
    let why = unavailable(store.delete(deletion.clone(), allow()).await);
    assert!(why.contains("lock timeout"), "{why}");
    holder.batch_execute("COMMIT").await.unwrap();
    assert_eq!(store.delete(deletion, allow()).await.unwrap(), done(1));
}

#[tokio::test]
async fn whoever_hangs_up_leaves_nothing_behind() {
    let url = shared().database();
    let options = PostgresOptions { max_connections: 1, ..PostgresOptions::default() };
    let store = Arc::new(connect(&url, options).await);
    store
        .upsert(vec![(desktop("d1"), tenant(&[("a", "1")])), (desktop("d2"), tenant(&[("a", "1")]))])
        .await
        .unwrap();
    for round in 0..3 {
        let holder = stranger(&url).await;
        holder
            .batch_execute("BEGIN; SELECT 1 FROM resources WHERE resource_id = 'd1' FOR UPDATE")
            .await
            .unwrap();
        let abandoned = {
            let (store, deletion) =
                (Arc::clone(&store), untag(&desktop("d1"), vec![any("a")], by("r1", round)));
            tokio::spawn(async move { store.delete(deletion, allow()).await })
        };
        until(&url, SOMEBODY_WAITS).await;
        abandoned.abort();
        assert!(abandoned.await.unwrap_err().is_cancelled());
        holder.batch_execute("COMMIT").await.unwrap();
    }
    // The only connection is of use again, and no lock is held.
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(tenant(&[("a", "1")])));
    assert_eq!(
        store.delete(untag(&desktop("d1"), vec![any("a")], by("r2", 9)), allow()).await.unwrap(),
        done(1)
    );
    assert_eq!(
        store.delete(untag(&desktop("d2"), vec![any("a")], by("r2", 9)), allow()).await.unwrap(),
        done(1)
    );
    assert_eq!(store.audit(AuditFilter::default(), None, 10).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_connections_are_replaced_while_requests_run() {
    let url = shared().database();
    let store = Arc::new(connect(&url, PostgresOptions::default()).await);
    let keys: Vec<String> = (0..150).map(|key| format!("key{key}")).collect();
    let tags: BTreeMap<String, String> = keys.iter().map(|key| (key.clone(), String::new())).collect();
    let tags = untag_store::Tags { tags, ..Default::default() };
    store.upsert((0..8).map(|task| (desktop(&format!("d{task}")), tags.clone())).collect()).await.unwrap();
    let (answered, mut answers) = mpsc::unbounded_channel::<()>();
    let breaker = {
        let url = url.clone();
        tokio::spawn(async move {
            let operator = stranger(&url).await;
            let (mut count, mut broken) = (0, 0);
            // After some answers rather than after some time: on a busy machine, a connection may take longer than any pause.
            while answers.recv().await.is_some() {
                count += 1;
                if count % 25 != 0 {
                    continue;
                }
                broken += operator
                    .query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE datname = current_database() AND pid <> pg_backend_pid()",
                        &[],
                    )
                    .await
                    .unwrap()
                    .len();
            }
            broken
        })
    };
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (store, keys, answered) = (Arc::clone(&store), keys.clone(), answered.clone());
            tokio::spawn(async move {
                let desktop = desktop(&format!("d{task}"));
                for key in &keys {
                    let answer = store.delete(untag(&desktop, vec![any(key)], by(key, task)), allow()).await;
                    assert!(matches!(answer, Ok(Outcome::Done { .. })), "{answer:?}");
                    answered.send(()).unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    drop(answered);
    assert!(breaker.await.unwrap() > 0, "connections were broken");
    for (desktop, tags) in store.scan(None, 100).await.unwrap() {
        assert_eq!(tags, tenant(&[]), "{desktop:?}");
    }
    let rows = store.audit(AuditFilter::default(), None, 100_000).await.unwrap();
    assert_eq!(rows.len(), 8 * keys.len(), "one row each, whatever was tried again");
}

#[tokio::test]
async fn a_read_only_server_is_left_until_it_accepts_writes() {
    let url = shared().database();
    let store = connect(&url, PostgresOptions::default()).await;
    // Its deadline is for answers that say no; for the others it would be a race on a busy machine.
    let hasty = PostgresOptions { deadline: Duration::from_secs(3), ..PostgresOptions::default() };
    let hasty = connect(&url, hasty).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1")]))]).await.unwrap();
    let operator = stranger(&url).await;
    let name: String = operator.query_one("SELECT current_database()", &[]).await.unwrap().get(0);
    let demote = format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()"
    );
    operator.batch_execute(&demote).await.unwrap();
    let deletion = untag(&desktop("d1"), vec![any("a")], by("r1", 1));
    let why = unavailable(hasty.delete(deletion.clone(), allow()).await);
    assert!(why.contains("does not allow writes"), "{why}");
    unavailable(hasty.ready().await);
    operator
        .batch_execute(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"))
        .await
        .unwrap();
    assert_eq!(store.delete(deletion, allow()).await.unwrap(), done(1));
    store.ready().await.unwrap();
}

/// Stands between a store and its server, and swallows the answer to the first `COMMIT` of a deletion once it is told to.
async fn lossy_proxy(server: u16, armed: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let armed = Arc::clone(&armed);
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
                loop {
                    tokio::select! {
                        read = client.read(&mut up) => match read {
                            Ok(length) if length > 0 => {
                                server.write_all(&up[..length]).await.unwrap();
                                let commits = up[..length].windows(7).any(|word| word == b"COMMIT\0");
                                if commits && armed.swap(false, Ordering::SeqCst) {
                                    // The server has it, and says so. Nobody hears it.
                                    drop(client);
                                    while server.read(&mut down).await.is_ok_and(|length| {
                                        !down[..length].windows(7).any(|word| word == b"COMMIT\0") && length > 0
                                    }) {}
                                    return;
                                }
                            }
                            _ => return,
                        },
                        read = server.read(&mut down) => match read {
                            Ok(length) if length > 0 => client.write_all(&down[..length]).await.unwrap(),
                            _ => return,
                        },
                    }
                }
            });
        }
    });
    port
}

/// A store whose next commit of a deletion or restoration loses its answer once the switch is thrown.
async fn losing(url: &str) -> (PostgresStore, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let port = lossy_proxy(shared().port(), Arc::clone(&armed)).await;
    let proxied = url.replace(&format!(":{}/", shared().port()), &format!(":{port}/"));
    (connect(&proxied, PostgresOptions::default()).await, armed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_recorded_once() {
    let (store, armed) = losing(&shared().database()).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1"), ("b", "2")]))]).await.unwrap();
    armed.store(true, Ordering::SeqCst);
    let answer = store.delete(untag(&desktop("d1"), vec![any("a")], by("r1", 1)), allow()).await.unwrap();
    assert!(!armed.load(Ordering::SeqCst), "an answer was swallowed");
    assert_eq!(answer, done(1), "the attempt that was answered speaks for the one that was not");
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(tenant(&[("b", "2")])));
    let rows = store.audit(AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].key.as_str(), rows[0].value.as_str()), ("a", "1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_not_refused_for_what_it_removed() {
    let (store, armed) = losing(&shared().database()).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("owner", "ana")]))]).await.unwrap();
    let owner: Authorize = Arc::new(|tags| match tags.and_then(|tags| tags.tags.get("owner")) {
        Some(owner) if owner == "ana" => Ok(()),
        _ => Err(Denial { message: "it is not yours".to_owned(), encoded: None }),
    });
    let deletion = |at| untag(&desktop("d1"), vec![any("owner")], by("r1", at));
    armed.store(true, Ordering::SeqCst);
    assert_eq!(store.delete(deletion(1), Arc::clone(&owner)).await.unwrap(), done(1));
    assert!(!armed.load(Ordering::SeqCst), "an answer was swallowed");
    assert!(matches!(store.delete(deletion(2), owner).await.unwrap(), Outcome::Denied(_)));
    assert_eq!(store.audit(AuditFilter::default(), None, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restoration_whose_commit_lost_its_answer_is_counted() {
    let (store, armed) = losing(&shared().database()).await;
    store.upsert(vec![(desktop("d1"), tenant(&[("a", "1"), ("b", "2"), ("c", "3")]))]).await.unwrap();
    let keys = vec![any("a"), any("b"), any("c")];
    assert_eq!(store.delete(untag(&desktop("d1"), keys, by("r1", 1)), allow()).await.unwrap(), done(3));
    store.upsert(vec![(desktop("d1"), tenant(&[("c", "4")]))]).await.unwrap();
    armed.store(true, Ordering::SeqCst);
    let restored = store.restore(AuditFilter::default(), by("r2", 2)).await.unwrap();
    assert!(!armed.load(Ordering::SeqCst), "an answer was swallowed");
    assert_eq!(restored, Restored { restored: 2, kept: 1, orphaned: 0 });
    assert_eq!(store.audit(AuditFilter::default(), None, 10).await.unwrap().len(), 5);
    let tags = store.get(desktop("d1")).await.unwrap();
    assert_eq!(tags, Some(tenant(&[("a", "1"), ("b", "2"), ("c", "4")])));
}
