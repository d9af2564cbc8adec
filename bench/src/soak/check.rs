//! What is left in the store in the end, and what its audit trail says, held against the ledger.

use super::drive::Faults;
use super::ledger::{self, Deed, Fate, KEPT, Ledger};
use super::service;
use crate::Outcome;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

/// What was found, all of it as it must be unless there are faults.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Tags that are gone, as somebody was told.
    pub(super) gone: u64,
    /// Tags that are there, though somebody asked or might have asked.
    pub(super) there: u64,
    /// Tags that went, or did not, for somebody who hung up.
    pub(super) hung_up: u64,
    /// Rows of the audit trail.
    pub(super) rows: u64,
}

/// A line of the export.
#[derive(Deserialize)]
struct Exported<'a> {
    #[serde(borrow)]
    resource_id: Cow<'a, str>,
    #[serde(borrow)]
    tags: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

/// A line of the audit trail.
#[derive(Deserialize)]
struct Audited<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    resource_id: Cow<'a, str>,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

/// Reads all of both, and adds what is wrong to the faults.
pub(super) fn check(store: &str, ledger: &Ledger, faults: &mut Faults) -> Outcome<Found> {
    let resources = ledger.stocked() as usize;
    // A bit for each tag that is gone.
    let mut gone: Vec<u16> = vec![u16::MAX; resources];
    let mut seen = vec![false; resources];
    let mut found = Found::default();
    lines("export", store, &[], |line| {
        let line: Exported<'_> = serde_json::from_slice(line)?;
        let known = ledger::resource(&line.resource_id).filter(|resource| *resource < ledger.stocked());
        let Some(resource) = known else {
            faults.add(format!("the store has a resource {} that nobody put there", line.resource_id));
            return Ok(());
        };
        if let Some(seen) = seen.get_mut(resource as usize)
            && std::mem::replace(seen, true)
        {
            faults.add(format!("resource {resource} is there twice"));
        }
        let mut missing = 0;
        for (key, value) in &line.tags {
            let is_known = *key == KEPT || ledger::tag(key).is_some();
            if !is_known || *value != ledger::value(resource, key) {
                faults.add(format!("resource {resource} has {key:?}={value:?}, which nobody put there"));
            }
        }
        if !line.tags.contains_key(KEPT) {
            faults.add(format!("resource {resource} has lost the tag that everybody was refused"));
        }
        for deed in Deed::of(resource) {
            let tags = deed.tags();
            let absent = tags.clone().filter(|tag| !line.tags.contains_key(ledger::key(*tag).as_str()));
            let bits = absent.fold(0_u16, |bits, tag| bits | 1 << tag);
            missing |= bits;
            let (absent, all) = (u64::from(bits.count_ones()), tags.len() as u64);
            let is_right = match ledger.fate(deed) {
                Fate::There => absent == 0,
                Fate::Gone => absent == all,
                // All of one request or nothing of it.
                Fate::Unknown => absent == 0 || absent == all,
            };
            if !is_right {
                let fate = ledger.fate(deed);
                faults
                    .add(format!("resource {resource}, {deed:?}: {absent} of {all} tags are gone, {fate:?}"));
            }
            match ledger.fate(deed) {
                Fate::There => found.there += all,
                Fate::Gone => found.gone += all,
                Fate::Unknown => found.hung_up += all,
            }
        }
        if let Some(gone) = gone.get_mut(resource as usize) {
            *gone = missing;
        }
        Ok(())
    })?;
    let lost = seen.iter().filter(|seen| !**seen).count();
    if lost > 0 {
        faults.add(format!("{lost} resources are not there any more"));
    }
    lines("audit", store, &["--json"], |line| {
        let line: Audited<'_> = serde_json::from_slice(line)?;
        found.rows += 1;
        let resource = ledger::resource(&line.resource_id);
        let row = resource.zip(ledger::tag(&line.key)).filter(|(resource, _)| {
            line.action == "delete" && line.value == ledger::value(*resource, &line.key)
        });
        let bits = row.and_then(|(resource, tag)| Some((gone.get_mut(resource as usize)?, 1_u16 << tag)));
        match bits {
            // Each tag that is gone has its row, and no other.
            Some((gone, bit)) if *gone & bit != 0 => *gone &= !bit,
            _ => faults.add(format!(
                "the audit trail has a row too many: {} {:?} of {}",
                line.action, line.key, line.resource_id
            )),
        }
        Ok(())
    })?;
    let unaudited: u32 =
        gone.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(gone, _)| gone.count_ones()).sum();
    if unaudited > 0 {
        faults.add(format!("{unaudited} tags are gone without a row in the audit trail"));
    }
    Ok(found)
}

/// Every line that a command of `untagd` writes.
fn lines(
    name: &str,
    store: &str,
    arguments: &[&str],
    mut take: impl FnMut(&[u8]) -> Outcome<()>,
) -> Outcome<()> {
    let mut child = service::command(name, store)?.args(arguments).spawn()?;
    let mut output =
        BufReader::with_capacity(1 << 20, child.stdout.take().ok_or("a process without its output")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        take(&line)?;
        line.clear();
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("untagd {name}: {status}").into()) }
}
