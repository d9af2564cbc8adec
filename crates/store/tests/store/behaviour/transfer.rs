//! What comes in by import, and goes out by a scan.

use untag_store::{Tags, Upserted};

use super::words::scan_all;
use crate::support::{Subject, both, desktop, resource, tenant};

pub async fn an_import_is_idempotent(subject: &Subject) {
    let resources = vec![
        (desktop("d1"), both(&[("a", "1"), ("b", "2")], &[("s", "0")])),
        (desktop("d2"), Tags::default()),
        (resource("other", "desktop", "d1"), tenant(&[("a", "1")])),
    ];
    let first = subject.store.upsert(resources.clone()).await.unwrap();
    assert_eq!(first, Upserted { created: 3, changed: 0, unchanged: 0 });
    let second = subject.store.upsert(resources.clone()).await.unwrap();
    assert_eq!(second, Upserted { created: 0, changed: 0, unchanged: 3 });
    let mut expected = resources;
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(scan_all(subject, 10).await, expected);
    assert_eq!(subject.store.upsert(vec![]).await.unwrap(), Upserted::default());
}

pub async fn an_import_removes_nothing(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given_all(&desktop, &[("a", "1"), ("b", "2")], &[("s", "0")]).await;
    let answer = subject.store.upsert(vec![(desktop.clone(), Tags::default())]).await.unwrap();
    assert_eq!(answer, Upserted { created: 0, changed: 0, unchanged: 1 }, "no tags are not all tags");
    let answer =
        subject.store.upsert(vec![(desktop.clone(), both(&[("b", "new")], &[("t", "1")]))]).await.unwrap();
    assert_eq!(answer, Upserted { created: 0, changed: 1, unchanged: 0 });
    assert_eq!(subject.tags(&desktop).await, both(&[("a", "1"), ("b", "new")], &[("s", "0"), ("t", "1")]));
}

pub async fn an_import_takes_the_last_of_equals(subject: &Subject) {
    let desktop = desktop("d1");
    let answer = subject
        .store
        .upsert(vec![
            (desktop.clone(), tenant(&[("a", "1"), ("b", "2")])),
            (desktop.clone(), tenant(&[("a", "9")])),
            (desktop.clone(), tenant(&[("b", "2")])),
        ])
        .await
        .unwrap();
    assert_eq!(answer, Upserted { created: 1, changed: 1, unchanged: 1 });
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "9"), ("b", "2")]));
}

pub async fn an_import_leaves_no_trail(subject: &Subject) {
    subject.given(&desktop("d1"), &[("a", "1")]).await;
    subject.given(&desktop("d1"), &[("a", "2")]).await;
    assert_eq!(subject.trail().await, []);
}

pub async fn a_scan_goes_through_all_resources_in_order(subject: &Subject) {
    let mut all = Vec::new();
    for project in ["B", "a", "ä", "z"] {
        for kind in ["desktop", "desk", "中"] {
            for id in ["1", "10", "2", "", "é", "🦀", "\u{ffff}", "Z", "_", "a b"] {
                let tags = both(&[("project", project), ("id", id)], &[("s", kind)]);
                all.push((resource(project, kind, id), tags));
            }
        }
    }
    subject.store.upsert(all.clone()).await.unwrap();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    for limit in [1, 7, 120, 1000] {
        assert_eq!(scan_all(subject, limit).await, all, "in pages of {limit}");
    }
    assert_eq!(subject.store.scan(None, 0).await.unwrap(), []);
    // It goes on behind a resource that was taken away meanwhile.
    subject.forget(&all[10].0).await;
    let page = subject.store.scan(Some(all[10].0.clone()), 3).await.unwrap();
    assert_eq!(page, all[11..14]);
    let end = Some(all[119].0.clone());
    assert_eq!(subject.store.scan(end, 10).await.unwrap(), []);
}
