//! What a proxy that tidies up paths would make of a request: one that decodes them, makes one slash of several and
//! resolves dot segments, as some do on the way to a service.

use crate::operation::Operation;
use percent_encoding::percent_decode_str;

/// The operation that would run for something else than was named, if a proxy tidied up this path. A path is what would be
/// sent, behind `prefix`; `operation` is what it stands for.
///
/// To most keys nothing happens, or they arrive as a path that no operation has. A tag `/key1` would arrive as `key1`
/// however, and `x/../key1` too: a request for the one must not delete the other. Nothing is asked of a method that only
/// reads.
pub(crate) fn diverted<'o>(
    path: &str,
    prefix: &str,
    operation: &Operation,
    operations: &[&'o Operation],
) -> Option<&'o Operation> {
    // Where nothing is encoded, there is nothing to tidy up: what a URL parser resolves was refused before.
    if matches!(operation.method, "GET" | "HEAD") || !path.contains('%') {
        return None;
    }
    let path = path.strip_prefix(prefix)?;
    let meant: Vec<String> = path.split('/').skip(1).map(decode).collect();
    // Some take a backslash for a slash.
    [decode(path), decode(path).replace('\\', "/")].iter().find_map(|decoded| {
        let arrives = tidy(decoded);
        let is_another = |other: &&&Operation| other.id != operation.id || !arrives.iter().eq(&meant);
        let same_method = operations.iter().filter(|other| other.method == operation.method);
        same_method.filter(|other| other.takes(arrives.iter().copied())).find(is_another).copied()
    })
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn tidy(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::diverted;
    use crate::operation::{Operation, Segment};
    use crate::path::encode_path;

    const fn operation(id: &'static str, path: &'static [Segment]) -> Operation {
        Operation { id, method: "DELETE", path, ..TEMPLATE }
    }

    const TEMPLATE: Operation =
        Operation { id: "", method: "DELETE", path: &[], credentials: &[], idempotent: true, server: "" };

    static TAG: Operation = operation(
        "deleteTag",
        &[Segment::Parameter("project"), Segment::Literal("tags"), Segment::Parameter("key")],
    );
    static ALL: Operation =
        operation("deleteAll", &[Segment::Parameter("project"), Segment::Literal("everything")]);

    fn arrives(prefix: &str, key: &str) -> Option<&'static str> {
        let path = format!("{prefix}/p/tags/{}", encode_path(key));
        diverted(&path, prefix, &TAG, &[&ALL, &TAG]).map(|operation| operation.id)
    }

    #[test]
    fn a_key_that_leads_to_another_request_is_found() {
        for prefix in ["", "/prefix"] {
            for key in
                ["/k", "k/", "//k", "./k", "k/.", "x/../k", "../tags/k", "\\k", "..\\tags\\k", "/../tags/k"]
            {
                assert_eq!(arrives(prefix, key), Some("deleteTag"), "{key:?}");
            }
            for key in ["../everything", "../../p/everything", "x/../../everything", "..\\everything"] {
                assert_eq!(arrives(prefix, key), Some("deleteAll"), "{key:?}");
            }
        }
    }

    #[test]
    fn other_keys_are_left_alone() {
        for key in [
            "k", "a/b", "a//b", "a\\b", "/", "//", "100%", "%2Fk", "%2e%2e", "...", "中 文", "?", "a.b",
            "../x/y/z",
        ] {
            assert_eq!(arrives("/prefix", key), None, "{key:?}");
        }
    }
}
