//! The data and the callers of `untagd dev`: one project with desktops and other resources, whose tags show what tags can be.

use crate::problem::Problem;
use crate::ready::Sample;
use std::collections::BTreeMap;
use untag_identity::{NewAccessKey, NewToken, make_access_key, make_token};
use untag_store::{ResourceKey, Tags};
use untag_types::SystemTagKey;

/// The project of all sample data.
pub const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// The resource that the documentation's examples name, as a desktop and as a workspace.
pub const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// The account that the project belongs to.
const ACCOUNT: &str = "d0c0ffee0000000000000000000000d0";

/// Resources with tags that are plain, and with tags that are not.
#[must_use]
pub fn resources() -> Vec<(ResourceKey, Tags)> {
    const PLAIN: &[(&str, &str)] = &[("key1", "value1"), ("key2", "value3"), ("keep", "me")];
    /// From before the rule for new keys, in many scripts, and with everything that a path has to encode.
    const ODD: &[(&str, &str)] = &[
        ("中 文", "桌面"),
        ("größe", "groß"),
        ("a/b", "slash"),
        ("a\\b", "backslash"),
        ("100%", "percent"),
        ("a+b c", "plus and space"),
        ("k?x=1#y", "query and fragment"),
        ("%2e%2e", "dots, encoded"),
        ("..", "dots"),
        ("👩‍💻", "one sign of several characters"),
        ("empty", ""),
        ("keep", "me"),
    ];
    let enterprise = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    vec![
        resource("desktop", RESOURCE, PLAIN, None),
        resource("workspace", RESOURCE, PLAIN, Some(enterprise)),
        resource("desktop", "5f0c6a1e-2b7d-4c3f-9a8e-1d2c3b4a5f60", ODD, Some(enterprise)),
        resource(
            "desktop",
            "9b2d4f60-7a1c-4e8b-b3d5-6c7e8f901a2b",
            &[("env", "production"), ("keep", "me")],
            None,
        ),
        resource("workspace", "c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f", &[], None),
        resource("disk", "volume-0001", &[("env", "test"), ("owner", "ana")], Some("0")),
    ]
}

fn resource(kind: &str, id: &str, tags: &[(&str, &str)], enterprise: Option<&str>) -> (ResourceKey, Tags) {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let sys_tags: BTreeMap<String, String> = enterprise
        .map(|id| (SystemTagKey::SysEnterpriseProjectId.to_string(), id.to_owned()))
        .into_iter()
        .collect();
    let key = ResourceKey {
        project_id: PROJECT.to_owned(),
        resource_type: kind.to_owned(),
        resource_id: id.to_owned(),
    };
    (key, Tags { tags: tags.iter().map(owned).collect(), sys_tags })
}

/// Callers with fresh credentials: the account itself, and the tag service.
#[derive(Debug)]
pub struct Callers {
    account: NewToken,
    key: NewAccessKey,
    op_service: NewToken,
}

impl Callers {
    /// Makes up credentials.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn new() -> Result<Self, Problem> {
        let none = |error: std::io::Error| Problem::new(format!("there are no random numbers: {error}"));
        Ok(Self {
            account: make_token().map_err(none)?,
            key: make_access_key().map_err(none)?,
            op_service: make_token().map_err(none)?,
        })
    }

    /// The same as an authentication file: `untagd dev` reads its callers the way `untagd serve` does.
    #[must_use]
    pub fn configuration(&self) -> String {
        let Self { account, key, op_service } = self;
        format!(
            r#"
[[users]]
id = "dev"
name = "developer"
account = "{ACCOUNT}"
projects = ["{PROJECT}"]
is_account = true

[[users]]
id = "tms"
name = "tag management service"
account = "{ACCOUNT}"
projects = ["{PROJECT}"]
roles = ["op_service"]
is_account = true

[[tokens]]
sha256 = "{}"
user = "dev"

[[tokens]]
sha256 = "{}"
user = "tms"

[[access_keys]]
id = "{}"
secret = "{}"
user = "dev"
"#,
            account.sha256, op_service.sha256, key.id, key.secret
        )
    }

    /// The same for whoever calls.
    #[must_use]
    pub fn sample(&self) -> Sample {
        Sample {
            project_id: PROJECT.to_owned(),
            token: self.account.text.clone(),
            op_service_token: self.op_service.text.clone(),
            ak: self.key.id.clone(),
            sk: self.key.secret.clone(),
        }
    }
}
