//! Connections with something on them that is no proper request: what strangers, broken clients and broken networks send.

use super::drive::connect;
use super::ledger::{self, Deed, Fate, KEPT, Ledger};
use super::traffic::Ask;
use super::wire::Answer;
use crate::example::PROJECT;
use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

/// How long the service may take to get rid of one: the longest of its documented times, for a body (30 s), and some more.
const PATIENCE: Duration = Duration::from_secs(45);

/// What comes over such a connection.
#[derive(Clone, Copy, Debug)]
enum Garbage {
    /// Opened, and closed at once.
    Nothing,
    /// Not HTTP, as text and as bytes of another protocol.
    Words,
    Bytes,
    /// A request line and half a header, then closed.
    HalfHead,
    /// Less of a body than was announced, then closed.
    HalfBody,
    /// A head that comes a byte at a time and does not end.
    SlowHead,
    /// Headers that are too long.
    LongHead,
    /// Two lengths of one body.
    TwoLengths,
    /// A body in chunks that are none.
    WrongChunks,
    /// A proper deletion by somebody who does not wait for the answer.
    HungUp(Deed),
}

/// How often each is drawn.
const DRAWN: [(u8, Garbage); 9] = [
    (20, Garbage::Nothing),
    (15, Garbage::Words),
    (10, Garbage::Bytes),
    (15, Garbage::HalfHead),
    (10, Garbage::HalfBody),
    (2, Garbage::SlowHead),
    (4, Garbage::LongHead),
    (7, Garbage::TwoLengths),
    (7, Garbage::WrongChunks),
];

/// What they are, in words.
pub(super) const WORDS: &str = "connections that are opened and closed, text and bytes that are not HTTP, heads and bodies that break off, \
     heads that come a byte at a time, heads of 100 kB, two lengths of one body, chunks that are none, and deletions whose \
     sender hangs up before the answer";

fn draw(random: &mut fastrand::Rng, ledger: &mut Ledger) -> Garbage {
    let mut drawn = random.u8(..100);
    for (often, garbage) in DRAWN {
        if drawn < often {
            return garbage;
        }
        drawn -= often;
    }
    ledger.take().map_or(Garbage::Nothing, Garbage::HungUp)
}

/// Sends some over a connection of its own, and waits for the end of it where the service has to end it.
///
/// # Errors
/// What the service must not do: answer it as if it were a request, fail over it, or keep it.
pub(super) async fn send(
    address: SocketAddr,
    random: &RefCell<fastrand::Rng>,
    ledger: &RefCell<Ledger>,
) -> Result<(), String> {
    let (garbage, resource) = {
        let mut ledger = ledger.borrow_mut();
        (draw(&mut random.borrow_mut(), &mut ledger), ledger.any())
    };
    let from = if let Garbage::HungUp(deed) = garbage {
        ledger.borrow_mut().settle(deed, Fate::Unknown);
        Ipv4Addr::LOCALHOST
    } else {
        // Strangers come from everywhere, so none of them is held off as one who guesses.
        Ipv4Addr::from(random.borrow_mut().u32(0x7f10_0001..0x7fff_fffe))
    };
    match timeout(PATIENCE, speak(from, address, garbage, resource)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(wrong)) => Err(format!("{garbage:?}: {wrong}")),
        Err(_) => Err(format!("{garbage:?}: the connection is still open after {PATIENCE:?}")),
    }
}

async fn speak(from: Ipv4Addr, address: SocketAddr, garbage: Garbage, resource: u32) -> Result<(), String> {
    let mut stream = connect(from, address).await.map_err(|error| format!("no connection: {error}"))?;
    let id = ledger::id(resource);
    let line = format!("DELETE /v2/{PROJECT}/desktops/{id}/tags/{KEPT} HTTP/1.1\r\nhost: soak\r\n");
    let batch = format!("DELETE /v1/{PROJECT}/desktop/{id}/tags/delete HTTP/1.1\r\nhost: soak\r\n");
    let mut request = Vec::new();
    match garbage {
        Garbage::Nothing => return Ok(()),
        Garbage::Words => request.extend_from_slice(b"EHLO soak\r\n\r\n"),
        Garbage::Bytes => request.extend_from_slice(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 13, 10, 13, 10]),
        Garbage::HalfHead => request.extend_from_slice(format!("{line}x-auth-").as_bytes()),
        Garbage::HalfBody => {
            request.extend_from_slice(format!("{batch}content-length: 1000\r\n\r\n{{\"tags\"").as_bytes());
        }
        Garbage::SlowHead => {
            // The service ends it; what is written after that fails, and that is the end of it here.
            for byte in line.as_bytes() {
                if stream.write_all(&[*byte]).await.is_err() {
                    return Ok(());
                }
                let (mut scrap, pause) = ([0; 512], Duration::from_millis(500));
                if let Ok(Ok(0) | Err(_)) = timeout(pause, stream.read(&mut scrap)).await {
                    return Ok(());
                }
            }
            return Err("it may take as long as it likes".to_owned());
        }
        Garbage::LongHead => {
            request.extend_from_slice(format!("{line}x-long: {}\r\n\r\n", "x".repeat(100_000)).as_bytes());
        }
        Garbage::TwoLengths => {
            request.extend_from_slice(
                format!("{batch}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}").as_bytes(),
            );
        }
        Garbage::WrongChunks => {
            let token = "x-auth-token: guessed\r\ncontent-type: application/json\r\n";
            request.extend_from_slice(
                format!("{batch}{token}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n").as_bytes(),
            );
        }
        Garbage::HungUp(deed) => Ask::Remove(deed).write(&mut request),
    }
    let sent = stream.write_all(&request).await;
    match garbage {
        Garbage::HalfHead | Garbage::HalfBody => {
            sleep(Duration::from_millis(20)).await;
            return Ok(());
        }
        Garbage::HungUp(_) => return Ok(()),
        _ => {}
    }
    // Where the service has ended it already, it may have answered before.
    let _ = sent;
    let mut came = Vec::new();
    loop {
        match stream.read_buf(&mut came).await {
            Ok(0) | Err(_) => return Ok(()),
            Ok(_) => {}
        }
        if let Some((answer, _)) = Answer::read(&came)? {
            return match answer.status {
                400 | 401 | 408 | 413 | 414 | 431 | 503 => Ok(()),
                _ => Err(format!("answered with {}", answer.shown())),
            };
        }
    }
}
