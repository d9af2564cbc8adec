//! The variables that make credentials, and those that make an error.

use crate::{AK, PROJECT, SK, STS, failure, key, token};
use untag_client::credentials::CredentialsErrorKind::{Absent, Incomplete, Invalid, Unsupported};
use untag_client::credentials::{Environment, ProvideCredentials, Surroundings};

fn environment<const N: usize>(variables: [(&str, &str); N]) -> Environment {
    Environment::new(&Surroundings::with_variables(variables))
}

#[tokio::test]
async fn a_key_with_all_that_belongs_to_it() {
    let issued = environment([
        ("HUAWEICLOUD_SDK_AK", AK),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", STS),
        ("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "ignored"),
    ])
    .provide(None)
    .await
    .unwrap();
    assert_eq!(key(&issued), (AK.into(), Some(STS.into()), Some(PROJECT.into())));
    assert_eq!(issued.credentials().project_id(), Some(PROJECT));
    assert_eq!(issued.source(), "the environment (HUAWEICLOUD_SDK_AK)");
    assert!(issued.warnings().is_empty());
}

#[tokio::test]
async fn an_empty_variable_counts_as_absent() {
    let issued = environment([
        ("UNTAG_TOKEN", ""),
        ("HUAWEICLOUD_SDK_AK", AK),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", ""),
        ("HUAWEICLOUD_SDK_PROJECT_ID", ""),
        ("HUAWEICLOUD_SDK_IDP_ID", ""),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/file"),
    ])
    .provide(None)
    .await
    .unwrap();
    assert_eq!(key(&issued), (AK.into(), None, None));

    let nothing = environment([("HUAWEICLOUD_SDK_AK", ""), ("HUAWEICLOUD_SDK_SK", "")]);
    let error = failure(&nothing, Absent).await;
    assert_eq!(
        error.to_string(),
        "the environment has neither UNTAG_TOKEN nor HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK: \
         set UNTAG_TOKEN, or both HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK"
    );
    // A project alone is a setting of other programs, not half a key.
    failure(&environment([("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT)]), Absent).await;
}

#[tokio::test]
async fn a_token_comes_before_a_key_and_half_a_key() {
    for secret in [SK, ""] {
        let issued = environment([
            ("UNTAG_TOKEN", "t0ken"),
            ("HUAWEICLOUD_SDK_AK", AK),
            ("HUAWEICLOUD_SDK_SK", secret),
        ])
        .provide(None)
        .await
        .unwrap();
        assert_eq!(token(&issued), "t0ken");
        assert_eq!(issued.source(), "the environment (UNTAG_TOKEN)");
    }
}

#[tokio::test]
async fn half_a_key_says_what_is_missing() {
    let id = environment([("HUAWEICLOUD_SDK_AK", AK), ("HUAWEICLOUD_SDK_SK", "")]);
    assert_eq!(
        failure(&id, Incomplete).await.to_string(),
        "the environment has HUAWEICLOUD_SDK_AK but not HUAWEICLOUD_SDK_SK: \
         add HUAWEICLOUD_SDK_SK there, or take HUAWEICLOUD_SDK_AK out"
    );
    let secret = environment([("HUAWEICLOUD_SDK_SK", SK)]);
    assert_eq!(
        failure(&secret, Incomplete).await.problem(),
        "the environment has HUAWEICLOUD_SDK_SK but not HUAWEICLOUD_SDK_AK"
    );
    let security_token = environment([("HUAWEICLOUD_SDK_SECURITY_TOKEN", STS)]);
    assert_eq!(
        failure(&security_token, Incomplete).await.problem(),
        "the environment has HUAWEICLOUD_SDK_SECURITY_TOKEN but not HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK"
    );
}

#[tokio::test]
async fn a_value_that_no_request_can_carry_is_refused_without_being_shown() {
    for (name, value) in [
        ("HUAWEICLOUD_SDK_AK", "s3cret\n"),
        ("HUAWEICLOUD_SDK_AK", "s3cret,s3cret"),
        ("HUAWEICLOUD_SDK_AK", "s3cret 中"),
        ("HUAWEICLOUD_SDK_SK", "s3cret\n"),
        ("HUAWEICLOUD_SDK_SK", " s3cret"),
        ("HUAWEICLOUD_SDK_SK", "s3cret\0s3cret"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "s3cret\r\nX-Evil: 1"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "s3cret\n"),
        ("UNTAG_TOKEN", "s3cret\n"),
        ("UNTAG_TOKEN", &"s3cret".repeat(10_000)),
    ] {
        let others = [("HUAWEICLOUD_SDK_AK", AK), ("HUAWEICLOUD_SDK_SK", SK)];
        let variables = others.into_iter().filter(|(other, _)| *other != name).chain([(name, value)]);
        let source = Environment::new(&Surroundings::with_variables(variables));
        let error = failure(&source, Invalid).await;
        assert!(error.problem().starts_with(&format!("{name} in the environment ")), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_value_that_is_not_unicode_is_refused_and_not_taken_for_absent() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    for name in ["UNTAG_TOKEN", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"] {
        let surroundings = Surroundings::new(move |asked| {
            (asked == name).then(|| OsString::from_vec(b"s3cret\xff".to_vec()))
        });
        let error = failure(&Environment::new(&surroundings), Invalid).await;
        assert_eq!(error.problem(), format!("{name} in the environment is not UTF-8"));
    }
}

#[tokio::test]
async fn a_sign_in_that_the_sdk_would_prefer_is_not_passed_over() {
    let source = environment([
        ("HUAWEICLOUD_SDK_AK", AK),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_IDP_ID", "idp"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/file"),
    ]);
    let error = failure(&source, Unsupported).await;
    assert!(error.problem().contains("HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE"), "{error}");
}

#[tokio::test]
async fn variables_are_read_again_when_what_they_gave_has_expired() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let source = Environment::new(&Surroundings::new(move |name| {
        (name == "UNTAG_TOKEN").then(|| format!("t{}", counted.fetch_add(1, Ordering::Relaxed)).into())
    }));
    let first = source.provide(None).await.unwrap();
    assert_eq!(source.provide(None).await.unwrap(), first);
    assert_eq!((token(&first), reads.load(Ordering::Relaxed)), ("t0", 1));
    let second = source.provide(Some(&first)).await.unwrap();
    assert_eq!(token(&second), "t1");
    // Whoever had the first ones refused as well gets what is there by now.
    assert_eq!(source.provide(Some(&first)).await.unwrap(), second);
    assert_eq!(reads.load(Ordering::Relaxed), 2);
}
