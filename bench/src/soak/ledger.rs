//! What is known of every tag that was put into the store: who asked for it, and what became of it.
//!
//! A tag goes by one request, alone or in a batch. So what must be left in the end is known for each of them, whatever was
//! answered and in whatever order.

use std::ops::Range;

/// Tags of a resource that go one by one.
pub(super) const SINGLE: u32 = 6;
/// Tags of a resource that go together.
pub(super) const TOGETHER: u32 = 3;
/// The tag that nobody may remove: those ask for it who are to be refused.
pub(super) const KEPT: &str = "keep";
/// Requests that it takes to remove all tags of a resource but that one.
const DEEDS: u32 = SINGLE + 1;
/// One in so many deletions that were refused is never asked for again, to be found in the end.
const LEFT_ALONE: u32 = 8;
/// Multiplying by an odd constant is one to one on 64-bit numbers: neighbours in number are far apart in the store.
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A deletion to be asked for: some tags of one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deed(u32);

impl Deed {
    fn new(resource: u32, number: u32) -> Self {
        Self(resource * DEEDS + number)
    }

    /// Every deletion of a resource.
    pub(super) fn of(resource: u32) -> impl Iterator<Item = Self> {
        (0..DEEDS).map(move |number| Self::new(resource, number))
    }

    /// The resource.
    pub(super) fn resource(self) -> u32 {
        self.0 / DEEDS
    }

    /// Its tags.
    pub(super) fn tags(self) -> Range<u32> {
        match self.number() {
            SINGLE => SINGLE..SINGLE + TOGETHER,
            number => number..number + 1,
        }
    }

    fn number(self) -> u32 {
        self.0 % DEEDS
    }
}

/// What became of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nobody has asked, or whoever did was refused and it was not asked again.
    There,
    /// The answer was 204.
    Gone,
    /// Whoever asked hung up before there was an answer.
    Unknown,
}

/// Every resource and what became of its tags.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Two bits for each deletion.
    fates: Vec<u16>,
    /// Deletions that may be asked for.
    free: Vec<Deed>,
    /// Resources that are in the store; others may be on their way.
    stocked: u32,
    random: fastrand::Rng,
}

impl Ledger {
    pub(super) fn new(seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { fates: Vec::new(), free: Vec::new(), stocked: 0, random }
    }

    /// These are in the store now, behind those that are.
    pub(super) fn stock(&mut self, resources: u32) {
        let more = self.stocked..self.stocked + resources;
        self.free.extend(more.clone().flat_map(Deed::of));
        self.fates.resize(more.end as usize, 0);
        self.stocked = more.end;
    }

    /// How many resources are in the store.
    pub(super) fn stocked(&self) -> u32 {
        self.stocked
    }

    /// How many resources it would take for as many deletions as these to be free again.
    pub(super) fn missing(&self, free: u32) -> u32 {
        free.saturating_sub(self.free()) / DEEDS
    }

    /// How many deletions may be asked for.
    pub(super) fn free(&self) -> u32 {
        u32::try_from(self.free.len()).unwrap_or(u32::MAX)
    }

    /// One of the deletions that may be asked for, any of them.
    pub(super) fn take(&mut self) -> Option<Deed> {
        if self.free.is_empty() {
            return None;
        }
        let place = self.random.usize(..self.free.len());
        Some(self.free.swap_remove(place))
    }

    /// A resource that is in the store, any of them.
    pub(super) fn any(&mut self) -> u32 {
        self.random.u32(..self.stocked.max(1))
    }

    /// It was refused: most are asked for again.
    pub(super) fn refused(&mut self, deed: Deed) {
        if self.random.u32(..LEFT_ALONE) != 0 {
            self.free.push(deed);
        }
    }

    /// It was answered, or never will be.
    pub(super) fn settle(&mut self, deed: Deed, fate: Fate) {
        if let Some(fates) = self.fates.get_mut(deed.resource() as usize) {
            *fates |= (fate as u16) << (2 * deed.number());
        }
    }

    /// What became of it.
    pub(super) fn fate(&self, deed: Deed) -> Fate {
        let fates = self.fates.get(deed.resource() as usize).copied().unwrap_or_default();
        match (fates >> (2 * deed.number())) & 3 {
            0 => Fate::There,
            1 => Fate::Gone,
            _ => Fate::Unknown,
        }
    }
}

/// The id of a resource, of type `desktop`.
pub(super) fn id(resource: u32) -> String {
    format!("{:016x}", u64::from(resource).wrapping_mul(SCATTER))
}

/// The resource with this id.
pub(super) fn resource(id: &str) -> Option<u32> {
    const BACK: u64 = inverse(SCATTER);
    u32::try_from(u64::from_str_radix(id, 16).ok()?.wrapping_mul(BACK)).ok()
}

/// What undoes a multiplication by an odd number: Newton's iteration doubles the bits that are right, from three.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut round = 0;
    while round < 5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
}

/// The key of a tag.
pub(super) fn key(tag: u32) -> String {
    format!("key-{tag}")
}

/// The tag with this key.
pub(super) fn tag(key: &str) -> Option<u32> {
    key.strip_prefix("key-")?.parse().ok().filter(|tag| *tag < SINGLE + TOGETHER)
}

/// The value that a tag of this key has on this resource.
pub(super) fn value(resource: u32, key: &str) -> String {
    format!("{key} of {resource}")
}

#[cfg(test)]
mod tests {
    use super::{Deed, Fate, Ledger, SINGLE, TOGETHER, id, resource};
    use std::collections::BTreeSet;

    #[test]
    fn the_deletions_of_a_resource_name_each_of_its_tags_once() {
        let tags: Vec<u32> = Deed::of(7).flat_map(Deed::tags).collect();
        assert_eq!(tags, (0..SINGLE + TOGETHER).collect::<Vec<_>>());
        assert!(Deed::of(7).all(|deed| deed.resource() == 7));
    }

    #[test]
    fn an_id_leads_back_to_its_resource() {
        for number in [0, 1, 2, 4_711, u32::MAX] {
            assert_eq!(resource(&id(number)), Some(number));
        }
        assert_eq!(resource("0000000000000001"), None);
        assert_eq!(resource("desktop"), None);
    }

    #[test]
    fn each_deletion_is_taken_once_and_its_fate_is_kept() {
        let mut ledger = Ledger::new(1);
        ledger.stock(10);
        ledger.stock(5);
        let mut taken = BTreeSet::new();
        while let Some(deed) = ledger.take() {
            assert!(taken.insert((deed.resource(), deed.tags().start)));
            assert_eq!(ledger.fate(deed), Fate::There);
            let fate = if deed.resource() % 2 == 0 { Fate::Gone } else { Fate::Unknown };
            ledger.settle(deed, fate);
            assert_eq!(ledger.fate(deed), fate);
        }
        assert_eq!(taken.len(), 15 * 7);
    }

    #[test]
    fn most_of_what_was_refused_is_asked_for_again() {
        let mut ledger = Ledger::new(1);
        ledger.stock(100);
        let all: Vec<Deed> = std::iter::from_fn(|| ledger.take()).collect();
        for deed in &all {
            ledger.refused(*deed);
        }
        let again = std::iter::from_fn(|| ledger.take()).count();
        assert!(again > all.len() / 2 && again < all.len(), "{again} of {}", all.len());
        assert!(all.iter().all(|deed| ledger.fate(*deed) == Fate::There));
    }
}
