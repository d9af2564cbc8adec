//! Extensions of an operation: what OpenAPI has no words for, each with a shape of its own.

use super::context::Lint;
use super::shape::{Expect, Shape, describe};
use crate::diagnostic::rules;
use crate::source::{Kind, Node};

const IAM: Shape = Shape {
    what: "`x-iam`",
    members: &[
        ("action", Expect::Text),
        ("accessLevel", Expect::Text),
        ("resourceType", Expect::Mapping),
        ("requestConditionKeys", Expect::Texts),
        ("origin", Expect::Text),
    ],
    required: &["action", "accessLevel", "origin"],
    unsupported: &[],
};

const RESOURCE_TYPE: Shape = Shape {
    what: "`resourceType`",
    members: &[("name", Expect::Text), ("required", Expect::Boolean), ("conditionKeys", Expect::Texts)],
    required: &["name", "required"],
    unsupported: &[],
};

const PROVIDER_OPERATION: Shape = Shape {
    what: "`x-provider-operation`",
    members: &[("service", Expect::Text), ("name", Expect::Text)],
    required: &["service", "name"],
    unsupported: &[],
};

/// Who published a permission.
const ORIGINS: [&str; 2] = ["provider", "untag"];

/// Checks the extensions of an operation.
pub(super) fn check<'t>(lint: &mut Lint<'t>, operation: Node<'t>) {
    if let Some(iam) = operation.get("x-iam")
        && lint.shape(iam, &IAM)
    {
        iam.get("resourceType").map(|resource| lint.shape(resource, &RESOURCE_TYPE));
        if let Some(origin) =
            iam.get("origin").filter(|node| node.text().is_some_and(|text| !ORIGINS.contains(&text)))
        {
            lint.report(
                rules::EXTENSION_VALUE,
                &origin.place(),
                format!("the origin of the permission is {}", describe(origin)),
                "write `provider` if the provider publishes it, otherwise `untag`",
            );
        }
    }
    operation.get("x-provider-operation").map(|provider| lint.shape(provider, &PROVIDER_OPERATION));
    if let Some(idempotent) = operation.get("x-idempotent").filter(|node| *node.kind() != Kind::Boolean(true))
    {
        lint.report(
            rules::EXTENSION_VALUE,
            &idempotent.place(),
            format!("`x-idempotent` is {}", describe(idempotent)),
            "write `true`, or remove it; without it nothing is repeated",
        );
    }
}
