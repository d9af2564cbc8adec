//! Moving the write-ahead log into the database beside the writer, so that no commit waits for it.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;

use super::database::Database;
use super::trouble::Trouble;
use crate::StoreError;

/// How many pages the log grows by between two moves: 8 MiB.
const STEP: i32 = 2048;

/// How many pages the log may have before the writer itself moves the rest: 128 MiB. While commits go on, a move beside
/// them never catches up with the last one, and only a log that was moved whole begins anew.
const LIMIT: i32 = 16 * STEP;

/// A thread that moves the log when it is told to.
#[derive(Debug)]
pub(super) struct Checkpointer {
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Starts the thread.
    pub(super) fn start(database: Database) -> Result<Self, StoreError> {
        // Being told twice while it works is being told once.
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("untag-checkpoint".to_owned())
            .spawn(move || run(&database, &woken))
            .map_err(|error| StoreError::Unavailable(format!("a thread cannot start: {error}")))?;
        Ok(Self { wake, thread })
    }

    /// Watches what this connection commits.
    pub(super) fn watch(&self, connection: &mut Connection) -> Result<(), Trouble> {
        let wake = self.wake.clone();
        let mut moved = 0;
        let hook = move |log: &mut Wal, pages: i32| {
            if pages < moved {
                moved = 0;
            }
            if pages >= LIMIT {
                // It fails where somebody else is at it, and the next commit tries again. An error must not leave this
                // function: SQLite would report the commit, which stands, as failed.
                let _ = log.checkpoint_v2(CheckpointMode::PASSIVE);
            } else if pages - moved >= STEP {
                moved = pages;
                // Where it was told already, or is gone, there is nobody to tell.
                let _ = wake.try_send(());
            }
            Ok(())
        };
        Ok(connection.wal_hook(Some(hook))?)
    }

    /// Ends the thread. No connection may be watched any more.
    pub(super) fn stop(self) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the thread that moves the write-ahead log ended in a panic");
        }
    }
}

/// Ends what [`Checkpointer::watch`] began.
pub(super) fn unwatch(connection: &mut Connection) {
    // There is nothing that can fail.
    let _ = connection.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>);
}

fn run(database: &Database, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        if let Err(error) = move_log(database) {
            // The log stays as long as it lasts, and holds what it held.
            tracing::warn!(%error, "the write-ahead log could not be moved into the database");
        }
    }
}

/// On a connection of its own each time: another file may be in place by now.
fn move_log(database: &Database) -> Result<(), StoreError> {
    let connection = database.open_writer()?;
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
    Ok(moved.map_err(Trouble::from)?)
}
