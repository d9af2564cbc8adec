//! The pages of the operations, written out of the contract alone, but for the examples.

use crate::include;
use crate::markdown::{code, description, inline};
use crate::page::{Page, escape};
use crate::problem::Problem;
use crate::schema::{self, Field};
use http::StatusCode;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use untag_codegen::ir::{Api, Credential, Location, Operation, Response, Segment, Type};

/// The examples that every operation has: the file, and what it is written for.
const EXAMPLES: [(&str, &str); 4] = [
    ("curl.sh", "curl"),
    ("rust.rs", "Rust client"),
    ("untag.sh", "untag"),
    ("sdk.py", "Official Python SDK"),
];

/// Where the page of an operation lies.
pub(crate) fn path(operation: &Operation) -> String {
    format!("operations/{}.html", operation.id)
}

/// The page of an operation; its examples are below `content`.
pub(crate) fn page(api: &Api, operation: &Operation, content: &Path) -> Result<Page, Problem> {
    let mut page = Page::new(path(operation));
    page.plain_heading(1, &operation.summary);
    page.raw(&endpoint(operation));
    page.raw(&facts(operation));
    page.raw(&description(&operation.description));
    hosts(&mut page, operation);
    credentials(&mut page, api, operation);
    permission(&mut page, operation);
    parameters(&mut page, api, operation);
    request_body(&mut page, api, operation);
    answers(&mut page, api, operation);
    examples(&mut page, operation, content)?;
    Ok(page)
}

/// Method and path, to be seen at once.
fn endpoint(operation: &Operation) -> String {
    let method = operation.method.as_str();
    let mut path = String::new();
    for segment in &operation.segments {
        let _ = match segment {
            Segment::Literal(text) => write!(path, "/<wbr>{}", escape(text)),
            Segment::Parameter(name) => write!(path, "/<wbr><em>{{{}}}</em>", escape(name)),
        };
    }
    format!(
        "<p class=\"endpoint\"><span class=\"method {}\">{method}</span> <code>{path}</code></p>\n",
        method.to_lowercase()
    )
}

/// What is to be known of the operation in short.
fn facts(operation: &Operation) -> String {
    let mut html = format!("<dl class=\"facts\">\n<dt>operationId</dt><dd>{}</dd>\n", code(&operation.id));
    if let Some(provider) = operation.extensions.get("x-provider-operation") {
        let text = |member: &str| escape(provider.get(member).and_then(Value::as_str).unwrap_or_default());
        let _ =
            writeln!(html, "<dt>The provider calls it</dt><dd>{} of {}</dd>", text("name"), text("service"));
    }
    if operation.extensions.get("x-idempotent") == Some(&Value::Bool(true)) {
        html.push_str(
            "<dt>Idempotent</dt><dd>yes: sent twice, it leaves what it leaves when sent once</dd>\n",
        );
    }
    if operation.deprecated {
        html.push_str("<dt>Deprecated</dt><dd>yes</dd>\n");
    }
    html + "</dl>\n"
}

fn hosts(page: &mut Page, operation: &Operation) {
    if operation.servers.is_empty() {
        return;
    }
    page.plain_heading(2, "Hosts");
    page.raw("<p>Whoever runs the service has hosts of their own. The provider's are:</p>\n<ul>\n");
    for server in &operation.servers {
        let text = |member: &str| server.get(member).and_then(Value::as_str).unwrap_or_default();
        page.raw(&format!("<li>{} {}", code(text("url")), inline(text("description"))));
        for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            let of = |member: &str| variable.get(member).and_then(Value::as_str).unwrap_or_default();
            page.raw(&format!(
                "<br>{}: {} Default: {}.",
                code(&format!("{{{name}}}")),
                inline(of("description")),
                code(of("default"))
            ));
        }
        page.raw("</li>\n");
    }
    page.raw("</ul>\n");
}

fn credentials(page: &mut Page, api: &Api, operation: &Operation) {
    page.plain_heading(2, "Credentials");
    if operation.security.is_empty() {
        page.raw("<p>None are asked for.</p>\n");
        return;
    }
    if operation.security.len() > 1 {
        page.raw("<p>Exactly one of these.</p>\n");
    }
    page.raw("<dl class=\"fields\">\n");
    for scheme in operation.security.iter().filter_map(|name| api.security_scheme(name)) {
        let (kind, limits) = match &scheme.credential {
            Credential::Token(name) => {
                let limits = schema::limits(api, &Type::Named(name.clone()));
                ("token", format!("<p class=\"limits\">Limits: {}.</p>", limits.join("; ")))
            }
            Credential::Signature(_) => ("signature", String::new()),
        };
        let mut text = format!(
            "<dt><code>{}</code> <span class=\"note\">header</span> <span class=\"note\">{kind}</span></dt>\n<dd>{}{limits}",
            escape(&scheme.header),
            description(&scheme.description),
        );
        if matches!(scheme.credential, Credential::Signature(_)) {
            let href = page.link(&place(operation), "signing.md");
            let _ = write!(text, "<p><a href=\"{href}\">How a request is signed</a>, step by step.</p>");
        }
        page.raw(&(text + "</dd>\n"));
    }
    page.raw("</dl>\n");
}

