//! Objects: structs with public fields.

use super::{array, docs, documentation, graph, names, plain, schema, shape, type_docs};
use crate::ir::{Api, Direction, Member, Schema, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// What an object has.
pub(super) struct Shape<'a> {
    pub(super) members: &'a [Member],
    pub(super) min_properties: Option<u64>,
    pub(super) closed: bool,
}

/// More arguments than this are not a constructor but a riddle.
const MAX_ARGUMENTS: usize = 7;

pub(super) fn items(api: &Api, schema: &Schema, object: &Shape<'_>) -> TokenStream {
    let name = names::ident(&schema.name);
    let docs = type_docs(schema, &in_words(object));
    let eq = graph::is_eq(api, &schema.name).then(|| quote! { Eq, });
    let default = object.members.iter().all(|member| !member.required).then(|| quote! { Default, });
    let fields = object.members.iter().map(|member| field(api, schema, member));
    let new = constructor(api, schema, object);
    let validate = validate(&name, object);
    let read = read(schema, &name, object);
    let component = schema::items(schema, &description(object));
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq, #eq ::serde::Serialize)]
        pub struct #name {
            #(#fields,)*
        }

        #new
        #validate
        #read
        #component
    }
}

fn in_words(object: &Shape<'_>) -> String {
    let least = object.min_properties.filter(|min| *min > 0).map(|min| match min {
        1 => "At least one member must be there.".to_owned(),
        _ => format!("At least {min} members must be there."),
    });
    least.unwrap_or_default()
}

