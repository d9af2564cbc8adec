//! What the front grants a connection and a request.

use std::time::Duration;

/// Limits and times of the front. Times are wall-clock durations, sizes are bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Connections that are open at a time. The next closes the one that has waited longest for its client, or waits where
    /// an answer is being made for each. Each needs a file descriptor, so the process' limit of open files must be higher;
    /// when it is not, the same happens there, with pauses.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// From the first byte of a request to the end of its headers. Slower clients are cut off.
    pub header_timeout: Duration,
    /// Length of a request's first line and headers together, at least 8 KiB.
    pub header_bytes: usize,
    /// Number of headers of a request, at most 100 on HTTP/1 whatever is set.
    pub headers: usize,
    /// From the headers of a request to the end of its body.
    pub body_timeout: Duration,
    /// How long a request body may pause before it goes on.
    pub body_pause: Duration,
    /// Length of a request body. Above the service's own limit, which the contract documents.
    pub body_bytes: u64,
    /// Requests whose body has arrived and whose answer is not ready. The next waits for its turn.
    pub in_flight: usize,
    /// How long a request may wait for its turn; then it is answered 503. At once, if zero, or if as many wait as
    /// `connections` may be open.
    pub turn_timeout: Duration,
    /// When a client that got a 503 may come again; told in whole seconds, at least one.
    pub retry_after: Duration,
    /// Refused credentials (401) of one address in a minute; beyond it, its answer is 429 for a minute. 0 for any number.
    pub refusals: u32,
    /// How long a connection may have no request, and how long a client may take to fetch an answer.
    pub idle_timeout: Duration,
    /// How long a peer may take to close its side after we have closed ours.
    pub close_timeout: Duration,
    /// From shutdown to the end of all requests.
    pub drain_timeout: Duration,
    /// Streams that an HTTP/2 connection may have open at a time.
    pub h2_streams: u32,
    /// Streams that an HTTP/2 client may reset before we have looked at them; a client that goes beyond is cut off.
    pub h2_pending_resets: usize,
    /// Streams of an HTTP/2 connection that we may reset because of what came on them; a client that goes beyond is cut
    /// off.
    pub h2_errors: usize,
    /// How often the files of the certificate are looked at.
    pub certificate_poll: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 16_384,
            handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            // A token has up to 40,000 characters.
            header_bytes: 64 * 1024,
            headers: 100,
            body_timeout: Duration::from_secs(30),
            body_pause: Duration::from_secs(10),
            // The provider's gateway draws the line here.
            body_bytes: 12 * 1024 * 1024,
            in_flight: 1024,
            turn_timeout: Duration::from_secs(1),
            retry_after: Duration::from_secs(1),
            refusals: 100,
            idle_timeout: Duration::from_secs(75),
            close_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(30),
            h2_streams: 128,
            h2_pending_resets: 20,
            h2_errors: 1024,
            certificate_poll: Duration::from_secs(5),
        }
    }
}
