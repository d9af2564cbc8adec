//! Users of several tenants, each with a token and an access key, and requests that they sign.

use crate::support::Site;
use std::fmt::Write as _;
use std::fs;
use untag_identity::{make_access_key, make_token};
use untag_service::clock;
use untag_signing::{Credentials, Date, Request, Secret, sign};

/// A user.
pub(crate) struct Person {
    pub(crate) token: String,
    key: String,
    secret: String,
}

/// How a request is signed where not as it should be.
#[derive(Clone, Copy, Default)]
pub(crate) struct How<'a> {
    /// Seconds from now.
    pub(crate) seconds: i64,
    /// `X-Project-Id`.
    pub(crate) project: Option<&'a str>,
}

impl Person {
    /// Adds a user to those of the site. `more` are members of its table.
    pub(crate) fn add(site: &Site, id: &str, account: &str, projects: &[&str], more: &str) -> Self {
        let file = site.file("authentication.toml");
        let mut text = fs::read_to_string(&file).unwrap();
        let (token, key) = (make_token().unwrap(), make_access_key().unwrap());
        write!(
            text,
            "\n[[users]]\nid = \"{id}\"\nname = \"{id}\"\naccount = \"{account}\"\nprojects = {projects:?}\n{more}\n\
             [[tokens]]\nsha256 = \"{}\"\nuser = \"{id}\"\n\
             [[access_keys]]\nid = \"{}\"\nsecret = \"{}\"\nuser = \"{id}\"\n",
            token.sha256, key.id, key.secret
        )
        .unwrap();
        fs::write(file, text).unwrap();
        Self { token: token.text, key: key.id, secret: key.secret }
    }

    /// Its secret key.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// A request signed by this user.
    pub(crate) fn signed(&self, method: &str, target: &str, body: &str, how: How<'_>) -> String {
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let headers = [("Host", "untag.test"), ("Content-Type", "application/json")];
        let request =
            Request { method, path, query, headers: headers.into_iter().collect(), body: body.as_bytes() };
        let secret = Secret::new(&self.secret).unwrap();
        let credentials = Credentials {
            access_key: &self.key,
            secret: &secret,
            project_id: how.project,
            security_token: None,
        };
        let date = Date::from_unix(clock::micros(clock::now()) / 1_000_000 + how.seconds).unwrap();
        let signed = sign(&request, &credentials, date).unwrap();
        let mut text =
            format!("{method} {target} HTTP/1.1\r\nHost: untag.test\r\nContent-Type: application/json\r\n");
        for (name, value) in signed.headers() {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        write!(text, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        text
    }
}
