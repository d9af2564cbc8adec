//! What is never shown, and what an access key must look like.

use crate::{AK, Home, PROJECT, SK, STS};
use untag_client::credentials::{
    AccessKey, Chain, Credentials, Environment, InvalidAccessKey, Issued, Profile, ProvideCredentials,
};

fn access_key() -> AccessKey {
    let key = AccessKey::new(AK, SK).unwrap();
    key.with_security_token(STS).unwrap().with_project(PROJECT).unwrap()
}

#[tokio::test]
async fn debug_shows_kinds_only() {
    let home = Home::with(format!("[basic]\nak = {AK}\nsk = {SK}\nsecurity_token = {STS}\n"));
    let surroundings = home.surroundings([("UNTAG_TOKEN", "s3cret"), ("HUAWEICLOUD_SDK_SK", SK)]);
    let token = Credentials::Token("s3cret".parse().unwrap());
    let key = Credentials::from(access_key());
    let (environment, profile) = (Environment::new(&surroundings), Profile::new(&surroundings));
    let chain = Chain::new().then(token.clone()).then(key.clone()).then(Issued::from(key.clone()));
    environment.provide(None).await.unwrap();
    profile.provide(None).await.unwrap();
    chain.provide(None).await.unwrap();
    let shown = format!(
        "{surroundings:?} {token:?} {key:?} {:?} {chain:#?} {environment:?} {profile:#?}",
        access_key()
    );
    assert!(shown.contains("Token(…)") && shown.contains("AccessKey(…)"), "{shown}");
    for value in [AK, SK, STS, PROJECT, "s3cret"] {
        assert!(!shown.contains(value), "{shown}");
    }
}

#[test]
fn keys_are_equal_if_every_part_is() {
    assert_eq!(access_key(), access_key());
    for other in [
        AccessKey::new("OTHER", SK).unwrap().with_security_token(STS).unwrap().with_project(PROJECT).unwrap(),
        AccessKey::new(AK, "OTHER").unwrap().with_security_token(STS).unwrap().with_project(PROJECT).unwrap(),
        AccessKey::new(AK, SK).unwrap().with_security_token("OTHER").unwrap().with_project(PROJECT).unwrap(),
        AccessKey::new(AK, SK).unwrap().with_security_token(STS).unwrap().with_project("OTHER").unwrap(),
        AccessKey::new(AK, SK).unwrap().with_project(PROJECT).unwrap(),
    ] {
        assert_ne!(other, access_key());
    }
}

#[test]
fn a_part_that_cannot_have_been_issued_is_refused_without_being_shown() {
    let key = || AccessKey::new(AK, SK).unwrap();
    for bad in ["", "s3cret\n", "s3cret\0", " s3cret", "s3cret "] {
        for (outcome, error) in [
            (AccessKey::new(bad, SK), InvalidAccessKey::AccessKey),
            (AccessKey::new(AK, bad), InvalidAccessKey::Secret),
            (key().with_security_token(bad), InvalidAccessKey::SecurityToken),
            (key().with_project(bad), InvalidAccessKey::ProjectId),
        ] {
            let found = outcome.unwrap_err();
            assert_eq!(found, error, "{bad:?}");
            assert!(!format!("{found} {found:?}").contains("s3cret"));
        }
    }
    // Secrets that other services issue may have any characters inside.
    AccessKey::new(AK, "s3 cret/+=中").unwrap();
}

#[test]
fn a_key_signs_with_every_part() {
    let key = access_key();
    let headers = [("Host", "h")].into_iter().collect();
    let request = untag_signing::Request { method: "GET", path: "/", query: None, headers, body: &[] };
    let date = "20260101T000000Z".parse().unwrap();
    let signed = untag_signing::sign(&request, &key.signing(), date).unwrap();
    assert!(signed.authorization().contains(&format!("Access={AK},")));
    let headers: Vec<_> = signed.headers().collect();
    assert!(headers.contains(&("X-Project-Id", PROJECT)) && headers.contains(&("X-Security-Token", STS)));
}
