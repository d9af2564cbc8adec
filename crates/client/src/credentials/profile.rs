//! Credentials from the provider's profile file.

use super::fields::{self, Names, invalid};
use super::ini::{Entry, Ini};
use super::{
    BoxFuture, Cached, CredentialsError, CredentialsErrorKind, Issued, ProvideCredentials, Surroundings,
    Warning,
};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

const PATH_VARIABLE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
const DEFAULT_SECTION: &str = "basic";
/// Below the home directory.
const DEFAULT_PATH: [&str; 2] = [".huaweicloud", "credentials"];
/// The longest file that is read, in bytes: a profile has a few lines, and what has more is another file.
const MAX_BYTES: u64 = 1 << 20;

const NAMES: Names = Names {
    access_key: "ak",
    secret: "sk",
    security_token: "security_token",
    project_id: "project_id",
    identity_provider: "idp_id",
    identity_token_file: "id_token_file",
};

/// Credentials from a profile: a section of the file that the provider's SDKs read, `~/.huaweicloud/credentials`, or
/// the one that `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names.
///
/// ```ini
/// [basic]
/// ak = …
/// sk = …
/// # Both of these are optional.
/// project_id = …
/// security_token = …
/// ```
///
/// The file is read once, on a thread that may block, and again when a server has refused what it gave. Other keys are
/// ignored. A file that other users can read is used, with a [`Warning`].
///
/// It is read as the provider's Python SDK reads it: `:` does for `=`, keys in any case, entries of `[DEFAULT]` hold in
/// every section, a comment has a line of its own, and a mistake anywhere in the file is an error. The differences:
///
/// - A byte order mark at the start is passed over. Text behind the `]` of a section, other than a comment, is an error.
/// - `%` stands for itself. The SDK takes `%%` for one, and stops at a single one.
/// - A key that is missing, goes on in the next line, has a blank in it or stands in quotes is an error here, where the
///   SDK would send what it has.
#[derive(Debug)]
pub struct Profile(Cached<Place>);

/// Where a profile is.
#[derive(Clone, Debug)]
struct Place {
    surroundings: Surroundings,
    path: Option<PathBuf>,
    section: Option<String>,
}

impl Profile {
    /// The profile `[basic]` of the file that these surroundings name.
    #[must_use]
    pub fn new(surroundings: &Surroundings) -> Self {
        Self(Cached::new(Place { surroundings: surroundings.clone(), path: None, section: None }))
    }

    /// The same from another section. If the file has none of this name, that is an error, not an absence.
    #[must_use]
    pub fn section(self, name: impl Into<String>) -> Self {
        Self(Cached::new(Place { section: Some(name.into()), ..self.0.into_inner() }))
    }

    /// The same from another file, whatever the surroundings name. If it is not there, that is an error, not an absence.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        Self(Cached::new(Place { path: Some(path.into()), ..self.0.into_inner() }))
    }
}

impl ProvideCredentials for Profile {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        self.0.provide(expired)
    }
}

impl ProvideCredentials for Place {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        let place = self.clone();
        Box::pin(async move {
            // Disks and network shares can take their time, and the runtime has other things to do.
            tokio::task::spawn_blocking(move || place.read()).await.unwrap_or_else(|error| {
                Err(CredentialsError::failed(
                    "the profile was not read, because the program's runtime is ending",
                    "call again from one that goes on",
                )
                .caused_by(error))
            })
        })
    }
}

/// The text of a file, and its permission bits where the system has them.
struct Contents {
    text: String,
    mode: Option<u32>,
}

