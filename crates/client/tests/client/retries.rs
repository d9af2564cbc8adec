//! What is tried again, how often, and after what pause. No test here waits for a pause: they are of no length, or read from
//! what the client tells about them.

use crate::capture::Capture;
use crate::recorder::{NO_CONTENT, Recorder, json, with_header};
use crate::{DESKTOP, PROJECT, TOKEN, builder, delete_tag, eager, now, one_tag, value};
use std::pin::pin;
use std::time::Duration;
use untag_client::{Client, ClientBuilder, RetryPolicy};

fn client(server: &Recorder, retry: RetryPolicy) -> Client {
    builder(server.url()).token(value(TOKEN)).retry(retry).build().unwrap()
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for status in [429, 500, 502, 503, 504] {
        let answers = [json(status, "{}"), json(status, "<html>"), NO_CONTENT.to_owned()];
        let server = Recorder::in_turn(answers.clone()).await;
        delete_tag(&client(&server, eager()), "key1").await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{status}");
        assert!(requests.iter().all(|request| request == &requests[0]), "{requests:?}");

        let server = Recorder::in_turn(answers).await;
        let (project, kind, id) = (value(PROJECT), value("workspace"), value(DESKTOP));
        client(&server, eager()).batch_untag_resources(&project, &kind, &id, &one_tag()).await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{status}");
        assert!(requests.iter().all(|request| request == &requests[0]), "{requests:?}");
        assert_eq!(requests[2].body, r#"{"tags":[{"key":"key1"}]}"#);
    }
}

#[tokio::test]
async fn what_stays_as_it_is_is_not_tried_again() {
    for status in [200, 202, 301, 307, 400, 401, 403, 404, 408, 409, 413, 422, 425, 501, 505, 507] {
        let server = Recorder::answering(json(status, "{}")).await;
        let error = delete_tag(&client(&server, eager()), "key1").await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (status, 1));
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

/// The HTTP client that a client is built on has a policy of its own, which knows nothing of operations.
#[tokio::test]
async fn nobody_else_tries_again() {
    let stubborn = untag_client::reqwest::retry::for_host("127.0.0.1")
        .classify_fn(|answer| if answer.status().is_some() { answer.retryable() } else { answer.success() });
    let server = Recorder::answering(json(503, "{}")).await;
    let client = ClientBuilder::new(server.url()).http(crate::direct().retry(stubborn.no_budget()));
    let error = delete_tag(&client.retry(RetryPolicy::never()).build().unwrap(), "key1").await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (503, 1));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_broken_connection_is_tried_again() {
    for broken in ["", "HTTP/1.1 20", "HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\n{"] {
        let server = Recorder::in_turn([broken, broken, NO_CONTENT]).await;
        delete_tag(&client(&server, eager()), "key1").await.unwrap();
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn attempts_come_to_an_end() {
    for attempts in [0, 1, 2, 5] {
        let sent = attempts.max(1);
        let server = Recorder::answering(json(503, r#"{"error_code":"A.1"}"#)).await;
        let error = delete_tag(&client(&server, eager().attempts(attempts)), "key1").await.unwrap_err();
        assert_eq!((error.attempts(), error.error_code()), (sent, Some("A.1")));
        assert!(error.is_retryable());
        assert_eq!(error.to_string().ends_with(&format!(" after {sent} attempts")), sent > 1, "{error}");
        assert_eq!(server.requests().len(), usize::try_from(sent).unwrap());
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = builder(format!("http://{free}")).retry(eager()).build().unwrap();
    let error = delete_tag(&unreachable, "key1").await.unwrap_err();
    assert!(error.is_unreachable() && error.attempts() == 3, "{error}");
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_not_made() {
    let date = httpdate::fmt_http_date(now() + Duration::from_hours(1));
    for asked in ["3600", "99999999999999999999999", &date] {
        for deadline in [None, Some(Duration::from_mins(1))] {
            for status in [429, 503] {
                let server =
                    Recorder::in_turn([&*with_header(status, &format!("Retry-After: {asked}")), NO_CONTENT])
                        .await;
                let mut builder = builder(server.url()).retry(eager());
                if let Some(deadline) = deadline {
                    builder = builder.deadline(deadline);
                }
                let error = delete_tag(&builder.build().unwrap(), "key1").await.unwrap_err();
                assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (status, 1));
                assert_eq!(error.headers().unwrap().get("retry-after").unwrap(), asked);
                assert_eq!(server.requests().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_pause_that_is_over_is_no_pause() {
    for asked in ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-1"] {
        let server =
            Recorder::in_turn([&*with_header(503, &format!("Retry-After: {asked}")), NO_CONTENT]).await;
        delete_tag(&client(&server, eager()), "key1").await.unwrap();
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_pause_is_as_long_as_the_server_asks_and_a_dropped_call_sends_nothing_more() {
    let date = httpdate::fmt_http_date(now() + Duration::from_secs(250));
    for (asked, least, most) in [("30", 30_000, 30_200), (&*date, 100_000, 250_200)] {
        let server =
            Recorder::in_turn([&*with_header(429, &format!("Retry-After: {asked}")), NO_CONTENT]).await;
        let client = client(&server, RetryPolicy::default());
        let capture = Capture::start();
        {
            let mut call = pin!(delete_tag(&client, "key1"));
            let line = tokio::select! {
                outcome = &mut call => panic!("no pause before {outcome:?}"),
                line = capture.line("trying again after a pause") => line,
            };
            let (_, pause) = line.split_once("untag.retry.pause_ms=").unwrap();
            let pause: u64 = pause.split_whitespace().next().unwrap().parse().unwrap();
            assert!((least..=most).contains(&pause), "{asked}: {line}");
        }
        // Another call on the same client arrives, and nothing before it.
        delete_tag(&client, "key2").await.unwrap();
        let targets: Vec<_> = server.requests().iter().map(|it| it.target().to_owned()).collect();
        assert_eq!(targets.len(), 2, "{targets:?}");
        assert!(targets[0].ends_with("key1") && targets[1].ends_with("key2"), "{targets:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_before_its_answer_sends_nothing_more() {
    // Answers nothing, and says when a request is there.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = builder(url).retry(eager()).build().unwrap();
    let accepted = {
        let mut call = pin!(delete_tag(&client, "key1"));
        tokio::select! {
            outcome = &mut call => panic!("no answer was given, and yet {outcome:?}"),
            accepted = async {
                let (stream, _) = listener.accept().await.unwrap();
                stream.readable().await.unwrap();
                stream
            } => accepted,
        }
    };
    drop(accepted);
    // The connection of another call is the next one that comes.
    let mut call = pin!(delete_tag(&client, "key2"));
    let (next, _) = tokio::select! {
        outcome = &mut call => panic!("no answer was given, and yet {outcome:?}"),
        accepted = listener.accept() => accepted.unwrap(),
    };
    let mut bytes = Vec::new();
    tokio::select! {
        outcome = &mut call => panic!("no answer was given, and yet {outcome:?}"),
        () = async {
            while !bytes.ends_with(b"\r\n\r\n") {
                next.readable().await.unwrap();
                let mut chunk = [0; 4096];
                if let Ok(count) = next.try_read(&mut chunk) {
                    bytes.extend_from_slice(&chunk[..count]);
                }
            }
        } => {}
    }
    assert!(String::from_utf8(bytes).unwrap().contains("/tags/key2 "));
}

/// Time stands still while there is work and jumps to the next timer when there is none: nothing here depends on how fast
/// the machine is.
#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    // Connections wait in the kernel's queue: nobody ever answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let deadline = Duration::from_secs(100);
    for (timeout, attempts) in [(Some(30), 2..=4), (Some(99), 1..=2), (None, 1..=1)] {
        let mut builder = builder(&url).retry(RetryPolicy::default().attempts(100)).deadline(deadline);
        if let Some(timeout) = timeout {
            builder = builder.timeout(Duration::from_secs(timeout));
        }
        let client = builder.build().unwrap();
        let started = tokio::time::Instant::now();
        let error = delete_tag(&client, "key1").await.unwrap_err();
        let took = started.elapsed();
        assert!(error.is_timeout() && error.is_retryable(), "{error}");
        assert!(attempts.contains(&error.attempts()), "{timeout:?}: {error}");
        assert!(took <= deadline + Duration::from_millis(2), "{took:?}");
    }
}

#[tokio::test]
async fn each_attempt_has_its_own_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let client = builder(url).retry(eager()).timeout(Duration::from_millis(20)).build().unwrap();
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.attempts(), 3);
}
