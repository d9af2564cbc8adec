//! Another tenant's resources, by every route that a request has.

use crate::people::{How, Person};
use crate::scene::Scene;
use crate::support::{Contents, PROJECT, Site};
use serde_json::json;
use std::fs;

/// The project of the other tenant.
const OTHER: &str = "fedcba9876543210fedcba9876543210";
const OTHER_ACCOUNT: &str = "0ddba11000000000000000000000ba11";

/// The tenant of the desktops `one` and `two`, and another with resources of the same ids, who is the attacker.
struct Tenants {
    scene: Scene,
    attacker: Person,
    /// Of the attacker's account, and allowed everything by a policy.
    user: Person,
    /// The attacker's tag management service.
    service: Person,
}

fn tenants() -> Tenants {
    let site = Site::new();
    let attacker = Person::add(&site, "mallory", OTHER_ACCOUNT, &[OTHER], "is_account = true");
    let user = Person::add(&site, "trudy", OTHER_ACCOUNT, &[OTHER], "");
    let service = Person::add(&site, "tms", OTHER_ACCOUNT, &[OTHER], "roles = [\"op_service\"]");
    let policy = json!({ "Version": "5.0", "Statement": [{ "Effect": "Allow", "Action": ["*:*:*"] }] });
    fs::write(site.file("all.json"), policy.to_string()).unwrap();
    let file = site.file("authentication.toml");
    let text = fs::read_to_string(&file).unwrap();
    let bound = "\n[[policies]]\nfile = \"all.json\"\nusers = [\"trudy\"]\nroles = [\"op_service\"]\n";
    fs::write(file, text + bound).unwrap();
    let of = |project: &str, id: &str| {
        json!({
            "project_id": project, "resource_type": "desktop", "resource_id": id, "tags": { "named": "1", "keep": "me" },
            "sys_tags": { "_sys_enterprise_project_id": "0" },
        })
    };
    site.import(&[of(OTHER, "one"), of(OTHER, "own"), of(PROJECT, "one"), of(PROJECT, "two")]);
    let scene = Scene::at(site, &[], &[]);
    Tenants { scene, attacker, user, service }
}

impl Tenants {
    /// The victim's part of the database.
    fn victim(&self) -> Contents {
        let mut contents = self.scene.contents();
        contents.resources.retain(|(key, _)| key.project_id == PROJECT);
        contents.trail.retain(|row| row.resource.project_id == PROJECT);
        contents
    }

    fn ask(&self, request: &str) -> u16 {
        self.scene.server.connect().ask(request).status
    }
}