impl Place {
    fn read(&self) -> Result<Issued, CredentialsError> {
        let section = self.section.as_deref().unwrap_or(DEFAULT_SECTION);
        let (path, named) = self.path(section)?;
        let shown = self.shown(&path);
        let remedy = || format!("write the section [{section}] with ak and sk into {shown}");
        let contents = match read(&path) {
            Ok(contents) => contents,
            // Whoever names a file means that one.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {
                return Err(CredentialsError::absent(format!("there is no file {shown}"), remedy()));
            }
            Err(error) => return Err(unreadable(&shown, error)),
        };
        let ini = Ini::read(&contents.text).map_err(|mistake| {
            CredentialsError::new(
                CredentialsErrorKind::Invalid,
                format!("line {} of {shown} {}", mistake.line, mistake.predicate),
                "correct that line, or put `#` in front of it",
            )
        })?;
        if !ini.has(section) {
            let kind = match self.section {
                Some(_) => CredentialsErrorKind::Unreadable,
                None => CredentialsErrorKind::Absent,
            };
            let problem = format!("{shown} has no section [{section}]");
            return Err(CredentialsError::new(kind, problem, remedy()));
        }
        let place = format!("the profile [{section}] of {shown}");
        let key = fields::access_key(&NAMES, &place, |name| {
            let entry = ini.entry(section, name).filter(|entry| entry.goes_on || !entry.value.is_empty());
            entry.map(|entry| value(entry, &place)).transpose()
        })?;
        let key = key.ok_or_else(|| {
            // The section is there for credentials, and the next source may have somebody else's.
            CredentialsError::new(
                CredentialsErrorKind::Incomplete,
                format!("{place} has neither ak nor sk"),
                "add both there, or take the section out",
            )
        })?;
        // Any right of the group or of others to read or to write.
        let open = contents.mode.filter(|mode| mode & 0o066 != 0);
        let warnings = open.map(|mode| Warning::OpenToOthers { path, mode }).into_iter().collect();
        Ok(Issued::with_warnings(key.into(), place, warnings))
    }

    /// The file, and whether somebody named it.
    fn path(&self, section: &str) -> Result<(PathBuf, bool), CredentialsError> {
        let named = self.path.clone();
        let named = named.or_else(|| self.surroundings.variable(PATH_VARIABLE).map(PathBuf::from));
        if let Some(path) = named {
            return Ok((path, true));
        }
        let home = self.surroundings.home().ok_or_else(|| {
            CredentialsError::absent(
                format!("there is no home directory to look for .huaweicloud/credentials in, and no {PATH_VARIABLE}"),
                format!("set {PATH_VARIABLE} to a file with ak and sk in its section [{section}]"),
            )
        })?;
        let path = DEFAULT_PATH.iter().fold(home.to_owned(), |path, part| path.join(part));
        Ok((path, false))
    }

    /// The path as people write it.
    fn shown(&self, path: &Path) -> String {
        let below = self.surroundings.home().and_then(|home| path.strip_prefix(home).ok());
        below.map_or_else(|| path.display().to_string(), |below| format!("~/{}", below.display()))
    }
}

fn unreadable(shown: &str, error: io::Error) -> CredentialsError {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "write it, or name another one",
        io::ErrorKind::PermissionDenied => "make it yours, or name another one",
        _ => "see that it is a text file in UTF-8, or name another one",
    };
    let problem = format!("{shown} cannot be read ({error})");
    CredentialsError::new(CredentialsErrorKind::Unreadable, problem, remedy).caused_by(error)
}

fn read(path: &Path) -> io::Result<Contents> {
    let file = File::open(path)?;
    // Of the file that was opened: the path may name another one by now.
    let mode = mode(&file.metadata()?);
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 1 MiB"));
    }
    // The error of the conversion would hold the bytes.
    let text = String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))?;
    Ok(Contents { text, mode })
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    // Of pipes and the like the bits say nothing.
    metadata.is_file().then(|| metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> Option<u32> {
    None
}

/// The value of an entry, if it is what it looks like.
fn value(entry: &Entry<'_>, place: &str) -> Result<String, CredentialsError> {
    let value = entry.value;
    let quoted = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    let problem = if entry.goes_on {
        "goes on in the line below it, which is further indented"
    } else if value.contains(char::is_whitespace) {
        "has a blank in its value; a comment needs a line of its own"
    } else if quoted('"') || quoted('\'') {
        "stands in quotes, which are part of a value here"
    } else {
        return Ok(value.to_owned());
    };
    Err(invalid(&format!("line {}", entry.line), place, problem))
}
