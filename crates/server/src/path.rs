//! Path parameters, from the raw path: decoded strictly, segment by segment.
//!
//! The router matches the raw path, so `a%2Fb` is one segment. Its own decoding lets broken escapes through, hence this one.

use std::borrow::Cow;
use untag_types::parameter::FromParameter;

/// The value of the path parameter `name`, which is the raw segment at `index` (0 is the first).
///
/// A literal `.` or `..` is a value like any other.
///
/// # Errors
/// The segment is not percent-encoded UTF-8, or not of the parameter's type.
pub fn parameter<T: FromParameter>(segments: &[&str], index: usize, name: &str) -> Result<T, String> {
    let raw = segments.get(index).copied().unwrap_or_default();
    let text = decode(raw).map_err(|problem| format!("{name} {problem}"))?;
    T::from_parameter(&text).map_err(|problem| format!("{name} {problem}"))
}

/// Whether a segment of the path is empty. The router takes an empty segment for a parameter's value, but it names nothing:
/// such a path is none of the contract's.
pub(crate) fn has_empty_segment(raw_path: &str) -> bool {
    raw_path.ends_with('/') || raw_path.as_bytes().windows(2).any(|pair| pair == b"//")
}

/// Percent-decodes strictly: every `%` starts two hexadecimal digits, and the bytes are UTF-8.
///
/// # Errors
/// The rest of a sentence that starts with the parameter's name.
pub(crate) fn decode(raw: &str) -> Result<Cow<'_, str>, String> {
    if !raw.contains('%') {
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
    use super::decode;

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
