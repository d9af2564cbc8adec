//! The client for programs without a runtime: the same methods, which block until there is an outcome.
//!
//! ```no_run
//! use untag_client::{ClientBuilder, blocking, credentials};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = ClientBuilder::new("https://workspace.cn-north-4.myhuaweicloud.com")
//!     .credentials(credentials::default_chain())
//!     .build()?;
//! let client = blocking::Client::new(client)?;
//! let project = "0123456789abcdef0123456789abcdef".parse()?;
//! client.delete_desktop_tag(&project, &"e6cd8b01".parse()?, &"key1".parse()?)?;
//! # Ok(())
//! # }
//! ```

use crate::types::{
    BatchUntagResourcesBody, DesktopId, DesktopProjectId, DesktopTagError, DesktopTagKey, ResourceId,
    ResourceProjectId, ResourceTagError, ResourceType,
};
use crate::{Batches, Error, ResponseValue, UntagAllError, Untagged};
use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};

/// A client whose methods block. A clone is cheap and shares connections.
///
/// It runs its calls on the calling thread, in a runtime of its own; threads may call at the same time. Within
/// asynchronous code it works as well, but blocks the thread that other tasks wait for: use [`crate::Client`] there.
///
/// # Panics
/// Within asynchronous code, a call takes a thread to wait on, and panics if the system has none left.
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Own>,
}

/// The runtime. It is there until it is dropped.
#[derive(Debug)]
struct Own(Option<Runtime>);

impl Client {
    /// A client that blocks, with the settings of `client`.
    ///
    /// # Errors
    /// The system gives no more of what a runtime needs, file descriptors for one.
    pub fn new(client: crate::Client) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { client, runtime: Arc::new(Own(Some(runtime))) })
    }

    /// [`Client::delete_desktop_tag`](crate::Client::delete_desktop_tag), until it ends.
    pub fn delete_desktop_tag(
        &self,
        project_id: &DesktopProjectId,
        desktop_id: &DesktopId,
        key: &DesktopTagKey,
    ) -> Result<ResponseValue<()>, Error<DesktopTagError>> {
        self.runtime.run(self.client.delete_desktop_tag(project_id, desktop_id, key))
    }

    /// [`Client::batch_untag_resources`](crate::Client::batch_untag_resources), until it ends.
    pub fn batch_untag_resources(
        &self,
        project_id: &ResourceProjectId,
        resource_type: &ResourceType,
        resource_id: &ResourceId,
        body: &BatchUntagResourcesBody,
    ) -> Result<ResponseValue<()>, Error<ResourceTagError>> {
        self.runtime.run(self.client.batch_untag_resources(project_id, resource_type, resource_id, body))
    }

    /// [`Client::untag_all`](crate::Client::untag_all), until it ends.
    pub fn untag_all(
        &self,
        project_id: &ResourceProjectId,
        resource_type: &ResourceType,
        resource_id: &ResourceId,
        tags: impl Into<Batches>,
    ) -> Result<Untagged, UntagAllError> {
        let batches: Batches = tags.into();
        self.runtime.run(self.client.untag_all(project_id, resource_type, resource_id, batches))
    }
}

impl Own {
    fn run<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        let Some(runtime) = &self.0 else { unreachable!("it is taken when it is dropped, and only then") };
        if Handle::try_current().is_err() {
            return runtime.block_on(work);
        }
        // A thread that runs tasks must not wait for a runtime; one of our own may.
        std::thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(work)).join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Without waiting: within asynchronous code, that would be a panic.
            runtime.shutdown_background();
        }
    }
}
