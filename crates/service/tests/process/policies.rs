//! Policies on live data: a refusal that the operator can read, and `explain`, which agrees with it.

use crate::support::{
    ACCOUNT, PROJECT, Untagd, batch_untag, contents, delete_desktop_tag, folder, output, stderr, succeed,
};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use untag_identity::make_token;

#[test]
#[allow(clippy::too_many_lines, reason = "one story: what happens later depends on what happened before")]
fn a_denial_by_a_live_tag_is_explained_to_the_operator() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let store = format!("sqlite:{}", file("tags.db"));
    let lines = ["red", "blue"].map(|team| {
        json!({
            "project_id": PROJECT, "resource_type": "desktop", "resource_id": team,
            "tags": { "team": team, "key1": "value1" },
        })
        .to_string()
    });
    fs::write(file("in.ndjson"), lines.join("\n")).unwrap();
    succeed(&["import", &file("in.ndjson"), "--store", &store]);

    let policy = json!({
        "Version": "5.0",
        "Statement": [
            { "Sid": "All", "Effect": "Allow", "Action": ["workspace:desktops:untag", "secmaster:resources:untag"] },
            {
                "Sid": "NotBlue", "Effect": "Deny", "Action": ["workspace:*:*", "secmaster:*:*"],
                "Condition": { "StringEquals": { "g:ResourceTag/team": ["blue"] } },
            },
        ],
    });
    fs::write(file("policy.json"), policy.to_string()).unwrap();
    let mut authentication = String::new();
    let tokens = ["ana", "eve"].map(|user| {
        let token = make_token().unwrap();
        write!(
            authentication,
            "[[users]]\nid = \"{user}\"\nname = \"{user}\"\naccount = \"{ACCOUNT}\"\nprojects = [\"{PROJECT}\"]\n\
             [[tokens]]\nsha256 = \"{}\"\nuser = \"{user}\"\n",
            token.sha256
        )
        .unwrap();
        token.text
    });
    authentication.push_str("[[policies]]\nfile = \"policy.json\"\nusers = [\"ana\"]\n");
    fs::write(file("authentication.toml"), authentication).unwrap();
    fs::write(file("key"), succeed(&["message-key"])).unwrap();
    let (key, users) = (file("key"), file("authentication.toml"));
    let settings = ["--store", &store, "--authentication", &users, "--message-key", &key];
    let server = Untagd::start(folder.path(), &[&["serve"], &settings[..]].concat());
    let before = contents(&store);

    let ask = |request: &str| server.connect().ask(request);
    let decode = |message: &str| -> Value {
        let printed = succeed(&["decode-authorization-message", message, "--message-key", &key]);
        serde_json::from_str(&printed).unwrap()
    };
    let explain = |user: &str, desktop: &str| -> (Option<i32>, Value) {
        let resource = format!("desktop/{desktop}");
        let asked = [
            "explain",
            "--json",
            "--user",
            user,
            "--action",
            "workspace:desktops:untag",
            "--resource",
            &resource,
            "--tag",
            "key1",
        ];
        let ended = output(&[&asked, &settings[..]].concat());
        let json = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{}", stderr(&ended)));
        (ended.status.code(), json)
    };

    // A statement refuses it.
    let refused = ask(&delete_desktop_tag(&tokens[0], "blue", "key1"));
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["error_code"], "WKS.00081102");
    let message = refused.json()["encoded_authorization_message"].as_str().unwrap().to_owned();
    assert!(!message.contains("blue") && !refused.json().to_string().contains("NotBlue"));
    let told = decode(&message);
    assert_eq!(told["request_id"], refused.header("x-request-id"));
    assert_eq!(told["principal"]["user_id"], "ana");
    assert_eq!(told["action"], "workspace:desktops:untag");
    assert!(told["resource"].as_str().unwrap().ends_with(":desktop:blue"), "{told}");
    assert!(told["context"].to_string().contains("g:ResourceTag/team"), "{told}");
    assert_eq!(told["decision"]["by"]["sid"], "NotBlue", "{told}");
    let (code, explained) = explain("ana", "blue");
    assert_eq!((code, &explained["allowed"]), (Some(3), &json!(false)));
    assert_eq!(explained["explanation"]["decision"], told["decision"]);
    let batch = json!({ "tags": [{ "key": "key1" }] });
    let refused = ask(&batch_untag(&tokens[0], "desktop", "blue", &batch));
    assert_eq!((refused.status, &refused.json()["error_code"]), (403, &json!("SecMaster.00000403")));

    // No statement allows it.
    let refused = ask(&delete_desktop_tag(&tokens[1], "red", "key1"));
    assert_eq!(refused.status, 403);
    let told = decode(refused.json()["encoded_authorization_message"].as_str().unwrap());
    assert_eq!((&told["principal"]["user_id"], &told["decision"]["by"]), (&json!("eve"), &Value::Null));
    assert_eq!(explain("eve", "red").1["allowed"], false);
    // Who may do nothing does not learn what there is.
    assert_eq!(ask(&delete_desktop_tag(&tokens[1], "nowhere", "key1")).status, 403);
    assert_eq!(contents(&store), before, "a refusal changes nothing");

    // Somebody else's key does not open it, nor does a changed message.
    let other = file("other-key");
    fs::write(&other, succeed(&["message-key"])).unwrap();
    let ended = output(&["decode-authorization-message", &message, "--message-key", &other]);
    assert_eq!(ended.status.code(), Some(3));
    assert!(ended.stdout.is_empty());

    // And this is allowed.
    let (code, explained) = explain("ana", "red");
    assert_eq!((code, &explained["allowed"]), (Some(0), &json!(true)));
    assert_eq!(explained["explanation"]["decision"]["by"]["sid"], "All");
    assert_eq!(ask(&delete_desktop_tag(&tokens[0], "red", "key1")).status, 204);
    assert_eq!(ask(&delete_desktop_tag(&tokens[0], "nowhere", "key1")).status, 404);
    let trail = contents(&store).trail;
    assert_eq!(trail.len(), 1);
    assert_eq!((trail[0].caller.as_str(), trail[0].key.as_str()), (&*format!("{ACCOUNT}/ana"), "key1"));

    // The tag that the decision hangs on is read in the transaction: once it is gone, the other desktop is free, too.
    let free = json!({ "project_id": PROJECT, "resource_type": "desktop", "resource_id": "blue", "tags": { "team": "red" } });
    fs::write(file("in.ndjson"), free.to_string()).unwrap();
    succeed(&["import", &file("in.ndjson"), "--store", &store]);
    assert_eq!(explain("ana", "blue").1["allowed"], true);
    assert_eq!(ask(&delete_desktop_tag(&tokens[0], "blue", "key1")).status, 204);
}
