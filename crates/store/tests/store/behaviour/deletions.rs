//! Which tags a deletion removes, and which it leaves.

use untag_store::{Deletion, Outcome, Tags};

use super::words::{keys, ordinals, scan_all};
use crate::support::{
    PROJECT, Subject, any, both, by, desktop, done, resource, sys_untag, tenant, untag, with,
};

pub async fn by_key(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("key1", "value1"), ("key2", "value2")]).await;
    assert_eq!(subject.delete(untag(&desktop, vec![any("key1")], by("r1", 1))).await, done(1));
    assert_eq!(subject.tags(&desktop).await, tenant(&[("key2", "value2")]));
}

pub async fn by_key_and_value(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("key1", "value1"), ("key2", "value2"), ("empty", "")]).await;
    let deletion = untag(&desktop, vec![with("key1", "value1"), with("empty", "")], by("r1", 1));
    assert_eq!(subject.delete(deletion).await, done(2));
    assert_eq!(subject.tags(&desktop).await, tenant(&[("key2", "value2")]));
}

pub async fn another_value_removes_nothing(subject: &Subject) {
    let desktop = desktop("d1");
    let tags = [("key1", "value1"), ("case", "Value"), ("empty", "")];
    subject.given(&desktop, &tags).await;
    // An empty value is a value: it does not stand for "any".
    let wanted = vec![
        with("key1", ""),
        with("key1", "value"),
        with("key1", "value12"),
        with("case", "value"),
        with("Key1", "value1"),
        with("empty", " "),
    ];
    assert_eq!(subject.delete(untag(&desktop, wanted, by("r1", 1))).await, done(0));
    assert_eq!(subject.tags(&desktop).await, tenant(&tags));
    assert_eq!(subject.trail().await, []);
}

pub async fn an_absent_tag_is_a_success(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("key1", "value1")]).await;
    let deletion = untag(&desktop, vec![any("key1")], by("r1", 1));
    assert_eq!(subject.delete(deletion.clone()).await, done(1));
    assert_eq!(subject.delete(deletion).await, done(0), "the same again");
    assert_eq!(subject.delete(untag(&desktop, vec![any("never")], by("r2", 2))).await, done(0));
    assert_eq!(subject.tags(&desktop).await, Tags::default());
}

pub async fn a_batch_removes_exactly_what_it_names(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("keep", "me")]).await;
    let wanted = vec![any("a"), with("b", "2"), with("c", "other"), any("absent"), any("d")];
    assert_eq!(subject.delete(untag(&desktop, wanted, by("r1", 1))).await, done(3));
    assert_eq!(subject.tags(&desktop).await, tenant(&[("c", "3"), ("keep", "me")]));
}

pub async fn empty_lists_remove_nothing(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given_all(&desktop, &[("key1", "value1")], &[("_sys_enterprise_project_id", "0")]).await;
    assert_eq!(subject.delete(untag(&desktop, vec![], by("r1", 1))).await, done(0));
    assert_eq!(
        subject.tags(&desktop).await,
        both(&[("key1", "value1")], &[("_sys_enterprise_project_id", "0")])
    );
    assert_eq!(subject.trail().await, []);
}

pub async fn a_repeated_tag_is_one_tag(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("key1", "value1"), ("key2", "value2")]).await;
    let wanted = vec![
        with("key1", "other"),
        any("key1"),
        any("key1"),
        with("key1", "value1"),
        with("key2", "value2"),
        any("key2"),
    ];
    assert_eq!(subject.delete(untag(&desktop, wanted, by("r1", 1))).await, done(2));
    assert_eq!(subject.tags(&desktop).await, Tags::default());
    let rows = subject.trail().await;
    assert_eq!(keys(&rows), ["key1", "key2"]);
    assert_eq!(ordinals(&rows), [0, 1]);
}

