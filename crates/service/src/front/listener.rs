//! The port: bound before anything is served, and accepting whatever the system makes of it.

use super::load::Load;
use super::room::{Place, Room};
use super::tls::{Tls, TlsError, TlsFiles};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many connections the system keeps until we accept them; the system has a limit of its own
/// (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;

/// How long accepting pauses when the system has no more to give (file descriptors, most of the time).
const PAUSE: Duration = Duration::from_millis(100);

/// A bound port, with a certificate if it speaks TLS. Connections wait from now on, and are served by
/// [`serve`](super::serve).
#[derive(Debug)]
pub struct Listener {
    pub(super) tcp: TcpListener,
    pub(super) tls: Option<Tls>,
    load: Arc<Load>,
    address: SocketAddr,
}

impl Listener {
    /// Binds `address` (port 0: any that is free), and reads the certificate if there is one.
    ///
    /// # Errors
    /// The address cannot be bound, or the certificate or its key cannot be used; the message names address or file.
    pub async fn bind(address: SocketAddr, tls: Option<TlsFiles>) -> Result<Self, BindError> {
        let tls = match tls {
            None => None,
            Some(files) => Some(Tls::load(files).await.map_err(BindError::Tls)?),
        };
        let bind = || {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            // A restart does not wait for the connections of the process before it.
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            let tcp = socket.listen(BACKLOG)?;
            let address = tcp.local_addr()?;
            Ok((tcp, address))
        };
        let (tcp, address) = bind().map_err(|source| BindError::Address { address, source })?;
        Ok(Self { tcp, tls, load: Arc::default(), address })
    }

    /// The address that clients connect to, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Figures of the listener, for metrics.
    #[must_use]
    pub fn load(&self) -> Arc<Load> {
        Arc::clone(&self.load)
    }
}

/// Why there is no listener.
#[derive(Debug)]
pub enum BindError {
    /// The system does not give us the address.
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate or its key.
    Tls(TlsError),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Tls(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Address { source, .. } => Some(source),
            Self::Tls(error) => error.source(),
        }
    }
}

/// The next connection, once there is a place for it. Survives whatever accepting fails of.
pub(super) async fn accept(tcp: &TcpListener, room: &Room) -> (TcpStream, SocketAddr, Option<Place>) {
    loop {
        match tcp.accept().await {
            Ok((stream, peer)) => return (stream, peer, room.enter().await),
            // The client was gone before we looked: not our trouble, nor that of the next.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; pausing");
                room.ask();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
