//! `paths`: templates that can be split into segments, told apart, and filled in.

use super::context::Lint;
use super::routes::Routes;
use super::shape::{Expect, Shape};
use super::{operation, server};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;

const PATH: Shape = Shape {
    what: "a path",
    members: &[
        ("servers", Expect::Sequence),
        ("get", Expect::Mapping),
        ("put", Expect::Mapping),
        ("post", Expect::Mapping),
        ("delete", Expect::Mapping),
        ("patch", Expect::Mapping),
    ],
    required: &[],
    unsupported: &[
        ("$ref", "write the path's operations here"),
        ("summary", "say it in each operation"),
        ("description", "say it in each operation"),
        ("parameters", "refer to the parameters from each operation; keep them in `components.parameters`"),
        ("head", "leave it out; the methods are GET, PUT, POST, DELETE and PATCH"),
        ("options", "leave it out; the methods are GET, PUT, POST, DELETE and PATCH"),
        ("trace", "leave it out; the methods are GET, PUT, POST, DELETE and PATCH"),
    ],
};

/// The methods of the subset.
const METHODS: &[&str] = &["get", "put", "post", "delete", "patch"];

/// Checks every path and every operation.
pub(super) fn check(lint: &mut Lint<'_>) {
    let Some(paths) = lint.root.get("paths") else { return };
    if !lint.expect(paths, Expect::Mapping) {
        return;
    }
    let mut routes = Routes::default();
    let mut operations = operation::Seen::default();
    for path in paths.entries() {
        if path.key().starts_with("x-") {
            let message =
                format!("{} is no extension of `paths` that anything here reads", quoted(path.key()));
            lint.report(rules::UNKNOWN_EXTENSION, &path.key_place(), message, "remove it");
            continue;
        }
        let template = template(lint, path);
        if let Some(template) = &template {
            distinct(lint, path, template, &mut routes);
        }
        if !lint.shape(path, &PATH) {
            continue;
        }
        server::check(lint, path);
        let mut written = path.entries().filter(|entry| METHODS.contains(&entry.key())).peekable();
        if written.peek().is_none() {
            let message = format!("{} has no operation", quoted(path.key()));
            lint.report(rules::MISSING_MEMBER, &path.key_place(), message, "add one, or remove the path");
        }
        for node in written {
            operation::check(lint, node, template.as_deref().unwrap_or_default(), &mut operations);
        }
    }
}

/// One segment of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment<'t> {
    /// Fixed text.
    Literal(&'t str),
    /// A parameter that takes the whole segment.
    Parameter(&'t str),
}

/// The segments of a path; nothing when one of them cannot be kept, which has been reported.
fn template<'t>(lint: &mut Lint<'t>, path: Node<'t>) -> Option<Vec<Segment<'t>>> {
    let Some(segments) = path.key().strip_prefix('/') else {
        lint.report(
            rules::PATH_TEMPLATE,
            &path.key_place(),
            format!("the path {} does not start with `/`", quoted(path.key())),
            "start it with `/`",
        );
        return None;
    };
    segments.split('/').map(|segment| self::segment(lint, path, segment)).collect()
}

fn segment<'t>(lint: &mut Lint<'t>, path: Node<'t>, segment: &'t str) -> Option<Segment<'t>> {
    let (rule, message, help) = if segment.is_empty() {
        (
            rules::PATH_TEMPLATE,
            format!("the path {} has an empty segment", quoted(path.key())),
            "remove the extra slash; no path ends in one",
        )
    } else if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
        && !name.is_empty()
        && !name.contains(['{', '}'])
    {
        return Some(Segment::Parameter(name));
    } else if segment.contains(['{', '}']) {
        (
            rules::PARTIAL_PARAMETER,
            format!("the segment {} is only partly a parameter", quoted(segment)),
            "let a parameter take a whole segment: `/{name}/`",
        )
    } else if segment == "." || segment == ".." {
        (
            rules::PATH_TEMPLATE,
            format!("the segment {} is removed by most HTTP clients", quoted(segment)),
            "use another name",
        )
    } else if !segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~')) {
        (
            rules::PATH_TEMPLATE,
            format!("the segment {} has characters that travel percent-encoded", quoted(segment)),
            "use ASCII letters, digits, `-`, `.`, `_` and `~`",
        )
    } else {
        return Some(Segment::Literal(segment));
    };
    lint.report(rule, &path.key_place(), message, help);
    None
}

/// Checks that the template names no parameter twice, and that no other path takes the same requests.
fn distinct<'t>(lint: &mut Lint<'t>, path: Node<'t>, template: &[Segment<'t>], routes: &mut Routes<'t>) {
    for (index, segment) in template.iter().enumerate() {
        if let Segment::Parameter(name) = segment
            && template.iter().take(index).any(|earlier| earlier == segment)
        {
            let message = format!("the path names the parameter {} twice", quoted(name));
            lint.report(rules::PATH_TEMPLATE, &path.key_place(), message, "rename one of the two");
        }
    }
    if let Some(other) = routes.rival(template) {
        lint.report_beside(
            rules::AMBIGUOUS_PATH,
            &path.key_place(),
            format!("some requests match both {} and {}", quoted(path.key()), quoted(other.key())),
            "merge the two, or change a literal segment; a path may only be a special case of another",
            vec![other.key_place().label("the other path")],
        );
    }
    routes.insert(template, path);
}
