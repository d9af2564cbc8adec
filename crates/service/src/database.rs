//! From settings to a store.

use crate::cli::StoreOptions;
use crate::problem::{Problem, Problems};
use crate::settings::{Layer, Settings, StoreUrl};
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use untag_store::postgres::{PostgresOptions, PostgresStore};
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{Store, StoreError};

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
    let cannot = |error: StoreError| {
        let words = format!("{:?}: {error}", settings.store);
        // A connection string or certificates that cannot be read.
        if matches!(error, StoreError::Invalid(_)) { Problem::input(words) } else { Problem::new(words) }
    };
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

/// Looks whether the authorities that vouch for PostgreSQL can be read, without connecting.
///
/// # Errors
/// They cannot; the message names the file.
pub fn check(settings: &Settings) -> Result<(), Problem> {
    let (StoreUrl::Postgres(_), Some(file)) = (&settings.store, &settings.store_ca) else { return Ok(()) };
    let pem = std::fs::read(file).map_err(|error| Problem::file(file, &error))?;
    let mut certificates = CertificateDer::pem_slice_iter(&pem).peekable();
    if certificates.peek().is_none() || certificates.any(|certificate| certificate.is_err()) {
        return Err(Problem::input(format!("{}: holds no certificates; PEM is expected", file.display())));
    }
    Ok(())
}

/// Opens the database for a command that needs nothing else.
///
/// # Errors
/// As [`open`], or the settings are wrong.
pub async fn open_for(options: &StoreOptions, missing: Missing) -> Result<Arc<dyn Store>, Problems> {
    let layer = Layer { store: options.store.clone(), ..Layer::default() };
    let mut problems = Problems::default();
    let settings = layer.over_file(options.config.as_deref(), &mut problems).settle_with(&mut problems);
    Ok(open(&problems.or(settings)?, missing).await?)
}
