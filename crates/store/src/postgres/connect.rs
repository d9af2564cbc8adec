//! From a connection string to a pool of sessions: where the servers are, how they are trusted, how a session is set up.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::PostgresOptions;
use crate::StoreError;

/// How long one server may take to accept a connection, before the next one is asked.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long sent data may stay without acknowledgement before the connection counts as broken: a machine that lost its
/// power closes nothing.
const USER_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a connection may be silent before it is probed.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Reads a connection string, and fills in what it leaves open.
pub(super) fn config(url: &str) -> Result<Config, StoreError> {
    // The parser's own message may quote a piece of the string, and so of the password.
    let mut config: Config = url.parse().map_err(|_| {
        StoreError::Invalid(
            "the PostgreSQL connection string cannot be read; it is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with \
             reserved characters percent-encoded, or words like host=HOST user=USER; sslmode is disable, prefer or \
             require, and certificates are a setting of their own"
                .to_owned(),
        )
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(StoreError::Invalid(
            "the PostgreSQL connection string names no host; add host=HOST, or a path for a local socket"
                .to_owned(),
        ));
    }
    // Of several servers, the one that accepts writes is meant, whatever was said.
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    if config.get_application_name().is_none() {
        config.application_name("untagd");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(USER_TIMEOUT);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE);
    }
    // `prefer`, which is also what silence means, would let anybody on the way choose clear text. So it means TLS for
    // every server that is not this machine, and none where all are.
    if config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(if is_local(&config) { SslMode::Disable } else { SslMode::Require });
    }
    Ok(config)
}

fn is_local(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    // An address says where to connect; a host beside it is only the name in the certificate.
    if addresses.is_empty() { hosts } else { addresses.iter().all(IpAddr::is_loopback) }
}

/// A pool of sessions, none of which is open yet.
pub(super) fn pool(config: Config, size: usize, options: &PostgresOptions) -> Result<Pool, StoreError> {
    // A look at the socket is enough: what has died without a trace is found by the first statement, which is tried again.
    let how = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = if config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(config, NoTls, how)
    } else {
        Manager::from_config(config, MakeRustlsConnect::new(tls(options.root_certificates.as_deref())?), how)
    };
    let setup = session_setup(options);
    Pool::builder(manager)
        .max_size(size.max(1))
        .runtime(Runtime::Tokio1)
        .post_create(Hook::async_fn(move |client, _| {
            let setup = setup.clone();
            Box::pin(async move { client.batch_execute(&setup).await.map_err(HookError::Backend) })
        }))
        .build()
        .map_err(|error| StoreError::Failed(format!("the pool of connections: {error}")))
}

/// What each session is told first, in one round trip.
///
/// A transaction whose client vanished must not keep its row locks until TCP notices, hence the limit for idle ones: less
/// than others wait for a lock, and far more than this program ever pauses inside a transaction.
///
/// And what is answered must be durable, whatever the database's default. Only `off` and `local` are raised, because a
/// stricter level than `on` is the operator's choice.
fn session_setup(options: &PostgresOptions) -> String {
    let statement = options.statement_timeout.as_millis();
    let lock = options.lock_timeout.as_millis();
    let idle = (lock / 2).max(1000);
    format!(
        "SET statement_timeout = '{statement}ms'; SET lock_timeout = '{lock}ms'; \
         SET idle_in_transaction_session_timeout = '{idle}ms'; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
}

fn tls(root_certificates: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = root_certificates {
        let place = path.display();
        let pem = fs::read(path).map_err(|error| {
            StoreError::Invalid(format!("the root certificates {place} cannot be read: {error}"))
        })?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| {
                StoreError::Invalid(format!("the root certificates {place} are not PEM: {error}"))
            })?;
            roots.add(certificate).map_err(|error| {
                StoreError::Invalid(format!("a root certificate in {place} cannot be used: {error}"))
            })?;
        }
        if roots.is_empty() {
            return Err(StoreError::Invalid(format!("the root certificates {place} hold no certificate")));
        }
    } else {
        // Single certificates that cannot be read are left out, as every client does; without any, no server is trusted.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Failed(format!("TLS cannot be set up: {error}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssl_mode(words: &str) -> SslMode {
        config(words).expect("it can be read").get_ssl_mode()
    }

    #[test]
    fn clear_text_leaves_the_machine_only_when_told_to() {
        for local in [
            "host=localhost",
            "host=127.0.0.1",
            "host=::1",
            "host=/run/postgresql",
            "host=db hostaddr=127.0.0.1",
        ] {
            assert_eq!(ssl_mode(local), SslMode::Disable, "{local}");
            assert_eq!(ssl_mode(&format!("{local} sslmode=prefer")), SslMode::Disable, "{local}");
            assert_eq!(ssl_mode(&format!("{local} sslmode=require")), SslMode::Require, "{local}");
        }
        for remote in [
            "host=db.example",
            "host=10.0.0.1",
            "host=localhost,db.example",
            "host=localhost hostaddr=10.0.0.1",
        ] {
            assert_eq!(ssl_mode(remote), SslMode::Require, "{remote}");
            assert_eq!(ssl_mode(&format!("{remote} sslmode=prefer")), SslMode::Require, "{remote}");
            assert_eq!(ssl_mode(&format!("{remote} sslmode=disable")), SslMode::Disable, "{remote}");
        }
    }

    #[test]
    fn what_the_operator_says_is_kept() {
        let config = config("host=a,b port=1,2 connect_timeout=7 tcp_user_timeout=8 application_name=mine")
            .expect("it can be read");
        assert_eq!(config.get_ports(), [1, 2]);
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(8)));
        assert_eq!(config.get_application_name(), Some("mine"));
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    }
}
