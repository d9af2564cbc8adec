//! All that a database holds, read by this process.

use untag_store::postgres::{PostgresOptions, PostgresStore};
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{AuditEntry, AuditFilter, ResourceKey, Store, Tags};

/// All that a database holds.
#[derive(Debug, PartialEq)]
pub(crate) struct Contents {
    /// Every resource.
    pub(crate) resources: Vec<(ResourceKey, Tags)>,
    /// The audit trail, oldest first.
    pub(crate) trail: Vec<AuditEntry>,
}

/// Reads a database, named as `--store` names it, which `untagd` may have open meanwhile.
pub(crate) fn contents(url: &str) -> Contents {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match url.strip_prefix("sqlite:") {
            Some(path) => {
                let options = SqliteOptions { create: false, ..SqliteOptions::default() };
                read(&SqliteStore::open(path, options).unwrap()).await
            }
            None => read(&PostgresStore::connect(url, PostgresOptions::default()).await.unwrap()).await,
        }
    })
}

async fn read(store: &dyn Store) -> Contents {
    const PAGE: usize = 4096;
    let (mut resources, mut trail) = (Vec::new(), Vec::new());
    loop {
        let after = resources.last().map(|(key, _): &(ResourceKey, Tags)| key.clone());
        let page = store.scan(after, PAGE).await.unwrap();
        if page.is_empty() {
            break;
        }
        resources.extend(page);
    }
    loop {
        let after = trail.last().map(|entry: &AuditEntry| entry.position.clone());
        let page = store.audit(AuditFilter::default(), after, PAGE).await.unwrap();
        if page.is_empty() {
            break;
        }
        trail.extend(page);
    }
    store.close().await.unwrap();
    Contents { resources, trail }
}
