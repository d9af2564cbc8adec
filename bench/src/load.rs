//! A load generator that costs less than what it loads: prepared bytes out, and as little as possible read of what comes back.

use crate::{Outcome, clock};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::vec::IntoIter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{self, JoinSet};

/// Connections that are kept alive, each with one request in flight, always the same one.
#[derive(Debug)]
pub(crate) struct Load {
    connections: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    response: Vec<u8>,
}

impl Load {
    /// Opens the connections.
    pub(crate) async fn connect(address: SocketAddr, connections: usize, request: &[u8]) -> Outcome<Self> {
        let mut load = Self { connections: Vec::with_capacity(connections) };
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let response = Vec::with_capacity(4096);
            load.connections.push(Connection { stream, request: request.to_vec(), response });
        }
        Ok(load)
    }

    /// Sends requests for so long; how many were answered.
    ///
    /// # Errors
    /// An answer other than 204, or none.
    pub(crate) async fn run(&mut self, duration: Duration) -> Outcome<u64> {
        let deadline = clock::now() + duration;
        // A server whose load generator sleeps pays for waking it, and the more so the slower the server is. A client in
        // service is on another machine, so this one stays awake.
        let awake = task::spawn(async {
            loop {
                task::yield_now().await;
            }
        });
        let mut tasks: JoinSet<Outcome<(Connection, u64)>> =
            self.connections.drain(..).map(|connection| connection.until(deadline)).collect();
        let mut answered = 0;
        while let Some(task) = tasks.join_next().await {
            let (connection, count) = task??;
            self.connections.push(connection);
            answered += count;
        }
        awake.abort();
        Ok(answered)
    }
}

/// How long it took to have each of some requests answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// All of them, in seconds.
    pub(crate) seconds: f64,
    /// Each of them, in seconds, the shortest first.
    pub(crate) latencies: Vec<f64>,
}

impl Answered {
    /// The latency that this part of the requests stays within.
    pub(crate) fn within(&self, part: f64) -> f64 {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (self.latencies.len() as f64 * part) as usize;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(index.min(last)).copied().unwrap_or(f64::NAN)
    }
}

/// Sends each request once, on so many connections with one in flight on each, to these servers in turn.
///
/// # Errors
/// An answer other than 204, or none.
pub(crate) async fn each(
    servers: &[SocketAddr],
    connections: usize,
    requests: Vec<Vec<u8>>,
) -> Outcome<Answered> {
    let mut load = Load { connections: Vec::with_capacity(connections) };
    for server in servers.iter().cycle().take(connections) {
        load.connections.append(&mut Load::connect(*server, 1, &[]).await?.connections);
    }
    let requests = Arc::new(Mutex::new(requests.into_iter()));
    let start = clock::now();
    let mut tasks: JoinSet<Outcome<Vec<f64>>> =
        load.connections.into_iter().map(|connection| connection.empty(Arc::clone(&requests))).collect();
    let mut latencies = Vec::new();
    while let Some(task) = tasks.join_next().await {
        latencies.extend(task??);
    }
    let seconds = start.elapsed().as_secs_f64();
    latencies.sort_by(f64::total_cmp);
    Ok(Answered { seconds, latencies })
}

impl Connection {
    /// Sends requests until there is none left; how long each took.
    async fn empty(mut self, requests: Arc<Mutex<IntoIter<Vec<u8>>>>) -> Outcome<Vec<f64>> {
        let mut latencies = Vec::new();
        loop {
            let next = requests.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(request) = next else { return Ok(latencies) };
            self.request = request;
            let sent = clock::now();
            self.exchange().await?;
            latencies.push(sent.elapsed().as_secs_f64());
        }
    }

    async fn until(mut self, deadline: Instant) -> Outcome<(Self, u64)> {
        let mut answered = 0;
        while clock::now() < deadline {
            self.exchange().await?;
            answered += 1;
        }
        Ok((self, answered))
    }

    async fn exchange(&mut self) -> Outcome<()> {
        self.stream.write_all(&self.request).await?;
        self.response.clear();
        while !self.response.ends_with(b"\r\n\r\n") {
            if self.stream.read_buf(&mut self.response).await? == 0 {
                return Err("the server closed a connection under load".into());
            }
            // Anything else may have a body, whose end would have to be found: 204 has none.
            if self.response.len() >= 12 && !self.response.starts_with(b"HTTP/1.1 204") {
                let text = String::from_utf8_lossy(&self.response);
                return Err(format!("a server under load answered something else than 204: {text}").into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Load;
    use crate::example::Example;
    use crate::server::Server;
    use axum::Router;
    use axum::http::StatusCode;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    const MOMENT: Duration = Duration::from_millis(20);

    fn run(router: Router) -> Result<u64, String> {
        let server = Server::start(router).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let request = Example::ResourceTags.bytes(server.address);
            let mut load = Load::connect(server.address, 3, &request).await.unwrap();
            load.run(MOMENT).await.map_err(|error| error.to_string())?;
            load.run(MOMENT).await.map_err(|error| error.to_string())
        })
    }

    #[test]
    fn requests_arrive_whole_and_answers_are_counted() {
        let arrived = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&arrived);
        let answered = run(Router::new().fallback(move |body: String| async move {
            assert_eq!(body.as_bytes(), Example::ResourceTags.body());
            count.fetch_add(1, Ordering::Relaxed);
            StatusCode::NO_CONTENT
        }));
        // Two runs of three connections, each of which has sent at least once; the answer is about the second run.
        assert!(answered.unwrap() >= 3);
        assert!(arrived.load(Ordering::Relaxed) >= 6);
    }

    #[test]
    fn another_answer_is_an_error_not_a_fast_server() {
        let error = run(Router::new().fallback(async || StatusCode::BAD_REQUEST)).unwrap_err();
        assert!(error.contains("something else than 204: HTTP/1.1 400"), "{error}");
    }
}
