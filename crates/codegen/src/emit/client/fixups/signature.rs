//! The signature: arguments in the contract's order, an optional body as an `Option`, and neither lifetimes nor paths
//! that a reader does not need.

use super::Method;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{FnArg, Pat, Path, Token, TypeReference, parse_quote};

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    elide_lifetime(method)?;
    order_arguments(method)?;
    Shorten.visit_signature_mut(&mut method.function.sig);
    Ok(())
}

/// Progenitor names one lifetime, which every argument shares and no result has: it can be left out.
fn elide_lifetime(method: &mut Method<'_>) -> Result<(), String> {
    let generics = &mut method.function.sig.generics;
    if quote!(#generics).to_string() != "< 'a >" {
        return Err(format!("it is generic over `{}`", quote!(#generics)));
    }
    *generics = syn::Generics::default();
    Elide.visit_signature_mut(&mut method.function.sig);
    Ok(())
}

/// Puts the arguments into the contract's order, the body last.
fn order_arguments(method: &mut Method<'_>) -> Result<(), String> {
    let mut given: Vec<FnArg> = std::mem::take(&mut method.function.sig.inputs).into_iter().collect();
    let mut take = |name: &str| {
        let index = given.iter().position(|argument| is_named(argument, name));
        index.map(|index| given.remove(index)).ok_or_else(|| format!("it has no argument `{name}`"))
    };
    let mut ordered: Punctuated<FnArg, Token![,]> = Punctuated::new();
    ordered.push(parse_quote!(&self));
    for argument in &method.arguments {
        ordered.push(take(&argument.name)?);
    }
    if let Some(body) = &method.operation.body {
        let mut argument = take("body")?;
        if let FnArg::Typed(argument) = &mut argument
            && !body.required
        {
            let required = &argument.ty;
            argument.ty = parse_quote!(Option<#required>);
        }
        ordered.push(argument);
    }
    // Nothing but `self` may be left over.
    match given.as_slice() {
        [FnArg::Receiver(_)] => {
            method.function.sig.inputs = ordered;
            Ok(())
        }
        _ => Err("it has arguments that the contract does not know".to_owned()),
    }
}

fn is_named(argument: &FnArg, name: &str) -> bool {
    matches!(argument, FnArg::Typed(argument) if matches!(&*argument.pat, Pat::Ident(pat) if pat.ident == name))
}

/// Takes the lifetimes off all references.
struct Elide;

impl VisitMut for Elide {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = None;
        syn::visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// Writes `Vec` for `::std::vec::Vec`, and likewise what else the prelude has.
struct Shorten;

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut Path) {
        let in_prelude = ["Vec", "String", "Option"].iter().any(|name| {
            path.leading_colon.is_some() && path.segments.last().is_some_and(|last| last.ident == name)
        });
        if in_prelude && path.segments.first().is_some_and(|first| first.ident == "std") {
            path.leading_colon = None;
            path.segments = path.segments.iter().last().cloned().into_iter().collect();
        }
        syn::visit_mut::visit_path_mut(self, path);
    }
}
