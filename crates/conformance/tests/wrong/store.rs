//! The tags that the server has, which a test and the kit read and set beside it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// Project, type and id.
pub(crate) type Key = (String, String, String);

/// Tags and system tags of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) sys_tags: BTreeMap<String, String>,
}

/// All resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store(Arc<Mutex<BTreeMap<Key, Tags>>>);

impl Store {
    /// The resources, until the guard is dropped.
    pub(crate) fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Tags>> {
        self.0.lock().expect("no test panics with the lock")
    }
}
