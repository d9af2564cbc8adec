//! The documentation under `/docs`: files of one folder, to be read and nothing else; and only where the settings name it.

use crate::support::{Answer, Site, Untagd, folder, refused, stderr, untagd};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// A folder `site` with a small site, and beside it what nobody may read.
fn site(folder: &Path) -> String {
    let site = folder.join("site");
    fs::create_dir_all(site.join("operations")).unwrap();
    fs::create_dir_all(site.join("rustdoc/untag")).unwrap();
    for (name, text) in [
        ("index.html", "<!DOCTYPE html><title>start</title>"),
        ("operations/one.html", "<!DOCTYPE html><title>one</title>"),
        ("rustdoc/untag/index.html", "<!DOCTYPE html><title>rustdoc</title>"),
        ("site.css", "a {}"),
        ("site.js", "'use strict';"),
        ("untag.json", "{}"),
        ("untag.yaml", "openapi: 3.0.3"),
    ] {
        fs::write(site.join(name), text).unwrap();
    }
    fs::write(folder.join("secret"), "nobody may read this").unwrap();
    site.to_str().unwrap().to_owned()
}

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: untag.test\r\n\r\n")
}

fn get(server: &Untagd, path: &str) -> Answer {
    server.connect().ask(&request("GET", path))
}

#[test]
fn files_are_served_as_what_they_are() {
    let folder = folder();
    let server = Untagd::start(folder.path(), &["dev", "--docs", &site(folder.path())]);
    for (path, kind, text) in [
        ("/docs/", "text/html", "start"),
        ("/docs/index.html", "text/html", "start"),
        ("/docs/index.html?query", "text/html", "start"),
        ("/docs/operations/one.html", "text/html", "one"),
        ("/docs/rustdoc/untag/index.html", "text/html", "rustdoc"),
        ("/docs/site.css", "text/css", "a {}"),
        ("/docs/site.js", "text/javascript", "strict"),
        ("/docs/untag.json", "application/json", "{}"),
        ("/docs/untag.yaml", "yaml", "openapi"),
    ] {
        let answer = get(&server, path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").contains(kind), "{path}: {}", answer.header("content-type"));
        assert!(answer.text().contains(text), "{path}: {}", answer.text());
        assert!(answer.header("content-security-policy").starts_with("default-src 'self';"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        // Only rustdoc has scripts in its pages.
        let is_loose = answer.header("content-security-policy").contains("script-src 'self' 'unsafe-inline'");
        assert_eq!(is_loose, path.contains("rustdoc"), "{path}");
    }
    let answer = get(&server, "/docs");
    assert_eq!((answer.status, answer.header("location")), (308, "/docs/"));
    // As any request, it is counted; as none to an operation.
    assert_eq!(server.figure("untagd_requests_total{operation=\"none\",status=\"200\"}"), 9);
    assert_eq!(server.admin("/docs/").status, 404);
}

#[test]
fn files_are_only_read() {
    let folder = folder();
    let server = Untagd::start(folder.path(), &["dev", "--docs", &site(folder.path())]);
    for path in ["/docs", "/docs/", "/docs/index.html", "/docs/nothing.html"] {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = server.connect().ask(&request(method, path));
            assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD"), "{method} {path}");
            assert_eq!(answer.json()["error_code"], "APIGW.0101");
        }
    }
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(b"HEAD /docs/ HTTP/1.1\r\nHost: untag.test\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("content-length: 35\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
}

#[test]
fn nothing_outside_of_the_folder_can_be_read() {
    let folder = folder();
    let server = Untagd::start(folder.path(), &["dev", "--docs", &site(folder.path())]);
    for path in [
        "/docs/../secret",
        "/docs/operations/../../secret",
        "/docs/%2e%2e/secret",
        "/docs/..%2fsecret",
        "/docs/..%5csecret",
        "/docs/%2e%2e%2fsecret",
        "/docs//secret",
        "/docs//etc/passwd",
        "/docs/%2fetc%2fpasswd",
        "/docs/index.html%00",
        "/docs/%ff",
        // Nor what is no file.
        "/docs/operations",
        "/docs/operations/",
        "/docs/nothing.html",
        "/docs/index.html/",
        "/docs//index.html",
        "/docs/site/",
        "/docsite",
    ] {
        let answer = get(&server, path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert_eq!(answer.json()["error_code"], "APIGW.0101", "{path}");
    }
}

#[test]
fn serve_takes_the_setting_too() {
    let place = Site::new();
    let server = place.start(&["--docs", &site(place.folder())]);
    assert!(get(&server, "/docs/").text().contains("start"));
}

#[test]
fn without_the_setting_the_path_is_unknown() {
    let folder = folder();
    let server = Untagd::start(folder.path(), &["dev"]);
    let unknown = get(&server, "/unknown").json();
    for path in ["/docs", "/docs/", "/docs/index.html"] {
        let answer = get(&server, path);
        assert_eq!((answer.status, answer.json()), (404, unknown.clone()), "{path}");
    }
}

#[test]
fn a_folder_without_a_site_is_refused() {
    let folder = folder();
    let named = folder.path().to_str().unwrap();
    let dev = ["dev", "--docs", named, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let ended = refused(untagd(&dev));
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("cargo xtask docs") && said.contains(named), "{said}");
}
