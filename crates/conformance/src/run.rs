//! The run: every case in turn, what it was answered and what it did, and the verdict on each rule.

use crate::effect::wanted;
use crate::findings::{Finding, Judge};
use crate::generated::contract;
use crate::look::{Look, covers, show};
use crate::outcome::{Failure, Judged, Outcome, Report};
use crate::plan::{self, Case, message};
use crate::reproduction;
use crate::rule::{Of, Sees, rules};
use crate::state::{Resource, State};
use crate::target::{InvalidTarget, Target};
use crate::wire::{Trouble, Wire};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long an answer may take where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How many cases in a row may go without an answer before the rest is left out.
const PATIENCE: usize = 3;

/// What is said of what is left out then.
const SILENT: &str = "the server did not answer three requests in a row";

/// How many cases are sent before the tags are looked at, where none of them is to change anything.
const LOT: usize = 32;

/// What is checked, and how.
#[derive(Clone, Debug)]
pub struct Selection {
    only: Vec<String>,
    reference: bool,
    timeout: Duration,
}

impl Default for Selection {
    fn default() -> Self {
        Self::all()
    }
}

impl Selection {
    /// Every rule.
    #[must_use]
    pub fn all() -> Self {
        Self { only: Vec::new(), reference: false, timeout: TIMEOUT }
    }

    /// Only the rules of these names; all, if there are none.
    #[must_use]
    pub fn only<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.only = names.into_iter().map(Into::into).collect();
        self
    }

    /// Also what the reference implementation promises beyond the contract: its answers to unknown paths and methods, the words
    /// of its messages, the form of its request ids, the limit of its bodies.
    ///
    /// Only for a server that offers nothing but the contract: among the paths is that of the desktop itself.
    #[must_use]
    pub fn reference(mut self) -> Self {
        self.reference = true;
        self
    }

    /// How long the answer to one request may take: 10 seconds where nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn has(&self, rule: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == rule)
    }
}

/// Is told how a run gets on. `()` does not care.
pub trait Progress {
    /// The next case, after so many of all.
    fn case(&mut self, _done: usize, _of: usize, _name: &str) {}
}

impl Progress for () {}

/// Why nothing was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunError {
    /// The target cannot be one.
    Target(InvalidTarget),
    /// There is no rule of this name.
    UnknownRule(String),
    /// The server cannot be reached. What the system says.
    Unreachable(String),
    /// The packaged cases cannot be read: a defect of this crate.
    Cases(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(invalid) => invalid.fmt(f),
            Self::UnknownRule(name) => write!(f, "there is no rule {name}"),
            Self::Unreachable(why) => f.write_str(why),
            Self::Cases(why) => {
                write!(f, "the packaged cases cannot be read, which is a defect of the kit: {why}")
            }
        }
    }
}

impl std::error::Error for RunError {}

/// Holds a server to the rules of the contract.
///
/// Sends some hundred requests, one after the other, each on a connection of its own. They change the tags of the target's
/// desktop and resource, and name nothing else but ids that do not exist.
///
/// With a `state`, each case starts with the tags that it wants, and it is seen what the request did to them. Without, only
/// answers are judged, and rules that an answer cannot prove are reported as not checked.
///
/// # Errors
/// Nothing was sent: the target or a name of a rule is wrong, or the server cannot be reached.
pub fn run(
    target: &Target,
    state: Option<&mut dyn State>,
    selection: &Selection,
    progress: &mut dyn Progress,
) -> Result<Report, RunError> {
    target.check().map_err(RunError::Target)?;
    if let Some(name) = selection.only.iter().find(|name| plan::rule(name).is_none()) {
        return Err(RunError::UnknownRule(name.clone()));
    }
    let document =
        serde_json::from_str(contract::JSON).map_err(|error| RunError::Cases(error.to_string()))?;
    let mut cases = plan::plan(target, &document, selection.reference)
        .map_err(|error| RunError::Cases(error.to_string()))?;
    // A rule about every answer takes every case.
    if !rules().iter().any(|rule| rule.of == Of::Every && selection.has(&rule.name)) {
        cases.retain(|case| selection.has(&case.rule.name));
    }
    let wire = Wire::to(&target.url, selection.timeout)
        .map_err(|trouble| RunError::Unreachable(trouble.sentence(|_, _| String::new())))?;

    let auth = &target.credentials;
    let secrets = [Some(&auth.token), auth.op_service_token.as_ref()].into_iter().flatten();
    let secrets = secrets.map(|token| Zeroizing::new(token.expose().to_owned())).collect();
    let mut run = Run {
        target,
        wire,
        judge: Judge::new(&document, secrets, selection.reference),
        effects: state.is_some(),
        look: state.map(|state| Look { state, known: None }),
        tally: BTreeMap::new(),
        requests: 0,
        answers: 0,
        silent: 0,
    };
    run.all(&cases, progress);
    Ok(run.report(selection))
}

