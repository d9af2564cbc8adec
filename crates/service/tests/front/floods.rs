//! HTTP/2 clients that ask for more than any client needs, frame by frame: a client library would not let us.

use crate::support::{Server, one, patient, soon, until};
use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use untag_service::front::Unreadable;

/// How many streams a flood has.
const FLOOD: u32 = 10_000;

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

/// The headers of `GET /wait`, as HPACK writes them without compressing anything.
const WAIT: &[u8] = b"\x82\x86\x04\x05/wait\x01\x0afront.test";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

fn ask(stream: u32) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, WAIT)
}

fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())
}

/// The numbers of a client's streams.
fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| 2 * number + 1)
}

/// What the server said, up to the end of the connection or until it is asked for: how often each error was the end of a
/// stream, and what ended the connection.
#[derive(Debug, Default)]
struct Heard {
    resets: BTreeMap<u32, usize>,
    goaway: Option<u32>,
}

impl Heard {
    /// Takes one frame. Whether there was one.
    async fn frame(&mut self, reading: &mut OwnedReadHalf) -> bool {
        let mut head = [0; 9];
        if reading.read_exact(&mut head).await.is_err() {
            return false;
        }
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        if reading.read_exact(&mut payload).await.is_err() {
            return false;
        }
        let word = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
        match head[3] {
            RST_STREAM => *self.resets.entry(word(0)).or_default() += 1,
            GOAWAY => self.goaway = Some(word(4)),
            _ => {}
        }
        true
    }

    async fn until_the_end(mut self, reading: &mut OwnedReadHalf) -> Self {
        soon("the connection ends", async { while self.frame(reading).await {} }).await;
        self
    }
}

/// A connection whose HTTP/2 has begun.
async fn begin(server: &Server) -> (OwnedReadHalf, OwnedWriteHalf) {
    let stream = server.connect().await;
    let (reading, mut writing) = stream.into_split();
    writing.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    writing.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    (reading, writing)
}

/// Another client, which has its connection already.
async fn is_answered(stream: &mut TcpStream) {
    stream.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(stream).await.starts_with("HTTP/1.1 200 "));
}

/// CVE-2023-44487.
#[tokio::test]
async fn streams_that_are_reset_as_fast_as_they_are_opened_end_the_connection() {
    let mut server = Server::start(patient()).await;
    let mut other = server.connect().await;
    is_answered(&mut other).await;
    let (mut reading, mut writing) = begin(&server).await;
    let flood: Vec<u8> = streams(FLOOD).flat_map(|stream| [ask(stream), reset(stream)]).flatten().collect();
    let sending = tokio::spawn(async move {
        // Cut off in the middle of it.
        let _ = writing.write_all(&flood).await;
        writing
    });
    is_answered(&mut other).await;
    let heard = Heard::default().until_the_end(&mut reading).await;
    assert_eq!(heard.goaway, Some(ENHANCE_YOUR_CALM), "{heard:?}");
    assert_eq!(server.unreadable().await, Unreadable::Http2);
    drop(sending.await.unwrap());
    is_answered(&mut other).await;
    until("nothing of it is left", || server.load.connections() == 1 && server.load.in_flight() == 0).await;
    let mut asked = 0;
    while let Ok(told) = server.told.try_recv() {
        asked += u32::from(told.route.as_deref() == Some("/wait"));
    }
    assert!(asked < FLOOD / 10, "{asked} of {FLOOD} streams got as far as the router");
}

#[tokio::test]
async fn streams_that_are_reset_when_they_are_under_way_leave_nothing_behind() {
    const AT_ONCE: u32 = 100;
    let mut server = Server::start(patient()).await;
    let mut other = server.connect().await;
    let (_reading, mut writing) = begin(&server).await;
    let mut all = streams(FLOOD / 5);
    loop {
        let some: Vec<u32> = all.by_ref().take(AT_ONCE as usize).collect();
        if some.is_empty() {
            break;
        }
        let asks: Vec<u8> = some.iter().copied().flat_map(ask).collect();
        writing.write_all(&asks).await.unwrap();
        until("all are under way", || server.load.in_flight() == some.len()).await;
        is_answered(&mut other).await;
        let resets: Vec<u8> = some.iter().copied().flat_map(reset).collect();
        writing.write_all(&resets).await.unwrap();
        for _ in &some {
            soon("its handler is given up", server.dropped.recv()).await.unwrap();
        }
        until("none is under way", || server.load.in_flight() == 0).await;
    }
    assert_eq!(server.load.connections(), 2, "the client did nothing that is forbidden");
}

#[tokio::test]
async fn more_streams_than_are_allowed_at_a_time_are_refused_and_end_the_connection_in_the_end() {
    let mut settings = patient();
    settings.h2_errors = 500;
    let allowed = settings.h2_streams;
    let mut server = Server::start(settings).await;
    let mut other = server.connect().await;
    let (mut reading, mut writing) = begin(&server).await;
    let some: Vec<u8> = streams(allowed + 100).flat_map(ask).collect();
    writing.write_all(&some).await.unwrap();
    let mut heard = Heard::default();
    soon("what is too many is refused", async {
        while heard.resets.get(&REFUSED_STREAM) != Some(&100) {
            assert!(heard.frame(&mut reading).await, "{heard:?}");
        }
    })
    .await;
    let allowed = allowed as usize;
    until("the others are under way", || server.load.in_flight() == allowed).await;
    is_answered(&mut other).await;

    let more: Vec<u8> = streams(FLOOD).skip(allowed + 100).flat_map(ask).collect();
    let sending = tokio::spawn(async move {
        // Cut off in the middle of it.
        let _ = writing.write_all(&more).await;
    });
    is_answered(&mut other).await;
    let heard = heard.until_the_end(&mut reading).await;
    assert_eq!((&heard.resets, heard.goaway), (&[(REFUSED_STREAM, 500)].into(), Some(ENHANCE_YOUR_CALM)));
    assert_eq!(server.unreadable().await, Unreadable::Http2);
    soon("nothing more is taken", sending).await.unwrap();
    is_answered(&mut other).await;
    until("nothing of it is left", || server.load.connections() == 1 && server.load.in_flight() == 0).await;
}

/// CVE-2024-27316.
#[tokio::test]
async fn headers_that_go_on_and_on_end_the_connection() {
    let mut server = Server::start(patient()).await;
    let mut other = server.connect().await;
    let (mut reading, mut writing) = begin(&server).await;
    let sending = tokio::spawn(async move {
        writing.write_all(&frame(HEADERS, END_STREAM, 1, WAIT)).await.unwrap();
        // `x: aaa…`, 16,000 bytes of it in each frame, until somebody has enough.
        let mut header = b"\x00\x01x\x7f\x81\x7c".to_vec();
        header.extend([b'a'; 16_000]);
        let more = frame(CONTINUATION, 0, 1, &header);
        while writing.write_all(&more).await.is_ok() {}
    });
    is_answered(&mut other).await;
    let heard = Heard::default().until_the_end(&mut reading).await;
    assert_eq!(heard.goaway, Some(ENHANCE_YOUR_CALM), "{heard:?}");
    soon("nothing more is taken", sending).await.unwrap();
    assert_eq!(server.unreadable().await, Unreadable::Http2);
    is_answered(&mut other).await;
    until("nothing of it is left", || server.load.connections() == 1 && server.load.in_flight() == 0).await;
}
