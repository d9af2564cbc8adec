//! The one thread that writes. It takes what waits into one transaction and answers after the commit, so that those who
//! come at the same time pay for one commit together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::change::{Changes, Lost};
use super::checkpoint::{Checkpointer, unwatch};
use super::database::Database;
use super::trouble::Trouble;
use crate::{
    Attribution, Authorize, Deletion, Load, Outcome, ResourceKey, Restored, StoreError, Tags, Upserted,
};

/// How often the writer lets other threads run without anybody coming before it goes to work: a few microseconds where a
/// processor is free.
const QUIET_TURNS: u32 = 16;

/// Somebody's change, and where the answer to it goes.
pub(super) trait Change: Send {
    /// Whether it is one of those that are counted.
    fn is_deletion(&self) -> bool;

    /// Makes it within the transaction and keeps the answer, unless whoever asked went away meanwhile: nothing was
    /// promised to them. Answers what a failure means for the others.
    fn make(&mut self, changes: &mut Changes<'_>) -> Option<Spoilt>;

    /// Sends the answer, which is true once the transaction is committed.
    fn answer(self: Box<Self>);

    /// Sends this in place of any answer.
    fn refuse(self: Box<Self>, why: &StoreError);
}

/// What a failed change means for the others of its transaction.
pub(super) struct Spoilt {
    /// Whether the connection can be used further.
    usable: bool,
    why: StoreError,
}

/// A change as a function, run at most once.
struct Asked<T, F> {
    is_deletion: bool,
    change: F,
    answer: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnMut(&mut Changes<'_>) -> Result<T, Trouble> + Send> Change for Asked<T, F> {
    fn is_deletion(&self) -> bool {
        self.is_deletion
    }

    fn make(&mut self, changes: &mut Changes<'_>) -> Option<Spoilt> {
        if self.reply.is_closed() {
            return None;
        }
        match (self.change)(changes) {
            Ok(answer) => {
                self.answer = Some(Ok(answer));
                None
            }
            Err(trouble) => {
                let usable = trouble.leaves_connection_usable();
                let why = StoreError::from(trouble);
                self.answer = Some(Err(why.clone()));
                Some(Spoilt { usable, why })
            }
        }
    }

    fn answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            // Whoever asked may have gone; then nobody hears it.
            drop(self.reply.send(answer));
        }
    }

    fn refuse(self: Box<Self>, why: &StoreError) {
        drop(self.reply.send(Err(why.clone())));
    }
}

/// What the writer is asked.
pub(super) enum Command {
    Change(Box<dyn Change>),
    /// Finish what is in the queue, and take nothing more.
    Close,
}

/// How the answer to a change comes.
pub(super) type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

impl Command {
    /// Removes tags, if it is allowed.
    pub(super) fn delete(deletion: Deletion, authorize: Authorize) -> (Self, Answer<Outcome>) {
        Self::change(true, move |changes| changes.delete(&deletion, &authorize))
    }

    /// Adds resources and tags, and changes values.
    pub(super) fn upsert(resources: Vec<(ResourceKey, Tags)>) -> (Self, Answer<Upserted>) {
        Self::change(false, move |changes| changes.upsert(&resources))
    }

    /// Puts back what was removed.
    pub(super) fn put_back(lost: Vec<Lost>, by: Attribution) -> (Self, Answer<Restored>) {
        Self::change(false, move |changes| changes.put_back(&lost, &by))
    }

