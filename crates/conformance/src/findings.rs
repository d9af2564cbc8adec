//! An answer held against what was expected and against the contract: what is wrong with it, by rule.

use crate::plan::{Case, operations};
use crate::schema::Schemas;
use crate::wire::Response;
use serde_json::Value;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Something that is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// The name of the rule that it breaks.
    pub(crate) rule: String,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// What shows that a text was meant for the eyes of developers, in lower case.
const INSIDE: [&str; 16] = [
    "panicked at",
    "backtrace",
    "traceback (most recent call last)",
    "exception in thread",
    "java.lang.",
    "nullpointerexception",
    "sqlstate",
    "sqlite",
    "postgres",
    "mysql",
    "select ",
    "delete from",
    "insert into",
    ".rs:",
    "/usr/",
    "/home/",
];

/// So much of a credential tells nothing.
const FEW: usize = 4;

/// Judges the answers of one run.
pub(crate) struct Judge<'a> {
    document: &'a Value,
    schemas: Schemas<'a>,
    /// What no answer may show.
    secrets: Vec<Zeroizing<String>>,
    /// Whether the answers are to be those of the reference implementation.
    reference: bool,
    request_ids: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(document: &'a Value, secrets: Vec<Zeroizing<String>>, reference: bool) -> Self {
        Self { document, schemas: Schemas::of(document), secrets, reference, request_ids: BTreeSet::new() }
    }

    /// What is wrong with an answer.
    pub(crate) fn findings(&mut self, case: &Case, response: &Response) -> Vec<Finding> {
        let mut found = Findings { all: Vec::new(), got: self.summary(response) };
        let rule = &*case.rule.name;
        self.status(&mut found, case, response);
        if let Some(operation) = case.operation.as_deref() {
            self.documented(&mut found, operation, case, response);
        }
        if response.status == 405 && response.header("allow").is_none_or(str::is_empty) {
            found.add(rule, "a 405 with the header Allow (RFC 9110, 15.5.6)");
        }
        if self.reference {
            as_reference(&mut found, case, response);
        }
        if case.operation.is_some() || self.reference {
            self.request_id(&mut found, response);
        }
        self.leaks(&mut found, response);
        found.all
    }

    /// The beginning of what came, without credentials, which a server may have sent back. They go before the rest is cut off, so
    /// that none is cut in two; one of which only the beginning came goes too.
    pub(crate) fn shown(&self, came: &[u8], most: usize) -> String {
        const BLOT: &str = "(a credential)";
        let mut text = String::from_utf8_lossy(came).into_owned();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), BLOT);
            let begun = (FEW..secret.len())
                .rev()
                .filter_map(|length| secret.get(..length))
                .find(|begun| text.ends_with(begun));
            if let Some(begun) = begun {
                text.truncate(text.len() - begun.len());
                text.push_str(BLOT);
            }
        }
        text.chars().take(most).collect()
    }

    /// An answer in one line.
    fn summary(&self, response: &Response) -> String {
        match self.shown(&response.body, 400).trim() {
            "" => format!("{} without a body", response.status),
            body => format!("{}: {body}", response.status),
        }
    }

    fn status(&self, found: &mut Findings, case: &Case, response: &Response) {
        let statuses = match case.expected.reference.status {
            Some(status) if self.reference => &[status],
            _ => case.expected.statuses.as_slice(),
        };
        let status = response.status;
        if statuses.is_empty() {
            if !(400..500).contains(&status) && status != 501 {
                found.add(&case.rule.name, "a refusal, such as 404 or 405");
            }
        } else if !statuses.contains(&status) {
            let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
            found.add(&case.rule.name, statuses.join(" or "));
        }
    }

    /// What the contract says of every answer of an operation.
    fn documented(&self, found: &mut Findings, operation: &str, case: &Case, response: &Response) {
        let responses = operations(self.document)
            .find(|(_, candidate)| candidate.get("operationId").and_then(Value::as_str) == Some(operation))
            .and_then(|(_, operation)| operation.get("responses"));
        let status = response.status.to_string();
        let Some(documented) = responses.and_then(|responses| responses.get(&status)) else {
            let all = responses.and_then(Value::as_object).into_iter().flat_map(|all| all.keys().cloned());
            found.add("documented-status", format!("one of {}", all.collect::<Vec<_>>().join(", ")));
            return;
        };
        let Some(schema) = documented.pointer("/content/application~1json/schema") else {
            let announced = response.header("content-length").is_some_and(|length| length != "0");
            if !response.body.is_empty() || response.is_followed || announced {
                found.add("success-has-no-body", "no body, and no length of one");
            }
            return;
        };
        let media_type = response.header("content-type").and_then(|value| value.split(';').next());
        if !media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json")) {
            found.add("error-body", "the content type application/json");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&response.body) else {
            found.add("error-body", "a body of JSON");
            return;
        };
        if let Some(problem) = self.schemas.problem(schema, &body) {
            found.add("error-body", format!("the documented body, but {problem}"));
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let code = documented.get("x-error-code").and_then(Value::as_str).unwrap_or_default();
        if text("error_code") != code {
            found.add("error-code", format!("the error_code {code}"));
        }
        let message = text("error_msg");
        if response.status == 400
            && let Some(member) = case.expected.member.as_deref()
            && !message.contains(member)
        {
            found.add("error-message", format!("an error_msg that names `{member}`"));
        }
        if response.status == 500 {
            let id = response.header("x-request-id").unwrap_or_default();
            if id.is_empty() || !message.contains(id) {
                found.add("error-message", "an error_msg with the request id");
            }
        }
    }

    fn request_id(&mut self, found: &mut Findings, response: &Response) {
        match response.header("x-request-id") {
            None | Some("") => found.add("request-id", "the header X-Request-Id"),
            Some(id) if self.reference && id.len() != 32 => {
                found.add("request-id", "a request id of 32 characters");
            }
            Some(id) => {
                if !self.request_ids.insert(id.to_owned()) {
                    found.add("request-id", "a request id that no other answer has");
                }
            }
        }
    }

    fn leaks(&self, found: &mut Findings, response: &Response) {
        let mut all = String::from_utf8_lossy(&response.body).into_owned();
        for (name, value) in &response.headers {
            all.extend(["\n", name, ": ", value]);
        }
        if self.secrets.iter().any(|secret| all.contains(secret.as_str())) {
            found.add("nothing-leaks", "an answer without the caller's credentials");
        }
        let body = String::from_utf8_lossy(&response.body).to_lowercase();
        if response.status >= 400
            && let Some(inside) = INSIDE.iter().find(|inside| body.contains(*inside))
        {
            found.add("nothing-leaks", format!("a sentence for the caller, without {inside:?}"));
        }
    }
}

