//! One request on a connection of its own, byte for byte as it is written, and what comes back.

use crate::Outcome;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(5);
/// As much of an answer as is read.
const MOST: u64 = 1 << 20;

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// Its content type, in lower case; empty where there is none.
    pub(super) content_type: String,
    /// Its body as it travels: with the marks of chunks, if it has them.
    pub(super) body: Vec<u8>,
}

/// Sends a request that asks for the connection's end; `None` where there is no answer.
///
/// # Errors
/// Nobody listens.
pub(super) fn send(address: SocketAddr, request: &[u8]) -> Outcome<Option<Answer>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // A server may answer, and close, before it has read all of it.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let read = Read::by_ref(&mut stream).take(MOST).read_to_end(&mut bytes);
    let _ = stream.shutdown(Shutdown::Both);
    match read {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::WouldBlock | ErrorKind::ConnectionReset | ErrorKind::TimedOut
            ) =>
        {
            Err(error.into())
        }
        // What has come before a reset, or before the server fell silent, counts.
        _ => Ok(parse(&bytes)),
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(bytes.get(..end)?).to_ascii_lowercase();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let content_type = lines.find_map(|line| line.strip_prefix("content-type:")).unwrap_or_default();
    Some(Answer {
        status,
        content_type: content_type.trim().to_owned(),
        body: bytes.get(end + 4..)?.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, parse};

    #[test]
    fn an_answer_is_read_as_it_is() {
        let bytes = b"HTTP/1.1 400 Bad Request\r\nX-A: b\r\nContent-Type: Application/JSON\r\n\r\n{}";
        let body = b"{}".to_vec();
        assert_eq!(
            parse(bytes),
            Some(Answer { status: 400, content_type: "application/json".to_owned(), body })
        );
        assert_eq!(parse(b"HTTP/1.1 400 Bad Request\r\n"), None);
    }
}
