//! Who is hurt by a change, and why: what a class and its sentence are made of.

use crate::change::Class;

/// Which way the values of a place travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Travel {
    /// From client to server.
    pub(crate) request: bool,
    /// From server to client.
    pub(crate) response: bool,
}

/// What becomes of the values that a place may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Some are no longer allowed.
    Fewer,
    /// Some are allowed that were not.
    More,
    /// Some of each, or nobody knows.
    Others,
}

/// The reasons for which clients and servers are hurt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hurt {
    clients: Vec<&'static str>,
    servers: Vec<&'static str>,
}

impl Travel {
    /// What clients send.
    pub(crate) const REQUEST: Self = Self { request: true, response: false };
    /// What servers answer.
    pub(crate) const RESPONSE: Self = Self { request: false, response: true };
    /// Both ways, or nobody knows.
    pub(crate) const BOTH: Self = Self { request: true, response: true };
}

impl Hurt {
    /// Nobody is hurt.
    pub(crate) fn nobody() -> Self {
        Self::default()
    }

    /// Clients are hurt, because …
    pub(crate) fn clients(mut self, why: &'static str) -> Self {
        self.clients.push(why);
        self
    }

    /// Servers are hurt, because …
    pub(crate) fn servers(mut self, why: &'static str) -> Self {
        self.servers.push(why);
        self
    }

    /// Who is hurt when the values of a place change.
    pub(crate) fn by(values: Values, travel: Travel) -> Self {
        let (fewer, more) = match values {
            Values::Fewer => (true, false),
            Values::More => (false, true),
            Values::Others => (true, true),
        };
        let mut hurt = Self::nobody();
        if fewer && travel.request {
            hurt = hurt.clients("a client that sends what was allowed until now is refused");
        }
        if more && travel.request {
            hurt = hurt.servers("a server refuses what clients may send from now on");
        }
        if fewer && travel.response {
            hurt = hurt.servers("a server that answers what was allowed until now breaks the contract");
        }
        if more && travel.response {
            hurt = hurt.clients("a client meets answers that were ruled out until now");
        }
        hurt
    }

    /// The class; `otherwise` where nobody is hurt.
    pub(crate) fn class(&self, otherwise: Class) -> Class {
        match (self.clients.is_empty(), self.servers.is_empty()) {
            (false, false) => Class::Both,
            (false, true) => Class::Clients,
            (true, false) => Class::Servers,
            (true, true) => otherwise,
        }
    }

    /// The sentence: what changed, then every reason.
    pub(crate) fn sentence(&self, what: &str, otherwise: &str) -> String {
        let reasons: Vec<&str> = self.clients.iter().chain(&self.servers).copied().collect();
        let reasons = if reasons.is_empty() { otherwise.to_owned() } else { reasons.join(", and ") };
        format!("{what}: {reasons}.")
    }
}
