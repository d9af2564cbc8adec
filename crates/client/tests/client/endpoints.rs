//! Where operations go: each to its service's own server, unless one was named.

use crate::recorder::{NO_CONTENT, Recorder};
use crate::{DESKTOP, PROJECT, delete_tag, direct, one_tag, value};
use untag_client::credentials::Surroundings;
use untag_client::{BuildError, Client, ClientBuilder};

fn in_region(surroundings: Surroundings) -> ClientBuilder {
    ClientBuilder::for_region("cn-north-4").surroundings(surroundings).http(direct())
}

fn nothing() -> Surroundings {
    Surroundings::with_variables::<&str, &str>([])
}

async fn call_both(client: &Client) {
    delete_tag(client, "key1").await.unwrap();
    let (project, kind, id) = (value(PROJECT), value("workspace"), value(DESKTOP));
    client.batch_untag_resources(&project, &kind, &id, &one_tag()).await.unwrap();
}

#[tokio::test]
async fn each_service_is_found_where_it_was_named() {
    for by_environment in [false, true] {
        let (workspace, secmaster) =
            (Recorder::answering(NO_CONTENT).await, Recorder::answering(NO_CONTENT).await);
        let builder = if by_environment {
            in_region(Surroundings::with_variables([
                ("HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4", workspace.url()),
                ("HUAWEICLOUD_SDK_REGION_SECMASTER_CN_NORTH_4", secmaster.url()),
                ("HUAWEICLOUD_SDK_REGION_SECMASTER_CN_NORTH_1", "http://127.0.0.1:9".to_owned()),
            ]))
        } else {
            // What the program says comes before what is around it.
            in_region(Surroundings::with_variables([(
                "HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4",
                "http://127.0.0.1:9",
            )]))
            .endpoint("workspace", workspace.url())
            .endpoint("secmaster", secmaster.url())
        };
        call_both(&builder.build().unwrap()).await;
        assert!(workspace.request().target().starts_with("/v2/"));
        assert!(secmaster.request().target().starts_with("/v1/"));
    }
}

#[test]
fn what_cannot_be_a_server_is_refused_at_once() {
    in_region(nothing()).build().unwrap();
    for region in ["", "CN", "cn.evil.com/", "cn-north-4#", "a b"] {
        let error = ClientBuilder::for_region(region).surroundings(nothing()).build().unwrap_err();
        assert!(matches!(error, BuildError::Region), "{region}: {error}");
    }
    let variables = [("HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4", "https://a:s3cret@example.com")];
    for builder in [
        in_region(nothing()).endpoint("workspace", "https://a:s3cret@example.com"),
        in_region(Surroundings::with_variables(variables)),
    ] {
        assert!(!format!("{builder:?}").contains("s3cret"), "{builder:?}");
        let error = builder.build().unwrap_err();
        assert!(matches!(&error, BuildError::Endpoint(service, _) if service == "workspace"), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn a_client_says_who_it_is() {
    let ours = concat!("untag-client/", env!("CARGO_PKG_VERSION"));
    for (builder, wanted) in [
        (ClientBuilder::new as fn(String) -> ClientBuilder, Some(ours)),
        (|url| ClientBuilder::new(url).user_agent("mine"), Some("mine")),
        (|url| ClientBuilder::new(url).http(direct()), None),
        (|url| ClientBuilder::new(url).http(direct().user_agent("theirs")), Some("theirs")),
        (|url| ClientBuilder::new(url).http(direct().user_agent("theirs")).user_agent("mine"), Some("mine")),
    ] {
        let server = Recorder::answering(NO_CONTENT).await;
        delete_tag(&builder(server.url()).build().unwrap(), "key1").await.unwrap();
        assert_eq!(server.request().header("user-agent"), wanted);
    }
}
