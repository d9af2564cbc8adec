//! The audit trail: a row for each removed tag, and how the rows are found again.

use untag_store::{Action, AuditEntry, AuditFilter, Deletion};

use super::words::{keys, ordinals, position};
use crate::support::{PROJECT, Subject, any, by, deny, desktop, done, resource, untag, with};

pub async fn the_trail_has_one_exact_row_for_each_tag(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given_all(&desktop, &[("key1", "value1"), ("中", "")], &[("s", "0")]).await;
    let deletion = Deletion {
        resource: desktop.clone(),
        tags: vec![with("中", ""), any("key1")],
        sys_tags: vec![any("s")],
        by: by("request-1", 1_700_000_000_000_000),
    };
    assert_eq!(subject.delete(deletion).await, done(3));
    let row = |ordinal: i32, system: bool, key: &str, value: &str| AuditEntry {
        position: position(1_700_000_000_000_000, "request-1", ordinal),
        caller: "account/user".to_owned(),
        action: Action::Delete,
        resource: desktop.clone(),
        system,
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let expected = [row(0, false, "中", ""), row(1, false, "key1", "value1"), row(2, true, "s", "0")];
    assert_eq!(subject.trail().await, expected);
}

pub async fn the_trail_has_no_row_for_what_did_not_happen(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("a", "1"), ("b", "2")]).await;
    subject.delete(untag(&desktop, vec![any("absent"), with("a", "other")], by("r1", 1))).await;
    subject.delete(untag(&self::desktop("d2"), vec![any("a")], by("r2", 2))).await;
    subject.store.delete(untag(&desktop, vec![any("a")], by("r3", 3)), deny()).await.unwrap();
    assert_eq!(subject.trail().await, []);
    // Of a deletion that does part of what it names, exactly that part; numbered without gaps.
    subject.delete(untag(&desktop, vec![any("absent"), any("b"), any("a")], by("r4", 4))).await;
    let rows = subject.trail().await;
    assert_eq!(keys(&rows), ["b", "a"]);
    assert_eq!(ordinals(&rows), [0, 1]);
}

pub async fn the_same_request_again_goes_on_counting(subject: &Subject) {
    subject.given(&desktop("d1"), &[("a", "1"), ("b", "2"), ("c", "3")]).await;
    for (wanted, removed) in [(vec![any("a"), any("b")], 2), (vec![any("a"), any("c")], 1)] {
        let deletion = untag(&desktop("d1"), wanted, by("same", 1));
        assert_eq!(subject.delete(deletion).await, done(removed));
    }
    let rows = subject.trail().await;
    assert_eq!(keys(&rows), ["a", "b", "c"]);
    assert_eq!(ordinals(&rows), [0, 1, 2]);
}

