//! What each server answers to requests that are wrong, or look wrong: the status, and whether the body is what the contract says.

use super::exchange::{self, Answer};
use super::packages::Packages;
use super::servers::{Peer, Server};
use crate::example::{Example, ID, KEY, PROJECT, TOKEN};
use crate::progress;
use crate::report::{Section, not_measured};
use serde_json::Value;
use std::fmt::Write as _;
use std::net::SocketAddr;

/// The heading of the section.
pub(super) const TITLE: &str = "Malformed requests";

/// A request that is answered 204, 400 or 401, and why.
struct Case {
    /// What is special about it.
    name: &'static str,
    /// The operation, by the beginning of its error codes.
    codes: &'static str,
    /// What the contract answers.
    status: u16,
    path: String,
    token: bool,
    content_type: &'static str,
    body: String,
}

/// How many requests of the list there are for the servers whose API it is.
const PEERS: [Peer; 6] =
    [Peer::Untag, Peer::Bare, Peer::OpenapiToRust, Peer::RustAxum, Peer::Prism, Peer::Wiremock];

impl Case {
    fn desktop(name: &'static str, status: u16, key: &str) -> Self {
        let path = format!("/v2/{PROJECT}/desktops/{ID}/tags/{key}");
        Self { name, codes: "WKS.", status, path, token: true, content_type: "", body: String::new() }
    }

    fn batch(name: &'static str, status: u16, body: impl Into<String>) -> Self {
        let path = Example::ResourceTags.path();
        let body = body.into();
        Self { name, codes: "SecMaster.", status, path, token: true, content_type: "application/json", body }
    }

