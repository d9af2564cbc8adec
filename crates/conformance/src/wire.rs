//! HTTP/1.1 as bytes over a socket: what is sent is exactly what a case says, and whatever comes back is a finding, not a panic.

use crate::clock::Deadline;
use crate::endpoint::Endpoint;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

/// The longest answer that is read; those of the contract have a few kilobytes.
const LONGEST: usize = 1 << 20;

/// The most that is shown of something that is no answer.
const SHOWN: usize = 200;

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// In the order of arrival, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether something came after the answer's end.
    pub(crate) is_followed: bool,
}

impl Response {
    /// The first header of this name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server cannot be reached. What the system says.
    Connect(String),
    /// It did not answer in time.
    Late(Duration),
    /// It answers something else than HTTP/1.1.
    NotHttp(String),
    /// Likewise: the start of a sentence that ends with the beginning of what came, in which credentials may be.
    Garbled(String, Vec<u8>),
}

/// Connections to one server.
pub(crate) struct Wire {
    addresses: Vec<SocketAddr>,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    timeout: Duration,
}

impl Wire {
    /// Looks the server up and sees that it takes connections.
    pub(crate) fn to(endpoint: &Endpoint, timeout: Duration) -> Result<Self, Trouble> {
        let connect = |error: &dyn std::fmt::Display| Trouble::Connect(error.to_string());
        let addresses: Vec<SocketAddr> = (endpoint.host.as_str(), endpoint.port)
            .to_socket_addrs()
            .map_err(|error| connect(&error))?
            .collect();
        let tls = if endpoint.is_tls {
            let name = ServerName::try_from(endpoint.host.clone()).map_err(|error| connect(&error))?;
            Some((Arc::new(tls().map_err(|error| connect(&error))?), name))
        } else {
            None
        };
        let wire = Self { addresses, tls, timeout };
        let mut stream = wire.connect(Deadline::after(timeout))?;
        if let Some(mut tls) = wire.secure()? {
            tls.complete_io(&mut stream).map_err(|error| connect(&error))?;
        }
        Ok(wire)
    }

    /// Sends these bytes on a new connection and reads one answer.
    pub(crate) fn send(&self, request: &[u8]) -> Result<Response, Trouble> {
        let deadline = Deadline::after(self.timeout);
        let has_body = !request.starts_with(b"HEAD ");
        let stream = Timed { stream: self.connect(deadline)?, deadline };
        match self.secure()? {
            Some(tls) => self.exchange(StreamOwned::new(tls, stream), request, has_body),
            None => self.exchange(stream, request, has_body),
        }
    }

    fn connect(&self, deadline: Deadline) -> Result<TcpStream, Trouble> {
        let mut last = Trouble::Connect("its name has no address".to_owned());
        for address in &self.addresses {
            let left = deadline.left().ok_or(Trouble::Late(self.timeout))?;
            match TcpStream::connect_timeout(address, left) {
                Ok(stream) => {
                    let set = stream.set_read_timeout(Some(left)).and(stream.set_write_timeout(Some(left)));
                    return set.map(|()| stream).map_err(|error| Trouble::Connect(error.to_string()));
                }
                Err(error) => last = Trouble::Connect(error.to_string()),
            }
        }
        Err(last)
    }

    fn secure(&self) -> Result<Option<ClientConnection>, Trouble> {
        let Some((config, name)) = &self.tls else { return Ok(None) };
        let connection = ClientConnection::new(Arc::clone(config), name.clone());
        connection.map(Some).map_err(|error| Trouble::Connect(error.to_string()))
    }

    fn exchange<S: Read + Write>(
        &self,
        mut stream: S,
        request: &[u8],
        has_body: bool,
    ) -> Result<Response, Trouble> {
        // A server that refuses early may close before it has read everything; its answer is there nevertheless.
        let sent = stream.write_all(request).and_then(|()| stream.flush());
        let mut bytes = Vec::new();
        let mut chunk = [0; 8192];
        loop {
            let read = stream.read(&mut chunk);
            let is_end = match &read {
                Ok(count) => *count == 0,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // The end without a farewell, which many servers leave out.
                Err(error) => {
                    error.kind() == ErrorKind::UnexpectedEof || error.kind() == ErrorKind::ConnectionReset
                }
            };
            bytes.extend_from_slice(
                read.as_ref().ok().and_then(|count| chunk.get(..*count)).unwrap_or_default(),
            );
            match parse(&bytes, has_body, is_end)? {
                Some(response) => return Ok(response),
                None if is_end && bytes.is_empty() => {
                    let also = sent.as_ref().err().map(|error| format!(" ({error})")).unwrap_or_default();
                    return Err(Trouble::NotHttp(format!(
                        "the connection was closed without an answer{also}"
                    )));
                }
                None if is_end => {
                    let what = "the connection was closed within the answer, which begins ";
                    return Err(Trouble::Garbled(what.to_owned(), bytes));
                }
                None => {}
            }
            if bytes.len() > LONGEST {
                return Err(Trouble::NotHttp(format!("the answer is longer than {LONGEST} bytes")));
            }
            match read {
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
                    return Err(Trouble::Late(self.timeout));
                }
                Err(error) => return Err(Trouble::NotHttp(format!("the connection broke: {error}"))),
            }
        }
    }
}

