//! What the fixtures cannot show: rules that depend on how schemas are used together. Everything else about generated
//! types is proved by compiling and using those of the fixture documents.

use super::super::{GeneratedFile, Layout};
use super::emit;
use crate::ir::{
    Api, ArrayRules, Credential, Direction, IntegerFormat, Member, Schema, SchemaKind, SecurityScheme, Type,
};
use serde_json::Map;

fn schema(name: &str, kind: SchemaKind) -> Schema {
    Schema {
        name: name.to_owned(),
        description: String::new(),
        example: None,
        deprecated: false,
        nullable: false,
        direction: Direction::Both,
        extensions: Map::new(),
        kind,
    }
}

fn member(name: &str, ty: Type) -> Member {
    Member {
        name: name.to_owned(),
        required: false,
        nullable: false,
        description: String::new(),
        deprecated: false,
        example: None,
        ty,
    }
}

fn object(name: &str, members: Vec<Member>) -> Schema {
    schema(name, SchemaKind::Object { members, min_properties: None, closed: true })
}

fn named(name: &str) -> Type {
    Type::Named(name.to_owned())
}

fn array(items: Type, rules: ArrayRules) -> Type {
    Type::Array(Box::new(items), rules)
}

fn generate(schemas: Vec<Schema>, security_schemes: Vec<SecurityScheme>) -> Vec<GeneratedFile> {
    let api = Api {
        info: Map::new(),
        tags: Vec::new(),
        servers: Vec::new(),
        operations: Vec::new(),
        schemas: schemas.into(),
        security_schemes,
    };
    let layout = Layout {
        types: "::untag_types".to_owned(),
        command: "cargo xtask codegen".to_owned(),
        contract: "openapi/test.yaml".to_owned(),
    };
    let files = emit(&api, &layout).unwrap();
    assert_eq!(emit(&api, &layout).unwrap(), files, "the same contract gives the same bytes");
    files
}

fn text<'a>(files: &'a [GeneratedFile], path: &str) -> &'a str {
    files.iter().find(|file| file.path == path).map(|file| file.text.as_str()).unwrap()
}

#[test]
fn a_box_stands_wherever_an_object_would_hold_itself() {
    let files = generate(
        vec![
            object("Node", vec![member("leaf", named("Leaf")), member("link", named("Link"))]),
            object("Link", vec![member("back", named("Node")), member("list", named("Nodes"))]),
            object("Leaf", vec![member("nodes", array(named("Node"), ArrayRules::default()))]),
            schema("Nodes", SchemaKind::Array { items: named("Node"), rules: ArrayRules::default() }),
        ],
        Vec::new(),
    );
    let node = text(&files, "node.rs");
    assert!(node.contains("pub link: Option<Box<Link>>,"), "{node}");
    assert!(node.contains("pub leaf: Option<Leaf>,"), "a `Vec` on the way is box enough: {node}");
    let link = text(&files, "link.rs");
    assert!(link.contains("pub back: Option<Box<Node>>,"), "{link}");
    assert!(link.contains("pub list: Option<Nodes>,"), "{link}");
}

#[test]
fn equality_is_total_unless_a_number_is_somewhere_inside() {
    let files = generate(
        vec![
            object("Whole", vec![member("count", Type::Integer(IntegerFormat::Int64))]),
            object("Outer", vec![member("inner", named("Inner"))]),
            object("Inner", vec![member("list", array(Type::Number, ArrayRules::default()))]),
        ],
        Vec::new(),
    );
    assert!(text(&files, "whole.rs").contains("PartialEq, Eq,"));
    assert!(!text(&files, "outer.rs").contains("Eq, Eq"));
    assert!(!text(&files, "outer.rs").contains(" Eq,"));
}

#[test]
fn a_secret_that_travels_in_a_header_must_fit_there() {
    let secret = |name| {
        schema(name, SchemaKind::Text { min_length: None, max_length: None, pattern: None, secret: true })
    };
    let scheme = SecurityScheme {
        name: "token".to_owned(),
        header: "X-Auth-Token".to_owned(),
        description: String::new(),
        credential: Credential::Token("Token".to_owned()),
        extensions: Map::new(),
    };
    let files = generate(vec![secret("Token"), secret("Password")], vec![scheme]);
    assert!(text(&files, "token.rs").contains("constraint::header_safe"));
    assert!(!text(&files, "password.rs").contains("header_safe"));
}

#[test]
fn direction_decides_what_is_forgiven() {
    let with = |direction| {
        let mut schema = object("Thing", vec![member("note", Type::String)]);
        schema.direction = direction;
        let files = generate(vec![schema], Vec::new());
        text(&files, "thing.rs").to_owned()
    };
    let request = with(Direction::Request);
    assert!(request.contains("members.read(&mut note)") && request.contains("members.refuse::<Self>(&name)"));
    for lenient in [with(Direction::Response), with(Direction::Both)] {
        assert!(
            lenient.contains("members.read_leniently(&mut note)") && lenient.contains("members.ignore()")
        );
    }
}

#[test]
fn limits_of_inner_arrays_are_checked_for_each_item() {
    let inner = ArrayRules { min_items: None, max_items: Some(3), unique: false };
    let outer = ArrayRules { min_items: Some(1), max_items: None, unique: true };
    let files = generate(
        vec![object("Grid", vec![member("rows", array(array(Type::Boolean, inner), outer))])],
        Vec::new(),
    );
    let grid = text(&files, "grid.rs");
    let checks = [
        "constraint::min_items(report, items, 1);",
        "constraint::unique_items(report, items);",
        "for (index, items) in items.iter().enumerate() {",
        "let report = &mut report.item(index);",
        "constraint::max_items(report, items, 3);",
    ];
    let mut rest = grid;
    for check in checks {
        rest =
            rest.split_once(check).unwrap_or_else(|| panic!("`{check}` is missing in its place: {grid}")).1;
    }
}

#[test]
fn the_locals_of_a_reader_make_way_for_fields() {
    let members = vec![member("members", Type::String), member("name", Type::String)];
    let files = generate(vec![object("Odd", members)], Vec::new());
    let odd = text(&files, "odd.rs");
    assert!(odd.contains("while let Some(name_) = members_.next_name()?"), "{odd}");
}
