//! What is left of a document for the emitters: everything resolved, ordered and decided.

use crate::support::fixtures;
use untag_codegen::ir::{
    Api, ArrayRules, Credential, Direction, IntegerFormat, Location, Member, Method, Operation, Schema,
    SchemaKind, Segment, Type,
};

fn fixture(name: &str) -> Api {
    let document = fixtures().into_iter().find(|document| document.stem() == name).unwrap();
    untag_codegen::read(name, &document.text).unwrap().api
}

fn operation<'a>(api: &'a Api, id: &str) -> &'a Operation {
    api.operations.iter().find(|operation| operation.id == id).unwrap()
}

fn schema<'a>(api: &'a Api, name: &str) -> &'a Schema {
    api.schema(name).unwrap()
}

fn member<'a>(api: &'a Api, object: &str, name: &str) -> &'a Member {
    let SchemaKind::Object { members, .. } = &schema(api, object).kind else {
        panic!("{object} is no object")
    };
    members.iter().find(|member| member.name == name).unwrap()
}

#[test]
fn operations_stand_in_the_order_of_the_document() {
    let api = fixture("methods");
    let order: Vec<_> =
        api.operations.iter().map(|operation| (operation.method.as_str(), operation.path.as_str())).collect();
    assert_eq!(
        order,
        [
            ("GET", "/things"),
            ("POST", "/things"),
            ("DELETE", "/things"),
            ("GET", "/things/{id}"),
            ("PUT", "/things/{id}"),
            ("PATCH", "/things/{id}"),
            ("DELETE", "/things/{id}"),
        ]
    );
    let delete = operation(&api, "deleteThing");
    assert_eq!(delete.method, Method::Delete);
    assert!(delete.deprecated && delete.body.is_none());
    assert_eq!(operation(&api, "deleteThings").extensions["x-idempotent"], true);
}

#[test]
fn path_parameters_stand_in_the_order_of_the_template() {
    let api = fixture("path-parameters");
    let integers = operation(&api, "byIntegers");
    let names: Vec<_> = integers.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names, ["percentage", "small", "large", "plain"]);
    let types: Vec<_> = integers.parameters.iter().map(|parameter| parameter.ty.clone()).collect();
    assert_eq!(
        types,
        [
            Type::Named("Percentage".into()),
            Type::Integer(IntegerFormat::Int32),
            Type::Integer(IntegerFormat::Int64),
            Type::Integer(IntegerFormat::Unstated),
        ]
    );
    assert_eq!(integers.segments[0], Segment::Literal("integers".into()));
    assert_eq!(integers.segments[1], Segment::Parameter("percentage".into()));
}

#[test]
fn parameters_of_the_query_and_of_headers_keep_their_order_and_may_be_shared() {
    let api = fixture("query-parameters");
    let page = operation(&api, "page");
    let names: Vec<_> =
        page.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.required)).collect();
    assert_eq!(names, [("limit", false), ("offset", false)]);
    assert_eq!(page.parameters[0].location, Location::Query);
    assert_eq!(page.parameters[0].example, Some(10.into()));
    let words =
        operation(&api, "search").parameters.iter().find(|parameter| parameter.name == "words").unwrap();
    let rules = ArrayRules { min_items: Some(1), max_items: Some(5), unique: false };
    assert_eq!(words.ty, Type::Array(Box::new(Type::String), rules));
}

#[test]
fn bodies_and_responses_are_resolved() {
    let api = fixture("bodies");
    let shared = operation(&api, "sendShared").body.as_ref().unwrap();
    assert!(shared.required);
    assert_eq!(shared.ty, Type::Named("Notes".into()));
    assert_eq!(shared.examples.keys().collect::<Vec<_>>(), ["one", "two"]);
    let optional = operation(&api, "sendOptional").body.as_ref().unwrap();
    assert!(!optional.required);
    assert_eq!(
        operation(&api, "sendRequired").body.as_ref().unwrap().media_type,
        "application/json;charset=UTF-8"
    );
    let list = &operation(&api, "answerList").responses[0];
    assert_eq!(list.body, Some(Type::Array(Box::new(Type::Named("Receipt".into())), ArrayRules::default())));
}

#[test]
fn responses_ascend() {
    let api = fixture("statuses");
    let job = operation(&api, "getJob");
    let statuses: Vec<_> = job.responses.iter().map(|response| response.status).collect();
    assert_eq!(statuses, [200, 202, 400, 403, 404, 409, 410, 429, 500, 503]);
    assert_eq!(job.responses[2].error_code.as_deref(), Some("Fixture.400"));
    assert_eq!(job.responses[4].error_code, None);
    let headers = &job.responses[0].headers;
    assert_eq!(headers["X-Request-Id"]["description"], "The identifier of the request.");
    assert!(
        operation(&api, "startJob")
            .responses
            .iter()
            .filter(|response| response.is_success())
            .all(|response| response.body.is_none())
    );
}

