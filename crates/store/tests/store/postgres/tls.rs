//! TLS to the server: asked for, it is verified, and nothing is sent otherwise.

use std::fs;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use untag_postgres::Cluster;
use untag_store::Store;
use untag_store::postgres::{PostgresOptions, PostgresStore};

use crate::support::postgres::stranger;
use crate::support::unavailable;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_trusted_by_its_certificate() {
    let trusted = authority();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &trusted).unwrap();
    let server = tokio::task::spawn_blocking(move || {
        let server = Cluster::new();
        let certificate = server.secret_file("server.crt", &certificate.pem());
        let key = server.secret_file("server.key", &key.serialize_pem());
        server.configure(&format!(
            "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n",
            certificate.display(),
            key.display()
        ));
        server.crash_and_restart();
        server
    })
    .await
    .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let authorities = |name: &str, pem: String| {
        let path = directory.path().join(name);
        fs::write(&path, pem).unwrap();
        PostgresOptions { root_certificates: Some(path), ..PostgresOptions::default() }
    };
    // How long to ask a server that is not trusted.
    let soon = |options| PostgresOptions { deadline: Duration::from_secs(3), ..options };
    let right = authorities("right.pem", trusted.pem());
    let wrong = authorities("wrong.pem", authority().pem());
    let words = format!("port={} user=postgres dbname=postgres", server.port());
    let encrypted = format!("host=localhost sslmode=require {words}");

    let store = PostgresStore::connect(&encrypted, right.clone()).await.unwrap();
    store.ready().await.unwrap();
    let observer = stranger(&server.url("postgres")).await;
    let encrypted_sessions = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'untagd' AND ssl";
    assert!(observer.query_one(encrypted_sessions, &[]).await.unwrap().get::<_, i64>(0) > 0);

    let why = unavailable(PostgresStore::connect(&encrypted, soon(wrong)).await);
    assert!(why.contains("invalid peer certificate"), "{why}");
    // The certificate is for another name than this.
    let other_name = format!("host=127.0.0.1 sslmode=require {words}");
    let why = unavailable(PostgresStore::connect(&other_name, soon(right)).await);
    assert!(why.contains("not valid for name"), "{why}");
}

#[tokio::test]
async fn root_certificates_that_are_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.pem");
    let empty = directory.path().join("empty.pem");
    fs::write(&empty, "no certificate here\n").unwrap();
    for path in [missing, empty] {
        let options = PostgresOptions { root_certificates: Some(path.clone()), ..PostgresOptions::default() };
        let answer = PostgresStore::connect("host=db.example user=u", options).await;
        let Err(untag_store::StoreError::Invalid(why)) = answer else { panic!("{answer:?}") };
        assert!(why.contains(&path.display().to_string()), "{why}");
    }
}
