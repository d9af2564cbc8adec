//! `untag desktop`: removes tags of a desktop by their keys, one call for each.

use super::deletion::Deletion;
use crate::call::Call;
use crate::common::{Caution, Common};
use crate::exit::Exit;
use crate::problem::Problem;
use crate::session::{Purpose, Session};
use crate::tag::{TagArgument, escape};
use clap::Args;
use untag_client::credentials::Surroundings;
use untag_client::types::{DesktopId, DesktopProjectId, DesktopTagKey};

/// What is typed after `untag desktop`.
#[derive(Debug, Args)]
#[command(
    after_help = "In a KEY, write \\= for = and \\\\ for \\. Where a KEY starts with -, write -- before the first one.\n\n\
                  Example:\n  untag desktop e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11 env owner --dry-run"
)]
pub struct Desktop {
    /// The desktop
    #[arg(value_name = "DESKTOP_ID")]
    pub desktop: DesktopId,
    /// Keys of the tags
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<TagArgument>,
    /// How it goes on.
    #[command(flatten)]
    pub caution: Caution,
    /// As whom, where to, and what is written.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the command.
///
/// # Errors
/// A key or the project cannot be sent, credentials or server are missing, or it was not confirmed. Nothing is sent then.
pub async fn run(desktop: Desktop, surroundings: &Surroundings) -> Result<Exit, Problem> {
    let mut keys: Vec<DesktopTagKey> = Vec::with_capacity(desktop.keys.len());
    for tag in &desktop.keys {
        let key = key(tag)?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let session = Session::open(&desktop.common, surroundings, Purpose::of(desktop.caution)).await?;
    let project: DesktopProjectId = session.project()?;
    let id = desktop.desktop;
    let deletion = Deletion {
        subject: format!("desktop {:?}", id.as_str()),
        calls: keys
            .into_iter()
            .map(|key| Call::Desktop { project: project.clone(), desktop: id.clone(), key })
            .collect(),
    };
    deletion.run(&session, desktop.caution, desktop.common.output.format).await
}

/// The key that an argument stands for.
fn key(tag: &TagArgument) -> Result<DesktopTagKey, Problem> {
    if tag.value.is_some() {
        let whole = escape(&tag.key);
        return Err(Problem::usage(format!(
            "{tag:?} names a value, and this operation removes a tag whatever its value is; nothing was sent: use `untag \
             resource desktop ID KEY=VALUE`, or write {whole}\\=… if `=` belongs to the key",
            tag = tag.to_string()
        )));
    }
    tag.key.parse().map_err(|why| {
        Problem::usage(format!("the key {:?} cannot be sent: {why}; nothing was sent", tag.key))
    })
}
