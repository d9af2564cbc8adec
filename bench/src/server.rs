//! A router behind a socket of the loopback interface, on a thread of its own.
//!
//! One thread, so that the server is what a load generator on another core waits for, and not the machine.

use crate::{Outcome, clock};
use axum::Router;
use std::future::IntoFuture;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::{self, JoinHandle};
use tokio::net::TcpListener;
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts serving on a free port.
    pub fn start(router: Router) -> Outcome<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("server".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = axum::serve(listener, router).into_future() => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, handle, stop: Some(stop), thread: Some(thread) })
    }

    /// CPU time that the server's thread has used so far, in seconds.
    pub async fn cpu(&self) -> Outcome<f64> {
        // The runtime has one thread, so the task runs on the very thread it asks about.
        Ok(self.handle.spawn(async { clock::thread_cpu() }).await?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say; a panic in it has been printed.
            let _ = thread.join();
        }
    }
}
