//! The text of a contract as a tree: YAML 1.2 read with the position of every key and every value.
//!
//! Only what has one meaning everywhere is read: the core schema, one document, no anchors, no tags, no merge keys. The
//! rest is refused by name, because a reader of the file and the next tool would each take it for something else.

mod build;
mod position;
mod scalar;
mod tree;

pub(crate) use build::parse;
pub(crate) use tree::{Kind, Node, Place, Tree};

/// The largest document, in bytes. Positions are kept for every value, so memory is a small multiple of this.
pub(crate) const MAX_BYTES: usize = 32 * 1024 * 1024;

/// How deep sequences and mappings may nest; everything that walks a tree may recurse this deep.
pub(crate) const MAX_DEPTH: usize = 64;

/// The longest key, in bytes; keys are repeated in the pointers of diagnostics.
pub(crate) const MAX_KEY_BYTES: usize = 1024;
