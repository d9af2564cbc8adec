//! Spellings that share a signature, all of them; and an oracle that says so without the code under test.

use crate::support::Wire;

/// The bytes that a percent-encoded text stands for.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match digits {
            Some(digits) if bytes[at] == b'%' => {
                decoded.push(u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap());
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    decoded
}

/// What a signature takes of a path.
pub(crate) fn path(raw: &str) -> Vec<u8> {
    let mut path = decoded(raw);
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path
}

/// What a signature takes of a query.
pub(crate) fn query(raw: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs: Vec<_> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(&name.replace('+', "%20")), decoded(&value.replace('+', "%20"))))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn these_paths_share_a_signature() {
    let alike = [
        ("/tags/a%2Fb", "/tags/a/b"),
        ("/tags/k", "/tags/k/"),
        ("/tags/%41%7E", "/tags/A~"),
        ("/tags/%e4%b8%ad", "/tags/%E4%B8%AD"),
        ("/tags/中", "/tags/%E4%B8%AD"),
        ("/tags/+", "/tags/%2B"),
        ("/tags/..", "/tags/%2E%2E"),
        ("/tags/%zz", "/tags/%25zz"),
        ("/desktops/x/tags/y%2Ftags%2Fz", "/desktops/x%2Ftags%2Fy/tags/z"),
    ];
    for (one, other) in alike {
        let signed = Wire { path: one.to_owned(), ..Wire::plain() }.sign();
        assert_eq!(Wire { path: other.to_owned(), ..signed }.judge(), Ok(()), "{one} {other}");
        assert_eq!(path(one), path(other));
    }
}

#[test]
fn these_paths_do_not() {
    let different = [
        ("/tags/k", "/tags/K"),
        ("/tags/k/", "/tags/k//"),
        ("/tags/k", "//tags/k"),
        ("/tags/%2541", "/tags/%41"),
        ("/tags/a+b", "/tags/a%20b"),
        ("/tags/x/../k", "/tags/k"),
        ("/tags/%FF", "/tags/%FE"),
        ("/tags/\u{e9}", "/tags/e\u{301}"),
    ];
    for (one, other) in different {
        let signed = Wire { path: one.to_owned(), ..Wire::plain() }.sign();
        assert!(Wire { path: other.to_owned(), ..signed }.judge().is_err(), "{one} {other}");
        assert_ne!(path(one), path(other));
    }
}

#[test]
fn these_queries_share_a_signature() {
    let alike = [
        (None, Some("")),
        (None, Some("&&")),
        (Some("a"), Some("a=")),
        (Some("a=1&b=2"), Some("b=2&a=1")),
        (Some("a=1&a=2"), Some("a=2&a=1")),
        (Some("a=+"), Some("a=%20")),
        (Some("a=b=c"), Some("a=b%3Dc")),
        (Some("a=1"), Some("&a=1&")),
        (Some("%61=%7e"), Some("a=~")),
    ];
    for (one, other) in alike {
        let signed = Wire { query: one.map(str::to_owned), ..Wire::plain() }.sign();
        assert_eq!(Wire { query: other.map(str::to_owned), ..signed }.judge(), Ok(()), "{one:?} {other:?}");
        assert_eq!(query(one.unwrap_or_default()), query(other.unwrap_or_default()));
    }
}

#[test]
fn these_queries_do_not() {
    let different = [
        ("a=%2B", "a=+"),
        ("a=1&a=1", "a=1"),
        ("a=1", "A=1"),
        ("a=1&b=2", "a=2&b=1"),
        ("a=1%26b=2", "a=1&b=2"),
        ("a", ""),
    ];
    for (one, other) in different {
        let signed = Wire { query: Some(one.to_owned()), ..Wire::plain() }.sign();
        assert!(Wire { query: Some(other.to_owned()), ..signed }.judge().is_err(), "{one} {other}");
        assert_ne!(query(one), query(other));
    }
}

#[test]
fn headers_share_a_signature_whatever_the_case_of_names_the_blanks_around_values_and_what_is_not_signed() {
    let mut signed = Wire::plain().with("X_Left_Out", "1").sign();
    for (name, value) in &mut signed.headers {
        *name = name.to_ascii_uppercase();
        if name != "AUTHORIZATION" {
            *value = [b" \t", &**value, b"\t "].concat();
        }
    }
    signed.headers.reverse();
    assert_eq!(signed.judge(), Ok(()));
    signed.set("X_Left_Out", "2");
    assert_eq!(signed.with("X-Not-Signed", "1").with("X-Not-Signed", "2").judge(), Ok(()));
}

#[test]
fn the_parts_of_the_authorization_share_a_signature_in_any_order() {
    let mut signed = Wire::plain().sign();
    let at = signed.position("Authorization");
    let text = String::from_utf8(signed.headers[at].1.clone()).unwrap();
    let parts: Vec<&str> = text.strip_prefix("SDK-HMAC-SHA256 ").unwrap().split(", ").collect();
    signed.headers[at].1 = format!("SDK-HMAC-SHA256 {}, {}, {}", parts[2], parts[0], parts[1]).into();
    assert_eq!(signed.judge(), Ok(()));
}
