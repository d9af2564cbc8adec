//! The releases: one file for each, and the checksums that tell whether one was edited since.
//!
//! The list of checksums is what `sha256sum` writes, so that anybody can check it: `sha256sum --check SHA256SUMS`.

use super::{Document, created, refused};
use crate::{
    failure::Failure,
    files,
    plan::{Entry, State},
};
use std::{collections::BTreeMap, fmt::Write, path::Path};
use untag_evolution::Version;

/// Where the releases are, below the root.
pub(super) const FOLDER: &str = "openapi/released";

/// Their checksums, in the same folder.
const SUMS: &str = "SHA256SUMS";

/// Every release, none of which was edited since.
pub(super) struct Released {
    texts: BTreeMap<Version, String>,
    /// The list of checksums, where there is one.
    sums: Option<String>,
}

impl Released {
    /// Reads the folder; one that is not there holds nothing.
    ///
    /// # Errors
    /// A release was edited, is missing or is not in the list; or something else lies in the folder.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let folder = root.join(FOLDER);
        let mut texts = BTreeMap::new();
        let mut sums = None;
        for path in files::list(&folder)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name == SUMS {
                sums = Some(files::read(&path)?);
            } else if let Some(version) = version_of(name) {
                texts.insert(version, files::read(&path)?);
            } else {
                return Err(refused(format!(
                    "{FOLDER}/{name} is no release: releases are called X.Y.Z.yaml; remove it"
                )));
            }
        }
        let released = Self { texts, sums };
        released.verify()?;
        Ok(released)
    }

    /// Compares every file with its checksum.
    fn verify(&self) -> Result<(), Failure> {
        let mut listed = BTreeMap::new();
        for line in self.sums.iter().flat_map(|sums| sums.lines()) {
            let entry = line.split_once("  ").and_then(|(sum, name)| Some((version_of(name)?, sum)));
            let Some((version, sum)) = entry else {
                return Err(refused(format!(
                    "{FOLDER}/{SUMS} has a line that is no checksum, `{line}`: restore the file with git"
                )));
            };
            listed.insert(version, sum);
        }
        for (version, text) in &self.texts {
            match listed.remove(version) {
                Some(sum) if sum == files::checksum(text.as_bytes()) => {}
                Some(_) => {
                    return Err(refused(format!(
                        "{FOLDER}/{version}.yaml was edited after its release: restore it with git, and change openapi/untag.yaml \
                         instead"
                    )));
                }
                None => {
                    return Err(refused(format!(
                        "{FOLDER}/{version}.yaml is not in {SUMS}: `cargo xtask contract release` writes both; restore {SUMS} with \
                         git, or remove the file"
                    )));
                }
            }
        }
        match listed.keys().next() {
            None => Ok(()),
            Some(version) => Err(refused(format!(
                "{FOLDER}/{version}.yaml is in {SUMS} and not in the folder: restore it with git"
            ))),
        }
    }

    /// Every version, the oldest first.
    pub(super) fn versions(&self) -> impl DoubleEndedIterator<Item = &Version> {
        self.texts.keys()
    }

    /// The newest release.
    pub(super) fn newest(&self) -> Result<Option<Document>, Failure> {
        self.texts.keys().next_back().map_or(Ok(None), |version| self.release(version))
    }

    /// One release.
    pub(super) fn release(&self, version: &Version) -> Result<Option<Document>, Failure> {
        let Some(text) = self.texts.get(version) else { return Ok(None) };
        Document::of(&format!("release {version}"), text, &format!("{FOLDER}/{version}.yaml")).map(Some)
    }

    /// What is to be written for one more release.
    pub(super) fn with(&self, version: &Version, text: &str) -> [Entry; 2] {
        let old = self.sums.clone();
        let mut new = old.clone().unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(new, "{}  {version}.yaml", files::checksum(text.as_bytes()));
        let path = format!("{FOLDER}/{SUMS}");
        let sums = match old {
            Some(old) => Entry { path, state: State::Changed { old: old.into_bytes(), new, edited: false } },
            None => created(path, new),
        };
        [created(format!("{FOLDER}/{version}.yaml"), text.to_owned()), sums]
    }
}

/// The version that a file name is, written in the one way that it can be.
fn version_of(name: &str) -> Option<Version> {
    let text = name.strip_suffix(".yaml")?;
    Version::parse(text).ok().filter(|version| version.pre.is_empty() && version.build.is_empty())
}
