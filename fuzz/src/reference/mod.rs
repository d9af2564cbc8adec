//! Second implementations of what must be exact: written from the specification, short, and slow.

pub(crate) mod percent;
pub(crate) mod policy;
