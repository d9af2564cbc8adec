//! The values that a policy compares with, read once when it is loaded.

use super::decimal::Decimal;
use super::operator::Order;
use crate::pattern::Pattern;
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use std::net::IpAddr;

/// One value of a policy, in the operator's type.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    Text(String),
    TextIgnoringCase(String),
    Pattern(Pattern),
    Number(Order, Decimal),
    Date(Order, DateTime<Utc>),
    Bool(bool),
    Net(IpNet),
}

/// One value of a request, in the operator's type.
pub(super) enum Typed<'a> {
    Text(&'a str),
    Number(Decimal),
    Date(DateTime<Utc>),
    Bool(bool),
    Ip(IpAddr),
}

impl Expected {
    /// Reads an address, or a network in CIDR notation. The error continues a sentence whose subject is the value.
    pub(super) fn net(text: &str) -> Result<Self, String> {
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text
                .parse::<IpNet>()
                .map_err(|_| "is not an IP address and not a network; write 192.0.2.1 or 192.0.2.0/24")?,
        };
        if net.network() != net.addr() {
            return Err(format!("has bits set behind its prefix; write {}", net.trunc()));
        }
        // Addresses of requests are compared as IPv4 where they are IPv4, however the socket shows them.
        if let IpAddr::V6(address) = net.addr()
            && address.to_ipv4_mapped().is_some()
            && net.prefix_len() >= 96
        {
            return Err("is an IPv4 address written as IPv6; write it as IPv4".to_owned());
        }
        Ok(Self::Net(net))
    }

    pub(super) fn matches(&self, actual: &Typed<'_>) -> bool {
        match (self, actual) {
            (Self::Text(expected), Typed::Text(actual)) => expected == actual,
            (Self::TextIgnoringCase(expected), Typed::Text(actual)) => expected.eq_ignore_ascii_case(actual),
            (Self::Pattern(pattern), Typed::Text(actual)) => pattern.matches(actual),
            (Self::Number(order, expected), Typed::Number(actual)) => order.holds(actual, expected),
            (Self::Date(order, expected), Typed::Date(actual)) => order.holds(actual, expected),
            (Self::Bool(expected), Typed::Bool(actual)) => expected == actual,
            (Self::Net(net), Typed::Ip(actual)) => net.contains(actual),
            _ => false,
        }
    }

    /// Whether no text fails to match, so that it does not matter which one is meant.
    pub(super) fn takes_every_text(&self) -> bool {
        matches!(self, Self::Pattern(pattern) if pattern.matches_everything())
    }
}

/// A date and time as RFC 3339 has it, with `T` and `Z` in upper case.
pub(super) fn date(text: &str) -> Option<DateTime<Utc>> {
    if text.as_bytes().get(10) != Some(&b'T') || text.ends_with('z') {
        return None;
    }
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}
