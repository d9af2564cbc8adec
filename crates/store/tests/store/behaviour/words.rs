//! Short words that the cases share.

use std::sync::{Arc, Mutex};

use untag_store::{
    AuditEntry, AuditFilter, AuditPosition, Authorize, Deletion, Outcome, ResourceKey, Store, StoreError,
    Tags,
};

use crate::support::{Subject, allow};

/// Remembers what authorization was shown, each time.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Option<Tags>>>>);

impl Seen {
    pub fn then(&self, decide: Authorize) -> Authorize {
        let seen = Arc::clone(&self.0);
        Arc::new(move |tags| {
            seen.lock().unwrap().push(tags.cloned());
            decide(tags)
        })
    }

    /// What it was shown last; a transaction that started anew shows it again.
    pub fn last(&self) -> Option<Tags> {
        std::mem::take(&mut *self.0.lock().unwrap()).pop().expect("authorization was asked")
    }
}

/// Deletes as a client does that was told to come back later.
pub async fn patiently(store: &Arc<dyn Store>, deletion: Deletion) -> Outcome {
    loop {
        match store.delete(deletion.clone(), allow()).await {
            Err(StoreError::Busy) => tokio::task::yield_now().await,
            answer => return answer.unwrap(),
        }
    }
}

pub async fn scan_all(subject: &Subject, limit: usize) -> Vec<(ResourceKey, Tags)> {
    let mut all: Vec<(ResourceKey, Tags)> = Vec::new();
    loop {
        let after = all.last().map(|(resource, _)| resource.clone());
        let page = subject.store.scan(after, limit).await.unwrap();
        assert!(page.len() <= limit);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

pub fn keys(rows: &[AuditEntry]) -> Vec<&str> {
    rows.iter().map(|row| row.key.as_str()).collect()
}

pub fn ordinals(rows: &[AuditEntry]) -> Vec<i32> {
    rows.iter().map(|row| row.position.ordinal).collect()
}

pub fn position(at: i64, request_id: &str, ordinal: i32) -> AuditPosition {
    AuditPosition { at, request_id: request_id.to_owned(), ordinal }
}

pub fn of_request(request_id: &str) -> AuditFilter {
    AuditFilter { request_id: Some(request_id.to_owned()), ..AuditFilter::default() }
}
