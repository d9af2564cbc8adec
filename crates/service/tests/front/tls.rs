//! TLS: versions by ALPN, certificates that change while connections are open, files that are of no use.

use crate::support::{MOMENT, Server, h2, log, one, patient, read, request, rest, soon, until};
use axum::http::StatusCode;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use untag_service::front::{Listener, TlsFiles, check};

fn files(folder: &TempDir) -> TlsFiles {
    TlsFiles { chain: folder.path().join("chain.pem"), key: folder.path().join("key.pem") }
}

/// A new certificate for the name.
fn issue() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(vec!["front.test".to_owned()]).unwrap()
}

/// Replaces a file in one step, as those do who renew certificates.
fn put(file: &Path, text: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, file).unwrap();
}

fn install(issued: &CertifiedKey<KeyPair>, files: &TlsFiles) {
    put(&files.key, &issued.signing_key.serialize_pem());
    put(&files.chain, &issued.cert.pem());
}

/// A connection that trusts this certificate and no other.
async fn try_connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let tcp = TcpStream::connect(address).await?;
    let name = ServerName::try_from("front.test").unwrap();
    soon("a TLS handshake", TlsConnector::from(Arc::new(config)).connect(name, tcp)).await
}

/// Waits until the certificate is shown to new connections.
async fn until_shown(address: SocketAddr, certificate: &CertificateDer<'static>) {
    soon("the certificate is shown", async {
        while try_connect(address, certificate, &[]).await.is_err() {
            tokio::time::sleep(MOMENT / 10).await;
        }
    })
    .await;
}

#[tokio::test]
async fn alpn_chooses_the_version() {
    let folder = TempDir::new().unwrap();
    let issued = issue();
    install(&issued, &files(&folder));
    let mut server = Server::start_with(patient(), Some(files(&folder))).await;
    let certificate = issued.cert.der();
    for protocols in [&["h2", "http/1.1"][..], &["h2"]] {
        let stream = try_connect(server.address, certificate, protocols).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut send, _end) = h2(stream).await;
        let answer = send.send_request(request("GET", "/things/a", "")).await.unwrap();
        assert_eq!(read(answer).await.0, StatusCode::OK);
        assert_eq!(server.told().await.version, axum::http::Version::HTTP_2);
    }
    for (protocols, chosen) in [(&["http/1.1"][..], Some(&b"http/1.1"[..])), (&[], None)] {
        let mut stream = try_connect(server.address, certificate, protocols).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen);
        stream.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        assert!(one(&mut stream).await.starts_with("HTTP/1.1 200 "));
    }
    assert!(try_connect(server.address, certificate, &["gopher"]).await.is_err());
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_cut_off() {
    let folder = TempDir::new().unwrap();
    let issued = issue();
    install(&issued, &files(&folder));
    let mut settings = patient();
    settings.handshake_timeout = MOMENT;
    let server = Server::start_with(settings, Some(files(&folder))).await;
    assert_eq!(rest(&mut server.connect().await).await, "");
    // The beginning of a handshake record, and no end.
    let mut begun = server.connect().await;
    begun.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
    assert_eq!(begun.read(&mut [0; 1]).await.unwrap_or(0), 0);
    // No TLS at all: whatever comes back (an alert), it is not HTTP.
    let mut plain = server.connect().await;
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    let _ = soon("it is closed", plain.read_to_end(&mut said)).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    until("nothing of them is left", || server.load.connections() == 0).await;
}

#[tokio::test]
async fn a_certificate_that_changes_is_shown_and_a_broken_one_is_not() {
    let folder = TempDir::new().unwrap();
    let paths = files(&folder);
    let (first, second, third) = (issue(), issue(), issue());
    install(&first, &paths);
    let mut settings = patient();
    settings.certificate_poll = MOMENT / 10;
    let server = Server::start_with(settings, Some(paths.clone())).await;
    let mut open = try_connect(server.address, first.cert.der(), &["http/1.1"]).await.unwrap();
    let ask = b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n";
    open.write_all(ask).await.unwrap();
    one(&mut open).await;

    install(&second, &paths);
    until_shown(server.address, second.cert.der()).await;
    assert!(try_connect(server.address, first.cert.der(), &[]).await.is_err());
    open.write_all(ask).await.unwrap();
    assert!(one(&mut open).await.starts_with("HTTP/1.1 200 "), "an open connection goes on");

    let complaint = |problem: &str| {
        let (problem, place) = (problem.to_owned(), folder.path().display().to_string());
        move || {
            log().text().lines().any(|line| {
                line.contains("keeping the old one") && line.contains(&problem) && line.contains(&place)
            })
        }
    };
    put(&paths.key, &third.signing_key.serialize_pem());
    until("the mismatch is logged", complaint("not the key of the first certificate")).await;
    assert!(try_connect(server.address, second.cert.der(), &[]).await.is_ok());
    put(&paths.key, "nonsense");
    until("the nonsense is logged", complaint("holds no private key")).await;
    assert!(try_connect(server.address, second.cert.der(), &[]).await.is_ok());
    std::fs::remove_file(&paths.key).unwrap();
    until("the absence is logged", complaint("cannot be read")).await;
    assert!(try_connect(server.address, second.cert.der(), &[]).await.is_ok());
    install(&third, &paths);
    until_shown(server.address, third.cert.der()).await;
}

