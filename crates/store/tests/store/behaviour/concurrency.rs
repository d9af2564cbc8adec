//! Many at once: deletions, readers and imports that meet on the same tags.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use untag_store::{AuditFilter, Outcome, ResourceKey};

use super::words::patiently;
use crate::support::{Subject, any, by, desktop, done, tenant, untag};

pub async fn overlapping_deletions_remove_each_tag_once(subject: &Subject) {
    const TASKS: usize = 64;
    const KEYS: usize = 40;
    let desktops: Vec<ResourceKey> = (0..4).map(|number| desktop(&format!("d{number}"))).collect();
    let keys: Vec<String> = (0..KEYS).map(|key| format!("key{key}")).collect();
    let tags: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "value")).collect();
    for desktop in &desktops {
        subject.given(desktop, &tags).await;
    }
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = Arc::clone(&subject.store);
            let (desktops, keys) = (desktops.clone(), keys.clone());
            tokio::spawn(async move {
                let mut removed = 0;
                for step in 0..20 {
                    let desktop = &desktops[(task + step) % desktops.len()];
                    // Ten keys from anywhere, in an order of each task's own, which would make careless locking deadlock.
                    let wanted = (0..10)
                        .map(|place| any(&keys[(task * 7 + step * 3 + place * (task % 3 + 1)) % KEYS]));
                    let deletion = untag(desktop, wanted.collect(), by(&format!("r{task}-{step}"), 1));
                    match patiently(&store, deletion).await {
                        Outcome::Done { removed: more } => removed += more,
                        other => panic!("{other:?}"),
                    }
                }
                removed
            })
        })
        .collect();
    let mut removed = 0;
    for task in tasks {
        removed += task.await.unwrap();
    }
    let mut left = 0;
    for desktop in &desktops {
        left += subject.tags(desktop).await.tags.len();
    }
    let rows = subject.trail().await;
    assert_eq!(removed, desktops.len() * KEYS - left, "what was answered is what is gone");
    assert_eq!(rows.len(), removed, "and what is on record");
    let distinct: BTreeSet<_> = rows.iter().map(|row| (&row.resource, &row.key)).collect();
    assert_eq!(distinct.len(), removed, "each tag went once");
    assert!(removed > KEYS, "the tasks met tags to remove");
}

pub async fn a_reader_never_sees_half_a_batch(subject: &Subject) {
    const RESOURCES: usize = 60;
    let keys: Vec<String> = (0..10).map(|key| format!("key{key}")).collect();
    let tags: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "value")).collect();
    let desktops: Vec<ResourceKey> = (0..RESOURCES).map(|number| desktop(&format!("d{number}"))).collect();
    for desktop in &desktops {
        subject.given(desktop, &tags).await;
    }
    let finished = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let (store, desktops) = (Arc::clone(&subject.store), desktops.clone());
            let finished = Arc::clone(&finished);
            tokio::spawn(async move {
                loop {
                    let last = finished.load(Ordering::SeqCst);
                    if reader == 0 {
                        for (desktop, tags) in store.scan(None, RESOURCES).await.unwrap() {
                            assert!(
                                [0, 10].contains(&tags.tags.len()),
                                "{desktop:?} has {}",
                                tags.tags.len()
                            );
                        }
                    } else if reader == 1 {
                        let rows = store.audit(AuditFilter::default(), None, 100_000).await.unwrap();
                        assert_eq!(rows.len() % 10, 0);
                    } else {
                        for desktop in &desktops {
                            let tags = store.get(desktop.clone()).await.unwrap().unwrap();
                            assert!(
                                [0, 10].contains(&tags.tags.len()),
                                "{desktop:?} has {}",
                                tags.tags.len()
                            );
                        }
                    }
                    if last {
                        break;
                    }
                }
            })
        })
        .collect();
    let deletions: Vec<_> = desktops
        .iter()
        .enumerate()
        .map(|(number, desktop)| {
            let wanted = keys.iter().map(|key| any(key)).collect();
            let deletion = untag(desktop, wanted, by(&format!("r{number}"), 1));
            let store = Arc::clone(&subject.store);
            tokio::spawn(async move { patiently(&store, deletion).await })
        })
        .collect();
    for deletion in deletions {
        assert_eq!(deletion.await.unwrap(), done(10));
    }
    finished.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}

pub async fn deletions_among_imports_add_up(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("contested", "0"), ("keep", "me")]).await;
    let importers: Vec<_> = (0..4)
        .map(|importer| {
            let (store, desktop) = (Arc::clone(&subject.store), desktop.clone());
            tokio::spawn(async move {
                let mut changed = 0;
                for _ in 0..25 {
                    // Always the same value: it changes something only where the tag was gone.
                    let resources = vec![
                        (desktop.clone(), tenant(&[("contested", "0")])),
                        (self::desktop(&format!("other{importer}")), tenant(&[("a", "1")])),
                    ];
                    changed += store.upsert(resources).await.unwrap().changed;
                }
                changed
            })
        })
        .collect();
    let deleters: Vec<_> = (0..4)
        .map(|deleter| {
            let (store, desktop) = (Arc::clone(&subject.store), desktop.clone());
            tokio::spawn(async move {
                let mut removed = 0;
                for step in 0..25 {
                    let deletion =
                        untag(&desktop, vec![any("contested")], by(&format!("r{deleter}-{step}"), step));
                    match patiently(&store, deletion).await {
                        Outcome::Done { removed: more } => removed += more as u64,
                        other => panic!("{other:?}"),
                    }
                }
                removed
            })
        })
        .collect();
    let (mut set, mut removed) = (1, 0);
    for importer in importers {
        set += importer.await.unwrap();
    }
    for deleter in deleters {
        removed += deleter.await.unwrap();
    }
    let tags = subject.tags(&desktop).await.tags;
    assert_eq!(
        set - removed,
        u64::from(tags.contains_key("contested")),
        "set as often as removed, or once more"
    );
    assert_eq!(subject.trail().await.len() as u64, removed);
    assert_eq!(tags.get("keep").map(String::as_str), Some("me"));
}
