//! The store for one machine: an SQLite database in a file. One thread writes, and lets all who wait share its commits;
//! readers have connections of their own and never wait for it.

mod change;
mod checkpoint;
mod database;
mod query;
mod readers;
mod restore;
mod rows;
mod schema;
mod trouble;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use self::checkpoint::Checkpointer;
use self::database::Database;
use self::readers::{Patience, Readers};
use self::writer::{Answer, Command, Counters, Writer};
use crate::{
    Attribution, AuditEntry, AuditFilter, AuditPosition, Authorize, Deletion, Load, Outcome, Reply,
    ResourceKey, Restored, Store, StoreError, Tags, Upserted, text,
};

/// How an SQLite store works. The defaults suit a service; what they cost is said with each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Whether to make the database where there is none. `true` by default.
    pub create: bool,
    /// How many changes may wait for the writer, at least 1; a deletion beyond that is [`StoreError::Busy`]. 1024 by
    /// default.
    pub queue: usize,
    /// How many changes may share one commit, at least 1. 256 by default; 1 makes each pay for its own.
    pub batch: usize,
    /// How long to wait for a lock that another process holds, before the store is [`StoreError::Unavailable`] to those
    /// who wait. Five seconds by default.
    pub busy_timeout: Duration,
    /// How many reads of single resources may run at a time, at least 1, each on a connection of its own. Half as many
    /// long reads (scans, the audit trail) may run besides. Four by default; a connection takes up to 2 MiB.
    pub readers: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { create: true, queue: 1024, batch: 256, busy_timeout: Duration::from_secs(5), readers: 4 }
    }
}

/// A store in an SQLite database, of which this process need not be the only user.
///
/// Dropping it loses nothing that was answered; [`Store::close`] also waits for what was not.
#[derive(Debug)]
pub struct SqliteStore {
    commands: mpsc::Sender<Command>,
    readers: Arc<Readers>,
    counters: Arc<Counters>,
    /// The writer's thread, until somebody waits for its end.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteStore {
    /// Opens the database in this file, brings its schema up to date and starts the writer. It may wait for the disk and,
    /// as long as [`SqliteOptions::busy_timeout`], for other processes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where the file cannot be opened or written now, [`StoreError::NewerSchema`] where a newer
    /// program made it, [`StoreError::Failed`] where it is damaged or not a database of this program. The file is then as
    /// it was.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "options are made for one store, and may come to own something"
    )]
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, StoreError> {
        let SqliteOptions { create, queue, batch, busy_timeout, readers } = options;
        let database = Database::new(path.as_ref(), busy_timeout);
        let mut connection = database.open_or_migrate(create)?;
        // One read before anybody waits for it, so that what keeps readers out is known at once.
        let readers = Arc::new(Readers::new(database.clone(), readers)?);
        let (commands, commanded) = mpsc::channel(queue.clamp(1, tokio::sync::Semaphore::MAX_PERMITS));
        let counters = Arc::new(Counters::default());
        let checkpointer = Checkpointer::start(database.clone())?;
        checkpointer.watch(&mut connection)?;
        let writer = Writer::new(database, commanded, batch.max(1), Arc::clone(&counters), checkpointer);
        let thread = std::thread::Builder::new()
            .name("untag-writer".to_owned())
            .spawn(move || writer.run(connection))
            .map_err(|error| StoreError::Unavailable(format!("the writer's thread cannot start: {error}")))?;
        Ok(Self { commands, readers, counters, thread: Mutex::new(Some(thread)) })
    }

    /// Hands a command to the writer, waits for room in the queue, and then for the answer.
    async fn change<T>(&self, (command, answer): (Command, Answer<T>)) -> Result<T, StoreError> {
        self.commands.send(command).await.map_err(|_| trouble::closed())?;
        answer.await.map_err(|_| trouble::closed())?
    }
}

impl Store for SqliteStore {
    fn delete(&self, deletion: Deletion, authorize: Authorize) -> Reply<'_, Outcome> {
        Box::pin(async move {
            text::check_attribution(&deletion.by)?;
            let (command, answer) = Command::delete(deletion, authorize);
            self.commands.try_send(command).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => trouble::closed(),
            })?;
            answer.await.map_err(|_| trouble::closed())?
        })
    }

    fn get(&self, resource: ResourceKey) -> Reply<'_, Option<Tags>> {
        let read = move |connection: &rusqlite::Connection| Ok(query::tags(connection, &resource)?);
        Box::pin(self.readers.ask(Patience::Short, read))
    }

    fn upsert(&self, resources: Vec<(ResourceKey, Tags)>) -> Reply<'_, Upserted> {
        Box::pin(async move {
            text::check_resources(&resources)?;
            self.change(Command::upsert(resources)).await
        })
    }

    fn scan(&self, after: Option<ResourceKey>, limit: usize) -> Reply<'_, Vec<(ResourceKey, Tags)>> {
        let read =
            move |connection: &rusqlite::Connection| Ok(query::scan(connection, after.as_ref(), limit)?);
        Box::pin(self.readers.ask(Patience::Long, read))
    }

    fn audit(
        &self,
        filter: AuditFilter,
        after: Option<AuditPosition>,
        limit: usize,
    ) -> Reply<'_, Vec<AuditEntry>> {
        let read = move |connection: &rusqlite::Connection| {
            Ok(query::audit(connection, &filter, after.as_ref(), limit)?)
        };
        Box::pin(self.readers.ask(Patience::Long, read))
    }

    fn restore(&self, chosen: AuditFilter, by: Attribution) -> Reply<'_, Restored> {
        Box::pin(async move {
            text::check_attribution(&by)?;
            let commands = self.commands.clone();
            let restore = move |connection: &rusqlite::Connection| {
                restore::restore(connection, &commands, &chosen, &by)
            };
            self.readers.ask(Patience::Long, restore).await
        })
    }

    fn ready(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.readers.ask(Patience::Short, |connection| Ok(query::probe(connection)?)).await?;
            if self.commands.is_closed() {
                return Err(trouble::closed());
            }
            Ok(())
        })
    }

    fn load(&self) -> Load {
        let queued = self.commands.max_capacity() - self.commands.capacity();
        self.counters.load(queued)
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            // Whoever closes too waits here until it is done.
            let mut thread = self.thread.lock().await;
            let Some(running) = thread.take() else { return Ok(()) };
            self.readers.close().await;
            // The only way this fails is that the writer has ended already.
            let _ = self.commands.send(Command::Close).await;
            let ended = tokio::task::spawn_blocking(move || running.join()).await;
            match ended {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(StoreError::Failed("the writer ended in a panic".to_owned())),
            }
        })
    }
}
