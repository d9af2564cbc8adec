//! `mod.rs`: the client's type, and its ties to the hand-written transport.

use crate::emit::docs;
use crate::ir::Api;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) const MODULE_DOC: &str =
    "The client, generated from the contract. Its methods stand in `operations`, one file for each.";

/// `mod.rs`.
pub(super) fn module(api: &Api) -> TokenStream {
    let text = |name: &str| api.info.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().trim();
    let version = text("version");
    let documentation = docs::attributes(&format!(
        "Client of {} {version}: one method for each operation.\n\n{}",
        text("title"),
        text("description")
    ));
    quote! {
        #![allow(
            clippy::pedantic,
            clippy::too_many_arguments,
            reason = "names, texts and the number of arguments are the contract's"
        )]

        mod operations;

        use operations::OPERATIONS;
        use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
        use ::untag_client::transport::Transport;

        #documentation
        #[derive(Clone, Debug)]
        pub struct Client {
            transport: Transport,
        }

        impl From<Transport> for Client {
            fn from(transport: Transport) -> Self {
                Self { transport }
            }
        }

        impl ClientInfo<Transport> for Client {
            fn api_version() -> &'static str {
                #version
            }
            fn baseurl(&self) -> &str {
                self.transport.base_url()
            }
            fn client(&self) -> &::reqwest::Client {
                self.transport.http()
            }
            fn inner(&self) -> &Transport {
                &self.transport
            }
        }

        impl ClientHooks<Transport> for Client {
            async fn pre<E>(
                &self,
                request: &mut ::reqwest::Request,
                info: &OperationInfo,
            ) -> Result<(), Error<E>> {
                self.transport.prepare(request, &OPERATIONS, info).map_err(Error::InvalidRequest)
            }
            async fn exec(
                &self,
                request: ::reqwest::Request,
                _: &OperationInfo,
            ) -> ::reqwest::Result<::reqwest::Response> {
                self.transport.send(request).await
            }
        }
    }
}
