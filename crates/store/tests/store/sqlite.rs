//! SQLite: the suite, and what only a database in a file can go through.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinHandle;
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{AuditFilter, Authorize, Deletion, Outcome, ResourceKey, Store, StoreError, Tags};

use crate::support::sqlite::{Place, stranger};
use crate::support::{Gate, allow, any, by, denial, deny, desktop, done, tenant, unavailable, untag, until};

behaviour_suite!(crate::support::sqlite::fresh);

// What may be opened.

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let place = Place::new();
    place.open(SqliteOptions::default()).close().await.unwrap();
    stranger(&place.path()).pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(place.path()).unwrap();
    match SqliteStore::open(place.path(), SqliteOptions::default()) {
        Err(StoreError::NewerSchema { found: 99, known: 1 }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(place.path()).unwrap(), before, "it is as it was");
}

#[tokio::test]
async fn a_file_of_another_program_is_refused() {
    let place = Place::new();
    let refused = |what: &str| {
        let before = std::fs::read(place.path()).unwrap();
        match SqliteStore::open(place.path(), SqliteOptions::default()) {
            Err(StoreError::Failed(why)) => assert!(why.contains("untag.db"), "{what}: {why}"),
            other => panic!("{what}: {other:?}"),
        }
        assert_eq!(std::fs::read(place.path()).unwrap(), before, "{what} is as it was");
        std::fs::remove_file(place.path()).unwrap();
    };
    stranger(&place.path()).execute_batch("CREATE TABLE tags (id INTEGER)").unwrap();
    refused("a database with somebody else's tables");
    stranger(&place.path()).execute_batch("PRAGMA application_id = 7; PRAGMA user_version = 1").unwrap();
    refused("a database with somebody else's mark");
    std::fs::write(place.path(), "These are notes about many things, and not a database at all. ".repeat(20))
        .unwrap();
    refused("a text");
}

#[tokio::test]
async fn a_missing_file_is_made_only_where_that_is_wanted() {
    let place = Place::new();
    let existing = SqliteOptions { create: false, ..SqliteOptions::default() };
    let why = unavailable(SqliteStore::open(place.path(), existing.clone()));
    assert!(why.contains("untag.db"), "{why}");
    assert!(!place.path().exists());
    unavailable(SqliteStore::open(place.path().join("no/such/directory"), SqliteOptions::default()));
    place.open(SqliteOptions::default()).close().await.unwrap();
    place.open(existing).ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_without_closing() {
    let place = Place::new();
    let store = place.open(SqliteOptions::default());
    given(&store, &desktop("d1"), &[("a", "1"), ("b", "2")]).await;
    assert_eq!(delete(&store, "d1", "a", "r1").await, done(1));
    // Another process may come while this one is there …
    let second = place.open(SqliteOptions::default());
    assert_eq!(second.get(desktop("d1")).await.unwrap(), Some(tenant(&[("b", "2")])));
    assert_eq!(delete(&second, "d1", "b", "r2").await, done(1));
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(Tags::default()));
    // … or after both ended without a word.
    drop(store);
    drop(second);
    let store = place.open(SqliteOptions::default());
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(Tags::default()));
    assert_eq!(trail(&store).await, ["a", "b"]);
}

#[tokio::test]
async fn a_closed_database_is_one_file() {
    let place = Place::new();
    let store = place.open(SqliteOptions::default());
    given(&store, &desktop("d1"), &[("a", "1")]).await;
    store.close().await.unwrap();
    let names = std::fs::read_dir(place.path().parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1, "no log is left beside it");
    let moved = Place::new();
    std::fs::copy(place.path(), moved.path()).unwrap();
    let copy = moved.open(SqliteOptions { create: false, ..SqliteOptions::default() });
    assert_eq!(copy.get(desktop("d1")).await.unwrap(), Some(tenant(&[("a", "1")])));
}

// Sharing commits.

