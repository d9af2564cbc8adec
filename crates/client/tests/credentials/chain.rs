//! Which source of a chain is asked, and which failure ends the search.

use crate::{AK, Home, SK, failure, key, token};
use untag_client::credentials::CredentialsErrorKind::{Absent, Incomplete, Invalid};
use untag_client::credentials::{Chain, Credentials, Issued, Profile, ProvideCredentials};

const FILE: &str = "[basic]\nak = FILE\nsk = s3cret-s3cret-s3cret-s3cret\n";

#[tokio::test]
async fn the_environment_comes_before_the_file() {
    let home = Home::with(FILE);
    let both = home.surroundings([("HUAWEICLOUD_SDK_AK", AK), ("HUAWEICLOUD_SDK_SK", SK)]);
    let issued = Chain::standard(&both).provide(None).await.unwrap();
    assert_eq!((key(&issued).0.as_str(), issued.source()), (AK, "the environment (HUAWEICLOUD_SDK_AK)"));

    let issued = Chain::standard(&home.surroundings([])).provide(None).await.unwrap();
    assert_eq!(key(&issued).0, "FILE");
    assert_eq!(issued.source(), "the profile [basic] of ~/.huaweicloud/credentials");
}

#[tokio::test]
async fn half_of_a_key_never_falls_through() {
    let home = Home::with(FILE);
    let half = home.surroundings([("HUAWEICLOUD_SDK_AK", AK), ("HUAWEICLOUD_SDK_SK", "")]);
    let error = failure(&Chain::standard(&half), Incomplete).await;
    assert!(error.problem().starts_with("the environment has HUAWEICLOUD_SDK_AK but not"), "{error}");

    let fallback = Issued::from(Credentials::from(AK.parse::<untag_client::types::AuthToken>().unwrap()));
    for (contents, kind) in [("[basic]\nak = s3cret\n", Incomplete), ("[basic\n", Invalid)] {
        let home = Home::with(contents);
        let chain = Chain::standard(&home.surroundings([])).then(fallback.clone());
        failure(&chain, kind).await;
    }
    // The one that has nothing at all is passed over.
    let chain = Chain::standard(&Home::empty().surroundings([])).then(fallback.clone());
    assert_eq!(chain.provide(None).await.unwrap().source(), "the program");
}

#[tokio::test]
async fn without_any_the_error_names_every_place() {
    let home = Home::empty();
    assert_eq!(
        failure(&Chain::standard(&home.surroundings([])), Absent).await.to_string(),
        "the environment has neither UNTAG_TOKEN nor HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, \
         and there is no file ~/.huaweicloud/credentials: \
         set UNTAG_TOKEN, or both HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, \
         or write the section [basic] with ak and sk into ~/.huaweicloud/credentials"
    );
    failure(&Chain::new(), Absent).await;
}

#[tokio::test]
async fn what_expired_is_renewed_where_it_came_from() {
    let home = Home::with(FILE);
    let chain = Chain::standard(&home.surroundings([]));
    let old = chain.provide(None).await.unwrap();
    home.write(format!("[basic]\nak = {AK}\nsk = {SK}\n"));
    assert_eq!(chain.provide(None).await.unwrap(), old);
    let new = chain.provide(Some(&old)).await.unwrap();
    assert_eq!(key(&new).0, AK);

    // The environment has nothing newer, and the file is no substitute for it.
    let surroundings = home.surroundings([("UNTAG_TOKEN", "t0ken")]);
    let chain = Chain::standard(&surroundings);
    let old = chain.provide(None).await.unwrap();
    assert_eq!(token(&chain.provide(Some(&old)).await.unwrap()), "t0ken");
}

#[tokio::test]
async fn a_chain_of_ones_own() {
    let home = Home::with(FILE);
    let profile = Profile::new(&home.surroundings([]));
    let issued = Chain::new().then(profile).provide(None).await.unwrap();
    assert_eq!(key(&issued).0, "FILE");
}
