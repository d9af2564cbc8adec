//! Answers that the front gives by itself: 408, 413, 503.

use crate::support::{
    MOMENT, PATIENCE, Server, assert_gateway, one, patient, read, request, rest, soon, until,
};
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_body_that_does_not_arrive_is_408() {
    for by_pause in [true, false] {
        let mut settings = patient();
        if by_pause {
            settings.body_pause = MOMENT;
        } else {
            settings.body_timeout = MOMENT;
        }
        let mut server = Server::start(settings).await;
        for head in ["content-length: 50\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"] {
            let answer = server.say(format!("POST /count HTTP/1.1\r\nhost: x\r\n{head}")).await;
            assert_gateway(&answer, 408, "APIGW.0201");
            assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
            let told = server.told().await;
            assert_eq!(told.status, Some(StatusCode::REQUEST_TIMEOUT));
            assert_eq!((told.route.as_deref(), told.request_bytes), (Some("/count"), 4));
            assert!(answer.contains(&told.request_id.unwrap()), "{answer}");
        }
        assert_eq!(server.load.in_flight(), 0);
    }
}

#[tokio::test]
async fn a_body_that_drips_is_408_in_the_end() {
    let mut settings = patient();
    settings.body_timeout = MOMENT;
    let server = Server::start(settings).await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n").await.unwrap();
    let (mut reading, mut writing) = stream.split();
    // Reading ends only after writing has stopped: the front listens on until the client has read its answer.
    let answer = async {
        let answer = one(&mut reading).await;
        let end = rest(&mut reading).await;
        (answer, end)
    };
    let dripping = async {
        while writing.write_all(b"a").await.is_ok() {
            tokio::time::sleep(MOMENT / 10).await;
        }
    };
    tokio::pin!(answer);
    let (answer, end) = tokio::select! {
        answer = &mut answer => answer,
        () = dripping => answer.await,
    };
    assert_gateway(&answer, 408, "APIGW.0201");
    assert_eq!(end, "");
}

#[tokio::test]
async fn on_http2_only_the_slow_stream_is_408() {
    let mut settings = patient();
    settings.body_pause = MOMENT;
    let server = Server::start(settings).await;
    let (mut send, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(server.connect().await))
            .await
            .unwrap();
    let end = tokio::spawn(connection);
    let (pieces, body) = tokio::sync::mpsc::channel::<Result<Frame<Bytes>, std::io::Error>>(1);
    pieces.send(Ok(Frame::data(Bytes::from_static(b"half")))).await.unwrap();
    let body = StreamBody::new(Pieces(body)).boxed();
    let slow = Request::post("http://front.test/count").body(body).unwrap();
    let response = soon("the answer", send.send_request(slow)).await.unwrap();
    assert!(!response.headers().contains_key("connection"));
    let (status, text) = read(response).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
    assert!(text.contains("APIGW.0201"), "{text}");
    let quick = Request::get("http://front.test/things/a")
        .body(http_body_util::Empty::new().map_err(|never| match never {}).boxed());
    let response = soon("the next answer", send.send_request(quick.unwrap())).await.unwrap();
    assert_eq!(read(response).await.0, StatusCode::OK);
    drop(pieces);
    end.abort();
}

/// A channel as a stream.
struct Pieces<T>(tokio::sync::mpsc::Receiver<T>);

