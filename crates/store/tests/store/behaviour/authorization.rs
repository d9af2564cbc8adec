//! Who decides, on what, and when: inside the transaction, before anything is gone.

use std::sync::Arc;

use untag_store::{Authorize, Deletion, Outcome, StoreError, Tags};

use super::words::{Seen, keys};
use crate::support::{Subject, allow, any, both, by, denial, deny, desktop, done, sys_untag, tenant, untag};

pub async fn a_denial_changes_nothing(subject: &Subject) {
    let desktop = desktop("d1");
    let tags = [("a", "1"), ("b", "2"), ("c", "3")];
    subject.given_all(&desktop, &tags, &[("s", "0")]).await;
    // Denied only for what it finds there: the decision falls after the tags were read, and before anything is gone.
    let on_sight: Authorize = Arc::new(|tags| match tags {
        Some(tags) if tags.tags.contains_key("b") => Err(denial()),
        _ => Ok(()),
    });
    let deletion = Deletion {
        resource: desktop.clone(),
        tags: vec![any("a"), any("b"), any("c")],
        sys_tags: vec![any("s")],
        by: by("r1", 1),
    };
    let answer = subject.store.delete(deletion, on_sight).await.unwrap();
    assert_eq!(answer, Outcome::Denied(denial()), "the denial arrives as it was given");
    assert_eq!(subject.tags(&desktop).await, both(&tags, &[("s", "0")]));
    assert_eq!(subject.trail().await, []);
}

pub async fn a_denial_wins_over_not_found(subject: &Subject) {
    let seen = Seen::default();
    let deletion = untag(&desktop("nowhere"), vec![any("key1")], by("r1", 1));
    let answer = subject.store.delete(deletion.clone(), seen.then(deny())).await.unwrap();
    assert_eq!(answer, Outcome::Denied(denial()));
    assert_eq!(seen.last(), None, "authorization is asked about a resource that is not there");
    let answer = subject.store.delete(deletion, seen.then(allow())).await.unwrap();
    assert_eq!(answer, Outcome::NotFound);
}

pub async fn authorization_sees_the_tags_as_they_are(subject: &Subject) {
    let desktop = desktop("d1");
    let seen = Seen::default();
    subject.given_all(&desktop, &[("a", "1"), ("b", "2")], &[("s", "0")]).await;
    subject.given(&self::desktop("d2"), &[("other", "1")]).await;

    // All tags of the resource, not only those that the deletion names.
    let deletion = untag(&desktop, vec![any("a")], by("r1", 1));
    subject.store.delete(deletion, seen.then(allow())).await.unwrap();
    assert_eq!(seen.last(), Some(both(&[("a", "1"), ("b", "2")], &[("s", "0")])));

    subject.given(&desktop, &[("b", "changed"), ("c", "new")]).await;
    let deletion = sys_untag(&desktop, vec![any("s")], by("r2", 2));
    subject.store.delete(deletion, seen.then(allow())).await.unwrap();
    assert_eq!(seen.last(), Some(both(&[("b", "changed"), ("c", "new")], &[("s", "0")])));

    let deletion = untag(&desktop, vec![], by("r3", 3));
    subject.store.delete(deletion, seen.then(allow())).await.unwrap();
    assert_eq!(seen.last(), Some(tenant(&[("b", "changed"), ("c", "new")])));

    subject.given(&self::desktop("bare"), &[]).await;
    let deletion = untag(&self::desktop("bare"), vec![any("a")], by("r4", 4));
    subject.store.delete(deletion, seen.then(allow())).await.unwrap();
    assert_eq!(seen.last(), Some(Tags::default()), "there, and without tags");
}

pub async fn authorization_sees_what_others_left(subject: &Subject) {
    const RIVALS: usize = 16;
    let desktop = desktop("d1");
    for round in 0..8 {
        let own: Vec<String> = (0..RIVALS).map(|rival| format!("own{rival}")).collect();
        let mut tags: Vec<(&str, &str)> = own.iter().map(|key| (key.as_str(), "")).collect();
        tags.push(("permit", "one"));
        subject.given(&desktop, &tags).await;

        // Each needs the permit, and takes it away: only one may find it.
        let rivals: Vec<_> = own
            .iter()
            .map(|own| {
                let wanted = vec![any(own), any("permit")];
                let deletion = untag(&desktop, wanted, by(&format!("r{round}-{own}"), round));
                let permitted: Authorize = Arc::new(|tags| match tags {
                    Some(tags) if tags.tags.contains_key("permit") => Ok(()),
                    _ => Err(denial()),
                });
                let store = Arc::clone(&subject.store);
                tokio::spawn(async move { store.delete(deletion, permitted).await.unwrap() })
            })
            .collect();
        let mut winners = 0;
        for rival in rivals {
            match rival.await.unwrap() {
                Outcome::Done { removed: 2 } => winners += 1,
                Outcome::Denied(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(winners, 1);
        assert_eq!(
            subject.tags(&desktop).await.tags.len(),
            RIVALS - 1,
            "one own tag and the permit are gone"
        );
    }
    assert_eq!(subject.trail().await.len(), 2 * 8);
}

pub async fn a_panic_in_authorization_fails_only_its_deletion(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("a", "1"), ("b", "2")]).await;
    let bomb: Authorize = Arc::new(|_| panic!("this panic is part of a test"));
    for round in 0..3 {
        let answer =
            subject.store.delete(untag(&desktop, vec![any("a")], by("r1", round)), bomb.clone()).await;
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{answer:?}");
    }
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "1"), ("b", "2")]));
    assert_eq!(subject.delete(untag(&desktop, vec![any("b")], by("r2", 4))).await, done(1));
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "1")]));
    assert_eq!(keys(&subject.trail().await), ["b"]);
    subject.store.ready().await.unwrap();
}