#[tokio::test]
async fn sighup_reads_the_certificate_again() {
    let folder = TempDir::new().unwrap();
    let paths = files(&folder);
    let (first, second) = (issue(), issue());
    install(&first, &paths);
    // Nobody looks at the files by themselves.
    let server = Server::start_with(patient(), Some(paths.clone())).await;
    // Once it accepts, it listens to the signal: without that, the signal would end the test.
    let stream = try_connect(server.address, first.cert.der(), &["h2"]).await.unwrap();
    let (mut open, _end) = h2(stream).await;
    read(open.send_request(request("GET", "/things/a", "")).await.unwrap()).await;
    install(&second, &paths);
    let sent = Command::new("sh").args(["-c", "kill -HUP \"$0\"", &std::process::id().to_string()]).status();
    assert!(sent.unwrap().success());
    until_shown(server.address, second.cert.der()).await;
    let answer = open.send_request(request("GET", "/things/a", "")).await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::OK);
}

#[tokio::test]
async fn files_of_no_use_are_named() {
    let folder = TempDir::new().unwrap();
    let paths = files(&folder);
    let (chain, key) = (paths.chain.display().to_string(), paths.key.display().to_string());
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let problem = async || {
        let text = Listener::bind(any, Some(paths.clone())).await.unwrap_err().to_string();
        let checked: Vec<String> = check(&paths).unwrap_err().iter().map(ToString::to_string).collect();
        // It also says what is wrong with the key, where the chain is no better.
        assert_eq!(checked[0], text);
        text
    };
    let (good, other) = (issue(), issue());

    let text = problem().await;
    assert!(text.starts_with(&format!("{chain}: cannot be read: ")), "{text}");
    put(&paths.chain, &good.cert.pem());
    let text = problem().await;
    assert!(text.starts_with(&format!("{key}: cannot be read: ")), "{text}");
    put(&paths.key, "");
    let text = problem().await;
    assert!(text.starts_with(&format!("{key}: holds no private key")), "{text}");
    put(&paths.key, &other.signing_key.serialize_pem());
    let text = problem().await;
    assert!(text.contains(&key) && text.contains("not the key of the first certificate"), "{text}");
    put(&paths.key, &good.signing_key.serialize_pem());
    put(&paths.chain, "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n");
    let text = problem().await;
    assert!(text.starts_with(&format!("{chain}: is not PEM")), "{text}");
    put(&paths.chain, "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n");
    let text = problem().await;
    assert!(text.starts_with(&chain), "{text}");
    put(&paths.chain, &good.signing_key.serialize_pem());
    let text = problem().await;
    assert!(text.starts_with(&format!("{chain}: holds no certificate")), "{text}");
    put(&paths.chain, &good.cert.pem());
    check(&paths).unwrap();
    let listener = Listener::bind(any, Some(paths.clone())).await.unwrap();
    assert!(listener.is_tls() && listener.address().port() != 0);

    let taken = Listener::bind(listener.address(), None).await.unwrap_err().to_string();
    assert!(taken.contains(&listener.address().to_string()), "{taken}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_makes_room() {
    let folder = TempDir::new().unwrap();
    let issued = issue();
    install(&issued, &files(&folder));
    let mut settings = patient();
    settings.connections = 1;
    let server = Server::start_with(settings, Some(files(&folder))).await;
    let mut silent = server.connect().await;
    until("it is there", || server.load.connections() == 1).await;
    let mut other = try_connect(server.address, issued.cert.der(), &["http/1.1"]).await.unwrap();
    other.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(one(&mut other).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(server.load.evicted(), 1);
}

#[tokio::test]
async fn shutdown_says_goodbye_on_tls_too() {
    let folder = TempDir::new().unwrap();
    let issued = issue();
    install(&issued, &files(&folder));
    let mut server = Server::start_with(patient(), Some(files(&folder))).await;
    let mut handshaking = server.connect().await;
    let mut idle = try_connect(server.address, issued.cert.der(), &["http/1.1"]).await.unwrap();
    idle.write_all(b"GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    one(&mut idle).await;
    let mut busy = try_connect(server.address, issued.cert.der(), &["http/1.1"]).await.unwrap();
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    until("all are there", || server.load.connections() == 3 && server.load.in_flight() == 1).await;
    server.stop();
    assert_eq!(rest(&mut handshaking).await, "");
    // Zero and not an error: the end was announced, so nobody has cut it off on the way.
    assert_eq!(soon("the idle one is closed", idle.read(&mut [0; 1])).await.unwrap(), 0);
    server.release(1);
    let mut answer = String::new();
    soon("the answer", busy.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.ends_with("waited"), "{answer}");
    drop((idle, busy));
    assert_eq!(server.drained().await.cut, 0);
}
