//! What is sent to a target: the written cases with its own ids and credentials in the place of the example's, and a case for
//! each value that was derived from the contract.

mod derived;

use crate::case::{self, Caller, Written};
use crate::credentials::{Auth, Token};
use crate::effect::Effect;
use crate::message::{Hidden, Message, Part, Text};
use crate::rule::{Rule, rules};
use crate::sign::signed;
use crate::target::Target;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// What the written cases call the target's own.
const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const ID: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
const TYPE: &str = "workspace";
const TOKEN: &str = "example-token";
const TOKEN_IN_ANOTHER_CASE: &str = "Example-Token";

/// All but the unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A case of one target.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) why: String,
    pub(crate) rule: &'static Rule,
    /// Whose documented answers are expected.
    pub(crate) operation: Option<String>,
    /// The tags that desktop and resource have besides.
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) request: Request,
    pub(crate) expected: Expected,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// This.
    Plain(Message),
    /// This with a signature, which is made when it is sent.
    Signed(Message, case::Signed),
    /// Nothing: the target has no such caller. What has to be given.
    Impossible(String),
}

/// What is expected.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// One of these. Empty: any refusal that is no 500.
    pub(crate) statuses: Vec<u16>,
    /// What the message of a 400 names.
    pub(crate) member: Option<String>,
    /// What the reference implementation answers besides.
    pub(crate) reference: Reference,
    /// What becomes of the tags.
    pub(crate) effect: Effect,
}

/// What the reference implementation has promised beyond the contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reference {
    pub(crate) status: Option<u16>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_msg: Vec<String>,
    pub(crate) headers: BTreeMap<String, String>,
}

/// All cases of a target.
///
/// # Errors
/// The packaged contract or cases are not what is read here, which the tests rule out.
pub(crate) fn plan(
    target: &Target,
    document: &Value,
    with_reference: bool,
) -> Result<Vec<Case>, serde_json::Error> {
    let mut cases = Vec::new();
    for written in case::all()? {
        if written.reference && !with_reference {
            continue;
        }
        let Some(rule) = rule(&written.rule) else { continue };
        let request = request(target, &written);
        let (request, effect) = match request {
            Ok(message) => {
                let effect = effect(&written, &message);
                let request = match written.signed {
                    Some(signed) => Request::Signed(message, signed),
                    None => Request::Plain(message),
                };
                (request, effect)
            }
            Err(why) => (Request::Impossible(why), Effect::default()),
        };
        let expect = written.expect;
        let statuses = if written.operation.is_some() { vec![expect.status] } else { Vec::new() };
        let member = expect.error_msg.first().filter(|name| expect.status == 400 && !is_whole(name));
        cases.push(Case {
            name: written.name,
            why: written.why,
            rule,
            given: written.given.tags,
            request,
            expected: Expected {
                statuses,
                member: member.map(|name| last_name(name).to_owned()),
                reference: Reference {
                    status: Some(expect.status),
                    error_code: expect.error_code,
                    error_msg: expect.error_msg,
                    headers: expect.headers,
                },
                effect,
            },
            operation: written.operation,
        });
    }
    cases.extend(derived::cases(target, document));
    Ok(cases)
}

/// The rule of this name.
pub(crate) fn rule(name: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.name == name)
}

/// Whether a message that names this names the whole of a request, for which a service may have other words.
fn is_whole(name: &str) -> bool {
    matches!(name, "body" | "query")
}

/// `key` of `tags[3].key`: how to write the rest is left to the service.
fn last_name(path: &str) -> &str {
    let name = path.rsplit('.').next().unwrap_or(path);
    name.split('[').next().unwrap_or(name)
}

/// A written request with the target's own names in it.
///
/// # Errors
/// The target has no such caller: what has to be given.
fn request(target: &Target, written: &Written) -> Result<Message, String> {
    let auth = &target.credentials;
    let token = match (written.caller, &auth.op_service_token) {
        (Some(Caller::OpService), _) => op_service(auth)?,
        (Some(Caller::Tenant), Some(other)) if *other == auth.token => {
            return Err(
                "`token` and `op_service_token` are the same: give the token of a caller without the \
                        op_service permission"
                    .to_owned(),
            );
        }
        _ => ("$TOKEN", &auth.token),
    };
    if written.signed.is_some() && auth.access_key.is_none() {
        return Err("give `ak` and `sk`, an access key".to_owned());
    }
    let mut lines = Vec::new();
    for (number, line) in written.head.iter().enumerate() {
        let text = line.text();
        let header = match text.0.as_slice() {
            [Part::Plain(plain)] if number > 0 => String::from_utf8_lossy(plain).into_owned(),
            _ => String::new(),
        };
        lines.push(match header.split_once(": ") {
            _ if number == 0 => start(target, text),
            Some((name, TOKEN)) => secret(name, token.0, token.1.expose().to_owned()),
            Some((name, TOKEN_IN_ANOTHER_CASE)) => {
                let swapped = swap_case(token.1.expose());
                if swapped == token.1.expose() {
                    return Err("give a `token` that has letters".to_owned());
                }
                secret(name, "$(printf %s \"$TOKEN\" | tr a-zA-Z A-Za-z)", swapped)
            }
            Some(("Host", _)) => Text::plain(format!("Host: {}", target.url.authority)),
            _ => text,
        });
    }
    Ok(Message { lines, body: written.body.text() })
}