/// What the reference implementation answers besides.
fn as_reference(found: &mut Findings, case: &Case, response: &Response) {
    let expected = &case.expected.reference;
    if expected.status != Some(response.status) {
        return;
    }
    if let Some(code) = &expected.error_code {
        let body = serde_json::from_slice::<Value>(&response.body).unwrap_or_default();
        if response.header("content-type") != Some("application/json") {
            found.add("error-body", "exactly the content type application/json");
        }
        if body.get("error_code").and_then(Value::as_str) != Some(code) {
            found.add("error-code", format!("the error_code {code}"));
        }
        let message = body.get("error_msg").and_then(Value::as_str).unwrap_or_default();
        for part in expected.error_msg.iter().filter(|part| !message.contains(*part)) {
            found.add("error-message", format!("an error_msg with {part:?}"));
        }
    } else if !response.body.is_empty() {
        found.add("success-has-no-body", "no body");
    }
    for (name, value) in &expected.headers {
        if response.header(&name.to_ascii_lowercase()) != Some(value) {
            found.add(&case.rule.name, format!("the header {name}: {value}"));
        }
    }
}

/// What was found in one answer.
struct Findings {
    all: Vec<Finding>,
    got: String,
}

impl Findings {
    fn add(&mut self, rule: &str, expected: impl Into<String>) {
        self.all.push(Finding { rule: rule.to_owned(), expected: expected.into(), got: self.got.clone() });
    }
}
