//! A server of both operations, written from the contract and its README alone and independent of everything generated:
//! right as it stands, and wrong in one way with a [`Fault`].

use crate::body::{self, Asked, Wanted};
use crate::fault::Fault;
use crate::http::{Answer, Request};
use crate::path::{self, Operation, Route};
use crate::store::{Key, Store};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::SystemTime;
use untag_signing::{Authorization, DEFAULT_WINDOW, Date, Headers, Secret};

/// The project of all its callers.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";
/// Of a tenant.
pub(crate) const TOKEN: &str = "tenant-token-4711";
/// Of the tag management service.
pub(crate) const OP_SERVICE_TOKEN: &str = "service-token-0815";
/// The tenant's access key.
pub(crate) const ACCESS_KEY: &str = "TENANT-KEY-1";
/// Its secret.
pub(crate) const SECRET_KEY: &str = "secret-of-the-tenant";

/// More than any body of the contract takes.
const LONGEST_BODY: usize = 256 * 1024;

/// A server on a port of this machine, until the process ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
}

impl Server {
    /// Starts one without resources.
    pub(crate) fn start(fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let store = Store::default();
        let service = Arc::new(Service { fault, store: store.clone(), answered: AtomicU64::new(0) });
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), service) = (stream, Arc::clone(&service)) else { continue };
                thread::spawn(move || {
                    let Some(request) = Request::read(&stream) else { return };
                    if let Some(answer) = service.answer(&request) {
                        answer.write(&stream);
                    }
                });
            }
        });
        Self { address, store }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

struct Service {
    fault: Option<Fault>,
    store: Store,
    answered: AtomicU64,
}

/// Why a request is not done: the status, and what a person is told.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// 400.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn message(self) -> String {
        self.message
    }
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Tenant,
    OpService,
}

impl Service {
    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The whole answer. Nothing: the connection just ends.
    fn answer(&self, request: &Request) -> Option<Answer> {
        if self.is(Fault::DiesOfBrokenPercent) && path::decode(&request.target).is_none() {
            return None;
        }
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        let id = if self.is(Fault::ConstantRequestId) {
            "00000000000000000000000000000001".to_owned()
        } else {
            format!("{number:032x}")
        };
        let mut answer = match path::route(request, self.fault) {
            Ok(route) => match self.act(request, &route) {
                Ok(()) if self.is(Fault::OkWithBody) => {
                    Answer { body: "{}".to_owned(), ..Answer::empty(200) }
                }
                Ok(()) if self.is(Fault::NoContentWithBody) => {
                    Answer { body: "{}".to_owned(), ..Answer::empty(204) }
                }
                Ok(()) => Answer::empty(204),
                Err(refusal) => self.refusal(Some(route.operation), &refusal, request),
            },
            Err(refusal) => self.refusal(None, &refusal, request),
        };
        if !self.is(Fault::NoRequestId) {
            answer.headers.push(("X-Request-Id", id));
        }
        Some(answer)
    }

    fn refusal(&self, operation: Option<Operation>, refusal: &Refusal, request: &Request) -> Answer {
        let (mut status, mut message) = (refusal.status, refusal.message.clone());
        match self.fault {
            Some(Fault::UnprocessableEntity) if status == 400 => status = 422,
            Some(Fault::UnsupportedMediaType) if message.contains("Content-Type") => status = 415,
            Some(Fault::SaysNothing) => "the request is not valid".clone_into(&mut message),
            Some(Fault::EchoesTheToken) if status == 401 => {
                message = format!("{message}: {:?}", request.header("X-Auth-Token"));
            }
            Some(Fault::EchoesTheRequest) => {
                message = format!("{message}: {} {}", request.target, String::from_utf8_lossy(&request.body));
            }
            Some(Fault::LeaksInternals) if status == 400 => {
                status = 500;
                message =
                    format!("org.postgresql.util.PSQLException: ERROR: {message} at /srv/app/tags.sql:12");
            }
            _ => {}
        }
        if !self.is(Fault::EchoesTheRequest) {
            // The shortest limit of both operations.
            message = message.chars().take(1000).collect();
        }
        let code = match (operation, status) {
            _ if self.is(Fault::OneCode) => "ERROR",
            (Some(operation), _) if self.is(Fault::OtherCodes) => operation.other().code(refusal.status),
            (Some(operation), _) => operation.code(status),
            (None, _) => "APIGW.0101",
        };
        let (content_type, body) = match self.fault {
            Some(Fault::CodeAndMessage) => {
                ("application/json", json!({ "code": code, "message": message }).to_string())
            }
            Some(Fault::PlainText) => ("text/plain", message),
            Some(Fault::WrongContentType) => {
                ("text/html", json!({ "error_code": code, "error_msg": message }).to_string())
            }
            Some(Fault::NoErrorBody) => return Answer::empty(status),
            _ => ("application/json", json!({ "error_code": code, "error_msg": message }).to_string()),
        };
        let mut answer = Answer { body, ..Answer::empty(status) };
        answer.headers.push(("Content-Type", content_type.to_owned()));
        if status == 405 && !self.is(Fault::LeavesOutAllow) {
            answer.headers.push(("Allow", "DELETE".to_owned()));
        }
        answer
    }

