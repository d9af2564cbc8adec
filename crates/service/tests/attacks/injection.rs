//! SQL, and whatever else a database may take for more than text, in every string that reaches it.

use crate::scene::{Scene, import_old};
use crate::support::{Answer, PROJECT, Site};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Texts that are more than texts to whoever puts them into a statement, or into a pattern. None has a control character, for
/// the contract takes none.
const HOSTILE: &[&str] = &[
    "' OR '1'='1",
    "'; DROP TABLE tags; --",
    "\"; DELETE FROM tags; --",
    "') OR 1=1 --",
    "1; ATTACH DATABASE 'x' AS y",
    "$1",
    "?1",
    ":key",
    "@key",
    "%",
    "_",
    "%' ESCAPE '%",
    "*",
    "[a-z]",
    "\\",
    "\\'",
    "E'\\x27'",
    "$$;SELECT pg_sleep(100);$$",
    "{\"a\":1}",
    "NULL",
    "null",
    "{}",
    "0x00",
    "U&'\\0027'",
    "ʼ OR ʼ1ʼ=ʼ1",
    "＇ OR 1=1",
    "/* */",
    "a/**/b",
    "k|ey",
    "COPY tags TO PROGRAM 'x'",
];

/// What the batch operation takes as a key, which has a character set of its own.
fn is_key(text: &str) -> bool {
    text.chars().all(|char| char.is_alphanumeric() || " _.:=+-@".contains(char)) && !text.starts_with("_sys_")
}

/// A path segment in which every byte is percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

type State = BTreeMap<(String, String, String), BTreeMap<String, String>>;

/// What is in the database, but for the audit trail.
fn state(site: &Site) -> State {
    let resources = site.contents().resources.into_iter();
    resources.map(|(key, tags)| ((key.project_id, key.resource_type, key.resource_id), tags.tags)).collect()
}

struct Story {
    scene: Scene,
    state: State,
}

impl Story {
    /// Sends a deletion, which must remove just these keys of this resource.
    fn removes(&mut self, what: &str, request: &str, resource: &(String, String, String), keys: &[&str]) {
        let answer: Answer = self.scene.server.connect().ask(request);
        assert_eq!(answer.status, 204, "{what}: {}", answer.text());
        for key in keys {
            assert!(self.state.get_mut(resource).unwrap().remove(*key).is_some(), "{what}");
        }
        assert_eq!(state(&self.scene.site), self.state, "{what}");
    }

    /// Sends a deletion that must remove nothing.
    fn refused(&self, what: &str, request: &str, status: u16) {
        let answer = self.scene.server.connect().ask(request);
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        for word in ["sql", "syntax", "SQLITE", "pg_", "column", "statement"] {
            assert!(
                HOSTILE.iter().any(|text| text.contains(word)) || !answer.text().contains(word),
                "{}",
                answer.text()
            );
        }
        assert_eq!(state(&self.scene.site), self.state, "{what}");
    }
}

fn single(token: &str, project: &str, id: &str, key: &str) -> String {
    format!(
        "DELETE /v2/{}/desktops/{}/tags/{} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n",
        encoded(project),
        encoded(id),
        encoded(key)
    )
}

fn batch(token: &str, project: &str, kind: &str, id: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "DELETE /v1/{}/{}/{}/tags/delete HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        encoded(project),
        encoded(kind),
        encoded(id),
        body.len()
    )
}

/// Imports every text as type, id, key and value, and removes them one by one by both operations.
pub(crate) fn every_string(site: Site) {
    // Each resource has all keys; what is named of one must stay on all others.
    let tags: BTreeMap<&str, &str> =
        HOSTILE.iter().map(|text| (*text, *text)).chain([("keep", "me")]).collect();
    let resources: Vec<Value> = HOSTILE
        .iter()
        .flat_map(|text| [("desktop", *text), (*text, "id")])
        .map(|(kind, id)| json!({ "project_id": PROJECT, "resource_type": kind, "resource_id": id, "tags": tags }))
        .collect();
    import_old(&site, &resources);
    // Nothing is lost on the way in or out, and nothing is doubled.
    let imported = state(&site);
    assert_eq!(imported.len(), resources.len());
    import_old(&site, &resources);
    assert_eq!(state(&site), imported);
    assert_eq!(site.run(&["export"]).lines().count(), resources.len());

    let scene = Scene::at(site, &[], &[]);
    let mut story = Story { scene, state: imported };
    let token = story.scene.site.token.clone();
    let named = |kind: &str, id: &str| (PROJECT.to_owned(), kind.to_owned(), id.to_owned());
    for (number, text) in HOSTILE.iter().enumerate() {
        // The key of another resource than the text's own, so that neither can stand in for the other.
        let other = HOSTILE[(number + 1) % HOSTILE.len()];
        story.removes(text, &single(&token, PROJECT, text, other), &named("desktop", text), &[other]);
        story.removes(text, &single(&token, PROJECT, text, text), &named("desktop", text), &[text]);
        if is_key(text) {
            let wrong = json!({ "tags": [{ "key": text, "value": "x" }] });
            story.removes(text, &batch(&token, PROJECT, text, "id", &wrong), &named(text, "id"), &[]);
            let right = json!({ "tags": [{ "key": text, "value": text }] });
            story.removes(text, &batch(&token, PROJECT, text, "id", &right), &named(text, "id"), &[text]);
        } else {
            // As a key of a batch it has characters that none may have, and as a value most of them.
            let key = json!({ "tags": [{ "key": "keep" }, { "key": text }] });
            story.refused(text, &batch(&token, PROJECT, text, "id", &key), 400);
        }
        let keep = json!({ "tags": [{ "key": "keep" }] });
        story.removes(text, &batch(&token, PROJECT, text, "id", &keep), &named(text, "id"), &["keep"]);
        story.refused(text, &single(&token, text, text, text), 403);
        let padded = format!("{text}{}", "x".repeat(32));
        let project: String = padded.chars().take(32).collect();
        story.refused(text, &batch(&token, &project, "desktop", text, &keep), 403);
        story.refused(text, &single(&token, PROJECT, &format!("{text}x"), text), 404);
        story.refused(text, &single(text, PROJECT, text, "keep").replace(": \r\n", ": x\r\n"), 401);
        let system = json!({ "sys_tags": [{ "key": "_sys_enterprise_project_id", "value": text }] });
        story.refused(text, &batch(&token, PROJECT, text, "id", &system), 400);
    }
    // Filters of the commands are texts, too.
    let site = &story.scene.site;
    let all = site.contents().trail.len();
    let rows: usize = HOSTILE
        .iter()
        .map(|text| {
            let rows = site.run(&["audit", "--json", &format!("--resource={text}")]);
            assert_eq!(site.run(&["audit", "--json", &format!("--request={text}")]), "");
            assert_eq!(site.run(&["audit", "--json", &format!("--project={text}")]), "");
            rows.lines().count()
        })
        .sum();
    // Each text is the id of a desktop, from which two tags went.
    assert_eq!(rows, 2 * HOSTILE.len());
    assert_eq!(site.contents().trail.len(), all);
}

#[test]
fn sql_in_every_string_is_text_on_sqlite() {
    every_string(Site::new());
}
