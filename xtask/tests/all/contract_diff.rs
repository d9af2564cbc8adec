//! `contract diff`: scripted changes of the first release, each with the class and the place that it must be given.

use crate::repository::{Repository, xtask};
use serde_json::Value;

/// A change that somebody might make, and what is to be said of it.
struct Case {
    name: &'static str,
    /// Pieces of the contract, each of which occurs once, and what takes their place.
    edits: &'static [(&'static str, &'static str)],
    /// Class, old pointer, new pointer of every change; an empty pointer stands for none.
    expected: &'static [(&'static str, &'static str, &'static str)],
    /// The least version that may follow 1.0.0.
    version: &'static str,
}

const CLIENTS: &str = "breaking-for-clients";
const SERVERS: &str = "breaking-for-servers";
const BOTH: &str = "breaking-for-both";
const COMPATIBLE: &str = "compatible";
const DOCUMENTATION: &str = "documentation";

macro_rules! desktop {
    ($below:literal) => {
        concat!("/paths/~1v2~1{project_id}~1desktops~1{desktop_id}~1tags~1{key}", $below)
    };
}

macro_rules! resource {
    ($below:literal) => {
        concat!("/paths/~1v1~1{project_id}~1{resource_type}~1{resource_id}~1tags~1delete", $below)
    };
}

