//! What holds for every policy and every request, tried on very many of them.

use untag_policy::{Context, Policy, Request, Urn, evaluate, explain};

/// Numbers that look random and are the same each time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % sides
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.roll(list.len())]
    }
}

const ACTIONS: [&str; 2] = ["workspace:desktops:untag", "secmaster:resources:untag"];

fn statement(dice: &mut Dice, effect: &str) -> String {
    let action = dice.pick(&[
        r#""Action":["*"]"#,
        r#""Action":["workspace:*:*"]"#,
        r#""NotAction":["workspace:desktops:untag"]"#,
        r#""Action":["secmaster:resources:untag","ecs:*:*"]"#,
    ]);
    let resource =
        dice.pick(&["", r#","Resource":["*:*:*:*:d1"]"#, r#","Resource":["workspace:*:*:desktop:d?"]"#]);
    let operator = dice.pick(&["StringEquals", "StringNotEquals", "StringMatch", "StringNotMatchIfExists"]);
    let key = dice.pick(&["g:ResourceTag/a", "g:RequestTag/a", "g:UserName"]);
    let value = dice.pick(&["x", "y", "*"]);
    let set = dice.pick(&["ForAnyValue", "ForAllValues"]);
    let condition = match dice.roll(3) {
        0 => String::new(),
        1 => format!(r#","Condition":{{"{operator}":{{"{key}":["{value}"]}}}}"#),
        _ => format!(
            r#","Condition":{{"{set}:{operator}":{{"g:TagKeys":["{value}","z"]}},"Null":{{"{key}":["false"]}}}}"#
        ),
    };
    format!(r#"{{"Effect":"{effect}",{action}{resource}{condition}}}"#)
}

fn policy(statements: &[String]) -> Policy {
    let text = format!(r#"{{"Version":"5.0","Statement":[{}]}}"#, statements.join(","));
    Policy::parse("p", &text).unwrap_or_else(|refusals| panic!("{text}\n{refusals}"))
}

fn circumstances(dice: &mut Dice) -> (&'static str, Urn, Context) {
    let mut context = Context::new();
    for key in ["g:ResourceTag/a", "g:RequestTag/a", "g:RequestTag/a", "g:UserName", "g:TagKeys", "g:TagKeys"]
    {
        match dice.roll(4) {
            0 => {}
            1 if key.starts_with("g:RequestTag") => drop(context.insert(key, None).unwrap()),
            _ => drop(context.insert(key, Some(dice.pick(&["x", "y", "z"]))).unwrap()),
        }
    }
    let urn =
        Urn::new(dice.pick(&["workspace", "secmaster"]), "r", "a", "desktop", dice.pick(&["d1", "d2", "e"]));
    (dice.pick(&ACTIONS), urn, context)
}

#[test]
fn a_deny_never_widens_an_allow_never_narrows_and_order_does_not_matter() {
    let mut dice = Dice(0x5eed);
    let (mut allowed, mut flipped_by_deny, mut flipped_by_allow) = (0, 0, 0);
    for _ in 0..5_000 {
        let count = 1 + dice.roll(3);
        let mut statements: Vec<String> = Vec::new();
        for _ in 0..count {
            let effect = dice.pick(&["Allow", "Deny"]);
            statements.push(statement(&mut dice, effect));
        }
        let (action, resource, context) = circumstances(&mut dice);
        let request = Request { action, resource: &resource, context: &context };
        let before = evaluate(&[policy(&statements)], &request);
        allowed += usize::from(before.is_allowed());

        let explanation = explain(&[policy(&statements)], &request);
        assert_eq!(explanation.decision, before);
        assert_eq!(explanation.statements.len(), statements.len());

        let added_deny = statement(&mut dice, "Deny");
        let after = evaluate(&[policy(&statements), policy(std::slice::from_ref(&added_deny))], &request);
        assert!(before.is_allowed() || !after.is_allowed(), "{statements:?} and {added_deny}");
        flipped_by_deny += usize::from(before.is_allowed() != after.is_allowed());

        let added_allow = statement(&mut dice, "Allow");
        let after = evaluate(&[policy(&statements), policy(std::slice::from_ref(&added_allow))], &request);
        assert!(!before.is_allowed() || after.is_allowed(), "{statements:?} and {added_allow}");
        flipped_by_allow += usize::from(before.is_allowed() != after.is_allowed());

        statements.reverse();
        assert_eq!(evaluate(&[policy(&statements)], &request).reason, before.reason, "{statements:?}");
    }
    // The tries were worth it: each of these happened often.
    assert!(
        allowed > 500 && flipped_by_deny > 100 && flipped_by_allow > 100,
        "{allowed} {flipped_by_deny} {flipped_by_allow}"
    );
}

#[test]
fn no_text_makes_it_panic_and_what_it_loads_is_json() {
    const SEED: &str = r#"{"Version":"5.0","Statement":[
      {"Sid":"One","Effect":"Allow","Action":["workspace:desktops:untag","a:*:?"],"Resource":["workspace:*:*:desktop:*"],
       "Condition":{"StringEquals":{"g:ResourceTag/team":"r\u00e9d"},"ForAnyValue:StringMatchIfExists":{"g:TagKeys":["tmp-*","中"]},
       "NumberLessThan":{"g:ResourceTag/n":["-1.5"]},"DateLessThan":{"g:CurrentTime":["2026-01-01T00:00:00Z"]},
       "Bool":{"g:SecureTransport":"true"},"IpAddress":{"g:SourceIp":["192.0.2.0/24","2001:db8::/32"]},"Null":{"g:UserName":["false"]}}},
      {"Effect":"Deny","NotAction":["*"],"Resource":["*"]}]}"#;
    const PIECES: [&str; 22] = [
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "1e999",
        "\\",
        "\\ud800",
        "\n",
        "中",
        "\u{0}",
        "*",
        "?",
        "${",
        "/",
        "-",
        "9",
        "IfExists",
        "\"Effect\":\"Deny\",",
    ];
    assert!(Policy::parse("seed", SEED).is_ok());
    let mut dice = Dice(0xbad_5eed);
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let mut text: Vec<char> = SEED.chars().collect();
        for _ in 0..=dice.roll(3) {
            let start = dice.roll(text.len());
            let end = (start + dice.roll(4)).min(text.len());
            match dice.roll(4) {
                0 => drop(text.drain(start..end)),
                1 => drop(text.splice(start..end, dice.pick(&PIECES).chars())),
                2 => {
                    let other = dice.roll(text.len());
                    text.swap(start, other);
                }
                _ => {
                    let end = (start + dice.roll(80)).min(text.len());
                    let piece: Vec<char> = text[start..end].to_vec();
                    let at = dice.roll(text.len());
                    drop(text.splice(at..at, piece));
                }
            }
        }
        let text: String = text.into_iter().collect();
        match Policy::parse("mutated", &text) {
            Ok(policy) => {
                loaded += 1;
                assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
                let (action, resource, context) = circumstances(&mut dice);
                let request = Request { action, resource: &resource, context: &context };
                assert_eq!(evaluate([&policy], &request), explain([&policy], &request).decision);
            }
            Err(refusals) => {
                refused += 1;
                assert!(refusals.count() > 0, "{text}");
                for refusal in refusals.iter() {
                    let line = text
                        .split('\n')
                        .nth(refusal.line() - 1)
                        .unwrap_or_else(|| panic!("{refusal}\n{text}"));
                    assert!((1..=line.chars().count() + 1).contains(&refusal.column()), "{refusal}\n{text}");
                }
            }
        }
    }
    assert!(loaded > 200 && refused > 5_000, "{loaded} {refused}");
}

#[test]
fn nesting_costs_nothing() {
    for text in [
        "[".repeat(200_000),
        "{\"a\":".repeat(200_000),
        format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)),
    ] {
        assert_eq!(Policy::parse("deep", &text).unwrap_err().count(), 1);
        let inside = format!(r#"{{"Version":"5.0","Statement":[{text}]}}"#);
        assert!(Policy::parse("deep", &inside).is_err());
    }
}
