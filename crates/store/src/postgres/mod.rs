#![doc = include_str!("README.md")]

mod connect;
mod filter;
mod lane;
mod options;
mod put;
mod read;
mod remove;
mod restore;
mod rows;
mod schema;
mod session;
mod transaction;
mod trouble;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use options::PostgresOptions;

use self::lane::{Lane, Patience};
use self::put::Put;
use self::read::{Audit, Get, Ready, Scan, unknown_position};
use self::remove::{Remove, decide};
use self::restore::Restore;
use self::schema::{Engine, Migrate};
use crate::text::{can_be_kept, can_exist, check_attribution, check_resources};
use crate::{
    Attribution, AuditEntry, AuditFilter, AuditPosition, Authorize, Deletion, Load, Outcome, Reply,
    ResourceKey, Restored, Store, StoreError, Tags, Upserted,
};

/// How long [`Store::ready`] may take: whoever asks wants to know about now.
const READY: Duration = Duration::from_secs(2);

/// A store on PostgreSQL, or on an engine that speaks its language.
///
/// Each deletion is a transaction of its own; the server joins the commits of those that come together. Transactions that
/// lose their server are done again on the next one that accepts writes, until [`PostgresOptions::deadline`].
pub struct PostgresStore {
    write: Lane,
    /// Connections of their own, so that nobody who reads waits for those who wait for locks.
    read: Lane,
    engine: Engine,
    deadline: Duration,
    /// Deletions that were done, each in a transaction.
    deletions: AtomicU64,
}

impl PostgresStore {
    /// Connects, and brings the schema up to date.
    ///
    /// `url` is a URL or a list of words as libpq takes them, with one host or several; the one that accepts writes is
    /// found. `sslmode=require` means TLS with a verified certificate and host name, and is what silence means too,
    /// unless all hosts are this machine. `sslmode=disable` is clear text.
    ///
    /// # Errors
    ///
    /// [`StoreError::Invalid`] for a connection string or certificates that cannot be read, [`StoreError::NewerSchema`],
    /// [`StoreError::Unavailable`] when no server accepted writes within the deadline, [`StoreError::Failed`] when one
    /// refused.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self, StoreError> {
        let config = connect::config(url)?;
        let write = connect::pool(config.clone(), options.max_connections, &options)?;
        let read = connect::pool(config, options.max_read_connections, &options)?;
        let write = Lane::new(write, options.max_waiting);
        let read = Lane::new(read, options.max_waiting);
        let mut migrate = Migrate { partitions: options.partitions };
        let engine = write.run(Patience::Retry(options.deadline), &mut migrate).await?;
        Ok(Self { write, read, engine, deadline: options.deadline, deletions: AtomicU64::new(0) })
    }

    fn answer(&self) -> Patience {
        Patience::Answer(self.deadline)
    }

    fn retry(&self) -> Patience {
        Patience::Retry(self.deadline)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    fn delete(&self, deletion: Deletion, authorize: Authorize) -> Reply<'_, Outcome> {
        Box::pin(async move {
            check_attribution(&deletion.by)?;
            let _admitted = self.write.admit()?;
            if !can_exist(&deletion.resource) {
                return Ok(decide(&authorize, None)?.map_or_else(Outcome::Denied, |()| Outcome::NotFound));
            }
            let mut work = Remove::new(deletion, authorize, self.engine.isolation());
            let outcome = self.write.run(self.answer(), &mut work).await?;
            self.deletions.fetch_add(1, Ordering::Relaxed);
            Ok(outcome)
        })
    }

    fn get(&self, resource: ResourceKey) -> Reply<'_, Option<Tags>> {
        Box::pin(async move {
            let _admitted = self.read.admit()?;
            if !can_exist(&resource) {
                return Ok(None);
            }
            self.read.run(self.answer(), &mut Get(resource)).await
        })
    }

    fn upsert(&self, resources: Vec<(ResourceKey, Tags)>) -> Reply<'_, Upserted> {
        Box::pin(async move {
            check_resources(&resources)?;
            let _admitted = self.write.admit()?;
            self.write.run(self.retry(), &mut Put::new(resources, self.engine.isolation())).await
        })
    }

    fn scan(&self, after: Option<ResourceKey>, limit: usize) -> Reply<'_, Vec<(ResourceKey, Tags)>> {
        Box::pin(async move {
            let _admitted = self.read.admit()?;
            if after.as_ref().is_some_and(|after| !can_exist(after)) {
                return Err(unknown_position());
            }
            self.read.run(self.answer(), &mut Scan { after, limit: rows(limit) }).await
        })
    }

    fn audit(
        &self,
        filter: AuditFilter,
        after: Option<AuditPosition>,
        limit: usize,
    ) -> Reply<'_, Vec<AuditEntry>> {
        Box::pin(async move {
            let _admitted = self.read.admit()?;
            if after.as_ref().is_some_and(|after| !can_be_kept(&after.request_id)) {
                return Err(unknown_position());
            }
            if !can_match(&filter) {
                return Ok(Vec::new());
            }
            self.read.run(self.answer(), &mut Audit { filter, after, limit: rows(limit) }).await
        })
    }

    fn restore(&self, chosen: AuditFilter, by: Attribution) -> Reply<'_, Restored> {
        Box::pin(async move {
            check_attribution(&by)?;
            let _reads = self.read.admit()?;
            let _writes = self.write.admit()?;
            if !can_match(&chosen) {
                return Ok(Restored::default());
            }
            let mut work = Restore::new(chosen, by, self.engine.isolation(), &self.write, self.retry());
            self.read.run(self.retry(), &mut work).await
        })
    }

    fn ready(&self) -> Reply<'_, ()> {
        Box::pin(async move { self.read.run(Patience::Answer(self.deadline.min(READY)), &mut Ready).await })
    }

    fn load(&self) -> Load {
        let deletions = self.deletions.load(Ordering::Relaxed);
        let mut commit_sizes = [0; 10];
        // Each is a transaction of its own.
        commit_sizes[0] = deletions;
        Load { queued: self.write.waiting(), commits: deletions, committed: deletions, commit_sizes }
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            tokio::join!(self.write.close(), self.read.close());
            Ok(())
        })
    }
}

/// A number of rows as SQL counts them.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Whether any row can fit a filter.
fn can_match(filter: &AuditFilter) -> bool {
    let texts = [&filter.project_id, &filter.request_id, &filter.resource_type, &filter.resource_id];
    texts.into_iter().flatten().all(|text| can_be_kept(text))
}
