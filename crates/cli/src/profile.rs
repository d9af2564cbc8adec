//! The profile file, as it is written: the INI file of the provider's SDKs, of which one section is replaced and all else
//! stays as it was. `untag-client` reads it.

use crate::problem::Problem;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use untag_client::credentials::AccessKey;

/// The members of a section that belong to a profile.
pub const MEMBERS: [&str; 4] = ["ak", "sk", "security_token", "project_id"];

/// What a section of the file is to say.
#[derive(Clone, Default)]
pub struct NewProfile {
    /// The access key id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The token that comes with temporary keys.
    pub security_token: Option<String>,
    /// The project of whoever has the key.
    pub project_id: Option<String>,
}

impl NewProfile {
    /// Checks that each member can stand in the file and in a request.
    ///
    /// # Errors
    /// The first that cannot, by its name and without its value.
    pub fn check(&self) -> Result<(), Problem> {
        for (name, value) in self.members() {
            let fits = value.chars().all(|character| character.is_ascii_graphic());
            if value.is_empty() {
                return Err(Problem::usage(format!("{name} is empty; nothing was written: give it a value")));
            }
            if !fits || value.starts_with(['#', ';', '"', '\'']) {
                return Err(Problem::usage(format!(
                    "{name} has a character that it cannot have, such as a blank, a quote at its start or a line \
                     break; nothing was written: look for something that was copied along with it"
                )));
            }
        }
        self.access_key().map(drop)
    }

    /// The access key that these members are.
    ///
    /// # Errors
    /// One of them cannot be sent.
    pub fn access_key(&self) -> Result<AccessKey, Problem> {
        let key = AccessKey::new(&self.access_key, &self.secret_key);
        let key = key.and_then(|key| match &self.security_token {
            Some(token) => key.with_security_token(token),
            None => Ok(key),
        });
        let key = key.and_then(|key| match &self.project_id {
            Some(project) => key.with_project(project),
            None => Ok(key),
        });
        key.map_err(|error| Problem::usage(format!("{error}; nothing was written")))
    }

    /// The members that are there, in the order in which they are written.
    fn members(&self) -> impl Iterator<Item = (&'static str, &str)> {
        MEMBERS
            .into_iter()
            .zip([
                Some(&*self.access_key),
                Some(&*self.secret_key),
                self.security_token.as_deref(),
                self.project_id.as_deref(),
            ])
            .filter_map(|(name, value)| Some((name, value?)))
    }
}

impl fmt::Debug for NewProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewProfile").finish_non_exhaustive()
    }
}

/// Whether this can be a section's name.
#[must_use]
pub fn is_name(name: &str) -> bool {
    // What stands in the section of this name would hold in all of them.
    const DEFAULT: &str = "DEFAULT";
    !name.is_empty()
        && name != DEFAULT
        && name.trim() == name
        && !name.contains(['[', ']'])
        && !name.contains(char::is_control)
}

/// Whether the file has this section.
#[must_use]
pub fn has_section(text: &str, name: &str) -> bool {
    text.lines().any(|line| section(line) == Some(name))
}

/// The text of the file with this section replaced: its members become those of `profile`; comments, foreign members and
/// all other sections stay byte for byte.
///
/// # Errors
/// The section is there twice, so that readers may disagree on which one holds.
pub fn replace(text: &str, name: &str, profile: &NewProfile) -> Result<String, Problem> {
    if text.lines().filter(|line| section(line) == Some(name)).count() > 1 {
        return Err(Problem::failed(format!(
            "the profile [{name}] is there more than once; nothing was written: take one of them out of the file"
        )));
    }
    let mut lines = String::new();
    for (name, value) in profile.members() {
        // Writing to a string does not fail, here and below.
        let _ = writeln!(lines, "{name} = {value}");
    }
    let mut new = String::with_capacity(text.len() + lines.len() + name.len() + 4);
    let mut inside = false;
    // The indentation of a member that is left out: lines that are further indented belong to it.
    let mut left_out: Option<usize> = None;
    // In a section that is there, what is written stands directly below its name.
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() && left_out.is_some_and(|start| indent(line) > start) {
            continue;
        }
        if let Some(found) = section(line) {
            left_out = None;
            inside = found == name;
            new.push_str(line);
            if inside {
                end_line(&mut new);
                new.push_str(&lines);
            }
        } else if inside && member(line).is_some_and(|found| MEMBERS.contains(&&*found)) {
            left_out = Some(indent(line));
        } else {
            left_out = left_out.filter(|_| line.trim().is_empty());
            new.push_str(line);
        }
    }
    if !has_section(text, name) {
        end_line(&mut new);
        if !new.is_empty() {
            new.push('\n');
        }
        let _ = writeln!(new, "[{name}]");
        new.push_str(&lines);
    }
    Ok(new)
}

