//! Both versions of HTTP, and what is told of each request.

use crate::support::{Server, begin_body, h2, log, one, patient, read, request, soon, until};
use axum::http::{StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

#[tokio::test]
async fn http1_keeps_the_connection_and_tells_of_every_request() {
    let mut server = Server::start(patient()).await;
    let mut stream = server.connect().await;
    let me = stream.local_addr().unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /things/secret-name HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let answer = one(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{me}")), "{answer}");
        let told = server.told().await;
        assert_eq!(told.method, "GET");
        assert_eq!(told.route.as_deref(), Some("/things/{name}"));
        assert_eq!(told.status, Some(StatusCode::OK));
        assert_eq!((told.request_bytes, told.response_bytes), (0, Some(me.to_string().len() as u64)));
        assert_eq!(told.request_id.as_deref(), Some("0123456789abcdef0123456789abcdef"));
        assert_eq!((told.version, told.peer), (Version::HTTP_11, me));
    }
    stream.write_all(b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello").await.unwrap();
    assert!(one(&mut stream).await.ends_with("\r\n\r\n5"));
    assert_eq!(server.told().await.request_bytes, 5);
    stream.write_all(b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 404 "));
    let told = server.told().await;
    assert_eq!((told.route, told.status), (None, Some(StatusCode::NOT_FOUND)));
    assert_eq!(told.request_id.map(|id| id.len()), Some(32));
    assert_eq!(server.load.connections(), 1);
    drop(stream);
    until("the connection is gone", || server.load.connections() == 0).await;
}

#[tokio::test]
async fn the_access_log_has_the_route_and_not_the_path() {
    let mut server = Server::start(patient()).await;
    let marker = "marker-of-the-access-log-test";
    // Kept open, so that nobody else gets its port meanwhile.
    let mut stream = server.connect().await;
    let ask = format!("GET /things/{marker} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    one(&mut stream).await;
    let peer = server.told().await.peer.to_string();
    let log = log().text();
    let line = log
        .lines()
        .rfind(|line| line.contains("INFO") && line.contains(&peer))
        .unwrap_or_else(|| panic!("no line for {peer} in\n{log}"));
    for part in [
        "untag_service::access",
        "answered",
        "method=\"GET\"",
        "route=\"/things/{name}\"",
        "status=200",
        "request_id=\"0123456789abcdef0123456789abcdef\"",
        "latency_us=",
        "version=HTTP/1.1",
    ] {
        assert!(line.contains(part), "no {part} in {line}");
    }
    let with_path: Vec<_> = log.lines().filter(|line| line.contains(marker)).collect();
    assert!(!with_path.is_empty() && with_path.iter().all(|line| line.contains("DEBUG")), "{with_path:?}");
}

#[tokio::test]
async fn http2_without_tls_answers_many_streams_at_a_time() {
    let mut server = Server::start(patient()).await;
    let (send, end) = server.h2().await;
    let mut streams = JoinSet::new();
    for _ in 0..20 {
        let mut send = send.clone();
        streams
            .spawn(async move { read(send.send_request(request("GET", "/wait", "")).await.unwrap()).await });
    }
    until("all streams are in flight", || server.load.in_flight() == 20).await;
    assert_eq!(server.load.connections(), 1);
    server.release(20);
    while let Some(answer) = soon("a stream's answer", streams.join_next()).await {
        assert_eq!(answer.unwrap(), (StatusCode::OK, "waited".to_owned()));
        assert_eq!(server.told().await.version, Version::HTTP_2);
    }
    let mut send = send;
    let answer = send.send_request(request("POST", "/count", vec![b'x'; 300_000])).await.unwrap();
    assert_eq!(read(answer).await, (StatusCode::OK, "300000".to_owned()), "beyond every window");
    drop(send);
    soon("the connection ends", end).await.unwrap().unwrap();
}

#[tokio::test]
async fn http2_allows_only_so_many_streams() {
    let mut settings = patient();
    settings.h2_streams = 3;
    let server = Server::start(settings).await;
    let (send, _end) = server.h2().await;
    let mut first = send.clone();
    // The client knows the limit once it has an answer.
    read(first.send_request(request("GET", "/things/a", "")).await.unwrap()).await;
    let mut streams = JoinSet::new();
    for _ in 0..6 {
        let mut send = send.clone();
        streams
            .spawn(async move { read(send.send_request(request("GET", "/wait", "")).await.unwrap()).await });
    }
    until("three are in flight", || server.load.in_flight() == 3).await;
    server.release(3);
    for _ in 0..3 {
        soon("an answer", streams.join_next()).await.unwrap().unwrap();
    }
    until("the other three are", || server.load.in_flight() == 3).await;
    server.release(3);
    while let Some(answer) = soon("an answer", streams.join_next()).await {
        assert_eq!(answer.unwrap().0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_client_that_does_not_fetch_its_answer_is_cut_off() {
    let mut settings = patient();
    (settings.idle_timeout, settings.close_timeout) = (crate::support::MOMENT, crate::support::MOMENT);
    let mut server = Server::start(settings).await;
    let socket = server.connect().await;
    // With a window of nothing, the answer's body can never be sent.
    let (mut send, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(0)
        .handshake(TokioIo::new(socket))
        .await
        .unwrap();
    let end = tokio::spawn(connection);
    let answer: http_body_util::Full<bytes::Bytes> = http_body_util::Full::default();
    let asked = axum::http::Request::get("http://front.test/long").body(answer).unwrap();
    let response = soon("the answer's head", send.send_request(asked)).await.unwrap();
    assert_eq!(server.told().await.response_bytes, Some(200_000));
    let _ = soon("the connection ends", end).await.unwrap();
    until("nothing of it is left", || server.load.connections() == 0).await;
    drop(response);
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_nothing_behind() {
    let mut server = Server::start(patient()).await;

    let mut waiting = server.connect().await;
    waiting.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("it is in flight", || server.load.in_flight() == 1).await;
    drop(waiting);
    soon("the handler is given up", server.dropped.recv()).await.unwrap();
    let told = server.told().await;
    assert_eq!((told.status, told.route.as_deref()), (None, Some("/wait")));
    until("its place is free", || server.load.in_flight() == 0).await;

    let (mut send, end) = server.h2().await;
    let asked = tokio::spawn(send.send_request(request("GET", "/wait", "")));
    until("it is in flight", || server.load.in_flight() == 1).await;
    asked.abort();
    soon("the handler is given up", server.dropped.recv()).await.unwrap();
    assert_eq!(server.told().await.status, None);
    // A stream that is reset takes no other along.
    let answer = send.send_request(request("GET", "/things/a", "")).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
    server.told().await;
    end.abort();

    let mut sending = server.connect().await;
    begin_body(&mut sending).await;
    sending.write_all(b"half").await.unwrap();
    drop(sending);
    let told = server.told().await;
    assert_eq!((told.route.as_deref(), told.request_bytes), (Some("/count"), 4));
    assert_ne!(told.status, Some(StatusCode::OK));
    until("nothing is left", || server.load.connections() == 0 && server.load.in_flight() == 0).await;

    let log = log().text();
    let errors: Vec<_> =
        log.lines().filter(|line| line.contains(" ERROR ") && !line.contains("certificate")).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[tokio::test]
async fn http2_after_http1_on_the_same_port() {
    let server = Server::start(patient()).await;
    assert!(server.say("GET /things/a HTTP/1.0\r\n\r\n").await.starts_with("HTTP/1.0 200 OK"));
    let (mut send, _end) = h2(server.connect().await).await;
    let answer = send.send_request(request("GET", "/things/a", "")).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
}

/// Signatures cover `Host`, which HTTP/2 calls `:authority`.
#[tokio::test]
async fn handlers_find_the_host_in_the_same_header_over_both_versions() {
    let server = Server::start(patient()).await;
    let answer = server.say("GET /host HTTP/1.1\r\nhost: front.test\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with("[Ok(\"front.test\")]"), "{answer}");
    let (mut send, _end) = server.h2().await;
    let answer = send.send_request(request("GET", "/host", "")).await.unwrap();
    assert_eq!(read(answer).await, (StatusCode::OK, "[Ok(\"front.test\")]".to_owned()));
}
