//! The emitter on contracts built by hand: what it writes, and what it says when it cannot.

mod contract;

use super::{arguments, emit, fixups, lowered, progenitor};
use crate::ir::{Api, ArrayRules, IntegerFormat, Location, Operation, Type};
use contract::{api, layout, named, operation, parameter, response, with_body};
use serde_json::json;

/// The text of one generated file.
fn file(api: &Api, path: &str) -> String {
    let files = emit(api, &layout()).unwrap();
    files.into_iter().find(|file| file.path == path).unwrap().text
}

fn operation_file(operation: Operation) -> String {
    let path = format!("operations/{}.rs", super::identifier(&operation.id));
    file(&api(vec![operation]), &path)
}

/// Whether `wanted` stands in `text`, however the lines are broken.
#[track_caller]
fn assert_has(text: &str, wanted: &str) {
    let squeeze = |text: &str| {
        let text: String = text.split_whitespace().collect();
        text.replace(",)", ")").replace(",]", "]").replace(",}", "}")
    };
    assert!(squeeze(text).contains(&squeeze(wanted)), "{wanted}\nis not in\n{text}");
}

#[test]
fn arguments_stand_in_the_contracts_order_and_never_meet() {
    let text = operation_file(with_body(
        operation(
            "deleteThing",
            vec![
                parameter("zone", Location::Path, true, named("Key")),
                parameter("id", Location::Path, true, Type::String),
                parameter("id", Location::Query, true, Type::Uuid),
                parameter("ID", Location::Header, false, Type::Integer(IntegerFormat::Int32)),
                parameter("Id", Location::Header, false, Type::Number),
                parameter("body", Location::Query, false, Type::Boolean),
                parameter("failure", Location::Query, false, Type::Integer(IntegerFormat::Unstated)),
                parameter(
                    "all",
                    Location::Query,
                    true,
                    Type::Array(Box::new(named("Key")), ArrayRules::default()),
                ),
            ],
        ),
        true,
        "application/json",
    ));
    assert_has(
        &text,
        "pub async fn delete_thing(
            &self,
            zone: &types::Key,
            id: &str,
            id_query: &::untag_types::Uuid,
            id_header: Option<i32>,
            id_header_2: Option<f64>,
            body_query: Option<bool>,
            failure: Option<i64>,
            all: &Vec<types::Key>,
            body: &types::Body,
        ) -> Result<ResponseValue<()>, Error<types::Failure>>",
    );
    // On the wire each keeps its own name.
    assert_has(&text, r#".query(&QueryParam::new("id", &id_query))"#);
    assert_has(&text, r#".query(&QueryParam::new("body", &body_query))"#);
    assert_has(
        &text,
        r#"if let Some(value) = id_header_2 { header_map.append("Id", header_value(&OPERATION, "Id", &value)?); }"#,
    );
}

#[test]
fn any_number_of_arguments_keeps_its_order() {
    let locations = [Location::Header, Location::Query, Location::Path];
    let parameters =
        (0..90).map(|i| parameter(&format!("p{}", i * 7 % 90), locations[i % 3], true, Type::String));
    let mut parameters: Vec<_> = parameters.collect();
    parameters.sort_by_key(|parameter| parameter.location);
    let names: Vec<String> = parameters.iter().map(|parameter| format!("{}: &str", parameter.name)).collect();
    let text = operation_file(with_body(operation("deleteThing", parameters), true, "application/json"));
    assert_has(&text, &format!("&self, {}, body: &types::Body", names.join(", ")));
}

#[test]
fn keywords_are_names_like_any_other() {
    let keywords = [
        "abstract",
        "as",
        "async",
        "await",
        "become",
        "box",
        "break",
        "const",
        "continue",
        "crate",
        "do",
        "dyn",
        "else",
        "enum",
        "extern",
        "false",
        "final",
        "fn",
        "for",
        "gen",
        "if",
        "impl",
        "in",
        "let",
        "loop",
        "macro",
        "match",
        "mod",
        "move",
        "mut",
        "override",
        "priv",
        "pub",
        "ref",
        "return",
        "self",
        "static",
        "struct",
        "super",
        "trait",
        "true",
        "try",
        "type",
        "typeof",
        "union",
        "unsafe",
        "unsized",
        "use",
        "virtual",
        "where",
        "while",
        "yield",
        // What the methods and the client have of their own.
        "post",
        "pre",
        "exec",
        "client",
        "inner",
        "baseurl",
        "transport",
        "from",
        "url",
        "request",
        "result",
        "response",
        "info",
        "value",
        "builder",
        "headerMap",
        "encodePath",
    ];
    let operations = keywords.map(|keyword| {
        operation(
            keyword,
            vec![
                parameter(keyword, Location::Path, true, Type::String),
                parameter(keyword, Location::Query, true, Type::String),
                parameter(keyword, Location::Header, false, Type::String),
            ],
        )
    });
    let files = emit(&api(operations.into()), &layout()).unwrap();
    assert_eq!(files.len(), 2 + keywords.len());
    let text = |path: &str| &files.iter().find(|file| file.path == path).unwrap().text;
    assert_has(
        text("operations/type_.rs"),
        "fn type_(&self, type_: &str, type_query: &str, type_header: Option<&str>)",
    );
    assert_has(text("operations/mod.rs"), "mod mod_;");
    assert_has(text("operations/pre.rs"), "self.transport.call(&OPERATION, &OPERATIONS, request).await?;");
    assert_has(text("operations/header_map.rs"), "header_map_path: &str, header_map_query: &str");
}

#[test]
fn path_parameters_are_encoded_by_the_runtime() {
    let text = operation_file(operation(
        "deleteThing",
        vec![
            parameter("key", Location::Path, true, named("Key")),
            parameter("plain", Location::Path, true, Type::String),
            parameter("when", Location::Path, true, Type::DateTime),
            parameter("count", Location::Path, true, Type::Integer(IntegerFormat::Int64)),
        ],
    ));
    assert_has(&text, "use ::untag_client::path::encode_path;");
    assert_has(
        &text,
        r#"let url = format!("/things-deleteThing/{}/{}/{}/{}", encode_path(key), encode_path(plain),
            encode_path(&when.to_rfc3339()), encode_path(&count)); let url = self.transport.url(&OPERATION, &url)?;"#,
    );
}

