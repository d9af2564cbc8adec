//! Deletes one tag of a desktop, then two tags of a resource: `cargo run -p untag-client --example delete_tags -- [URL [TOKEN]]`.

use untag_client::{ClientBuilder, types};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let token = std::env::args().nth(2).unwrap_or_else(|| "example-token".to_owned());
    let client = ClientBuilder::new(url).token(types::AuthToken::new(token)?).build()?;

    let project = "0123456789abcdef0123456789abcdef";
    let id = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

    // One tag of a desktop, by its key.
    client.delete_desktop_tag(&project.parse()?, &id.parse()?, &"key1".parse()?).await?;

    // Two tags of a resource: one by its key, one only if its value is `value3`.
    let body = serde_json::from_str(r#"{"tags": [{"key": "key1"}, {"key": "key2", "value": "value3"}]}"#)?;
    client.batch_untag_resources(&project.parse()?, &"workspace".parse()?, &id.parse()?, &body).await?;

    println!("gone: key1 of the desktop, key1 and key2 of the resource");
    Ok(())
}