/// What is to blame for a link of this page.
fn place(operation: &Operation) -> String {
    format!("the page of {}", operation.id)
}

/// `x-iam`, as a row of the provider's permission table.
fn permission(page: &mut Page, operation: &Operation) {
    let Some(iam) = operation.extensions.get("x-iam") else { return };
    page.plain_heading(2, "Permission");
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let keys = |value: Option<&Value>| {
        let keys: Vec<String> = value
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(code)
            .collect();
        if keys.is_empty() { "none".to_owned() } else { keys.join("<br>") }
    };
    let resource = iam.get("resourceType");
    let of = |member: &str| resource.and_then(|resource| resource.get(member));
    let must = if of("required") == Some(&Value::Bool(true)) {
        " <span class=\"note required\">required</span>"
    } else {
        ""
    };
    let origin = match iam.get("origin").and_then(Value::as_str) {
        Some("provider") => "published by the provider",
        Some("untag") => "named by this contract in the provider's manner, as the provider publishes none",
        _ => "not stated",
    };
    page.raw(
        "<p>The account itself may make the call. Its IAM users need a policy that grants the action.</p>\n",
    );
    page.raw(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Permission\"><table>\n<tbody>\n",
    );
    for (name, value) in [
        ("Action", code(&text(iam.get("action")))),
        ("Access level", escape(&text(iam.get("accessLevel")))),
        ("Resource type", code(&text(of("name"))) + must),
        ("Condition keys of the resource", keys(of("conditionKeys"))),
        ("Condition keys of the request", keys(iam.get("requestConditionKeys"))),
        ("Where this is from", origin.to_owned()),
    ] {
        page.raw(&format!("<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n"));
    }
    page.raw("</tbody></table></div>\n");
}

fn parameters(page: &mut Page, api: &Api, operation: &Operation) {
    page.plain_heading(2, "Parameters");
    if operation.parameters.is_empty() {
        page.raw("<p>There are none.</p>\n");
        return;
    }
    let fields = operation.parameters.iter().map(|parameter| Field {
        name: parameter.name.clone(),
        location: match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
        },
        required: parameter.required,
        deprecated: parameter.deprecated,
        nullable: false,
        description: &parameter.description,
        example: parameter.example.as_ref(),
        ty: &parameter.ty,
    });
    page.raw(&schema::fields(api, fields));
    page.raw("<p>A parameter that is not listed here, in the query for instance, is refused with 400.</p>\n");
}

fn request_body(page: &mut Page, api: &Api, operation: &Operation) {
    page.plain_heading(2, "Request body");
    let Some(body) = &operation.body else {
        page.raw("<p>The request has no body; one that is not empty is refused with 400.</p>\n");
        return;
    };
    let required = if body.required { "It must be there." } else { "It may be left out." };
    page.raw(&format!("<p>{} {required}</p>\n", code(&body.media_type)));
    page.raw(&description(&body.description));
    object(page, api, &body.ty);
    let examples: Vec<(String, &Value)> = body
        .example
        .iter()
        .map(|example| ("Example".to_owned(), example))
        .chain(body.examples.iter().filter_map(|(name, example)| {
            let summary = example.get("summary").and_then(Value::as_str).unwrap_or(name);
            Some((format!("Example: {summary}"), example.get("value")?))
        }))
        .collect();
    let examples = if examples.is_empty() { of_schema(api, &body.ty) } else { examples };
    for (title, example) in examples {
        page.code("json", &title, &json(example));
    }
}

/// The example of the schema itself, where there is one.
fn of_schema<'a>(api: &'a Api, ty: &Type) -> Vec<(String, &'a Value)> {
    let Type::Named(name) = ty else { return Vec::new() };
    let example = api.schema(name).and_then(|schema| schema.example.as_ref());
    example.map(|example| ("Example".to_owned(), example)).into_iter().collect()
}

/// What an object is, and its members.
fn object(page: &mut Page, api: &Api, ty: &Type) {
    if let Type::Named(name) = ty
        && let Some(schema) = api.schema(name)
    {
        page.raw(&description(&schema.description));
    }
    let limits = schema::limits(api, ty);
    if !limits.is_empty() {
        page.raw(&format!("<p class=\"limits\">Limits: {}.</p>\n", limits.join("; ")));
    }
    page.raw(&schema::members(api, ty));
}

