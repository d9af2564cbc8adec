//! The permission table of the contract: which action each operation asks for, and on which resource.

use crate::urn::Urn;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The operation's id in the contract.
    pub operation_id: &'static str,
    /// What a policy allows or denies.
    pub action: &'static str,
    /// How the provider classes it.
    pub access_level: &'static str,
    /// The type part of the resource's URN.
    pub resource_type: &'static str,
    /// The condition keys on the resource.
    pub resource_condition_keys: &'static [&'static str],
    /// The condition keys on the request.
    pub request_condition_keys: &'static [&'static str],
}

/// To remove one tag of a desktop.
pub const DELETE_DESKTOP_TAG: Permission = Permission {
    operation_id: "deleteDesktopTag",
    action: "workspace:desktops:untag",
    access_level: "Tagging",
    resource_type: "desktop",
    resource_condition_keys: &["g:ResourceTag/<tag-key>", "g:EnterpriseProjectId"],
    request_condition_keys: &["g:RequestTag/<tag-key>", "g:TagKeys"],
};

/// To remove tags of any resource.
pub const BATCH_UNTAG_RESOURCES: Permission = Permission {
    operation_id: "batchUntagResources",
    action: "secmaster:resources:untag",
    resource_type: "resource",
    ..DELETE_DESKTOP_TAG
};

/// The whole table.
pub const ALL: [Permission; 2] = [DELETE_DESKTOP_TAG, BATCH_UNTAG_RESOURCES];

/// What [`DELETE_DESKTOP_TAG`] is asked for on: `workspace:<region>:<account>:desktop:<desktop_id>`.
#[must_use]
pub fn desktop(region: &str, account: &str, desktop_id: &str) -> Urn {
    Urn::new("workspace", region, account, DELETE_DESKTOP_TAG.resource_type, desktop_id)
}

/// What [`BATCH_UNTAG_RESOURCES`] is asked for on: `secmaster:<region>:<account>:resource:<resource_type>/<resource_id>`.
///
/// A `/` in the type, which the contract allows, becomes `%2F` and a `%` becomes `%25`: otherwise the type `desktop/x` would
/// pass for a resource of the type `desktop`.
#[must_use]
pub fn resource(region: &str, account: &str, resource_type: &str, resource_id: &str) -> Urn {
    let kind = resource_type.replace('%', "%25").replace('/', "%2F");
    let path = format!("{kind}/{resource_id}");
    Urn::new("secmaster", region, account, BATCH_UNTAG_RESOURCES.resource_type, &path)
}
