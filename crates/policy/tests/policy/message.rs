//! Authorization messages: what is in them, who can read them, and how long they get.

use untag_policy::message::{AuthorizationMessage, Error, Key, MAX_LENGTH, Principal};
use untag_policy::{Context, Policy, Request, Urn, explain, permission};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

const POLICY: &str = r#"{"Version": "5.0", "Statement": [
  {"Effect": "Allow", "Action": ["workspace:*:*"]},
  {"Sid": "KeepProd", "Effect": "Deny", "Action": ["workspace:desktops:untag"],
   "Condition": {"StringEquals": {"g:ResourceTag/env": ["prod"]}, "StringEqualsIfExists": {"g:ResourceTag/team": ["red"]}}},
  {"Effect": "Allow", "Action": ["ecs:*:*"], "Condition": {"StringEquals": {"g:ResourceTag/other": ["x"]}}}]}"#;

fn key() -> Key {
    Key::from_text(KEY).unwrap()
}

fn principal() -> Principal {
    Principal {
        user_id: "u1".to_owned(),
        user_name: Some("Kim".to_owned()),
        account: "acc".to_owned(),
        roles: vec!["viewer".to_owned()],
    }
}

fn message_for(policy: &str, urn: &Urn, principal: Principal, context: &Context) -> AuthorizationMessage {
    let policies = [Policy::parse("team.json", policy).unwrap()];
    let request = Request { action: permission::DELETE_DESKTOP_TAG.action, resource: urn, context };
    let time = "2026-01-31T23:59:59Z".parse().unwrap();
    AuthorizationMessage::new("req-1", time, principal, &request, &explain(&policies, &request))
}

fn message() -> AuthorizationMessage {
    let mut context = Context::new();
    context
        .resource_tag("env", "prod")
        .resource_tag("other", "x")
        .resource_tag("password", "hunter2")
        .user_name("Kim");
    message_for(POLICY, &permission::desktop("r", "acc", "d1"), principal(), &context)
}