    /// All of them.
    fn all() -> Vec<Self> {
        let tags = |count: usize| {
            let tags: Vec<String> = (0..count).map(|number| format!(r#"{{"key":"key{number}"}}"#)).collect();
            format!(r#"{{"tags":[{}]}}"#, tags.join(","))
        };
        let long =
            |length: usize| format!(r#"{{"tags":[{{"key":"key","value":"{}"}}]}}"#, "v".repeat(length));
        let chinese = "%E4%B8%AD";
        vec![
            Self::desktop("a key of 128 Chinese characters, the longest", 204, &chinese.repeat(128)),
            Self::desktop("a key of 129 letters", 400, &"k".repeat(129)),
            Self::desktop("a key with `a%2Fb`, a slash that is data", 204, "a%2Fb"),
            Self::desktop("a key of `..`, which is legal", 204, ".."),
            Self::desktop("a key of `%ZZ`, which is no encoding", 400, "%ZZ"),
            Self::desktop("a key of `%FF`, which is no UTF-8", 400, "%FF"),
            Self::desktop("a key that ends in a bare `?x=1`", 400, &format!("{KEY}?x=1")),
            Self { body: "{}".to_owned(), ..Self::desktop("a body where there is none", 400, KEY) },
            Self { token: false, ..Self::desktop("no token, desktop", 401, KEY) },
            Self { token: false, ..Self::batch("no token, resource", 401, tags(1)) },
            Self {
                path: format!("/v1/{PROJECT}/{}/{ID}/tags/delete", chinese.repeat(100)),
                ..Self::batch("a type of 100 Chinese characters, the longest", 204, tags(1))
            },
            Self::batch("no body", 400, ""),
            Self::batch("bad JSON", 400, r#"{"tags":[{"key":"key1"}"#),
            Self::batch("`tags` is null", 400, r#"{"tags":null}"#),
            Self::batch("`tags` is empty", 400, r#"{"tags":[]}"#),
            Self::batch("eleven tags", 400, tags(11)),
            Self::batch("a member twice", 400, r#"{"tags":[{"key":"key1"}],"tags":[{"key":"key2"}]}"#),
            Self::batch("a member that nobody knows", 400, r#"{"tags":[{"key":"key1"}],"all":true}"#),
            Self::batch("a value of 256 letters", 400, long(256)),
            Self::batch("a second document behind the body", 400, format!("{} {{}}", tags(1))),
            Self { content_type: "text/plain", ..Self::batch("`text/plain`", 400, tags(1)) },
            Self::batch("a body of 3 MiB", 400, long(3 << 20)),
        ]
    }

    /// As it travels.
    fn request(&self, address: SocketAddr) -> Vec<u8> {
        let mut text = format!("DELETE {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", self.path);
        if self.token {
            let _ = write!(text, "x-auth-token: {}\r\n", &*TOKEN);
        }
        if !self.content_type.is_empty() {
            let _ = write!(text, "content-type: {}\r\n", self.content_type);
        }
        if !self.body.is_empty() || !self.content_type.is_empty() {
            let _ = write!(text, "content-length: {}\r\n", self.body.len());
        }
        let _ = write!(text, "\r\n{}", self.body);
        text.into_bytes()
    }

    /// What is wrong with an answer; nothing where it is the contract's.
    fn verdict(&self, answer: Option<&Answer>) -> (bool, String) {
        let Some(answer) = answer else { return (false, "no answer".to_owned()) };
        let status = answer.status.to_string();
        if answer.status != self.status {
            return (false, status);
        }
        if answer.status == 204 || self.is_documented(answer) {
            return (true, format!("{status} ✓"));
        }
        (false, format!("{status}, another body"))
    }

    /// Whether the body is the contract's error schema, with an error code of the operation.
    fn is_documented(&self, answer: &Answer) -> bool {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |member: &str| body.get(member).and_then(Value::as_str);
        let is_json = answer.content_type.starts_with("application/json");
        let is_code = text("error_code").is_some_and(|code| code.starts_with(self.codes));
        is_json && is_code && text("error_msg").is_some_and(|words| !words.is_empty())
    }
}

/// Asks all servers.
pub(super) fn measure(packages: &Packages) -> Section {
    let cases = Case::all();
    let columns = PEERS.map(|peer| {
        progress::say(&format!("asking {} what is malformed", peer.name()));
        ask(peer, &cases, || peer.start(packages))
    });
    let mut section = Section {
        title: TITLE,
        method: "One request each, to the same stubs. *✓* means that the status is the contract's and, of a refusal, that the body \
            is its error schema with one of the operation's codes; *another body* that the status is right, and nothing a \
            client of the contract could read comes with it. moto, which has another API, is not asked. openapi-to-rust \
            offers 422 for what breaks a schema, and leaves authentication to whoever uses it; Prism's error bodies are the \
            examples of the contract, which say nothing of the request."
            .to_owned(),
        columns: &["request", "contract", "untag's stub", "axum by hand", "openapi-to-rust", "rust-axum", "Prism", "WireMock"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for (at, case) in cases.iter().enumerate() {
        let mut row = vec![case.name.to_owned(), case.status.to_string()];
        row.extend(columns.iter().map(|cells| match cells {
            Ok(cells) => cells.get(at).map(|(_, cell)| cell.clone()).unwrap_or_default(),
            Err(_) => "not measured".to_owned(),
        }));
        section.rows.push(row);
    }
    let sums = columns.iter().map(sum);
    section
        .rows
        .push(["**as the contract says**".to_owned(), String::new()].into_iter().chain(sums).collect());
    section
}

/// What a server got right, or why it was not asked.
fn sum(cells: &Result<Vec<(bool, String)>, String>) -> String {
    match cells {
        Ok(cells) => format!("{} of {}", cells.iter().filter(|(is_right, _)| *is_right).count(), cells.len()),
        Err(why) => not_measured(why),
    }
}

/// What a server answers to each case; it is started again where it has ended.
///
/// # Errors
/// Why it cannot be started.
fn ask(
    peer: Peer,
    cases: &[Case],
    start: impl Fn() -> Result<Server, String>,
) -> Result<Vec<(bool, String)>, String> {
    let mut server = Ok(start()?);
    let mut cells = Vec::new();
    for case in cases {
        let cell = match &mut server {
            Err(_) => (false, "does not start again".to_owned()),
            Ok(running) => {
                let answer = exchange::send(running.address, &case.request(running.address)).ok().flatten();
                let (is_right, mut cell) = case.verdict(answer.as_ref());
                // What dies of it does not answer the next request; nobody but we has asked it.
                let is_alive = running.deletes(peer, Example::DesktopTag);
                if !is_alive {
                    cell = if running.ends() {
                        "**the process ends**".to_owned()
                    } else {
                        format!("{cell}, then silence")
                    };
                    server = start();
                }
                (is_right && is_alive, cell)
            }
        };
        cells.push(cell);
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::{Case, ask, exchange, sum};
    use crate::peers::Peer;
    use crate::server::Server;
    use crate::{bare, stub};

    #[test]
    fn our_stub_answers_each_as_the_contract_says_and_the_bare_one_does_not() {
        let (stub, bare) = (Server::start(stub::router()).unwrap(), Server::start(bare::router()).unwrap());
        let right = |address| {
            let verdict =
                |case: &Case| case.verdict(exchange::send(address, &case.request(address)).unwrap().as_ref());
            Case::all().iter().map(|case| (case.name, verdict(case))).filter(|(_, (right, _))| *right).count()
        };
        assert_eq!(right(stub.address), Case::all().len());
        assert!(right(bare.address) < Case::all().len() / 2);
    }

    #[test]
    fn who_is_not_there_has_not_got_everything_wrong() {
        let cells = ask(Peer::Prism, &Case::all(), || Err("there is none".to_owned()));
        assert_eq!(sum(&cells), "not measured: there is none");
        assert_eq!(sum(&Ok(vec![(true, String::new()), (false, String::new())])), "1 of 2");
    }
}
