//! The contract as the emitters read it: what is left of a document once lint has accepted it.
//!
//! Everything here is resolved and decided. No `$ref` to parameters, responses or request bodies is left, names are
//! known to be valid and distinct, and every combination an emitter meets is one that it can keep. Emitters therefore
//! never check again; a new construct of the subset starts here, then in `lint` and `lower`, then in each emitter.

use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ops::Deref;

/// A whole contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// `info`, as it stands in the document.
    pub info: Map<String, Value>,
    /// `tags`, as they stand in the document.
    pub tags: Vec<Value>,
    /// Top-level `servers`, as they stand in the document; empty when there are none.
    pub servers: Vec<Value>,
    /// Operations in document order: paths as written, methods as written within a path.
    pub operations: Vec<Operation>,
    /// `components.schemas` in document order.
    pub schemas: Schemas,
    /// `components.securitySchemes` in document order.
    pub security_schemes: Vec<SecurityScheme>,
}

/// The five methods of the subset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `get`
    Get,
    /// `put`
    Put,
    /// `post`
    Post,
    /// `delete`
    Delete,
    /// `patch`
    Patch,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `operationId`, a lowerCamelCase identifier, unique in the document.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path template as written, starting with `/`.
    pub path: String,
    /// The template split at `/`; never empty, never an empty segment.
    pub segments: Vec<Segment>,
    /// `summary`; empty when absent.
    pub summary: String,
    /// `description`; empty when absent.
    pub description: String,
    /// Names of tags.
    pub tags: Vec<String>,
    /// `deprecated`.
    pub deprecated: bool,
    /// Path parameters in the order of the template, then query and header parameters in document order.
    pub parameters: Vec<Parameter>,
    /// The JSON request body.
    pub body: Option<Body>,
    /// Responses by ascending status. All successes (2xx) have the same body type or all have none; so have all failures.
    pub responses: Vec<Response>,
    /// Alternatives of `security`, by scheme name. Empty: no credentials are asked for.
    pub security: Vec<String>,
    /// Servers of the operation's path; empty when there are none.
    pub servers: Vec<Value>,
    /// `x-…` members of the operation, as they stand in the document.
    pub extensions: Map<String, Value>,
}

/// One segment of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Fixed text, in unreserved characters only.
    Literal(String),
    /// A whole segment taken by the path parameter of this name.
    Parameter(String),
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// `in: path`, style `simple`.
    Path,
    /// `in: query`, style `form`, exploded: `?a=1&a=2`.
    Query,
    /// `in: header`, style `simple`: `a,b`.
    Header,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// Where it travels.
    pub location: Location,
    /// Whether it must be present; always true in a path.
    pub required: bool,
    /// `description`; empty when absent.
    pub description: String,
    /// `deprecated`.
    pub deprecated: bool,
    /// `example`, as it stands in the document.
    pub example: Option<Value>,
    /// Its type. Never an object, never nullable. In a path or header, an array's items cannot contain a comma.
    pub ty: Type,
}

/// The JSON request body of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Whether it must be present.
    pub required: bool,
    /// `description`; empty when absent.
    pub description: String,
    /// The media type as written: `application/json`, perhaps with `charset=UTF-8`.
    pub media_type: String,
    /// Its type; always `Type::Named`.
    pub ty: Type,
    /// `example` of the media type.
    pub example: Option<Value>,
    /// `examples` of the media type, as they stand in the document; empty when absent.
    pub examples: Map<String, Value>,
}

/// One documented response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status, 200–599.
    pub status: u16,
    /// `description`.
    pub description: String,
    /// Its JSON body; `Type::Named` for a failure, whose object has the text members `error_code` and `error_msg`.
    pub body: Option<Type>,
    /// The media type of the body as written.
    pub media_type: String,
    /// `x-error-code`: the code that the stub itself answers with on this status.
    pub error_code: Option<String>,
    /// `headers`, as they stand in the document (with `$ref`s resolved); empty when absent.
    pub headers: Map<String, Value>,
    /// `example` of the media type.
    pub example: Option<Value>,
    /// `examples` of the media type, as they stand in the document; empty when absent.
    pub examples: Map<String, Value>,
}

/// A type where it is used.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// A schema of `components.schemas`.
    Named(String),
    /// `type: string` without a constraint.
    String,
    /// `type: string, format: uuid`.
    Uuid,
    /// `type: string, format: date-time`.
    DateTime,
    /// `type: integer` without a constraint.
    Integer(IntegerFormat),
    /// `type: number` without a constraint.
    Number,
    /// `type: boolean`.
    Boolean,
    /// `type: array`.
    Array(Box<Type>, ArrayRules),
}

/// `format` of an integer; without one it is `Int64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegerFormat {
    /// `format: int32`.
    Int32,
    /// `format: int64`.
    Int64,
    /// No format: documented without one, carried as 64 bits.
    Unstated,
}

/// Constraints of an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrayRules {
    /// `minItems`.
    pub min_items: Option<u64>,
    /// `maxItems`.
    pub max_items: Option<u64>,
    /// `uniqueItems`.
    pub unique: bool,
}

