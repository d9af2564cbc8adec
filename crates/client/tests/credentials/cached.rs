//! One load for all who wait, and what becomes of its failure.

use crate::token;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use untag_client::credentials::{
    BoxFuture, Cached, Credentials, CredentialsError, Issued, ProvideCredentials,
};

/// A source that counts how often it is asked, and answers when the test lets it.
#[derive(Debug)]
struct Gated {
    asked: AtomicUsize,
    gate: Semaphore,
    /// Which answers are failures, counted from 0.
    failing: fn(usize) -> bool,
}

impl Gated {
    fn new(failing: fn(usize) -> bool) -> Arc<Self> {
        Arc::new(Self { asked: AtomicUsize::new(0), gate: Semaphore::new(0), failing })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for Gated {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        Box::pin(async {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await.unwrap().forget();
            if (self.failing)(number) {
                return Err(CredentialsError::failed(format!("failure {number}"), "try again"));
            }
            let token: untag_client::types::AuthToken = format!("t{number}").parse().unwrap();
            Ok(Issued::new(Credentials::Token(token), "the test"))
        })
    }
}

type Outcome = Result<Issued, CredentialsError>;

/// Many callers at once. On this runtime of one thread, all of them have asked once `yield_now` returns.
async fn callers(
    source: &Arc<Cached<Arc<Gated>>>,
    expired: Option<&Issued>,
) -> Vec<tokio::task::JoinHandle<Outcome>> {
    let callers = (0..64)
        .map(|_| {
            let (source, expired) = (Arc::clone(source), expired.cloned());
            tokio::spawn(async move { source.provide(expired.as_ref()).await })
        })
        .collect();
    tokio::task::yield_now().await;
    callers
}

async fn all(callers: Vec<tokio::task::JoinHandle<Outcome>>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for caller in callers {
        // A load too many waits at the gate for ever.
        outcomes.push(timeout(Duration::from_mins(1), caller).await.unwrap().unwrap());
    }
    outcomes
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_load() {
    let gated = Gated::new(|_| false);
    let source = Arc::new(Cached::new(Arc::clone(&gated)));
    let waiting = callers(&source, None).await;
    gated.gate.add_permits(1);
    let outcomes = all(waiting).await;
    assert!(outcomes.iter().all(|outcome| token(outcome.as_ref().unwrap()) == "t0"));
    assert_eq!((outcomes.len(), gated.asked()), (64, 1));

    // All of them are refused at once: one load again, and then none for those who come late.
    let old = outcomes[0].clone().unwrap();
    let waiting = callers(&source, Some(&old)).await;
    gated.gate.add_permits(1);
    for outcome in all(waiting).await {
        assert_eq!(token(&outcome.unwrap()), "t1");
    }
    assert_eq!(token(&source.provide(Some(&old)).await.unwrap()), "t1");
    assert_eq!(token(&source.provide(None).await.unwrap()), "t1");
    assert_eq!(gated.asked(), 2);
}

#[tokio::test]
async fn a_failure_is_shared_and_not_kept() {
    let gated = Gated::new(|number| number == 0);
    let source = Arc::new(Cached::new(Arc::clone(&gated)));
    let waiting = callers(&source, None).await;
    gated.gate.add_permits(1);
    for outcome in all(waiting).await {
        assert_eq!(outcome.unwrap_err().problem(), "failure 0");
    }
    assert_eq!(gated.asked(), 1);
    gated.gate.add_permits(1);
    assert_eq!(token(&source.provide(None).await.unwrap()), "t1");
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_the_load_to_the_next() {
    let gated = Gated::new(|_| false);
    let source = Arc::new(Cached::new(Arc::clone(&gated)));
    let mut waiting = callers(&source, None).await;
    assert_eq!(gated.asked(), 1);
    waiting.remove(0).abort();
    gated.gate.add_permits(1);
    let outcomes = all(waiting).await;
    assert_eq!(outcomes.len(), 63);
    assert!(outcomes.iter().all(|outcome| token(outcome.as_ref().unwrap()) == "t1"));
    assert_eq!(gated.asked(), 2);
}