    /// Does what is asked, or says why not.
    fn act(&self, request: &Request, route: &Route) -> Result<(), Refusal> {
        let caller = self.caller(request)?;
        if request.body.len() > LONGEST_BODY {
            return Err(Refusal::malformed(format!("the body is longer than {LONGEST_BODY} bytes")));
        }
        if let Some(query) = &route.query
            && !query.is_empty()
            && !self.is(Fault::IgnoresTheQuery)
        {
            return Err(Refusal::malformed(
                "no query parameter is known; a ? that belongs to a value is written %3F",
            ));
        }
        let names = route.names(self.fault)?;
        let asked = match route.operation {
            Operation::Desktop => body::none(request, &names.key, self.fault)?,
            Operation::Batch => body::read(request, caller, self.fault)?,
        };
        let foreign = names.project != PROJECT && !self.is(Fault::ProjectDoesNotMatter);
        if foreign && self.is(Fault::OtherProjectIsNotFound) {
            return Err(Refusal::new(404, "there is no such project"));
        }
        if foreign && !self.is(Fault::TakesAnyProject) {
            return Err(Refusal::new(403, "the credentials are for another project than project_id"));
        }
        let is_refused = !asked.system.is_empty()
            && caller != Caller::OpService
            && !self.is(Fault::SystemTagsFromAnybody)
            && !self.is(Fault::IgnoresSystemTagsOfTenants);
        if is_refused && !self.is(Fault::RefusesAfterTags) {
            return Err(Refusal::new(403, "sys_tags take the op_service permission"));
        }
        let project = if self.is(Fault::ProjectDoesNotMatter) { PROJECT.to_owned() } else { names.project };
        self.remove(&(project, names.kind, names.id), &asked, caller)?;
        if is_refused {
            return Err(Refusal::new(403, "sys_tags take the op_service permission"));
        }
        // What stood before the first wrong entry is gone by now.
        asked.broken.map_or(Ok(()), Err)
    }

    /// Who calls, as the one credential says.
    fn caller(&self, request: &Request) -> Result<Caller, Refusal> {
        let refuse = |message: &str| Err(Refusal::new(401, message));
        let tokens: Vec<&str> = request.all("X-Auth-Token").collect();
        let signatures: Vec<&str> = request
            .all("Authorization")
            .filter(|value| value.starts_with("SDK-HMAC-SHA256 ") && !self.is(Fault::KnowsNoSignatures))
            .collect();
        match (&tokens[..], &signatures[..]) {
            ([token, _, ..], _) if self.is(Fault::TakesTwoTokens) => self.of_token(token),
            ([token], [_, ..]) if self.is(Fault::TakesTwoCredentials) => self.of_token(token),
            ([token], []) => self.of_token(token),
            ([], [signature]) => self.of_signature(request, signature),
            ([], []) if self.is(Fault::NeedsNoCredentials) => Ok(Caller::Tenant),
            ([], []) => refuse("there is neither a token in X-Auth-Token nor a signature in Authorization"),
            _ => refuse("exactly one credential is wanted: one X-Auth-Token, or one signature"),
        }
    }

    fn of_token(&self, token: &str) -> Result<Caller, Refusal> {
        let same = |known: &str| {
            token == known || self.is(Fault::TokenHasNoCase) && token.eq_ignore_ascii_case(known)
        };
        match token {
            _ if same(TOKEN) => Ok(Caller::Tenant),
            _ if same(OP_SERVICE_TOKEN) => Ok(Caller::OpService),
            "" if self.is(Fault::TakesEmptyToken) => Ok(Caller::Tenant),
            _ if self.is(Fault::TakesAnyToken) && !token.is_empty() => Ok(Caller::Tenant),
            _ => Err(Refusal::new(401, "the token in X-Auth-Token is not valid")),
        }
    }