/// Both operations on a resource, the second also on its system tags: method, path and body.
fn operations(project: &str, id: &str) -> [(String, &'static str); 3] {
    let batch = format!("/v1/{project}/desktop/{id}/tags/delete");
    [
        (format!("/v2/{project}/desktops/{id}/tags/named"), ""),
        (batch.clone(), r#"{"tags":[{"key":"named"}]}"#),
        (batch, r#"{"sys_tags":[{"key":"_sys_enterprise_project_id"}]}"#),
    ]
}

fn by_token(token: &str, path: &str, body: &str, lines: &str) -> String {
    format!(
        "DELETE {path} HTTP/1.1\r\nHost: untag.test\r\nX-Auth-Token: {token}\r\nContent-Type: application/json\r\n{lines}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn another_tenants_project_is_closed_to_every_credential_and_both_operations() {
    let tenants = tenants();
    let before = tenants.victim();
    for person in [&tenants.attacker, &tenants.user, &tenants.service] {
        for (path, body) in operations(PROJECT, "two") {
            assert_eq!(tenants.ask(&by_token(&person.token, &path, body, "")), 403, "{path}");
            // Signed with keys of one's own, bound to nothing, to one's own project, or to the victim's.
            for project in [None, Some(OTHER), Some(PROJECT)] {
                let request = person.signed("DELETE", &path, body, How { project, ..How::default() });
                assert_eq!(tenants.ask(&request), 403, "{path}, {project:?}");
            }
            assert_eq!(tenants.victim(), before, "{path}");
        }
    }
    // The same credentials are good at home.
    for (path, body) in operations(OTHER, "own") {
        assert_eq!(tenants.ask(&by_token(&tenants.service.token, &path, body, "")), 204, "{path}");
    }
    assert_eq!(tenants.victim(), before);
}

#[test]
fn whether_another_tenant_has_a_resource_is_not_to_be_learnt() {
    let tenants = tenants();
    let answers = |id: &str| {
        operations(PROJECT, id).map(|(path, body)| {
            let answer = tenants.scene.server.connect().ask(&by_token(&tenants.user.token, &path, body, ""));
            (answer.status, answer.json())
        })
    };
    assert_eq!(answers("two")[..2], answers("nowhere")[..2]);
    assert_eq!(answers("two").map(|(status, _)| status), [403; 3]);
}

#[test]
fn the_same_id_in_ones_own_project_is_ones_own_resource() {
    let tenants = tenants();
    let before = tenants.victim();
    for (path, body) in operations(OTHER, "one") {
        assert_eq!(tenants.ask(&by_token(&tenants.service.token, &path, body, "")), 204, "{path}");
    }
    // And an id of the victim's alone is nobody's.
    for (path, body) in operations(OTHER, "two") {
        assert_eq!(tenants.ask(&by_token(&tenants.service.token, &path, body, "")), 404, "{path}");
    }
    assert_eq!(tenants.victim(), before);
}

#[test]
fn no_header_names_another_tenant() {
    let tenants = tenants();
    let before = tenants.victim();
    let lines = [
        format!("X-Project-Id: {PROJECT}\r\n"),
        format!("X-Domain-Id: {}\r\n", crate::support::ACCOUNT),
        "X-User-Id: ana\r\n".to_owned(),
        format!("X-Roles: op_service\r\nX-Project-Id: {PROJECT}\r\nX-Identity-Status: Confirmed\r\n"),
        format!("X-Original-URL: /v2/{PROJECT}/desktops/two/tags/named\r\n"),
        format!("Host: {PROJECT}\r\n"),
    ];
    for line in &lines {
        for (path, body) in operations(OTHER, "two").into_iter().take(2) {
            let status = tenants.ask(&by_token(&tenants.attacker.token, &path, body, line));
            assert_eq!(status, if line.starts_with("Host") { 400 } else { 404 }, "{line}");
        }
        for (path, body) in operations(PROJECT, "two") {
            let status = tenants.ask(&by_token(&tenants.attacker.token, &path, body, line));
            assert_eq!(status, if line.starts_with("Host") { 400 } else { 403 }, "{line}");
        }
        assert_eq!(tenants.victim(), before, "{line}");
    }
}

#[test]
fn no_spelling_of_a_project_makes_it_ones_own() {
    let tenants = tenants();
    let before = tenants.victim();
    for project in [
        format!("{OTHER}%2F..%2F{PROJECT}"),
        format!("{OTHER}%00{PROJECT}"),
        format!("{OTHER};{PROJECT}"),
        format!("{OTHER},{PROJECT}"),
        format!("{OTHER}%20"),
        format!("%20{OTHER}"),
        OTHER.to_uppercase(),
        "*".repeat(32),
        "%25".repeat(32),
        "_".repeat(32),
    ] {
        for id in ["one", "two"] {
            for (path, body) in operations(&project, id) {
                let status = tenants.ask(&by_token(&tenants.service.token, &path, body, ""));
                // Some are no project ids, where those have a pattern.
                assert!(matches!(status, 400 | 403), "{path}: {status}");
            }
        }
    }
    assert_eq!(tenants.victim(), before);
    assert!(tenants.scene.contents().trail.is_empty());
}
