//! HTTP/1.1 by hand, so that a server can also answer what no library would send: one request on a connection, one answer.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

/// More than any request of a test has; what is longer is no request.
const LONGEST: u64 = 16 * 1024 * 1024;

/// A request as it came.
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as they stand in the request line.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body came in chunks.
    pub(crate) is_chunked: bool,
}

impl Request {
    /// Reads one. Nothing: the connection ended before the request did, or it is none.
    pub(crate) fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream.take(LONGEST));
        let mut lines = Vec::new();
        loop {
            let line = line(&mut reader)?;
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let mut lines = lines.into_iter();
        let start = lines.next()?;
        let [method, target, "HTTP/1.1"] = start.split(' ').collect::<Vec<_>>()[..] else { return None };
        let headers: Option<Vec<(String, String)>> = lines
            .map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())))
            .collect();
        let mut request = Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers?,
            body: Vec::new(),
            is_chunked: false,
        };
        request.is_chunked =
            request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
        request.body = if request.is_chunked {
            chunks(&mut reader)?
        } else {
            let length = request.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
            bytes(&mut reader, length)?
        };
        Some(request)
    }

    /// The values of all headers of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The value of the first header of this name.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }
}

/// A line without its end. Nothing: there is none.
fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes).ok()?;
    bytes.strip_suffix(b"\r\n").map(|line| String::from_utf8_lossy(line).into_owned())
}

fn bytes(reader: &mut impl Read, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes).ok()?;
    (u64::try_from(bytes.len()) == Ok(length)).then_some(bytes)
}

fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let length = u64::from_str_radix(line(reader)?.split(';').next()?, 16).ok()?;
        body.extend(bytes(reader, length)?);
        line(reader)?;
        if length == 0 {
            return Some(body);
        }
    }
}

/// An answer, after which the connection ends.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// One without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// Writes it; a caller that has gone away does not matter.
    pub(crate) fn write(&self, mut stream: &TcpStream) {
        let mut head = format!("HTTP/1.1 {} -\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            // Writing to a string does not fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.status != 204 || !self.body.is_empty() {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        let _ = stream.write_all(format!("{head}\r\n{}", self.body).as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
    }
}
