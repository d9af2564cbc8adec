//! What stands between a service and PostgreSQL, and can break.

use crate::support::until;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes bytes on, until it cuts.
pub(crate) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: u16,
    serializable: bool,
    pairs: Mutex<Vec<Arc<Pair>>>,
    /// How many pieces of data are left until all connections are cut; not, where it is negative.
    pieces: AtomicI64,
    conflicts: AtomicUsize,
    ended: AtomicBool,
}

/// A connection, and its continuation.
struct Pair {
    client: TcpStream,
    server: TcpStream,
    /// The client is gone, or thinks that the server is.
    is_cut: AtomicBool,
    /// The server has done all that it was asked, and is gone.
    is_over: AtomicBool,
}

impl Pair {
    /// The client sees its connection end. The server does what it has been sent; then it sees the end, too.
    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        // They may be closed already.
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Write);
    }
}

impl Proxy {
    /// In front of the server on this port. `serializable` replaces the isolation level that a service asks for.
    pub(crate) fn start(upstream: u16, serializable: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            upstream,
            serializable,
            pairs: Mutex::default(),
            pieces: AtomicI64::new(-1),
            conflicts: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.ended.load(Ordering::SeqCst) {
                    break;
                }
                // Where there is no server, the client's connection ends.
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, accepting.upstream)) else {
                    continue;
                };
                accepting.join(client.unwrap(), server);
            }
        });
        Self { port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections when so many more pieces of data have come, from either side.
    pub(crate) fn cut_after(&self, pieces: usize) {
        self.shared.pieces.store(i64::try_from(pieces).unwrap(), Ordering::SeqCst);
    }

    /// Waits until the server has done all that it was asked on connections that are cut, and cuts no more.
    pub(crate) fn settle(&self) {
        self.shared.pieces.store(-1, Ordering::SeqCst);
        let mut pairs = self.shared.pairs.lock().unwrap();
        let is_busy =
            |pair: &Arc<Pair>| pair.is_cut.load(Ordering::SeqCst) && !pair.is_over.load(Ordering::SeqCst);
        until("the server has done with what was cut", || (!pairs.iter().any(is_busy)).then_some(()));
        pairs.retain(|pair| !pair.is_over.load(Ordering::SeqCst));
    }

    /// How many transactions the server has refused because others came first.
    pub(crate) fn conflicts(&self) -> usize {
        self.shared.conflicts.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let pair = Arc::new(Pair {
            client,
            server,
            is_cut: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        self.pairs.lock().unwrap().push(Arc::clone(&pair));
        let (shared, there) = (Arc::clone(self), Arc::clone(&pair));
        thread::spawn(move || {
            shared.pass(&there.client, &there.server, |bytes| {
                if shared.serializable {
                    replace(bytes, b"READ COMMITTED", b"SERIALIZABLE  ");
                }
            });
            there.cut();
        });
        let shared = Arc::clone(self);
        thread::spawn(move || {
            shared.pass(&pair.server, &pair.client, |bytes| {
                let conflicts = bytes.windows(6).filter(|six| *six == b"C40001").count();
                shared.conflicts.fetch_add(conflicts, Ordering::SeqCst);
            });
            pair.is_over.store(true, Ordering::SeqCst);
            pair.cut();
        });
    }

    /// Passes on what comes, until nothing comes any more. What cannot be passed on is read all the same.
    fn pass(&self, mut from: &TcpStream, mut to: &TcpStream, look: impl Fn(&mut [u8])) {
        let mut bytes = [0; 16384];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            look(&mut bytes[..count]);
            if self.pieces.fetch_sub(1, Ordering::SeqCst) == 0 {
                self.pairs.lock().unwrap().iter().for_each(|pair| pair.cut());
            }
            let _ = to.write_all(&bytes[..count]);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        self.shared.pairs.lock().unwrap().iter().for_each(|pair| pair.cut());
        // Whoever accepts is to see that it is over.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, piece)| *piece == from)
        .map(|(place, _)| place)
        .collect();
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to);
    }
}