impl<T> futures_core::Stream for Pieces<T> {
    type Item = T;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        self.0.poll_recv(context)
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_413() {
    let mut settings = patient();
    settings.body_bytes = 10;
    let mut server = Server::start(settings).await;
    let ask = |rest: &str| format!("POST /count HTTP/1.1\r\nhost: x\r\n{rest}");
    let fits = server.say(ask("connection: close\r\ncontent-length: 10\r\n\r\n0123456789")).await;
    assert!(fits.ends_with("\r\n\r\n10"), "{fits}");
    assert_eq!(server.told().await.status, Some(StatusCode::OK));
    // Declared: nothing of it has to be sent.
    let expecting = "expect: 100-continue\r\ncontent-length: 11\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(ask(expecting).as_bytes()).await.unwrap();
    let answer = one(&mut stream).await;
    assert_gateway(&answer, 413, "APIGW.0201");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    stream.shutdown().await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
    let told = server.told().await;
    assert_eq!((told.route, told.request_bytes), (None, 0), "no route was asked");
    // Not declared.
    let mut stream = server.connect().await;
    stream
        .write_all(ask("transfer-encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n012345\r\n").as_bytes())
        .await
        .unwrap();
    assert_gateway(&one(&mut stream).await, 413, "APIGW.0201");
    assert_eq!(server.told().await.route.as_deref(), Some("/count"));
}

#[tokio::test]
async fn a_client_that_goes_on_sending_still_gets_its_answer() {
    let mut settings = patient();
    settings.body_bytes = 1_000_000;
    let server = Server::start(settings).await;
    for (path, length, status) in [("/count", 50_000_000, "413"), ("/unread", 1_000_000, "401")] {
        let mut stream = server.connect().await;
        let (mut reading, mut writing) = stream.split();
        let send = async {
            let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
            writing.write_all(head.as_bytes()).await.unwrap();
            // Far more than the buffers of both systems hold, so it cannot be sent unless somebody takes it.
            writing.write_all(&vec![b'x'; length]).await.unwrap();
            writing.shutdown().await.unwrap();
        };
        // As many a client does: nothing is read before all is sent.
        soon("all is sent", send).await;
        let answer = rest(&mut reading).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer:?}");
    }
}

#[tokio::test]
async fn a_client_that_never_stops_sending_is_cut_off() {
    let mut settings = patient();
    (settings.body_bytes, settings.close_timeout) = (10, MOMENT);
    let server = Server::start(settings).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000000\r\n\r\n")
        .await
        .unwrap();
    let bytes = vec![b'x'; 65_536];
    soon("writing fails", async { while stream.write_all(&bytes).await.is_ok() {} }).await;
    until("nothing of it is left", || server.load.connections() == 0).await;
}

#[tokio::test]
async fn beyond_the_limit_in_flight_is_503_at_once_where_nobody_may_wait() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout) = (2, Duration::ZERO);
    settings.retry_after = Duration::from_secs(7);
    let mut server = Server::start(settings).await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        waiting.push(stream);
    }
    until("two are in flight", || server.load.in_flight() == 2).await;
    let mut stream = server.connect().await;
    for ask in [
        "GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab",
    ] {
        stream.write_all(ask.as_bytes()).await.unwrap();
        let answer = one(&mut stream).await;
        assert_gateway(&answer, 503, "APIGW.0202");
        assert!(answer.contains("\r\nretry-after: 7\r\n"), "{answer}");
        let told = server.told().await;
        assert_eq!((told.status, told.route), (Some(StatusCode::SERVICE_UNAVAILABLE), None));
    }
    assert_eq!(server.load.in_flight(), 2);
    server.release(2);
    for stream in &mut waiting {
        assert!(one(stream).await.ends_with("waited"));
    }
    until("both places are free", || server.load.in_flight() == 0).await;
    stream.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 200 "), "on the same connection");
}

#[tokio::test]
async fn whoever_sends_slowly_takes_no_place() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout) = (1, MOMENT);
    let mut server = Server::start(settings).await;
    let mut slow = server.connect().await;
    slow.write_all(b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf").await.unwrap();
    let mut other = server.connect().await;
    other.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(&mut other).await.starts_with("HTTP/1.1 200 "));
    server.told().await;
    // Now that somebody has the place, the slow one finds it taken when it is done.
    other.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("the place is taken", || server.load.in_flight() == 1).await;
    slow.write_all(b"half").await.unwrap();
    let answer = one(&mut slow).await;
    assert_gateway(&answer, 503, "APIGW.0202");
    let told = server.told().await;
    assert_eq!((told.route.as_deref(), told.request_bytes), (Some("/count"), 8));
    server.release(1);
    assert!(one(&mut other).await.ends_with("waited"));
    slow.write_all(b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nfull").await.unwrap();
    assert!(one(&mut slow).await.ends_with("\r\n\r\n4"));
}

#[tokio::test]
async fn http2_gets_503_too() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout) = (1, MOMENT);
    let server = Server::start(settings).await;
    let (mut send, _end) = server.h2().await;
    let waiting = tokio::spawn(send.send_request(request("GET", "/wait", "")));
    until("one is in flight", || server.load.in_flight() == 1).await;
    let refused = soon("an answer", send.send_request(request("POST", "/count", "x"))).await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    let (status, body) = read(refused).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("APIGW.0202"), "{body}");
    server.release(1);
    assert_eq!(read(waiting.await.unwrap().unwrap()).await.1, "waited");
}

