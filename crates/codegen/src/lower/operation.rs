//! Operations, their parameters, bodies and responses, with every reference to a component resolved.

use super::schema::ty;
use super::{extensions, flag, text, texts, value, values};
use crate::ir::{Body, Location, Method, Operation, Parameter, Response, Segment};
use crate::lint::{Components, Section};
use crate::source::Node;
use serde_json::{Map, Value};

/// Every operation: paths as written, methods as written within a path.
pub(super) fn operations(root: Node<'_>, components: &Components<'_>) -> Vec<Operation> {
    let paths = root.get("paths").into_iter().flat_map(Node::entries);
    let written = paths.flat_map(|path| path.entries().map(move |entry| (path, entry)));
    written
        .filter_map(|(path, node)| Some(operation(root, path, method(node.key())?, node, components)))
        .collect()
}

/// The method that a member of a path item stands for.
fn method(key: &str) -> Option<Method> {
    match key {
        "get" => Some(Method::Get),
        "put" => Some(Method::Put),
        "post" => Some(Method::Post),
        "delete" => Some(Method::Delete),
        "patch" => Some(Method::Patch),
        _ => None,
    }
}

fn operation<'t>(
    root: Node<'t>,
    path: Node<'t>,
    method: Method,
    node: Node<'t>,
    components: &Components<'t>,
) -> Operation {
    let segments = segments(path.key());
    let mut responses: Vec<Response> = node
        .get("responses")
        .into_iter()
        .flat_map(Node::entries)
        .filter_map(|entry| response(entry, components))
        .collect();
    responses.sort_by_key(|response| response.status);
    Operation {
        id: text(node, "operationId"),
        method,
        path: path.key().to_owned(),
        parameters: parameters(node, &segments, components),
        segments,
        summary: text(node, "summary"),
        description: text(node, "description"),
        tags: texts(node, "tags"),
        deprecated: flag(node, "deprecated"),
        body: node.get("requestBody").and_then(|body| self::body(body, components)),
        responses,
        security: security(node.get("security").or_else(|| root.get("security"))),
        servers: values(path, "servers"),
        extensions: extensions(node),
    }
}

/// The template split at its slashes.
fn segments(path: &str) -> Vec<Segment> {
    let split = path.split('/').skip(1);
    split
        .map(|segment| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name.to_owned()),
            None => Segment::Literal(segment.to_owned()),
        })
        .collect()
}

/// Path parameters in the order of the template, then the others in document order.
fn parameters(node: Node<'_>, segments: &[Segment], components: &Components<'_>) -> Vec<Parameter> {
    let stated = node.get("parameters").into_iter().flat_map(Node::items);
    let mut parameters: Vec<Parameter> =
        stated.filter_map(|entry| components.resolve(Section::Parameters, entry)).map(parameter).collect();
    let place = |parameter: &Parameter| match parameter.location {
        Location::Path => segments
            .iter()
            .position(|segment| matches!(segment, Segment::Parameter(name) if *name == parameter.name)),
        Location::Query | Location::Header => None,
    };
    parameters.sort_by_key(|parameter| place(parameter).unwrap_or(segments.len()));
    parameters
}

fn parameter(node: Node<'_>) -> Parameter {
    let location = match node.get("in").and_then(Node::text) {
        Some("path") => Location::Path,
        Some("header") => Location::Header,
        _ => Location::Query,
    };
    Parameter {
        name: text(node, "name"),
        location,
        required: flag(node, "required"),
        description: text(node, "description"),
        deprecated: flag(node, "deprecated"),
        example: value(node, "example"),
        ty: node.get("schema").map_or(crate::ir::Type::String, ty),
    }
}

fn body<'t>(node: Node<'t>, components: &Components<'t>) -> Option<Body> {
    let node = components.resolve(Section::RequestBodies, node)?;
    let media = media(node)?;
    Some(Body {
        required: flag(node, "required"),
        description: text(node, "description"),
        media_type: media.key().to_owned(),
        ty: ty(media.get("schema")?),
        example: value(media, "example"),
        examples: media.get("examples").map(Node::to_map).unwrap_or_default(),
    })
}

fn response<'t>(entry: Node<'t>, components: &Components<'t>) -> Option<Response> {
    let node = components.resolve(Section::Responses, entry)?;
    let media = media(node);
    Some(Response {
        status: entry.key().parse().ok()?,
        description: text(node, "description"),
        body: media.and_then(|media| media.get("schema")).map(ty),
        media_type: media.map(|media| media.key().to_owned()).unwrap_or_default(),
        error_code: node.get("x-error-code").and_then(Node::text).map(str::to_owned),
        headers: headers(node, components),
        example: media.and_then(|media| value(media, "example")),
        examples: media.and_then(|media| media.get("examples")).map(Node::to_map).unwrap_or_default(),
    })
}

/// The one media type of a `content`.
fn media(node: Node<'_>) -> Option<Node<'_>> {
    node.get("content")?.entries().next()
}

fn headers(node: Node<'_>, components: &Components<'_>) -> Map<String, Value> {
    let stated = node.get("headers").into_iter().flat_map(Node::entries);
    stated
        .filter_map(|entry| {
            Some((entry.key().to_owned(), components.resolve(Section::Headers, entry)?.to_json()))
        })
        .collect()
}

/// The scheme names of the alternatives, of which each has exactly one.
fn security(requirements: Option<Node<'_>>) -> Vec<String> {
    let alternatives = requirements.into_iter().flat_map(Node::items);
    alternatives.flat_map(Node::entries).map(|scheme| scheme.key().to_owned()).collect()
}
