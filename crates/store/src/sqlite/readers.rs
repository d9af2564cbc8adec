//! Connections for those who only read. In a write-ahead log they see the last commit and never wait for the next.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::database::Database;
use super::trouble::{self, Trouble};
use crate::StoreError;

/// More connections than that are a mistake.
const MOST_PLACES: usize = 1024;

/// How long a read may take: long ones get places of their own, so that they cannot keep short ones out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    Short,
    Long,
}

/// Opens connections as they are needed and keeps them for the next who asks.
pub(super) struct Readers {
    database: Database,
    /// `None` once closed.
    idle: Mutex<Option<Vec<Connection>>>,
    /// How many short reads there may be at a time, and half as many long ones.
    places: usize,
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

impl Readers {
    /// Opens the first connection.
    pub(super) fn new(database: Database, places: usize) -> Result<Self, StoreError> {
        let idle = Mutex::new(Some(vec![database.open_reader()?]));
        let places = places.clamp(1, MOST_PLACES);
        let short = Arc::new(Semaphore::new(places));
        let long = Arc::new(Semaphore::new(places.div_ceil(2)));
        Ok(Self { database, idle, places, short, long })
    }

    /// Runs a query on a thread that may block.
    pub(super) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        patience: Patience,
        query: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let places = match patience {
            Patience::Short => &self.short,
            Patience::Long => &self.long,
        };
        let place = Arc::clone(places).acquire_owned().await.map_err(|_| trouble::closed())?;
        let readers = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || {
            // Held until the query ends, even if nobody waits for it any more.
            let _place = place;
            let connection = readers.take()?;
            let answer = query(&connection);
            if answer.as_ref().err().is_none_or(Trouble::leaves_connection_usable) {
                readers.give_back(connection);
            }
            Ok(answer?)
        });
        match asked.await {
            Ok(answer) => answer,
            Err(error) if error.is_cancelled() => Err(trouble::closed()),
            Err(_) => Err(StoreError::Failed("a query ended in a panic".to_owned())),
        }
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle.as_mut().ok_or_else(trouble::closed)?.pop();
        drop(idle);
        kept.map_or_else(|| self.database.open_reader(), Ok)
    }

    fn give_back(&self, connection: Connection) {
        if let Some(idle) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            idle.push(connection);
        }
    }

    /// Lets nobody in any more, and waits until everybody is out: SQLite tidies up its files when the last connection goes,
    /// and a reader's cannot.
    pub(super) async fn close(&self) {
        let places = u32::try_from(self.places).unwrap_or(u32::MAX);
        let everybody =
            (self.short.acquire_many(places).await, self.long.acquire_many(places.div_ceil(2)).await);
        self.short.close();
        self.long.close();
        drop(everybody);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").field("database", &self.database).finish_non_exhaustive()
    }
}
