//! Every rule of the lint, by name and with its reason. The README's table of rules is this list.

use super::Rule;

/// Declares the rules once, as constants and as the list of them all.
macro_rules! rules {
    ($($constant:ident = $name:literal: $reason:literal;)*) => {
        $(
            #[doc = $reason]
            pub(crate) const $constant: Rule = Rule { name: $name, reason: $reason };
        )*

        /// Every rule, in the order in which a document is read.
        pub const RULES: &[Rule] = &[$($constant),*];
    };
}

rules! {
    // The text.
    SYNTAX = "syntax": "The text must be YAML 1.2, or JSON, which is part of it.";
    CONTROL_CHARACTER = "control-character": "Control characters are invisible to the reader and refused by half of all tools.";
    DOCUMENT_SIZE = "document-size": "Memory grows with the document, so its size is bounded.";
    EMPTY_DOCUMENT = "empty-document": "An empty file is a mistake, not a contract.";
    SEVERAL_DOCUMENTS = "several-documents": "One file is one contract.";
    NESTING = "nesting": "What walks the tree may recurse, so its depth is bounded.";
    ANCHOR = "anchor": "Aliases hide where a value comes from, and `$ref` says it.";
    TAG = "tag": "YAML tags mean different things to different tools.";
    MERGE_KEY = "merge-key": "Merge keys are YAML 1.1, and `$ref` does the same for all tools.";
    KEY_NOT_TEXT = "key-not-text": "JSON has text keys only.";
    KEY_LENGTH = "key-length": "Keys are repeated in every pointer, so their length is bounded.";
    DUPLICATE_KEY = "duplicate-key": "Of two members with one name, tools take either.";
    NUMBER_NOT_JSON = "number-not-json": "JSON has no infinity and no not-a-number.";

    // Any object.
    UNKNOWN_MEMBER = "unknown-member": "A misspelt member would be ignored in silence.";
    UNSUPPORTED_MEMBER = "unsupported-member": "A member that no generator keeps would be ignored in silence.";
    UNKNOWN_EXTENSION = "unknown-extension": "An extension that nothing reads looks as if it did something.";
    MISSING_MEMBER = "missing-member": "OpenAPI, or a generator, cannot do without it.";
    WRONG_TYPE = "wrong-type": "A value of another type would be read as absent.";
    MISSING_DESCRIPTION = "missing-description": "Descriptions become the documentation of the generated code.";
    EXTENSION_VALUE = "extension-value": "An extension has the values that its readers know.";

    // The document.
    OPENAPI_VERSION = "openapi-version": "The same words mean other things in other versions of OpenAPI.";
    SERVER_VARIABLE = "server-variable": "A url with a variable that has no value leads nowhere.";
    DUPLICATE_TAG = "duplicate-tag": "Two descriptions of one tag contradict each other sooner or later.";
    UNDECLARED_TAG = "undeclared-tag": "A misspelt tag would start a group of its own.";

    // References and components.
    DANGLING_REF = "dangling-ref": "A reference leads to something that is there.";
    EXTERNAL_REF = "external-ref": "A contract is one file.";
    WRONG_REF = "wrong-ref": "A reference leads to a component of the kind that belongs there.";
    REF_SIBLINGS = "ref-siblings": "OpenAPI 3.0 ignores whatever stands beside a `$ref`.";
    COMPONENT_NAME = "component-name": "The name of a schema is the name of its Rust type.";
    COMPONENT_ALIAS = "component-alias": "Two names for one component become two types, or one name that is lost.";
    UNUSED_COMPONENT = "unused-component": "What nothing refers to is a leftover, or a reference is missing.";

    // Names.
    OPERATION_ID = "operation-id": "The `operationId` is the name of the Rust method.";
    DUPLICATE_OPERATION_ID = "duplicate-operation-id": "Two methods cannot have one name.";
    RESERVED_NAME = "reserved-name": "A generated name must not hide one that the code around it uses.";
    UNNAMEABLE = "unnameable": "Something of each name must be left in Rust.";
    NAME_COLLISION = "name-collision": "Two names that become one in Rust cannot both be generated.";

    // Paths.
    PATH_TEMPLATE = "path-template": "Paths are split at slashes, and literal segments travel as they are written.";
    PARTIAL_PARAMETER = "partial-parameter": "Routers give a parameter a whole segment.";
    AMBIGUOUS_PATH = "ambiguous-path": "A request must not match two paths of which neither is a special case of the other.";

    // Operations.
    MISSING_STATUS = "missing-status": "What the stub answers by itself is documented.";
    BODY_IN_GET = "body-in-get": "HTTP gives the body of a GET no meaning, and many tools drop it.";

    // Parameters.
    UNDECLARED_PARAMETER = "undeclared-parameter": "Every parameter of a path has a type.";
    PARAMETER_NOT_IN_PATH = "parameter-not-in-path": "A path parameter has a place in the path.";
    OPTIONAL_PATH_PARAMETER = "optional-path-parameter": "Without its parameter a path is another path.";
    DUPLICATE_PARAMETER = "duplicate-parameter": "Of two parameters with one name, tools take either.";
    UNSUPPORTED_LOCATION = "unsupported-location": "Parameters travel in the path, the query and headers.";
    PARAMETER_STYLE = "parameter-style": "Only the default forms are generated.";
    PARAMETER_TYPE = "parameter-type": "A parameter is one plain value, or an array of them.";
    AMBIGUOUS_ARRAY = "ambiguous-array": "On the wire an empty array looks like a missing one.";
    COMMA_IN_ARRAY = "comma-in-array": "Arrays in paths and headers are separated by commas.";
    IGNORED_HEADER = "ignored-header": "OpenAPI ignores these three header parameters.";
    RESERVED_HEADER = "reserved-header": "HTTP, the client and the stub set some headers by themselves.";
    HEADER_NAME = "header-name": "The name of a header is a token of HTTP.";

    // Bodies and responses.
    MEDIA_TYPE = "media-type": "Generated code reads and writes one media type, and it is JSON.";
    UNSUPPORTED_STATUS = "unsupported-status": "Each status that can be answered is written out.";
    NO_SUCCESS = "no-success": "An operation that can only fail is a mistake.";
    BODY_NOT_ALLOWED = "body-not-allowed": "HTTP ends these responses after their headers.";
    SEVERAL_BODIES = "several-bodies": "A client decodes one type for all successes, and one for all failures.";
    ERROR_BODY = "error-body": "The stub fills the body of a failure by itself.";
    ERROR_CODE = "error-code": "The stub puts the documented code into its own answers.";
    UNSUPPORTED_HEADER = "unsupported-header": "A documented header that nothing sends is a false promise.";

    // Schemas.
    SCHEMA_TYPE = "schema-type": "A schema without a type admits anything.";
    MISPLACED_KEYWORD = "misplaced-keyword": "JSON Schema ignores a keyword that is about another type.";
    INLINE_SCHEMA = "inline-schema": "Constraints live in named types.";
    UNSUPPORTED_FORMAT = "unsupported-format": "A format that nothing checks is a comment.";
    LIMIT = "limit": "A limit is a value that the type can have.";
    EMPTY_RANGE = "empty-range": "Limits that exclude every value are a mistake.";
    PATTERN = "pattern": "A pattern that does not compile checks nothing.";
    ENUM_VALUE = "enum-value": "Enumerations are of distinct texts.";
    REQUIRED = "required": "What is required is a member.";
    NULLABLE_PLACE = "nullable-place": "Only members of objects may be null.";
    OPEN_REQUEST_OBJECT = "open-request-object": "A misspelt member of a request must not mean that it is absent.";
    INFINITE_VALUE = "infinite-value": "A type without a finite value cannot be sent.";
    SECRET_OUTSIDE_CREDENTIAL = "secret-outside-credential": "Only credentials are kept from being printed.";

    // Examples.
    EXAMPLE = "example": "Examples are copied first.";
    EXAMPLE_AND_EXAMPLES = "example-and-examples": "OpenAPI allows one of the two.";

    // Security.
    UNSUPPORTED_SCHEME = "unsupported-scheme": "The stub reads credentials from one header.";
    CREDENTIAL = "credential": "The stub must know what the header of a scheme holds.";
    UNKNOWN_SCHEME = "unknown-scheme": "A misspelt scheme would leave an operation open.";
    SECURITY_ALTERNATIVE = "security-alternative": "A request carries exactly one credential.";
}
