//! What is asked, in which proportions, and which answers are right.

use super::ledger::{self, Deed, KEPT, Ledger, SINGLE, TOGETHER};
use super::wire::Answer;
use crate::example::PROJECT;
use std::io::Write;

/// The token of the one who may do everything in the project, and of one whom no policy allows anything.
const OWNER: &str = "soak-owner";
const STRANGER: &str = "soak-stranger";

/// A project that neither of them is in.
const OTHER_PROJECT: &str = "ffffffffffffffffffffffffffffffff";

/// The authentication file: two users, by the hashes of their tokens.
pub(super) fn callers() -> String {
    let user = |id: &str, is_account: bool, sha256: &str| {
        format!(
            "[[users]]\nid = \"{id}\"\nname = \"{id}\"\naccount = \"soak\"\nis_account = {is_account}\n\
             projects = [\"{PROJECT}\"]\n[[tokens]]\nsha256 = \"{sha256}\"\nuser = \"{id}\"\n"
        )
    };
    user("owner", true, "e73054c5dd1aae66a5b5f4ea8b3d001bcc62dc76973773d84dfc3ef4de3e1d6d")
        + &user("stranger", false, "33fa8deb06944a7b3531b7ccb6591f8a6d4cbea9dd470b7e149c896c141545ea")
}

/// One request, complete and well formed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    /// Removes tags that are there.
    Remove(Deed),
    /// Removes a tag that was never there.
    AbsentTag(u32),
    /// Removes a tag of a desktop that is not there.
    AbsentResource,
    /// Has to be refused, and so asks for what must stay.
    Refused(Wrong, u32),
}

/// Why a request has to be refused.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wrong {
    NoCredentials,
    UnknownToken,
    NoPolicy,
    OtherProject,
    NoTags,
    NoJson,
    TooManyTags,
}

impl Wrong {
    const ALL: [Self; 7] = [
        Self::NoCredentials,
        Self::UnknownToken,
        Self::NoPolicy,
        Self::OtherProject,
        Self::NoTags,
        Self::NoJson,
        Self::TooManyTags,
    ];
}

/// The mix, in hundredths: the rest are requests that have to be refused.
const REMOVALS: u8 = 75;
const ABSENT_TAGS: u8 = 10;
const ABSENT_RESOURCES: u8 = 5;

/// What the mix is, in words.
pub(super) fn mix() -> String {
    let rest = 100 - REMOVALS - ABSENT_TAGS - ABSENT_RESOURCES;
    let refusals = Wrong::ALL.len();
    format!(
        "{REMOVALS} % deletions of tags that are there ({SINGLE} of {deeds} of one tag, 1 of {deeds} of {TOGETHER} tags in a batch), \
         {ABSENT_TAGS} % of tags that are not, {ABSENT_RESOURCES} % of desktops that are not, {rest} % requests to be refused in \
         {refusals} ways (400, 401, 403; those without good credentials from addresses of their own, which are answered 429 in the \
         end), each for a tag that must stay",
        deeds = SINGLE + 1
    )
}

/// The next request of the mix. `None` where every tag that may go was asked for already.
pub(super) fn next(random: &mut fastrand::Rng, ledger: &mut Ledger) -> Option<Ask> {
    Some(match random.u8(..100) {
        drawn if drawn < REMOVALS => Ask::Remove(ledger.take()?),
        drawn if drawn < REMOVALS + ABSENT_TAGS => Ask::AbsentTag(ledger.any()),
        drawn if drawn < REMOVALS + ABSENT_TAGS + ABSENT_RESOURCES => Ask::AbsentResource,
        _ => Ask::Refused(*random.choice(&Wrong::ALL).unwrap_or(&Wrong::NoTags), ledger.any()),
    })
}