pub async fn the_trail_is_filtered(subject: &Subject) {
    let other_project = "f".repeat(32);
    let resources = [
        desktop("d1"),
        desktop("d2"),
        resource(PROJECT, "workspace", "d1"),
        resource(&other_project, "desktop", "d1"),
    ];
    let mut at = 0;
    for request in ["r1", "r2"] {
        for resource in &resources {
            let key = format!("{request}-{at}");
            subject.given(resource, &[(&key, "v")]).await;
            assert_eq!(subject.delete(untag(resource, vec![any(&key)], by(request, at))).await, done(1));
            at += 1;
        }
    }
    let all = AuditFilter::default();
    let text = |text: &str| Some(text.to_owned());
    let found = async |filter: AuditFilter| {
        let rows = subject.trail_of(filter).await;
        rows.iter().map(|row| row.position.at).collect::<Vec<_>>()
    };
    assert_eq!(found(all.clone()).await, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(found(AuditFilter { project_id: text(PROJECT), ..all.clone() }).await, [0, 1, 2, 4, 5, 6]);
    assert_eq!(found(AuditFilter { project_id: text(&other_project), ..all.clone() }).await, [3, 7]);
    assert_eq!(found(AuditFilter { request_id: text("r2"), ..all.clone() }).await, [4, 5, 6, 7]);
    assert_eq!(found(AuditFilter { resource_type: text("workspace"), ..all.clone() }).await, [2, 6]);
    assert_eq!(found(AuditFilter { resource_id: text("d1"), ..all.clone() }).await, [0, 2, 3, 4, 6, 7]);
    assert_eq!(found(AuditFilter { from: Some(5), ..all.clone() }).await, [5, 6, 7], "at or after");
    assert_eq!(found(AuditFilter { until: Some(3), ..all.clone() }).await, [0, 1, 2], "before");
    assert_eq!(found(AuditFilter { from: Some(3), until: Some(3), ..all.clone() }).await, []);
    assert_eq!(found(AuditFilter { project_id: text("0123"), ..all.clone() }).await, [], "no prefixes");
    assert_eq!(found(AuditFilter { resource_id: text(""), ..all.clone() }).await, [], "empty is not absent");
    let narrow = AuditFilter {
        project_id: text(PROJECT),
        request_id: text("r2"),
        resource_type: text("desktop"),
        resource_id: text("d2"),
        from: Some(1),
        until: Some(8),
    };
    assert_eq!(found(narrow.clone()).await, [5]);
    assert_eq!(found(AuditFilter { from: Some(6), ..narrow }).await, []);
}

pub async fn the_trail_is_read_page_by_page(subject: &Subject) {
    for number in 0..5 {
        let desktop = desktop(&format!("d{number}"));
        subject.given(&desktop, &[("a", "1"), ("b", "2"), ("c", "3")]).await;
        // Two requests share each moment, so that pages end within one.
        let deletion =
            untag(&desktop, vec![any("a"), any("b"), any("c")], by(&format!("r{number}"), number / 2));
        subject.delete(deletion).await;
    }
    let all = subject.trail().await;
    assert_eq!(all.len(), 15);
    for limit in [1, 2, 4, 15, 16] {
        let mut rows: Vec<AuditEntry> = Vec::new();
        loop {
            let after = rows.last().map(|row| row.position.clone());
            let page = subject.store.audit(AuditFilter::default(), after, limit).await.unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
        assert_eq!(rows, all, "in pages of {limit}");
    }
    assert_eq!(subject.store.audit(AuditFilter::default(), None, 0).await.unwrap(), []);
    // A page goes on behind a position, whether or not there is a row, and together with a filter.
    let after = Some(position(0, "r1", 7));
    let filter = AuditFilter { resource_id: Some("d3".to_owned()), from: Some(0), ..AuditFilter::default() };
    let rows = subject.store.audit(filter, after, 2).await.unwrap();
    assert_eq!(rows, all[9..11]);
    let end = Some(all[14].position.clone());
    assert_eq!(subject.store.audit(AuditFilter::default(), end, 10).await.unwrap(), []);
}

pub async fn the_trail_is_ordered_by_time(subject: &Subject) {
    let desktop = desktop("d1");
    // Committed in another order than they were asked, with times before 1970 and texts that languages sort otherwise.
    let positions =
        [(5, "b"), (-3, "x"), (5, "B"), (0, "ä"), (0, "z"), (5, "a"), (i64::MAX, ""), (i64::MIN, "")];
    for (number, (at, request_id)) in positions.into_iter().enumerate() {
        let key = format!("k{number}");
        subject.given(&desktop, &[(&key, "v")]).await;
        assert_eq!(subject.delete(untag(&desktop, vec![any(&key)], by(request_id, at))).await, done(1));
    }
    let rows = subject.trail().await;
    let order: Vec<_> = rows.iter().map(|row| (row.position.at, row.position.request_id.as_str())).collect();
    let mut expected = positions.to_vec();
    expected.sort_unstable();
    assert_eq!(order, expected);
}
