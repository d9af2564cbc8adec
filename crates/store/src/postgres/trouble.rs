//! What can go wrong between this program and PostgreSQL, and what helps: asking again, another connection, or nothing.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::StoreError;

/// Why an attempt at a transaction ended without its result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It lost against another transaction. The same connection may try again.
    Conflict(String),
    /// The server went away, restarts, or is not the primary any more. Another connection may reach one that can.
    Lost(String),
    /// Rows of the audit trail stand already where this request's rows should.
    PositionTaken,
    /// Asking again does not help now.
    Final(StoreError),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let text = describe(&error);
        let Some(state) = error.code() else {
            // Not the server's word. Either the connection was refused or broke, or the two do not understand each other.
            return if error.is_closed() || is_io(&error) {
                Self::Lost(text)
            } else {
                Self::Final(StoreError::Failed(text))
            };
        };
        match state {
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Self::Conflict(text),
            &SqlState::ADMIN_SHUTDOWN
            | &SqlState::CRASH_SHUTDOWN
            | &SqlState::CANNOT_CONNECT_NOW
            | &SqlState::READ_ONLY_SQL_TRANSACTION
            | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | &SqlState::TOO_MANY_CONNECTIONS => Self::Lost(text),
            // 08: connection exceptions. 55P03, 57014: waited or worked for too long. 53: disk or memory is full.
            // 58: the server's own input and output fails.
            _ if state.code().starts_with("08") => Self::Lost(text),
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::QUERY_CANCELED => {
                Self::Final(StoreError::Unavailable(text))
            }
            _ if state.code().starts_with("53") || state.code().starts_with("58") => {
                Self::Final(StoreError::Unavailable(text))
            }
            _ => Self::Final(StoreError::Failed(text)),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(answer: StoreError) -> Self {
        Self::Final(answer)
    }
}

impl From<PoolError> for Trouble {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            PoolError::Closed => Self::Final(closed()),
            other => Self::Final(StoreError::Failed(format!("the pool of connections: {other}"))),
        }
    }
}

impl Trouble {
    /// The answer, when there is no time or reason to try again.
    pub(super) fn into_answer(self) -> StoreError {
        match self {
            Self::Conflict(text) | Self::Lost(text) => StoreError::Unavailable(text),
            Self::PositionTaken => {
                StoreError::Failed("rows of the audit trail keep standing in the way".to_owned())
            }
            Self::Final(answer) => answer,
        }
    }
}

/// What is asked after [`crate::Store::close`] gets.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

/// A table that is not there: the schema was never made.
pub(super) fn is_undefined_table(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_TABLE)
}

/// A key that is there already.
pub(super) fn is_duplicate(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

/// Two programs made the same table at once; PostgreSQL reports that in any of its catalogues.
pub(super) fn is_made_twice(error: &Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::UNIQUE_VIOLATION | &SqlState::DUPLICATE_TABLE | &SqlState::DUPLICATE_OBJECT)
    )
}

/// Whether reading or writing failed underneath, name resolution and TLS included.
fn is_io(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// For the operator's log: the state and the message of the server, or the chain of causes. A row's values, which stand
/// in the detail of a server's error, are left out.
fn describe(error: &Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", answer.message(), answer.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            let _ = write!(text, ": {inner_text}");
        }
        cause = inner.source();
    }
    text
}
