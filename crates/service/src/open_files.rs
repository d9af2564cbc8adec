//! Open files: how many there are, the system's limit of them, and whether it is enough for the connections that the settings allow.

use crate::settings::{Settings, StoreUrl};
use rustix::process::{Resource, getrlimit};

/// Connections to the operator's listener: probes, and whoever collects the figures.
pub const ADMIN_CONNECTIONS: usize = 64;

/// What is open besides connections: the database's files, the log, questions to Keystone, files that are read again.
const OTHERS: usize = 128;

/// How many files the service may have open at a time.
#[must_use]
pub fn needed(settings: &Settings) -> u64 {
    let store = match settings.store {
        // Its files are few, and among the others.
        StoreUrl::Sqlite(_) => 0,
        StoreUrl::Postgres(_) => usize::from(settings.store_connections),
    };
    (settings.front.connections + ADMIN_CONNECTIONS + store + OTHERS) as u64
}

/// How many files this process has open, where the system tells.
#[must_use]
pub fn open() -> Option<usize> {
    // One of them is the folder itself, while it is read.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1))
}

/// What to do, where the limit of this process is less than that.
#[must_use]
pub fn warning(settings: &Settings) -> Option<String> {
    let needed = needed(settings);
    // None is a limit that nobody reaches.
    let limit = getrlimit(Resource::Nofile).current.filter(|limit| *limit < needed)?;
    Some(format!(
        "the limit of open files is {limit}, and max-connections = {} needs {needed}: beyond the limit, new connections \
         wait and the database may fail; raise it (LimitNOFILE={needed} in a systemd unit, `ulimit -n {needed}` in a shell) \
         or lower max-connections",
        settings.front.connections
    ))
}
