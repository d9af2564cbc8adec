//! Keys that are replaced while a client runs, over a real socket.

use crate::server::Server;
use crate::{Home, SK};
use untag_client::ClientBuilder;
use untag_client::credentials::Chain;

/// The access keys that signed the calls, in their order.
fn signers(server: &Server) -> Vec<String> {
    let calls = server.calls().into_iter();
    let signer = |(_, headers, _): (String, Vec<String>, _)| {
        let header = headers.iter().find_map(|line| line.split_once("SDK-HMAC-SHA256 Access="));
        header.unwrap().1.split_once(',').unwrap().0.to_owned()
    };
    calls.map(signer).collect()
}

#[tokio::test]
async fn a_key_that_was_replaced_in_the_file_is_used_once_the_old_one_is_refused() {
    let home = Home::with(format!("[basic]\nak = OLD\nsk = {SK}\n"));
    // The first call succeeds, the second is refused with the old key and succeeds with the new one, the third is refused
    // with that as well.
    let server = Server::answering(&[204, 401, 204, 401]);
    let client = ClientBuilder::new(server.url())
        .credentials(Chain::standard(&home.surroundings([])))
        .http(untag_client::reqwest::Client::builder().no_proxy())
        .build()
        .unwrap();
    let (project, desktop, tag) = ("p".parse().unwrap(), "d".parse().unwrap(), "k".parse().unwrap());
    let delete = async || client.delete_desktop_tag(&project, &desktop, &tag).await;

    delete().await.unwrap();
    home.write(format!("[basic]\nak = NEW\nsk = {SK}\n"));
    delete().await.unwrap();
    assert_eq!(signers(&server), ["OLD", "OLD", "NEW"]);

    // The file has nothing newer, so that the refusal stands: nothing is sent once more with the same key.
    assert!(delete().await.unwrap_err().is_unauthenticated());
    assert_eq!(signers(&server), ["OLD", "OLD", "NEW", "NEW"]);
}
