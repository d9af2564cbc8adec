//! Signatures: what is signed verifies, nothing else does, and no header makes a verifier fall over.

use crate::choices::Choices;
use crate::reference::percent;
use std::time::Duration;
use untag_signing::{
    Authorization, Credentials, DEFAULT_WINDOW, Date, Headers, Request, Secret, SignError, Signed, sign,
};

/// A request that is signed, changed at one place, and verified.
pub(super) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let (Ok(secret), Ok(other)) = (Secret::new("SECRET"), Secret::new("SECRES")) else {
        panic!("a secret is refused")
    };
    let Ok(now) = Date::from_unix(1_700_000_000) else { panic!("a date is refused") };

    let sent = Sent::of(&mut choices);
    let project = choices.one_in(2).then(|| choices.text(16));
    let token = choices.one_in(2).then(|| choices.text(16));
    let access = if choices.one_in(4) { choices.text(12) } else { "AK".to_owned() };
    let credentials = Credentials {
        access_key: &access,
        secret: &secret,
        project_id: project.as_deref(),
        security_token: token.as_deref(),
    };
    match sign(&sent.request(), &credentials, now) {
        Ok(signed) => verified(&sent, &signed, &secret, &other, now, &mut choices),
        Err(error) => {
            assert!(is_printable(&error.to_string()) || matches!(error, SignError::Request(_)), "{error}");
        }
    }
    foreign(&sent, choices.rest(), &secret, now);
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let headers = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=";
    let mut seeds: Vec<Vec<u8>> = (0..32_u8)
        .map(|seed| (0..90).map(|place: u8| place.wrapping_mul(seed).wrapping_add(seed)).collect())
        .collect();
    seeds.push([vec![0; 32], headers.as_bytes().to_vec(), vec![b'0'; 64]].concat());
    seeds
}

/// A request in pieces, so that one of them can be changed.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Sent {
    fn of(choices: &mut Choices<'_>) -> Self {
        let mut headers = vec![(
            "Host".to_owned(),
            choices.pick(&["a.test", "a.test:8443", " a.test "]).as_bytes().to_vec(),
        )];
        for _ in 0..choices.below(3) {
            let name = choices.pick(&[
                "Content-Type",
                "X-A",
                "x-a",
                "x_a",
                "X-Sdk-Content-Sha256",
                "X-Sdk-Date",
                "Host",
                "bad name",
                "",
            ]);
            headers.push((name.to_owned(), choices.bytes(12).to_vec()));
        }
        Self {
            method: choices.pick(&["DELETE", "GET", "delete", "", "A B"]).to_owned(),
            path: format!("{}{}", choices.pick(&["/", "/v2/", ""]), choices.text(24)),
            query: choices.one_in(2).then(|| choices.text(24)),
            headers,
            body: choices.bytes(24).to_vec(),
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value)).collect::<Headers<'_>>(),
            body: &self.body,
        }
    }

    /// Changes one byte somewhere, or leaves the pieces as they are where that is no text any more.
    fn changed(&self, choices: &mut Choices<'_>) -> Self {
        let mut it = self.clone();
        let change = |bytes: &mut Vec<u8>, choices: &mut Choices<'_>| {
            let (at, bit) = (choices.below(bytes.len() + 1), 1 << choices.below(8));
            match bytes.get_mut(at) {
                Some(byte) => *byte ^= bit,
                None => bytes.push(bit),
            }
        };
        let text = |text: &mut String, choices: &mut Choices<'_>| {
            let mut bytes = text.clone().into_bytes();
            change(&mut bytes, choices);
            if let Ok(changed) = String::from_utf8(bytes) {
                *text = changed;
            }
        };
        match choices.below(5) {
            0 => text(&mut it.method, choices),
            1 => text(&mut it.path, choices),
            2 => text(it.query.get_or_insert_default(), choices),
            3 => change(&mut it.body, choices),
            _ => {
                let place = choices.below(it.headers.len());
                if let Some((_, value)) = it.headers.get_mut(place) {
                    change(value, choices);
                }
            }
        }
        it
    }

    /// What a signature covers of it, done again: two requests that differ here must not share a signature.
    fn meaning(&self, signed: &[String]) -> impl PartialEq + use<> {
        let decoded = |text: &str| lenient(text.as_bytes());
        let path = {
            let mut path = decoded(&self.path);
            path.extend(if path.ends_with(b"/") { &b""[..] } else { b"/" });
            path
        };
        let query = self.query.as_deref().unwrap_or_default();
        let mut pairs: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " "))))
            .collect();
        pairs.sort();
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_ascii().to_vec()))
            .filter(|(name, _)| signed.contains(name))
            .collect();
        headers.sort();
        (self.method.clone(), path, pairs, headers, self.body.clone())
    }
}

