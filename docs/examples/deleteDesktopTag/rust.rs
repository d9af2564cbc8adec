//! Takes the tag `key1` off a desktop.

use std::{env, error::Error};
use untag_client::{ClientBuilder, credentials::default_chain};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = ClientBuilder::new(env::var("UNTAG_ENDPOINT")?).credentials(default_chain()).build()?;

    let project = env::var("HUAWEICLOUD_SDK_PROJECT_ID")?.parse()?;
    let desktop = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11".parse()?;
    client.delete_desktop_tag(&project, &desktop, &"key1".parse()?).await?;

    println!("the desktop has no tag key1 any more");
    Ok(())
}
