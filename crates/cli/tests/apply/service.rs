//! The reference service in this process: real front, real SQLite, real authentication.

use crate::support::{PROJECT, folder};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use tempfile::TempDir;
use tokio::sync::oneshot;
use untag_identity::Configuration;
use untag_service::configuration;
use untag_service::running::Service;
use untag_service::settings::{Layer, loopback};
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{AuditEntry, AuditFilter, ResourceKey, Store, Tags};

/// The token of somebody who may do everything in the project.
pub(crate) const TOKEN: &str = "example-token";

/// Its SHA-256.
const HASH: &str = "4d1566a1d7df42a8517456d60ea06ed284e535cfe4c956aa6ee172dbcdf945f7";

/// A running service; it ends with this value.
pub(crate) struct Untagd {
    pub(crate) endpoint: String,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Tags by type and id.
pub(crate) type Left = BTreeMap<(String, String), BTreeMap<String, String>>;

/// A resource: type, id, and its tags.
pub(crate) type Row = (String, String, Vec<(String, String)>);

impl Untagd {
    /// One with these resources.
    pub(crate) fn with(rows: Vec<Row>) -> Self {
        Self::limited(rows, None)
    }

    /// One that takes only so many requests at once.
    pub(crate) fn limited(rows: Vec<Row>, max_requests: Option<u32>) -> Self {
        let folder = folder();
        let layer = Layer {
            listen: Some(loopback(0)),
            admin_listen: Some(loopback(0)),
            store: Some(format!("sqlite:{}", database(folder.path()).display())),
            max_requests,
            ..Layer::default()
        };
        let callers = format!(
            "[[users]]\nid = \"tester\"\nname = \"tester\"\naccount = \"account\"\nis_account = true\n\
             projects = [\"{PROJECT}\"]\n[[tokens]]\nsha256 = \"{HASH}\"\nuser = \"tester\"\n"
        );
        let callers = Configuration::parse(&callers, Path::new("callers")).unwrap();
        let loaded = configuration::assemble(layer.settle().unwrap(), callers).unwrap();
        let resources: Vec<_> = rows
            .into_iter()
            .map(|(kind, id, tags)| {
                (key(&kind, &id), Tags { tags: tags.into_iter().collect(), sys_tags: BTreeMap::new() })
            })
            .collect();
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let service = Service::prepare(loaded).await.unwrap();
                for some in resources.chunks(4096) {
                    service.store().upsert(some.to_vec()).await.unwrap();
                }
                tell.send(service.endpoint()).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                service.run(None, stop).await.unwrap();
            });
        });
        let endpoint = told.recv().unwrap();
        Self { endpoint, folder, stop: Some(stop), thread: Some(thread) }
    }

    /// The tags that are left, by type and id.
    pub(crate) fn tags(&self) -> Left {
        self.read(async |store| {
            let (mut all, mut after) = (BTreeMap::new(), None);
            loop {
                let page = store.scan(after, 4096).await.unwrap();
                let Some((last, _)) = page.last() else { return all };
                after = Some(last.clone());
                all.extend(
                    page.into_iter().map(|(key, tags)| ((key.resource_type, key.resource_id), tags.tags)),
                );
            }
        })
    }

    /// What was removed, each with how often: type, id, key and value.
    pub(crate) fn removed(&self) -> BTreeMap<[String; 4], usize> {
        self.read(async |store| {
            let (mut all, mut after) = (BTreeMap::new(), None);
            loop {
                let page = store.audit(AuditFilter::default(), after, 4096).await.unwrap();
                let Some(last) = page.last() else { return all };
                after = Some(last.position.clone());
                for AuditEntry { resource, key, value, .. } in page {
                    *all.entry([resource.resource_type, resource.resource_id, key, value]).or_default() += 1;
                }
            }
        })
    }

    /// Adds a resource, as another process does.
    pub(crate) fn add(&self, kind: &str, id: &str, tags: &[(&str, &str)]) {
        let tags = tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        let resource = (key(kind, id), Tags { tags, sys_tags: BTreeMap::new() });
        let upserted = self.read(async |store| store.upsert(vec![resource]).await.unwrap());
        assert_eq!(upserted.created, 1);
    }

    fn read<T: Send>(&self, read: impl AsyncFnOnce(&SqliteStore) -> T + Send) -> T {
        let path = database(self.folder.path());
        // Tests have runtimes of their own, in which another cannot be started.
        thread::scope(|scope| {
            scope
                .spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(async {
                        let options = SqliteOptions { create: false, ..SqliteOptions::default() };
                        let store = SqliteStore::open(path, options).unwrap();
                        let found = read(&store).await;
                        store.close().await.unwrap();
                        found
                    })
                })
                .join()
                .unwrap()
        })
    }
}

impl Drop for Untagd {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of it has failed the test already.
            let _ = thread.join();
        }
    }
}

fn database(folder: &Path) -> PathBuf {
    folder.join("tags.db")
}

fn key(kind: &str, id: &str) -> ResourceKey {
    ResourceKey { project_id: PROJECT.to_owned(), resource_type: kind.to_owned(), resource_id: id.to_owned() }
}
