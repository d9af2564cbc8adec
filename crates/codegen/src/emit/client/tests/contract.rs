//! Contracts built by hand, no larger than a test needs them.

use crate::emit::Layout;
use crate::ir::{
    Api, Body, Credential, Direction, Location, Method, Operation, Parameter, Response, Schema, SchemaKind,
    SecurityScheme, Segment, Type,
};
use serde_json::{Map, json};

pub(super) fn layout() -> Layout {
    Layout {
        types: "::untag_types".to_owned(),
        command: "cargo xtask codegen".to_owned(),
        contract: "openapi/untag.yaml".to_owned(),
    }
}

pub(super) fn api(operations: Vec<Operation>) -> Api {
    let schema = |name: &str, kind| Schema {
        name: name.to_owned(),
        description: String::new(),
        example: None,
        deprecated: false,
        nullable: false,
        direction: Direction::Both,
        extensions: Map::new(),
        kind,
    };
    let text = SchemaKind::Text { min_length: None, max_length: None, pattern: None, secret: false };
    let object = SchemaKind::Object { members: Vec::new(), min_properties: None, closed: false };
    Api {
        info: json!({ "title": "small", "version": "1.2.3" }).as_object().cloned().unwrap_or_default(),
        tags: Vec::new(),
        servers: Vec::new(),
        operations,
        schemas: vec![
            schema("Key", text.clone()),
            schema("Body", object.clone()),
            schema("Failure", object.clone()),
            schema("URLList", object),
        ]
        .into(),
        security_schemes: vec![
            SecurityScheme {
                name: "token".to_owned(),
                header: "X-Auth-Token".to_owned(),
                description: String::new(),
                credential: Credential::Token("Key".to_owned()),
                extensions: Map::new(),
            },
            SecurityScheme {
                name: "signature".to_owned(),
                header: "Authorization".to_owned(),
                description: String::new(),
                credential: Credential::Signature("SDK-HMAC-SHA256".to_owned()),
                extensions: Map::new(),
            },
        ],
    }
}

pub(super) fn parameter(name: &str, location: Location, required: bool, ty: Type) -> Parameter {
    Parameter {
        name: name.to_owned(),
        location,
        required,
        description: String::new(),
        deprecated: false,
        example: None,
        ty,
    }
}

pub(super) fn named(name: &str) -> Type {
    Type::Named(name.to_owned())
}

pub(super) fn response(status: u16, body: Option<Type>) -> Response {
    Response {
        status,
        description: format!("Meaning of {status}."),
        body,
        media_type: "application/json".to_owned(),
        error_code: None,
        headers: Map::new(),
        example: None,
        examples: Map::new(),
    }
}

/// `DELETE /things/{…}/…` with the given parameters; answers 204, and 400 and 500 with a `Failure`.
pub(super) fn operation(id: &str, parameters: Vec<Parameter>) -> Operation {
    let mut segments = vec![Segment::Literal(format!("things-{id}"))];
    let in_path = parameters.iter().filter(|parameter| parameter.location == Location::Path);
    segments.extend(in_path.map(|parameter| Segment::Parameter(parameter.name.clone())));
    let path = segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Parameter(name) => format!("/{{{name}}}"),
        })
        .collect();
    Operation {
        id: id.to_owned(),
        method: Method::Delete,
        path,
        segments,
        summary: "Delete a thing".to_owned(),
        description: "See <thing>.".to_owned(),
        tags: Vec::new(),
        deprecated: false,
        parameters,
        body: None,
        responses: vec![
            response(204, None),
            response(400, Some(named("Failure"))),
            response(500, Some(named("Failure"))),
        ],
        security: Vec::new(),
        servers: Vec::new(),
        extensions: Map::new(),
    }
}

pub(super) fn with_body(mut operation: Operation, required: bool, media_type: &str) -> Operation {
    operation.body = Some(Body {
        required,
        description: "What to delete.".to_owned(),
        media_type: media_type.to_owned(),
        ty: named("Body"),
        example: None,
        examples: Map::new(),
    });
    operation
}
