//! What a comparison finds: one change, and whom it hurts.

use std::fmt;

/// Whom a change hurts. Ordered by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nobody: no program acts on what changed.
    Documentation,
    /// Nobody: what clients and servers did until now goes on working.
    Compatible,
    /// Servers that were written for the old contract.
    Servers,
    /// Clients that were written for the old contract.
    Clients,
    /// Clients and servers.
    Both,
}

/// One place at which two contracts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whom it hurts.
    pub class: Class,
    /// Where in the old contract, as a JSON pointer; `None` for what was not there.
    pub old: Option<String>,
    /// Where in the new contract, as a JSON pointer; `None` for what is no longer there.
    pub new: Option<String>,
    /// What changed, who is hurt and why: one English sentence.
    pub sentence: String,
    /// Whether a rule knows what the change means. What none knows counts as breaking for both sides.
    pub classified: bool,
}

impl Class {
    /// All classes, the heaviest first.
    pub const ALL: [Self; 5] =
        [Self::Both, Self::Clients, Self::Servers, Self::Compatible, Self::Documentation];

    /// The class in words, as people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Compatible => "compatible",
            Self::Servers => "breaking for servers",
            Self::Clients => "breaking for clients",
            Self::Both => "breaking for clients and servers",
        }
    }

    /// The class in one word, as programs read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Compatible => "compatible",
            Self::Servers => "breaking-for-servers",
            Self::Clients => "breaking-for-clients",
            Self::Both => "breaking-for-both",
        }
    }

    /// Whether clients that were written for the old contract are hurt.
    #[must_use]
    pub fn breaks_clients(self) -> bool {
        matches!(self, Self::Clients | Self::Both)
    }

    /// Whether servers that were written for the old contract are hurt.
    #[must_use]
    pub fn breaks_servers(self) -> bool {
        matches!(self, Self::Servers | Self::Both)
    }

    /// Whether anybody is hurt.
    #[must_use]
    pub fn is_breaking(self) -> bool {
        self.breaks_clients() || self.breaks_servers()
    }
}

impl Change {
    /// Whether this is the version number of the contract, which every release changes and which changes nothing itself.
    #[must_use]
    pub fn is_version(&self) -> bool {
        self.old.as_deref().or(self.new.as_deref()) == Some("/info/version")
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
