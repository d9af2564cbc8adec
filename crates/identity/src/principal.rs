//! The caller, once recognised: what policies decide on and what the audit trail names.

use std::collections::BTreeSet;

/// The role of the tag-management service, which alone may touch system tags.
pub const OP_SERVICE: &str = "op_service";

/// Who is calling, and where they may act. It holds no secret, so its `Debug` shows all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user's identifier, unique within its source: the authentication file or Keystone.
    pub user_id: String,
    /// The user's name, for people.
    pub user_name: String,
    /// The account (Keystone calls it domain) that the principal acts in.
    pub account_id: String,
    /// The account's name, for people.
    pub account_name: String,
    /// The identifiers of the projects the principal may act in. Empty: in none.
    pub projects: BTreeSet<String>,
    /// The names of its roles; [`OP_SERVICE`] is one.
    pub roles: BTreeSet<String>,
    /// Whether it is the account itself, which needs no policy.
    pub is_account: bool,
}

impl Principal {
    /// Whether the principal may act in this project at all. What it may do there is a matter of policies.
    #[must_use]
    pub fn may_act_in(&self, project_id: &str) -> bool {
        self.projects.contains(project_id)
    }

    /// Whether the principal is the tag-management service.
    #[must_use]
    pub fn is_op_service(&self) -> bool {
        self.roles.contains(OP_SERVICE)
    }
}
