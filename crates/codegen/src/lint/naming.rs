//! Names of the contract that become Rust names: that something is left of each, and that no two become one.

use super::context::Lint;
use crate::diagnostic::{quoted, rules};
use crate::source::Place;
use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};
use std::collections::HashMap;

/// The prelude, names that generated or supporting code uses, and modules that cannot be files. A schema of such a name
/// would hide what is meant.
const RESERVED_SCHEMAS: &str = "\
    Api AsMut AsRef Box ByteStream Client ClientHooks ClientInfo Clone Copy Crate DateTime Debug Default \
    Deserialize DoubleEndedIterator Drop Eq Err Error ExactSizeIterator Extend Fn FnMut FnOnce From \
    FromIterator Future Hash HeaderMap HeaderValue Into IntoFuture IntoIterator Iterator JsonSchema Mod \
    None Ok OpenApi OperationInfo Option Ord PartialEq PartialOrd ResponseValue Result Router Self Send \
    Serialize Sized Some String Super Sync ToOwned ToSchema ToString TryFrom TryInto Unpin Uuid Valid \
    Validate Vec Violation Violations";

/// Methods and modules that stand beside the generated ones.
const RESERVED_OPERATIONS: &str = "\
    apiVersion authenticate baseurl build builder client clone crate drop exec fmt from inner into mod \
    new newWithClient openapi post pre router self super";

/// The variant that a generated enumeration has for texts it does not list.
const UNRECOGNIZED: &str = "Unrecognized";

impl<'t> Lint<'t> {
    /// The name of a schema, which is the name of a Rust type.
    pub(super) fn type_name(&mut self, name: &'t str, place: &Place<'t>) {
        let camel = name.to_upper_camel_case();
        if camel != name || !name.starts_with(|c: char| c.is_ascii_uppercase()) || !name.is_ascii() {
            self.report(
                rules::COMPONENT_NAME,
                place,
                format!("{} is not in UpperCamelCase", quoted(name)),
                suggestion(&camel, "start it with an ASCII letter, and use ASCII letters and digits only"),
            );
        } else if is_one_of(RESERVED_SCHEMAS, name) {
            self.reserved(name, place);
        }
    }

    /// An `operationId`, which is the name of a Rust method.
    pub(super) fn method_name(&mut self, name: &'t str, place: &Place<'t>) {
        let camel = name.to_lower_camel_case();
        if camel != name || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.is_ascii() {
            self.report(
                rules::OPERATION_ID,
                place,
                format!("{} is not in lowerCamelCase", quoted(name)),
                suggestion(&camel, "start it with an ASCII letter, and use ASCII letters and digits only"),
            );
        } else if is_one_of(RESERVED_OPERATIONS, name) {
            self.reserved(name, place);
        }
    }

    fn reserved(&mut self, name: &str, place: &Place<'t>) {
        self.report(
            rules::RESERVED_NAME,
            place,
            format!("{} is a name that Rust or the generated code itself uses", quoted(name)),
            "choose another name, for example one with one more word",
        );
    }

    /// Reports names of which no Rust name is left, and names that become the same one.
    ///
    /// `what` is what the names are names of, `style` how they become Rust names.
    pub(super) fn distinct(
        &mut self,
        what: &str,
        style: Style,
        names: impl Iterator<Item = (&'t str, Place<'t>)>,
    ) {
        let mut seen: HashMap<String, Place<'t>> = HashMap::new();
        for (name, place) in names {
            let rust = style.apply(name);
            if syn::parse_str::<syn::Ident>(&format!("_{rust}")).is_err() {
                self.report(
                    rules::UNNAMEABLE,
                    &place,
                    format!("no Rust name is left of the {what} {}", quoted(name)),
                    "use a name with letters in it",
                );
            } else if matches!(style, Style::Camel) && rust == UNRECOGNIZED {
                self.reserved(name, &place);
            } else if let Some(first) = seen.get(&rust) {
                let first = first.label("the other one is here");
                self.report_beside(
                    rules::NAME_COLLISION,
                    &place,
                    format!("another {what} becomes {} in Rust as well", quoted(&rust)),
                    "rename one of the two",
                    vec![first],
                );
            } else {
                seen.insert(rust, place);
            }
        }
    }
}

/// How a name becomes a Rust name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    /// Fields, arguments, methods, modules.
    Snake,
    /// Variants.
    Camel,
}

impl Style {
    fn apply(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_snake_case(),
            Self::Camel => name.to_upper_camel_case(),
        }
    }
}

/// Whether a list of names, separated by spaces, has this one.
fn is_one_of(names: &str, name: &str) -> bool {
    names.split(' ').any(|reserved| reserved == name)
}

/// The name to use instead, or advice where none can be made of it.
fn suggestion(name: &str, otherwise: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.is_ascii() {
        format!("rename it to {}", quoted(name))
    } else {
        otherwise.to_owned()
    }
}
