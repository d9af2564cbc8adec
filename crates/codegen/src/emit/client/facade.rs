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
        use ::untag_client::operation::{Contract, Operation};
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

        impl Contract for Client {
            const VERSION: &'static str = #version;
            const OPERATIONS: &'static [&'static Operation] = &OPERATIONS;
        }
    }
}
