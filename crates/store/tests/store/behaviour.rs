//! What every store does, as cases that any store is put through: `behaviour_suite!(path::to::fresh)` makes a test of each,
//! where `fresh` is an async function without arguments that answers a [`Subject`] on a database of its own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use untag_store::{
    Action, AuditEntry, AuditFilter, AuditPosition, Authorize, Deletion, Outcome, ResourceKey, Restored,
    Store, StoreError, Tags, Upserted,
};

use crate::support::{
    PROJECT, Subject, allow, any, both, by, denial, deny, desktop, done, resource, sys_untag, tenant, untag,
    with,
};

/// Makes a test of each case. A case that is not listed here is dead code, which the compiler reports.
macro_rules! behaviour_suite {
    ($fresh:path) => {
        behaviour_suite! { $fresh:
            by_key by_key_and_value another_value_removes_nothing an_absent_tag_is_a_success
            a_batch_removes_exactly_what_it_names empty_lists_remove_nothing a_repeated_tag_is_one_tag
            tenant_and_system_tags_are_apart both_lists_in_one_deletion neighbours_are_untouched
            an_unknown_resource_is_not_found a_resource_without_tags_is_there
            a_denial_changes_nothing a_denial_wins_over_not_found authorization_sees_the_tags_as_they_are
            authorization_sees_what_others_left a_panic_in_authorization_fails_only_its_deletion
            the_trail_has_one_exact_row_for_each_tag the_trail_has_no_row_for_what_did_not_happen
            the_same_request_again_goes_on_counting the_trail_is_filtered the_trail_is_read_page_by_page
            the_trail_is_ordered_by_time
            restore_puts_back_what_a_request_removed restore_puts_back_what_a_range_of_time_removed
            restore_never_overwrites restore_skips_resources_that_are_gone restore_twice_restores_nothing_more
            restore_takes_the_value_removed_last restore_only_looks_at_what_was_chosen restore_of_many_tags
            restored_tags_can_be_removed_and_restored_again
            an_import_is_idempotent an_import_removes_nothing an_import_takes_the_last_of_equals
            an_import_leaves_no_trail a_scan_goes_through_all_resources_in_order
            odd_texts_are_kept_as_they_are nothing_with_u0000_is_found_or_kept
            overlapping_deletions_remove_each_tag_once a_reader_never_sees_half_a_batch
            deletions_among_imports_add_up
            a_store_that_is_used_is_ready closing_finishes_what_was_accepted
        }
    };
    ($fresh:path: $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let subject = $fresh().await;
                $crate::behaviour::$case(&subject).await;
            }
        )*
    };
}

// Deletions.

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

// Authorization.

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

// The audit trail.

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

// Restoration.

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

    let attribution = untag_store::Attribution {
        at: 9,
        request_id: "mend".to_owned(),
        caller: "account/operator".to_owned(),
    };
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

// Import and export.

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

// Texts.

pub async fn odd_texts_are_kept_as_they_are(subject: &Subject) {
    let long = "中".repeat(255);
    // Pairs that would be the same to a store that folds case, normalises, trims, or reads patterns or escapes.
    let odd = [
        "..",
        ".",
        "/",
        "%",
        "_",
        "%2F",
        "a b",
        " a",
        "a ",
        "a",
        "A",
        "é",
        "e\u{301}",
        "ß",
        "SS",
        "İ",
        "i",
        "中",
        "🦀",
        "\u{1}",
        "\n",
        "\t",
        "\r\n",
        "\u{7f}",
        "\u{feff}",
        "\u{200b}",
        "\u{202e}x",
        "'",
        "''",
        "\"",
        "\\",
        "\\0",
        "$1",
        "?1",
        ":a",
        "--",
        "; DROP TABLE tags",
        "NULL",
        "0",
        "00",
        "1e1",
        "10",
        "0x0a",
        "true",
        "{}",
        "\u{10ffff}",
        "\u{e000}",
        &long,
        "",
    ];
    let desktop = resource(PROJECT, "typ/é", "id \\ '\" 🦀 %");
    let tags: Vec<(&str, &str)> = odd.iter().map(|text| (*text, *text)).collect();
    subject.given_all(&desktop, &tags, &tags).await;
    assert_eq!(subject.tags(&desktop).await, both(&tags, &tags));

    for (number, text) in odd.iter().enumerate() {
        let at = i64::try_from(number).unwrap();
        let attribution = untag_store::Attribution {
            at,
            request_id: format!("r{number}{text}"),
            caller: (*text).to_owned(),
        };
        let deletion = untag(&desktop, vec![with(text, text)], attribution);
        assert_eq!(subject.delete(deletion).await, done(1), "{text:?}");
        let left = subject.tags(&desktop).await;
        assert_eq!(left.tags, tenant(&tags[number + 1..]).tags, "{text:?} and nothing else");
        assert_eq!(left.sys_tags.len(), odd.len());
    }
    let rows = subject.trail().await;
    assert_eq!(keys(&rows), odd);
    assert!(rows.iter().all(|row| row.key == row.value && row.key == row.caller && row.resource == desktop));
    let answer = subject.store.restore(AuditFilter::default(), by("mend", 1000)).await.unwrap();
    assert_eq!(answer.restored, odd.len() as u64);
    assert_eq!(subject.tags(&desktop).await, both(&tags, &tags));
}