pub async fn tenant_and_system_tags_are_apart(subject: &Subject) {
    let desktop = desktop("d1");
    // The same key on both sides, so that a store that mixes them up is caught.
    subject.given_all(&desktop, &[("both", "tenant")], &[("both", "system")]).await;
    assert_eq!(subject.delete(untag(&desktop, vec![with("both", "system")], by("r1", 1))).await, done(0));
    assert_eq!(subject.delete(sys_untag(&desktop, vec![with("both", "tenant")], by("r2", 2))).await, done(0));
    assert_eq!(subject.delete(sys_untag(&desktop, vec![any("both")], by("r3", 3))).await, done(1));
    assert_eq!(subject.tags(&desktop).await, both(&[("both", "tenant")], &[]));
    assert_eq!(subject.delete(sys_untag(&desktop, vec![any("both")], by("r4", 4))).await, done(0));
    assert_eq!(subject.delete(untag(&desktop, vec![any("both")], by("r5", 5))).await, done(1));
    assert_eq!(subject.tags(&desktop).await, Tags::default());
}

pub async fn both_lists_in_one_deletion(subject: &Subject) {
    let desktop = desktop("d1");
    let enterprise_project = "_sys_enterprise_project_id";
    subject.given_all(&desktop, &[("a", "1"), ("b", "2")], &[(enterprise_project, "0")]).await;
    let deletion = Deletion {
        resource: desktop.clone(),
        tags: vec![any("b"), any("a")],
        sys_tags: vec![with(enterprise_project, "0")],
        by: by("r1", 1),
    };
    assert_eq!(subject.delete(deletion).await, done(3));
    assert_eq!(subject.tags(&desktop).await, Tags::default());
    let rows = subject.trail().await;
    assert_eq!(keys(&rows), ["b", "a", enterprise_project], "in the order of the request");
    assert_eq!(rows.iter().map(|row| row.system).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(ordinals(&rows), [0, 1, 2]);
}

pub async fn neighbours_are_untouched(subject: &Subject) {
    let other_project = "f".repeat(32);
    let target = desktop("d1");
    let neighbours = [
        desktop("d"),
        desktop("d10"),
        desktop("D1"),
        desktop("d1 "),
        desktop("%"),
        resource(PROJECT, "workspace", "d1"),
        resource(&other_project, "desktop", "d1"),
    ];
    let tags = [("key1", "value1"), ("key2", "value2")];
    subject.given(&target, &tags).await;
    for neighbour in &neighbours {
        subject.given(neighbour, &tags).await;
    }
    assert_eq!(subject.delete(untag(&target, vec![any("key1"), any("key2")], by("r1", 1))).await, done(2));
    for neighbour in &neighbours {
        assert_eq!(subject.tags(neighbour).await, tenant(&tags), "{neighbour:?}");
    }
    // The names of a resource must not run together either.
    let split = resource(PROJECT, "desktopd", "1");
    assert_eq!(subject.delete(untag(&split, vec![any("key1")], by("r2", 2))).await, Outcome::NotFound);
}

pub async fn an_unknown_resource_is_not_found(subject: &Subject) {
    subject.given(&desktop("d1"), &[("key1", "value1")]).await;
    for unknown in [desktop("d2"), resource(PROJECT, "workspace", "d1"), resource("other", "desktop", "d1")] {
        let deletion = untag(&unknown, vec![any("key1")], by("r1", 1));
        assert_eq!(subject.delete(deletion).await, Outcome::NotFound, "{unknown:?}");
        assert_eq!(subject.store.get(unknown.clone()).await.unwrap(), None, "{unknown:?}");
    }
    assert_eq!(subject.tags(&desktop("d1")).await, tenant(&[("key1", "value1")]));
    assert_eq!(subject.trail().await, []);
}

pub async fn a_resource_without_tags_is_there(subject: &Subject) {
    subject.given(&desktop("bare"), &[]).await;
    assert_eq!(subject.tags(&desktop("bare")).await, Tags::default());
    assert_eq!(subject.delete(untag(&desktop("bare"), vec![any("key1")], by("r1", 1))).await, done(0));
    assert_eq!(scan_all(subject, 10).await, [(desktop("bare"), Tags::default())]);
}