    fn change<T: Send + 'static>(
        is_deletion: bool,
        change: impl FnMut(&mut Changes<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> (Self, Answer<T>) {
        let (reply, answer) = oneshot::channel();
        (Self::Change(Box::new(Asked { is_deletion, change, answer: None, reply })), answer)
    }
}

/// Changes that share a transaction.
type Batch = Vec<Box<dyn Change>>;

fn refuse_all(batch: Batch, why: &StoreError) {
    for change in batch {
        change.refuse(why);
    }
}

/// What the writer has done since it started.
#[derive(Debug, Default)]
pub(super) struct Counters {
    commits: AtomicU64,
    committed: AtomicU64,
    commit_sizes: [AtomicU64; 10],
}

impl Counters {
    /// Counts a commit, unless it held no deletion.
    fn count(&self, deletions: u64) {
        if deletions == 0 {
            return;
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.committed.fetch_add(deletions, Ordering::Relaxed);
        // 1, 2, 3 and 4, 5 to 8, …: the place of the smallest power of two that is no smaller.
        let place = deletions.next_power_of_two().trailing_zeros() as usize;
        if let Some(counter) = self.commit_sizes.get(place).or(self.commit_sizes.last()) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn load(&self, queued: usize) -> Load {
        Load {
            queued,
            commits: self.commits.load(Ordering::Relaxed),
            committed: self.committed.load(Ordering::Relaxed),
            commit_sizes: self.commit_sizes.each_ref().map(|counter| counter.load(Ordering::Relaxed)),
        }
    }
}

/// The writer, before and between its connections.
pub(super) struct Writer {
    database: Database,
    queue: mpsc::Receiver<Command>,
    /// How many commands may share a transaction.
    batch: usize,
    counters: Arc<Counters>,
    checkpointer: Checkpointer,
    /// Whether several commands came at a time when last looked.
    crowded: bool,
}

impl Writer {
    pub(super) fn new(
        database: Database,
        queue: mpsc::Receiver<Command>,
        batch: usize,
        counters: Arc<Counters>,
        checkpointer: Checkpointer,
    ) -> Self {
        Self { database, queue, batch, counters, checkpointer, crowded: false }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, connection: Connection) {
        let mut connection = Some(connection);
        while let Some(batch) = self.next_batch() {
            match connection.take().map_or_else(|| self.open(), Ok) {
                Ok(open) => connection = self.serve(open, batch),
                Err(why) => refuse_all(batch, &why),
            }
        }
        if let Some(connection) = &mut connection {
            unwatch(connection);
        }
        self.checkpointer.stop();
        if let Some(connection) = connection {
            finish(&connection);
        }
    }

    /// A further connection, after one had to be given up.
    fn open(&self) -> Result<Connection, StoreError> {
        let mut connection = self.database.open_writer()?;
        self.checkpointer.watch(&mut connection)?;
        Ok(connection)
    }

    /// Whatever waits, up to the limit, as soon as there is anything; `None` when there will be nothing more.
    fn next_batch(&mut self) -> Option<Batch> {
        let mut commands = Vec::new();
        self.queue.blocking_recv_many(&mut commands, self.batch);
        if self.crowded {
            self.gather(&mut commands);
        }
        self.crowded = commands.len() > 1;
        if commands.is_empty() {
            return None;
        }
        let changes = commands.into_iter().filter_map(|command| match command {
            Command::Change(change) => Some(change),
            Command::Close => {
                self.queue.close();
                None
            }
        });
        Some(changes.collect())
    }

    /// Lets those catch up who were answered together a moment ago and ask again: without this, the fastest of them gets
    /// a commit of its own while the others wait. It ends as soon as nobody comes.
    fn gather(&mut self, commands: &mut Vec<Command>) {
        let mut quiet = 0;
        while quiet < QUIET_TURNS && commands.len() < self.batch {
            if let Ok(command) = self.queue.try_recv() {
                commands.push(command);
                quiet = 0;
            } else {
                std::thread::yield_now();
                quiet += 1;
            }
        }
    }

    /// Works with this connection until there is nothing more to do, or the connection is spoiled and answered `None`.
    fn serve(&mut self, connection: Connection, first: Batch) -> Option<Connection> {
        let mut changes = match Changes::prepare(&connection) {
            Ok(changes) => changes,
            Err(trouble) => {
                refuse_all(first, &trouble.into());
                return None;
            }
        };
        let mut next = Some(first);
        while let Some(batch) = next {
            if !self.transact(&mut changes, batch) {
                tracing::warn!("the connection to the database is given up; the next change opens another");
                return None;
            }
            next = self.next_batch();
        }
        drop(changes);
        Some(connection)
    }

    /// One transaction. Answers whether the connection can be used further.
    fn transact(&self, changes: &mut Changes<'_>, mut batch: Batch) -> bool {
        if let Err(trouble) = changes.begin() {
            let usable = trouble.leaves_connection_usable();
            refuse_all(batch, &trouble.into());
            return usable;
        }
        let mut usable = true;
        for change in &mut batch {
            let Some(spoilt) = change.make(changes) else { continue };
            usable &= spoilt.usable;
            if !changes.is_within_transaction() {
                // It took the changes of the others with it.
                refuse_all(batch, &spoilt.why);
                return usable;
            }
        }
        if let Err(trouble) = changes.commit() {
            usable &= trouble.leaves_connection_usable() && !changes.is_within_transaction();
            refuse_all(batch, &trouble.into());
            return usable;
        }
        self.counters.count(batch.iter().map(|change| u64::from(change.is_deletion())).sum());
        for change in batch {
            change.answer();
        }
        usable
    }
}

/// Moves the write-ahead log into the database. It is as durable without; whoever copies the file is glad.
fn finish(connection: &Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, bool>(0));
    match moved {
        Ok(false) => {}
        Ok(true) => tracing::info!("somebody else reads the database, so its write-ahead log stays"),
        Err(error) => tracing::warn!(%error, "the write-ahead log stays"),
    }
}
