//! From text to policy, or to everything that is wrong with it.
//!
//! What a policy asks is done exactly, or the policy is not loaded: unknown members are not skipped, values are not bent to
//! fit. Reading goes on after a refusal, so that a file is mended in one go.

use crate::action::ActionPattern;
use crate::condition::{Condition, ConditionKey, Expected, Family, Operator};
use crate::document::{self, Member, Node};
use crate::policy::{Actions, Effect, Policy, Statement};
use crate::refusal::{Refusal, Refusals, printable};
use crate::urn::UrnPattern;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn load(name: &str, text: &str) -> Result<Policy, Refusals> {
    let mut loader = Loader { name, text, refusals: Vec::new() };
    let statements = match Node::root(text) {
        Ok(root) => loader.policy(&root),
        Err(error) => {
            let why = match text.chars().next() {
                Some('\u{feff}') => "begins with a byte order mark; save it without one".to_owned(),
                _ => format!("is not JSON: {}", error.message),
            };
            loader.refuse_at(error.offset, "", &why);
            None
        }
    };
    match statements {
        Some(statements) if loader.refusals.is_empty() => Ok(Policy { name: name.to_owned(), statements }),
        _ => Err(Refusals::new(loader.refusals)),
    }
}

/// The longest `Sid`, in characters: it goes into logs and messages.
const SID_LENGTH: usize = 128;

struct Loader<'a> {
    name: &'a str,
    text: &'a str,
    refusals: Vec<Refusal>,
}

/// The members of an object that are known, in the order in which they were asked for.
struct Known<'a, const N: usize>([Option<Node<'a>>; N]);

// Each method returns nothing where it has refused something, and the policy is then thrown away as a whole.
impl<'a> Loader<'a> {
    fn policy(&mut self, root: &Node<'a>) -> Option<Vec<Statement>> {
        let Known([version, statements]) = self.object(root, ["Version", "Statement"])?;
        match version {
            None => self.refuse(root, "lacks Version; write \"Version\": \"5.0\""),
            Some(version) if version.string().as_deref() == Some("5.0") => {}
            Some(version) => {
                let found = shown(&version);
                self.refuse(&version, &format!("is {found}; the only version there is to load is \"5.0\""));
            }
        }
        let Some(statements) = statements else {
            self.refuse(root, "lacks Statement; write a list of statements");
            return None;
        };
        let mut sids = BTreeSet::new();
        let items = self.list(&statements, "statements")?;
        let read: Vec<_> = items.iter().map(|item| self.statement(item, &mut sids)).collect();
        read.into_iter().collect()
    }

    fn statement(&mut self, node: &Node<'a>, sids: &mut BTreeSet<String>) -> Option<Statement> {
        let Known([sid, effect, action, not_action, resource, condition]) =
            self.object(node, ["Sid", "Effect", "Action", "NotAction", "Resource", "Condition"])?;
        let sid = match sid {
            Some(sid) => self.sid(&sid, sids).map(Some),
            None => Some(None),
        };
        let effect = if let Some(effect) = effect {
            self.effect(&effect)
        } else {
            self.refuse(node, "lacks Effect; write \"Allow\" or \"Deny\"");
            None
        };
        let actions = match (action, not_action) {
            (Some(_), Some(excluded)) => {
                self.refuse(
                    &excluded,
                    "stands next to Action; a statement has one of them, so leave one out",
                );
                None
            }
            (None, None) => {
                self.refuse(node, "lacks Action; write a list of actions, or NotAction for all but some");
                None
            }
            (Some(actions), None) => {
                self.patterns(&actions, "actions", ActionPattern::parse).map(Actions::These)
            }
            (None, Some(actions)) => {
                self.patterns(&actions, "actions", ActionPattern::parse).map(Actions::AllBut)
            }
        };
        let resources = match resource {
            Some(resources) => self.patterns(&resources, "URNs", UrnPattern::parse).map(Some),
            None => Some(None),
        };
        let conditions = match condition {
            Some(condition) => self.conditions(&condition),
            None => Some(Vec::new()),
        };
        Some(Statement {
            sid: sid?,
            effect: effect?,
            actions: actions?,
            resources: resources?,
            conditions: conditions?,
        })
    }

