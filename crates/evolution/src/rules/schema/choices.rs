//! `enum`: a list of all values.

use super::other_type;
use crate::{
    change::Class,
    comparison::Comparison,
    hurt::{Hurt, Travel, Values},
    place::{At, Part},
    rules::quoted,
};

pub(super) fn compare<'d>(c: &mut Comparison<'d>, part: &Part<'d>, travel: Travel) {
    if !matches!(part, Part::Kept(_)) {
        return other_type(c, part, &part.fate("the list of all values"), travel);
    }
    let key = |at: &At<'d>| Some(at.value.to_string());
    let Some(items) = c.items(part, key, key) else { return };
    if items.reordered {
        let sentence = "the order of the values changes: it means nothing.";
        c.report(part, Class::Documentation, sentence.to_owned());
    }
    for (_, item) in items.differing {
        let values = if item.after().is_some() { Values::More } else { Values::Fewer };
        let value = item.after().or(item.before()).map(|at| quoted(at.value)).unwrap_or_default();
        c.hurt(&item, &item.fate(&format!("the value {value}")), &Hurt::by(values, travel));
    }
}