#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_share_a_commit() {
    for (batch, commits, sizes) in
        [(256, 2, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]), (1, 21, [21, 0, 0, 0, 0, 0, 0, 0, 0, 0])]
    {
        let place = Place::new();
        let store = Arc::new(place.open(SqliteOptions { batch, ..SqliteOptions::default() }));
        for number in 0..21 {
            given(&store, &desktop(&format!("d{number}")), &[("a", "1")]).await;
        }
        let mut gate = Gate::new();
        let first = start(&store, "d20", "a", gate.authorize());
        gate.reached().await;
        let others: Vec<_> =
            (0..20).map(|number| start(&store, &format!("d{number}"), "a", allow())).collect();
        until("twenty wait", || store.load().queued == 20).await;
        gate.open();
        for deletion in others.into_iter().chain([first]) {
            assert_eq!(deletion.await.unwrap().unwrap(), done(1));
        }
        let load = store.load();
        assert_eq!((load.commits, load.committed, load.queued), (commits, 21, 0));
        assert_eq!(load.commit_sizes, sizes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_share_a_commit_fail_alone() {
    let place = Place::new();
    let store = Arc::new(place.open(SqliteOptions::default()));
    for id in ["d1", "d2", "d3", "d4", "d5"] {
        given(&store, &desktop(id), &[("a", "1"), ("b", "2")]).await;
    }
    // A database that fails in the middle of one deletion.
    stranger(&place.path())
        .execute_batch(
            "CREATE TRIGGER fails BEFORE DELETE ON tags WHEN old.resource_id = 'd3' AND old.key = 'b'
             BEGIN SELECT RAISE(ABORT, 'part of a test'); END",
        )
        .unwrap();
    let mut gate = Gate::new();
    let first = start(&store, "d1", "a", gate.authorize());
    gate.reached().await;
    let bomb: Authorize = Arc::new(|_| panic!("this panic is part of a test"));
    let both = |id: &str| untag(&desktop(id), vec![any("a"), any("b")], by(&format!("r-{id}"), 1));
    let denied = start_deletion(&store, both("d2"), deny());
    let failing = start_deletion(&store, both("d3"), allow());
    let panicking = start_deletion(&store, both("d4"), bomb);
    let unknown = start_deletion(&store, both("d6"), allow());
    let fine = start_deletion(&store, both("d5"), allow());
    until("five wait", || store.load().queued == 5).await;
    gate.open();
    assert_eq!(first.await.unwrap().unwrap(), done(1));
    assert_eq!(denied.await.unwrap().unwrap(), Outcome::Denied(denial()));
    assert!(matches!(failing.await.unwrap(), Err(StoreError::Failed(_))));
    assert!(matches!(panicking.await.unwrap(), Err(StoreError::Failed(_))));
    assert_eq!(unknown.await.unwrap().unwrap(), Outcome::NotFound);
    assert_eq!(fine.await.unwrap().unwrap(), done(2));
    assert_eq!(store.load().commits, 2, "they did share it");

    for id in ["d2", "d3", "d4"] {
        assert_eq!(store.get(desktop(id)).await.unwrap(), Some(tenant(&[("a", "1"), ("b", "2")])), "{id}");
    }
    assert_eq!(store.get(desktop("d5")).await.unwrap(), Some(Tags::default()));
    assert_eq!(trail(&store).await, ["a", "a", "b"], "of d1 and d5");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_a_commit_that_fails() {
    let place = Place::new();
    let store = Arc::new(place.open(SqliteOptions::default()));
    for id in ["d1", "d2", "d3"] {
        given(&store, &desktop(id), &[("a", "1")]).await;
    }
    // A database that gives up the whole transaction in the middle of it, as it may when a disk is full.
    let other = stranger(&place.path());
    other
        .execute_batch(
            "CREATE TRIGGER fails BEFORE DELETE ON tags WHEN old.resource_id = 'd2'
             BEGIN SELECT RAISE(ROLLBACK, 'part of a test'); END",
        )
        .unwrap();
    let mut gate = Gate::new();
    let held = start(&store, "d1", "absent", gate.authorize());
    gate.reached().await;
    let sharing: Vec<_> = ["d1", "d2", "d3"].map(|id| start(&store, id, "a", allow())).into();
    until("three wait", || store.load().queued == 3).await;
    gate.open();
    assert_eq!(held.await.unwrap().unwrap(), done(0));
    for deletion in sharing {
        let answer = deletion.await.unwrap();
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
    }
    for id in ["d1", "d2", "d3"] {
        assert_eq!(store.get(desktop(id)).await.unwrap(), Some(tenant(&[("a", "1")])), "{id}");
    }
    assert_eq!(trail(&store).await, [""; 0]);
    other.execute_batch("DROP TRIGGER fails").unwrap();
    assert_eq!(delete(&store, "d2", "a", "r9").await, done(1), "and it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once_and_readers_do_not_wait() {
    let place = Place::new();
    let store = Arc::new(place.open(SqliteOptions { queue: 2, ..SqliteOptions::default() }));
    given(&store, &desktop("d1"), &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]).await;
    let mut gate = Gate::new();
    let held = start(&store, "d1", "a", gate.authorize());
    gate.reached().await;
    let waiting = [start(&store, "d1", "b", allow()), start(&store, "d1", "c", allow())];
    until("two wait", || store.load().queued == 2).await;

    // The gate stays shut: whatever answers now did not wait for the writer.
    let refused = store.delete(untag(&desktop("d1"), vec![any("d")], by("late", 1)), allow()).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert_eq!(store.get(desktop("d1")).await.unwrap().unwrap().tags.len(), 4);
    assert_eq!(store.scan(None, 10).await.unwrap().len(), 1);
    assert_eq!(trail(&store).await, [""; 0]);
    store.ready().await.unwrap();

    gate.open();
    for deletion in waiting.into_iter().chain([held]) {
        assert_eq!(deletion.await.unwrap().unwrap(), done(1));
    }
    assert_eq!(
        store.get(desktop("d1")).await.unwrap(),
        Some(tenant(&[("d", "4")])),
        "it was refused for good"
    );
    assert_eq!(delete(&store, "d1", "d", "again").await, done(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_for_those_who_went_away() {
    let place = Place::new();
    let store = Arc::new(place.open(SqliteOptions::default()));
    given(&store, &desktop("d1"), &[("a", "1"), ("b", "2"), ("c", "3")]).await;
    let mut gate = Gate::new();
    let held = start(&store, "d1", "a", gate.authorize());
    gate.reached().await;
    let gone = start(&store, "d1", "b", allow());
    until("one waits", || store.load().queued == 1).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    gate.open();
    assert_eq!(held.await.unwrap().unwrap(), done(1));
    assert_eq!(delete(&store, "d1", "c", "r3").await, done(1));
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(tenant(&[("b", "2")])));
}

// Faults.

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_unavailable_until_it_is_released() {
    let place = Place::new();
    let options = SqliteOptions { busy_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
    let store = place.open(options.clone());
    given(&store, &desktop("d1"), &[("a", "1")]).await;
    assert_eq!(delete(&store, "d1", "a", "r1").await, done(1));
    given(&store, &desktop("d1"), &[("b", "2")]).await;

    let other = stranger(&place.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let deletion = untag(&desktop("d1"), vec![any("b")], by("r2", 2));
    unavailable(store.delete(deletion.clone(), allow()).await);
    unavailable(store.upsert(vec![(desktop("d2"), Tags::default())]).await);
    unavailable(store.restore(AuditFilter::default(), by("mend", 3)).await);
    assert_eq!(store.get(desktop("d1")).await.unwrap(), Some(tenant(&[("b", "2")])), "readers are served");
    store.ready().await.unwrap();

    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.get(desktop("d2")).await.unwrap(), None);
    assert_eq!(trail(&store).await, ["a"]);
    assert_eq!(store.delete(deletion, allow()).await.unwrap(), done(1), "and it goes on");
}

#[tokio::test]
async fn a_damaged_database_fails_and_is_not_called_busy() {
    let place = Place::new();
    let store = place.open(SqliteOptions::default());
    given(&store, &desktop("d1"), &[("a", "1")]).await;
    store.close().await.unwrap();
    // Everything behind the first page, which says what the other pages are.
    let mut bytes = std::fs::read(place.path()).unwrap();
    assert!(bytes.len() > 4096);
    bytes[4096..].fill(0xa5);
    std::fs::write(place.path(), bytes).unwrap();
    let store = place.open(SqliteOptions::default());
    for _ in 0..2 {
        let answer = store.get(desktop("d1")).await;
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
        let answer = store.delete(untag(&desktop("d1"), vec![any("a")], by("r1", 1)), allow()).await;
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
        let answer = store.ready().await;
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
    }
}

/// A limit on the size of files stands for a full disk: it too makes writes fail half-way, and it needs no disk.
#[test]
fn a_full_disk_is_unavailable_until_there_is_room() {
    in_a_child("sqlite::child::a_full_disk");
}

#[test]
fn a_read_only_file_is_unavailable_until_it_is_writable() {
    in_a_child("sqlite::child::a_read_only_file");
}

/// Runs a test in a process of its own, which has no privileges and gets an error instead of a signal where a file grows
/// beyond its limit.
fn in_a_child(test: &str) {
    let dir = TempDir::new().unwrap();
    let program = dir.path().join("store-tests");
    // Somebody without privileges need not be able to read where this program lies.
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' XFSZ && exec \"$0\" \"$@\""]).arg(&program);
    child.args(["--exact", test, "--ignored", "--nocapture"]).current_dir("/");
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        child.uid(65534).gid(65534);
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

mod child {
    //! Tests that change the process they run in.

    use super::*;

    /// How large this process may make a file.
    fn limit_files(limit: &str) {
        let pid = std::process::id().to_string();
        let status = Command::new("prlimit")
            .args(["--pid", &pid, &format!("--fsize={limit}:")])
            .status()
            .expect("prlimit runs; it comes with the package util-linux");
        assert!(status.success());
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "it needs a process of its own, and is run by a_full_disk_is_unavailable_until_there_is_room"]
    async fn a_full_disk() {
        let place = Place::new();
        let store = Arc::new(place.open(SqliteOptions::default()));
        let keys: Vec<String> = (0..10).map(|key| format!("key{key}")).collect();
        let tags: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "value")).collect();
        let all: Vec<(ResourceKey, Tags)> =
            (0..50).map(|number| (desktop(&format!("d{number:02}")), tenant(&tags))).collect();
        store.upsert(all.clone()).await.unwrap();
        assert_eq!(delete(&store, "d00", "key0", "before").await, done(1));
        let before = store.scan(None, 100).await.unwrap();

        // No room at all, and room for a part of what is written.
        let log = std::fs::metadata(place.path().with_extension("db-wal")).unwrap().len();
        for limit in [4096, log, log + 5000, log + 9000] {
            limit_files(&limit.to_string());
            let mut gate = Gate::new();
            let held = start(&store, "d49", "absent", gate.authorize());
            gate.reached().await;
            let sharing: Vec<_> =
                (0..49).map(|number| start(&store, &format!("d{number:02}"), "key1", allow())).collect();
            until("they wait", || store.load().queued == 49).await;
            gate.open();
            assert_eq!(held.await.unwrap().unwrap(), done(0), "what changes nothing needs no room");
            for deletion in sharing {
                unavailable(deletion.await.unwrap());
            }
            unavailable(store.upsert(all.clone().into_iter().map(renamed).collect()).await);
            store.ready().await.unwrap();
            assert_eq!(trail(&store).await, ["key0"], "what was refused is not on record");
            limit_files("unlimited");
            assert_eq!(store.scan(None, 100).await.unwrap(), before, "and not done");
        }
        assert_eq!(delete(&store, "d00", "key1", "after").await, done(1), "and it goes on");
        store.close().await.unwrap();
        let store = place.open(SqliteOptions::default());
        let check: String =
            stranger(&place.path()).query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        assert_eq!(trail(&store).await, ["key1", "key0"], "of \"after\" and \"before\", at the same time");
    }

    /// The same resources under other names, so that there is much to write.
    fn renamed((mut resource, tags): (ResourceKey, Tags)) -> (ResourceKey, Tags) {
        "workspace".clone_into(&mut resource.resource_type);
        (resource, tags)
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "it needs a process without privileges, and is run by a_read_only_file_is_unavailable_until_it_is_writable"]
    async fn a_read_only_file() {
        let place = Place::new();
        let store = place.open(SqliteOptions::default());
        given(&store, &desktop("d1"), &[("a", "1")]).await;
        store.close().await.unwrap();

        let mode =
            |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        let path = place.path();
        let directory = path.parent().unwrap();
        // The directory, where the write-ahead log has to be made.
        mode(directory, 0o500);
        unavailable(SqliteStore::open(&path, SqliteOptions::default()));
        mode(directory, 0o700);
        mode(&path, 0o444);
        let why = unavailable(SqliteStore::open(&path, SqliteOptions::default()));
        assert!(why.contains("read-only"), "{why}");
        mode(&path, 0o600);
        mode(&path, 0o000);
        unavailable(SqliteStore::open(&path, SqliteOptions::default()));
        mode(&path, 0o600);

        let store = place.open(SqliteOptions::default());
        assert_eq!(delete(&store, "d1", "a", "r1").await, done(1));
    }
}

// Words of these tests.

async fn given(store: &SqliteStore, resource: &ResourceKey, tags: &[(&str, &str)]) {
    store.upsert(vec![(resource.clone(), tenant(tags))]).await.unwrap();
}

async fn delete(store: &SqliteStore, id: &str, key: &str, request: &str) -> Outcome {
    store.delete(untag(&desktop(id), vec![any(key)], by(request, 1)), allow()).await.unwrap()
}

/// Starts a deletion by a task of its own.
fn start(
    store: &Arc<SqliteStore>,
    id: &str,
    key: &str,
    authorize: Authorize,
) -> JoinHandle<Result<Outcome, StoreError>> {
    start_deletion(store, untag(&desktop(id), vec![any(key)], by(&format!("r-{id}-{key}"), 1)), authorize)
}

fn start_deletion(
    store: &Arc<SqliteStore>,
    deletion: Deletion,
    authorize: Authorize,
) -> JoinHandle<Result<Outcome, StoreError>> {
    let store = Arc::clone(store);
    tokio::spawn(async move { store.delete(deletion, authorize).await })
}

/// The keys in the audit trail.
async fn trail(store: &SqliteStore) -> Vec<String> {
    let rows = store.audit(AuditFilter::default(), None, 1000).await.unwrap();
    rows.into_iter().map(|row| row.key).collect()
}
