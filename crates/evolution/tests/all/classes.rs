//! Every rule in both directions: what a change means, and what taking it back means.

use crate::support::contract;
use serde_json::{Value, json};
use untag_evolution::{Class, diff};

use Class::{Both, Clients, Compatible, Documentation, Servers};

/// A document with one operation, whose request and answer both hold a schema of their own.
fn document(request: &Value, response: &Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "things", "version": "1.0.0"},
        "servers": [{"url": "https://{zone}.example.com", "variables": {"zone": {"default": "a", "enum": ["a", "b"]}}}],
        "tags": [{"name": "Things"}],
        "security": [{"token": []}],
        "paths": {"/things/{id}": {"put": {
            "operationId": "putThing",
            "tags": ["Things"],
            "x-idempotent": true,
            "x-iam": {
                "action": "things:put",
                "resourceType": {"name": "thing", "required": true, "conditionKeys": ["g:A"]},
                "requestConditionKeys": ["g:B"],
                "origin": "untag",
            },
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "first", "in": "query", "required": true, "schema": {"type": "string"}},
                {"name": "second", "in": "query", "schema": {"type": "string"}},
                {"$ref": "#/components/parameters/Trace"},
            ],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}}},
            "responses": {
                "200": {
                    "description": "Done.",
                    "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tell"}}},
                },
                "400": {"description": "Refused.", "x-error-code": "T.400"},
            },
        }}},
        "components": {
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "X-Token", "x-credential": {"kind": "token"}},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            },
            "parameters": {"Trace": {"name": "X-Trace", "in": "header", "schema": {"type": "string"}}},
            "schemas": {
                "Ask": {"type": "object", "additionalProperties": false, "properties": {"value": request}},
                "Tell": {"type": "object", "properties": {"value": response}},
                "Both": {"type": "string"},
            },
        },
    })
}

/// The heaviest class of the changes between two documents, all of which a rule knows.
fn class(old: &Value, new: &Value) -> Class {
    let changes = diff(&contract(old), &contract(new));
    assert!(changes.iter().all(|change| change.classified), "{changes:#?}");
    let heaviest = |left: Class, right: Class| match (left, right) {
        (Clients, Servers) | (Servers, Clients) => Both,
        (left, right) => left.max(right),
    };
    changes.iter().map(|change| change.class).reduce(heaviest).expect("there is a change")
}

