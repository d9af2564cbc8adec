//! Who is calling, and from where: what a request carries from authentication to authorization.

use std::net::IpAddr;
use std::sync::Arc;
use untag_identity::Principal;

/// The connection that a request came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The peer's address.
    pub ip: IpAddr,
    /// Whether it is encrypted.
    pub tls: bool,
}

/// A caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub principal: Arc<Principal>,
    /// From where; nothing where no front says so, as in a router that is called directly.
    pub source: Option<Source>,
}
