//! What makes a batch, without a server.

use crate::{numbered, system_tag, tag, valued};
use untag_client::types::validate::Validate as _;
use untag_client::{Batches, TagToRemove};

#[test]
fn every_batch_keeps_the_limits_of_the_contract_and_one_more_tag_would_not() {
    let batches = Batches::from(numbered(95));
    for body in batches.bodies() {
        body.validate().unwrap();
    }
    let mut fuller = batches.bodies()[0].clone();
    fuller.tags.as_mut().unwrap().push(tag("more"));
    assert!(fuller.validate().is_err(), "the first call could have held more");
}

#[test]
fn repetitions_are_found_across_calls() {
    let twice = numbered(25).into_iter().chain(numbered(25));
    assert_eq!(Batches::from(twice), Batches::from(numbered(25)));
}

#[test]
fn nothing_makes_no_batch() {
    for batches in [Batches::apart(Vec::<TagToRemove>::new()), Batches::together(Vec::<TagToRemove>::new())] {
        assert!(batches.is_empty());
        assert_eq!((batches.bodies().len(), batches.tags().count()), (0, 0));
    }
    assert!(!Batches::from([tag("a")]).is_empty());
}

#[test]
fn both_kinds_of_tags_come_back_out() {
    let mut valued_system = system_tag();
    valued_system.value = Some("0".parse().unwrap());
    let tags: [TagToRemove; 5] = [
        system_tag().into(),
        valued("a", "1").into(),
        valued_system.clone().into(),
        system_tag().into(),
        tag("b").into(),
    ];
    let expected: Vec<TagToRemove> =
        vec![valued("a", "1").into(), tag("b").into(), system_tag().into(), valued_system.into()];
    for batches in [Batches::apart(tags.clone()), Batches::together(tags)] {
        assert_eq!(batches.tags().collect::<Vec<_>>(), expected);
        for body in batches.bodies() {
            body.validate().unwrap();
        }
    }
}
