//! How a transfer ends before its end: at a bad line, when it is told to, or when input, store or output fail.

use crate::support::{CONTINUE, Database, STOP, desktop};
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;
use untag_service::transfer::{
    ExportEnding, ExportError, ExportFilter, ImportEnding, ImportFailure, Observer, Progress, export, import,
};
use untag_store::{
    Attribution, AuditEntry, AuditFilter, AuditPosition, Authorize, Deletion, Load, Outcome, Reply,
    ResourceKey, Restored, Store, StoreError, Tags, Upserted,
};

/// Desktops with these numbers, a line for each.
fn desktops(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|number| desktop(format_args!("d{number:06}"), r#""k":"v""#)).collect()
}

#[tokio::test]
async fn a_bad_line_stops_its_batch_and_what_is_behind_it() {
    let text = desktops(0..2500) + "bad\n" + &desktops(2500..5000);
    let database = Database::new();
    let (report, seen) = database.import(text.clone(), STOP).await;
    assert_eq!((report.ending, report.lines, report.created), (ImportEnding::BadLine(2501), 2000, 2000));
    assert_eq!(database.export().await.lines().count(), 2000);
    insta::assert_snapshot!("stopped", format!("{}\n{report}", seen.text()));

    // Once it is mended, the same input goes through as a whole.
    let (report, _) = database.import(text.replace("bad\n", ""), STOP).await;
    assert!(report.is_success());
    assert_eq!((report.created, report.unchanged), (3000, 2000));
}

#[tokio::test]
async fn a_bad_line_that_is_left_out_stops_nothing() {
    let text = desktops(0..2500) + "bad\n" + &desktops(2500..5000);
    let database = Database::new();
    let (report, seen) = database.import(text, CONTINUE).await;
    assert_eq!(
        (report.ending, report.lines, report.created, report.bad),
        (ImportEnding::Complete, 5001, 5000, 1)
    );
    assert_eq!(report.lines, report.blank + report.bad + report.repeated + report.created);
    assert_eq!(database.export().await.lines().count(), 5000);
    let lines: Vec<_> = seen.progress.iter().map(|progress| progress.lines).collect();
    assert_eq!(lines, [1000, 2000, 3001, 4001, 5001]);
    insta::assert_snapshot!("left_out", format!("{}\n{report}", seen.text()));
}

/// Says when the first batch is through.
struct First<'a>(&'a Notify);

impl Observer for First<'_> {
    fn progress(&mut self, _: Progress) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn told_to_stop_it_finishes_the_batch_and_does_not_wait_for_the_input() {
    let (input, mut output) = std::io::pipe().unwrap();
    // More than fits into the pipe, so from a thread; the pipe stays open until the import is over.
    let (over, wait) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        let written = output.write_all(desktops(0..1500).as_bytes());
        let _ = wait.recv();
        written
    });
    let database = Database::new();
    let first = Notify::new();
    let report = import(input, &database.store, STOP, &mut First(&first), first.notified()).await.unwrap();
    assert_eq!((report.ending, report.lines, report.created), (ImportEnding::Interrupted, 1000, 1000));
    assert_eq!(database.export().await.lines().count(), 1000);
    insta::assert_snapshot!("interrupted", report);
    drop(over);
    // The reader had taken all of it.
    writer.join().unwrap().unwrap();
}

#[tokio::test]
async fn told_to_stop_before_it_starts_it_does_nothing() {
    let database = Database::new();
    let input = std::io::Cursor::new(desktops(0..10));
    let report = import(input, &database.store, STOP, &mut (), std::future::ready(())).await.unwrap();
    assert_eq!((report.ending, report.lines), (ImportEnding::Interrupted, 0));
    assert_eq!(database.export().await, "");
}

#[tokio::test]
async fn an_input_that_cannot_be_read_is_told_from_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    // Opens, but cannot be read.
    let input =
        std::io::Read::chain(std::io::Cursor::new(desktops(0..1200)), File::open(directory.path()).unwrap());
    let error = import(input, &database.store, STOP, &mut (), std::future::pending()).await.unwrap_err();
    assert!(matches!(error.failure, ImportFailure::Input(_)), "{error:?}");
    assert_eq!((error.report.ending, error.report.lines), (ImportEnding::Interrupted, 1000));
    assert_eq!(database.export().await.lines().count(), 1000);
}