/// What is known of one rule so far.
#[derive(Default)]
struct Tally {
    cases: usize,
    unseen: usize,
    failures: Vec<Failure>,
    /// Why cases were left out, each reason once.
    left_out: Vec<String>,
}

struct Run<'a> {
    target: &'a Target,
    wire: Wire,
    judge: Judge<'a>,
    effects: bool,
    look: Option<Look<'a>>,
    tally: BTreeMap<&'static str, Tally>,
    requests: usize,
    answers: usize,
    /// How many cases in a row had no answer.
    silent: usize,
}

/// What became of a request.
enum Sent {
    /// It was answered, with this status.
    Answered(u16),
    /// Nobody knows what it did.
    Unanswered,
    /// It was not sent.
    LeftOut,
}

impl Run<'_> {
    fn all(&mut self, cases: &[Case], progress: &mut dyn Progress) {
        let mut lot: Vec<&Case> = Vec::new();
        for (done, case) in cases.iter().enumerate() {
            progress.case(done, cases.len(), &case.name);
            if self.silent >= PATIENCE {
                self.leave_out(case, SILENT.to_owned());
                continue;
            }
            let wanted = wanted(self.target, &case.given);
            let Some(known) = self.known(&wanted) else {
                // Other tags than the last cases wanted: what these did has to be seen first.
                self.close(&mut lot);
                self.one(case, &wanted);
                continue;
            };
            if case.expected.effect.apply(&known, &wanted) == known {
                if !matches!(self.send(case), Sent::LeftOut) {
                    lot.push(case);
                }
            } else {
                self.close(&mut lot);
                self.one(case, &wanted);
            }
            if lot.len() >= LOT {
                self.close(&mut lot);
            }
        }
        self.close(&mut lot);
    }

    /// Desktop and resource as they were seen last, if a case can start with them as they are.
    fn known(&self, wanted: &[Resource]) -> Option<Vec<Resource>> {
        self.look.as_ref()?.known.clone().filter(|known| covers(known, wanted))
    }

    /// One case from the tags that it wants to those that it leaves.
    fn one(&mut self, case: &Case, wanted: &[Resource]) {
        let before = match self.look.as_mut().map(|look| look.prepare(wanted)) {
            Some(Ok(before)) => before,
            Some(Err(why)) => {
                self.send_unseen(case, &format!("the tags that it needs are not there: {why}"));
                return;
            }
            None => {
                self.send_unseen(case, "only the tags show it; give the commands that set and show them");
                return;
            }
        };
        let sent = self.send(case);
        self.effect(case, &sent, &before, wanted);
    }

    /// Sends a case of which only the answer will be seen.
    fn send_unseen(&mut self, case: &Case, why: &str) {
        if matches!(self.send(case), Sent::LeftOut) {
            return;
        }
        let effect = plan::rule("refusal-changes-nothing");
        for rule in [Some(case.rule), effect].into_iter().flatten() {
            let tally = self.tally.entry(&rule.name).or_default();
            tally.unseen += 1;
            if rule.sees == Sees::Effect {
                tally.leave_out(why.to_owned());
            }
        }
    }

    /// Looks at what became of the tags after one case.
    fn effect(&mut self, case: &Case, sent: &Sent, before: &[Resource], wanted: &[Resource]) {
        if matches!(sent, Sent::LeftOut) {
            return;
        }
        let Some(look) = &mut self.look else { return };
        let after = match look.read(wanted) {
            Ok(after) => after,
            Err(error) => {
                self.tally.entry(&case.rule.name).or_default().leave_out(error.to_string());
                return;
            }
        };
        let accepted = match sent {
            Sent::Answered(status) => (200..300).contains(status),
            // Then it must have done one or the other.
            Sent::Unanswered => after != before,
            Sent::LeftOut => return,
        };
        if !accepted && after != before {
            self.add(case, "refusal-changes-nothing", &show(before, before), &show(&after, before));
        }
        let expected = case.expected.effect.apply(before, wanted);
        // An answer that is another than the expected one has been found already.
        if after != expected && (accepted || after != before) {
            self.add(case, &case.rule.name, &show(&expected, before), &show(&after, before));
        }
    }

    /// Looks at the tags after several cases of which none was to change them; if they have changed, each is sent once more to
    /// find those that did it.
    fn close(&mut self, lot: &mut Vec<&Case>) {
        let lot = std::mem::take(lot);
        let Some(look) = &mut self.look else { return };
        let (Some(first), Some(before)) = (lot.first(), look.known.clone()) else { return };
        match look.read(&wanted(self.target, &first.given)) {
            Ok(after) if after == before => return,
            Ok(_) => {}
            Err(error) => {
                for case in lot {
                    self.tally.entry(&case.rule.name).or_default().leave_out(error.to_string());
                }
                return;
            }
        }
        let found = |run: &Self| run.tally.values().map(|tally| tally.failures.len()).sum::<usize>();
        let so_far = found(self);
        for case in &lot {
            let wanted = wanted(self.target, &case.given);
            let Some(Ok(before)) = self.look.as_mut().map(|look| look.prepare(&wanted)) else { continue };
            let Ok(message) = message(self.target, &case.request) else { continue };
            self.requests += 1;
            let sent = match self.wire.send(&message.bytes()) {
                Ok(response) => Sent::Answered(response.status),
                Err(_) => Sent::Unanswered,
            };
            self.effect(case, &sent, &before, &wanted);
        }
        if found(self) == so_far
            && let Some(last) = lot.last()
        {
            let got = "they changed, and not again when each of these requests was sent alone";
            self.add(last, "refusal-changes-nothing", "tags that stay as they are", got);
        }
    }

    /// Sends a case and judges the answer.
    fn send(&mut self, case: &Case) -> Sent {
        let message = match message(self.target, &case.request) {
            Ok(message) => message,
            Err(why) => {
                self.leave_out(case, why);
                return Sent::LeftOut;
            }
        };
        self.requests += 1;
        self.tally.entry(&case.rule.name).or_default().cases += 1;
        let bytes = message.bytes();
        match self.wire.send(&bytes) {
            Ok(response) => {
                self.silent = 0;
                self.answers += 1;
                for Finding { rule, expected, got } in self.judge.findings(case, &response) {
                    self.add(case, &rule, &expected, &got);
                }
                Sent::Answered(response.status)
            }
            Err(trouble) => {
                // One that closes the connection at once costs no time, and the next request may fare better.
                self.silent += usize::from(matches!(trouble, Trouble::Late(_)));
                let got = trouble.sentence(|came, most| self.judge.shown(came, most));
                let expected = "an answer of HTTP/1.1";
                self.add(case, "every-request-is-answered", expected, &got);
                self.add(case, &case.rule.name, expected, &got);
                Sent::Unanswered
            }
        }
    }

    fn leave_out(&mut self, case: &Case, why: String) {
        self.tally.entry(&case.rule.name).or_default().leave_out(why);
    }

    fn add(&mut self, case: &Case, rule: &str, expected: &str, got: &str) {
        let Some(rule) = plan::rule(rule) else { return };
        let reproduction = match message(self.target, &case.request) {
            Ok(message) => reproduction::of(&self.target.url, &message),
            Err(why) => why,
        };
        self.tally.entry(&rule.name).or_default().failures.push(Failure {
            case: case.name.clone(),
            why: case.why.clone(),
            expected: expected.to_owned(),
            got: got.to_owned(),
            reproduction,
        });
    }

    fn report(mut self, selection: &Selection) -> Report {
        let mut judged = Vec::new();
        for rule in rules().iter().filter(|rule| selection.has(&rule.name)) {
            let mut tally = self.tally.remove(rule.name.as_str()).unwrap_or_default();
            if rule.of == Of::Every {
                tally.cases =
                    if rule.name == "every-request-is-answered" { self.requests } else { self.answers };
                if self.silent >= PATIENCE {
                    tally.leave_out(SILENT.to_owned());
                }
            }
            let outcome = if !tally.failures.is_empty() {
                Outcome::Broken(tally.failures)
            } else if !tally.left_out.is_empty() {
                Outcome::NotChecked(tally.left_out.join("; "))
            } else if tally.cases > 0 {
                Outcome::Holds
            } else if rule.of == Of::Every {
                Outcome::NotChecked("no answer came".to_owned())
            } else if selection.only.is_empty() {
                // All its cases are about the reference implementation.
                continue;
            } else {
                Outcome::NotChecked("only the reference implementation promises it".to_owned())
            };
            judged.push(Judged { rule, cases: tally.cases, unseen: tally.unseen, outcome });
        }
        Report {
            url: self.target.url.to_string(),
            requests: self.requests,
            effects: self.effects,
            rules: judged,
        }
    }
}

impl Tally {
    fn leave_out(&mut self, why: String) {
        if !self.left_out.contains(&why) {
            self.left_out.push(why);
        }
    }
}