impl Ask {
    /// Writes it as it travels.
    pub(super) fn write(self, buffer: &mut Vec<u8>) {
        let desktop = |buffer: &mut Vec<u8>, project: &str, id: &str, key: &str, token: Option<&str>| {
            let header = token.map_or(String::new(), |token| format!("x-auth-token: {token}\r\n"));
            put(
                buffer,
                format_args!(
                    "DELETE /v2/{project}/desktops/{id}/tags/{key} HTTP/1.1\r\nhost: soak\r\n{header}\r\n"
                ),
            );
        };
        let batch = |buffer: &mut Vec<u8>, id: &str, body: &str| {
            put(
                buffer,
                format_args!(
                    "DELETE /v1/{PROJECT}/desktop/{id}/tags/delete HTTP/1.1\r\nhost: soak\r\nx-auth-token: {OWNER}\r\n\
                     content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                ),
            );
        };
        match self {
            Self::Remove(deed) => {
                let (id, tags) = (ledger::id(deed.resource()), deed.tags());
                if tags.len() == 1 {
                    desktop(buffer, PROJECT, &id, &ledger::key(tags.start), Some(OWNER));
                } else {
                    let tags: Vec<String> =
                        tags.map(|tag| format!("{{\"key\":\"{}\"}}", ledger::key(tag))).collect();
                    batch(buffer, &id, &format!("{{\"tags\":[{}]}}", tags.join(",")));
                }
            }
            Self::AbsentTag(resource) => {
                desktop(buffer, PROJECT, &ledger::id(resource), "never", Some(OWNER));
            }
            Self::AbsentResource => desktop(buffer, PROJECT, "nowhere", "key-0", Some(OWNER)),
            Self::Refused(wrong, resource) => {
                let id = ledger::id(resource);
                match wrong {
                    Wrong::NoCredentials => desktop(buffer, PROJECT, &id, KEPT, None),
                    Wrong::UnknownToken => desktop(buffer, PROJECT, &id, KEPT, Some("guessed")),
                    Wrong::NoPolicy => desktop(buffer, PROJECT, &id, KEPT, Some(STRANGER)),
                    Wrong::OtherProject => desktop(buffer, OTHER_PROJECT, &id, KEPT, Some(OWNER)),
                    Wrong::NoTags => batch(buffer, &id, "{}"),
                    Wrong::NoJson => batch(buffer, &id, &format!("{{\"tags\":[{{\"key\":\"{KEPT}\"}}]")),
                    Wrong::TooManyTags => {
                        let tags = vec![format!("{{\"key\":\"{KEPT}\"}}"); 11];
                        batch(buffer, &id, &format!("{{\"tags\":[{}]}}", tags.join(",")));
                    }
                }
            }
        }
    }

    /// The documented answer: its status, and the error code that its body names.
    fn answer(self) -> (u16, &'static str) {
        match self {
            Self::Remove(_) | Self::AbsentTag(_) => (204, ""),
            Self::AbsentResource => (404, "WKS.00000404"),
            Self::Refused(Wrong::NoCredentials | Wrong::UnknownToken, _) => (401, "WKS.00211302"),
            Self::Refused(Wrong::NoPolicy | Wrong::OtherProject, _) => (403, "WKS.00081102"),
            Self::Refused(Wrong::NoTags | Wrong::NoJson | Wrong::TooManyTags, _) => {
                (400, "SecMaster.20011001")
            }
        }
    }

    /// Whether it comes from somebody whose credentials are refused. The service answers their address 429 in the end, whatever
    /// comes from it, so they have addresses of their own.
    pub(super) fn is_a_guess(self) -> bool {
        matches!(self, Self::Refused(Wrong::NoCredentials | Wrong::UnknownToken, _))
    }

    /// What an answer says, if it is one that may be given to this request.
    ///
    /// # Errors
    /// It may not; the words say what came.
    pub(super) fn judge(self, answer: &Answer<'_>) -> Result<Verdict, String> {
        let (status, code) = self.answer();
        let wrong =
            |what: &str| -> Result<(), String> { Err(format!("{what}: {} to {self:?}", answer.shown())) };
        let front = |code: &str, verdict| {
            let is_whole =
                answer.has(&format!("\"error_code\":\"{code}\"")) && answer.header("retry-after").is_some();
            if is_whole {
                Ok(verdict)
            } else {
                wrong("an answer without what it has to carry").map(|()| verdict)
            }
        };
        match answer.status {
            got if got == status => {
                let names_code = code.is_empty() && answer.body.is_empty()
                    || !code.is_empty() && answer.has(&format!("\"error_code\":\"{code}\""));
                if !names_code {
                    wrong("the body is not the documented one")?;
                }
                Ok(Verdict::Done)
            }
            // What the front answers by itself, and has to carry with it.
            429 if self.is_a_guess() => front("APIGW.0308", Verdict::Done),
            503 => front("APIGW.0202", Verdict::Overloaded),
            _ => wrong("not a documented answer").map(|()| Verdict::Done),
        }
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// What the contract documents for the request, or the front for somebody who guesses.
    Done,
    /// Come again later.
    Overloaded,
}

fn put(buffer: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = buffer.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::{Ask, Verdict, Wrong};
    use crate::soak::wire::Answer;

    fn judge(ask: Ask, text: &str) -> Result<Verdict, String> {
        let (answer, length) = Answer::read(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len());
        ask.judge(&answer)
    }

    #[test]
    fn only_what_is_documented_is_right() {
        let empty = "HTTP/1.1 204 No Content\r\n\r\n";
        let with = |head: &str, body: &str| {
            format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        };
        assert_eq!(judge(Ask::AbsentTag(1), empty), Ok(Verdict::Done));
        assert!(judge(Ask::AbsentResource, empty).is_err());
        assert!(judge(Ask::AbsentTag(1), &with("500 No", "")).is_err());
        let forbidden = with("403 Forbidden", "{\"error_code\":\"WKS.00081102\"}");
        assert_eq!(judge(Ask::Refused(Wrong::NoPolicy, 1), &forbidden), Ok(Verdict::Done));
        assert!(judge(Ask::Refused(Wrong::NoTags, 1), &forbidden).is_err());
        assert!(judge(Ask::Refused(Wrong::NoPolicy, 1), &with("403 Forbidden", "{}")).is_err());
        let busy = "{\"error_code\":\"APIGW.0202\"}";
        assert_eq!(
            judge(Ask::AbsentTag(1), &with("503 Busy\r\nretry-after: 1", busy)),
            Ok(Verdict::Overloaded)
        );
        assert!(judge(Ask::AbsentTag(1), &with("503 Busy", busy)).is_err());
        let held_off = with("429 No\r\nretry-after: 1", "{\"error_code\":\"APIGW.0308\"}");
        assert_eq!(judge(Ask::Refused(Wrong::UnknownToken, 1), &held_off), Ok(Verdict::Done));
        assert!(judge(Ask::AbsentTag(1), &held_off).is_err());
        assert!(judge(Ask::AbsentTag(1), &with("503 Busy\r\nretry-after: 1", "{}")).is_err());
    }
}