pub async fn nothing_with_u0000_is_found_or_kept(subject: &Subject) {
    let desktop = desktop("d1");
    subject.given(&desktop, &[("a", "1"), ("b", "2")]).await;

    // A deletion that looks for it is as good as any, and removes what else it names.
    let wanted = vec![any("a\0"), with("b", "2\0"), any("\0"), any("a")];
    assert_eq!(subject.delete(untag(&desktop, wanted, by("r1", 1))).await, done(1));
    assert_eq!(subject.tags(&desktop).await, tenant(&[("b", "2")]));

    // A resource with such a name is none.
    for none in [self::desktop("d1\0"), resource(PROJECT, "desktop\0", "d1"), resource("\0", "desktop", "d1")]
    {
        assert_eq!(subject.store.get(none.clone()).await.unwrap(), None);
        let seen = Seen::default();
        let deletion = untag(&none, vec![any("b")], by("r2", 2));
        assert_eq!(
            subject.store.delete(deletion.clone(), seen.then(allow())).await.unwrap(),
            Outcome::NotFound
        );
        assert_eq!(seen.last(), None);
        let answer = subject.store.delete(deletion, deny()).await.unwrap();
        assert_eq!(answer, Outcome::Denied(denial()));
        let answer = subject
            .store
            .upsert(vec![(desktop.clone(), tenant(&[("c", "3")])), (none, Tags::default())])
            .await;
        assert!(matches!(answer, Err(StoreError::Invalid(_))), "{answer:?}");
    }
    for tags in
        [tenant(&[("\0", "")]), tenant(&[("c", "\0")]), both(&[], &[("c\0", "")]), both(&[], &[("c", "\0")])]
    {
        let answer = subject.store.upsert(vec![(desktop.clone(), tags)]).await;
        assert!(matches!(answer, Err(StoreError::Invalid(_))), "{answer:?}");
    }
    // A change that could not be attributed is not made.
    let odd_request = untag(&desktop, vec![any("b")], by("r\0", 3));
    let mut odd_caller = untag(&desktop, vec![any("b")], by("r3", 3));
    "\0".clone_into(&mut odd_caller.by.caller);
    for deletion in [odd_request, odd_caller] {
        let answer = subject.store.delete(deletion.clone(), allow()).await;
        assert!(matches!(answer, Err(StoreError::Invalid(_))), "{answer:?}");
        let answer = subject.store.restore(AuditFilter::default(), deletion.by).await;
        assert!(matches!(answer, Err(StoreError::Invalid(_))), "{answer:?}");
    }
    let chosen = AuditFilter { resource_id: Some("d1\0".to_owned()), ..AuditFilter::default() };
    assert_eq!(subject.trail_of(chosen.clone()).await, []);
    assert_eq!(subject.store.restore(chosen, by("mend", 4)).await.unwrap(), Restored::default());

    assert_eq!(subject.tags(&desktop).await, tenant(&[("b", "2")]), "nothing of a refused import is kept");
    assert_eq!(subject.trail().await.len(), 1);
}

// Many at once.

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

// Its own state.

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

// Words of these cases.

/// Remembers what authorization was shown, each time.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Option<Tags>>>>);

impl Seen {
    fn then(&self, decide: Authorize) -> Authorize {
        let seen = Arc::clone(&self.0);
        Arc::new(move |tags| {
            seen.lock().unwrap().push(tags.cloned());
            decide(tags)
        })
    }

    /// What it was shown last; a transaction that started anew shows it again.
    fn last(&self) -> Option<Tags> {
        std::mem::take(&mut *self.0.lock().unwrap()).pop().expect("authorization was asked")
    }
}

/// Deletes as a client does that was told to come back later.
async fn patiently(store: &Arc<dyn Store>, deletion: Deletion) -> Outcome {
    loop {
        match store.delete(deletion.clone(), allow()).await {
            Err(StoreError::Busy) => tokio::task::yield_now().await,
            answer => return answer.unwrap(),
        }
    }
}

async fn scan_all(subject: &Subject, limit: usize) -> Vec<(ResourceKey, Tags)> {
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

fn keys(rows: &[AuditEntry]) -> Vec<&str> {
    rows.iter().map(|row| row.key.as_str()).collect()
}

fn ordinals(rows: &[AuditEntry]) -> Vec<i32> {
    rows.iter().map(|row| row.position.ordinal).collect()
}

fn position(at: i64, request_id: &str, ordinal: i32) -> AuditPosition {
    AuditPosition { at, request_id: request_id.to_owned(), ordinal }
}

fn of_request(request_id: &str) -> AuditFilter {
    AuditFilter { request_id: Some(request_id.to_owned()), ..AuditFilter::default() }
}
