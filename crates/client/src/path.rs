//! Path parameters on their way into a URL: encoded so that a URL parser leaves them alone, and a check that it did.

use crate::operation::{Operation, Segment};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Display, Write};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path parameter as one segment of a URL: percent-encoded, with nothing but unreserved characters left bare.
///
/// The segments `.` and `..` cannot be encoded so that a URL parser keeps them: [`Transport::call`] refuses a
/// request that has lost one.
///
/// [`Transport::call`]: crate::transport::Transport::call
#[must_use]
pub fn encode_path(parameter: &(impl Display + ?Sized)) -> String {
    // Room for an identifier, in one go.
    let mut encoded = Encoded(String::with_capacity(48));
    // Writing to a text does not fail.
    let _ = write!(encoded, "{parameter}");
    encoded.0
}

/// A text that encodes what is written to it.
struct Encoded(String);

impl Write for Encoded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Most parameters are identifiers, which are looked through sooner than they are encoded.
        if text.bytes().all(is_unreserved) {
            self.0.push_str(text);
        } else {
            self.0.extend(utf8_percent_encode(text, RESERVED));
        }
        Ok(())
    }
}

/// Whether a byte stays as it is: none of [`RESERVED`].
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether `path`, as it would be sent, is `prefix` and then the template of `operation`, segment by segment.
pub(crate) fn fits<'p>(path: &'p str, prefix: &str, operation: &Operation) -> bool {
    let behind = |rest: &'p str, segment: &Segment| {
        let rest = rest.strip_prefix('/')?;
        match segment {
            Segment::Literal(text) => rest.strip_prefix(text),
            Segment::Parameter(_) => match rest.find('/').unwrap_or(rest.len()) {
                0 => None,
                end => rest.get(end..),
            },
        }
    };
    let rest = path.strip_prefix(prefix);
    rest.and_then(|rest| operation.path.iter().try_fold(rest, behind)) == Some("")
}

#[cfg(test)]
mod tests {
    use super::{encode_path, fits};
    use crate::BaseUrl;
    use crate::operation::{Operation, Segment};
    use reqwest::Url;

    const TAG: Operation = Operation {
        id: "deleteTag",
        method: "DELETE",
        path: &[
            Segment::Literal("v2"),
            Segment::Parameter("project"),
            Segment::Literal("tags"),
            Segment::Parameter("key"),
        ],
        credentials: &[],
        idempotent: true,
        server: "",
    };

    /// The path that a URL parser makes of these parameters, behind `prefix`.
    fn sent(prefix: &str, project: &str, key: &str) -> String {
        let base: BaseUrl = format!("http://host{prefix}").parse().unwrap();
        let path = format!("/v2/{}/tags/{}", encode_path(project), encode_path(key));
        let url = base.join(&path);
        // It does not matter that the server's address is not parsed each time.
        assert_eq!(url, Url::parse(&format!("{base}{path}")).unwrap());
        url.path().to_owned()
    }

    #[test]
    fn only_unreserved_characters_stay_bare() {
        let ascii: String = (0_u8..0x80).map(char::from).collect();
        let bare: String =
            ascii.chars().filter(|c| encode_path(c).len() == 1 && encode_path(c) == c.to_string()).collect();
        assert_eq!(bare, "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
        // Beside one that is encoded they are looked at in another way.
        assert_eq!(encode_path(&format!("{bare}/")), format!("{bare}%2F"));
        assert_eq!(encode_path("中 文"), "%E4%B8%AD%20%E6%96%87");
        assert_eq!(encode_path("a/b\\c%2e+"), "a%2Fb%5Cc%252e%2B");
    }

    #[test]
    fn what_a_url_parser_keeps_fits() {
        for key in [
            "k", "a/b", "a\\b", "x\\..\\y", "%2e%2e", "%2E", "...", "中 文", "?", "#", "\t", "a\nb", ";",
            ".a",
        ] {
            for prefix in ["", "/prefix", "/a/b"] {
                let path = sent(prefix, "p", key);
                assert_eq!(path, format!("{prefix}/v2/p/tags/{}", encode_path(key)));
                assert!(fits(&path, prefix, &TAG), "{path}");
            }
        }
    }

    #[test]
    fn what_a_url_parser_resolves_does_not_fit() {
        for lost in ["", ".", ".."] {
            for prefix in ["", "/prefix"] {
                assert!(!fits(&sent(prefix, "p", lost), prefix, &TAG), "key {lost:?}");
                assert!(!fits(&sent(prefix, lost, "k"), prefix, &TAG), "project {lost:?}");
                assert!(!fits(&sent(prefix, lost, lost), prefix, &TAG), "both {lost:?}");
            }
        }
        // One dot segment cannot make up for another.
        assert!(!fits(&sent("", "..", "."), "", &TAG));
        assert!(!fits(&sent("/v2/tags", "..", "k"), "/v2/tags", &TAG));
    }

    #[test]
    fn a_path_of_something_else_does_not_fit() {
        for path in [
            "",
            "/",
            "/v2/p/tags",
            "/v2/p/tags/k/",
            "/v2/p/tags/k/x",
            "/v1/p/tags/k",
            "/v2/p/Tags/k",
            "//v2/p/tags/k",
        ] {
            assert!(!fits(path, "", &TAG), "{path}");
        }
        assert!(!fits("/prefixv2/p/tags/k", "/prefix", &TAG));
        assert!(!fits("/v2/p/tags/k", "/prefix", &TAG));
    }
}
