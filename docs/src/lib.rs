//! The project's site: the contract and the Markdown in this package, as static pages.
//!
//! [`build`] is a function of files to files: the same input gives the same bytes, and what a page asks for and is not there is a
//! [`Problem`] with its place. [`Site::write`] puts the files onto the disk. [`cargo`] is what is asked of cargo before.

#![allow(clippy::disallowed_methods, reason = "made for a command that a person waits for")]

pub mod cargo;
mod contents;
mod downloads;
mod explorer;
mod highlight;
mod include;
mod markdown;
mod page;
mod plot;
mod problem;
mod reference;
mod schema;
mod search;
mod signing;
mod site;
mod template;

pub use problem::Problem;
pub use site::{Inputs, Site, build};
