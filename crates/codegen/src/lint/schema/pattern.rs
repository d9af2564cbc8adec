//! Patterns: ECMA 262 under the `u` flag, each compiled once.

use crate::diagnostic::{quoted, rules};
use crate::lint::context::Lint;
use crate::source::Node;
use regress::{Flags, Regex};
use std::collections::HashMap;

/// The longest pattern, in bytes: compiling takes memory.
const MAX_BYTES: usize = 1000;

/// The patterns of a document.
#[derive(Default)]
pub(in crate::lint) struct Patterns<'t>(HashMap<&'t str, Result<Regex, String>>);

impl<'t> Patterns<'t> {
    /// The pattern compiled, or why it cannot be.
    pub(in crate::lint) fn compile(&mut self, pattern: &'t str) -> Result<&Regex, &str> {
        let compiled = self.0.entry(pattern).or_insert_with(|| {
            if pattern.len() > MAX_BYTES {
                return Err(format!("it has {} bytes, at most {MAX_BYTES} are compiled", pattern.len()));
            }
            Regex::with_flags(pattern, Flags::from("u")).map_err(|error| error.to_string())
        });
        compiled.as_ref().map_err(String::as_str)
    }
}

/// Checks the `pattern` of a string.
pub(super) fn check<'t>(lint: &mut Lint<'t>, node: Node<'t>) {
    let Some(pattern) = node.text() else { return };
    if let Err(error) = lint.patterns.compile(pattern) {
        let message = format!("{} does not compile: {error}", quoted(pattern));
        let help = "mend it; patterns are ECMA 262 expressions under the `u` flag";
        lint.report(rules::PATTERN, &node.place(), message, help);
    }
}
