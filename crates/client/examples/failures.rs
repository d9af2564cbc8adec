//! Asks for a desktop that is not there, and tells failures apart: at the server that `UNTAG_ENDPOINT` names, with the
//! credentials that are already there.

use std::{env, error::Error};
use untag_client::{ClientBuilder, credentials::default_chain};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = ClientBuilder::new(env::var("UNTAG_ENDPOINT")?).credentials(default_chain()).build()?;
    let project = env::var("HUAWEICLOUD_SDK_PROJECT_ID")?.parse()?;
    // docs:begin failures
    let desktop = "no-such-desktop".parse()?;
    match client.delete_desktop_tag(&project, &desktop, &"key1".parse()?).await {
        Ok(_) => println!("the desktop has no tag key1 any more"),
        Err(error) if error.is_not_found() => println!("there is no desktop {desktop} in this project"),
        Err(error) if error.is_unauthenticated() => println!("get a new token: {error}"),
        Err(error) if error.is_denied() => println!("ask for the permission: {error}"),
        Err(error) if error.is_retryable() => println!("try again later: {error}"),
        // Its text says what the server said, and has the request id.
        Err(error) => return Err(error.into()),
    }
    // docs:end
    Ok(())
}
