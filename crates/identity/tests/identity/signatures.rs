//! Requests signed with an access key, by the signer that clients use.

use crate::{OTHER_PROJECT, PROJECT, at, authenticator, refusal};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::time::{Duration, SystemTime};
use untag_identity::{
    AuthenticationError, Authenticator, Credential, Presented, Principal, RefusalKind, make_access_key,
};
use untag_signing::{Credentials, Date, Request, Secret, sign};

const PATH: &str = "/v1/0123456789abcdef0123456789abcdef/disk/d-1/tags/delete";
/// The SHA-256 of `session`.
const SESSION: &str = "3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175";
const BODY: &[u8] = br#"{"tags":[{"key":"a"}]}"#;

/// A file with a permanent access key, a temporary one and one that has an end.
struct Keys {
    authenticator: Authenticator,
    permanent: (String, String),
    temporary: (String, String),
    ending: (String, String),
}

fn keys() -> Keys {
    let [permanent, temporary, ending] = [(); 3].map(|()| {
        let key = make_access_key().unwrap();
        (key.id, key.secret)
    });
    let text = format!(
        r#"
        [[users]]
        id = "u-1"
        name = "ada"
        account = "a-1"
        projects = ["{PROJECT}", "{OTHER_PROJECT}"]

        [[access_keys]]
        id = "{}"
        secret = "{}"
        user = "u-1"

        [[access_keys]]
        id = "{}"
        secret = "{}"
        user = "u-1"
        security_token_sha256 = "{SESSION}"

        [[access_keys]]
        id = "{}"
        secret = "{}"
        user = "u-1"
        expires = 2027-01-15T08:00:00Z
        "#,
        permanent.0, permanent.1, temporary.0, temporary.1, ending.0, ending.1
    );
    Keys { authenticator: authenticator(&text), permanent, temporary, ending }
}

