//! The search for an order of concurrent operations that explains what was answered and what is there.
//!
//! The order of the audit trail is not that order: a row's time is when its request came, not when it was committed. So
//! every order that keeps that of each client is tried on the model, until one fits.

use crate::model::{Change, Imported, Lost, Model, Row};
use crate::observed::Observed;
use crate::operation::{Filter, Lines, Request};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// An operation that is over, and how it ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// Where the answer to a commit can be lost, it may be done twice.
    Import { lines: Lines, may_repeat: bool, end: End<Imported> },
    /// The id of the request is known where there was an answer.
    Remove { request: Request, id: Option<String>, end: End<u16> },
    /// Its caller is like no other. Done, it says how many tags it put back, and how many it left.
    Restore { filter: Filter, caller: String, end: End<[u64; 2]> },
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End<T> {
    /// It was done, and this was answered.
    Done(T),
    /// It failed: nothing was done.
    Failed,
    /// There was no answer, or one that leaves it open: all was done, or nothing. A restoration may have put back the
    /// tags of some projects.
    Open,
}

/// The rows that a request wrote about one project.
type Group = (String, String);

/// A moment in one of the orders.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Moment {
    model: Model,
    /// For each client, how many of its operations are over.
    over: Vec<usize>,
    /// For each client, where its restoration stands.
    restoring: Vec<Option<Restoring>>,
    /// For each client, whether its import was done once already.
    repeating: Vec<bool>,
    /// The rows that are explained.
    explained: BTreeSet<Group>,
}

/// A restoration that has seen the audit trail, and puts tags back project by project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Restoring {
    left: Lost,
    /// Put back, and left as they were.
    counts: [u64; 2],
}

/// What is to be explained.
struct Puzzle<'a> {
    clients: &'a [Vec<Ended>],
    groups: BTreeMap<Group, Vec<Row>>,
    /// Requests whose ids were answered.
    answered: BTreeSet<&'a str>,
}

/// The model after all that the clients did, if there is an order in which that leads to what is observed.
pub(crate) fn explain(before: &Model, clients: &[Vec<Ended>], observed: &Observed) -> Result<Model, String> {
    let known: BTreeSet<&str> = before.trail.iter().map(|row| row.request.as_str()).collect();
    let is_old = |row: &&Row| known.contains(row.request.as_str());
    let (old, new): (Vec<&Row>, Vec<&Row>) = observed.trail.iter().partition(is_old);
    if !old.into_iter().eq(&before.trail) {
        return Err("rows that were in the audit trail before have changed".to_owned());
    }
    let mut groups: BTreeMap<Group, Vec<Row>> = BTreeMap::new();
    for row in new {
        let group = (row.request.clone(), row.change.resource.project_id.clone());
        groups.entry(group).or_default().push(row.clone());
    }
    let answered = clients.iter().flatten().filter_map(|ended| match ended {
        Ended::Remove { id, .. } => id.as_deref(),
        Ended::Import { .. } | Ended::Restore { .. } => None,
    });
    let puzzle = Puzzle { clients, groups, answered: answered.collect() };
    let mut moments = vec![Moment {
        model: before.clone(),
        over: vec![0; clients.len()],
        restoring: vec![None; clients.len()],
        repeating: vec![false; clients.len()],
        explained: BTreeSet::new(),
    }];
    let mut seen = HashSet::new();
    while let Some(moment) = moments.pop() {
        if puzzle.is_solved(&moment, observed) {
            // The rows of one restoration have no promised order.
            return Ok(Model { resources: moment.model.resources, trail: observed.trail.clone() });
        }
        for client in 0..clients.len() {
            moments.extend(puzzle.next(&moment, client).into_iter().filter(|next| seen.insert(next.clone())));
        }
    }
    Err("no order of what was asked explains it".to_owned())
}

