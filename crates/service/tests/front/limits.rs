//! Clients that are too slow, too many or too verbose.

use crate::support::{MOMENT, Server, one, patient, read, request, rest, soon, until};
use axum::http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a byte every now and then until the other side has enough.
async fn drip(stream: &mut TcpStream) -> Vec<u8> {
    let mut seen = Vec::new();
    soon("a slow client is cut off", async {
        loop {
            tokio::select! {
                read = stream.read_buf(&mut seen) => match read {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                },
                () = tokio::time::sleep(MOMENT / 10) => {
                    if stream.write_all(b"a").await.is_err() {
                        // What was answered before may still be there.
                        let _ = stream.read_to_end(&mut seen).await;
                        return;
                    }
                }
            }
        }
    })
    .await;
    seen
}

#[tokio::test]
async fn headers_that_do_not_end_are_cut_off_however_they_drip() {
    let mut settings = patient();
    settings.header_timeout = MOMENT;
    let server = Server::start(settings).await;
    for beginning in ["G", "GET /things/a HTTP/1.1\r\nx-long: ", "PRI * HTTP/2.0\r\n\r\nS"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        if beginning.starts_with("PRI") {
            assert_eq!(rest(&mut stream).await, "");
        } else {
            assert_eq!(drip(&mut stream).await, b"");
        }
    }
    // After a request that was in time, the same.
    let mut stream = server.connect().await;
    stream.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    one(&mut stream).await;
    stream.write_all(b"GET /things/a HTTP/1.1\r\nx-long: ").await.unwrap();
    assert_eq!(drip(&mut stream).await, b"");
    until("nothing of them is left", || server.load.connections() == 0).await;
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let mut settings = patient();
    settings.idle_timeout = MOMENT;
    let server = Server::start(settings).await;
    let mut silent = server.connect().await;
    assert_eq!(rest(&mut silent).await, "");

    let mut asked = server.connect().await;
    asked.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    one(&mut asked).await;
    assert_eq!(asked.read(&mut [0; 1]).await.unwrap(), 0, "closed in good order");

    let (mut send, end) = server.h2().await;
    let answer = send.send_request(request("GET", "/things/a", "")).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
    soon("the HTTP/2 connection ends", end).await.unwrap().unwrap();
    until("nothing of them is left", || server.load.connections() == 0).await;
}

#[tokio::test]
async fn a_request_in_flight_is_not_idle() {
    let mut settings = patient();
    (settings.idle_timeout, settings.header_timeout, settings.close_timeout) = (MOMENT, MOMENT, MOMENT);
    let server = Server::start(settings).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("it is in flight", || server.load.in_flight() == 1).await;
    let (mut send, _end) = server.h2().await;
    let slow_stream = tokio::spawn(send.send_request(request("GET", "/wait", "")));
    until("both are in flight", || server.load.in_flight() == 2).await;
    // A connection that came later has been idle for too long: so have they, if they count as idle.
    for _ in 0..2 {
        assert_eq!(rest(&mut server.connect().await).await, "");
    }
    server.release(2);
    assert!(one(&mut slow).await.ends_with("waited"));
    assert_eq!(read(slow_stream.await.unwrap().unwrap()).await.1, "waited");
}

#[tokio::test]
async fn headers_beyond_the_limits_are_431() {
    let mut settings = patient();
    (settings.header_bytes, settings.headers) = (10_000, 8);
    let mut server = Server::start(settings).await;
    let fits = format!("GET /things/a HTTP/1.1\r\nconnection: close\r\nx: {}\r\n\r\n", "y".repeat(9_000));
    assert!(server.say(fits).await.starts_with("HTTP/1.1 200 "));
    // All of the answer arrives although the client goes on sending long after it is refused.
    let long = format!("GET /things/a HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(3_000_000));
    let mut stream = server.connect().await;
    let (mut reading, mut writing) = stream.split();
    let (answer, ()) = tokio::join!(rest(&mut reading), async {
        let _ = writing.write_all(long.as_bytes()).await;
        let _ = writing.shutdown().await;
    });
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer:?}");
    let many = format!("GET /things/a HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(9));
    assert!(server.say(many).await.starts_with("HTTP/1.1 431 "));
    assert!(server.say("no http\r\n\r\n").await.starts_with("HTTP/1.1 400 "));
    assert_eq!(server.told().await.status, Some(StatusCode::OK));

    let (mut send, _end) = server.h2().await;
    let mut many = request("GET", "/things/a", "");
    for number in 0..9 {
        let name = axum::http::HeaderName::try_from(format!("x-{number}")).unwrap();
        many.headers_mut().insert(name, "y".parse().unwrap());
    }
    let (status, body) = read(send.send_request(many).await.unwrap()).await;
    assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert!(body.contains("APIGW.0201"), "{body}");
    let answer = send.send_request(request("GET", "/things/a", "")).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
}

#[tokio::test]
async fn http2_headers_beyond_the_limit_are_431() {
    use std::fmt::Write as _;
    let mut settings = patient();
    settings.header_bytes = 10_000;
    let server = Server::start(settings).await;
    // A client that respects the limit would not send this, so it is written by hand: HPACK literals, no Huffman code.
    let mut block = vec![0x82, 0x86, 0x84, 0x41, 0x01, b'x'];
    let mut name = String::new();
    for number in 0..4 {
        name.clear();
        write!(name, "x-{number}").unwrap();
        block.extend([0x00, 3]);
        block.extend(name.as_bytes());
        // 3,000 as an integer with a prefix of 7 bits: 127, then 2,873 in groups of 7 bits.
        block.extend([0x7f, 0xb9, 0x16]);
        block.extend(vec![b'y'; 3_000]);
    }
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    let length = u32::try_from(block.len()).unwrap().to_be_bytes();
    bytes.extend([length[1], length[2], length[3], 1, 0x5, 0, 0, 0, 1]);
    bytes.extend(block);
    let mut stream = server.connect().await;
    stream.write_all(&bytes).await.unwrap();
    let status = soon("headers of stream 1", async {
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.unwrap();
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            stream.read_exact(&mut payload).await.unwrap();
            if head[3] == 1 {
                return payload;
            }
            assert_ne!((head[3], head[8]), (3, 1), "the stream is reset");
        }
    })
    .await;
    // `:status` by its index 8 of the static table, and "431" in three bytes of Huffman code.
    assert_eq!(status.get(..5), Some(&[0x48, 0x83, 0x69, 0x90, 0xff][..]), "{status:?}");
}
