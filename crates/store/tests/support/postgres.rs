//! PostgreSQL stores for tests, each on a database of its own.

use std::sync::Arc;

use tokio_postgres::{Client, NoTls};
use untag_postgres::shared;
use untag_store::ResourceKey;
use untag_store::postgres::{PostgresOptions, PostgresStore};

use super::Subject;

/// A connection of somebody else's to a database.
pub async fn stranger(url: &str) -> Client {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.expect("the server accepts connections");
    tokio::spawn(connection);
    client
}

/// A store with default options on a fresh database.
pub async fn fresh() -> Subject {
    let url = shared().database();
    let store = PostgresStore::connect(&url, PostgresOptions::default()).await.expect("the store connects");
    let forget = Box::new(move |resource: ResourceKey| {
        let url = url.clone();
        Box::pin(async move {
            let operator = stranger(&url).await;
            for table in ["tags", "resources"] {
                let statement = format!(
                    "DELETE FROM {table} WHERE project_id = $1 AND resource_type = $2 AND resource_id = $3"
                );
                operator
                    .execute(
                        &statement,
                        &[&resource.project_id, &resource.resource_type, &resource.resource_id],
                    )
                    .await
                    .expect("the resource can be deleted");
            }
        }) as _
    });
    Subject::new(Arc::new(store), forget, ())
}