#[test]
fn the_direction_of_a_schema_is_where_it_can_be_reached_from() {
    let api = fixture("objects");
    for (name, direction) in [
        ("Order", Direction::Request),
        ("Address", Direction::Request),
        ("Parcel", Direction::Response),
        ("Label", Direction::Response),
    ] {
        assert_eq!(schema(&api, name).direction, direction, "{name}");
    }
    let api = fixture("two-way");
    for name in ["Document", "DocumentId", "Part"] {
        assert_eq!(schema(&api, name).direction, Direction::Both, "{name}");
    }
    let api = fixture("recursion");
    assert_eq!(schema(&api, "Tree").direction, Direction::Request);
    assert_eq!(schema(&api, "MaybeChain").direction, Direction::Response);
    assert_eq!(schema(&api, "People").direction, Direction::Both);
    assert_eq!(schema(&fixture("security"), "Token").direction, Direction::Request);
    assert_eq!(schema(&fixture("path-parameters"), "Colour").direction, Direction::Request);
}

#[test]
fn members_are_nullable_by_themselves_or_by_their_schema() {
    let api = fixture("nullable");
    for (name, required, nullable) in [
        ("required_text", true, true),
        ("optional_text", false, true),
        ("not_null", false, false),
        ("required_name", true, true),
        ("optional_name", false, true),
    ] {
        let member = member(&api, "NullableSent", name);
        assert_eq!((member.required, member.nullable), (required, nullable), "{name}");
    }
}

#[test]
fn constraints_are_kept() {
    let api = fixture("strings");
    let SchemaKind::Text { min_length, max_length, pattern, secret } = &schema(&api, "Code").kind else {
        panic!()
    };
    assert_eq!(
        (*min_length, *max_length, pattern.as_deref(), *secret),
        (Some(2), Some(5), Some("^[A-Z]*$"), false)
    );
    let api = fixture("numbers");
    assert_eq!(
        schema(&api, "AboveZero").kind,
        SchemaKind::Integer {
            format: IntegerFormat::Int64,
            minimum: Some((0, true)),
            maximum: None,
            multiple_of: None
        }
    );
    assert_eq!(
        schema(&api, "OpenRatio").kind,
        SchemaKind::Number { minimum: Some((-0.5, true)), maximum: Some((0.5, true)) }
    );
    let api = fixture("objects");
    let SchemaKind::Object { min_properties, closed, members } = &schema(&api, "Choice").kind else {
        panic!()
    };
    assert_eq!((*min_properties, *closed, members.len()), (Some(1), true, 2));
    let SchemaKind::Object { closed, .. } = &schema(&api, "Parcel").kind else { panic!() };
    assert!(!closed);
    let api = fixture("enums");
    let SchemaKind::Enum { values } = &schema(&api, "Colour").kind else { panic!() };
    assert_eq!(values, &["red", "dark-green", "LIGHT_BLUE", "off white", "0"]);
}

#[test]
fn credentials_are_known() {
    let api = fixture("security");
    assert_eq!(api.security_scheme("token").unwrap().credential, Credential::Token("Token".into()));
    let signature = api.security_scheme("signature").unwrap();
    assert_eq!(signature.credential, Credential::Signature("SDK-HMAC-SHA256".into()));
    assert_eq!(signature.header, "Authorization");
    assert_eq!(operation(&api, "deleteBoth").security, ["token", "signature"]);
    assert!(operation(&api, "getNobody").security.is_empty());
}

#[test]
fn security_of_the_document_is_that_of_operations_without_their_own() {
    let text = r"openapi: 3.0.3
info: {title: Inherited, version: 1.0.0}
security: [{key: []}]
paths:
  /things:
    get:
      operationId: getThing
      description: Answers nothing.
      responses:
        '204': {description: Done.}
        '401': {$ref: '#/components/responses/Failed'}
        '500': {$ref: '#/components/responses/Failed'}
    put:
      operationId: putThing
      description: Asks for nothing.
      security: []
      responses:
        '204': {description: Done.}
        '500': {$ref: '#/components/responses/Failed'}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key, x-credential: {kind: signature, algorithm: SDK-HMAC-SHA256}}
  responses:
    Failed:
      description: The server failed.
      x-error-code: Failed
      content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}
  schemas:
    Problem:
      type: object
      required: [error_code, error_msg]
      properties: {error_code: {type: string}, error_msg: {type: string}}
";
    let api = untag_codegen::read("inherited.yaml", text).unwrap().api;
    assert_eq!(operation(&api, "getThing").security, ["key"]);
    assert!(operation(&api, "putThing").security.is_empty());
}