#[test]
fn what_a_value_may_be() {
    // A keyword that leaves fewer values: before, after.
    let fewer = [
        (json!({"type": "string"}), json!({"type": "string", "minLength": 1})),
        (json!({"type": "string", "minLength": 1}), json!({"type": "string", "minLength": 2})),
        (json!({"type": "string"}), json!({"type": "string", "maxLength": 9})),
        (json!({"type": "string", "maxLength": 9}), json!({"type": "string", "maxLength": 8})),
        (json!({"type": "string"}), json!({"type": "string", "pattern": "a"})),
        (json!({"type": "string", "enum": ["a", "b"]}), json!({"type": "string", "enum": ["b"]})),
        (json!({"type": "string", "nullable": true}), json!({"type": "string"})),
        (json!({"type": "integer"}), json!({"type": "integer", "minimum": -1})),
        (json!({"type": "integer", "minimum": -1}), json!({"type": "integer", "minimum": 0})),
        (
            json!({"type": "integer", "maximum": 18_446_744_073_709_551_615_u64}),
            json!({"type": "integer", "maximum": 18_446_744_073_709_551_614_u64}),
        ),
        (json!({"type": "number", "maximum": 1.5}), json!({"type": "number", "maximum": 1})),
        (
            json!({"type": "integer", "minimum": 0}),
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}),
        ),
        (json!({"type": "integer"}), json!({"type": "integer", "multipleOf": 2})),
        (json!({"type": "integer", "multipleOf": 2}), json!({"type": "integer", "multipleOf": 6})),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 1}),
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string", "maxLength": 3}}),
        ),
        (json!({"type": "object"}), json!({"type": "object", "minProperties": 1})),
        (json!({"type": "object"}), json!({"type": "object", "additionalProperties": false})),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        ),
    ];
    let others = [
        (json!({"type": "string"}), json!({"type": "integer"})),
        (json!({"type": "string"}), json!({"type": "string", "format": "uuid"})),
        (json!({"type": "string", "pattern": "a"}), json!({"type": "string", "pattern": "b"})),
        (json!({"type": "string"}), json!({"type": "string", "enum": ["a"]})),
        (json!({"type": "integer", "multipleOf": 2}), json!({"type": "integer", "multipleOf": 3})),
        (json!({"type": "string"}), json!({"$ref": "#/components/schemas/Both"})),
    ];
    let nothing = [
        (json!({"type": "string"}), json!({"type": "string", "minLength": 0})),
        (json!({"type": "string"}), json!({"type": "string", "nullable": false})),
        (json!({"type": "object"}), json!({"type": "object", "additionalProperties": true})),
        (json!({"type": "number", "minimum": 1}), json!({"type": "number", "minimum": 1.0})),
        (json!({"type": "string", "enum": ["a", "b"]}), json!({"type": "string", "enum": ["b", "a"]})),
        (json!({"type": "string"}), json!({"type": "string", "example": "a"})),
    ];
    let all = fewer.iter().map(|pair| (pair, [Clients, Servers, Servers, Clients]));
    let all = all.chain(others.iter().map(|pair| (pair, [Both; 4])));
    let all = all.chain(nothing.iter().map(|pair| (pair, [Documentation; 4])));
    let fixed = json!({"type": "string"});
    for ((before, after), [there, back, answered, back_answered]) in all {
        let request = |value: &Value| document(value, &fixed);
        let response = |value: &Value| document(&fixed, value);
        let shown = format!("{before} -> {after}");
        assert_eq!(class(&request(before), &request(after)), there, "asked: {shown}");
        assert_eq!(class(&request(after), &request(before)), back, "asked, taken back: {shown}");
        assert_eq!(class(&response(before), &response(after)), answered, "answered: {shown}");
        assert_eq!(
            class(&response(after), &response(before)),
            back_answered,
            "answered, taken back: {shown}"
        );
    }
}

#[test]
fn which_members_an_object_has() {
    let object = |closed: bool, required: bool, with: bool| {
        let mut object = json!({"type": "object", "properties": {"kept": {"type": "string"}}});
        if closed {
            object["additionalProperties"] = json!(false);
        }
        if with {
            object["properties"]["more"] = json!({"type": "string"});
            if required {
                object["required"] = json!(["more"]);
            }
        }
        object
    };
    // closed, required: there and back in a request, there and back in an answer.
    let rows = [
        (true, false, [Servers, Clients, Clients, Both]),
        (true, true, [Both, Both, Both, Both]),
        (false, false, [Both, Clients, Compatible, Clients]),
        (false, true, [Both, Both, Servers, Clients]),
    ];
    let fixed = json!({"type": "string"});
    for (closed, required, [there, back, answered, back_answered]) in rows {
        let (before, after) = (object(closed, required, false), object(closed, required, true));
        let request = |value: &Value| document(value, &fixed);
        let response = |value: &Value| document(&fixed, value);
        let shown = format!("closed {closed}, required {required}");
        assert_eq!(class(&request(&before), &request(&after)), there, "asked: {shown}");
        assert_eq!(class(&request(&after), &request(&before)), back, "asked, taken back: {shown}");
        assert_eq!(class(&response(&before), &response(&after)), answered, "answered: {shown}");
        assert_eq!(
            class(&response(&after), &response(&before)),
            back_answered,
            "answered, taken back: {shown}"
        );
    }
}