impl Puzzle<'_> {
    fn is_solved(&self, moment: &Moment, observed: &Observed) -> bool {
        self.clients.iter().zip(&moment.over).all(|(client, over)| client.len() == *over)
            && moment.explained.len() == self.groups.len()
            && moment.model.resources == observed.resources
    }

    /// What can come next, if it comes from this client.
    fn next(&self, moment: &Moment, client: usize) -> Vec<Moment> {
        match self.clients[client].get(moment.over[client]) {
            None => Vec::new(),
            Some(Ended::Import { lines, may_repeat, end }) => {
                import(moment, client, lines, *may_repeat, *end)
            }
            Some(Ended::Remove { request, id, end }) => {
                self.remove(moment, client, request, id.as_deref(), *end)
            }
            Some(Ended::Restore { filter, caller, end }) => {
                self.restore(moment, client, filter, caller, *end)
            }
        }
    }

    fn remove(
        &self,
        moment: &Moment,
        client: usize,
        request: &Request,
        id: Option<&str>,
        end: End<u16>,
    ) -> Vec<Moment> {
        let project = request.place.key().project_id;
        let known =
            id.map(|id| (id.to_owned(), project.clone())).filter(|group| self.groups.contains_key(group));
        let mut nexts = Vec::new();
        if !matches!(end, End::Done(_)) && known.is_none() {
            nexts.push(moment.is_over(client));
        }
        let answer = moment.model.answer(request);
        let fits = match end {
            End::Done(status) => status == answer,
            End::Failed => false,
            End::Open => answer == 204,
        };
        if fits {
            let mut next = moment.is_over(client);
            let changes = if answer == 204 { next.model.remove(request) } else { Vec::new() };
            let groups: Vec<Option<&Group>> = match id {
                Some(_) => vec![known.as_ref()],
                None => self.unanswered(&project).map(Some).collect(),
            };
            for group in groups {
                let mut next = next.clone();
                if next.explain(self, group, &changes) {
                    nexts.push(next);
                }
            }
        }
        nexts
    }

    /// Rows in this project of which nobody was told the request.
    fn unanswered(&self, project: &str) -> impl Iterator<Item = &Group> {
        let groups = self.groups.keys().filter(move |(_, of)| of == project);
        groups.filter(|(request, _)| !self.answered.contains(request.as_str()))
    }

    fn restore(
        &self,
        moment: &Moment,
        client: usize,
        filter: &Filter,
        caller: &str,
        end: End<[u64; 2]>,
    ) -> Vec<Moment> {
        let mut nexts = Vec::new();
        if !matches!(end, End::Done(_)) {
            nexts.push(moment.is_over(client));
            if end == End::Failed {
                return nexts;
            }
        }
        let Some(restoring) = &moment.restoring[client] else {
            let mut next = moment.clone();
            next.restoring[client] = Some(Restoring { left: moment.model.lost(filter), counts: [0, 0] });
            nexts.push(next);
            return nexts;
        };
        let Restoring { mut left, mut counts } = restoring.clone();
        let Some(project) = left.keys().next().map(|(resource, _)| resource.project_id.clone()) else {
            if end == End::Done(counts) {
                nexts.push(moment.is_over(client));
            }
            return nexts;
        };
        let behind = left.extract_if(.., |(resource, _), _| resource.project_id != project).collect();
        let mut next = moment.clone();
        let asked = left.len() as u64;
        let mut changes = next.model.put_back(left, caller);
        let put_back = changes.len() as u64;
        counts = [counts[0] + put_back, counts[1] + asked - put_back];
        next.restoring[client] = Some(Restoring { left: behind, counts });
        let is_of = |rows: &Vec<Row>| rows.iter().all(|row| row.change.caller == caller);
        let mut groups = self.groups.iter().filter(|((_, of), rows)| *of == project && is_of(rows));
        changes.sort();
        if next.explain(self, groups.next().map(|(group, _)| group), &changes) {
            nexts.push(next);
        }
        nexts
    }
}

fn import(
    moment: &Moment,
    client: usize,
    lines: &Lines,
    may_repeat: bool,
    end: End<Imported>,
) -> Vec<Moment> {
    let mut nexts = Vec::new();
    if !matches!(end, End::Done(_)) {
        nexts.push(moment.is_over(client));
    }
    let mut next = moment.is_over(client);
    let imported = next.model.import(lines);
    if may_repeat && !moment.repeating[client] {
        let mut again = Moment { model: next.model.clone(), ..moment.clone() };
        again.repeating[client] = true;
        nexts.push(again);
    }
    if end == End::Open || end == End::Done(imported) {
        nexts.push(next);
    }
    nexts
}

impl Moment {
    /// The same, with one operation of a client behind it.
    fn is_over(&self, client: usize) -> Self {
        let mut next = self.clone();
        next.over[client] += 1;
        next.restoring[client] = None;
        next.repeating[client] = false;
        next
    }

    /// Whether these rows, or none, are those of these changes, and of nothing before. They are in the trail then.
    fn explain(&mut self, puzzle: &Puzzle<'_>, group: Option<&Group>, changes: &[Change]) -> bool {
        let Some(group) = group else { return changes.is_empty() };
        let rows = &puzzle.groups[group];
        let mut told: Vec<&Change> = rows.iter().map(|row| &row.change).collect();
        if changes.first().is_some_and(|change| change.restores) {
            told.sort();
        }
        if !told.into_iter().eq(changes) || !self.explained.insert(group.clone()) {
            return false;
        }
        self.model.trail.extend(rows.iter().cloned());
        self.model.trail.sort_by(|one, other| (&one.time, &one.request).cmp(&(&other.time, &other.request)));
        true
    }
}