/// Takes the only place of a server.
async fn occupy(server: &Server) -> TcpStream {
    let mut stream = server.connect().await;
    stream.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("the place is taken", || server.load.in_flight() == 1).await;
    stream
}

const ASKS: [&str; 3] = [
    "GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n",
    "POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab",
    "POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
];

#[tokio::test]
async fn a_request_waits_for_its_turn_and_is_answered() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout) = (1, PATIENCE * 2);
    let mut server = Server::start(settings).await;
    let mut first = occupy(&server).await;
    let mut others = Vec::new();
    for (index, ask) in ASKS.iter().enumerate() {
        let mut stream = server.connect().await;
        stream.write_all(ask.as_bytes()).await.unwrap();
        until("it waits", || server.load.waiting() == index + 1).await;
        others.push(stream);
    }
    assert_eq!(server.load.in_flight(), 1);
    server.release(1);
    assert!(one(&mut first).await.ends_with("waited"));
    assert_eq!(server.told().await.route.as_deref(), Some("/wait"));
    for (stream, (route, end)) in
        others.iter_mut().zip([("/things/{name}", ""), ("/count", "2"), ("/count", "2")])
    {
        let answer = one(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(end), "{answer}");
        let told = server.told().await;
        assert_eq!(
            (told.status, told.route.as_deref()),
            (Some(StatusCode::OK), Some(route)),
            "in their order"
        );
    }
    until("all is as before", || (server.load.in_flight(), server.load.waiting()) == (0, 0)).await;
}

#[tokio::test]
async fn whoever_waits_too_long_gets_503_and_may_ask_again() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout) = (1, MOMENT);
    let server = Server::start(settings).await;
    let mut first = occupy(&server).await;
    let mut stream = server.connect().await;
    for ask in ASKS {
        stream.write_all(ask.as_bytes()).await.unwrap();
        assert_gateway(&one(&mut stream).await, 503, "APIGW.0202");
    }
    server.release(1);
    assert!(one(&mut first).await.ends_with("waited"));
    stream.write_all(ASKS[0].as_bytes()).await.unwrap();
    assert!(one(&mut stream).await.starts_with("HTTP/1.1 200 "), "on the same connection");
    until("all is as before", || (server.load.in_flight(), server.load.waiting()) == (0, 0)).await;
}

#[tokio::test]
async fn whoever_goes_away_gives_up_his_turn() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout) = (1, PATIENCE * 2);
    let server = Server::start(settings).await;
    let mut first = occupy(&server).await;
    for ask in ASKS {
        let mut stream = server.connect().await;
        stream.write_all(ask.as_bytes()).await.unwrap();
        until("it waits", || server.load.waiting() == 1).await;
        drop(stream);
        until("nobody waits", || server.load.waiting() == 0).await;
    }
    server.release(1);
    assert!(one(&mut first).await.ends_with("waited"));
    until("the place is free", || server.load.in_flight() == 0).await;
    first.write_all(ASKS[0].as_bytes()).await.unwrap();
    assert!(one(&mut first).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn no_more_wait_than_connections_may_be_open() {
    let mut settings = patient();
    (settings.in_flight, settings.turn_timeout, settings.connections) = (1, PATIENCE * 2, 1);
    let server = Server::start(settings).await;
    let (mut send, _end) = server.h2().await;
    let first = tokio::spawn(send.send_request(request("GET", "/wait", "")));
    until("the place is taken", || server.load.in_flight() == 1).await;
    let second = tokio::spawn(send.send_request(request("GET", "/things/a", "")));
    until("one waits", || server.load.waiting() == 1).await;
    for (method, path, body) in [("GET", "/things/a", ""), ("POST", "/count", "x")] {
        let refused = soon("an answer", send.send_request(request(method, path, body))).await.unwrap();
        assert_eq!(read(refused).await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
    server.release(1);
    assert_eq!(read(first.await.unwrap().unwrap()).await.1, "waited");
    assert_eq!(read(second.await.unwrap().unwrap()).await.0, StatusCode::OK);
}