#[test]
fn a_type_that_travels_both_ways_hurts_both_sides() {
    let schema = json!({"$ref": "#/components/schemas/Both"});
    let document = document(&schema, &schema);
    let mut changed = document.clone();
    changed["components"]["schemas"]["Both"]["maxLength"] = json!(3);
    assert_eq!(class(&document, &changed), Both);
    assert_eq!(class(&changed, &document), Both);
}

#[test]
fn everything_else() {
    const OPERATION: &str = "/paths/~1things~1{id}/put";
    let operation = |below: &str| format!("{OPERATION}{below}");
    let query = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let first = json!({"name": "first", "in": "query", "required": true, "schema": {"type": "string"}});
    let trace = json!({"$ref": "#/components/parameters/Trace"});
    let inline_trace = json!({"name": "x-trace", "in": "header", "schema": {"type": "string"}});
    let text = json!({"schema": {"type": "string"}});
    // A place, what stands there after the change (nothing: it is gone), the class there and back.
    let rows: Vec<(String, Option<Value>, Class, Class)> = vec![
        ("/info/title".into(), Some(json!("others")), Documentation, Documentation),
        ("/info/license".into(), Some(json!({"name": "MIT"})), Documentation, Documentation),
        ("/openapi".into(), Some(json!("3.0.4")), Documentation, Documentation),
        ("/tags/0/description".into(), Some(json!("All.")), Documentation, Documentation),
        ("/servers/0/url".into(), Some(json!("https://x.example.com")), Clients, Clients),
        ("/servers/0/description".into(), Some(json!("One.")), Documentation, Documentation),
        ("/servers/0/variables/zone/default".into(), Some(json!("b")), Clients, Clients),
        ("/servers/0/variables/zone/enum".into(), Some(json!(["a"])), Clients, Compatible),
        ("/servers/0/variables/zone/enum".into(), None, Compatible, Clients),
        ("/security".into(), Some(json!([{"token": []}, {"key": []}])), Servers, Clients),
        ("/security".into(), Some(json!([{"key": []}])), Both, Both),
        ("/security".into(), None, Servers, Clients),
        (operation("/security"), Some(json!([{"key": []}])), Both, Both),
        (operation("/security"), Some(json!([])), Servers, Clients),
        (operation("/security"), Some(json!([{"token": []}])), Documentation, Documentation),
        ("/components/securitySchemes/key/name".into(), Some(json!("X-Other")), Both, Both),
        (
            "/components/securitySchemes/key/description".into(),
            Some(json!("A key.")),
            Documentation,
            Documentation,
        ),
        ("/components/securitySchemes/token/x-credential/kind".into(), Some(json!("other")), Both, Both),
        ("/components/securitySchemes/key".into(), None, Documentation, Documentation),
        ("/components/schemas/Both".into(), None, Both, Compatible),
        (operation("/operationId"), Some(json!("setThing")), Both, Both),
        (operation("/tags"), None, Documentation, Documentation),
        (operation("/deprecated"), Some(json!(true)), Compatible, Compatible),
        (operation("/x-idempotent"), None, Clients, Servers),
        (operation("/x-provider-operation"), Some(json!({"name": "Put"})), Documentation, Documentation),
        (operation("/x-iam"), None, Both, Both),
        (operation("/x-iam/origin"), Some(json!("provider")), Documentation, Documentation),
        (operation("/x-iam/resourceType/required"), Some(json!(false)), Both, Both),
        (operation("/x-iam/resourceType/conditionKeys"), Some(json!(["g:A", "g:C"])), Servers, Clients),
        (operation("/x-iam/requestConditionKeys"), None, Clients, Servers),
        (operation("/parameters/1/required"), None, Servers, Clients),
        (operation("/parameters/1/description"), Some(json!("The first.")), Documentation, Documentation),
        (operation("/parameters/2"), None, Clients, Servers),
        (operation("/parameters/1"), None, Both, Both),
        (operation("/parameters/2/name"), Some(json!("third")), Both, Both),
        (operation("/parameters/3"), Some(inline_trace), Documentation, Documentation),
        (
            operation("/parameters"),
            Some(json!([first, id, query("second"), trace])),
            Documentation,
            Documentation,
        ),
        (operation("/parameters"), Some(json!([id, query("second"), first, trace])), Clients, Clients),
        ("/components/parameters/Trace/required".into(), Some(json!(true)), Clients, Servers),
        ("/components/parameters/Trace/name".into(), Some(json!("X-TRACE")), Documentation, Documentation),
        (operation("/requestBody"), None, Both, Both),
        (operation("/requestBody/required"), None, Servers, Clients),
        (operation("/requestBody/content/text~1plain"), Some(text.clone()), Servers, Clients),
        (
            operation("/requestBody/content/application~1json/example"),
            Some(json!({})),
            Documentation,
            Documentation,
        ),
        (operation("/responses/200/content/text~1plain"), Some(text), Clients, Both),
        (operation("/responses/200/content"), None, Both, Both),
        (operation("/responses/200/description"), Some(json!("Made.")), Documentation, Documentation),
        (operation("/responses/200/headers/X-Request-Id"), None, Clients, Servers),
        (operation("/responses/202"), Some(json!({"description": "Later."})), Clients, Servers),
        (operation("/responses/404"), Some(json!({"description": "None."})), Clients, Servers),
        (operation("/responses/400/x-error-code"), Some(json!("T.401")), Both, Both),
        (operation("/responses/400/x-error-code"), None, Clients, Servers),
        (
            "/paths/~1things~1{id}/get".into(),
            Some(json!({"operationId": "getThing", "responses": {}})),
            Servers,
            Both,
        ),
        (
            "/paths/~1others".into(),
            Some(json!({"get": {"operationId": "all", "responses": {}}})),
            Servers,
            Both,
        ),
    ];
    let string = json!({"type": "string"});
    let document = document(&string, &string);
    for (pointer, replacement, there, back) in rows {
        let mut changed = document.clone();
        crate::mutants::put(&mut changed, &pointer, replacement.clone());
        let shown = format!("{pointer} -> {replacement:?}");
        assert_eq!(class(&document, &changed), there, "{shown}");
        assert_eq!(class(&changed, &document), back, "taken back: {shown}");
    }
}

