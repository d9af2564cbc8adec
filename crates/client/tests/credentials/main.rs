//! Where credentials come from, with real files and surroundings of the test's own: nothing of the process is changed.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod cached;
mod chain;
mod environment;
mod profile;
mod rotation;
mod secrets;
#[path = "../tags/server.rs"]
mod server;

use std::path::PathBuf;
use tempfile::TempDir;
use untag_client::credentials::{
    Credentials, CredentialsError, CredentialsErrorKind, Issued, ProvideCredentials, Surroundings,
};

const AK: &str = "AKID0123456789ABCDEF";
const SK: &str = "s3cret-s3cret-s3cret-s3cret";
const STS: &str = "s3curity-t0ken/+=";
const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// The access key, security token and project of what was issued; the secret must be that of `SK`.
fn key(issued: &Issued) -> (String, Option<String>, Option<String>) {
    let Credentials::AccessKey(key) = issued.credentials() else { panic!("{issued:?}") };
    let mut expected = untag_client::credentials::AccessKey::new(key.access_key(), SK).unwrap();
    if let Some(token) = key.security_token() {
        expected = expected.with_security_token(token).unwrap();
    }
    if let Some(project) = key.project_id() {
        expected = expected.with_project(project).unwrap();
    }
    assert_eq!(*key, expected, "another secret");
    let owned = |text: Option<&str>| text.map(str::to_owned);
    (key.access_key().to_owned(), owned(key.security_token()), owned(key.project_id()))
}

fn token(issued: &Issued) -> &str {
    let Credentials::Token(token) = issued.credentials() else { panic!("{issued:?}") };
    token.expose()
}

/// The failure of a source: of this kind, with a remedy, and without a value.
async fn failure(source: &impl ProvideCredentials, kind: CredentialsErrorKind) -> CredentialsError {
    let error = source.provide(None).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(!error.remedy().is_empty() && error.to_string().contains(error.remedy()), "{error}");
    let shown = format!("{error} {error:?}");
    for value in [AK, SK, STS, PROJECT, "s3cret"] {
        assert!(!shown.contains(value), "{shown}");
    }
    error
}

/// A home directory, perhaps with the provider's file in it.
struct Home(TempDir);

impl Home {
    fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn with(contents: impl AsRef<[u8]>) -> Self {
        let home = Self::empty();
        std::fs::create_dir(home.0.path().join(".huaweicloud")).unwrap();
        home.write(contents);
        home
    }

    fn file(&self) -> PathBuf {
        self.0.path().join(".huaweicloud/credentials")
    }

    /// Only for its owner, as it should be.
    fn write(&self, contents: impl AsRef<[u8]>) {
        std::fs::write(self.file(), contents).unwrap();
        #[cfg(unix)]
        self.set_mode(0o600);
    }

    #[cfg(unix)]
    fn set_mode(&self, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.file(), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn surroundings<const N: usize>(&self, variables: [(&str, &str); N]) -> Surroundings {
        Surroundings::with_variables(variables).with_home(self.0.path())
    }
}
