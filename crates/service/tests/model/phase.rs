//! A part of a sequence: what clients ask at the same time, and what happens meanwhile.

use crate::operation::Operation;

/// What happens while operations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meanwhile {
    Nothing,
    /// A service ends in order, and starts again.
    Restart,
    /// A service is killed, and started again.
    Kill,
    /// SQLite: the service can make no file longer than this many bytes.
    FullDisk(u32),
    /// SQLite: another process holds the lock, until the moment comes, or until a request fails.
    Locked {
        until_failed: bool,
    },
    /// PostgreSQL: the connections of a service to the database break.
    Cut,
    /// PostgreSQL: the server crashes and starts again.
    Crash,
}

/// A part of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Phase {
    /// For each client, what it asks, one after the other.
    pub(crate) clients: Vec<Vec<Operation>>,
    pub(crate) meanwhile: Meanwhile,
    /// When that happens: after so many requests sent and answered, or pieces of data sent to and from the database.
    pub(crate) moment: usize,
    /// How much each client counts before it begins, so that they do not always meet in the same way.
    pub(crate) delays: Vec<u32>,
}