#[test]
fn a_path_that_moves_is_still_the_same_operation() {
    let string = json!({"type": "string"});
    let document = document(&string, &string);
    let text = document.to_string();
    for (to, at) in
        [("/items/{id}", "/paths/~1items~1{id}/put"), ("/things/{name}", "/paths/~1things~1{name}")]
    {
        let moved = text.replace("/things/{id}", to);
        let moved =
            if to.contains("name") { moved.replace(r#""name":"id""#, r#""name":"name""#) } else { moved };
        let moved: Value = serde_json::from_str(&moved).expect("it is JSON");
        let changes = diff(&contract(&document), &contract(&moved));
        assert!(changes.iter().all(|change| change.class == Both && change.classified), "{changes:#?}");
        assert!(changes.iter().any(|change| change.new.as_deref() == Some(at)), "{changes:#?}");
    }
}

#[test]
fn the_order_of_required_members_is_an_interface_in_rust() {
    let string = json!({"type": "string"});
    let object = |text: &str| -> Value {
        let properties: Value = serde_json::from_str(text).expect("it is JSON");
        document(&json!({"type": "object", "required": ["a", "b"], "properties": properties}), &string)
    };
    let order = object(r#"{"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}}"#);
    let swapped = object(r#"{"b": {"type": "string"}, "a": {"type": "string"}, "c": {"type": "string"}}"#);
    let harmless = object(r#"{"c": {"type": "string"}, "a": {"type": "string"}, "b": {"type": "string"}}"#);
    assert_eq!(class(&order, &harmless), Documentation);
    assert_eq!(class(&order, &swapped), Both);
    assert_eq!(class(&swapped, &order), Both);
}
