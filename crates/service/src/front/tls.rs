//! TLS: a certificate and its key from two PEM files, read again when they change or at SIGHUP.

use super::connection::{Lifetime, Phase};
use std::fmt;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

/// Where the certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain in PEM: the server's certificate first, then those that lead to a root.
    pub chain: PathBuf,
    /// The certificate's private key in PEM (PKCS#8, PKCS#1 or SEC1), not encrypted.
    pub key: PathBuf,
}

/// Why a certificate cannot be used. The message names the file.
#[derive(Debug)]
pub enum TlsError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is something else in the file.
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The key is not the certificate's.
    Mismatch(TlsFiles),
    /// The TLS library refuses its own defaults.
    Unsupported(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, source } => write!(f, "{}: cannot be read: {source}", file.display()),
            Self::Malformed { file, problem } => write!(f, "{}: {problem}", file.display()),
            Self::Mismatch(TlsFiles { chain, key }) => write!(
                f,
                "{}: this is not the key of the first certificate in {}; the server's own certificate comes first",
                key.display(),
                chain.display()
            ),
            Self::Unsupported(error) => write!(f, "TLS cannot be set up: {error}"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Unsupported(error) => Some(error),
            Self::Malformed { .. } | Self::Mismatch(_) => None,
        }
    }
}

/// TLS of one listener.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ServerConfig>,
    certificate: Arc<Certificate>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.certificate.files).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    pub(super) async fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        // Before they are read: a change in between is seen as one.
        let stamp = Stamp::of(&files).await;
        let current = RwLock::new(Arc::new(read(&files, &provider).await?));
        let certificate = Arc::new(Certificate { files, provider, stamp, current });
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&certificate.provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unsupported)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&certificate) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), certificate })
    }

    /// What makes TLS of a connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }

    /// Starts reading the files again at SIGHUP, and when a look at them, every `poll`, shows a change. Connections that
    /// are open keep what they have.
    pub(super) fn keep_current(&self, poll: Duration, lifetime: Lifetime) {
        let certificate = Arc::clone(&self.certificate);
        // Here and not in the task: from now on the signal ends nobody's process.
        let hangup = signal(SignalKind::hangup())
            .inspect_err(|error| tracing::warn!(%error, "SIGHUP will not reload the certificate"))
            .ok();
        tokio::spawn(async move {
            tokio::select! {
                () = certificate.follow(poll, hangup) => {}
                () = lifetime.reached(Phase::Draining) => {}
            }
        });
    }
}

/// The certificate that is shown to clients, exchanged as a whole.
struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    /// The files as they were when they were first read.
    stamp: Stamp,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    async fn follow(&self, poll: Duration, mut hangup: Option<Signal>) {
        let mut seen = self.stamp.clone();
        loop {
            let asked = tokio::select! {
                () = hung_up(hangup.as_mut()) => true,
                () = tokio::time::sleep(poll) => false,
            };
            let now = Stamp::of(&self.files).await;
            if asked || now != seen {
                seen = now;
                self.reload().await;
            }
        }
    }

    async fn reload(&self) {
        match read(&self.files, &self.provider).await {
            Ok(certificate) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(certificate);
                tracing::info!(chain = %self.files.chain.display(), "the certificate is reloaded");
            }
            Err(error) => tracing::error!(%error, "the new certificate is of no use; keeping the old one"),
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

/// Ready when SIGHUP comes; never, where there are no signals.
async fn hung_up(hangup: Option<&mut Signal>) {
    if let Some(hangup) = hangup
        && hangup.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}

/// Looks whether certificate and key can be read and belong together, as [`Listener::bind`](super::Listener::bind) would.
///
/// # Errors
/// They cannot be used: what is wrong with each, or with both together. The messages name the files.
pub fn check(files: &TlsFiles) -> Result<(), Vec<TlsError>> {
    let bytes = |file: &Path| std::fs::read(file).map_err(unreadable(file));
    let chain = bytes(&files.chain).and_then(|pem| parse_chain(&files.chain, &pem));
    let key = bytes(&files.key).and_then(|pem| parse_key(&files.key, &pem));
    match (chain, key) {
        (Ok(chain), Ok(key)) => certified(files, chain, key, &aws_lc_rs::default_provider())
            .map(drop)
            .map_err(|error| vec![error]),
        (chain, key) => Err(chain.err().into_iter().chain(key.err()).collect()),
    }
}

/// Reads the files.
async fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = tokio::fs::read(&files.chain).await.map_err(unreadable(&files.chain))?;
    let key = tokio::fs::read(&files.key).await.map_err(unreadable(&files.key))?;
    certified(files, parse_chain(&files.chain, &chain)?, parse_key(&files.key, &key)?, provider)
}

fn unreadable(file: &Path) -> impl FnOnce(io::Error) -> TlsError {
    move |source| TlsError::Unreadable { file: file.to_owned(), source }
}

fn malformed(file: &Path, problem: String) -> TlsError {
    TlsError::Malformed { file: file.to_owned(), problem }
}

fn parse_chain(file: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| malformed(file, format!("is not PEM: {error}")))?;
    if chain.is_empty() {
        return Err(malformed(file, "holds no certificate; PEM is expected".to_owned()));
    }
    Ok(chain)
}

fn parse_key(file: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| {
        let advice =
            "holds no private key that can be used; unencrypted PEM (PKCS#8, PKCS#1 or SEC1) is expected";
        malformed(file, format!("{advice}: {error}"))
    })
}

/// Certificate and key, if they belong together.
fn certified(
    files: &TlsFiles,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatch(files.clone()),
        // The first certificate; the others are the client's to judge.
        rustls::Error::InvalidCertificate(_) => malformed(&files.chain, format!("cannot be used: {error}")),
        _ => malformed(&files.key, format!("the key cannot be used: {error}")),
    })
}

/// What tells two versions of the files apart without reading them: when they were written, how long they are, and
/// which files they are, since a link may lead to another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp([Option<(i64, i64, u64, u64)>; 2]);

impl Stamp {
    async fn of(files: &TlsFiles) -> Self {
        let stamp =
            |metadata: Metadata| (metadata.mtime(), metadata.mtime_nsec(), metadata.len(), metadata.ino());
        let chain = tokio::fs::metadata(&files.chain).await.ok().map(stamp);
        let key = tokio::fs::metadata(&files.key).await.ok().map(stamp);
        Self([chain, key])
    }
}
