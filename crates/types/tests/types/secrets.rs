//! Tokens do not show themselves.

use untag_types::AuthToken;
use untag_types::validate::Validate;

#[test]
fn debugging_output_hides_the_token() {
    let token = AuthToken::new("MARK").unwrap();
    assert_eq!(format!("{token:?}"), "AuthToken(redacted)");
    assert_eq!(format!("{:?}", Some(&token)), "Some(AuthToken(redacted))");
    assert_eq!(token.expose(), "MARK");
}

#[test]
fn a_token_that_is_refused_is_not_repeated() {
    for bad in ["MARK\r\nX: y", "MARK\u{0}", "MÄRK", " MARK", "MARK ", "MARK\t"] {
        let violations = AuthToken::new(bad).unwrap_err();
        let sentence = "the value must consist of printable ASCII characters without a space at either end";
        assert_eq!(violations.to_string(), sentence, "{bad:?}");
        assert!(!format!("{violations:?}").contains("MARK"));
    }
    assert!(AuthToken::new("").is_err());
}

#[test]
fn real_tokens_fit() {
    assert!(AuthToken::new("x".repeat(40_000)).is_ok());
    assert!(AuthToken::new("x".repeat(40_001)).is_err());
    assert!(AuthToken::new("a b+/=-_.~").is_ok());
}

#[test]
fn equality_is_that_of_the_texts() {
    let token = |text: &str| AuthToken::new(text).unwrap();
    assert_eq!(token("abc"), token("abc"));
    for other in ["abd", "bbc", "ab", "abcd"] {
        assert_ne!(token("abc"), token(other));
    }
}

#[test]
fn the_wire_has_the_token_itself() {
    let token = AuthToken::new("abc").unwrap();
    assert_eq!(serde_json::to_string(&token).unwrap(), r#""abc""#);
    let read: AuthToken = serde_json::from_str(r#""abc""#).unwrap();
    assert!(read.validate().is_ok());
    assert_eq!(read, token);
}
