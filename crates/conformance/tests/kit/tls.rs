//! TLS: a server whose certificate the machine trusts is checked, another is not.

use crate::{got, target};
use rcgen::generate_simple_self_signed;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use untag_conformance::{RunError, Selection, run};

/// Serves on a port with a certificate for `localhost`; the port, and the certificate in PEM.
fn serve() -> (u16, String) {
    let issued = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("localhost:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let config = Arc::clone(&config);
            thread::spawn(move || {
                let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream.unwrap());
                if stream.read(&mut [0; 8192]).is_ok_and(|count| count > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n");
                    let _ = stream.flush();
                }
            });
        }
    });
    (port, issued.cert.pem())
}

#[test]
fn an_unknown_certificate_is_refused() {
    let (port, _) = serve();
    let run = run(&target(&format!("https://localhost:{port}")), None, &Selection::all(), &mut ());
    assert!(matches!(&run, Err(RunError::Unreachable(why)) if why.contains("certificate")), "{run:?}");
}

/// Which certificates are trusted is said to a process when it starts.
#[test]
fn a_certificate_that_the_machine_trusts_is_accepted() {
    let (port, certificate) = serve();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trusted.pem");
    std::fs::write(&file, certificate).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "tls::checks_the_server_that_the_environment_names", "--ignored"]);
    child.env("SSL_CERT_FILE", &file).env("UNTAG_TEST_PORT", port.to_string());
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "the test above runs it in a process of its own"]
fn checks_the_server_that_the_environment_names() {
    let port = std::env::var("UNTAG_TEST_PORT").unwrap();
    let selection = Selection::all().only(["named-tag-is-removed"]);
    let report = run(&target(&format!("https://localhost:{port}")), None, &selection, &mut ()).unwrap();
    assert!(got(&report, "named-tag-is-removed").contains(&"418 without a body"), "{report:?}");
}
