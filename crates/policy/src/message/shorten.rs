//! Keeps a message within its limit: the same message is always shortened the same way.

use super::AuthorizationMessage;
use serde::{Deserialize, Serialize};

/// What a message lacks because it would have been too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortened {
    /// So many keys of the context are left out: those with the longest values.
    pub context_keys: usize,
    /// So many roles are left out: the last ones.
    pub roles: usize,
    /// Whether texts end in `…` after their first 120 characters.
    pub texts: bool,
}

impl Shortened {
    /// Whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// So long a text is kept, in characters. Nine texts of this length fit whatever characters they hold: one takes six bytes
/// of JSON at most.
const KEPT: usize = 120;

/// The message as JSON of at most so many bytes. First the context gives way, then roles, then the ends of texts.
pub(super) fn to_json(message: &AuthorizationMessage, room: usize) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(message).ok()?;
    let Some(mut excess) = json.len().checked_sub(room + 1).map(|excess| excess + 1) else {
        return Some(json);
    };

    let mut message = message.clone();
    // What `shortened` itself will take.
    message.shortened = Shortened { context_keys: usize::MAX, roles: usize::MAX, texts: false };
    excess += serde_json::to_vec(&message).ok()?.len() - json.len();
    message.shortened = Shortened::default();

    // The longest first; of two that are equally long, the one that comes first.
    let mut sizes = Vec::new();
    for (key, values) in &message.context {
        sizes.push((serde_json::to_vec(&(key, values)).ok()?.len(), key.clone()));
    }
    sizes.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    for (size, key) in sizes {
        if excess == 0 {
            break;
        }
        message.context.remove(&key);
        message.shortened.context_keys += 1;
        // In an object it takes a colon and a comma, and not two brackets and a comma.
        excess = excess.saturating_sub(size.saturating_sub(1));
    }
    while excess > 0
        && let Some(role) = message.principal.roles.pop()
    {
        message.shortened.roles += 1;
        excess = excess.saturating_sub(serde_json::to_vec(&role).ok()?.len());
    }
    let json = serde_json::to_vec(&message).ok()?;
    if json.len() <= room {
        return Some(json);
    }

    message.shortened.texts = true;
    let principal = &mut message.principal;
    let decided = message.decision.by.as_mut();
    let texts = [
        Some(&mut message.request_id),
        Some(&mut principal.user_id),
        principal.user_name.as_mut(),
        Some(&mut principal.account),
        Some(&mut message.action),
        Some(&mut message.resource),
    ];
    let decided = decided.map(|by| [Some(&mut by.policy), by.sid.as_mut()]).into_iter().flatten();
    for text in texts.into_iter().chain(decided).flatten() {
        if let Some((end, _)) = text.char_indices().nth(KEPT) {
            text.truncate(end);
            text.push('…');
        }
    }
    serde_json::to_vec(&message).ok().filter(|json| json.len() <= room)
}
