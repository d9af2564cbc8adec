//! One connection while a request uses it, which never goes back to the pool in the middle of a transaction.

use std::ops::Deref;
use std::time::Duration;

use deadpool_postgres::Object;
use tokio::runtime::Handle;
use tokio_postgres::Error;

/// How long an abandoned transaction may take to roll back, before its connection is closed instead.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection, taken from the pool for one attempt.
pub(super) struct Session {
    /// There until the session is dropped.
    object: Option<Object>,
    open: bool,
    unfit: bool,
}

impl Session {
    pub(super) fn new(object: Object) -> Self {
        Self { object: Some(object), open: false, unfit: false }
    }

    /// Says that a transaction is about to begin: from now on the session must be told how it ended.
    pub(super) fn opens(&mut self) {
        self.open = true;
    }

    /// Says that the transaction ended.
    pub(super) fn ended(&mut self) {
        self.open = false;
    }

    /// Says that the server is not to be asked again on this connection.
    pub(super) fn unfit(&mut self) {
        self.unfit = true;
    }

    /// Ends the transaction and keeps nothing of it.
    pub(super) async fn rollback(&mut self) -> Result<(), Error> {
        if let Some(object) = &self.object {
            object.batch_execute("ROLLBACK").await?;
        }
        self.ended();
        Ok(())
    }
}

/// What a session's connection offers. The one that is gone is only reachable while the session is being dropped.
impl Deref for Session {
    type Target = Object;

    fn deref(&self) -> &Object {
        match &self.object {
            Some(object) => object,
            None => unreachable!("a session is not used after its end"),
        }
    }
}

/// Whoever asked may hang up at any await, and an error leaves a transaction open: it is rolled back behind the scenes.
impl Drop for Session {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        if self.unfit {
            drop(Object::take(object));
        } else if self.open {
            let Ok(runtime) = Handle::try_current() else {
                drop(Object::take(object));
                return;
            };
            runtime.spawn(async move {
                let rollback = object.batch_execute("ROLLBACK");
                if !matches!(tokio::time::timeout(ROLLBACK_TIMEOUT, rollback).await, Ok(Ok(()))) {
                    drop(Object::take(object));
                }
            });
        }
    }
}
