//! Policies that are to be read otherwise than they are written: case, look-alikes, forms of Unicode, patterns.

use crate::injection::encoded;
use crate::people::Person;
use crate::support::{
    ACCOUNT, Contents, PROJECT, Site, Untagd, batch_untag, delete_desktop_tag, output, resource, stderr,
};
use serde_json::{Value, json};
use std::fs;

/// A service with one user, whom one policy binds.
struct Bound {
    site: Site,
    user: Person,
    server: Untagd,
}

/// Writes the policy of the user.
fn write(site: &Site, statements: &Value) {
    let policy = json!({ "Version": "5.0", "Statement": statements });
    fs::write(site.file("policy.json"), policy.to_string()).unwrap();
}

fn site(statements: &Value) -> (Site, Person) {
    let site = Site::new();
    let user = Person::add(&site, "eve", ACCOUNT, &[PROJECT], "");
    let file = site.file("authentication.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(file, text + "\n[[policies]]\nfile = \"policy.json\"\nusers = [\"eve\"]\n").unwrap();
    write(&site, statements);
    (site, user)
}

fn bound(statements: &Value, resources: &[Value]) -> Bound {
    let (site, user) = site(statements);
    site.import(resources);
    let server = site.start(&[]);
    Bound { site, user, server }
}

impl Bound {
    /// What both operations answer that remove this key of this desktop.
    fn ask(&self, desktop: &str, key: &str) -> [u16; 2] {
        let body = json!({ "tags": [{ "key": key }] });
        let id = encoded(desktop);
        let single = delete_desktop_tag(&self.user.token, &id, key);
        let batch = batch_untag(&self.user.token, "desktop", &id, &body);
        [single, batch].map(|request| self.server.connect().ask(&request).status)
    }

    fn contents(&self) -> Contents {
        self.site.contents()
    }
}

fn all() -> Value {
    json!({ "Effect": "Allow", "Action": ["workspace:*:*", "secmaster:*:*"] })
}

/// A desktop, as policies name it for each operation.
fn of(desktop: &str) -> Value {
    json!([format!("workspace:*:*:desktop:{desktop}"), format!("secmaster:*:*:resource:desktop/{desktop}")])
}

/// The actions of both operations.
fn both() -> Value {
    json!(["workspace:desktops:untag", "secmaster:resources:untag"])
}

#[test]
fn a_denial_by_resource_is_for_exactly_the_id_that_is_written() {
    let denied = "vip-é";
    let deny = json!({ "Effect": "Deny", "Action": both(), "Resource": of(denied) });
    // The same to look at, and other texts: each is a resource of its own, and never the denied one.
    let alike = ["vip-e\u{301}", "VIP-É", "Vip-é", "vip-è", "vір-é", "vip-é\u{200b}", "vip-é "];
    let ids: Vec<Value> = [denied]
        .iter()
        .chain(&alike)
        .map(|id| resource(id, &json!({ "named": "1", "keep": "me" })))
        .collect();
    let bound = bound(&json!([all(), deny]), &ids);
    let before = bound.contents();
    assert_eq!(bound.ask(denied, "named"), [403, 403]);
    assert_eq!(bound.contents(), before);
    for id in alike {
        assert_eq!(bound.ask(id, "named"), [204, 204], "{id:?}");
    }
    let after = bound.contents();
    let (_, left) = after.resources.iter().find(|(key, _)| key.resource_id == denied).unwrap();
    assert_eq!((left.tags.len(), after.trail.len()), (2, alike.len()));
}

#[test]
fn an_allowance_by_resource_is_not_for_what_looks_alike() {
    let allow = json!({ "Effect": "Allow", "Action": both(), "Resource": of("café-1") });
    let ids = [
        "cafe\u{301}-1",
        "CAFÉ-1",
        "Café-1",
        "cafe-1",
        "саfé-1",
        "café-1 ",
        "café-10",
        "xcafé-1",
        "café-1:x",
        "café-1/x",
        "*",
    ];
    let resources: Vec<Value> =
        ids.iter().chain(&["café-1"]).map(|id| resource(id, &json!({ "named": "1" }))).collect();
    let bound = bound(&json!([allow]), &resources);
    let before = bound.contents();
    for id in ids {
        assert_eq!(bound.ask(id, "named"), [403, 403], "{id:?}");
    }
    assert_eq!(bound.contents(), before);
    assert_eq!(bound.ask("café-1", "named"), [204, 204]);
}

#[test]
fn patterns_in_ids_and_keys_are_text_and_patterns_in_policies_are_whole() {
    let denied = json!({ "Effect": "Deny", "Action": both(), "Resource": of("vip?-*-end") });
    let cases = [
        ("vip1--end", 403),
        ("vip1-a-b-end", 403),
        ("vip中-x-end", 403),
        // `?` is one character, and the pattern is about the whole id.
        ("vip--end", 204),
        ("vip12--end", 204),
        ("xvip1--end", 204),
        ("vip1--endx", 204),
        ("vip?-*-end", 403),
        ("*", 204),
        ("${g:UserId}", 204),
        ("vip${x}", 204),
    ];
    let resources: Vec<Value> =
        cases.iter().map(|(id, _)| resource(id, &json!({ "named": "1", "keep": "" }))).collect();
    let bound = bound(&json!([all(), denied]), &resources);
    for (id, status) in cases {
        let before = bound.contents();
        let answers = bound.ask(id, "named");
        assert_eq!(answers, [status; 2], "{id:?}");
        assert_eq!(bound.contents() == before, status == 403, "{id:?}");
    }
}

