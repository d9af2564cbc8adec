//! What leaves, byte for byte.

use crate::recorder::{NO_CONTENT, Recorder};
use crate::{DESKTOP, PROJECT, TOKEN, client, delete_tag, unchecked, value};
use serde_json::json;

/// Values that other clients send as something else, each with the one segment that stands for it.
const SEGMENTS: [(&str, &str); 13] = [
    ("a/b", "a%2Fb"),
    ("a\\b", "a%5Cb"),
    ("../..", "..%2F.."),
    ("%2e%2e", "%252e%252e"),
    ("%2E", "%252E"),
    ("...", "..."),
    ("中 文", "%E4%B8%AD%20%E6%96%87"),
    ("a b", "a%20b"),
    ("a+b", "a%2Bb"),
    ("k?x=1", "k%3Fx%3D1"),
    ("k#x", "k%23x"),
    (":@!$&'()*,;=", "%3A%40%21%24%26%27%28%29%2A%2C%3B%3D"),
    ("-._~", "-._~"),
];

#[tokio::test]
async fn a_desktop_tag_is_addressed_exactly() {
    for (text, segment) in SEGMENTS {
        let server = Recorder::answering(NO_CONTENT).await;
        let client = client(server.url());
        delete_tag(&client, text).await.unwrap();
        client.delete_desktop_tag(&value(text), &value(DESKTOP), &value("key1")).await.unwrap();
        client.delete_desktop_tag(&value(PROJECT), &value(text), &value("key1")).await.unwrap();
        let lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
        assert_eq!(
            lines,
            [
                format!("DELETE /v2/{PROJECT}/desktops/{DESKTOP}/tags/{segment} HTTP/1.1"),
                format!("DELETE /v2/{segment}/desktops/{DESKTOP}/tags/key1 HTTP/1.1"),
                format!("DELETE /v2/{PROJECT}/desktops/{segment}/tags/key1 HTTP/1.1"),
            ],
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_desktop_tag_is_deleted_without_a_body() {
    let server = Recorder::answering(NO_CONTENT).await;
    let answer = delete_tag(&client(server.url()), "key1").await.unwrap();
    assert_eq!(answer.status().as_u16(), 204);
    let request = server.request();
    assert_eq!(request.body, "");
    let mut headers: Vec<_> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.sort_unstable();
    let host = server.url().replace("http://", "");
    assert_eq!(headers, [("accept", "application/json"), ("host", &host), ("x-auth-token", TOKEN)]);
}

#[tokio::test]
async fn a_resource_is_addressed_exactly() {
    for (text, segment) in SEGMENTS {
        let server = Recorder::answering(NO_CONTENT).await;
        let body = unchecked(json!({ "tags": [{ "key": "key1" }] }));
        client(server.url())
            .batch_untag_resources(&value(PROJECT), &value(text), &value(text), &body)
            .await
            .unwrap();
        let request = server.request();
        assert_eq!(
            request.line,
            format!("DELETE /v1/{PROJECT}/{segment}/{segment}/tags/delete HTTP/1.1"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_body_leaves_exactly_as_it_was_made() {
    for body in [
        // The documented example.
        r#"{"tags":[{"key":"key1"},{"key":"key2","value":"value3"}],"sys_tags":[{"key":"_sys_enterprise_project_id","value":"5aa119a8-d25b-45a7-8d1b-88e127885635"}]}"#,
        // One list only: the other one is not sent at all.
        r#"{"tags":[{"key":"key1"}]}"#,
        r#"{"sys_tags":[{"key":"_sys_enterprise_project_id","value":"0"}]}"#,
        // Keys are text in a body, whatever they would mean in a path. An empty value is a value.
        r#"{"tags":[{"key":"."},{"key":".."},{"key":"中 文","value":""},{"key":"a+b","value":"a/b"}]}"#,
    ] {
        let server = Recorder::answering(NO_CONTENT).await;
        let made = serde_json::from_str(body).unwrap();
        client(server.url())
            .batch_untag_resources(&value(PROJECT), &value("workspace"), &value(DESKTOP), &made)
            .await
            .unwrap();
        let request = server.request();
        assert_eq!(request.target(), format!("/v1/{PROJECT}/workspace/{DESKTOP}/tags/delete"));
        assert_eq!(request.body, body);
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("content-length"), Some(body.len().to_string().as_str()));
        assert_eq!(request.header("x-auth-token"), Some(TOKEN));
    }
}

#[tokio::test]
async fn a_path_of_the_base_url_goes_in_front() {
    for slash in ["", "/", "//"] {
        let server = Recorder::answering(NO_CONTENT).await;
        delete_tag(&client(format!("{}/a/b%20c{slash}", server.url())), "中").await.unwrap();
        let target = format!("/a/b%20c/v2/{PROJECT}/desktops/{DESKTOP}/tags/%E4%B8%AD");
        assert_eq!(server.request().target(), target);
    }
}

#[test]
fn a_call_can_move_to_another_thread() {
    fn assert_send<T: Send>(_: &T) {}
    fn assert_shared<T: Send + Sync + 'static>() {}
    let client = client("http://127.0.0.1:9");
    let (project, desktop, key) = (value(PROJECT), value(DESKTOP), value("key1"));
    assert_send(&client.delete_desktop_tag(&project, &desktop, &key));
    let (project, kind, id, body) = (value(PROJECT), value("workspace"), value(DESKTOP), crate::one_tag());
    assert_send(&client.batch_untag_resources(&project, &kind, &id, &body));
    assert_shared::<untag_client::Client>();
    assert_shared::<untag_client::Error<untag_client::types::DesktopTagError>>();
}
