//! Path parameters, from the raw path: decoded strictly, segment by segment.
//!
//! The router matches the raw path, so `a%2Fb` is one segment. Its own decoding lets broken escapes through, hence this one.

use memchr::memchr;
use std::borrow::Cow;
use untag_types::parameter::FromParameter;

/// The segments of a path, still percent-encoded: as many as the operation's path has.
///
/// # Errors
/// There are more or fewer of them; the router lets none of those through.
pub fn segments<const N: usize>(raw_path: &str) -> Result<[&str; N], String> {
    let mut segments = [""; N];
    let mut rest = Some(raw_path.strip_prefix('/').unwrap_or(raw_path));
    for segment in &mut segments {
        let text = rest.ok_or_else(|| format!("the path has fewer than {N} segments"))?;
        (*segment, rest) = match memchr(b'/', text.as_bytes()) {
            Some(slash) => (&text[..slash], Some(&text[slash + 1..])),
            None => (text, None),
        };
    }
    match rest {
        None => Ok(segments),
        Some(_) => Err(format!("the path has more than {N} segments")),
    }
}

/// The value of the path parameter `name`, which is this raw segment.
///
/// A literal `.` or `..` is a value like any other.
///
/// # Errors
/// The segment is not percent-encoded UTF-8, or not of the parameter's type.
pub fn parameter<T: FromParameter>(raw: &str, name: &str) -> Result<T, String> {
    let text = decode(raw).map_err(|problem| format!("{name} {problem}"))?;
    T::from_parameter(&text).map_err(|problem| format!("{name} {problem}"))
}

/// Whether a segment of the path is empty. The router takes an empty segment for a parameter's value, but it names nothing:
/// such a path is none of the contract's.
pub(crate) fn has_empty_segment(raw_path: &str) -> bool {
    // Not `contains("//")`, which prepares a search that is longer than most paths.
    raw_path.ends_with('/') || raw_path.bytes().zip(raw_path.bytes().skip(1)).any(|pair| pair == (b'/', b'/'))
}

/// Percent-decodes strictly: every `%` starts two hexadecimal digits, and the bytes are UTF-8.
///
/// # Errors
/// The rest of a sentence that starts with the parameter's name.
pub(crate) fn decode(raw: &str) -> Result<Cow<'_, str>, String> {
    if memchr(b'%', raw.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    let bytes = raw.as_bytes();
    let broken =
        |at: usize| !bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'%' && broken(at)) {
        return Err(
            "has a `%` that two hexadecimal digits do not follow; write a percent sign as %25".to_owned()
        );
    }
    percent_encoding::percent_decode_str(raw)
        .decode_utf8()
        .map_err(|_| "is not UTF-8 once its percent-encoding is undone".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{decode, has_empty_segment, segments};

    #[test]
    fn a_path_is_split_into_exactly_its_segments() {
        assert_eq!(segments::<3>("/v2/a%2Fb/.."), Ok(["v2", "a%2Fb", ".."]));
        assert_eq!(segments::<2>("/v2/"), Ok(["v2", ""]));
        assert!(segments::<2>("/v2").is_err());
        assert!(segments::<2>("/v2/a/b").is_err());
    }

    #[test]
    fn an_empty_segment_is_seen_wherever_it_is() {
        for empty in ["/", "//a", "/a//b", "/a/", "/a/b//", "//"] {
            assert!(has_empty_segment(empty), "{empty}");
        }
        for full in ["/a", "/a/b", "/a/%2F%2F/b"] {
            assert!(!has_empty_segment(full), "{full}");
        }
    }

    #[test]
    fn decoding_is_strict_and_exact() {
        assert_eq!(decode("a%2Fb+c%25").as_deref(), Ok("a/b+c%"));
        assert_eq!(decode("%E4%B8%AD").as_deref(), Ok("中"));
        assert_eq!(decode("..").as_deref(), Ok(".."));
        for broken in ["%", "%4", "%ZZ", "a%2", "%%41", "%FF", "%C0%AF"] {
            assert!(decode(broken).is_err(), "{broken}");
        }
    }
}
