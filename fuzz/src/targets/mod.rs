//! What is fuzzed: one module for each part of the house that reads what others wrote, with what must hold of it.

mod apply;
mod contract;
mod evolution;
mod import;
mod json;
mod path;
mod policy;
mod request;
mod signature;

use crate::Target;

/// Every target, in the order of the name.
pub const TARGETS: [Target; 11] = [
    Target { name: "apply", run: apply::run, seeds: apply::seeds },
    Target { name: "contract-edits", run: contract::edits, seeds: contract::edit_seeds },
    Target { name: "contract-text", run: contract::text, seeds: contract::text_seeds },
    Target { name: "evolution", run: evolution::run, seeds: contract::edit_seeds },
    Target { name: "import", run: import::run, seeds: import::seeds },
    Target { name: "json", run: json::run, seeds: json::seeds },
    Target { name: "path", run: path::run, seeds: path::seeds },
    Target { name: "policy-decision", run: policy::decision, seeds: policy::decision_seeds },
    Target { name: "policy-text", run: policy::text, seeds: policy::text_seeds },
    Target { name: "request", run: request::run, seeds: request::seeds },
    Target { name: "signature", run: signature::run, seeds: signature::seeds },
];

/// What `serde_json` reads of a text, if it is JSON at all: the lenient reading that strict ones are held against.
fn lenient(text: &[u8]) -> Option<serde_json::Value> {
    serde_json::from_slice(text).ok()
}