    fn sid(&mut self, node: &Node<'a>, sids: &mut BTreeSet<String>) -> Option<String> {
        let sid = self.string(node)?;
        if !(1..=SID_LENGTH).contains(&sid.chars().count()) || sid.chars().any(char::is_control) {
            self.refuse(node, "must have 1 to 128 characters, none of them a control character");
            return None;
        }
        if !sids.insert(sid.clone()) {
            self.refuse(node, "is the Sid of an earlier statement too; give each its own, or none");
            return None;
        }
        Some(sid)
    }

    fn effect(&mut self, node: &Node<'a>) -> Option<Effect> {
        match self.string(node)?.as_str() {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            _ => {
                let found = shown(node);
                self.refuse(node, &format!("is {found}; write \"Allow\" or \"Deny\""));
                None
            }
        }
    }

    fn patterns<T>(
        &mut self,
        node: &Node<'a>,
        what: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<Vec<T>> {
        let items = self.list(node, what)?;
        let read: Vec<_> = items
            .iter()
            .map(|item| {
                let text = self.text(item)?;
                parse(&text).map_err(|why| self.refuse_value(item, why)).ok()
            })
            .collect();
        read.into_iter().collect()
    }

    fn conditions(&mut self, node: &Node<'a>) -> Option<Vec<Condition>> {
        let operators = self.filled(node, "operators")?;
        let read: Vec<_> = operators.iter().map(|operator| self.operator(operator)).collect();
        Some(read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
    }

    fn operator(&mut self, member: &Member<'a>) -> Option<Vec<Condition>> {
        let operator = Operator::parse(&member.name)
            .map_err(|why| self.refuse_at(member.offset, &member.value.pointer, &why))
            .ok();
        let keys = self.filled(&member.value, "condition keys")?;
        let mut seen = BTreeMap::new();
        let read: Vec<_> = keys.iter().map(|key| self.condition(operator, key, &mut seen)).collect();
        read.into_iter().collect()
    }

    fn condition(
        &mut self,
        operator: Option<Operator>,
        member: &Member<'a>,
        seen: &mut BTreeMap<ConditionKey, String>,
    ) -> Option<Condition> {
        let refuse = |this: &mut Self, why: &str| this.refuse_at(member.offset, &member.value.pointer, why);
        if member.name.contains("${") {
            refuse(self, VARIABLE);
            return None;
        }
        let key = member.name.parse::<ConditionKey>().map_err(|why| refuse(self, why)).ok();
        if let Some(key) = &key
            && let Some(earlier) = seen.insert(key.clone(), member.name.clone())
        {
            // The very same name has been refused as such.
            if earlier != member.name {
                refuse(
                    self,
                    &format!(
                        "is the same key as {earlier}, since case makes no difference; put the values together"
                    ),
                );
            }
            return None;
        }
        let fits = match (&operator, &key) {
            (Some(operator), Some(key)) => {
                operator.fits(key.key_type()).map_err(|why| refuse(self, why)).ok()
            }
            _ => None,
        };
        // The provider's own pages write a single value without a list, and here it can mean only one thing.
        let items = if member.value.kind() == "a string" {
            vec![member.value.clone()]
        } else {
            self.list(&member.value, "strings")?
        };
        let values: Vec<_> = items.iter().map(|item| self.value(operator, item)).collect();
        let (written, expected) = values.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
        let condition = Condition { operator: operator?, key: key?, expected, written };
        fits?;
        if matches!(condition.operator.family, Family::Bool | Family::Null) && condition.written.len() > 1 {
            self.refuse(&member.value, "has more than one value; write either \"true\" or \"false\"");
            return None;
        }
        Some(condition)
    }

    fn value(&mut self, operator: Option<Operator>, node: &Node<'a>) -> Option<(String, Expected)> {
        let text = self.text(node)?;
        let expected = operator?.family.compile(&text).map_err(|why| self.refuse_value(node, &why)).ok()?;
        Some((text, expected))
    }

    /// The members of an object by name. Others, and those that stand there twice, are refused.
    fn object<const N: usize>(&mut self, node: &Node<'a>, names: [&str; N]) -> Option<Known<'a, N>> {
        let members = self.members(node)?;
        let mut known = [const { None }; N];
        for member in members {
            let slot = names.iter().zip(&mut known).find(|(name, _)| **name == member.name);
            match slot {
                Some((_, slot)) => *slot = Some(member.value),
                None => self.refuse_at(
                    member.offset,
                    &member.value.pointer,
                    &match names.iter().find(|name| name.eq_ignore_ascii_case(&member.name)) {
                        Some(name) => format!("is not a member that this service knows; write {name}"),
                        None => format!("is not supported here; there are {}", names.join(", ")),
                    },
                ),
            }
        }
        Some(Known(known))
    }

    /// The members of an object that has some.
    fn filled(&mut self, node: &Node<'a>, what: &str) -> Option<Vec<Member<'a>>> {
        let members = self.members(node)?;
        if members.is_empty() {
            self.refuse(node, &format!("has no {what}; name one, or leave the member out"));
            return None;
        }
        Some(members)
    }

    fn members(&mut self, node: &Node<'a>) -> Option<Vec<Member<'a>>> {
        let Some(members) = node.members() else {
            // Syntax was checked: what else is wrong with an object is a name with half of a surrogate pair.
            let why = if node.kind() == "an object" {
                "has a name that is not Unicode text; mend its \\u escapes".to_owned()
            } else {
                format!("is {}; an object is needed here", node.kind())
            };
            self.refuse(node, &why);
            return None;
        };
        let mut names = BTreeSet::new();
        for member in &members {
            if !names.insert(member.name.as_str()) {
                let why = "stands there twice; put both together, for only one could count";
                self.refuse_at(member.offset, &member.value.pointer, why);
            }
        }
        Some(members)
    }

    /// The items of a list that has some.
    fn list(&mut self, node: &Node<'a>, what: &str) -> Option<Vec<Node<'a>>> {
        let Some(items) = node.items() else {
            self.refuse(node, &format!("is {}; a list of {what} is needed here", node.kind()));
            return None;
        };
        if items.is_empty() {
            self.refuse(
                node,
                &format!("is an empty list; a list of {what} with at least one is needed here"),
            );
            return None;
        }
        Some(items)
    }

    /// A string without a variable.
    fn text(&mut self, node: &Node<'a>) -> Option<String> {
        let text = self.string(node)?;
        if text.contains("${") {
            self.refuse_value(node, VARIABLE);
            return None;
        }
        Some(text)
    }

    fn string(&mut self, node: &Node<'a>) -> Option<String> {
        let string = node.string();
        if string.is_none() {
            let why = match node.kind() {
                "a string" => "is not Unicode text; mend its \\u escapes".to_owned(),
                kind @ ("a number" | "a boolean") => {
                    format!("is {kind}; write it as a string: \"{}\"", shown(node))
                }
                kind => format!("is {kind}; a string is needed here"),
            };
            self.refuse(node, &why);
        }
        string
    }

    fn refuse(&mut self, node: &Node<'a>, message: &str) {
        self.refuse_at(node.offset, &node.pointer, message);
    }

    /// A refusal that quotes the value: `/Statement/0/Action/1 ("ecs:get") is not an action; …`.
    fn refuse_value(&mut self, node: &Node<'a>, why: &str) {
        let found = shown(node);
        self.refuse(node, &format!("({found}) {why}"));
    }

    fn refuse_at(&mut self, offset: usize, pointer: &str, message: &str) {
        let (line, column) = document::position(self.text, offset);
        self.refusals.push(Refusal {
            file: self.name.to_owned(),
            line,
            column,
            pointer: pointer.to_owned(),
            message: message.to_owned(),
        });
    }
}

/// A value as a refusal quotes it: the beginning of it, and nothing that a terminal would obey.
fn shown(node: &Node<'_>) -> String {
    const LONGEST: usize = 40;
    let mut text = node.string().map_or_else(|| printable(node.text()), |text| format!("{text:?}"));
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

const VARIABLE: &str = "has a variable, ${…}, which this service does not fill in; write a text without ${";
