//! What both clients are asked to send, and what only the SDK's sends.

use crate::support::PROJECT;
use serde_json::{Value, json};

/// The resource of the documentation's examples.
pub(super) const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// Keys of tags that have to be encoded, or look as if they were.
const KEYS: [&str; 36] = [
    "key1",
    "a b",
    " a ",
    "a/b",
    "a//b",
    "/",
    "100%",
    "%",
    "%%",
    "%zz",
    "%2F",
    "a%2Fb",
    "%252F",
    "%2525252F",
    "%2e%2e",
    "%7E",
    "%E4%B8%AD",
    "...",
    ".a",
    "a+b c",
    "~",
    "-._~",
    "*",
    "!$&'()*+,;=:@",
    "k?x=1#y",
    "?",
    "#",
    "a\\b",
    "\"<>^`{|}[]",
    "中 文",
    "größe",
    "gro\u{308}ße",
    "Ⅷ\u{a0}\u{feff}",
    "👩‍💻",
    "𠮷",
    "_sys_enterprise_project_id",
];

const IS_RESOLVED: &str = "URL parsers resolve it, the SDK's too, and the request is one for something else";
const IS_TIDIED: &str = "a proxy that tidies up paths makes another tag's key of it";
const IS_REFUSED: &str = "the contract has no such key, and the service refuses it";

/// Removes a tag of a desktop, in the words of `calls.py`.
pub(super) fn desktop(id: &str, key: &str) -> Value {
    json!({ "desktop_id": id, "key": key })
}

/// Removes tags of a resource.
pub(super) fn batch(kind: &str, id: &str, body: &Value) -> Value {
    json!({ "resource_type": kind, "resource_id": id, "body": body })
}

/// What both clients send.
pub(super) fn inputs() -> Vec<Value> {
    let mut inputs: Vec<Value> = KEYS.iter().map(|key| desktop(RESOURCE, key)).collect();
    inputs.push(desktop(RESOURCE, &"中".repeat(128)));
    let one = json!({ "tags": [{ "key": "key1" }] });
    for odd in ["a b/c", "100%", "%2F", "桌面", "a+b~c*d", "line\nbreak"] {
        inputs.extend([desktop(odd, "key1"), batch(odd, RESOURCE, &one), batch("workspace", odd, &one)]);
    }
    let ten = (0..10).map(|number| json!({ "key": format!("key {number}"), "value": "v".repeat(255) }));
    let system = json!({ "key": "_sys_enterprise_project_id" });
    let project = json!({
        "key": "_sys_enterprise_project_id", "value": "5aa119a8-d25b-45a7-8d1b-88e127885635",
    });
    let bodies = [
        json!({ "tags": [{ "key": "key1" }, { "key": "key2", "value": "value3" }] }),
        json!({ "tags": [{ "key": "key1", "value": "" }] }),
        json!({ "tags": [{ "key": "中 文", "value": "桌/面" }, { "key": "größe", "value": "gro\u{308}ß" }] }),
        // Outside the Basic Multilingual Plane JSON's escapes come in pairs.
        json!({ "tags": [{ "key": "𠮷", "value": "𠮷" }] }),
        json!({ "tags": [{ "key": "a_.:=+-@b", "value": "_.:/=+-@" }] }),
        json!({ "tags": ten.collect::<Vec<_>>() }),
        json!({ "sys_tags": [system] }),
        json!({ "tags": [{ "key": "key1" }], "sys_tags": [project] }),
    ];
    inputs.extend(bodies.iter().map(|body| batch("workspace", RESOURCE, body)));
    inputs
}

/// What the SDK sends and we refuse: the input, the path that the SDK sends, and why.
pub(super) fn refused() -> Vec<(Value, String, &'static str)> {
    let tag = |key: &str, sent: &str, why| {
        (desktop(RESOURCE, key), format!("/v2/{PROJECT}/desktops/{RESOURCE}/{sent}"), why)
    };
    let long = "k".repeat(129);
    let one = json!({ "tags": [{ "key": "key1" }] });
    vec![
        tag(".", "tags/", IS_RESOLVED),
        tag("..", "", IS_RESOLVED),
        (batch("..", RESOURCE, &one), format!("/v1/{RESOURCE}/tags/delete"), IS_RESOLVED),
        (batch("workspace", ".", &one), format!("/v1/{PROJECT}/workspace/tags/delete"), IS_RESOLVED),
        tag("/key1", "tags/%2Fkey1", IS_TIDIED),
        tag("key1/", "tags/key1%2F", IS_TIDIED),
        tag("./key1", "tags/.%2Fkey1", IS_TIDIED),
        tag("x/../key1", "tags/x%2F..%2Fkey1", IS_TIDIED),
        tag("..\\tags\\key1", "tags/..%5Ctags%5Ckey1", IS_TIDIED),
        tag("", "tags/", IS_REFUSED),
        tag("a\nb", "tags/a%0Ab", IS_REFUSED),
        tag(&long, &format!("tags/{long}"), IS_REFUSED),
    ]
}