#[test]
fn headers_are_those_of_the_contract() {
    let without = operation_file(operation("deleteThing", Vec::new()));
    assert!(!without.contains("HeaderMap"), "{without}");
    let with = operation_file(operation(
        "deleteThing",
        vec![
            parameter("X-Key", Location::Header, true, named("Key")),
            parameter("X-Since", Location::Header, false, Type::DateTime),
        ],
    ));
    assert_has(&with, "let mut header_map = HeaderMap::with_capacity(2);");
    assert_has(&with, r#"header_map.append("X-Key", header_value(&OPERATION, "X-Key", x_key)?);"#);
    assert_has(
        &with,
        r#"if let Some(value) = x_since { header_map.append("X-Since", header_value(&OPERATION, "X-Since", &value.to_rfc3339())?); }"#,
    );
    for text in [with, without] {
        assert!(!text.contains("api-version"), "{text}");
        assert!(!text.contains("api_version"), "{text}");
    }
}

#[test]
fn a_body_is_sent_as_the_contract_has_it() {
    let plain = operation("deleteThing", Vec::new());
    let none = operation_file(plain.clone());
    assert!(!none.contains("json("), "{none}");
    let required = operation_file(with_body(plain.clone(), true, "application/json"));
    assert_has(&required, ".json(body);");
    assert!(!required.contains("CONTENT_TYPE"), "{required}");
    let charset = operation_file(with_body(plain.clone(), true, "application/json;charset=UTF-8"));
    assert_has(
        &charset,
        r#".header(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8")).json(body);"#,
    );
    let optional = operation_file(with_body(plain, false, "application/json"));
    assert_has(&optional, "body: Option<&types::Body>");
    assert_has(&optional, "if let Some(body) = body { request = request.json(body); }");
}

#[test]
fn statuses_that_are_read_alike_share_an_arm() {
    let mut read = operation("readThing", Vec::new());
    read.responses
        .splice(0..1, [response(200, Some(named("URLList"))), response(201, Some(named("URLList")))]);
    let text = operation_file(read);
    assert_has(&text, "-> Result<ResponseValue<types::URLList>, Error<types::Failure>>");
    assert_has(
        &text,
        "200 | 201 => answer.decoded(),
         400 | 500 => Err(answer.failure()),
         _ => Err(answer.undocumented())",
    );
    let text = operation_file(operation("deleteThing", Vec::new()));
    assert_has(&text, "204 => Ok(answer.empty()), 400 | 500 => Err(answer.failure()),");
}

#[test]
fn the_table_says_what_the_transport_needs() {
    let mut secured = operation("deleteThing", vec![parameter("key", Location::Path, true, named("Key"))]);
    secured.security = vec!["token".to_owned(), "signature".to_owned()];
    secured.extensions.insert("x-idempotent".to_owned(), json!(true));
    let api = api(vec![secured, operation("aThing", Vec::new())]);
    assert_has(
        &file(&api, "operations/delete_thing.rs"),
        r#"pub(super) static OPERATION: Operation = Operation {
            id: "deleteThing",
            method: "DELETE",
            path: &[Segment::Literal("things-deleteThing"), Segment::Parameter("key")],
            credentials: &[
                Credential::Token { header: "x-auth-token" },
                Credential::Signature { header: "authorization", algorithm: "SDK-HMAC-SHA256", },
            ],
            idempotent: true,
            server: "",
        };"#,
    );
    assert_has(&file(&api, "operations/a_thing.rs"), "credentials: &[], idempotent: false, server: \"\"");
    assert_has(
        &file(&api, "operations/mod.rs"),
        "static OPERATIONS: [&Operation; 2] = [&a_thing::OPERATION, &delete_thing::OPERATION",
    );
}

