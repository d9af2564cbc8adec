//! What the provider's SDK signs, signed here: every intermediate value is the same, and every request verifies.

use crate::support::Wire;
use serde::Deserialize;
use std::collections::BTreeMap;
use untag_signing::{
    Authorization, Credentials, DEFAULT_WINDOW, RequestError, Secret, VerifyError, canonical, sign,
};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    #[serde(default)]
    verdict: Verdict,
    pub(crate) input: Input,
    authorization: String,
    wire_uri: String,
    final_headers: BTreeMap<String, String>,
    /// Not in `odd_vectors.json`: there, the signature stands for them.
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    body_sha256: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    #[default]
    Verified,
    Refused,
    Mismatch,
}

#[derive(Deserialize)]
pub(crate) struct Input {
    method: String,
    host: String,
    wire_path: String,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    ak: String,
    pub(crate) sk: String,
    project_id: Option<String>,
    security_token: Option<String>,
}

pub(crate) fn reference() -> Vec<Vector> {
    serde_json::from_str::<File>(include_str!("../vectors.json")).unwrap().vectors
}

fn odd() -> Vec<Vector> {
    serde_json::from_str::<File>(include_str!("../odd_vectors.json")).unwrap().vectors
}

impl Vector {
    /// The request before it is signed.
    fn unsigned(&self) -> Wire {
        let query =
            canonical::query_of(self.input.query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let mut headers = vec![("Host", self.input.host.as_str())];
        headers.extend(self.input.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Wire::new(
            &self.input.method,
            &self.input.wire_path,
            (!query.is_empty()).then_some(&query),
            &headers,
            self.input.body.as_deref().unwrap_or_default().as_bytes(),
        )
        .without("X-Sdk-Date")
    }

    /// The request as the SDK sends it.
    pub(crate) fn sent(&self) -> Wire {
        let (path, query) = match self.wire_uri.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*self.wire_uri, None),
        };
        let headers: Vec<_> =
            self.final_headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = self.input.body.as_deref().unwrap_or_default();
        Wire::new(&self.input.method, path, query, &headers, body.as_bytes())
    }

    fn check_signing(&self) {
        let name = &self.name;
        let wire = self.unsigned();
        let secret = Secret::new(&self.input.sk).unwrap();
        let credentials = Credentials {
            access_key: &self.input.ak,
            secret: &secret,
            project_id: self.input.project_id.as_deref(),
            security_token: self.input.security_token.as_deref(),
        };
        let signed =
            sign(&wire.request(), &credentials, self.input.headers["X-Sdk-Date"].parse().unwrap()).unwrap();
        let canonical = signed.canonical();

        if let Some(expected) = &self.canonical_request {
            assert_eq!(canonical.as_str(), expected, "{name}");
            // Each part where the form has it: the headers are what is left between the others.
            let lines: Vec<&str> = expected.split('\n').collect();
            let [_, uri, query, headers @ .., empty, names, body] = &lines[..] else { panic!("{name}") };
            assert_eq!(canonical.uri(), *uri, "{name}");
            assert_eq!(canonical.query(), *query, "{name}");
            assert_eq!(canonical.headers(), headers.join("\n") + "\n", "{name}");
            assert_eq!(*empty, "", "{name}");
            assert_eq!(canonical.signed_headers(), *names, "{name}");
            assert_eq!(canonical.body_sha256(), *body, "{name}");
            assert_eq!(Some(canonical.body_sha256()), self.body_sha256.as_deref(), "{name}");
            assert_eq!(Some(signed.string_to_sign()), self.string_to_sign.as_deref(), "{name}");
        }
        assert_eq!(signed.authorization(), self.authorization, "{name}\n{}", canonical.as_str());
        assert!(self.authorization.ends_with(&format!("Signature={}", signed.signature())), "{name}");

        assert_eq!(signed.date(), self.input.headers["X-Sdk-Date"], "{name}");
        assert_eq!(signed.clone().into_authorization(), self.authorization, "{name}");

        // With what was added, it is the request that the SDK sends.
        let mut ours: BTreeMap<String, String> = wire
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), str::from_utf8(value).unwrap().trim().to_owned()))
            .collect();
        ours.extend(signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(ours, self.final_headers, "{name}");
        let query = wire.query.map(|query| format!("?{query}")).unwrap_or_default();
        assert_eq!(wire.path + &query, self.wire_uri, "{name}");
    }

    fn verify(&self) -> Result<(), VerifyError> {
        let wire = self.sent();
        let authorization = Authorization::parse(&self.authorization).unwrap();
        assert_eq!(authorization.access_key(), self.input.ak, "{}", self.name);
        if let Some(expected) = &self.canonical_request {
            let canonical = authorization.canonical(&wire.request()).unwrap();
            assert_eq!(canonical.as_str(), expected, "{}", self.name);
        }
        let date = self.input.headers["X-Sdk-Date"].parse().unwrap();
        let request = wire.request();
        let secret = Secret::new(&self.input.sk).unwrap();
        let verified = authorization.verify(&request, &secret, date, DEFAULT_WINDOW)?;
        assert_eq!(verified.date, date, "{}", self.name);
        assert_eq!(verified.project_id, self.input.project_id.as_deref(), "{}", self.name);
        assert_eq!(verified.security_token, self.input.security_token.as_deref(), "{}", self.name);
        Ok(())
    }
}

#[test]
fn the_reference_is_signed_alike_in_every_step() {
    let vectors = reference();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        assert!(vector.canonical_request.is_some() && vector.string_to_sign.is_some(), "{}", vector.name);
        vector.check_signing();
    }
}

#[test]
fn the_published_signatures_are_ours() {
    let expected = [
        (
            "PUBLISHED-huawei-signing-guide",
            "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
        ),
        ("PUBLISHED-java-sdk-second", "4a30e690c3032a1975323588d79e858f188834f91df411a47ada7def6ad8081f"),
    ];
    for (name, signature) in expected {
        let vector = reference().into_iter().find(|vector| vector.name == name).unwrap();
        assert!(vector.authorization.ends_with(signature), "{name}");
        vector.check_signing();
    }
}

#[test]
fn the_reference_verifies() {
    for vector in reference() {
        assert_eq!(vector.verify(), Ok(()), "{}", vector.name);
    }
}

#[test]
fn odd_requests_are_signed_and_verified_as_the_sdk_does_or_refused_where_it_is_careless() {
    for vector in odd() {
        let expected = match vector.verdict {
            Verdict::Verified => {
                vector.check_signing();
                Ok(())
            }
            Verdict::Refused => Err(VerifyError::Request(RequestError::ContentSha256)),
            Verdict::Mismatch => Err(VerifyError::Mismatch),
        };
        assert_eq!(vector.verify(), expected, "{}", vector.name);
    }
}
