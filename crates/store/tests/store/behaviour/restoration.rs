//! What was removed is put back, and nothing that was set since is touched.

use std::collections::BTreeSet;

use untag_store::{Action, Attribution, AuditFilter, Deletion, ResourceKey, Restored, Tags};

use super::words::{keys, of_request, ordinals, scan_all};
use crate::support::{Subject, any, both, by, desktop, done, tenant, untag};

pub async fn restore_puts_back_what_a_request_removed(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given_all(&desktop, &[("a", "1"), ("b", "2"), ("c", "3")], &[("s", "0")]).await;
    let deletion = Deletion {
        resource: desktop.clone(),
        tags: vec![any("a"), any("b")],
        sys_tags: vec![any("s")],
        by: by("wrong", 1),
    };
    subject.delete(deletion).await;
    subject.delete(untag(&desktop, vec![any("c")], by("right", 2))).await;

    let attribution =
        Attribution { at: 9, request_id: "mend".to_owned(), caller: "account/operator".to_owned() };
    let answer = subject.store.restore(of_request("wrong"), attribution).await.unwrap();
    assert_eq!(answer, Restored { restored: 3, kept: 0, orphaned: 0 });
    assert_eq!(subject.tags(&desktop).await, both(&[("a", "1"), ("b", "2")], &[("s", "0")]));

    let rows = subject.trail_of(of_request("mend")).await;
    assert_eq!(ordinals(&rows), [0, 1, 2]);
    assert!(rows.iter().all(|row| row.action == Action::Restore && row.position.at == 9));
    assert!(rows.iter().all(|row| row.caller == "account/operator" && row.resource == desktop));
    let restored: BTreeSet<_> = rows.into_iter().map(|row| (row.system, row.key, row.value)).collect();
    let expected = [(false, "a", "1"), (false, "b", "2"), (true, "s", "0")];
    assert_eq!(
        restored,
        expected.map(|(system, key, value)| (system, key.to_owned(), value.to_owned())).into()
    );
    assert_eq!(subject.trail().await.len(), 7, "what happened before is still on record");
}

pub async fn restore_puts_back_what_a_range_of_time_removed(subject: &Subject) {
    for (number, at) in [10, 20, 30, 40].into_iter().enumerate() {
        let desktop = desktop(&format!("d{number}"));
        subject.given(&desktop, &[("a", "1")]).await;
        subject.delete(untag(&desktop, vec![any("a")], by(&format!("r{number}"), at))).await;
    }
    let chosen = AuditFilter { from: Some(20), until: Some(40), ..AuditFilter::default() };
    let answer = subject.store.restore(chosen, by("mend", 50)).await.unwrap();
    assert_eq!(answer, Restored { restored: 2, kept: 0, orphaned: 0 });
    for (number, there) in [false, true, true, false].into_iter().enumerate() {
        let expected = if there { tenant(&[("a", "1")]) } else { Tags::default() };
        assert_eq!(subject.tags(&desktop(&format!("d{number}"))).await, expected, "d{number}");
    }
}

pub async fn restore_never_overwrites(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("reset", "old"), ("same", "old"), ("gone", "old")]).await;
    subject.delete(untag(&desktop, vec![any("reset"), any("same"), any("gone")], by("r1", 1))).await;
    subject.given(&desktop, &[("reset", "new"), ("same", "old")]).await;
    let answer = subject.store.restore(of_request("r1"), by("mend", 2)).await.unwrap();
    assert_eq!(answer, Restored { restored: 1, kept: 2, orphaned: 0 });
    assert_eq!(subject.tags(&desktop).await, tenant(&[("reset", "new"), ("same", "old"), ("gone", "old")]));
    assert_eq!(keys(&subject.trail_of(of_request("mend")).await), ["gone"]);
}

pub async fn restore_skips_resources_that_are_gone(subject: &Subject) {
    subject.given(&desktop("gone"), &[("a", "1"), ("b", "2")]).await;
    subject.given(&desktop("there"), &[("a", "1")]).await;
    subject.delete(untag(&desktop("gone"), vec![any("a"), any("b")], by("r1", 1))).await;
    subject.delete(untag(&desktop("there"), vec![any("a")], by("r1", 1))).await;
    subject.forget(&desktop("gone")).await;
    let answer = subject.store.restore(of_request("r1"), by("mend", 2)).await.unwrap();
    assert_eq!(answer, Restored { restored: 1, kept: 0, orphaned: 2 });
    assert_eq!(subject.store.get(desktop("gone")).await.unwrap(), None, "it does not come back");
    assert_eq!(subject.tags(&desktop("there")).await, tenant(&[("a", "1")]));
    assert_eq!(subject.trail_of(of_request("mend")).await.len(), 1);
}