fn json(value: &Value) -> String {
    // Values of the contract have been read from it, and are written as they are.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A status with the words that go with it.
pub(crate) fn status_text(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

/// A status to be seen, coloured by its class.
pub(crate) fn status_html(status: u16) -> String {
    format!("<span class=\"status s{}\">{}</span>", status / 100, escape(&status_text(status)))
}

fn answers(page: &mut Page, api: &Api, operation: &Operation) {
    page.plain_heading(2, "Answers");
    page.raw("<p>A gateway on the way may have answers of its own, which no operation documents.</p>\n");
    let is_everywhere =
        |name: &String| operation.responses.iter().all(|response| response.headers.contains_key(name));
    let first = operation.responses.first();
    let common =
        first.into_iter().flat_map(|first| first.headers.iter().filter(|(name, _)| is_everywhere(name)));
    for (name, of) in common {
        page.raw(&format!("<p>Every answer has the header {}: {}</p>\n", code(name), header(of)));
    }
    for response in &operation.responses {
        answer(page, api, response, is_everywhere);
    }
    for (title, is_success) in [("Body of a success", true), ("Body of a failure", false)] {
        let mut bodies = operation.responses.iter().filter(|response| response.is_success() == is_success);
        if let Some(ty) = bodies.find_map(|response| response.body.as_ref()) {
            page.plain_heading(3, title);
            object(page, api, ty);
        }
    }
}

/// What a header says, within a line.
fn header(of: &Value) -> String {
    inline(of.get("description").and_then(Value::as_str).unwrap_or_default())
}

fn answer(page: &mut Page, api: &Api, response: &Response, is_told: impl Fn(&String) -> bool) {
    page.heading(3, &status_html(response.status), &status_text(response.status));
    page.raw(&description(&response.description));
    if let Some(error_code) = &response.error_code {
        page.raw(&format!("<p class=\"limits\">Error code: {}</p>\n", code(error_code)));
    }
    for (name, of) in response.headers.iter().filter(|(name, _)| !is_told(name)) {
        page.raw(&format!("<p class=\"limits\">Header {}: {}</p>\n", code(name), header(of)));
    }
    let Some(ty) = &response.body else {
        page.raw("<p class=\"limits\">No body.</p>\n");
        return;
    };
    let own: Vec<&Value> = response
        .example
        .iter()
        .chain(response.examples.values().filter_map(|example| example.get("value")))
        .collect();
    let examples = if own.is_empty() {
        of_schema(api, ty).into_iter().map(|(_, example)| example).collect()
    } else {
        own
    };
    for example in examples {
        page.code("json", &format!("Body of {}", response.status), &json(example));
    }
}

fn examples(page: &mut Page, operation: &Operation, content: &Path) -> Result<(), Problem> {
    page.plain_heading(2, "Examples");
    let href = page.link(&place(operation), "call.md");
    page.raw(&format!(
        "<p>Each works as it stands against <code>untagd dev</code>, once the line that starts with <code>export</code> is \
         pasted from its output. <a href=\"{href}\">Call it</a> says more.</p>\n"
    ));
    for (file, title) in EXAMPLES {
        page.plain_heading(3, title);
        let path = content.join("examples").join(&operation.id).join(file);
        let included = include::read(&place(operation), &path, None)?;
        page.code(included.language, &included.name, &included.text);
    }
    Ok(())
}

/// A table of the operations with links to their pages.
pub(crate) fn table(page: &mut Page, api: &Api, place: &str) {
    page.raw("<ul class=\"cards\">\n");
    for operation in &api.operations {
        let href = page.link(place, &path(operation));
        let method = operation.method.as_str();
        page.raw(&format!(
            "<li><a href=\"{href}\">{}</a> <span class=\"method {}\">{method}</span> <code>{}</code></li>\n",
            escape(&operation.summary),
            method.to_lowercase(),
            escape(&operation.path).replace('/', "/<wbr>"),
        ));
    }
    page.raw("</ul>\n");
}

/// The error codes: a heading for each group, and in it a row for each status of each operation.
pub(crate) fn errors(page: &mut Page, api: &Api, place: &str) {
    let mut groups: Vec<&str> = Vec::new();
    let group =
        |operation: &Operation| operation.tags.first().cloned().unwrap_or_else(|| "Operations".to_owned());
    let names: Vec<String> = api.operations.iter().map(group).collect();
    for name in &names {
        if !groups.contains(&name.as_str()) {
            groups.push(name);
        }
    }
    for name in groups {
        page.plain_heading(2, name);
        page.raw(&format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table>\n<thead><tr><th scope=\"col\">\
             Status</th><th scope=\"col\">Error code</th><th scope=\"col\">When</th></tr></thead>\n<tbody>\n",
            escape(name)
        ));
        for operation in api.operations.iter().filter(|operation| group(operation) == *name) {
            for response in operation.responses.iter().filter(|response| !response.is_success()) {
                let href = page.link(place, &path(operation));
                page.raw(&format!(
                    "<tr><td><a href=\"{href}\">{}</a></td><td>{}</td><td>{}</td></tr>\n",
                    response.status,
                    response.error_code.as_deref().map_or_else(|| "not stated".to_owned(), code),
                    inline(&response.description),
                ));
            }
        }
        page.raw("</tbody></table></div>\n");
    }
}
