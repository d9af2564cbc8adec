//! Static tokens: known by their digests from the authentication file.

use crate::digest::Digest;
use crate::error::{AuthenticationError, RefusalKind};
use crate::principal::Principal;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// What is known of one static token.
#[derive(Clone, Debug)]
pub(crate) struct StaticToken {
    pub(crate) principal: Arc<Principal>,
    pub(crate) expires: Option<SystemTime>,
}

/// All static tokens, by digest.
///
/// The look-up is not of constant time, and need not be: it compares digests. How near the digest of a guess is to a kept
/// one says nothing about how near the guess is to the token, and a text with a chosen digest cannot be found.
#[derive(Clone, Debug, Default)]
pub(crate) struct StaticTokens(pub(crate) HashMap<Digest, StaticToken>);

impl StaticTokens {
    /// Whose token this is; `None` when it is not a static one.
    pub(crate) fn judge(
        &self,
        digest: &Digest,
        now: SystemTime,
    ) -> Option<Result<Arc<Principal>, AuthenticationError>> {
        let token = self.0.get(digest)?;
        Some(if token.expires.is_some_and(|expires| expires <= now) {
            Err(AuthenticationError::refused(RefusalKind::ExpiredToken))
        } else {
            Ok(Arc::clone(&token.principal))
        })
    }
}
