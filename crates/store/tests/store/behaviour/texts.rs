//! Texts that a store may get wrong: keys, values and names from every corner of Unicode.

use untag_store::{Attribution, AuditFilter, Outcome, Restored, StoreError, Tags};

use super::words::{Seen, keys};
use crate::support::{
    PROJECT, Subject, allow, any, both, by, denial, deny, desktop, done, resource, tenant, untag, with,
};

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
        let attribution =
            Attribution { at, request_id: format!("r{number}{text}"), caller: (*text).to_owned() };
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
