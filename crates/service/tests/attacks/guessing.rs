//! Guessing credentials: how often, what is learnt from an answer, and who else feels it.

use crate::scene::{Scene, replies};
use crate::support::{Answer, Connection, PROJECT, batch_untag, delete_desktop_tag};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpSocket;

/// What a request from another address of this machine is answered with.
fn from(address: Ipv4Addr, server: &str, request: &str) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let connected = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((address, 0))).unwrap();
        socket.connect(server.parse().unwrap()).await.unwrap().into_std()
    });
    let mut stream = connected.unwrap();
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(request.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    replies(&answer)[0].status
}

#[test]
fn too_many_wrong_tokens_hold_off_their_address_and_no_other() {
    let scene = Scene::with(&["one"], &["--max-refusals", "5", "--log", "info", "--log-format", "json"]);
    let (server, token) = (&scene.server, &scene.site.token);
    let guess = |number: usize| delete_desktop_tag(&format!("untag_guess{number}"), "one", "named");
    for number in 0..5 {
        let answer = server.connect().ask(&guess(number));
        assert_eq!((answer.status, &answer.json()["error_code"]), (401, &json!("WKS.00211302")));
    }
    // Right or wrong, and whatever it asks: nothing is learnt any more.
    let before = scene.contents();
    let right = delete_desktop_tag(token, "one", "named");
    let batch = batch_untag(token, "desktop", "one", &json!({ "tags": [{ "key": "named" }] }));
    let held_off: Vec<Answer> = [&guess(6), &right, &batch].map(|ask| server.connect().ask(ask)).into();
    for answer in &held_off {
        assert_eq!((answer.status, &answer.json()["error_code"]), (429, &json!("APIGW.0308")));
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    assert_eq!(held_off[0].json(), held_off[1].json(), "a right guess looks as a wrong one");
    assert_eq!(scene.contents(), before);
    // Others, and the operator, are served as before.
    assert_eq!(from(Ipv4Addr::new(127, 0, 0, 2), server.address(), &right), 204);
    assert_eq!(server.admin("/readyz").status, 200);
    // And it can be seen.
    let figure = |name: &str| server.figure(name);
    assert_eq!(figure("untagd_authentication_refusals_total{reason=\"unknown_token\"}"), 5);
    assert_eq!(figure("untagd_addresses_held_off_total"), 1);
    assert_eq!(figure("untagd_requests_total{operation=\"none\",status=\"429\"}"), 3);
    let log = server.log();
    assert_eq!(log.lines().filter(|line| line.contains("credentials refused")).count(), 5);
    let lines: Vec<_> = log.lines().filter(|line| line.contains("too many credentials")).collect();
    assert!(lines.len() == 1 && lines[0].contains("WARN") && lines[0].contains("127.0.0.1:"), "{lines:?}");
}

#[test]
fn streams_of_one_connection_are_counted_as_any_other_request() {
    let scene = Scene::with(&["one"], &["--max-refusals", "3"]);
    let mut connection: Connection = scene.server.connect();
    let statuses: Vec<u16> = (0..6)
        .map(|number| {
            connection.ask(&delete_desktop_tag(&format!("untag_guess{number}"), "one", "named")).status
        })
        .collect();
    assert_eq!(statuses, [401, 401, 401, 429, 429, 429]);
    assert_eq!(scene.contents().trail.len(), 0);
}

#[test]
fn whoever_guesses_slowly_enough_or_is_only_forbidden_is_not_held_off() {
    let scene = Scene::with(&["one"], &["--max-refusals", "2"]);
    let mut connection = scene.server.connect();
    let elsewhere = delete_desktop_tag(&scene.site.token, "one", "named").replace(PROJECT, &"f".repeat(32));
    for _ in 0..10 {
        assert_eq!(connection.ask(&elsewhere).status, 403);
    }
    assert_eq!(connection.ask(&delete_desktop_tag("untag_wrong", "one", "named")).status, 401);
    assert_eq!(connection.ask(&delete_desktop_tag(&scene.site.token, "one", "named")).status, 204);
}

#[test]
fn a_guess_that_is_nearly_right_is_answered_as_any_other() {
    let scene = Scene::with(&["one"], &[]);
    let token = &scene.site.token;
    let last = if token.ends_with('0') { "1" } else { "0" };
    let near = [
        format!("{}{last}", &token[..token.len() - 1]),
        token[..token.len() - 1].to_owned(),
        format!("{token}0"),
        token.to_uppercase(),
        "untag_".to_owned(),
        "x".to_owned(),
    ];
    let mut connection = scene.server.connect();
    let bodies: Vec<_> = near
        .iter()
        .map(|guess| {
            let answer = connection.ask(&delete_desktop_tag(guess, "one", "named"));
            assert_eq!(answer.status, 401);
            answer.json()
        })
        .collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert_eq!(scene.contents().trail.len(), 0);
}
