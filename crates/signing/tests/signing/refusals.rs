//! What is refused although, or before, the signature matches.

use crate::support::{DATE, Refusal, SECRET, Wire};
use std::time::Duration;
use untag_signing::{
    Authorization, AuthorizationError, Credentials, DEFAULT_WINDOW, Date, RequestError, Secret, SignError,
    VerifyError, sign,
};

fn at(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn a_date_may_be_off_by_the_window_in_either_direction_and_not_by_a_second_more() {
    let wire = Wire::plain().sign();
    for now in ["20240229T235959Z", "20240229T234459Z", "20240301T001459Z"] {
        assert_eq!(wire.judge_with(SECRET, at(now)), Ok(()), "{now}");
    }
    let off = Duration::from_secs(901);
    for now in ["20240229T234458Z", "20240301T001500Z"] {
        let expected = VerifyError::Window { off, window: DEFAULT_WINDOW };
        assert_eq!(expected.to_string(), "X-Sdk-Date is 901 seconds off; at most 900 are allowed");
        assert_eq!(wire.judge_with(SECRET, at(now)), Err(Refusal::Verify(expected)), "{now}");
    }
}

#[test]
fn the_window_is_the_callers_to_choose() {
    let wire = Wire::plain().sign();
    let text = String::from_utf8(wire.headers[wire.position("Authorization")].1.clone()).unwrap();
    let authorization = Authorization::parse(&text).unwrap();
    let secret = Secret::new(SECRET).unwrap();
    let verify = |now, window| authorization.verify(&wire.request(), &secret, at(now), window).is_ok();
    assert!(verify(DATE, Duration::ZERO));
    assert!(!verify("20240301T000000Z", Duration::ZERO));
    assert!(verify("20240301T000000Z", Duration::from_secs(1)));
    assert!(verify("99991231T235959Z", Duration::MAX));
}

#[test]
fn a_date_that_has_not_its_form_is_refused() {
    for date in
        ["", "2024-02-29T23:59:59Z", "20240229T235959", "Thu, 29 Feb 2024 23:59:59 GMT", "20240230T000000Z"]
    {
        let mut wire = Wire::plain().sign();
        wire.set("X-Sdk-Date", date);
        assert_eq!(wire.refusal(), VerifyError::Date, "{date}");
    }
}

#[test]
fn a_token_or_project_added_afterwards_is_refused() {
    for name in ["X-Security-Token", "x-project-id"] {
        let wire = Wire::plain().try_sign(None, None).unwrap().with(name, "forged");
        let VerifyError::NotSigned(found) = wire.refusal() else { panic!("{name}") };
        assert!(found.eq_ignore_ascii_case(name));
    }
}

#[test]
fn a_signed_header_that_is_missing_or_repeated_is_refused() {
    for name in ["Host", "Content-Type", "X-Sdk-Date", "X-Project-Id", "X-Security-Token"] {
        let wire = Wire::plain().sign();
        let (lower, same) = (name.to_lowercase(), wire.headers[wire.position(name)].1.clone());
        let repeated = wire.clone().with(name, str::from_utf8(&same).unwrap());
        assert_eq!(repeated.refusal(), VerifyError::Request(RequestError::RepeatedHeader(lower.clone())));
        // Without a project or a token there is nothing to vouch for, but it was signed.
        assert_eq!(wire.without(name).refusal(), VerifyError::Request(RequestError::MissingHeader(lower)));
    }
}

#[test]
fn a_content_hash_is_the_bodys_or_it_is_refused() {
    let hash = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";
    let wire = Wire { body: b"[]".to_vec(), ..Wire::plain() };
    let good = wire.clone().with("X-Sdk-Content-Sha256", hash).sign();
    assert_eq!(good.judge(), Ok(()));
    // The signed hash does not vouch for another body.
    let other = Wire { body: b"{}".to_vec(), ..good };
    assert_eq!(other.refusal(), VerifyError::Request(RequestError::ContentSha256));

    for value in ["UNSIGNED-PAYLOAD", "", &hash.to_uppercase(), &hash.replace('4', "5")] {
        let with = wire.clone().with("X-Sdk-Content-Sha256", value);
        assert_eq!(with.clone().unsignable(), RequestError::ContentSha256, "{value}");
        // Nor when it is not signed.
        let added = wire.clone().sign().with("X-Sdk-Content-Sha256", value);
        assert_eq!(added.refusal(), VerifyError::Request(RequestError::ContentSha256), "{value}");
    }
}

#[test]
fn what_has_no_canonical_form_is_neither_signed_nor_verified() {
    let plain = Wire::plain();
    let with = |name: &str, value: &[u8]| {
        let mut wire = Wire::plain();
        wire.headers.push((name.to_owned(), value.to_vec()));
        wire
    };
    let cases = [
        (Wire { method: String::new(), ..plain.clone() }, RequestError::Method),
        (Wire { method: "DELETE\n/".into(), ..plain.clone() }, RequestError::Method),
        (Wire { path: String::new(), ..plain.clone() }, RequestError::Path),
        (Wire { path: "tags".into(), ..plain.clone() }, RequestError::Path),
        (Wire { path: "http://h/tags".into(), ..plain.clone() }, RequestError::Path),
        (Wire { path: "/tags?a=b".into(), ..plain.clone() }, RequestError::Path),
        (Wire { path: "/tags#a".into(), ..plain.clone() }, RequestError::Path),
        (Wire { query: Some("a#b".into()), ..plain.clone() }, RequestError::Query),
        (with("X-A", b"\xFF"), RequestError::HeaderValue("x-a".into())),
        (with("X-A", b"a\nhost:other"), RequestError::HeaderValue("x-a".into())),
        (with("X-A", b"a\0"), RequestError::HeaderValue("x-a".into())),
        (with("Content-type", b"text/plain"), RequestError::RepeatedHeader("content-type".into())),
    ];
    for (wire, expected) in cases {
        // What a server would receive: that request, with somebody's signature over the same headers.
        let mut received = plain.clone().with("X-A", "").sign().without("X-A").without("Content-Type");
        received.headers.extend(wire.headers.iter().filter(|(name, _)| name != "Host").cloned());
        let (method, path, query) = (wire.method.clone(), wire.path.clone(), wire.query.clone());
        if !received.headers.iter().any(|(name, _)| name == "X-A") {
            received = received.with("X-A", "");
        }
        let received = Wire { method, path, query, ..received };
        assert_eq!(received.refusal(), VerifyError::Request(expected.clone()), "{wire:?}");
        assert_eq!(wire.unsignable(), expected);
    }

    assert_eq!(with("X A", b"1").unsignable(), RequestError::HeaderName);
    assert_eq!(with("", b"1").unsignable(), RequestError::HeaderName);
    assert_eq!(Wire::plain().without("Host").unsignable(), RequestError::MissingHeader("host".into()));
}

#[test]
fn signing_sets_its_headers_itself() {
    for name in ["authorization", "X-SDK-Date", "X-Project-Id", "x-security-token"] {
        let Err(SignError::AlreadySet(found)) = Wire::plain().with(name, "x").try_sign(None, None) else {
            panic!("{name}")
        };
        assert!(found.eq_ignore_ascii_case(name));
    }
}

#[test]
fn credentials_that_cannot_be_sent_are_refused() {
    let (wire, secret) = (Wire::plain(), Secret::new(SECRET).unwrap());
    for access_key in ["", "a,b", "a b", "a\n", "é"] {
        let credentials = Credentials { access_key, secret: &secret, project_id: None, security_token: None };
        let problem = sign(&wire.request(), &credentials, at(DATE)).unwrap_err();
        assert_eq!(problem, SignError::AccessKey(AuthorizationError::AccessKey), "{access_key}");
    }
    for token in ["a\r\nb", "a\0"] {
        let Err(SignError::Request(problem)) = Wire::plain().try_sign(None, Some(token)) else {
            panic!("{token:?}")
        };
        assert_eq!(problem, RequestError::HeaderValue("x-security-token".into()));
    }
}

#[test]
fn another_secret_does_not_match() {
    let wire = Wire::plain().sign();
    assert_eq!(wire.judge_with("other", at(DATE)), Err(Refusal::Verify(VerifyError::Mismatch)));
}