/// A request as it arrives; tests change it on its way.
struct Arriving {
    method: Method,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Arriving {
    fn signed(
        key: &(String, String),
        signed_at: SystemTime,
        project: Option<&str>,
        session: Option<&str>,
    ) -> Self {
        let headers = [("Host", "api.example.com:8443"), ("Content-Type", "application/json")];
        let request = Request {
            method: "DELETE",
            path: PATH,
            query: Some("a=1&b=2"),
            headers: headers.into_iter().collect(),
            body: BODY,
        };
        let secret = Secret::new(&key.1).unwrap();
        let credentials =
            Credentials { access_key: &key.0, secret: &secret, project_id: project, security_token: session };
        let signed = sign(&request, &credentials, Date::try_from(signed_at).unwrap()).unwrap();
        let mut arriving = Self {
            method: Method::DELETE,
            path: PATH.to_owned(),
            query: Some("a=1&b=2".to_owned()),
            headers: HeaderMap::new(),
            body: BODY.to_owned(),
        };
        for (name, value) in headers.into_iter().chain(signed.headers()) {
            arriving.set(name, value);
        }
        arriving
    }

    fn set(&mut self, name: &str, value: &str) {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    async fn judged(&self, keys: &Keys, now: SystemTime) -> Result<Principal, AuthenticationError> {
        let presented = Presented {
            credential: Credential::Authorization(self.headers["authorization"].to_str().unwrap()),
            method: &self.method,
            raw_path: &self.path,
            raw_query: self.query.as_deref(),
            headers: &self.headers,
            body: &self.body,
            now,
        };
        keys.authenticator.authenticate(&presented).await
    }
}

#[tokio::test]
async fn a_signed_request_is_its_users() {
    let keys = keys();
    let principal = Arriving::signed(&keys.permanent, at(0), None, None).judged(&keys, at(0)).await.unwrap();
    assert_eq!(principal.user_id, "u-1");
    assert!(principal.may_act_in(PROJECT) && principal.may_act_in(OTHER_PROJECT));
}

#[tokio::test]
async fn a_signed_project_narrows_the_rights() {
    let keys = keys();
    for (project, left) in
        [(PROJECT, vec![PROJECT]), (OTHER_PROJECT, vec![OTHER_PROJECT]), ("another", vec![])]
    {
        let arriving = Arriving::signed(&keys.permanent, at(0), Some(project), None);
        let principal = arriving.judged(&keys, at(0)).await.unwrap();
        assert_eq!(principal.projects.iter().collect::<Vec<_>>(), left);
    }
}

type Change = fn(&mut Arriving);

#[tokio::test]
async fn what_was_changed_on_its_way_is_refused() {
    let changes: [(&str, Change); 8] = [
        ("method", |arriving| arriving.method = Method::POST),
        ("path", |arriving| arriving.path = arriving.path.replace("d-1", "d-2")),
        ("query", |arriving| arriving.query = Some("a=1&b=3".to_owned())),
        ("no query", |arriving| arriving.query = None),
        ("body", |arriving| arriving.body = br#"{"tags":[{"key":"b"}]}"#.to_vec()),
        ("no body", |arriving| arriving.body.clear()),
        ("host", |arriving| arriving.set("host", "api.example.com")),
        ("signed project", |arriving| arriving.set("x-project-id", OTHER_PROJECT)),
    ];
    let keys = keys();
    for (what, change) in changes {
        let mut arriving = Arriving::signed(&keys.permanent, at(0), Some(PROJECT), None);
        arriving.judged(&keys, at(0)).await.unwrap();
        change(&mut arriving);
        assert_eq!(refusal(arriving.judged(&keys, at(0)).await), RefusalKind::WrongSignature, "{what}");
    }
    assert_eq!(keys.authenticator.counts().refused[&RefusalKind::WrongSignature], 8);
}

#[tokio::test]
async fn headers_that_nobody_signed_are_refused() {
    let keys = keys();
    for name in ["x-project-id", "x-security-token"] {
        let mut arriving = Arriving::signed(&keys.permanent, at(0), None, None);
        arriving.set(name, PROJECT);
        assert_eq!(refusal(arriving.judged(&keys, at(0)).await), RefusalKind::MalformedSignature, "{name}");
    }
}

#[tokio::test]
async fn a_malformed_header_is_named() {
    let keys = keys();
    for header in [
        "SDK-HMAC-SHA256 Access=a",
        "Basic YTpi",
        "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=0",
    ] {
        let mut arriving = Arriving::signed(&keys.permanent, at(0), None, None);
        arriving.set("authorization", header);
        assert_eq!(refusal(arriving.judged(&keys, at(0)).await), RefusalKind::MalformedSignature, "{header}");
    }
}

#[tokio::test]
async fn fifteen_minutes_of_skew_are_allowed_either_way() {
    let keys = keys();
    let window = Duration::from_mins(15);
    let arriving = Arriving::signed(&keys.permanent, at(0), None, None);
    for now in [at(0) + window, at(0) - window] {
        arriving.judged(&keys, now).await.unwrap();
    }
    let second = Duration::from_secs(1);
    for now in [at(0) + window + second, at(0) - window - second] {
        assert_eq!(refusal(arriving.judged(&keys, now).await), RefusalKind::ClockSkew);
    }
}

#[tokio::test]
async fn an_unknown_access_key_reads_like_a_wrong_secret() {
    let keys = keys();
    let unknown = make_access_key().unwrap();
    let wrong = (keys.permanent.0.clone(), unknown.secret.clone());
    let unknown = (unknown.id, unknown.secret);
    let refused = [
        (unknown, RefusalKind::UnknownAccessKey),
        (wrong, RefusalKind::WrongSignature),
        // The keys of one are no good with the secret of another.
        ((keys.permanent.0.clone(), keys.ending.1.clone()), RefusalKind::WrongSignature),
        // That it has ended is for its holder only.
        ((keys.ending.0.clone(), keys.permanent.1.clone()), RefusalKind::WrongSignature),
    ];
    let mut messages = std::collections::BTreeSet::new();
    for (key, expected) in refused {
        match Arriving::signed(&key, at(0), None, None).judged(&keys, at(0)).await {
            Err(AuthenticationError::Refused { kind, message }) if kind == expected => {
                messages.insert(message)
            }
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[tokio::test]
async fn an_access_key_ends() {
    let keys = keys();
    let second = Duration::from_secs(1);
    let arriving = Arriving::signed(&keys.ending, at(0), None, None);
    arriving.judged(&keys, at(0) - second).await.unwrap();
    assert_eq!(refusal(arriving.judged(&keys, at(0)).await), RefusalKind::ExpiredAccessKey);
}

#[tokio::test]
async fn a_temporary_access_key_needs_its_security_token() {
    let keys = keys();
    let judged = async |key, session| Arriving::signed(key, at(0), None, session).judged(&keys, at(0)).await;
    judged(&keys.temporary, Some("session")).await.unwrap();
    for session in [None, Some("another session")] {
        assert_eq!(refusal(judged(&keys.temporary, session).await), RefusalKind::SecurityToken);
    }
    // And a permanent one has none.
    assert_eq!(refusal(judged(&keys.permanent, Some("session")).await), RefusalKind::SecurityToken);
    // The right one, but put there by somebody else.
    let mut arriving = Arriving::signed(&keys.temporary, at(0), None, None);
    arriving.set("x-security-token", "session");
    assert_eq!(refusal(arriving.judged(&keys, at(0)).await), RefusalKind::MalformedSignature);
}