    fn of_signature(&self, request: &Request, signature: &str) -> Result<Caller, Refusal> {
        let refuse = || Refusal::new(401, "the signature in Authorization is not valid");
        let signature = Authorization::parse(signature).map_err(|_| refuse())?;
        if signature.access_key() != ACCESS_KEY {
            return Err(refuse());
        }
        if self.is(Fault::TakesAnySignature) {
            return Ok(Caller::Tenant);
        }
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*request.target, None),
        };
        let headers: Headers<'_> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut signed =
            untag_signing::Request { method: &request.method, path, query, headers, body: &request.body };
        let secret = Secret::new(SECRET_KEY).expect("a secret");
        let window =
            if self.is(Fault::SignatureHasNoDate) { std::time::Duration::MAX } else { DEFAULT_WINDOW };
        let verified = signature.verify(&signed, &secret, now(), window);
        if verified.is_err() && self.is(Fault::SignatureWithoutBody) {
            // A signature over no body is taken for one over any.
            signed.body = b"";
            return signature
                .verify(&signed, &secret, now(), window)
                .map(|_| Caller::Tenant)
                .map_err(|_| refuse());
        }
        let verified = verified.map_err(|_| refuse())?;
        if verified.project_id.is_some_and(|project| project != PROJECT) {
            return Err(refuse());
        }
        Ok(Caller::Tenant)
    }

    /// Takes the tags off, all or none.
    fn remove(&self, key: &Key, asked: &Asked, caller: Caller) -> Result<(), Refusal> {
        let mut store = self.store.lock();
        if self.is(Fault::OnlySaysSo) && store.contains_key(key) {
            return Ok(());
        }
        let is_of_id = |found: &&Key| found.0 == key.0 && found.2 == key.2;
        let keys: Vec<Key> = match self.fault {
            Some(Fault::TypeDoesNotMatter) => store.keys().find(is_of_id).cloned().into_iter().collect(),
            _ if !store.contains_key(key) => Vec::new(),
            Some(Fault::RemovesFromBoth) => store.keys().filter(is_of_id).cloned().collect(),
            _ => vec![key.clone()],
        };
        if keys.is_empty() {
            return match self.fault {
                Some(Fault::UnknownResourceIsSuccess) => Ok(()),
                Some(Fault::UnknownResourceIsForbidden) => Err(Refusal::new(403, "you may not")),
                _ => Err(Refusal::new(404, "the project has no such desktop or resource")),
            };
        }
        for key in keys {
            let Some(found) = store.get_mut(&key) else { continue };
            if asked.plain.iter().any(|wanted| self.misses(wanted, &found.tags)) {
                return Err(Refusal::new(404, "the resource has no such tag"));
            }
            if asked.everything {
                found.tags.clear();
                continue;
            }
            let skips_plain = self.is(Fault::SystemTagsOnly) && !asked.system.is_empty();
            if !skips_plain {
                found.tags.retain(|key, value| {
                    !asked.plain.iter().any(|wanted| wanted.takes(key, value, self.fault))
                });
            }
            if caller == Caller::OpService || self.is(Fault::SystemTagsFromAnybody) {
                found.sys_tags.retain(|key, value| {
                    !asked.system.iter().any(|wanted| {
                        wanted.takes(key, value, self.fault)
                            || self.is(Fault::IgnoresSystemValues) && wanted.names(key, self.fault)
                    })
                });
            }
            if self.is(Fault::SystemTagAmongTags) {
                found.sys_tags.retain(|key, value| {
                    !asked.plain.iter().any(|wanted| wanted.takes(key, value, self.fault))
                });
            }
        }
        Ok(())
    }

    /// Whether the server makes a fuss of a tag that is not there as it was named.
    fn misses(&self, wanted: &Wanted, tags: &BTreeMap<String, String>) -> bool {
        let named: Vec<_> = tags.iter().filter(|(key, _)| wanted.names(key, self.fault)).collect();
        match self.fault {
            Some(Fault::AbsentTagIsNotFound) => named.is_empty(),
            Some(Fault::OtherValueIsNotFound) => {
                !named.is_empty() && !named.iter().any(|(key, value)| wanted.takes(key, value, self.fault))
            }
            _ => false,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a signature has a date")]
fn now() -> Date {
    Date::try_from(SystemTime::now()).expect("a clock")
}
