#![doc = include_str!("../README.md")]

mod choices;
mod documents;
mod reference;
mod targets;

pub use documents::DOCUMENTS;
pub use targets::TARGETS;

/// One thing that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its folders, and on the command line.
    pub name: &'static str,
    /// Tries one input. It panics where what must hold does not; whatever it answers otherwise, it holds.
    pub run: fn(&[u8]),
    /// Inputs to begin with, made of what the repository has.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

impl Target {
    /// The target of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
