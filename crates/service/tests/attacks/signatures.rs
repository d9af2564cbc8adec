//! Signed requests, sent again and changed. What each change of a request does to its signature is proved in `untag-signing`;
//! here the service has to refuse it, and to remove nothing.

use crate::people::{How, Person};
use crate::scene::Scene;
use crate::support::{ACCOUNT, PROJECT, Site, resource};
use serde_json::json;

const TARGET: &str = "/v1/0123456789abcdef0123456789abcdef/desktop/one/tags/delete";
const BODY: &str = r#"{"tags":[{"key":"named"}]}"#;

fn scene() -> (Scene, Person) {
    let site = Site::new();
    let person = Person::add(&site, "signer", ACCOUNT, &[PROJECT], "is_account = true");
    (Scene::at(site, &["one", "two"], &[]), person)
}

#[test]
fn a_request_that_is_sent_again_outside_of_its_window_is_refused() {
    let (scene, person) = scene();
    let before = scene.contents();
    // As it would have been recorded then, and as somebody may hold it for later.
    for seconds in [-901, -3600, -86_400 * 365, 901 + 60, 3600] {
        let request = person.signed("DELETE", TARGET, BODY, How { seconds, ..How::default() });
        let answer = scene.server.connect().ask(&request);
        assert_eq!(answer.status, 401, "{seconds}");
    }
    assert_eq!(scene.contents(), before);
    assert_eq!(scene.server.figure("untagd_authentication_refusals_total{reason=\"clock_skew\"}"), 5);
}

#[test]
fn a_request_that_is_sent_again_inside_of_its_window_does_what_it_did_and_nothing_else() {
    let (scene, person) = scene();
    let request = person.signed("DELETE", TARGET, BODY, How::default());
    let mut connection = scene.server.connect();
    assert_eq!(connection.ask(&request).status, 204);
    assert_eq!(connection.ask(&request).status, 204);
    // What has been set again since goes again: the README says that a signature holds for its window.
    assert_eq!(scene.contents().trail.len(), 1);
    scene.site.import(&[resource("one", &json!({ "named": "again" }))]);
    assert_eq!(connection.ask(&request).status, 204);
    let contents = scene.contents();
    assert_eq!(contents.trail.len(), 2);
    assert!(contents.trail.iter().all(|row| row.key == "named" && row.resource.resource_id == "one"));
}

#[test]
fn a_request_that_is_changed_inside_of_its_window_is_refused() {
    let (scene, person) = scene();
    let before = scene.contents();
    let good = person.signed("DELETE", TARGET, BODY, How { project: Some(PROJECT), ..How::default() });
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let line = |name: &str| {
        let line = good.lines().find(|line| line.starts_with(name)).unwrap();
        format!("{line}\r\n")
    };
    let (date, authorization) = (line("X-Sdk-Date"), line("Authorization"));
    let key = authorization.split("Access=").nth(1).unwrap().split(',').next().unwrap();
    let requests = [
        ("the method", changed("DELETE ", "POST ")),
        ("another resource", changed("/desktop/one/", "/desktop/two/")),
        ("another type", changed("/desktop/one/", "/disk/one/")),
        ("another tag", changed("named", "keepr")),
        ("the case of a key", changed("named", "Named")),
        ("a query", changed("/delete ", "/delete?x=1 ")),
        ("another host", changed("untag.test", "other.test")),
        ("another content type", changed("application/json", "application/json;charset=utf-8")),
        ("another date", changed(&date, "X-Sdk-Date: 20260101T000000Z\r\n")),
        ("two dates", changed(&date, &date.repeat(2))),
        ("no date", changed(&date, "")),
        (
            "another project",
            changed(&format!("X-Project-Id: {PROJECT}"), &format!("X-Project-Id: {}", "f".repeat(32))),
        ),
        ("no project", changed(&format!("X-Project-Id: {PROJECT}\r\n"), "")),
        (
            "two projects",
            changed("X-Project-Id:", &format!("X-Project-Id: {}\r\nX-Project-Id:", "f".repeat(32))),
        ),
        ("a security token that is not signed", changed("Host:", "X-Security-Token: x\r\nHost:")),
        ("no signed headers", changed(&authorization, &authorization.replace("host;", ""))),
        ("another access key", changed(key, "NOBODYSKEY0000000000")),
        ("an access key in another case", changed(key, &key.to_lowercase())),
        ("an upper-case algorithm", changed("SDK-HMAC-SHA256", "sdk-hmac-sha256")),
        ("another algorithm", changed("SDK-HMAC-SHA256", "SDK-HMAC-SM3")),
        (
            "no signature",
            changed(
                &authorization,
                "Authorization: SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=\r\n",
            ),
        ),
    ];
    for (what, request) in requests {
        let answer = scene.server.connect().ask(&request);
        // POST is none of the path's methods; everything else fails as a signature.
        let expected = if what == "the method" { 405 } else { 401 };
        assert_eq!(answer.status, expected, "{what}: {}", answer.text());
        assert_eq!(scene.contents(), before, "{what}");
    }
    // Unchanged, it is good: none of them was refused for another reason.
    assert_eq!(scene.server.connect().ask(&good).status, 204);
}

#[test]
fn a_path_that_is_spelt_otherwise_is_no_other_resource_to_a_signature() {
    let (scene, person) = scene();
    scene.site.import(&[resource("o/ne", &json!({ "keep": "me" }))]);
    let before = scene.contents();
    let desktop = format!("/v2/{PROJECT}/desktops/one/tags/named");
    let good = person.signed("DELETE", &desktop, "", How::default());
    let spelt = |path: &str| good.replacen(&desktop, path, 1);
    for (what, path, status) in [
        // The signature covers the decoded path, and these decode to the same one.
        ("slashes of the template, encoded", format!("/v2/{PROJECT}/desktops%2Fone/tags/named"), 404),
        ("slashes between id and key, encoded", format!("/v2/{PROJECT}/desktops/one%2Ftags%2Fnamed"), 404),
        ("another end", format!("{desktop}/"), 404),
        ("two slashes", format!("/v2/{PROJECT}/desktops//one/tags/named"), 404),
        ("dots", format!("/v2/{PROJECT}/desktops/x/../one/tags/named"), 404),
        ("another id of the same text", format!("/v2/{PROJECT}/desktops/one%2ftags/x/tags/named"), 404),
    ] {
        assert_eq!(scene.server.connect().ask(&spelt(&path)).status, status, "{what}");
        assert_eq!(scene.contents(), before, "{what}");
    }
    // `desktops/o%2Ftags%2Fp/tags/q` and `desktops/o/tags/p%2Ftags%2Fq` sign alike; the first is refused to everybody.
    let key = format!("/v2/{PROJECT}/desktops/one/tags/named%2Ftags%2Fkeep");
    let signed = person.signed("DELETE", &key, "", How::default());
    let moved = signed.replacen(&key, &format!("/v2/{PROJECT}/desktops/one%2Ftags%2Fnamed/tags/keep"), 1);
    assert_eq!(scene.server.connect().ask(&moved).status, 401);
    assert_eq!(scene.contents(), before);
}
