//! The rules that single values must obey, and the list of what does not.

use super::Access;
use super::problem::{ConfigurationError, Problem, place};
use crate::digest::Digest;
use crate::secret::Secret;
use crate::time;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use toml::{Spanned, Value};

/// Collects what is wrong with a file and what should be looked at, each with its place.
pub(super) struct Checker<'a> {
    text: &'a str,
    path: &'a Path,
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

/// There is a problem, and the [`Checker`] has it. What else can be checked is checked nevertheless.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

impl<'a> Checker<'a> {
    pub(super) fn new(text: &'a str, path: &'a Path) -> Self {
        Self { text, path, problems: Vec::new(), warnings: Vec::new() }
    }

    /// The warnings, if there are no problems.
    pub(super) fn finish(mut self) -> Result<Vec<String>, ConfigurationError> {
        if self.problems.is_empty() {
            return Ok(self.warnings);
        }
        self.problems.sort_by_key(|problem| problem.place);
        Err(ConfigurationError::new(self.path, self.problems))
    }

    pub(super) fn problem<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) -> Reported {
        let place = Some(place(self.text, at.span().start));
        self.problems.push(Problem { place, message: message.into() });
        Reported
    }

    pub(super) fn problem_of_file(&mut self, message: &str) {
        self.problems.push(Problem { place: None, message: message.to_owned() });
    }

    pub(super) fn warn<T>(&mut self, at: &Spanned<T>, message: &str) {
        let (line, column) = place(self.text, at.span().start);
        self.warnings.push(format!("{}:{line}:{column}: {message}", self.path.display()));
    }

    pub(super) fn warn_of_file(&mut self, message: &str) {
        self.warnings.push(format!("{}: {message}", self.path.display()));
    }

    /// A text that names something, so it must be there, and show in one line of a log as it is.
    pub(super) fn name(&mut self, what: &str, text: &Spanned<String>) -> Result<String, Reported> {
        let name = text.get_ref();
        let problem = if name.is_empty() {
            "is empty"
        } else if name.trim() != name {
            "starts or ends with a space"
        } else if name.chars().any(char::is_control) {
            "contains a control character"
        } else {
            return Ok(name.clone());
        };
        Err(self.problem(text, format!("{what} {problem}")))
    }

    /// As [`Checker::name`], where there is one.
    pub(super) fn optional_name(
        &mut self,
        what: &str,
        text: Option<&Spanned<String>>,
    ) -> Result<Option<String>, Reported> {
        text.map(|text| self.name(what, text)).transpose()
    }

    /// A SHA-256. It is not quoted: somebody may have written the token itself.
    pub(super) fn digest(&mut self, what: &str, hex: &Spanned<Secret>) -> Result<Digest, Reported> {
        match Digest::from_hex(hex.get_ref().expose()) {
            None => {
                let message = format!(
                    "{what} must be the SHA-256 of the token, 64 hexadecimal digits; printf %s \"$TOKEN\" | sha256sum"
                );
                Err(self.problem(hex, message))
            }
            Some(digest) if digest == Digest::of("") => {
                let message =
                    format!("{what} is the SHA-256 of nothing; the token was empty when it was hashed");
                Err(self.problem(hex, message))
            }
            Some(digest) => Ok(digest),
        }
    }

    /// When something ends; `None` for never.
    pub(super) fn expiry(&mut self, value: Option<&Spanned<Value>>) -> Result<Option<SystemTime>, Reported> {
        let Some(value) = value else { return Ok(None) };
        let time = match value.get_ref() {
            Value::Datetime(datetime) => time::parse(&datetime.to_string()),
            Value::String(text) => time::parse(text),
            _ => None,
        };
        let message = "expires must be a date, a time and an offset, such as 2027-01-31T12:00:00Z";
        time.map(Some).ok_or_else(|| self.problem(value, message))
    }

    /// A secret that is given in place or by the name of a file that holds it.
    pub(super) fn secret<T>(
        &mut self,
        (inline_name, inline): (&str, Option<&Spanned<Secret>>),
        (file_name, file): (&str, Option<&Spanned<String>>),
        owner: &Spanned<T>,
    ) -> Result<Secret, Reported> {
        match (inline, file) {
            (Some(secret), None) if secret.get_ref().expose().is_empty() => {
                Err(self.problem(secret, format!("{inline_name} is empty")))
            }
            (Some(secret), None) => Ok(secret.get_ref().clone()),
            (None, Some(file)) => self.secret_of_file(file_name, file),
            (Some(_), Some(file)) => {
                Err(self.problem(file, format!("both {inline_name} and {file_name} are there; keep one")))
            }
            (None, None) => {
                Err(self.problem(owner, format!("there is no secret; add {inline_name} or {file_name}")))
            }
        }
    }

    fn secret_of_file(&mut self, what: &str, file: &Spanned<String>) -> Result<Secret, Reported> {
        let (text, access) = self.read(what, file)?;
        if access.read || access.write {
            let message = format!(
                "{what} can be read or written by every user of this machine; take that away: chmod o="
            );
            self.warn(file, &message);
        }
        // Editors and `echo` end a file with a line break.
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let secret = line.strip_suffix('\r').unwrap_or(line);
        if secret.is_empty() || secret.chars().any(char::is_control) {
            return Err(self.problem(file, format!("{what} must hold one line, the secret")));
        }
        Ok(Secret::new(secret.to_owned()))
    }

    /// The text of a file that the authentication file names.
    pub(super) fn read(&mut self, what: &str, file: &Spanned<String>) -> Result<(String, Access), Reported> {
        let path = self.beside(file.get_ref());
        let read = || {
            let mut file = File::open(&path)?;
            let access = Access::of(&file)?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok::<_, std::io::Error>((text, access))
        };
        read().map_err(|error| {
            self.problem(file, format!("{what} cannot be read: {}: {error}", path.display()))
        })
    }

    /// A path of the file, which starts at the file's own folder.
    pub(super) fn beside(&self, path: &str) -> PathBuf {
        self.path.with_file_name("").join(path)
    }
}
