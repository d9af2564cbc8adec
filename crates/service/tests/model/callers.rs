//! Who calls: what proves it, and what the policies let them do.

use crate::model::Tags;
use crate::support::ACCOUNT;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use untag_identity::make_token;
use untag_service::clock;
use untag_signing::{Credentials, Date, Request, Secret, sign};

/// The projects, by their numbers.
pub(crate) const PROJECTS: [&str; 3] = [
    "a0000000000000000000000000000000",
    "b0000000000000000000000000000000",
    "c0000000000000000000000000000000",
];

/// The enterprise project in which [`Caller::Bound`] may do nothing.
pub(crate) const CLOSED: &str = "c105ed00-0000-4000-8000-000000000000";

/// Somebody who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// The account, whom no policy binds.
    Account,
    /// Allowed everything, and signs its requests.
    Signer,
    /// Allowed everything but where the tag `team` is `blue` or the enterprise project is [`CLOSED`].
    Bound,
    /// Allowed where the tag `owner` is `ana` only; signs its requests.
    Owner,
    /// Allowed nothing.
    Nobody,
    /// Has the role `op_service`, and is allowed everything.
    Service,
    /// Has a token that nobody gave.
    Stranger,
    /// Signs with a secret that it does not have.
    Forger,
}

pub(crate) const CALLERS: [Caller; 8] = {
    use Caller::{Account, Bound, Forger, Nobody, Owner, Service, Signer, Stranger};
    [Account, Signer, Bound, Owner, Nobody, Service, Stranger, Forger]
};

/// How a caller proves who it is.
enum Proof {
    Token(String),
    Signature { key: &'static str, secret: &'static str },
}

impl Caller {
    /// Whether the service knows who it is.
    pub(crate) fn is_known(self) -> bool {
        !matches!(self, Self::Stranger | Self::Forger)
    }

    /// The numbers of its projects.
    pub(crate) fn projects(self) -> &'static [usize] {
        match self {
            Self::Account | Self::Bound | Self::Owner => &[0, 1],
            Self::Signer | Self::Nobody => &[0],
            Self::Service => &[0, 1, 2],
            Self::Stranger | Self::Forger => &[],
        }
    }

    /// Whether policies let it remove tags of a resource that has these; `None` where there is no such resource.
    pub(crate) fn is_allowed(self, tags: Option<&Tags>) -> bool {
        let has = |system: bool, key: &str, value: &str| {
            tags.and_then(|tags| tags.get(&(system, key.to_owned()))).is_some_and(|found| found == value)
        };
        match self {
            Self::Account | Self::Signer | Self::Service => true,
            Self::Bound => !has(false, "team", "blue") && !has(true, ENTERPRISE_PROJECT, CLOSED),
            Self::Owner => has(false, "owner", "ana"),
            Self::Nobody | Self::Stranger | Self::Forger => false,
        }
    }

    /// As the audit trail names it.
    pub(crate) fn name(self) -> String {
        format!("{ACCOUNT}/{}", self.id())
    }

    fn id(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Signer => "signer",
            Self::Bound => "bound",
            Self::Owner => "owner",
            Self::Nobody => "nobody",
            Self::Service => "tms",
            Self::Stranger => "stranger",
            Self::Forger => "forger",
        }
    }

    /// Whether it signs its requests.
    fn signs(self) -> bool {
        matches!(self, Self::Signer | Self::Owner | Self::Forger)
    }
}

/// The only system tag.
pub(crate) const ENTERPRISE_PROJECT: &str = "_sys_enterprise_project_id";

