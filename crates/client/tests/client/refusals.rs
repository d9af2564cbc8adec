//! What never leaves: after the refusal, nobody has even connected.

use crate::{DESKTOP, PROJECT, client, one_tag, unchecked, value};
use std::io::ErrorKind;
use std::net::TcpListener;
use untag_client::Error;

/// Values that no URL can carry. The empty one breaks its type's rule too, but may come out of a file.
const LOST: [&str; 3] = ["", ".", ".."];

/// A server that would notice a connection.
struct Untouched(TcpListener);

impl Untouched {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn assert_refused<E>(&self, error: &Error<E>, operation: &str) {
        assert!(error.is_refused_here() && error.is_invalid() && !error.is_retryable(), "{error}");
        let message = error.to_string();
        assert!(message.starts_with(&format!("{operation} (DELETE /v")), "{message}");
        assert!(
            message.contains("was not sent, because a path parameter is empty, `.` or `..`"),
            "{message}"
        );
        // The kernel accepts a connection before the program does, so one that was made would be here by now.
        assert_eq!(self.0.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}

#[tokio::test]
async fn a_desktop_operation_that_would_address_something_else() {
    let server = Untouched::new();
    for prefix in ["", "/prefix"] {
        let client = client(format!("{}{prefix}", server.url()));
        let (project, desktop, key) = (value(PROJECT), value(DESKTOP), value("key1"));
        for lost in LOST {
            for result in [
                client.delete_desktop_tag(&project, &desktop, &unchecked(lost)).await,
                client.delete_desktop_tag(&project, &unchecked(lost), &key).await,
                client.delete_desktop_tag(&unchecked(lost), &desktop, &key).await,
                client.delete_desktop_tag(&unchecked(lost), &unchecked(lost), &unchecked(lost)).await,
            ] {
                server.assert_refused(&result.unwrap_err(), "deleteDesktopTag");
            }
        }
    }
}

#[tokio::test]
async fn a_batch_operation_that_would_address_something_else() {
    let server = Untouched::new();
    let client = client(server.url());
    let (project, kind, id) = (value(PROJECT), value("workspace"), value(DESKTOP));
    for lost in LOST {
        for result in [
            client.batch_untag_resources(&project, &kind, &unchecked(lost), &one_tag()).await,
            client.batch_untag_resources(&project, &unchecked(lost), &id, &one_tag()).await,
            client.batch_untag_resources(&unchecked(lost), &kind, &id, &one_tag()).await,
        ] {
            server.assert_refused(&result.unwrap_err(), "batchUntagResources");
        }
    }
}

#[tokio::test]
async fn the_listener_of_these_tests_notices_a_connection() {
    let server = Untouched::new();
    let _connection = std::net::TcpStream::connect(server.0.local_addr().unwrap()).unwrap();
    assert!(server.0.accept().is_ok());
}
