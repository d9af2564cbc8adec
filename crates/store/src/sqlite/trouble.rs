//! What can go wrong with SQLite: whether it may go away by itself, and whether the connection survives it.

use rusqlite::{Error, ErrorCode};

use crate::StoreError;

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// SQLite says no.
    Sqlite(Error),
    /// We do.
    Answer(StoreError),
    /// A row of the audit trail has the place that another was to have: the same request in the same microsecond.
    PositionTaken,
}

impl Trouble {
    /// Whether the connection can go on afterwards. What came from waiting or from lack of room leaves it as it was; after
    /// anything else, what it remembers of its files may be wrong.
    pub(super) fn leaves_connection_usable(&self) -> bool {
        match self {
            Self::Answer(_) | Self::PositionTaken => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull)
            ),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(answer: StoreError) -> Self {
        Self::Answer(answer)
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Answer(answer) => answer,
            Trouble::PositionTaken => Self::Failed("a row of the audit trail cannot be written".to_owned()),
            Trouble::Sqlite(error) if error.sqlite_error_code().is_some_and(is_passing) => {
                Self::Unavailable(error.to_string())
            }
            Trouble::Sqlite(error) => Self::Failed(error.to_string()),
        }
    }
}

/// Whether the cause lies around the database, not in it: another process, the disk, the file's rights.
fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted
    )
}

/// What is asked after [`crate::Store::close`] gets, and what is still waiting if the writer ends early.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}
