//! `untag resource`: removes tags of a resource of any type, in as few calls as the contract allows.

use super::deletion::Deletion;
use crate::call::Call;
use crate::common::{Caution, Common};
use crate::exit::Exit;
use crate::problem::Problem;
use crate::session::{Purpose, Session};
use crate::tag::TagArgument;
use clap::Args;
use untag_client::Batches;
use untag_client::credentials::Surroundings;
use untag_client::types::{ResourceId, ResourceProjectId, ResourceTag, ResourceType, TagKey, TagValue};

/// What is typed after `untag resource`.
#[derive(Debug, Args)]
#[command(
    after_help = "The first = ends the key; the value is taken as it is. In a KEY, write \\= for = and \\\\ for \\. Where a KEY \
                  starts with -, write -- before the first one.\n\n\
                  Example:\n  untag resource workspace e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11 key1 key2=value3 --dry-run"
)]
pub struct Resource {
    /// Type of the resource, as its service calls it
    #[arg(value_name = "TYPE")]
    pub kind: ResourceType,
    /// The resource
    #[arg(value_name = "ID")]
    pub id: ResourceId,
    /// The tags
    #[arg(value_name = "KEY[=VALUE]", required = true)]
    pub tags: Vec<TagArgument>,
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
/// A tag or the project cannot be sent, credentials or server are missing, or it was not confirmed. Nothing is sent then.
pub async fn run(resource: Resource, surroundings: &Surroundings) -> Result<Exit, Problem> {
    let tags = tags(&resource.tags)?;
    let session = Session::open(&resource.common, surroundings, Purpose::of(resource.caution)).await?;
    let project: ResourceProjectId = session.project()?;
    let (kind, id) = (resource.kind, resource.id);
    let batches = Batches::from(tags);
    let calls = batches.bodies().iter().map(|body| Call::Resource {
        project: project.clone(),
        kind: kind.clone(),
        id: id.clone(),
        body: body.clone(),
    });
    let deletion =
        Deletion { subject: format!("{:?} {:?}", kind.as_str(), id.as_str()), calls: calls.collect() };
    deletion.run(&session, resource.caution, resource.common.output.format).await
}

/// The tags that the arguments stand for.
fn tags(arguments: &[TagArgument]) -> Result<Vec<ResourceTag>, Problem> {
    let mut tags: Vec<ResourceTag> = Vec::with_capacity(arguments.len());
    for argument in arguments {
        // `env` makes `env=test` meaningless: whoever wrote both may have meant the narrower one.
        let other = arguments.iter().find(|other| other.key == argument.key && other.value.is_none());
        if argument.value.is_some() && other.is_some() {
            return Err(Problem::usage(format!(
                "the key {:?} is there with a value and without one, which would remove it whatever its value is; nothing \
                 was sent: leave one of them out",
                argument.key
            )));
        }
        let refuse = |why: untag_client::types::violation::Violations| {
            Problem::usage(format!(
                "the tag {:?} cannot be sent: {why}; nothing was sent",
                argument.to_string()
            ))
        };
        let tag = ResourceTag {
            key: TagKey::new(&*argument.key).map_err(refuse)?,
            value: argument.value.as_deref().map(TagValue::new).transpose().map_err(refuse)?,
        };
        tags.push(tag);
    }
    Ok(tags)
}