/// Decodes what is encoded, and leaves a `%` that encodes nothing.
fn lenient(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        let escape = rest.get(..3).filter(|_| *first == b'%').and_then(percent::decode);
        if let Some(decoded) = escape {
            bytes.extend(decoded);
            rest = rest.get(3..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    bytes
}

/// What was signed verifies; with another key, another date, another signature or another meaning it does not.
fn verified(
    sent: &Sent,
    signed: &Signed<'_>,
    secret: &Secret,
    other: &Secret,
    now: Date,
    choices: &mut Choices<'_>,
) {
    let mut whole = sent.clone();
    whole.headers.extend(signed.headers().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())));
    let Ok(authorization) = Authorization::parse(signed.authorization()) else {
        panic!("what signing writes cannot be read")
    };
    let window = DEFAULT_WINDOW;
    let verified = authorization.verify(&whole.request(), secret, now, window);
    assert!(verified.is_ok(), "what was signed does not verify: {verified:?}");
    assert!(authorization.verify(&whole.request(), other, now, window).is_err(), "another key verifies");
    let Ok(late) = Date::from_unix(1_700_000_000 + 901) else { panic!("a date is refused") };
    assert!(authorization.verify(&whole.request(), secret, late, window).is_err(), "a late request verifies");
    assert!(authorization.verify(&whole.request(), secret, late, window + Duration::from_secs(1)).is_ok());

    let names: Vec<String> = authorization.signed_headers().map(str::to_owned).collect();
    let changed = whole.changed(choices);
    if authorization.verify(&changed.request(), secret, now, window).is_ok() {
        assert!(changed.meaning(&names) == whole.meaning(&names), "{changed:?} verifies as {whole:?}");
    }

    let mut text = signed.authorization().to_owned().into_bytes();
    let (at, bit) = (choices.below(text.len()), 1 << choices.below(7));
    if let Some(byte) = text.get_mut(at) {
        *byte ^= bit;
    }
    if let Some(Ok(altered)) = std::str::from_utf8(&text).ok().map(Authorization::parse) {
        // The access key is not covered: it says which secret to take, and nothing else.
        let is_other_key = altered.access_key() != authorization.access_key();
        let verified = altered.verify(&whole.request(), secret, now, window);
        assert!(is_other_key || verified.is_err(), "another header verifies");
    }
}

/// A header of anybody's.
fn foreign(sent: &Sent, header: &[u8], secret: &Secret, now: Date) {
    let Ok(text) = std::str::from_utf8(header) else { return };
    match Authorization::parse(text) {
        Ok(authorization) => {
            let names: Vec<_> = authorization.signed_headers().collect();
            assert!(
                names.is_sorted_by(|one, next| one < next)
                    && names.contains(&"host")
                    && names.contains(&"x-sdk-date")
            );
            let mut whole = sent.clone();
            whole.headers.push(("X-Sdk-Date".to_owned(), b"20231114T221320Z".to_vec()));
            let outcome = authorization.verify(&whole.request(), secret, now, DEFAULT_WINDOW);
            assert!(outcome.is_err(), "a signature without the key verifies");
        }
        Err(error) => assert!(is_printable(&error.to_string()), "{error}"),
    }
}

fn is_printable(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}