/// What bounds each caller, as the file of policies says it.
const POLICIES: [(&str, &str, &str); 3] = [
    (
        "all.json",
        "users = [\"signer\", \"bound\"]\nroles = [\"op_service\"]",
        r#"{ "Effect": "Allow", "Action": ["workspace:*:*", "secmaster:*:*"] }"#,
    ),
    (
        "closed.json",
        "users = [\"bound\"]",
        r#"{ "Effect": "Deny", "Action": ["workspace:*:*", "secmaster:*:*"],
             "Condition": { "StringEquals": { "g:ResourceTag/team": ["blue"] } } },
           { "Effect": "Deny", "Action": ["workspace:*:*", "secmaster:*:*"],
             "Condition": { "StringEquals": { "g:EnterpriseProjectId": ["c105ed00-0000-4000-8000-000000000000"] } } }"#,
    ),
    (
        "owner.json",
        "users = [\"owner\"]",
        r#"{ "Effect": "Allow", "Action": ["workspace:*:*", "secmaster:*:*"],
             "Condition": { "StringEquals": { "g:ResourceTag/owner": ["ana"] } } }"#,
    ),
];

/// What all callers prove themselves with.
pub(crate) struct Proofs(Vec<(Caller, Proof)>);

impl Proofs {
    /// Makes them up, and writes the files that tell the service of them.
    pub(crate) fn write(folder: &Path) -> Self {
        let mut file = String::new();
        let mut proofs = Vec::new();
        for caller in CALLERS {
            let (id, projects) = (caller.id(), caller.projects());
            let projects: Vec<&str> = projects.iter().map(|project| PROJECTS[*project]).collect();
            let more = match caller {
                Caller::Account => "is_account = true",
                Caller::Service => "roles = [\"op_service\"]",
                _ => "",
            };
            if caller.is_known() {
                write!(
                    file,
                    "[[users]]\nid = \"{id}\"\nname = \"{id}\"\naccount = \"{ACCOUNT}\"\nprojects = {projects:?}\n{more}\n"
                )
                .unwrap();
            }
            let proof = if caller.signs() {
                // The forger has the signer's access key.
                let (key, secret) = match caller {
                    Caller::Owner => ("OWNERSACCESSKEY00001", "the secret of the owner"),
                    Caller::Signer => ("SIGNERSACCESSKEY0001", "the secret of the signer"),
                    _ => ("SIGNERSACCESSKEY0001", "a guess"),
                };
                if caller.is_known() {
                    write!(file, "[[access_keys]]\nid = \"{key}\"\nsecret = \"{secret}\"\nuser = \"{id}\"\n")
                        .unwrap();
                }
                Proof::Signature { key, secret }
            } else {
                let token = make_token().unwrap();
                if caller.is_known() {
                    write!(file, "[[tokens]]\nsha256 = \"{}\"\nuser = \"{id}\"\n", token.sha256).unwrap();
                }
                Proof::Token(token.text)
            };
            proofs.push((caller, proof));
        }
        for (name, whom, statements) in POLICIES {
            write!(file, "[[policies]]\nfile = \"{name}\"\n{whom}\n").unwrap();
            let policy = format!("{{ \"Version\": \"5.0\", \"Statement\": [{statements}] }}");
            fs::write(folder.join(name), policy).unwrap();
        }
        fs::write(folder.join("authentication.toml"), file).unwrap();
        Self(proofs)
    }

    /// The headers that prove who sends a request. `headers` are those it has already, `Host` among them.
    pub(crate) fn headers(
        &self,
        caller: Caller,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> String {
        let (_, proof) = self.0.iter().find(|(known, _)| *known == caller).unwrap();
        let (key, secret) = match proof {
            Proof::Token(token) => return format!("X-Auth-Token: {token}\r\n"),
            Proof::Signature { key, secret } => (key, Secret::new(secret).unwrap()),
        };
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let request =
            Request { method: "DELETE", path, query, headers: headers.iter().copied().collect(), body };
        let credentials =
            Credentials { access_key: key, secret: &secret, project_id: None, security_token: None };
        let date = Date::from_unix(clock::micros(clock::now()) / 1_000_000).unwrap();
        let signed = sign(&request, &credentials, date).unwrap();
        signed.headers().fold(String::new(), |mut lines, (name, value)| {
            write!(lines, "{name}: {value}\r\n").unwrap();
            lines
        })
    }
}
