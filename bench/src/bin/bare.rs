//! What starting and resting cost without any of this project: axum and SQLite, one thread, one route, one table.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::delete;
use rusqlite::{Connection, params};
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What `clap` reads.
#[derive(clap::Parser)]
struct Cli {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    store: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Cli { listen, store } = clap::Parser::parse();
    let connection = Connection::open(store)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let router = Router::new()
        .route("/v2/{project}/desktops/{desktop}/tags/{key}", delete(remove))
        .with_state(Arc::new(Mutex::new(connection)));
    axum::serve(tokio::net::TcpListener::bind(listen).await?, router).await?;
    Ok(())
}

async fn remove(
    State(connection): State<Arc<Mutex<Connection>>>,
    Path((project, desktop, key)): Path<(String, String, String)>,
) -> StatusCode {
    const DELETE: &str = "DELETE FROM tags WHERE project_id = ?1 AND resource_type = 'desktop' AND resource_id = ?2 \
                          AND system = 0 AND key = ?3";
    let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    match connection.execute(DELETE, params![project, desktop, key]) {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
