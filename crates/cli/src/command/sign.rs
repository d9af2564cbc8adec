//! `untag sign`: every step from a request to its signature, for comparing with what the other side computed.

use crate::clock;
use crate::common::{Account, Output};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::problem::Problem;
use crate::session::Identity;
use clap::Args;
use serde_json::json;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use untag_client::credentials::{Credentials, Surroundings};
use untag_client::reqwest::Url;
use untag_signing::{Date, Headers, Request, sign};

/// What is typed after `untag sign`.
#[derive(Debug, Args)]
pub struct Sign {
    /// HTTP method of the request
    #[arg(long, value_name = "METHOD", default_value = "DELETE")]
    pub method: String,
    /// Address of the request, percent-encoded as it is sent
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// Header of the request; may be given more than once
    #[arg(long = "header", value_name = "NAME:VALUE")]
    pub headers: Vec<Header>,
    /// File with the body of the request; - is stdin [default: no body]
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// Date of the signature in UTC [default: now]
    #[arg(long, value_name = "YYYYMMDDTHHMMSSZ")]
    pub date: Option<Date>,
    /// As whom.
    #[command(flatten)]
    pub account: Account,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
}

/// A URL in the parts that a signature covers, as they were written: nothing of the path is resolved or encoded again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: String,
    path: String,
    query: Option<String>,
}

impl FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| "it is no URL; write it like https://example.com/v1/…")?;
        let scheme = ["http", "https"].into_iter().find(|scheme| *scheme == url.scheme());
        scheme.ok_or("its scheme must be http or https")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it has a user name or a password; leave them out");
        }
        if url.fragment().is_some() {
            return Err("it has a `#` in it, and what follows is never sent; write %23 where a `#` is meant");
        }
        let host = url.host_str().ok_or("it has no host")?;
        // As a client sends it: in lower case, and with its port unless that is the scheme's own.
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let (_, rest) = text.split_once("://").ok_or("it has no `//` before its host")?;
        let path = rest.find(['/', '?', '\\']).map_or("", |start| rest.get(start..).unwrap_or_default());
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (path, None),
        };
        Ok(Self { host, path: if path.is_empty() { "/".to_owned() } else { path.to_owned() }, query })
    }
}

/// A header as an argument gives it. What is wrong with it is said without repeating it: it may hold a secret.
#[derive(Clone)]
pub struct Header(String);

impl From<String> for Header {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Header(…)")
    }
}

impl Header {
    /// Name and value.
    fn parts(&self) -> Result<(&str, &str), Problem> {
        let (name, value) = self.0.split_once(':').ok_or_else(|| {
            Problem::usage("a --header has no colon; nothing was signed: write it as NAME:VALUE")
        })?;
        let name = name.trim();
        if ["x-auth-token", "x-security-token", "authorization"].contains(&&*name.to_ascii_lowercase()) {
            return Err(Problem::usage(format!(
                "--header {name} holds a credential, and everybody on the machine can see a command line; nothing was \
                 signed: credentials come from the environment or the profile file"
            )));
        }
        Ok((name, value.trim()))
    }
}

/// Runs the command.
///
/// # Errors
/// There is no access key, the body cannot be read, or the request cannot be signed.
pub async fn run(arguments: Sign, surroundings: &Surroundings) -> Result<Exit, Problem> {
    let Sign { method, url, headers, body, date, account, output } = arguments;
    let headers: Vec<(&str, &str)> = headers.iter().map(Header::parts).collect::<Result<_, _>>()?;
    // The URL is not repeated: it may hold a password.
    let url: Target = url
        .parse()
        .map_err(|why| Problem::usage(format!("--url cannot be used: {why}; nothing was signed")))?;
    let identity = Identity::find(&account, surroundings).await?;
    let Credentials::AccessKey(key) = identity.credentials() else {
        return Err(Problem::new(
            Exit::Credentials,
            format!(
                "the credentials from {} are a token, which signs nothing; name a --profile with an access key, or \
                 take the token out of the environment",
                identity.source()
            ),
        ));
    };
    let body = body.map(|file| read(&file)).transpose()?.unwrap_or_default();
    let date = match date {
        Some(date) => date,
        None => Date::try_from(clock::now())
            .map_err(|_| Problem::failed("this machine's clock is not set; give a --date"))?,
    };
    let own_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
    let headers: Headers<'_> =
        headers.iter().copied().chain((!own_host).then_some(("Host", &*url.host))).collect();
    let request =
        Request { method: &method, path: &url.path, query: url.query.as_deref(), headers, body: &body };
    let signed = sign(&request, &key.signing(), date).map_err(|error| {
        let hint = match error {
            untag_signing::SignError::AlreadySet("X-Sdk-Date") => ": take it out, and give --date",
            untag_signing::SignError::AlreadySet("X-Project-Id") => ": take it out, and give --project",
            _ => "",
        };
        Problem::usage(format!("{error}{hint}; nothing was signed"))
    })?;
    match output.format {
        Format::Json => output::document(
            Exit::Done,
            json!({
                "canonical_request": signed.canonical().as_str(),
                "string_to_sign": signed.string_to_sign(),
                "authorization": signed.authorization(),
            }),
        )?,
        Format::Text => output::say(&format!(
            "canonical_request:\n{}\n\nstring_to_sign:\n{}\n\nauthorization:\n{}",
            signed.canonical().as_str(),
            signed.string_to_sign(),
            signed.authorization()
        ))?,
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Problem::failed(format!("stdin: {error}")))?;
        return Ok(bytes);
    }
    fs::read(file).map_err(|error| {
        let exit = if error.kind() == io::ErrorKind::NotFound { Exit::Usage } else { Exit::Failed };
        Problem::new(exit, format!("{}: {error}; nothing was signed", file.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_url_is_taken_apart_and_not_changed() {
        for (text, host, path, query) in [
            ("https://h.example.com/v2/a%2Fb/../..", "h.example.com", "/v2/a%2Fb/../..", None),
            ("https://H.example.com:443/a?b=c&d", "h.example.com", "/a", Some("b=c&d")),
            ("http://127.0.0.1:8443//a//?", "127.0.0.1:8443", "//a//", Some("")),
            ("https://[::1]:8443/%2e%2e", "[::1]:8443", "/%2e%2e", None),
            ("https://h", "h", "/", None),
            ("https://h?a=/b", "h", "/", Some("a=/b")),
            ("https://h/a?b?c", "h", "/a", Some("b?c")),
            ("https://h/中 é", "h", "/中 é", None),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(
                (&*target.host, &*target.path, target.query.as_deref()),
                (host, path, query),
                "{text}"
            );
        }
        for text in ["", "h/a", "ftp://h/a", "https://me@h/a", "https://h/a#b", "https:h/a"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
