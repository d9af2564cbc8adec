//! From settings to a store.

use crate::cli::StoreOptions;
use crate::problem::Problem;
use crate::settings::{Layer, Settings, StoreUrl};
use std::sync::Arc;
use untag_store::Store;
use untag_store::postgres::{PostgresOptions, PostgresStore};
use untag_store::sqlite::{SqliteOptions, SqliteStore};

/// Whether a database file is made where there is none. A command that only reads, or undoes, would otherwise take a
/// misspelt name for an empty database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is made.
    Make,
    /// It is an error.
    Refuse,
}

/// Opens the database, and brings it to the schema of this version.
///
/// # Errors
/// It cannot be reached, is not ours, or is of a newer version.
pub async fn open(settings: &Settings, missing: Missing) -> Result<Arc<dyn Store>, Problem> {
    let cannot = |error: untag_store::StoreError| Problem::new(format!("{:?}: {error}", settings.store));
    Ok(match &settings.store {
        StoreUrl::Sqlite(path) => {
            let options = SqliteOptions {
                create: missing == Missing::Make,
                queue: settings.front.in_flight,
                ..SqliteOptions::default()
            };
            Arc::new(SqliteStore::open(path, options).map_err(cannot)?)
        }
        StoreUrl::Postgres(url) => {
            let options = PostgresOptions {
                max_connections: settings.store_connections.into(),
                max_waiting: settings.front.in_flight,
                partitions: settings.store_partitions,
                root_certificates: settings.store_ca.clone(),
                ..PostgresOptions::default()
            };
            Arc::new(PostgresStore::connect(url, options).await.map_err(cannot)?)
        }
    })
}

/// Opens the database for a command that needs nothing else.
///
/// # Errors
/// As [`open`], or the settings are wrong.
pub async fn open_for(options: &StoreOptions, missing: Missing) -> Result<Arc<dyn Store>, Vec<Problem>> {
    let layer = Layer { store: options.store.clone(), ..Layer::default() };
    let layer = match &options.config {
        Some(path) => layer.over(Layer::read(path).map_err(|problem| vec![problem])?),
        None => layer,
    };
    open(&layer.settle()?, missing).await.map_err(|problem| vec![problem])
}
