//! The trait implementations that generated types of one kind have in common, word for word. A generated file has what
//! is particular to its type, and then one line of these.

/// How every type is read from a wire format: `Deserialize` and [`Decode`](crate::decode::Decode) of a newtype, by way
/// of what it wraps.
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_newtype {
    ($name:ident, $inner:ty) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$inner as $crate::decode::Decode>::decode(deserializer).map(Self)
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Self as ::serde::Deserialize>::deserialize(deserializer)
            }
        }
    };
}

/// How a newtype is read from a path, query or header: by way of what it wraps. `[Item]` stands for a `Vec` of items.
#[macro_export]
macro_rules! impl_parameter {
    ($name:ident, [$item:ty]) => {
        $crate::impl_parameter!($name, Vec<$item>);
    };
    ($name:ident, $inner:ty) => {
        impl $crate::parameter::FromParameter for $name {
            fn from_parameter(text: &str) -> Result<Self, $crate::parameter::ParameterError> {
                <$inner as $crate::parameter::FromParameter>::from_parameter(text).map(Self)
            }

            fn from_parameters(texts: &[&str]) -> Result<Self, $crate::parameter::ParameterError> {
                <$inner as $crate::parameter::FromParameter>::from_parameters(texts).map(Self)
            }
        }
    };
}

/// Conversions of a text that is checked when it is made: `TryFrom`, `FromStr`, `AsRef<str>`, `Display`, and how it is
/// read from the wire, where it is not.
#[macro_export]
macro_rules! impl_text {
    ($name:ident) => {
        $crate::__impl_newtype!($name, String);
        $crate::impl_parameter!($name, String);
        $crate::__impl_from_text!($name);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// Conversions of a secret text: those of [`impl_text!`](crate::impl_text), without the ones that show it.
#[macro_export]
macro_rules! impl_secret {
    ($name:ident) => {
        $crate::__impl_newtype!($name, String);
        $crate::impl_parameter!($name, String);
        $crate::__impl_from_text!($name);

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                $crate::secret::eq(&self.0, &other.0)
            }
        }

        impl Eq for $name {}

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}{}", stringify!($name), $crate::secret::REDACTED)
            }
        }
    };
}

/// The checked conversions of a text, by way of `new`.
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_from_text {
    ($name:ident) => {
        impl ::std::str::FromStr for $name {
            type Err = $crate::violation::Violations;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::violation::Violations;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::violation::Violations;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
    };
}

/// Conversions of an enum of texts, by way of its `new`, `as_str` and `recognize`.
#[macro_export]
macro_rules! impl_enum {
    ($name:ident) => {
        $crate::__impl_from_text!($name);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as ::serde::Deserialize>::deserialize(deserializer).map(Self::recognize)
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Self as ::serde::Deserialize>::deserialize(deserializer)
            }
        }

        impl $crate::parameter::FromParameter for $name {
            fn from_parameter(text: &str) -> Result<Self, $crate::parameter::ParameterError> {
                Ok(Self::recognize(text.to_owned()))
            }
        }
    };
}

/// Conversions of a number, boolean, UUID or date-time: `TryFrom` what it wraps, back into it, `FromStr`, `Display`, and
/// how it is read from the wire. The third argument writes the value where its own `Display` is not the wire's form.
#[macro_export]
macro_rules! impl_scalar {
    ($name:ident, $inner:ty) => {
        $crate::impl_scalar!($name, $inner, <$inner as ::std::fmt::Display>::fmt);
    };
    ($name:ident, $inner:ty, $display:expr) => {
        $crate::__impl_newtype!($name, $inner);
        $crate::impl_parameter!($name, $inner);

        impl TryFrom<$inner> for $name {
            type Error = $crate::violation::Violations;

            fn try_from(value: $inner) -> Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::parameter::ParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::parameter::parse(text)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $display(&self.0, f)
            }
        }
    };
}

/// Conversions of an array: `Deref` to a slice, `FromIterator`, `IntoIterator`, and how it is read from the wire.
#[macro_export]
macro_rules! impl_list {
    ($name:ident, $item:ty) => {
        $crate::__impl_newtype!($name, Vec<$item>);

        impl ::std::ops::Deref for $name {
            type Target = [$item];

            fn deref(&self) -> &[$item] {
                &self.0
            }
        }

        /// Collects items without a look at the limits; [`Validate`]($crate::validate::Validate) looks.
        impl FromIterator<$item> for $name {
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> Self {
                Self(items.into_iter().collect())
            }
        }

        impl IntoIterator for $name {
            type Item = $item;
            type IntoIter = ::std::vec::IntoIter<$item>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl<'a> IntoIterator for &'a $name {
            type Item = &'a $item;
            type IntoIter = ::std::slice::Iter<'a, $item>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }
    };
}

/// How every type with a name shows its schema: to other types here, to utoipa and to schemars. The features are those
/// of the crate that uses the macro.
#[macro_export]
macro_rules! impl_schema {
    ($name:ident) => {
        impl $crate::schema::Describe for $name {
            fn describe(schemas: &mut $crate::schema::Schemas) -> $crate::schema::Schema {
                schemas.refer::<Self>()
            }
        }

        #[cfg(feature = "utoipa")]
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                $crate::schema::openapi::<Self>()
            }
        }

        #[cfg(feature = "utoipa")]
        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(<Self as $crate::schema::Component>::NAME)
            }

            fn schemas(known: &mut Vec<(String, ::utoipa::openapi::RefOr<::utoipa::openapi::Schema>)>) {
                $crate::schema::openapi_components::<Self>(known);
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(<Self as $crate::schema::Component>::NAME)
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(concat!(module_path!(), "::", stringify!($name)))
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::schema::json_schema::<Self>(generator)
            }
        }
    };
}

/// How every object is read from the wire, by way of its [`Object`](crate::object::Object).
#[macro_export]
macro_rules! impl_object {
    ($name:ident) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::object::read(deserializer)
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::object::read(deserializer)
            }
        }
    };
}
