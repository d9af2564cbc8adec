//! Each kind of bad line: what is said of it, and that nothing of it is imported.

use crate::support::{CONTINUE, Database, OLD, PROJECT, STOP, desktop, resource};
use untag_service::transfer::{ImportEnding, ImportOptions, MAX_LINE, OnError, TagRules};

/// A resource whose line has this in the place of its tags.
fn members(rest: &str) -> Vec<u8> {
    format!(r#"{{"project_id":"{PROJECT}","resource_type":"workspace","resource_id":"bad"{rest}}}"#).into()
}

fn line(text: &str) -> Vec<u8> {
    text.trim_end().into()
}

/// One of each kind.
fn bad_lines() -> Vec<Vec<u8>> {
    let long = |count: usize| "中".repeat(count);
    let mut invalid = line(&desktop("bad", r#""中":"?""#));
    let at = invalid.iter().position(|byte| *byte == b'?').unwrap();
    invalid[at] = 0xff;
    vec![
        // Not JSON.
        invalid,
        line("# comment"),
        line(r#"{"project_id":"中","resource_type""#),
        members(r#","tags":{"k":"a	b"}"#),
        members(r#","tags":{"k":"\ud800"}"#),
        [members(""), b" {}".to_vec()].concat(),
        line("\u{feff}{}"),
        vec![b'['; 5000],
        vec![b' '; MAX_LINE + 1],
        // Not the shape.
        line("[]"),
        line("null"),
        line(r#"["p","desktop","d"]"#),
        line("{}"),
        line(r#"{"project_id":null,"resource_type":"t","resource_id":"i"}"#),
        line(r#"{"project_id":1,"resource_type":"t","resource_id":"i"}"#),
        members(r#","tag":{}"#),
        members(r#","project_id":"p""#),
        members(r#","tags":{},"tags":{}"#),
        members(r#","tags":null"#),
        members(r#","tags":[{"key":"k","value":"v"}]"#),
        members(r#","tags":{"k":null}"#),
        members(r#","tags":{"k":1}"#),
        members(r#","tags":{"k":"1","\u006b":"2"}"#),
        members(r#","sys_tags":{"_sys_enterprise_project_id":"0","_sys_enterprise_project_id":"0"}"#),
        // Ids.
        line(&resource("", "", "", "")),
        line(&resource(&long(256), "t", "i", "")),
        line(&resource("p", &long(101), "i", "")),
        line(&resource("p", "t", long(101), "")),
        line(&resource("p", "desktop", long(256), "")),
        line(&resource(r"p\u0000", r"t\n", r"i\u009f", "")),
        // Tags.
        members(r#","tags":{"":"v"}"#),
        members(&format!(r#","tags":{{"{}":"v"}}"#, long(129))),
        members(&format!(r#","tags":{{"k":"{}"}}"#, long(256))),
        members(r#","tags":{"_sys_k":"v"}"#),
        members(r#","tags":{" k":"v"}"#),
        members(r#","tags":{"k":"v "}"#),
        members(r#","tags":{"a/b":"a/b"}"#),
        members(r#","tags":{"a\u001b[2J":"v"}"#),
        members(r#","tags":{"1,":"","2,":"","3,":"","4,":"","5,":"","6,":""}"#),
        members(r#","sys_tags":{"k":"0"}"#),
        members(r#","sys_tags":{"_sys_enterprise_project_id":""}"#),
        members(r#","sys_tags":{"_sys_enterprise_project_id":"5aa119a8d25b45a78d1b88e127885635"}"#),
    ]
}

#[tokio::test]
async fn every_kind_is_named_with_its_place_and_left_out() {
    let bad = bad_lines();
    let good = desktop("good", r#""k":"v""#).into_bytes();
    let text = [good, bad.join(&b'\n'), b"\n".to_vec(), desktop("last", "").into_bytes()].concat();
    let database = Database::new();
    let (report, seen) = database.import(text, CONTINUE).await;
    assert_eq!(report.ending, ImportEnding::Complete);
    assert!(!report.is_success());
    assert_eq!((report.bad, report.created, report.lines), (bad.len() as u64, 2, bad.len() as u64 + 2));
    assert_eq!(
        seen.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(),
        (2..2 + bad.len() as u64).collect::<Vec<_>>()
    );
    let exported = database.export().await;
    assert_eq!(exported.lines().count(), 2);
    assert!(!exported.contains("bad"), "{exported}");
    insta::assert_snapshot!("every_kind", format!("{}\n{report}", seen.text()));
}

#[tokio::test]
async fn each_of_them_alone_stops_the_import() {
    for bad in bad_lines() {
        let text = [desktop("good", "").into_bytes(), bad, b"\n".to_vec(), desktop("next", "").into_bytes()]
            .concat();
        let database = Database::new();
        let (report, seen) = database.import(text, STOP).await;
        let told: Vec<_> = seen.bad.iter().map(|bad| bad.line).collect();
        assert_eq!(
            (report.ending, report.bad, told),
            (ImportEnding::BadLine(2), 1, vec![2]),
            "{}",
            seen.text()
        );
        assert_eq!((report.lines, database.export().await.as_str()), (0, ""));
    }
}

#[tokio::test]
async fn old_tags_are_let_in_when_asked_and_control_characters_never() {
    let good = desktop("good", r##""a,b/#":"x,y ","_sys_k":" ","\u2028":"#""##);
    let (report, _) = Database::new().import(good.clone(), STOP).await;
    assert_eq!(report.ending, ImportEnding::BadLine(1));
    let (report, seen) = Database::new().import(good, OLD).await;
    assert!(report.is_success(), "{}", seen.text());

    let long = |count: usize| "k".repeat(count);
    let options = ImportOptions { on_error: OnError::Continue, tags: TagRules::Old };
    let bad = [
        r#""":"""#.to_owned(),
        format!(r#""{}":"""#, long(129)),
        format!(r#""k":"{}""#, long(256)),
        r#""a\u0000":"""#.to_owned(),
        r#""a\u0085":"""#.to_owned(),
        r#""k":"a\nb""#.to_owned(),
    ];
    let text: String = bad.iter().map(|tags| desktop("bad", tags)).collect();
    let database = Database::new();
    let (report, seen) = database.import(text, options).await;
    assert_eq!(database.export().await, "");
    insta::assert_snapshot!("old_tags", format!("{}\n{report}", seen.text()));
}