#[test]
fn descriptions_become_documentation() {
    let mut documented = operation("deleteThing", vec![parameter("key", Location::Path, true, named("Key"))]);
    "Which <thing>.\nIt must exist.".clone_into(&mut documented.parameters[0].description);
    documented.deprecated = true;
    let text = operation_file(documented);
    for line in [
        "    /// See \\<thing\\>.\n",
        "    /// Sends `DELETE /things-deleteThing/{key}`.\n",
        "    /// - `key`: Which \\<thing\\>.\n    ///   It must exist.\n",
        "    /// - `400`: Meaning of 400.\n",
        "    #[deprecated",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn what_progenitor_panics_on_is_an_error() {
    let mut two_types = operation("deleteThing", Vec::new());
    two_types.responses.insert(0, response(200, Some(named("Body"))));
    let error = emit(&api(vec![two_types]), &layout()).unwrap_err();
    assert!(error.starts_with("progenitor panicked on a contract that lint had accepted"), "{error}");
}

#[test]
fn a_pass_that_finds_nothing_to_change_says_so() {
    let api = api(vec![with_body(
        operation(
            "deleteThing",
            vec![
                parameter("key", Location::Path, true, named("Key")),
                parameter("q", Location::Query, true, Type::String),
                parameter("X-H", Location::Header, true, Type::String),
            ],
        ),
        true,
        "application/json",
    )]);
    let function = progenitor::methods(lowered::lower(&api, "types").unwrap()).unwrap().remove(0);
    let written = quote::quote!(#function).to_string();
    for (pass, from, to) in [
        ("signature", "key : & 'a", "other : & 'a"),
        ("signature", "< 'a >", "< 'a , T >"),
        ("signature", "body : &", "more : i64 , body : &"),
        ("url", "encode_path (", "percent_encode ("),
        ("url", "let url = format ! (", "let url = concat ! ("),
        ("headers", "HeaderMap :: with_capacity", "Headers :: with_capacity"),
        ("headers", "header_map . append (", "header_map . insert ("),
        ("request", "self . client .", "client ."),
        ("request", ". json (", ". form ("),
        ("request", "QueryParam :: new", "Parameter :: new"),
        ("request", ". header (", ". default_header ("),
        ("call", "OperationInfo {", "Info {"),
        ("call", ". exec (", ". run ("),
        ("call", "result ?", "result . unwrap ()"),
        ("responses", "400u16", "401u16"),
        ("responses", "match response . status ()", "match status ()"),
    ] {
        let other = written.replace(from, to);
        assert_ne!(other, written, "{from} is not in {written}");
        let operation = &api.operations[0];
        let mut method = fixups::Method {
            operation,
            arguments: arguments::of(operation),
            function: syn::parse_str(&other).unwrap(),
        };
        let error = fixups::apply(&mut method).unwrap_err();
        assert!(error.starts_with(&format!("the fix-up `{pass}` does not fit")), "{from}: {error}");
    }
}
