//! The operations of a document, each with what surrounds it.

use crate::place::At;

/// The methods that OpenAPI 3.0 knows.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An operation with what surrounds it.
#[derive(Clone)]
pub(crate) struct Site<'d> {
    pub(crate) template: &'d str,
    pub(crate) method: &'d str,
    pub(crate) path: At<'d>,
    pub(crate) operation: At<'d>,
}

/// The operations below `paths`.
pub(crate) fn sites<'d>(paths: &At<'d>) -> Vec<Site<'d>> {
    let mut sites = Vec::new();
    for (template, path) in paths.members() {
        for (method, operation) in path.members().filter(|(name, _)| METHODS.contains(name)) {
            sites.push(Site { template, method, path: path.clone(), operation });
        }
    }
    sites
}

/// The operations of a document.
pub(crate) fn operations<'d>(document: &At<'d>) -> Vec<At<'d>> {
    let sites = document.get("paths").map(|paths| sites(&paths)).unwrap_or_default();
    sites.into_iter().map(|site| site.operation).collect()
}
