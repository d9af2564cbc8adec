//! New credentials.

use std::collections::HashSet;
use untag_identity::{make_access_key, make_token};

#[test]
fn tokens_are_long_and_random() {
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let token = make_token().unwrap();
        let random = token.text.strip_prefix("untag_").unwrap();
        assert_eq!(random.len(), 64);
        assert!(random.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        assert!(seen.insert(token.text), "a token came twice");
    }
}

#[test]
fn access_keys_look_as_the_providers_do() {
    let mut characters = HashSet::new();
    for _ in 0..100 {
        let key = make_access_key().unwrap();
        assert_eq!((key.id.len(), key.secret.len()), (20, 40));
        assert!(key.id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        characters.extend(key.secret.bytes());
        let shown = format!("{key:?}");
        assert!(shown.contains(&key.id) && !shown.contains(&key.secret), "{shown}");
    }
    // Of 4000 characters, each of the 62 is there but for one case in 10^26.
    assert_eq!(characters.len(), 62);
}
