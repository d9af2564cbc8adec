//! What must not show does not show.

use crate::support::{ACCESS_KEY, DATE, SECRET, Wire};
use untag_signing::{Authorization, Credentials, DEFAULT_WINDOW, Secret, sign};

#[test]
fn keys_tokens_signatures_and_bodies_do_not_print_themselves() {
    let secret = Secret::new(SECRET).unwrap();
    let token = "confidential-token";
    let credentials = Credentials {
        access_key: ACCESS_KEY,
        secret: &secret,
        project_id: None,
        security_token: Some(token),
    };
    let wire = Wire { body: b"confidential-body".to_vec(), ..Wire::plain() };
    let signed = sign(&wire.request(), &credentials, DATE.parse().unwrap()).unwrap();
    let sent = wire.try_sign(None, Some(token)).unwrap();
    let authorization = Authorization::parse(signed.authorization()).unwrap();
    let request = sent.request();
    let verified = authorization.verify(&request, &secret, DATE.parse().unwrap(), DEFAULT_WINDOW).unwrap();
    assert_eq!(verified.security_token, Some(token));

    let printed = [
        format!("{secret:?}"),
        format!("{credentials:?}"),
        format!("{signed:?}"),
        format!("{:?}", signed.canonical()),
        format!("{authorization:?}"),
        format!("{request:?}"),
        format!("{verified:?}"),
    ];
    for text in printed {
        for hidden in [SECRET, "confidential", signed.signature()] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    assert_eq!(format!("{secret:?}"), "Secret(…)");
}

#[test]
fn an_empty_secret_is_no_secret() {
    assert!(Secret::new("").is_err());
}

#[test]
fn a_secret_of_any_length_is_one() {
    // Longer than the block of the hash, it is hashed first.
    for length in [1, 63, 64, 65, 1000] {
        let (text, now) = ("s".repeat(length), DATE.parse().unwrap());
        let secret = Secret::new(&text).unwrap();
        let credentials =
            Credentials { access_key: ACCESS_KEY, secret: &secret, project_id: None, security_token: None };
        let wire = Wire::plain();
        let signed = sign(&wire.request(), &credentials, now).unwrap();
        let sent = signed.headers().fold(wire.clone(), |wire, (name, value)| wire.with(name, value));
        assert_eq!(sent.judge_with(&text, now), Ok(()), "{length}");
        assert!(sent.judge_with(&"s".repeat(length + 1), now).is_err(), "{length}");
    }
}
