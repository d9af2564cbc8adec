//! Who may do what: projects, roles, and identity policies on the tags that the deletion will see.
//!
//! Part of the decision needs no data and is taken at once ([`Authorization::permits`]); the rest is a rule that the store
//! applies inside its transaction ([`Authorization::rule`]).

use crate::caller::Caller;
use crate::problem::{Problem, Problems};
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use untag_identity::{PolicyBinding, Principal};
use untag_policy::message::{self, AuthorizationMessage};
use untag_policy::permission::{self, Permission};
use untag_policy::{Context, Explanation, Policy, Request, Urn};
use untag_store::{Authorize, Denial, ResourceKey, TagMatch, Tags};
use untag_types::SystemTagKey;

/// The enterprise project of a resource without that tag.
const DEFAULT_ENTERPRISE_PROJECT: &str = "0";

/// One of the contract's operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `deleteDesktopTag`
    DeleteDesktopTag,
    /// `batchUntagResources`
    BatchUntagResources,
}

impl Operation {
    /// Its row in the permission table.
    #[must_use]
    pub fn permission(self) -> &'static Permission {
        match self {
            Self::DeleteDesktopTag => &permission::DELETE_DESKTOP_TAG,
            Self::BatchUntagResources => &permission::BATCH_UNTAG_RESOURCES,
        }
    }

    /// `operationId`
    #[must_use]
    pub fn id(self) -> &'static str {
        self.permission().operation_id
    }

    /// Its path as the contract writes it, with the names of parameters in braces.
    #[must_use]
    pub fn path(self) -> &'static str {
        let route = untag_server::ROUTES.iter().find(|route| route.operation == self.id());
        route.map_or("", |route| route.path)
    }
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// By which operation.
    pub operation: Operation,
    /// Who asks.
    pub caller: Caller,
    /// Of which resource.
    pub resource: ResourceKey,
    /// Tenant tags to remove.
    pub tags: Vec<TagMatch>,
    /// System tags to remove.
    pub sys_tags: Vec<TagMatch>,
    /// When.
    pub at: SystemTime,
    /// The request's id.
    pub request_id: String,
}

impl Asked {
    /// Who asks, for the audit trail: account and user.
    #[must_use]
    pub fn by(&self) -> String {
        let Principal { account_id, user_id, .. } = &*self.caller.principal;
        format!("{account_id}/{user_id}")
    }
}

/// A policy, and whom it binds.
#[derive(Debug)]
struct Bound {
    policy: Policy,
    users: BTreeSet<String>,
    roles: BTreeSet<String>,
}

impl Bound {
    fn binds(&self, principal: &Principal) -> bool {
        self.users.contains(&principal.user_id) || !self.roles.is_disjoint(&principal.roles)
    }
}

/// Decides.
pub struct Authorization {
    policies: Vec<Bound>,
    region: String,
    key: Option<message::Key>,
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("policies", &self.policies).finish_non_exhaustive()
    }
}

impl Authorization {
    /// Reads the policies and the key of authorization messages.
    ///
    /// # Errors
    /// Everything in all files that this service would not do as it is written.
    pub fn load(
        bindings: &[PolicyBinding],
        region: &str,
        key: Option<message::Key>,
    ) -> Result<Self, Problems> {
        let mut policies = Vec::new();
        let mut problems = Problems::default();
        for PolicyBinding { file, users, roles } in bindings {
            if let Some(policy) = problems.take(read_policy(file)) {
                policies.push(Bound { policy, users: users.clone(), roles: roles.clone() });
            }
        }
        problems.or(Self { policies, region: region.to_owned(), key })
    }