const CASES: &[Case] = &[
    Case {
        name: "a key may be shorter than before",
        edits: &[("maxLength: 128\n      pattern: '^(?!_sys_", "maxLength: 64\n      pattern: '^(?!_sys_")],
        expected: &[(
            CLIENTS,
            "/components/schemas/TagKey/maxLength",
            "/components/schemas/TagKey/maxLength",
        )],
        version: "2.0.0",
    },
    Case {
        name: "a text that was free has a pattern",
        edits: &[(
            "minLength: 1\n      maxLength: 255\n      description: Identifier of a cloud desktop.",
            "minLength: 1\n      maxLength: 255\n      pattern: '^[0-9a-f-]*$'\n      description: Identifier of a cloud desktop.",
        )],
        expected: &[(CLIENTS, "", "/components/schemas/DesktopId/pattern")],
        version: "2.0.0",
    },
    Case {
        name: "a value must be there",
        edits: &[(
            "required: [key]\n      properties:\n        key:\n          $ref: '#/components/schemas/TagKey'",
            "required: [key, value]\n      properties:\n        key:\n          $ref: '#/components/schemas/TagKey'",
        )],
        expected: &[(CLIENTS, "", "/components/schemas/ResourceTag/required/1")],
        version: "2.0.0",
    },
    Case {
        name: "one more status",
        edits: &[(
            "        '500':\n          description: |-\n            Internal error.",
            "        '409':\n          description: The desktop is busy.\n        '500':\n          description: |-\n            Internal error.",
        )],
        expected: &[(CLIENTS, "", desktop!("/delete/responses/409"))],
        version: "2.0.0",
    },
    Case {
        name: "one credential less",
        edits: &[(
            "tags: [Desktop tags]\n      security:\n        - token: []\n        - signature: []\n",
            "tags: [Desktop tags]\n      security:\n        - token: []\n",
        )],
        expected: &[(CLIENTS, desktop!("/delete/security/1"), "")],
        version: "2.0.0",
    },
    Case {
        name: "no longer idempotent",
        edits: &[(
            "      x-idempotent: true\n      x-iam:\n        action: workspace",
            "      x-iam:\n        action: workspace",
        )],
        expected: &[(CLIENTS, desktop!("/delete/x-idempotent"), "")],
        version: "2.0.0",
    },
    Case {
        name: "another host",
        edits: &[("https://secmaster.{region}.myhuaweicloud.com", "https://sec.{region}.myhuaweicloud.com")],
        expected: &[(CLIENTS, resource!("/servers/0"), ""), (CLIENTS, "", resource!("/servers/0"))],
        version: "2.0.0",
    },
    Case {
        name: "an answer's text may be longer",
        edits: &[(
            "maxLength: 1024\n      description: The failure in one",
            "maxLength: 2048\n      description: The failure in one",
        )],
        expected: &[(
            CLIENTS,
            "/components/schemas/ResourceErrorMessage/maxLength",
            "/components/schemas/ResourceErrorMessage/maxLength",
        )],
        version: "2.0.0",
    },
    Case {
        name: "longer lists",
        edits: &[(
            "maxItems: 10\n          description: |-\n            Tags to remove. Mandatory",
            "maxItems: 20\n          description: |-\n            Tags to remove. Mandatory",
        )],
        expected: &[(
            SERVERS,
            "/components/schemas/BatchUntagResourcesBody/properties/tags/maxItems",
            "/components/schemas/BatchUntagResourcesBody/properties/tags/maxItems",
        )],
        version: "2.0.0",
    },
    Case {
        name: "an optional member of a request",
        edits: &[(
            "        value:\n          $ref: '#/components/schemas/TagValue'\n",
            "        value:\n          $ref: '#/components/schemas/TagValue'\n        note:\n          $ref: '#/components/schemas/TagValue'\n",
        )],
        expected: &[(SERVERS, "", "/components/schemas/ResourceTag/properties/note")],
        version: "2.0.0",
    },
    Case {
        name: "one more value in a request",
        edits: &[("enum: [_sys_enterprise_project_id]", "enum: [_sys_enterprise_project_id, _sys_owner]")],
        expected: &[(SERVERS, "", "/components/schemas/SystemTagKey/enum/1")],
        version: "2.0.0",
    },
    Case {
        name: "a new operation",
        edits: &[(
            "    delete:\n      operationId: deleteDesktopTag\n",
            "    get:\n      operationId: showDesktopTag\n      responses:\n        '204':\n          description: It is there.\n    delete:\n      operationId: deleteDesktopTag\n",
        )],
        expected: &[(SERVERS, "", desktop!("/get"))],
        version: "2.0.0",
    },
    Case {
        name: "an answer must say more",
        edits: &[(
            "from a desktop. A client tolerates further members and longer texts.\n      required: [error_code, error_msg]",
            "from a desktop. A client tolerates further members and longer texts.\n      required: [error_code, error_msg, error_detail]",
        )],
        expected: &[(SERVERS, "", "/components/schemas/DesktopTagError/required/2")],
        version: "2.0.0",
    },
    Case {
        name: "one status less",
        edits: &[(
            "        '404':\n          description: Resource not found. The",
            "        '410':\n          description: Resource not found. The",
        )],
        expected: &[
            (SERVERS, desktop!("/delete/responses/404"), ""),
            (CLIENTS, "", desktop!("/delete/responses/410")),
        ],
        version: "2.0.0",
    },
    Case {
        name: "another pattern",
        edits: &[(
            "0-9A-Za-z\\p{L}\\p{M}\\p{N} _.:=+@-]*$'\n      description: |-\n        Key of a tag",
            "0-9A-Za-z\\p{L}\\p{N} _.:=+@-]*$'\n      description: |-\n        Key of a tag",
        )],
        expected: &[(BOTH, "/components/schemas/TagKey/pattern", "/components/schemas/TagKey/pattern")],
        version: "2.0.0",
    },
    Case {
        name: "another name of an operation",
        edits: &[("operationId: deleteDesktopTag", "operationId: untagDesktop")],
        expected: &[(BOTH, desktop!("/delete/operationId"), desktop!("/delete/operationId"))],
        version: "2.0.0",
    },
    Case {
        name: "another name of a type",
        edits: &[
            ("$ref: '#/components/schemas/SystemTagValue'", "$ref: '#/components/schemas/EnterpriseProject'"),
            ("    SystemTagValue:\n", "    EnterpriseProject:\n"),
        ],
        expected: &[(BOTH, "/components/schemas/SystemTagValue", "/components/schemas/EnterpriseProject")],
        version: "2.0.0",
    },
    Case {
        name: "another error code",
        edits: &[("x-error-code: WKS.00000404", "x-error-code: WKS.00000405")],
        expected: &[(
            BOTH,
            desktop!("/delete/responses/404/x-error-code"),
            desktop!("/delete/responses/404/x-error-code"),
        )],
        version: "2.0.0",
    },
    Case {
        name: "another permission",
        edits: &[("action: secmaster:resources:untag", "action: secmaster:tags:delete")],
        expected: &[(BOTH, resource!("/delete/x-iam/action"), resource!("/delete/x-iam/action"))],
        version: "2.0.0",
    },
    Case {
        name: "the credential in another header",
        edits: &[("name: X-Auth-Token", "name: X-Token")],
        expected: &[(
            BOTH,
            "/components/securitySchemes/token/name",
            "/components/securitySchemes/token/name",
        )],
        version: "2.0.0",
    },
    Case {
        name: "something that no rule knows",
        edits: &[(
            "operationId: deleteDesktopTag\n",
            "operationId: deleteDesktopTag\n      x-rate-limit: 5\n",
        )],
        expected: &[(BOTH, "", desktop!("/delete/x-rate-limit"))],
        version: "2.0.0",
    },
    Case {
        name: "an optional member of an answer that may have more",
        edits: &[(
            "        error_detail:\n          $ref: '#/components/schemas/DesktopErrorDetail'\n",
            "        error_detail:\n          $ref: '#/components/schemas/DesktopErrorDetail'\n        error_link:\n          type: string\n",
        )],
        expected: &[(COMPATIBLE, "", "/components/schemas/DesktopTagError/properties/error_link")],
        version: "1.1.0",
    },
    Case {
        name: "a deprecated operation",
        edits: &[(
            "operationId: deleteDesktopTag\n",
            "operationId: deleteDesktopTag\n      deprecated: true\n",
        )],
        expected: &[(COMPATIBLE, "", desktop!("/delete/deprecated"))],
        version: "1.1.0",
    },
    Case {
        name: "one more host",
        edits: &[(
            "    servers:\n      - url: https://workspace.{region}.myhuaweicloud.com\n        description: Workspace of one region.\n        variables:\n          region:\n            description: Identifier of the region that holds the desktop.\n            default: cn-north-4\n",
            "    servers:\n      - url: https://workspace.{region}.myhuaweicloud.com\n        description: Workspace of one region.\n        variables:\n          region:\n            description: Identifier of the region that holds the desktop.\n            default: cn-north-4\n      - url: https://workspace.example.com\n",
        )],
        expected: &[(COMPATIBLE, "", desktop!("/servers/1"))],
        version: "1.1.0",
    },
    Case {
        name: "other words",
        edits: &[("summary: Delete a tag of a desktop", "summary: Remove a tag from a desktop")],
        expected: &[(DOCUMENTATION, desktop!("/delete/summary"), desktop!("/delete/summary"))],
        version: "1.0.1",
    },
    Case {
        name: "another example",
        edits: &[("example: workspace\n\n    ResourceId:", "example: secmaster\n\n    ResourceId:")],
        expected: &[(
            DOCUMENTATION,
            "/components/schemas/ResourceType/example",
            "/components/schemas/ResourceType/example",
        )],
        version: "1.0.1",
    },
    Case {
        name: "somebody else to write to",
        edits: &[(
            "    name: The untag maintainers\n",
            "    name: The untag maintainers\n    email: untag@example.com\n",
        )],
        expected: &[(DOCUMENTATION, "/info/contact", "/info/contact")],
        version: "1.0.1",
    },
    Case {
        name: "a shared header written out",
        edits: &[(
            "the tag any more, or never had it.\n          headers:\n            X-Request-Id:\n              $ref: '#/components/headers/X-Request-Id'\n",
            "the tag any more, or never had it.\n          headers:\n            X-Request-Id:\n              description: Identifier that the server gave to this request, to quote in a report.\n              schema:\n                type: string\n              example: 7c9e6679f3b54a0c8e2d1b6a5f4c3d2e\n",
        )],
        expected: &[(
            DOCUMENTATION,
            desktop!("/delete/responses/204/headers/X-Request-Id"),
            desktop!("/delete/responses/204/headers/X-Request-Id"),
        )],
        version: "1.0.1",
    },
    Case {
        name: "a comment",
        edits: &[("openapi: 3.0.3\n", "openapi: 3.0.3 # for the linters\n")],
        expected: &[(DOCUMENTATION, "", "")],
        version: "1.0.1",
    },
];

