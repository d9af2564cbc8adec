//! Path and query: what a client encodes a server decodes to the same, and what a server decodes is what the specification says.

use crate::choices::Choices;
use crate::reference::percent;
use axum::http::Uri;
use untag_client::path::encode_path;
use untag_client::types::parameter::FromParameter;
use untag_server::path::{parameter, segments};
use untag_server::query::Query;

/// Three parameters on their way, and the input itself as a raw segment, path and query.
pub(super) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    round_trip(&[choices.text(40), choices.text(40), choices.text(40)]);
    let raw = choices.rest();
    raw_segment(raw);
    if let Ok(text) = std::str::from_utf8(raw) {
        raw_path(text);
        raw_query(text);
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "..",
        "a/b",
        "%2e%2E",
        "a%2Fb",
        "中 文",
        "a+b",
        "?x=1&y=%20",
        "#",
        "%",
        "%ZZ",
        "%FF",
        "\0",
        "/v2/p/desktops/d/tags/k",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// What `encode_path` writes is one segment of a path, which reads as what was written.
fn round_trip(texts: &[String; 3]) {
    let path: String = texts.iter().flat_map(|text| ["/".to_owned(), encode_path(text)]).collect();
    let Ok(uri) = path.parse::<Uri>() else { panic!("no URI can carry {path:?}") };
    assert_eq!(uri.path(), path, "a URI changes it");
    assert_eq!(uri.query(), None, "a query has appeared");
    let Ok(raw) = segments::<3>(uri.path()) else { panic!("not three segments: {path:?}") };
    for (text, raw) in texts.iter().zip(raw) {
        assert_eq!(parameter::<String>(raw, "parameter").as_ref(), Ok(text), "{raw:?}");
        assert_eq!(percent::decode(raw.as_bytes()).as_deref(), Some(text.as_bytes()), "{raw:?}");
    }
}

/// A raw segment is decoded as the specification has it, or refused.
fn raw_segment(raw: &[u8]) {
    let Ok(raw) = std::str::from_utf8(raw) else { return };
    let expected = percent::decode(raw.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
    match (parameter::<String>(raw, "key"), expected) {
        (Ok(found), Some(expected)) => assert_eq!(found, expected, "{raw:?}"),
        (Err(why), None) => assert!(why.starts_with("key "), "{why}"),
        (found, expected) => panic!("{raw:?} is {found:?} here, and {expected:?} by the specification"),
    }
}

/// A path has the segments that stand between its slashes.
fn raw_path(path: &str) {
    let expected: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    assert_eq!(
        segments::<3>(path).ok().as_ref().map(<[_; 3]>::as_slice),
        (expected.len() == 3).then_some(&*expected)
    );
    assert_eq!(segments::<6>(path).is_ok(), expected.len() == 6);
}

/// A query has the values that stand behind its names.
fn raw_query(raw: &str) {
    let text = |part: &str| {
        let bytes = percent::decode(part.replace('+', " ").as_bytes())?;
        String::from_utf8(bytes).ok()
    };
    let pairs: Option<Vec<_>> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((text(name)?, text(value)?))
        })
        .collect();
    match (Query::parse(Some(raw)), pairs) {
        (Ok(query), Some(pairs)) => {
            for (name, value) in &pairs {
                let is_single = pairs.iter().filter(|(other, _)| other == name).count() == 1;
                assert_eq!(
                    query.required::<String>(name).ok().as_ref(),
                    is_single.then_some(value),
                    "{name:?}"
                );
                // Numbers in queries are written in one way.
                if let (true, Ok(number)) = (is_single, i64::from_parameter(value)) {
                    assert_eq!(value.parse(), Ok(number));
                }
            }
        }
        (Err(_), None) => {}
        (found, expected) => panic!("{raw:?} is {found:?} here, and {expected:?} by the specification"),
    }
}