    /// What works, but should be looked at: actions of policies that nothing here ever asks for.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.policies.iter().flat_map(|bound| {
            let name = bound.policy.name();
            let idle = bound.policy.idle_actions().into_iter();
            idle.map(move |(pointer, action)| {
                format!("{name}: {pointer}: {action} matches no action of this service")
            })
        })
    }

    /// What can be decided without the resource: whether the caller may act in this project, and may name system tags.
    ///
    /// # Errors
    /// It may not.
    pub fn permits(&self, asked: &Asked) -> Result<(), Denial> {
        let principal = &asked.caller.principal;
        let deny = |message: &str| Err(Denial { message: message.to_owned(), encoded: None });
        if !principal.may_act_in(&asked.resource.project_id) {
            return deny("the credentials are not for this project");
        }
        if !asked.sys_tags.is_empty() && !principal.is_op_service() {
            return deny("sys_tags take the op_service permission; leave them out");
        }
        Ok(())
    }

    /// What the store decides inside its transaction. The reasons are looked for only where the answer is no: the store's
    /// other writers wait meanwhile.
    #[must_use]
    pub fn rule(self: Arc<Self>, asked: Asked) -> Authorize {
        Arc::new(move |tags| {
            if asked.caller.principal.is_account {
                return Ok(());
            }
            self.judge(&asked, tags, |request, policies| {
                if untag_policy::evaluate(policies.iter().copied(), request).is_allowed() {
                    return Ok(());
                }
                let explanation = untag_policy::explain(policies.iter().copied(), request);
                Err(self.denial(&asked, request, &explanation))
            })
        })
    }

    /// What the policies say, statement by statement. `tags` are those that the resource has; `None` if there is no such
    /// resource, which then has no tag to be allowed by.
    #[must_use]
    pub fn explain(&self, asked: &Asked, tags: Option<&Tags>) -> Explanation {
        self.judge(asked, tags, |request, policies| untag_policy::explain(policies.iter().copied(), request))
    }

    /// Judges what is asked, as policies know it, by the policies that bind the caller.
    fn judge<T>(
        &self,
        asked: &Asked,
        tags: Option<&Tags>,
        judgement: impl FnOnce(&Request<'_>, &[&Policy]) -> T,
    ) -> T {
        let resource = self.urn(asked);
        let context = context(asked, tags);
        let request =
            Request { action: asked.operation.permission().action, resource: &resource, context: &context };
        let binding = self.policies.iter().filter(|bound| bound.binds(&asked.caller.principal));
        let policies: Vec<&Policy> = binding.map(|bound| &bound.policy).collect();
        judgement(&request, &policies)
    }

    /// The resource's name in policies.
    fn urn(&self, asked: &Asked) -> Urn {
        let account = &asked.caller.principal.account_id;
        let ResourceKey { resource_type, resource_id, .. } = &asked.resource;
        match asked.operation {
            Operation::DeleteDesktopTag => permission::desktop(&self.region, account, resource_id),
            Operation::BatchUntagResources => {
                permission::resource(&self.region, account, resource_type, resource_id)
            }
        }
    }

    fn denial(&self, asked: &Asked, request: &Request<'_>, explanation: &Explanation) -> Denial {
        let action = request.action;
        let message = if explanation.decision.by.is_some() {
            format!("a policy denies you {action} on this resource")
        } else {
            format!("no policy grants you {action} on this resource")
        };
        Denial { message, encoded: self.encoded(asked, request, explanation) }
    }

    /// The decision for the operator, encrypted. Without a key there is none; the 403 stands all the same.
    fn encoded(&self, asked: &Asked, request: &Request<'_>, explanation: &Explanation) -> Option<String> {
        let key = self.key.as_ref()?;
        let principal = &asked.caller.principal;
        let who = message::Principal {
            user_id: principal.user_id.clone(),
            user_name: Some(principal.user_name.clone()).filter(|name| !name.is_empty()),
            account: principal.account_id.clone(),
            roles: principal.roles.iter().cloned().collect(),
        };
        let message =
            AuthorizationMessage::new(&asked.request_id, asked.at.into(), who, request, explanation);
        match message.encode(key) {
            Ok(encoded) => Some(encoded),
            Err(error) => {
                tracing::warn!(request_id = asked.request_id, %error, "no authorization message");
                None
            }
        }
    }
}

/// The values of all condition keys.
fn context(asked: &Asked, tags: Option<&Tags>) -> Context {
    let mut context = Context::new();
    let Caller { principal, source } = &asked.caller;
    context.user_id(&principal.user_id).user_name(&principal.user_name).domain_id(&principal.account_id);
    context.current_time(asked.at.into());
    if let Some(source) = source {
        context.source_ip(source.ip).secure_transport(source.tls);
    }
    for tag in asked.tags.iter().chain(&asked.sys_tags) {
        context.tag_key(&tag.key).request_tag(&tag.key, tag.value.as_deref());
    }
    if let Some(Tags { tags, sys_tags }) = tags {
        for (key, value) in tags {
            context.resource_tag(key, value);
        }
        let project = sys_tags.get(SystemTagKey::SysEnterpriseProjectId.as_str());
        let project = project.map_or(DEFAULT_ENTERPRISE_PROJECT, String::as_str);
        context.enterprise_project_id(project);
    }
    context
}

fn read_policy(file: &Path) -> Result<Policy, Problem> {
    let text = fs::read_to_string(file).map_err(|error| Problem::file(file, &error))?;
    Policy::parse(&file.display().to_string(), &text).map_err(|refusals| Problem::input(refusals.to_string()))
}

/// Reads the key of authorization messages from its file.
///
/// # Errors
/// It cannot be read, or is no key.
pub fn read_key(file: &Path) -> Result<message::Key, Problem> {
    let text = fs::read_to_string(file).map_err(|error| Problem::file(file, &error))?;
    message::Key::from_text(&text).map_err(|error| Problem::input(format!("{}: {error}", file.display())))
}
