//! What a store tells of itself, and how it ends.

use std::sync::{Arc, Mutex};

use untag_store::{Authorize, StoreError, Tags};

use crate::support::{Subject, allow, any, by, desktop, done, untag};

pub async fn a_store_that_is_used_is_ready(subject: &Subject) {
    subject.store.ready().await.unwrap();
    let before = subject.store.load();
    subject.given(&desktop("d1"), &[("a", "1")]).await;
    for request in ["r1", "r2", "r3"] {
        subject.delete(untag(&desktop("d1"), vec![any("a")], by(request, 1))).await;
    }
    subject.store.ready().await.unwrap();
    let after = subject.store.load();
    assert_eq!(after.queued, 0);
    assert_eq!(after.committed - before.committed, 3);
    // They were asked one after another, so no two of them shared a commit.
    assert_eq!(after.commits - before.commits, 3);
    assert_eq!(after.commit_sizes[0] - before.commit_sizes[0], 3);
    assert_eq!(after.commit_sizes.iter().sum::<u64>(), after.commits);
}

pub async fn closing_finishes_what_was_accepted(subject: &Subject) {
    subject.given(&desktop("d1"), &[("a", "1"), ("b", "2")]).await;
    let (entered, accepted) = tokio::sync::oneshot::channel();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let gate = Mutex::new((Some(entered), held));
    let authorize: Authorize = Arc::new(move |_| {
        let mut gate = gate.lock().unwrap();
        if let Some(entered) = gate.0.take() {
            entered.send(()).unwrap();
            gate.1.recv().unwrap();
        }
        Ok(())
    });
    let deletion = untag(&desktop("d1"), vec![any("a")], by("r1", 1));
    let store = Arc::clone(&subject.store);
    let deleting = tokio::spawn(async move { store.delete(deletion, authorize).await });
    accepted.await.unwrap();
    let store = Arc::clone(&subject.store);
    let closing = tokio::spawn(async move { store.close().await });
    release.send(()).unwrap();
    assert_eq!(deleting.await.unwrap().unwrap(), done(1));
    closing.await.unwrap().unwrap();

    let store = &subject.store;
    let late = store.delete(untag(&desktop("d1"), vec![any("b")], by("r2", 2)), allow()).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    let late = store.get(desktop("d1")).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    let late = store.ready().await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    let late = store.upsert(vec![(desktop("d1"), Tags::default())]).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    store.close().await.expect("closing again is no error");
}
