//! Static tokens.

use crate::{OTHER_PROJECT, PROJECT, at, authenticator, configuration, refusal, with_token};
use untag_identity::{AuthenticationError, RefusalKind, make_token};

fn file(sha256: &str, rest: &str) -> String {
    format!(
        r#"
        [[users]]
        id = "u-1"
        name = "ada"
        account = "a-1"
        account_name = "acme"
        projects = ["{PROJECT}", "{OTHER_PROJECT}"]
        roles = ["op_service", "auditor"]

        [[tokens]]
        sha256 = "{sha256}"
        user = "u-1"
        {rest}
        "#
    )
}

#[tokio::test]
async fn a_token_of_the_file_is_its_users() {
    let token = make_token().unwrap();
    // Either case of hexadecimal digits is the same digest.
    for sha256 in [token.sha256.clone(), token.sha256.to_uppercase()] {
        let text = file(&sha256, "");
        let authenticator = authenticator(&text);
        let principal = with_token(&authenticator, &token.text, at(0)).await.unwrap();
        assert_eq!(Some(&principal), configuration(&text).principal("u-1"));
        assert_eq!((&*principal.user_id, &*principal.user_name), ("u-1", "ada"));
        assert_eq!((&*principal.account_id, &*principal.account_name), ("a-1", "acme"));
        assert!(principal.may_act_in(PROJECT) && principal.may_act_in(OTHER_PROJECT));
        assert!(!principal.may_act_in("another"));
        assert!(principal.is_op_service() && principal.roles.contains("auditor"));
        assert!(!principal.is_account);
    }
}

#[tokio::test]
async fn other_tokens_are_refused_and_counted() {
    let token = make_token().unwrap();
    let authenticator = authenticator(&file(&token.sha256, ""));
    let longer = format!("{} ", token.text);
    // The digest is not the token, and neither is a part of it.
    let others = ["", "nonsense", &token.text[1..], &token.text.to_uppercase(), &longer, &token.sha256];
    for other in others {
        let refused = with_token(&authenticator, other, at(0)).await;
        assert_eq!(refusal(refused), RefusalKind::UnknownToken, "{other}");
    }
    let counts = authenticator.counts();
    assert_eq!(counts.refused[&RefusalKind::UnknownToken], others.len() as u64);
    assert_eq!(counts.refused.values().sum::<u64>(), others.len() as u64);
    assert_eq!(counts.failed, 0);
    assert_eq!(counts.refused.len(), RefusalKind::ALL.len());
}

#[tokio::test]
async fn an_expired_token_says_so() {
    let token = make_token().unwrap();
    // 2027-01-15T08:00:00Z, as TOML's own date-time, as text, and in another zone.
    for expires in ["2027-01-15T08:00:00Z", r#""2027-01-15T08:00:00Z""#, "2027-01-15 16:00:00+08:00"] {
        let authenticator = authenticator(&file(&token.sha256, &format!("expires = {expires}")));
        let before = at(0) - std::time::Duration::from_millis(1);
        with_token(&authenticator, &token.text, before).await.unwrap();
        let refused = with_token(&authenticator, &token.text, at(0)).await;
        let Err(AuthenticationError::Refused { kind, message }) = refused else { panic!("{refused:?}") };
        assert_eq!(kind, RefusalKind::ExpiredToken);
        assert_eq!(message, "the token has expired; get a new one");
    }
}

#[tokio::test]
async fn debug_output_shows_no_token() {
    let token = make_token().unwrap();
    let text = file(&token.sha256, "");
    let presented = untag_identity::Presented {
        credential: untag_identity::Credential::Token(&token.text),
        method: &http::Method::DELETE,
        raw_path: "/",
        raw_query: None,
        headers: &[(http::HeaderName::from_static("x-auth-token"), token.text.parse().unwrap())]
            .into_iter()
            .collect(),
        body: token.text.as_bytes(),
        now: at(0),
    };
    let authenticator = authenticator(&text);
    let shown = format!("{token:?}{presented:?}{authenticator:?}{:?}", configuration(&text));
    assert!(!shown.contains(&token.text), "{shown}");
}
