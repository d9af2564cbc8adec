//! What a client is made from, and what it keeps to itself.

use crate::recorder::{NO_CONTENT, Recorder};
use crate::{TOKEN, client, delete_tag, direct, unchecked, value};
use untag_client::{BuildError, ClientBuilder};

#[test]
fn a_base_url_that_cannot_work_is_refused_before_the_first_request() {
    for url in [
        "",
        "workspace.example.com",
        "ftp://example.com",
        "https://a:s3cret@example.com",
        "https://example.com/?a=b",
    ] {
        let error = ClientBuilder::new(url).build().unwrap_err();
        assert!(matches!(error, BuildError::BaseUrl(_)), "{error}");
        assert!(error.to_string().starts_with("the base URL "), "{error}");
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn a_token_that_no_header_can_carry_is_refused_without_being_shown() {
    for token in ["s3cret\n", "s3cret\r\nX-Evil: 1", "s3cret\0", " s3cret", "s3cret "] {
        let error = ClientBuilder::new("http://127.0.0.1:9").token(unchecked(token)).build().unwrap_err();
        assert!(matches!(error, BuildError::Token), "{error}");
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn the_token_shows_nowhere_but_in_its_header() {
    let builder = ClientBuilder::new("http://127.0.0.1:9").token(value(TOKEN));
    assert!(!format!("{builder:?}").contains(TOKEN));
    let server =
        Recorder::answering("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    let client = client(server.url());
    assert!(!format!("{client:#?}").contains(TOKEN));
    let error = delete_tag(&client, "key1").await.unwrap_err();
    assert!(!format!("{error:#?} {error:#}").contains(TOKEN), "{error:#}");
    let request = server.request();
    assert_eq!(request.header("x-auth-token"), Some(TOKEN));
    assert_eq!(format!("{request:?}").matches(TOKEN).count(), 1);
}

#[tokio::test]
async fn without_a_token_none_is_sent() {
    let server = Recorder::answering(NO_CONTENT).await;
    let client = ClientBuilder::new(server.url()).http(direct()).build().unwrap();
    delete_tag(&client, "key1").await.unwrap();
    assert_eq!(server.request().header("x-auth-token"), None);
}