#[test]
fn a_condition_on_a_tag_is_about_the_tag_that_is_stored() {
    let deny = json!({
        "Effect": "Deny", "Action": both(), "Condition": { "StringEquals": { "g:ResourceTag/team": ["blue"] } },
    });
    let with = |id: &str, tags: Value| resource(id, &tags);
    let bound = bound(
        &json!([all(), deny]),
        &[
            with("both", json!({ "team": "blue", "Team": "red", "named": "1" })),
            with("wide", json!({ "ｔｅａｍ": "blue", "team": "red", "named": "1" })),
            with("case", json!({ "team": "Blue", "named": "1" })),
        ],
    );
    let before = bound.contents();
    assert_eq!(bound.ask("both", "named"), [403, 403]);
    // Nor by taking the tag away first on which the denial rests.
    assert_eq!(bound.ask("both", "team"), [403, 403]);
    let together = json!({ "tags": [{ "key": "team" }, { "key": "named" }] });
    let batch = batch_untag(&bound.user.token, "desktop", "both", &together);
    assert_eq!(bound.server.connect().ask(&batch).status, 403);
    assert_eq!(bound.contents(), before);
    assert_eq!(bound.ask("wide", "named"), [204, 204]);
    assert_eq!(bound.ask("case", "named"), [204, 204]);
    assert_eq!(bound.contents().trail.len(), 2);
}

#[test]
fn a_condition_on_requested_keys_sees_every_tag_of_the_request() {
    let deny = json!({
        "Effect": "Deny", "Action": both(),
        "Condition": { "ForAnyValue:StringEquals": { "g:TagKeys": ["keep"] } },
    });
    let bound =
        bound(&json!([all(), deny]), &[resource("one", &json!({ "keep": "me", "named": "1", "Keep": "2" }))]);
    let before = bound.contents();
    let ask = |tags: Value| {
        let request = batch_untag(&bound.user.token, "desktop", "one", &json!({ "tags": tags }));
        bound.server.connect().ask(&request).status
    };
    assert_eq!(ask(json!([{ "key": "named" }, { "key": "keep" }])), 403);
    assert_eq!(ask(json!([{ "key": "keep", "value": "other" }, { "key": "named" }])), 403);
    assert_eq!(ask(json!([{ "key": "named" }, { "key": "named" }, { "key": "k\u{65}ep" }])), 403);
    assert_eq!(bound.ask("one", "keep"), [403, 403]);
    assert_eq!(bound.contents(), before);
    assert_eq!(ask(json!([{ "key": "Keep" }, { "key": "named" }])), 204);
    assert_eq!(bound.contents().resources[0].1.tags.keys().collect::<Vec<_>>(), ["keep"]);
}

#[test]
fn a_policy_that_means_something_else_than_it_says_is_refused_when_it_is_loaded() {
    let (site, _user) = site(&json!([all()]));
    let serve = site.serve();
    let mut check: Vec<&str> = serve.iter().map(String::as_str).collect();
    check[0] = "check-config";
    assert!(output(&check).status.success());
    for statement in [
        json!({ "Effect": "allow", "Action": both() }),
        json!({ "effect": "Deny", "Action": both() }),
        json!({ "Effect": "Deny", "action": both() }),
        json!({ "Effect": "Deny", "Action": both(), "Principal": "*" }),
        json!({ "Effect": "Deny", "Action": [] }),
        json!({ "Effect": "Deny", "Action": both(), "NotAction": both() }),
        json!({ "Effect": "Deny", "Action": both(), "Resource": [] }),
        json!({ "Effect": "Deny", "Action": both(), "Resource": ["desktop/one"] }),
        json!({ "Effect": "Deny", "Action": both(), "Condition": { "stringequals": { "g:UserId": ["eve"] } } }),
        json!({ "Effect": "Deny", "Action": both(), "Condition": { "StringEquals": { "g:UserName ": ["eve"] } } }),
        json!({ "Effect": "Deny", "Action": both(), "Condition": { "StringEquals": { "g:UserId": [] } } }),
        json!({ "Effect": "Deny", "Action": both(), "Condition": { "StringEquals": { "g:UserId": ["${g:UserName}"] } } }),
    ] {
        write(&site, &json!([all(), statement]));
        let ended = output(&check);
        assert_eq!(ended.status.code(), Some(3), "{statement}");
        assert!(stderr(&ended).contains("policy.json:1:"), "{statement}: {}", stderr(&ended));
    }
    // Not even where one of two says what was meant.
    let twice =
        r#"{"Version":"5.0","Statement":[{"Effect":"Deny","Effect":"Allow","Action":["workspace:*:*"]}]}"#;
    fs::write(site.file("policy.json"), twice).unwrap();
    assert_eq!(output(&check).status.code(), Some(3));
}
