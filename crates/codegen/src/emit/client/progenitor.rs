//! Runs progenitor over the lowered document and takes from its output what a client needs: the methods.

use super::lowered::Lowered;
use proc_macro2::TokenStream;
use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::quote;
use std::panic::{AssertUnwindSafe, catch_unwind};
use syn::{ImplItem, ImplItemFn, Item};

/// One method of progenitor's client for each operation, in the order of the lowered document's paths, without
/// documentation.
///
/// # Errors
/// Progenitor refused the document, panicked on it, or wrote something that this version of the emitter does not know.
pub(super) fn methods(lowered: Lowered) -> Result<Vec<ImplItemFn>, String> {
    let tokens = catch_unwind(AssertUnwindSafe(|| generate(lowered))).map_err(|panic| {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("it did not say why");
        format!("progenitor panicked on a contract that lint had accepted, so lint lacks a rule: {what}")
    })??;
    let file: syn::File = syn::parse2(tokens)
        .map_err(|error| format!("progenitor wrote something that is not Rust: {error}"))?;
    dissect(file)
}

/// Keeps nothing of the document: a large contract's is as large as what is made of it.
fn generate(lowered: Lowered) -> Result<TokenStream, String> {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(::untag_client::transport::Transport));
    for (name, path) in lowered.replacements {
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    Generator::new(&settings)
        .generate_tokens(&lowered.document)
        .map_err(|error| format!("progenitor refused a contract that lint had accepted: {error}"))
}

/// Takes the methods out of progenitor's file. What else is in it has a better form here and is dropped: but only if
/// it is what we think it is, so that nothing a later version of progenitor adds is lost unseen.
fn dissect(file: syn::File) -> Result<Vec<ImplItemFn>, String> {
    let mut methods = Vec::new();
    for item in file.items {
        match item {
            // Imports; `Client` itself; the check that hooks exist, which are part of what is generated here.
            Item::Use(_) | Item::Const(_) => {}
            Item::Struct(item) if item.ident == "Client" => {}
            Item::Mod(item) if item.ident == "prelude" => {}
            Item::Mod(item) if item.ident == "types" => refuse_own_types(item)?,
            Item::Impl(item) => {
                let functions = item.items.into_iter().filter_map(|item| match item {
                    ImplItem::Fn(function) => Some(ImplItemFn { attrs: Vec::new(), ..function }),
                    _ => None,
                });
                // Neither the constructors nor `ClientInfo` are asynchronous; the operations all are.
                methods.extend(functions.filter(|function| function.sig.asyncness.is_some()));
            }
            other => {
                return Err(format!(
                    "progenitor wrote an item that this emitter does not know: {}",
                    quote!(#other)
                ));
            }
        }
    }
    Ok(methods)
}

/// Every schema is replaced, so progenitor has no type to define but the error that its own types convert with.
fn refuse_own_types(module: syn::ItemMod) -> Result<(), String> {
    let items = module.content.map(|(_, items)| items).unwrap_or_default();
    let foreign = items.into_iter().find(|item| match item {
        Item::Mod(item) => item.ident != "error",
        Item::Use(_) => false,
        _ => true,
    });
    foreign.map_or(Ok(()), |item| {
        Err(format!("progenitor defined a type of its own where a shared one belongs: {}", quote!(#item)))
    })
}
