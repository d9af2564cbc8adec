//! From the lowered contract to Rust text: one emitter for each crate, and what they share.
//!
//! Emitters are pure and total: the same [`Api`](crate::ir::Api) gives the same bytes, on any machine, in any order of hash maps.

mod checksum;
pub mod client;
pub mod conformance;
mod docs;
pub mod fixtures;
mod mentions;
mod names;
mod render;
pub mod server;
mod shape;
pub mod types;

pub use checksum::is_untouched;

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the crate's `src/generated/`, with `/` between folders.
    pub path: String,
    /// Its whole text, ending in a newline.
    pub text: String,
}

/// Where generated code finds its neighbours; the crates themselves and the fixtures differ only in this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The Rust path that has every shared type by name: `::untag_types`.
    pub types: String,
    /// The command that a reader runs to write the files again: `cargo xtask codegen`.
    pub command: String,
    /// The contract's path, as the file headers name it: `openapi/untag.yaml`.
    pub contract: String,
}