/// The section that a line starts. A comment may stand behind it.
fn section(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.split_once(']').map(|(name, _)| name)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The member that a line sets, in lower case.
fn member(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with(['#', ';']) {
        return None;
    }
    let (name, _) = line.split_once(['=', ':'])?;
    Some(name.trim().to_ascii_lowercase())
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// The text of the file; empty where there is none yet.
///
/// # Errors
/// It is there and cannot be read.
pub fn read(path: &Path) -> Result<String, Problem> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Problem::failed(format!("{}: {error}; nothing was written", path.display()))),
    }
}

/// Puts a file of this text in place of the old one, whole or not at all, readable by its owner only. A link is followed.
/// `check` looks at the new file before it takes the old one's place.
///
/// # Errors
/// The folder or the file cannot be written, or `check` finds something wrong; the old file is as it was.
pub async fn write<F>(path: &Path, text: &str, check: impl FnOnce(PathBuf) -> F) -> Result<(), Problem>
where
    F: Future<Output = Result<(), Problem>>,
{
    let cannot =
        |error: io::Error| Problem::failed(format!("{}: {error}; nothing was written", path.display()));
    let path = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(cannot(error)),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder).map_err(cannot)?;
    // Its mode is 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(cannot)?;
    check(file.path().to_owned()).await?;
    file.persist(&path).map_err(|error| cannot(error.error))?;
    // The new name is on the disk, too, where the system can say so.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// A folder that only its owner looks into, where there is none.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::{NewProfile, is_name, replace};

    fn profile() -> NewProfile {
        NewProfile { access_key: "AK2".to_owned(), secret_key: "SK2".to_owned(), ..NewProfile::default() }
    }

    #[test]
    fn a_new_section_stands_at_the_end() {
        let section = "[basic]\nak = AK2\nsk = SK2\n";
        assert_eq!(replace("", "basic", &profile()).unwrap(), section);
        for text in ["[other]\nak = 1\n", "[other]\nak = 1"] {
            assert_eq!(
                replace(text, "basic", &profile()).unwrap(),
                format!("[other]\nak = 1\n\n{section}"),
                "{text:?}"
            );
        }
    }

    #[test]
    fn only_the_members_of_the_profile_are_replaced() {
        let text = "# mine\n[a]\nak=A\n\n[basic] ; here\n; note\nAK : old\nsk=old\n\n  more\nregion = x\n  y\n\
                    security_token = old\n#ak = c\nproject_id=p\n[b]\nsk = B";
        let new = replace(text, "basic", &profile()).unwrap();
        assert_eq!(
            new,
            "# mine\n[a]\nak=A\n\n[basic] ; here\nak = AK2\nsk = SK2\n; note\n\nregion = x\n  y\n#ak = c\n[b]\nsk = B"
        );
        assert_eq!(replace(&new, "basic", &profile()).unwrap(), new, "writing it again changes nothing");
        assert_eq!(replace("[basic]", "basic", &profile()).unwrap(), "[basic]\nak = AK2\nsk = SK2\n");
    }

    #[test]
    fn a_section_that_is_there_twice_is_left_alone() {
        let problem = replace("[basic]\n[a]\n[basic]\n", "basic", &profile()).unwrap_err();
        assert!(problem.to_string().contains("more than once; nothing was written"), "{problem}");
    }

    #[test]
    fn what_the_file_cannot_hold_is_refused_without_being_quoted() {
        for wrong in ["", "s3c ret", "s3c\nret", "#s3c", ";s3c", "\"s3c\"", "s3c中", "s3c\t"] {
            let new = NewProfile { secret_key: wrong.to_owned(), ..profile() };
            let problem = new.check().unwrap_err().to_string();
            assert!(problem.starts_with("sk ") && problem.contains("nothing was written"), "{problem}");
            assert!(!problem.contains("s3c"), "{problem}");
        }
        assert!(NewProfile { access_key: "a,b".to_owned(), ..profile() }.check().is_err());
        assert_eq!(profile().check(), Ok(()));
        assert!(!format!("{:?}", profile()).contains("SK2"));
    }

    #[test]
    fn a_name_is_one_that_reads_back() {
        assert!(is_name("basic") && is_name("my profile") && is_name("中"));
        for wrong in ["", " a", "a ", "a]", "[a", "a\nb", "DEFAULT"] {
            assert!(!is_name(wrong), "{wrong:?}");
        }
    }
}
