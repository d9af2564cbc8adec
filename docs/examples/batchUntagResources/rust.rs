//! Takes two tags off a workspace in one call: `key1`, and `key2` if its value is `value3`.

use std::{env, error::Error};
use untag_client::types::{BatchUntagResourcesBody, ResourceTag};
use untag_client::{ClientBuilder, credentials::default_chain};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = ClientBuilder::new(env::var("UNTAG_ENDPOINT")?).credentials(default_chain()).build()?;

    let project = env::var("HUAWEICLOUD_SDK_PROJECT_ID")?.parse()?;
    let id = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11".parse()?;
    let by_key = ResourceTag::new("key1".parse()?);
    let by_value = ResourceTag { value: Some("value3".parse()?), ..ResourceTag::new("key2".parse()?) };
    let body = BatchUntagResourcesBody { tags: Some(vec![by_key, by_value]), ..Default::default() };
    client.batch_untag_resources(&project, &"workspace".parse()?, &id, &body).await?;

    println!("the workspace has no tag key1 any more, and no key2 with the value value3");
    Ok(())
}