/// Which way values of a schema travel; decides how a decoder treats unknown members and nulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Only from client to server: decodes strictly everywhere.
    Request,
    /// Only from server to client: decodes leniently.
    Response,
    /// Both ways, or nowhere: decodes leniently; a server's strict decoder adds what is missing.
    Both,
}

/// `components.schemas`: a list in document order, whose schemas are also found by name, however many there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Schemas {
    list: Vec<Schema>,
    by_name: HashMap<String, usize>,
}

/// One schema of `components.schemas`.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Its name: an UpperCamelCase identifier, and the name of the Rust type.
    pub name: String,
    /// `description`; empty when absent.
    pub description: String,
    /// `example`.
    pub example: Option<Value>,
    /// `deprecated`.
    pub deprecated: bool,
    /// `nullable`: every use of the schema admits null.
    pub nullable: bool,
    /// Which way its values travel.
    pub direction: Direction,
    /// `x-…` members, as they stand in the document.
    pub extensions: Map<String, Value>,
    /// What it is.
    pub kind: SchemaKind,
}

/// What a schema is.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaKind {
    /// `type: string`; lengths count Unicode characters.
    Text {
        /// `minLength`.
        min_length: Option<u64>,
        /// `maxLength`.
        max_length: Option<u64>,
        /// `pattern`, an ECMA 262 expression under the `u` flag.
        pattern: Option<String>,
        /// `format: password`: the type does not print itself.
        secret: bool,
    },
    /// `type: string, enum`: at least one value, all different.
    Enum {
        /// The values in document order.
        values: Vec<String>,
    },
    /// `type: string, format: uuid`.
    Uuid,
    /// `type: string, format: date-time`.
    DateTime,
    /// `type: integer`.
    Integer {
        /// `format`.
        format: IntegerFormat,
        /// `minimum`, and whether it is exclusive.
        minimum: Option<(i64, bool)>,
        /// `maximum`, and whether it is exclusive.
        maximum: Option<(i64, bool)>,
        /// `multipleOf`, positive.
        multiple_of: Option<i64>,
    },
    /// `type: number`, carried as a double.
    Number {
        /// `minimum`, and whether it is exclusive.
        minimum: Option<(f64, bool)>,
        /// `maximum`, and whether it is exclusive.
        maximum: Option<(f64, bool)>,
    },
    /// `type: boolean`.
    Boolean,
    /// `type: array`.
    Array {
        /// The items' type.
        items: Type,
        /// Its constraints.
        rules: ArrayRules,
    },
    /// `type: object`.
    Object {
        /// Members in document order.
        members: Vec<Member>,
        /// `minProperties`.
        min_properties: Option<u64>,
        /// `additionalProperties: false`.
        closed: bool,
    },
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The name on the wire.
    pub name: String,
    /// Whether it stands in `required`.
    pub required: bool,
    /// `nullable` of an inline schema, or of the schema it refers to.
    pub nullable: bool,
    /// `description` of an inline schema; empty when absent, and always for a `$ref`, whose siblings lint refuses.
    pub description: String,
    /// `deprecated` of an inline schema.
    pub deprecated: bool,
    /// `example` of an inline schema.
    pub example: Option<Value>,
    /// Its type.
    pub ty: Type,
}

/// One way to show who is calling.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityScheme {
    /// Its name in `components.securitySchemes`.
    pub name: String,
    /// The request header that carries it (`type: apiKey`, `in: header`).
    pub header: String,
    /// `description`; empty when absent.
    pub description: String,
    /// What the header holds: `x-credential`.
    pub credential: Credential,
    /// `x-…` members, as they stand in the document.
    pub extensions: Map<String, Value>,
}

/// `x-credential` of a security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `{kind: token, schema: {$ref: …}}`: a bearer token, whose shape is the text schema of this name.
    Token(String),
    /// `{kind: signature, algorithm: SDK-HMAC-SHA256}`: a signature over the whole request.
    Signature(String),
}

impl Api {
    /// The schema of this name. Lint has made sure that every name an emitter meets is there.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.by_name.get(name).and_then(|index| self.schemas.list.get(*index))
    }

    /// The security scheme of this name.
    #[must_use]
    pub fn security_scheme(&self, name: &str) -> Option<&SecurityScheme> {
        self.security_schemes.iter().find(|scheme| scheme.name == name)
    }
}

impl From<Vec<Schema>> for Schemas {
    fn from(list: Vec<Schema>) -> Self {
        let by_name = list.iter().enumerate().map(|(index, schema)| (schema.name.clone(), index)).collect();
        Self { list, by_name }
    }
}

impl Deref for Schemas {
    type Target = [Schema];

    fn deref(&self) -> &[Schema] {
        &self.list
    }
}

impl Method {
    /// The method's name on the wire: `DELETE`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
        }
    }
}

impl Response {
    /// Whether the status is 2xx. The subset has no 1xx and no 3xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
