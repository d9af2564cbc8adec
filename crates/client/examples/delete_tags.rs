//! Removes one tag of a desktop and two of a workspace, at the server that `UNTAG_ENDPOINT` names, with the credentials that are
//! already there: `UNTAG_TOKEN`, an access key in the environment, or the profile file.

use untag_client::{ClientBuilder, credentials::default_chain, types::ResourceTag};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (project, id) = ("0123456789abcdef0123456789abcdef", "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11");

    let client = ClientBuilder::new(std::env::var("UNTAG_ENDPOINT")?).credentials(default_chain()).build()?;
    client.delete_desktop_tag(&project.parse()?, &id.parse()?, &"key1".parse()?).await?;
    let tags = [ResourceTag::new("key1".parse()?), ResourceTag::new("key2".parse()?)];
    client.untag_all(&project.parse()?, &"workspace".parse()?, &id.parse()?, tags).await?;

    println!("gone: key1 of the desktop, key1 and key2 of the workspace");
    Ok(())
}