#[tokio::test]
async fn a_store_that_fails_leaves_whole_batches() {
    let store = Faulty { batches: AtomicUsize::new(2), ..Faulty::default() };
    let input = std::io::Cursor::new(desktops(0..5000));
    let error = import(input, &store, STOP, &mut (), std::future::pending()).await.unwrap_err();
    assert!(matches!(error.failure, ImportFailure::Store(StoreError::Unavailable(_))), "{error:?}");
    assert_eq!((error.report.lines, error.report.created), (2000, 2000));
    let database = store.database;
    assert_eq!(database.export().await.lines().count(), 2000);
    insta::assert_snapshot!("store_failed", format!("{error}\n{}", error.report));

    // Once the cause is gone, the same input goes through as a whole.
    let (report, _) = database.import(desktops(0..5000), STOP).await;
    assert_eq!((report.created, report.unchanged), (3000, 2000));
}

#[tokio::test]
async fn an_output_that_was_closed_is_no_failure() {
    let database = Database::new();
    database.import(desktops(0..5000), STOP).await;
    let (input, output) = std::io::pipe().unwrap();
    drop(input);
    let mut output = tokio::fs::File::from_std(OwnedFd::from(output).into());
    let report = export(&database.store, &mut output, &ExportFilter::default(), &mut ()).await.unwrap();
    assert_eq!(report.ending, ExportEnding::OutputClosed);
    assert!(report.resources < 5000, "{report}");
}

#[tokio::test]
async fn an_output_that_is_full_is_a_failure() {
    let database = Database::new();
    database.import(desktops(0..10), STOP).await;
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut output = tokio::fs::File::from_std(full);
    let error = export(&database.store, &mut output, &ExportFilter::default(), &mut ()).await.unwrap_err();
    assert!(
        matches!(&error, ExportError::Output(error) if error.kind() == ErrorKind::StorageFull),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_store_that_is_out_of_order_loses_nothing_in_silence() {
    let store = Faulty { reversed: true, ..Faulty::default() };
    store.database.import(desktops(0..10), STOP).await;
    let error = export(&store, &mut Vec::new(), &ExportFilter::default(), &mut ()).await.unwrap_err();
    assert!(matches!(error, ExportError::Order), "{error:?}");
}

/// A real store that fails where a real one would have to be broken first.
#[derive(Debug)]
struct Faulty {
    database: Database,
    /// So many batches are taken before the store is not available any more.
    batches: AtomicUsize,
    /// Pages come in the opposite order.
    reversed: bool,
}

impl Default for Faulty {
    fn default() -> Self {
        Self { database: Database::new(), batches: AtomicUsize::new(usize::MAX), reversed: false }
    }
}

impl Store for Faulty {
    fn upsert(&self, resources: Vec<(ResourceKey, Tags)>) -> Reply<'_, Upserted> {
        let left = self.batches.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.database.store.upsert(resources),
            Err(_) => Box::pin(async { Err(StoreError::Unavailable("the disk is full".to_owned())) }),
        }
    }

    fn scan(&self, after: Option<ResourceKey>, limit: usize) -> Reply<'_, Vec<(ResourceKey, Tags)>> {
        Box::pin(async move {
            let mut page = self.database.store.scan(after, limit).await?;
            if self.reversed {
                page.reverse();
            }
            Ok(page)
        })
    }

    fn delete(&self, deletion: Deletion, authorize: Authorize) -> Reply<'_, Outcome> {
        self.database.store.delete(deletion, authorize)
    }

    fn get(&self, resource: ResourceKey) -> Reply<'_, Option<Tags>> {
        self.database.store.get(resource)
    }

    fn audit(
        &self,
        filter: AuditFilter,
        after: Option<AuditPosition>,
        limit: usize,
    ) -> Reply<'_, Vec<AuditEntry>> {
        self.database.store.audit(filter, after, limit)
    }

    fn restore(&self, chosen: AuditFilter, by: Attribution) -> Reply<'_, Restored> {
        self.database.store.restore(chosen, by)
    }

    fn ready(&self) -> Reply<'_, ()> {
        self.database.store.ready()
    }

    fn load(&self) -> Load {
        self.database.store.load()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.database.store.close()
    }
}