/// The token of the caller with the `op_service` permission, behind what is shown of it.
///
/// # Errors
/// The target has no such caller: what has to be given.
fn op_service(auth: &Auth) -> Result<(&'static str, &Token), String> {
    let token = auth
        .op_service_token
        .as_ref()
        .ok_or("give `op_service_token`, the token of a caller with the op_service permission")?;
    Ok(("$OP_SERVICE_TOKEN", token))
}

/// A header that holds a credential.
fn secret(name: &str, shown: &'static str, value: String) -> Text {
    Text::plain(format!("{name}: ")).and(Part::Secret(Hidden { shown, value: Zeroizing::new(value) }))
}

fn swap_case(token: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    token.chars().map(swap).collect()
}

/// The request line with the target's own names in its path, and its prefix before it.
fn start(target: &Target, text: Text) -> Text {
    let mut is_first = true;
    let mut of_desktop = false;
    let parts = text.0.into_iter().map(|part| match part {
        Part::Plain(bytes) => {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            let (before, line) = match line.split_once(' ') {
                Some((method, rest)) if is_first => {
                    (format!("{method} {}", target.url.prefix), rest.to_owned())
                }
                _ => (String::new(), line),
            };
            is_first = false;
            let (path, version) = line
                .split_once(" HTTP/")
                .map_or((line.as_str(), None), |(path, version)| (path, Some(version)));
            let segments: Vec<String> = path
                .split('/')
                .map(|segment| {
                    of_desktop |= segment == "desktops";
                    own(target, segment, of_desktop)
                })
                .collect();
            let version = version.map(|version| format!(" HTTP/{version}")).unwrap_or_default();
            Part::Plain(format!("{before}{}{version}", segments.join("/")).into_bytes())
        }
        other => other,
    });
    Text(parts.collect())
}

/// A segment of a written path as the target has it.
fn own(target: &Target, segment: &str, of_desktop: bool) -> String {
    let id = if of_desktop { &target.desktop_id } else { &target.resource_id };
    match segment {
        PROJECT => encode(&target.project_id),
        TYPE => encode(&target.resource_type),
        _ => match segment.strip_prefix(ID) {
            Some(after) => format!("{}{after}", encode(id)),
            None => segment.to_owned(),
        },
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// What becomes of the tags if a written request is accepted.
fn effect(written: &Written, message: &Message) -> Effect {
    let is_desktop = written.operation.as_deref() == Some("deleteDesktopTag");
    let named = match written.expect.status {
        204 if is_desktop => {
            let (_, target) = message.start();
            let key = target.rsplit('/').next().unwrap_or_default();
            vec![(percent_decode_str(key).decode_utf8_lossy().into_owned(), None)]
        }
        204 => serde_json::from_slice(&message.body.bytes()).map(|body| named(&body)).unwrap_or_default(),
        _ => Vec::new(),
    };
    Effect { is_desktop, removed: written.expect.removed.clone(), named }
}

/// Keys and values of all entries of a body.
fn named(body: &Value) -> Vec<(String, Option<String>)> {
    let lists = ["tags", "sys_tags"].into_iter().filter_map(|name| body.get(name)?.as_array());
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    lists.flatten().filter_map(|entry| Some((text(entry, "key")?, text(entry, "value")))).collect()
}

/// Paths and their operations.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.filter_map(|(path, item)| Some((path.as_str(), item.get("delete")?)))
}

/// The message that goes out, signed where it has to be.
///
/// # Errors
/// It cannot be made; what has to be given.
pub(crate) fn message(target: &Target, request: &Request) -> Result<Message, String> {
    match request {
        Request::Plain(message) => Ok(message.clone()),
        Request::Impossible(why) => Err(why.clone()),
        Request::Signed(message, how) => {
            let key = target.credentials.access_key.as_ref().ok_or("give `ak` and `sk`, an access key")?;
            let mut how = how.clone();
            // What is signed instead names the target's own too.
            how.target = how.target.map(|path| {
                let segments: Vec<String> = path
                    .split('/')
                    .map(|segment| own(target, segment, path.contains("/desktops/")))
                    .collect();
                format!("{}{}", target.url.prefix, segments.join("/"))
            });
            signed(message, &how, key, &target.project_id)
        }
    }
}