#[test]
fn says_who_what_on_which_tags_and_why() {
    let encoded = message().encode(&key()).unwrap();
    assert!(
        encoded.len() <= MAX_LENGTH
            && encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    let decoded = AuthorizationMessage::decode(&format!(" {encoded}\n"), &key()).unwrap();
    assert_eq!(decoded, message());
    // Only what the policies asked about is in it: neither the password, nor a tag that another action's statement asks for.
    insta::assert_json_snapshot!(decoded);
}

#[test]
fn two_encodings_of_one_message_have_nothing_in_common_but_the_header() {
    let (one, other) = (message().encode(&key()).unwrap(), message().encode(&key()).unwrap());
    assert_eq!(one.len(), other.len());
    let same = one.bytes().zip(other.bytes()).skip(14).filter(|(one, other)| one == other).count();
    assert!(same < one.len() / 8, "{same} of {} characters", one.len());
}

#[test]
fn whoever_lacks_the_key_learns_nothing() {
    let encoded = message().encode(&key()).unwrap();
    let other = Key::from_text(&KEY.replace("00", "ff")).unwrap();
    assert_eq!(AuthorizationMessage::decode(&encoded, &other), Err(Error::OtherKey));
}

#[test]
fn a_message_that_was_cut_anywhere_is_refused_as_such() {
    let encoded = message().encode(&key()).unwrap();
    for length in 0..encoded.len() {
        let error = AuthorizationMessage::decode(&encoded[..length], &key()).unwrap_err();
        let expected = if length < 4 { Error::NotOurs } else { Error::Truncated };
        assert_eq!(error, expected, "after {length} of {} characters", encoded.len());
    }
}

#[test]
fn a_message_that_was_changed_anywhere_is_refused() {
    let encoded = message().encode(&key()).unwrap();
    for at in 0..encoded.len() {
        for char in ['A', 'z', '_', '!'] {
            if encoded.as_bytes()[at] == char as u8 {
                continue;
            }
            let mut changed = encoded.clone();
            changed.replace_range(at..=at, &char.to_string());
            let error = AuthorizationMessage::decode(&changed, &key()).unwrap_err();
            // Behind header and nonce there is nothing but ciphertext.
            if at >= 40 && char != '!' && at + 1 < encoded.len() {
                assert_eq!(error, Error::Damaged, "{at}");
            }
        }
    }
    assert_eq!(AuthorizationMessage::decode(&format!("{encoded}AAAA"), &key()), Err(Error::Damaged));
}

#[test]
fn what_is_not_ours_is_called_so() {
    for text in ["", "x", "3q2-7wAAAAF1bnRhZy1leGFtcGxl", "{\"a\":1}", "dXRn中", &"A".repeat(MAX_LENGTH + 1)]
    {
        assert_eq!(AuthorizationMessage::decode(text, &key()), Err(Error::NotOurs), "{text}");
    }
    assert_eq!(AuthorizationMessage::decode("dXRnCQAAAAAAAA", &key()), Err(Error::Version(9)));
}

#[test]
fn what_does_not_fit_is_left_out_and_counted() {
    // As long as the contract lets a tag be, and JSON needs six characters for each of these.
    let huge = "\u{1}".repeat(255);
    let mut context = Context::new();
    let mut conditions = Vec::new();
    for number in 0..20 {
        let name = format!("tag{number:02}");
        context.resource_tag(&name, if number % 2 == 0 { &huge } else { "short" });
        conditions.push(format!(r#""g:ResourceTag/{name}":["x"]"#));
    }
    let policy = format!(
        r#"{{"Version":"5.0","Statement":[{{"Effect":"Allow","Action":["*"],"Condition":{{"StringEquals":{{{}}}}}}}]}}"#,
        conditions.join(",")
    );
    let full = message_for(&policy, &permission::desktop("r", "acc", "d1"), principal(), &context);
    assert_eq!(full.context.len(), 20);
    let encoded = full.encode(&key()).unwrap();
    assert!(encoded.len() <= MAX_LENGTH);
    let decoded = AuthorizationMessage::decode(&encoded, &key()).unwrap();
    let left: Vec<&str> = decoded.context.keys().map(String::as_str).collect();
    // The long ones went, in order, until the rest fitted; the short ones are all there.
    assert_eq!(decoded.shortened.context_keys, 20 - left.len());
    assert_eq!(left.iter().filter(|key| full.context[**key].0[0].as_deref() == Some("short")).count(), 10);
    assert_eq!(left.len(), 14, "{left:?}");
    assert_eq!((decoded.shortened.roles, decoded.shortened.texts), (0, false));
    assert_eq!((&decoded.principal, &decoded.decision), (&full.principal, &full.decision));
    let again = full.encode(&key()).unwrap();
    assert_eq!(AuthorizationMessage::decode(&again, &key()).unwrap(), decoded);

    // Nothing is so long that there is no message.
    let endless = "\u{1}".repeat(100_000);
    let principal = Principal {
        user_id: endless.clone(),
        user_name: Some(endless.clone()),
        account: endless.clone(),
        roles: vec![endless.clone(); 100],
    };
    let mut message = message_for(&policy, &Urn::new(&endless, "r", "a", "t", "p"), principal, &context);
    message.request_id.clone_from(&endless);
    message.action.clone_from(&endless);
    message.decision = self::message().decision;
    if let Some(by) = &mut message.decision.by {
        by.policy.clone_from(&endless);
        by.sid = Some(endless);
    }
    let encoded = message.encode(&key()).unwrap();
    assert!(encoded.len() <= MAX_LENGTH);
    let decoded = AuthorizationMessage::decode(&encoded, &key()).unwrap();
    assert_eq!(
        (decoded.shortened.context_keys, decoded.shortened.roles, decoded.shortened.texts),
        (20, 100, true)
    );
    assert!(decoded.action.ends_with('…') && decoded.action.chars().count() == 121);
}

#[test]
fn every_length_around_the_limit_fits() {
    let mut fullest = 0;
    for length in 7_150..7_400 {
        let mut message = message();
        message.action = "a".repeat(length);
        let encoded = message.encode(&key()).unwrap();
        assert!(encoded.len() <= MAX_LENGTH, "{length}");
        fullest = fullest.max(encoded.len());
        let decoded = AuthorizationMessage::decode(&encoded, &key()).unwrap();
        let whole = decoded.shortened.is_empty();
        assert_eq!(whole, decoded == message, "{length}");
    }
    assert_eq!(fullest, MAX_LENGTH);
}

#[test]
fn keys_are_read_as_hex_or_base64_and_never_shown() {
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let encoded = message().encode(&key()).unwrap();
    for text in [base64, base64.trim_end_matches('='), &KEY.to_uppercase(), &format!("\n{KEY}\r\n")] {
        assert!(AuthorizationMessage::decode(&encoded, &Key::from_text(text).unwrap()).is_ok(), "{text}");
    }
    // All ones: + and / in one alphabet, - and _ in the other.
    for text in ["/".repeat(42) + "8=", "_".repeat(42) + "8"] {
        let ones = Key::from_text(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(
            AuthorizationMessage::decode(
                &message().encode(&ones).unwrap(),
                &Key::from_text(&"f".repeat(64)).unwrap()
            )
            .is_ok()
        );
    }
    for text in [
        "",
        "secret",
        &KEY[..62],
        &format!("{KEY}00"),
        &"g".repeat(64),
        &"中".repeat(16),
        &"A".repeat(44),
        "-/",
    ] {
        let error = Key::from_text(text).unwrap_err();
        assert_eq!(error, Error::Key, "{text}");
        assert!(text.is_empty() || !error.to_string().contains(text));
    }
    let debug = format!("{:?}", key());
    assert_eq!(debug, "Key(redacted)");

    let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());
    assert_ne!(one, other);
    assert!(Key::from_text(&one).is_ok());
}

/// Made with another implementation of AES-256-GCM-SIV from the layout in the documentation, under [`KEY`].
const FOREIGN: &str = concat!(
    "dXRnARpY9vgBCgABAgMEBQYHCAkKC-1vu4NcJCduhZVeJGPgvtZRLIDnYefFz6u_0bR1DGQ24Jfn2miEtIGdqK_L6bb15aRc",
    "TsIr704ECfZnWIbcJasr450YSeyOzjnUSX6fE5G0EFkcTYQ7QgWnNepRCieBb8JDh92mYdaFWD7zU1Cwy9vgB67zedNXmQpx",
    "y7Uga4ylCg2nvCk5d3W_mlpEwZl4Vz05fXxokAP0fXs7XIB3kZtC5TSZuk7v5wQjjYX51rAmdMUxutqY_xQ0ylEK6hKxchAl",
    "zUYxMoRCapCAP79pQSKm_0_4eN7osdSNqVu_BlmMozF91oouxCgWEUzQDoYWuea2EW-B4oiDC0ktzMNV8MlIZa_gxfuyPUVY",
);

#[test]
fn a_message_of_another_implementation_is_read() {
    let decoded = AuthorizationMessage::decode(FOREIGN, &key()).unwrap();
    assert_eq!((&*decoded.request_id, &*decoded.resource), ("req-9", "workspace:r:acc:desktop:d1"));
    assert_eq!(decoded.context["g:RequestTag/env"].0, [None]);
    assert_eq!(decoded.decision.by, None);
    assert!(!decoded.decision.is_allowed() && decoded.shortened.is_empty());
}

#[test]
fn what_decides_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<(Policy, Context, Key, AuthorizationMessage)>();
}
