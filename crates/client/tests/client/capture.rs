//! What a program that listens with `tracing` gets to see.
//!
//! The listener is there for the whole process, before the first call of any test: whether anybody listens at a place in the
//! code is decided once for all threads, and tests run on several.

use std::cell::RefCell;
use std::io;
use std::sync::Once;
use std::time::Duration;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;

thread_local! {
    /// What was told on this thread, if its test wants to know.
    static TOLD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Everything that this thread tells, as text, until this value ends.
pub(crate) struct Capture(());

/// Makes the process listen, to every level of every crate.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let layer = tracing_subscriber::fmt::layer()
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| OnThread)
            .with_filter(dynamic_filter_fn(|_, _| TOLD.with_borrow(Option::is_some)));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

impl Capture {
    pub(crate) fn start() -> Self {
        listen();
        TOLD.set(Some(Vec::new()));
        Self(())
    }

    pub(crate) fn text(&self) -> String {
        let Self(()) = self;
        TOLD.with_borrow(|told| String::from_utf8(told.clone().unwrap()).unwrap())
    }

    /// The first line with this text in it, as soon as it is there. Other work of the runtime goes on meanwhile.
    pub(crate) async fn line(&self, containing: &str) -> String {
        let found = async {
            loop {
                if let Some(line) = self.text().lines().find(|line| line.contains(containing)) {
                    return line.to_owned();
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), found).await.unwrap()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        TOLD.set(None);
    }
}

/// Writes where the thread's test looks for it.
struct OnThread;

impl io::Write for OnThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TOLD.with_borrow_mut(|told| {
            if let Some(told) = told {
                told.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
