//! The reference service in this process: real front, real SQLite, real authentication, in a state that a test sets.

use super::example::{ID, PROJECT, TOKEN, all_tags};
use super::service::Tags as All;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::thread::{self, JoinHandle};
use tempfile::TempDir;
use tokio::sync::oneshot;
use untag_identity::Configuration;
use untag_service::configuration;
use untag_service::running::Service;
use untag_service::settings::{Layer, loopback};
use untag_store::sqlite::{SqliteOptions, SqliteStore};
use untag_store::{ResourceKey, Store, Tags};

/// The access key of the one caller, besides its token.
pub const ACCESS_KEY: &str = "TESTER-1";
/// Its secret.
pub const SECRET_KEY: &str = "secret-of-the-tester";

/// A running service; it ends with this value.
pub struct Untagd {
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Untagd {
    /// Starts one with the example's resources and these tags besides, for a caller that is the tag service, or is not.
    pub fn with(besides: &BTreeMap<String, String>, op_service: bool) -> Self {
        let folder = TempDir::new().expect("a folder");
        let layer = Layer {
            listen: Some(loopback(0)),
            admin_listen: Some(loopback(0)),
            store: Some(format!("sqlite:{}", database(&folder).display())),
            ..Layer::default()
        };
        let roles = if op_service { "\"op_service\"" } else { "" };
        // The SHA-256 of `example-token`.
        let hash = "4d1566a1d7df42a8517456d60ea06ed284e535cfe4c956aa6ee172dbcdf945f7";
        let callers = format!(
            "[[users]]\nid = \"tester\"\nname = \"tester\"\naccount = \"account\"\nis_account = true\nprojects = [\"{PROJECT}\"]\n\
             roles = [{roles}]\n[[tokens]]\nsha256 = \"{hash}\"\nuser = \"tester\"\n\
             [[access_keys]]\nid = \"{ACCESS_KEY}\"\nsecret = \"{SECRET_KEY}\"\nuser = \"tester\"\n"
        );
        assert_eq!(TOKEN, "example-token");
        let callers = Configuration::parse(&callers, Path::new("callers")).expect("good callers");
        let settings = layer.settle().expect("good settings");
        let loaded = configuration::assemble(settings, callers).expect("a good configuration");
        let resources = resources(besides);
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let service = Service::prepare(loaded).await.expect("a service");
                service.store().upsert(resources).await.expect("data");
                let address = service.endpoint().replace("http://", "").parse().expect("an address");
                tell.send(address).expect("somebody waits");
                let stop = async {
                    let _ = stopped.await;
                };
                service.run(None, stop).await.expect("a clean end");
            });
        });
        let address = told.recv().expect("it starts");
        Self { address, folder, stop: Some(stop), thread: Some(thread) }
    }

    /// The tags that both resources have now, system tags among them, as another process reads them.
    pub fn tags(&self) -> All {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let options = SqliteOptions { create: false, ..SqliteOptions::default() };
        let store = SqliteStore::open(database(&self.folder), options).expect("the database");
        let mut all = All::new();
        for kind in ["desktop", "workspace"] {
            let tags = runtime.block_on(store.get(key(kind))).expect("a read").expect("the resource");
            all.insert(kind.to_owned(), tags.tags.into_iter().chain(tags.sys_tags).collect());
        }
        runtime.block_on(store.close()).expect("a clean end");
        all
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

fn database(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("tags.db")
}

fn key(kind: &str) -> ResourceKey {
    ResourceKey { project_id: PROJECT.to_owned(), resource_type: kind.to_owned(), resource_id: ID.to_owned() }
}

fn resources(besides: &BTreeMap<String, String>) -> Vec<(ResourceKey, Tags)> {
    let tags = all_tags().into_iter().map(|(kind, plain)| {
        let (sys_tags, tags) = plain
            .into_iter()
            .chain(besides.clone())
            .partition(|(key, _): &(String, String)| key == "_sys_enterprise_project_id");
        (key(&kind), Tags { tags, sys_tags })
    });
    tags.collect()
}
