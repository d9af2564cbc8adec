//! What can be chosen about a PostgreSQL store.

use std::path::PathBuf;
use std::time::Duration;

/// How a [`crate::postgres::PostgresStore`] uses its database. The defaults suit one `untagd` among a few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresOptions {
    /// Connections for changes at most, and so changes at a time; at least 1.
    pub max_connections: usize,
    /// Connections for reading at most, beside those for changes; at least 1.
    pub max_read_connections: usize,
    /// Changes at most that wait for a connection, and as many reads. One more is answered [`crate::StoreError::Busy`].
    pub max_waiting: usize,
    /// For how long a request is tried again while servers restart or change places, before the answer is
    /// [`crate::StoreError::Unavailable`].
    pub deadline: Duration,
    /// How long the server may work on one statement.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock that another transaction holds.
    pub lock_timeout: Duration,
    /// Into how many partitions plain PostgreSQL splits each table when it is made; 0 for none, which is what a Citus
    /// coordinator needs. Engines that distribute tables by themselves get none in any case. Later changes do nothing.
    pub partitions: u16,
    /// A PEM file with the authorities that may vouch for a server; those of the operating system where there is none.
    pub root_certificates: Option<PathBuf>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            max_connections: 16,
            max_read_connections: 4,
            max_waiting: 1024,
            deadline: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(3),
            partitions: 16,
            root_certificates: None,
        }
    }
}
