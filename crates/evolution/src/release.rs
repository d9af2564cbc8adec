//! Which versions semantic versioning allows for a contract that has changed.

use crate::change::{Change, Class};
use semver::Version;
use std::fmt;

/// How much of a version has to grow. Ordered by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The third number: only words for people have changed.
    Patch,
    /// The second: what worked goes on working.
    Minor,
    /// The first: somebody is hurt.
    Major,
}

impl Level {
    /// What the changes ask for; `None` where nothing but the version number has changed.
    #[must_use]
    pub fn of(changes: &[Change]) -> Option<Self> {
        let heaviest =
            changes.iter().filter(|change| !change.is_version()).map(|change| change.class).max()?;
        Some(match heaviest {
            Class::Documentation => Self::Patch,
            Class::Compatible => Self::Minor,
            Class::Servers | Class::Clients | Class::Both => Self::Major,
        })
    }

    /// The version that follows another.
    #[must_use]
    pub fn next(self, base: &Version) -> Version {
        match self {
            Self::Patch => Version::new(base.major, base.minor, base.patch.saturating_add(1)),
            Self::Minor => Version::new(base.major, base.minor.saturating_add(1), 0),
            Self::Major => Version::new(base.major.saturating_add(1), 0, 0),
        }
    }

    /// The versions that may follow another, the least first: a version may promise less than it could.
    #[must_use]
    pub fn allowed(self, base: &Version) -> Vec<Version> {
        let levels = [Self::Patch, Self::Minor, Self::Major].into_iter();
        levels.filter(|level| *level >= self).map(|level| level.next(base)).collect()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patch => "a patch release",
            Self::Minor => "a minor release",
            Self::Major => "a major release",
        })
    }
}
