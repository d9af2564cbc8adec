//! What the tests of every store share: a store under test, and short words for what it is asked.

pub mod postgres;
pub mod sqlite;

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use untag_store::{
    Attribution, AuditEntry, AuditFilter, Authorize, Deletion, Denial, Outcome, ResourceKey, Store,
    StoreError, TagMatch, Tags,
};

/// Takes a resource and its tags out of the database behind the store's back. No store does that, operators do.
pub type Forget = Box<dyn Fn(ResourceKey) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A store on a fresh database of its own.
pub struct Subject {
    pub store: Arc<dyn Store>,
    forget: Forget,
    /// What must live as long as the store does: its directory, its server.
    _held: Box<dyn Any + Send + Sync>,
}

impl Subject {
    pub fn new(store: Arc<dyn Store>, forget: Forget, held: impl Any + Send + Sync) -> Self {
        Self { store, forget, _held: Box::new(held) }
    }

    /// Takes a resource away behind the store's back.
    pub async fn forget(&self, resource: &ResourceKey) {
        (self.forget)(resource.clone()).await;
    }

    /// Makes sure that a resource has these tenant tags.
    pub async fn given(&self, resource: &ResourceKey, tags: &[(&str, &str)]) {
        self.given_all(resource, tags, &[]).await;
    }

    /// Makes sure that a resource has these tenant and system tags.
    pub async fn given_all(&self, resource: &ResourceKey, tags: &[(&str, &str)], sys_tags: &[(&str, &str)]) {
        self.store.upsert(vec![(resource.clone(), both(tags, sys_tags))]).await.expect("the import succeeds");
    }

    /// Deletes with everything allowed.
    pub async fn delete(&self, deletion: Deletion) -> Outcome {
        self.store.delete(deletion, allow()).await.expect("the store answers")
    }

    /// The tags of a resource that is there.
    pub async fn tags(&self, resource: &ResourceKey) -> Tags {
        self.store.get(resource.clone()).await.expect("the store answers").expect("the resource is there")
    }

    /// The audit trail from its beginning.
    pub async fn trail(&self) -> Vec<AuditEntry> {
        self.trail_of(AuditFilter::default()).await
    }

    /// The rows of the audit trail that fit.
    pub async fn trail_of(&self, filter: AuditFilter) -> Vec<AuditEntry> {
        self.store.audit(filter, None, 100_000).await.expect("the store answers")
    }
}

/// A project id.
pub const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// A desktop of [`PROJECT`].
pub fn desktop(id: &str) -> ResourceKey {
    resource(PROJECT, "desktop", id)
}

pub fn resource(project_id: &str, resource_type: &str, resource_id: &str) -> ResourceKey {
    ResourceKey {
        project_id: project_id.to_owned(),
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
    }
}

/// Tenant tags.
pub fn tenant(tags: &[(&str, &str)]) -> Tags {
    both(tags, &[])
}

/// Tenant and system tags.
pub fn both(tags: &[(&str, &str)], sys_tags: &[(&str, &str)]) -> Tags {
    Tags { tags: map(tags), sys_tags: map(sys_tags) }
}

fn map(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A tag whatever its value.
pub fn any(key: &str) -> TagMatch {
    TagMatch { key: key.to_owned(), value: None }
}

/// A tag with just this value.
pub fn with(key: &str, value: &str) -> TagMatch {
    TagMatch { key: key.to_owned(), value: Some(value.to_owned()) }
}

/// Who asks; the tests' time is any number.
pub fn by(request_id: &str, at: i64) -> Attribution {
    Attribution { at, request_id: request_id.to_owned(), caller: "account/user".to_owned() }
}

/// A deletion of tenant tags.
pub fn untag(resource: &ResourceKey, tags: Vec<TagMatch>, by: Attribution) -> Deletion {
    Deletion { resource: resource.clone(), tags, sys_tags: Vec::new(), by }
}

/// A deletion of system tags.
pub fn sys_untag(resource: &ResourceKey, sys_tags: Vec<TagMatch>, by: Attribution) -> Deletion {
    Deletion { resource: resource.clone(), tags: Vec::new(), sys_tags, by }
}

/// Everything is allowed.
pub fn allow() -> Authorize {
    Arc::new(|_| Ok(()))
}

/// Nothing is.
pub fn deny() -> Authorize {
    Arc::new(|_| Err(denial()))
}

/// What [`deny`] says.
pub fn denial() -> Denial {
    Denial { message: "not allowed".to_owned(), encoded: Some("encrypted".to_owned()) }
}

/// What a deletion comes to that removed so many.
pub fn done(removed: usize) -> Outcome {
    Outcome::Done { removed }
}

/// Holds whatever decides with it, and so the writer or the transaction that asks.
pub struct Gate {
    entered: tokio::sync::mpsc::UnboundedReceiver<()>,
    open: std::sync::mpsc::Sender<()>,
    authorize: Authorize,
}

impl Gate {
    pub fn new() -> Self {
        let (enter, entered) = tokio::sync::mpsc::unbounded_channel();
        let (open, opened) = std::sync::mpsc::channel();
        let opened = std::sync::Mutex::new(opened);
        let authorize: Authorize = Arc::new(move |_| {
            enter.send(()).expect("the test waits");
            opened.lock().expect("no panic").recv().expect("the test opens the gate");
            Ok(())
        });
        Self { entered, open, authorize }
    }

    /// Allows everything, once the gate was opened.
    pub fn authorize(&self) -> Authorize {
        Arc::clone(&self.authorize)
    }

    /// Waits until somebody stands at the gate.
    pub async fn reached(&mut self) {
        self.entered.recv().await.expect("somebody arrives");
    }

    /// Lets one pass.
    pub fn open(&self) {
        self.open.send(()).expect("somebody stands at the gate");
    }
}

/// Waits for a condition that others bring about. Fails after half a minute.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), waiting)
        .await
        .unwrap_or_else(|_| panic!("{what}"));
}

/// Unwraps the error of an unavailable store.
pub fn unavailable<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    match answer {
        Err(StoreError::Unavailable(why)) => why,
        other => panic!("the store should be unavailable, and answered {other:?}"),
    }
}
