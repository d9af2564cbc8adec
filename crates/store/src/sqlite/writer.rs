//! The one thread that writes. It takes what waits into one transaction and answers after the commit, so that those who
//! come at the same time pay for one commit together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::change::{Changes, Lost};
use super::database::Database;
use super::trouble::Trouble;
use crate::{
    Attribution, Authorize, Deletion, Load, Outcome, ResourceKey, Restored, StoreError, Tags, Upserted,
};

/// How often the writer lets other threads run without anybody coming before it goes to work: a few microseconds where a
/// processor is free.
const QUIET_TURNS: u32 = 16;

/// Where an answer goes.
pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked.
pub(super) enum Command {
    Delete {
        deletion: Deletion,
        authorize: Authorize,
        reply: Answer<Outcome>,
    },
    Upsert {
        resources: Vec<(ResourceKey, Tags)>,
        reply: Answer<Upserted>,
    },
    PutBack {
        lost: Vec<Lost>,
        by: Attribution,
        reply: Answer<Restored>,
    },
    /// Finish what is in the queue, and take nothing more.
    Close,
}

impl Command {
    /// Whether whoever asked went away meanwhile. Nothing was promised to them, so nothing need be done.
    fn is_abandoned(&self) -> bool {
        match self {
            Self::Delete { reply, .. } => reply.is_closed(),
            Self::Upsert { reply, .. } => reply.is_closed(),
            Self::PutBack { reply, .. } => reply.is_closed(),
            Self::Close => true,
        }
    }

    fn refuse(self, why: &StoreError) {
        match self {
            Self::Delete { reply, .. } => drop(reply.send(Err(why.clone()))),
            Self::Upsert { reply, .. } => drop(reply.send(Err(why.clone()))),
            Self::PutBack { reply, .. } => drop(reply.send(Err(why.clone()))),
            Self::Close => {}
        }
    }
}

fn refuse_all(commands: impl IntoIterator<Item = Command>, why: &StoreError) {
    for command in commands {
        command.refuse(why);
    }
}

/// An answer that is true once the transaction is committed. Whoever asked may have gone; then nobody hears it.
enum Pending {
    Delete(Answer<Outcome>, Result<Outcome, StoreError>),
    Upsert(Answer<Upserted>, Result<Upserted, StoreError>),
    PutBack(Answer<Restored>, Result<Restored, StoreError>),
}

impl Pending {
    fn send(self) {
        match self {
            Self::Delete(reply, answer) => drop(reply.send(answer)),
            Self::Upsert(reply, answer) => drop(reply.send(answer)),
            Self::PutBack(reply, answer) => drop(reply.send(answer)),
        }
    }

    fn refuse(self, why: &StoreError) {
        match self {
            Self::Delete(reply, _) => drop(reply.send(Err(why.clone()))),
            Self::Upsert(reply, _) => drop(reply.send(Err(why.clone()))),
            Self::PutBack(reply, _) => drop(reply.send(Err(why.clone()))),
        }
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
    /// Whether several commands came at a time when last looked.
    crowded: bool,
}

impl Writer {
    pub(super) fn new(
        database: Database,
        queue: mpsc::Receiver<Command>,
        batch: usize,
        counters: Arc<Counters>,
    ) -> Self {
        Self { database, queue, batch, counters, crowded: false }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, connection: Connection) {
        let mut connection = Some(connection);
        while let Some(batch) = self.next_batch() {
            match connection.take().map_or_else(|| self.database.open_writer(), Ok) {
                Ok(open) => connection = self.serve(open, batch),
                Err(why) => refuse_all(batch, &why),
            }
        }
        if let Some(connection) = connection {
            finish(&connection);
        }
    }

    /// Whatever waits, up to the limit, as soon as there is anything; `None` when there will be nothing more.
    fn next_batch(&mut self) -> Option<Vec<Command>> {
        let mut batch = Vec::new();
        self.queue.blocking_recv_many(&mut batch, self.batch);
        if self.crowded {
            self.gather(&mut batch);
        }
        self.crowded = batch.len() > 1;
        if batch.iter().any(|command| matches!(command, Command::Close)) {
            self.queue.close();
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// Lets those catch up who were answered together a moment ago and ask again: without this, the fastest of them gets
    /// a commit of its own while the others wait. It ends as soon as nobody comes.
    fn gather(&mut self, batch: &mut Vec<Command>) {
        let mut quiet = 0;
        while quiet < QUIET_TURNS && batch.len() < self.batch {
            if let Ok(command) = self.queue.try_recv() {
                batch.push(command);
                quiet = 0;
            } else {
                std::thread::yield_now();
                quiet += 1;
            }
        }
    }

    /// Works with this connection until there is nothing more to do, or the connection is spoiled and answered `None`.
    fn serve(&mut self, connection: Connection, first: Vec<Command>) -> Option<Connection> {
        let mut changes = match Changes::prepare(&connection) {
            Ok(changes) => changes,
            Err(trouble) => {
                let why = trouble.into();
                refuse_all(first, &why);
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
    fn transact(&self, changes: &mut Changes<'_>, batch: Vec<Command>) -> bool {
        if let Err(trouble) = changes.begin() {
            let usable = trouble.leaves_connection_usable();
            let why = trouble.into();
            refuse_all(batch, &why);
            return usable;
        }
        let mut usable = true;
        let mut deletions = 0;
        let mut pending = Vec::with_capacity(batch.len());
        let mut batch = batch.into_iter();
        while let Some(command) = batch.next() {
            if command.is_abandoned() {
                continue;
            }
            deletions += u64::from(matches!(command, Command::Delete { .. }));
            let (answer, trouble) = apply(changes, command);
            pending.extend(answer);
            if let Some(Spoilt { usable: still, why }) = trouble {
                usable &= still;
                if !changes.is_within_transaction() {
                    // It took the changes of the others with it.
                    for answer in pending {
                        answer.refuse(&why);
                    }
                    refuse_all(batch, &why);
                    return usable;
                }
            }
        }
        match changes.commit() {
            Ok(()) => {
                self.counters.count(deletions);
                for answer in pending {
                    answer.send();
                }
                usable
            }
            Err(trouble) => {
                usable &= trouble.leaves_connection_usable() && !changes.is_within_transaction();
                let why = trouble.into();
                for answer in pending {
                    answer.refuse(&why);
                }
                usable
            }
        }
    }
}

/// What a failed change means for the others.
struct Spoilt {
    usable: bool,
    why: StoreError,
}

/// Makes one change within the transaction.
fn apply(changes: &mut Changes<'_>, command: Command) -> (Option<Pending>, Option<Spoilt>) {
    match command {
        Command::Delete { deletion, authorize, reply } => {
            let (answer, spoilt) = judge(changes.delete(&deletion, &authorize));
            (Some(Pending::Delete(reply, answer)), spoilt)
        }
        Command::Upsert { resources, reply } => {
            let (answer, spoilt) = judge(changes.upsert(&resources));
            (Some(Pending::Upsert(reply, answer)), spoilt)
        }
        Command::PutBack { lost, by, reply } => {
            let (answer, spoilt) = judge(changes.put_back(&lost, &by));
            (Some(Pending::PutBack(reply, answer)), spoilt)
        }
        Command::Close => (None, None),
    }
}

fn judge<T>(changed: Result<T, Trouble>) -> (Result<T, StoreError>, Option<Spoilt>) {
    match changed {
        Ok(answer) => (Ok(answer), None),
        Err(trouble) => {
            let usable = trouble.leaves_connection_usable();
            let why = StoreError::from(trouble);
            (Err(why.clone()), Some(Spoilt { usable, why }))
        }
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
