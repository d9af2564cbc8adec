//! Another judge, `drift`: wherever it says that somebody is hurt, so do we.

use crate::{mutants, support};
use drift::{Change, ChangeClass, ChangeInfo};
use std::panic::catch_unwind;
use untag_evolution::diff;

/// Where it is wrong, in its own words: clients that go on sending a body are hurt, and servers that go on taking one are not.
const WRONG: &str = "an optional body parameter was removed";

#[test]
fn whoever_drift_sees_hurt_is_hurt() {
    let (mut decided, mut missed) = (0, Vec::new());
    for (name, text) in support::documents() {
        let whole = untag_codegen::parse(&name, &text).expect("it can be read");
        mutants::each(&whole, |mutant| {
            // What is removed one way is added the other way; of other changes it hardly ever says whom they hurt.
            if mutant.what != mutants::REMOVED {
                return;
            }
            for (old, new) in [(&whole, &mutant.document), (&mutant.document, &whole)] {
                // It panics on what it has no code for yet.
                let Ok(Ok(opinion)) = catch_unwind(|| drift::compare(old, new)) else { continue };
                let clients = sees(&opinion, ChangeClass::BackwardIncompatible);
                let servers = sees(&opinion, ChangeClass::ForwardIncompatible);
                if !clients && !servers {
                    continue;
                }
                decided += 1;
                let ours = diff(&support::contract(old), &support::contract(new));
                let agrees = (!clients || ours.iter().any(|change| change.class.breaks_clients()))
                    && (!servers || ours.iter().any(|change| change.class.breaks_servers()));
                if !agrees {
                    missed.push(format!("{name}: {}: {opinion:#?}\n{ours:#?}", mutant.pointer));
                }
            }
        });
    }
    println!("drift saw somebody hurt by {decided} changes");
    assert!(decided >= 1000, "drift had an opinion on {decided} changes only");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

fn sees(opinion: &[Change], class: ChangeClass) -> bool {
    let infos = opinion.iter().flat_map(|change| &change.changes);
    let is_right = |info: &&ChangeInfo| info.message != WRONG;
    infos.filter(is_right).any(|info| info.class == class || info.class == ChangeClass::Incompatible)
}