/// TLS as the machine trusts it.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A connection that never waits past its deadline, however often something comes.
struct Timed {
    stream: TcpStream,
    deadline: Deadline,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        self.deadline.left().ok_or_else(|| ErrorKind::TimedOut.into())
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(into)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Reads an answer. `None`: more has to come, unless the connection has ended.
fn parse(bytes: &[u8], has_body: bool, is_end: bool) -> Result<Option<Response>, Trouble> {
    let not = |what: &str| Trouble::Garbled(format!("{what}: "), bytes.to_vec());
    let start = b"HTTP/1.";
    if bytes.iter().zip(start).any(|(byte, wanted)| byte != wanted) {
        return Err(not("this is not HTTP/1.1"));
    }
    let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let (head, rest) = (bytes.get(..end).unwrap_or_default(), bytes.get(end + 4..).unwrap_or_default());
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).filter(|status| status.len() == 3);
    let status: u16 =
        status.and_then(|status| status.parse().ok()).ok_or_else(|| not("this has no status"))?;
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| not("a header has no colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    // Only an interim answer: the answer itself follows.
    if (100..200).contains(&status) && status != 101 {
        return parse(rest, has_body, is_end);
    }
    let mut response = Response { status, headers, body: Vec::new(), is_followed: false };
    if !has_body || status == 204 || status == 304 {
        response.is_followed = !rest.is_empty();
        return Ok(Some(response));
    }
    let chunked =
        response.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    let (body, length) = if chunked {
        match unchunk(rest).map_err(not)? {
            Some(done) => done,
            None => return Ok(None),
        }
    } else if let Some(length) = response.header("content-length") {
        let length: usize = length.parse().map_err(|_| not("the length is no number"))?;
        match rest.get(..length) {
            Some(body) => (body.to_vec(), length),
            None => return Ok(None),
        }
    } else if is_end {
        (rest.to_vec(), rest.len())
    } else {
        return Ok(None);
    };
    response.is_followed = rest.len() > length;
    response.body = body;
    Ok(Some(response))
}

/// What chunks hold, and how many bytes they take. `None`: the last one has not come yet.
fn unchunk(mut rest: &[u8]) -> Result<Option<(Vec<u8>, usize)>, &'static str> {
    let whole = rest.len();
    let mut body = Vec::new();
    loop {
        let Some(end) = find(rest, b"\r\n") else { return Ok(None) };
        let line = str::from_utf8(rest.get(..end).unwrap_or_default()).unwrap_or_default();
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| "a chunk has no size")?;
        if size > LONGEST {
            return Err("a chunk is longer than any answer");
        }
        let chunk = rest.get(end + 2..).unwrap_or_default();
        if size == 0 {
            // Perhaps trailers, then an empty line.
            let end = if chunk.starts_with(b"\r\n") {
                Some(2)
            } else {
                find(chunk, b"\r\n\r\n").map(|end| end + 4)
            };
            return Ok(end.map(|end| (body, whole - chunk.len() + end)));
        }
        let (Some(data), Some(after)) = (chunk.get(..size), chunk.get(size..size + 2)) else {
            return Ok(None);
        };
        if after != b"\r\n" {
            return Err("a chunk is longer than its size");
        }
        body.extend_from_slice(data);
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

impl Trouble {
    /// The sentence; `shown` says what may be shown of what came, and takes how much of it.
    pub(crate) fn sentence(&self, shown: impl FnOnce(&[u8], usize) -> String) -> String {
        match self {
            Self::Connect(why) => format!("the server cannot be reached: {why}"),
            Self::Late(timeout) => format!("no answer came within {} seconds", timeout.as_secs_f32()),
            Self::NotHttp(what) => what.clone(),
            Self::Garbled(what, came) => format!("{what}{:?}", shown(came, SHOWN)),
        }
    }
}
