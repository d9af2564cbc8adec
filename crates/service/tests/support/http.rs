//! HTTP/1.1, byte by byte.

use super::{DEADLINE, PROJECT};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    /// The value of a header that must be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Whether the server says that the connection ends with it.
    pub(crate) fn is_last(&self) -> bool {
        self.find("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A kept-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Sends a request.
    pub(crate) fn send(&mut self, request: &str) -> io::Result<()> {
        self.stream.write_all(request.as_bytes())
    }

    /// Reads a whole answer. An end after part of one is `InvalidData`, before it `UnexpectedEof`.
    pub(crate) fn receive(&mut self) -> io::Result<Answer> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let head = String::from_utf8(self.read[..end].to_vec()).unwrap();
        let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = match answer.find("content-length") {
            Some(length) => length.parse().unwrap(),
            None if status == 204 => 0,
            None => panic!("an answer without length: {}", answer.head),
        };
        while self.read.len() < end + length {
            self.more()?;
        }
        answer.body = self.read[end..end + length].to_vec();
        self.read.drain(..end + length);
        Ok(answer)
    }

    /// Sends a request and reads its answer, both of which must succeed.
    pub(crate) fn ask(&mut self, request: &str) -> Answer {
        self.send(request).unwrap();
        self.receive().unwrap()
    }

    fn more(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            // Where the tests were stopped for a while, by a shell for one: a read with a timeout is not begun again.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Ok(0) | Err(_) if !self.read.is_empty() => Err(io::ErrorKind::InvalidData.into()),
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.read.extend_from_slice(&bytes[..count]);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// The request that removes one tag of a desktop.
pub(crate) fn delete_desktop_tag(token: &str, desktop: &str, key: &str) -> String {
    let key = encode(key);
    format!(
        "DELETE /v2/{PROJECT}/desktops/{desktop}/tags/{key} HTTP/1.1\r\nHost: untag.test\r\n\
         X-Auth-Token: {token}\r\n\r\n"
    )
}

/// The request that removes several tags of a resource. `body` is JSON.
pub(crate) fn batch_untag(token: &str, kind: &str, id: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "DELETE /v1/{PROJECT}/{kind}/{id}/tags/delete HTTP/1.1\r\nHost: untag.test\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A path segment in which nothing but unreserved characters stands bare.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
    }
    encoded
}