#[test]
fn every_scripted_change_has_its_class_and_its_place() {
    let repository = Repository::released();
    let first = repository.read(CONTRACT);
    for Case { name, edits, expected, version } in CASES {
        repository.write(CONTRACT, &first);
        for (from, to) in *edits {
            repository.edit(CONTRACT, from, to);
        }
        let report = repository.differences();
        let pointer = |change: &Value, side: &str| change[side].as_str().unwrap_or_default().to_owned();
        let found: Vec<(String, String, String)> = report["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| (pointer(change, "class"), pointer(change, "old"), pointer(change, "new")))
            .collect();
        let expected: Vec<(String, String, String)> = expected
            .iter()
            .map(|(class, old, new)| ((*class).into(), (*old).into(), (*new).into()))
            .collect();
        assert_eq!(found, expected, "{name}: {report:#}");
        assert_eq!(report["allowed_versions"][0], *version, "{name}");
        let unknown =
            report["changes"].as_array().unwrap().iter().any(|change| change["classified"] == false);
        assert_eq!(unknown, *name == "something that no rule knows", "{name}: {report:#}");
    }
}

#[test]
fn an_unchanged_contract_does_not_differ() {
    let repository = Repository::released();
    let run = repository.contract(&["diff"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "The contract does not differ from release 1.0.0.\n")
    );
    let report = repository.differences();
    assert_eq!(
        (&report["changes"], &report["allowed_versions"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
}

#[test]
fn people_read_the_heaviest_first() {
    let repository = Repository::released();
    for (from, to) in [
        ("summary: Delete a tag of a desktop", "summary: Remove a tag from a desktop"),
        ("maxLength: 128\n      pattern: '^(?!_sys_", "maxLength: 64\n      pattern: '^(?!_sys_"),
        ("enum: [_sys_enterprise_project_id]", "enum: [_sys_enterprise_project_id, _sys_owner]"),
        ("operationId: deleteDesktopTag", "operationId: untagDesktop"),
        (
            "    SystemTagKey:\n      type: string\n",
            "    SystemTagKey:\n      type: string\n      deprecated: true\n",
        ),
    ] {
        repository.edit(CONTRACT, from, to);
    }
    insta::assert_snapshot!("differences", repository.contract(&["diff"]).stdout);
}

#[test]
fn a_base_is_a_release_or_a_file() {
    let repository = Repository::released();
    repository.write("other.yaml", &repository.read(CONTRACT).replace("title: untag", "title: tags"));
    let path = repository.path("other.yaml");
    let run = repository.contract(&["diff", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("\n  /info/title\n"), "{}", run.stdout);

    let run = repository.contract(&["diff", "1.0.0"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "The contract does not differ from release 1.0.0.\n")
    );

    let run = repository.contract(&["diff", "3.0.0"]);
    assert_eq!(run.code, Some(3));
    assert_eq!(run.stderr, "error: there is no release 3.0.0; there are: 1.0.0\n");

    let run = repository.contract(&["diff", "nowhere.yaml"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: cannot read nowhere.yaml: "), "{}", run.stderr);
}

#[test]
fn a_contract_that_cannot_be_read_is_shown_with_its_place() {
    let repository = Repository::released();
    repository.edit(CONTRACT, "  title: untag\n", "  title: &name untag\n");
    let run = repository.contract(&["diff"]);
    assert_eq!(run.code, Some(3));
    assert!(run.stderr.contains("--> openapi/untag.yaml:"), "{}", run.stderr);
}

/// The contract, below the root.
pub(crate) const CONTRACT: &str = "openapi/untag.yaml";

impl Repository {
    /// A repository whose contract is the real first release, and which has released it.
    pub(crate) fn released() -> Self {
        let repository = Self::new();
        let first = xtask::repository().join("openapi/released/1.0.0.yaml");
        repository.write(CONTRACT, &std::fs::read_to_string(first).unwrap());
        repository.write("openapi/CHANGELOG.md", "# Changelog\n\n## [1.0.0] - 2026-11-22\n\nThe first.\n");
        let run = repository.contract(&["release", "1.0.0"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        repository
    }

    /// Runs `cargo xtask contract`.
    pub(crate) fn contract(&self, arguments: &[&str]) -> crate::repository::Run {
        let root = self.root().to_str().unwrap();
        xtask(&[&["contract", "--root", root], arguments].concat())
    }

    /// The changes since the newest release, as programs read them.
    fn differences(&self) -> Value {
        let run = self.contract(&["diff", "--output", "json"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap()
    }
}
