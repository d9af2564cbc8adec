//! The one text that no store keeps: U+0000, which PostgreSQL cannot hold. What is asked about such a text is answered
//! without the database, and alike by every store.

use crate::{Attribution, ResourceKey, StoreError, Tags};

/// Whether a text can be kept, and so whether there can be one to look for.
pub(crate) fn can_be_kept(text: &str) -> bool {
    !text.contains('\0')
}

/// Whether there can be such a resource. Where not, [`crate::Store::get`] finds nothing, and a deletion meets no resource.
pub(crate) fn can_exist(resource: &ResourceKey) -> bool {
    can_be_kept(&resource.project_id)
        && can_be_kept(&resource.resource_type)
        && can_be_kept(&resource.resource_id)
}

/// Refuses an import that cannot be kept. Nothing of it may be written then.
pub(crate) fn check_resources(resources: &[(ResourceKey, Tags)]) -> Result<(), StoreError> {
    for (place, (resource, tags)) in resources.iter().enumerate() {
        let tags = tags.tags.iter().chain(&tags.sys_tags);
        let mut texts = tags.flat_map(|(key, value)| [key, value]);
        if !can_exist(resource) || !texts.all(|text| can_be_kept(text)) {
            return Err(StoreError::Invalid(format!(
                "resources[{place}] holds the character U+0000, which no store keeps; leave it out"
            )));
        }
    }
    Ok(())
}

/// Refuses to attribute a change to what the audit trail cannot hold.
pub(crate) fn check_attribution(by: &Attribution) -> Result<(), StoreError> {
    if can_be_kept(&by.request_id) && can_be_kept(&by.caller) {
        return Ok(());
    }
    Err(StoreError::Invalid(
        "the request id or the caller holds the character U+0000, which no store keeps; leave it out"
            .to_owned(),
    ))
}
