//! Which server an operation is sent to: the one that was named, or its service's own in a region.

use crate::operation::Operation;
use crate::{BaseUrl, InvalidBaseUrl};

/// What a client was told about servers.
#[derive(Debug)]
pub(crate) enum Target {
    /// One server for everything.
    Server(Result<BaseUrl, InvalidBaseUrl>),
    /// Each service's own server in this region.
    Region(String),
}

/// The server of each operation.
#[derive(Clone, Debug)]
pub(crate) enum Endpoints {
    /// One for all.
    One(BaseUrl),
    /// One for each server that the contract knows, which is a template.
    Each(Vec<(&'static str, BaseUrl)>),
}

/// Why an operation has no server.
#[derive(Debug)]
pub(crate) enum NoEndpoint {
    /// The region's name is none: it could make another host of a template.
    Region,
    /// The contract names no server for this operation that a region makes complete.
    Server(&'static Operation),
    /// What was named for this service is no base URL.
    Invalid(String, InvalidBaseUrl),
}

impl Endpoints {
    /// The servers in a region. `named` says what to use for a service instead.
    pub(crate) fn in_region(
        region: &str,
        operations: &[&'static Operation],
        named: impl Fn(&str) -> Option<Result<BaseUrl, InvalidBaseUrl>>,
    ) -> Result<Self, NoEndpoint> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if region.is_empty() || region.starts_with('-') || !region.bytes().all(plain) {
            return Err(NoEndpoint::Region);
        }
        let mut each: Vec<(&'static str, BaseUrl)> = Vec::new();
        for operation in operations {
            if each.iter().any(|(server, _)| *server == operation.server) {
                continue;
            }
            let url = match named(operation.service()) {
                Some(url) => {
                    url.map_err(|error| NoEndpoint::Invalid(operation.service().to_owned(), error))?
                }
                None => operation
                    .server
                    .replace("{region}", region)
                    .parse()
                    .map_err(|_| NoEndpoint::Server(operation))?,
            };
            each.push((operation.server, url));
        }
        Ok(Self::Each(each))
    }

    /// The server of an operation; none for an operation that these were not made for.
    pub(crate) fn of(&self, operation: &Operation) -> Option<&BaseUrl> {
        match self {
            Self::One(url) => Some(url),
            Self::Each(each) => {
                each.iter().find(|(server, _)| *server == operation.server).map(|(_, url)| url)
            }
        }
    }
}

/// The environment variable that names a service's server in a region, as the provider's own SDKs read it:
/// `HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4`.
pub(crate) fn variable(service: &str, region: &str) -> String {
    format!("HUAWEICLOUD_SDK_REGION_{service}_{region}").replace('-', "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::{Endpoints, NoEndpoint, variable};
    use crate::Client;
    use crate::operation::{Contract as _, Operation, Segment};

    const fn operation(server: &'static str) -> Operation {
        let path = &[Segment::Literal("things")];
        Operation { id: "a", method: "GET", path, credentials: &[], idempotent: true, server }
    }

    static ONE: Operation = operation("https://one.{region}.example.com");
    static TWO: Operation = operation("https://two.{region}.example.com/prefix");
    static NOWHERE: Operation = operation("");

    #[test]
    fn each_service_has_its_server_in_a_region() {
        let endpoints = Endpoints::in_region("cn-north-4", &[&ONE, &TWO], |_| None).unwrap();
        assert_eq!(endpoints.of(&ONE).unwrap().as_str(), "https://one.cn-north-4.example.com");
        assert_eq!(endpoints.of(&TWO).unwrap().as_str(), "https://two.cn-north-4.example.com/prefix");
        assert_eq!(endpoints.of(&NOWHERE), None);
        let named = |service: &str| (service == "two").then(|| "http://localhost:1".parse());
        let endpoints = Endpoints::in_region("cn-north-4", &[&ONE, &TWO], named).unwrap();
        assert_eq!(endpoints.of(&ONE).unwrap().as_str(), "https://one.cn-north-4.example.com");
        assert_eq!(endpoints.of(&TWO).unwrap().as_str(), "http://localhost:1");
    }

    #[test]
    fn the_contracts_operations_are_where_the_provider_has_them() {
        let endpoints = Endpoints::in_region("cn-north-4", Client::OPERATIONS, |_| None).unwrap();
        let found: Vec<_> = Client::OPERATIONS
            .iter()
            .map(|operation| (operation.id, operation.service(), endpoints.of(operation).unwrap().as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("batchUntagResources", "secmaster", "https://secmaster.cn-north-4.myhuaweicloud.com"),
                ("deleteDesktopTag", "workspace", "https://workspace.cn-north-4.myhuaweicloud.com"),
            ]
        );
    }

    #[test]
    fn a_region_cannot_make_another_host() {
        for region in ["", "evil.com/", "a.b", "a@b", "-a", "A", "a#", "a:1", "中"] {
            let made = Endpoints::in_region(region, &[&ONE], |_| None);
            assert!(matches!(made, Err(NoEndpoint::Region)), "{region}");
        }
        assert!(matches!(Endpoints::in_region("a", &[&NOWHERE], |_| None), Err(NoEndpoint::Server(_))));
    }

    #[test]
    fn a_service_is_the_first_label() {
        assert_eq!((ONE.service(), TWO.service(), NOWHERE.service()), ("one", "two", ""));
        assert_eq!(variable("workspace", "cn-north-4"), "HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4");
    }
}