fn field(api: &Api, schema: &Schema, member: &Member) -> TokenStream {
    let ident = names::snake(&member.name);
    let docs = field_docs(api, member);
    let rename = (plain(&ident) != member.name).then(|| {
        let name = &member.name;
        quote! { #[serde(rename = #name)] }
    });
    let skip = (!member.required).then(|| quote! { #[serde(skip_serializing_if = "Option::is_none")] });
    let ty = field_type(api, schema, member);
    quote! { #docs #rename #skip pub #ident: #ty }
}

fn field_type(api: &Api, schema: &Schema, member: &Member) -> TokenStream {
    let ty = shape::member_type(api, &schema.name, member);
    if member.required {
        ty
    } else {
        quote! { Option<#ty> }
    }
}

/// The member's own description, or else the first paragraph of the schema that it refers to.
fn field_docs(api: &Api, member: &Member) -> TokenStream {
    let referred = graph::named(&member.ty).and_then(|name| api.schema(name));
    let description = match referred {
        Some(schema) if member.description.is_empty() => {
            schema.description.split("\n\n").next().unwrap_or_default()
        }
        _ => &member.description,
    };
    let description = if description.is_empty() {
        documentation(&[format!("The member `{}`.", member.name)])
    } else {
        docs::attributes(description)
    };
    let mut more = Vec::new();
    if member.deprecated || referred.is_some_and(|schema| schema.deprecated) {
        more.push("**Deprecated.**".to_owned());
    }
    if let Type::Array(_, rules) = &member.ty {
        more.extend(array::in_words(*rules));
    }
    let more = more.iter().map(|line| documentation(&[String::new(), line.clone()]));
    quote! { #description #(#more)* }
}

/// `new`, with the required members as arguments, where there are some and not too many.
fn constructor(api: &Api, schema: &Schema, object: &Shape<'_>) -> Option<TokenStream> {
    let required: Vec<&Member> = object.members.iter().filter(|member| member.required).collect();
    if required.is_empty() || required.len() > MAX_ARGUMENTS {
        return None;
    }
    let name = names::ident(&schema.name);
    let arguments = required.iter().map(|member| {
        let (ident, ty) = (names::snake(&member.name), field_type(api, schema, member));
        quote! { #ident: #ty }
    });
    let fields = object.members.iter().map(|member| {
        let ident = names::snake(&member.name);
        if member.required {
            quote! { #ident }
        } else {
            quote! { #ident: None }
        }
    });
    let all_given = required.len() == object.members.len();
    let doc =
        if all_given { " Makes a value of its members." } else { " Makes a value without optional members." };
    Some(quote! {
        impl #name {
            #[doc = #doc]
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#fields),* }
            }
        }
    })
}

fn validate(name: &Ident, object: &Shape<'_>) -> TokenStream {
    let mut checks: Vec<TokenStream> = Vec::new();
    if let Some(min) = object.min_properties.filter(|min| *min > 0) {
        let min = super::literal::count(min);
        let names = object.members.iter().map(|member| &member.name);
        let sent = object.members.iter().map(|member| {
            let ident = names::snake(&member.name);
            if member.required {
                quote! { true }
            } else {
                quote! { self.#ident.is_some() }
            }
        });
        checks.push(quote! {
            constraint::min_properties(report, #min, &[#(#names),*], [#(#sent),*]);
        });
    }
    checks.extend(object.members.iter().map(check));
    super::newtype::validate(name, &checks)
}

/// The statements that check one member; `report` is at hand, and so is `constraint` if the member
/// [has rules](array::has_rules).
pub(in crate::emit) fn check(member: &Member) -> TokenStream {
    let (ident, name) = (names::snake(&member.name), &member.name);
    let Type::Array(items, rules) = &member.ty else {
        return quote! { report.member(#name, &self.#ident); };
    };
    if !array::has_rules(&member.ty) {
        return quote! { report.member(#name, &self.#ident); };
    }
    let pattern = match (member.required, member.nullable) {
        (true, false) => {
            let checks = array::check(&quote!(self.#ident), false, items, *rules);
            return quote! { { let report = &mut report.at(#name); #checks } };
        }
        (false, false) => quote! { Some(items) },
        (true, true) => quote! { nullable::Nullable::Value(items) },
        (false, true) => quote! { Some(nullable::Nullable::Value(items)) },
    };
    let checks = array::check(&quote!(items), true, items, *rules);
    quote! {
        if let #pattern = &self.#ident {
            let report = &mut report.at(#name);
            #checks
        }
    }
}

/// How the object is read: `object::Object`, and serde by way of it.
fn read(schema: &Schema, name: &Ident, object: &Shape<'_>) -> TokenStream {
    let text = &schema.name;
    let fields: Vec<Ident> = object.members.iter().map(|member| names::snake(&member.name)).collect();
    let wire: Vec<&String> = object.members.iter().map(|member| &member.name).collect();
    // Two names of our own stand beside those of the fields.
    let members = fresh("members", &fields);
    let name_of = fresh("name", &fields);

    let slots = fields.iter().zip(&wire).map(|(field, wire)| {
        quote! { let mut #field = object::Member::new(#wire); }
    });
    let arms = object.members.iter().zip(&fields).map(|(member, field)| {
        let wire = &member.name;
        let lenient = schema.direction != Direction::Request && !member.required && !member.nullable;
        let read = if lenient { quote!(read_leniently) } else { quote!(read) };
        quote! { #wire => #members.#read(&mut #field) }
    });
    let unknown = if schema.direction == Direction::Request && object.closed {
        quote! { #members.refuse::<Self>(&#name_of) }
    } else {
        quote! { #members.ignore() }
    };
    let pattern = if object.members.is_empty() && (schema.direction != Direction::Request || !object.closed) {
        quote! { Some(_) }
    } else {
        quote! { Some(#name_of) }
    };
    let body = if object.members.is_empty() {
        quote! { #unknown?; }
    } else {
        quote! { match &*#name_of { #(#arms,)* _ => #unknown, }?; }
    };
    let values = object.members.iter().zip(&fields).map(|(member, field)| {
        if member.required {
            quote! { #field: #field.required()? }
        } else {
            quote! { #field: #field.optional() }
        }
    });
    quote! {
        impl object::Object for #name {
            const NAME: &'static str = #text;
            const MEMBERS: &'static [&'static str] = &[#(#wire),*];

            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                mut #members: object::Members<'de, A>,
            ) -> Result<Self, A::Error> {
                #(#slots)*
                while let #pattern = #members.next_name()? {
                    #body
                }
                Ok(Self { #(#values,)* })
            }
        }

        ::untag_types::impl_object!(#name);
    }
}

/// `base`, with underscores until no field has the name.
fn fresh(base: &str, fields: &[Ident]) -> Ident {
    let mut name = base.to_owned();
    while fields.iter().any(|field| *field == name) {
        name.push('_');
    }
    format_ident!("{name}")
}

fn description(object: &Shape<'_>) -> TokenStream {
    let members = object.members.iter().map(|member| {
        let (ident, name) = (names::snake(&member.name), &member.name);
        let adjustments = schema::adjustments(&member.ty);
        let common = schema::annotations(&member.description, member.deprecated, member.example.as_ref(), 20);
        let method = if member.required { quote!(required_member) } else { quote!(member) };
        quote! { .#method(#name, schemas.of(|it: &Self| &it.#ident) #adjustments #common) }
    });
    let min =
        object.min_properties.map(super::literal::count).map(|min| quote! { .with("minProperties", #min) });
    let closed = object.closed.then(|| quote! { .with("additionalProperties", false) });
    quote! { schema::Schema::new("object") #(#members)* #min #closed }
}