pub async fn restore_twice_restores_nothing_more(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("a", "1"), ("b", "2")]).await;
    subject.delete(untag(&desktop, vec![any("a"), any("b")], by("r1", 1))).await;
    let first = subject.store.restore(of_request("r1"), by("mend1", 2)).await.unwrap();
    assert_eq!(first, Restored { restored: 2, kept: 0, orphaned: 0 });
    let second = subject.store.restore(of_request("r1"), by("mend2", 3)).await.unwrap();
    assert_eq!(second, Restored { restored: 0, kept: 2, orphaned: 0 });
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "1"), ("b", "2")]));
    assert_eq!(subject.trail_of(of_request("mend2")).await, []);
}

pub async fn restore_takes_the_value_removed_last(subject: &Subject) {
    let desktop = desktop("d1");
    // The order of time decides, not the order in which rows were written: the last one here is the oldest.
    for (value, at) in [("first", 10), ("last", 30), ("second", 20)] {
        subject.given(&desktop, &[("a", value)]).await;
        subject.delete(untag(&desktop, vec![any("a")], by("r1", at))).await;
    }
    let answer = subject.store.restore(of_request("r1"), by("mend", 40)).await.unwrap();
    assert_eq!(answer, Restored { restored: 1, kept: 0, orphaned: 0 }, "a tag is counted once");
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "last")]));
}

pub async fn restore_only_looks_at_what_was_chosen(subject: &Subject) {
    let desktop = desktop("d1");
    for (value, at) in [("first", 10), ("second", 20), ("third", 30)] {
        subject.given(&desktop, &[("a", value)]).await;
        subject.delete(untag(&desktop, vec![any("a")], by(&format!("r{at}"), at))).await;
    }
    let nothing = subject.store.restore(of_request("unheard-of"), by("mend1", 40)).await.unwrap();
    assert_eq!(nothing, Restored::default());
    assert_eq!(subject.tags(&desktop).await, Tags::default());
    let chosen = AuditFilter { until: Some(30), ..AuditFilter::default() };
    let answer = subject.store.restore(chosen, by("mend2", 41)).await.unwrap();
    assert_eq!(answer, Restored { restored: 1, kept: 0, orphaned: 0 });
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "second")]));
}

pub async fn restore_of_many_tags(subject: &Subject) {
    const RESOURCES: usize = 300;
    const TAGS: usize = 10;
    let tags: Vec<String> = (0..TAGS).map(|tag| format!("tag{tag}")).collect();
    let tags: Vec<(&str, &str)> = tags.iter().map(|key| (key.as_str(), "value")).collect();
    let all: Vec<(ResourceKey, Tags)> =
        (0..RESOURCES).map(|number| (desktop(&format!("d{number:04}")), tenant(&tags))).collect();
    subject.store.upsert(all.clone()).await.unwrap();
    for (number, (desktop, _)) in all.iter().enumerate() {
        let wanted = tags.iter().map(|(key, _)| any(key)).collect();
        let at = i64::try_from(number).unwrap();
        assert_eq!(subject.delete(untag(desktop, wanted, by(&format!("r{number}"), at))).await, done(TAGS));
    }
    let answer = subject.store.restore(AuditFilter::default(), by("mend", 1000)).await.unwrap();
    assert_eq!(answer, Restored { restored: (RESOURCES * TAGS) as u64, kept: 0, orphaned: 0 });
    assert_eq!(scan_all(subject, 100).await, all);
    let ordinals = ordinals(&subject.trail_of(of_request("mend")).await);
    let expected: Vec<i32> = (0..i32::try_from(RESOURCES * TAGS).unwrap()).collect();
    assert_eq!(ordinals, expected, "one row each, numbered without gaps");
}

pub async fn restored_tags_can_be_removed_and_restored_again(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("a", "1")]).await;
    for round in 0..3_i64 {
        let request = format!("r{round}");
        assert_eq!(subject.delete(untag(&desktop, vec![any("a")], by(&request, 10 * round))).await, done(1));
        let chosen = AuditFilter::default();
        let answer =
            subject.store.restore(chosen, by(&format!("mend{round}"), 10 * round + 5)).await.unwrap();
        assert_eq!(answer, Restored { restored: 1, kept: 0, orphaned: 0 }, "restorations are not deletions");
    }
    assert_eq!(subject.tags(&desktop).await, tenant(&[("a", "1")]));
    assert_eq!(subject.trail().await.len(), 6);
}
