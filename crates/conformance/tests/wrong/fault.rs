//! The mistakes that the server can make, each of which a real one has made or could make. It makes one at a time.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    // Which operation, and what of the path
    /// Decodes the whole path, then cuts it at the slashes: `a%2Fb` is two segments.
    DecodesThePathBeforeItIsCut,
    /// Decodes each segment twice: `%2541` is `A`.
    DecodesTwice,
    /// Takes `%ZZ` as it stands.
    KeepsBrokenPercent,
    /// Ends the connection when it meets `%ZZ`: the process behind it has died.
    DiesOfBrokenPercent,
    /// Puts U+FFFD where a path is not UTF-8.
    ReplacesWhatIsNotUtf8,
    /// Takes a plus sign for a space.
    PlusIsSpace,
    /// Resolves `.` and `..`.
    ResolvesDotSegments,
    /// Takes a backslash for a slash.
    BackslashIsSlash,
    /// Ignores the query, and with it the rest of a key whose `?` was not encoded.
    IgnoresTheQuery,
    /// Ignores a slash at the end.
    IgnoresTrailingSlash,
    /// Makes one slash of several.
    MergesSlashes,
    /// Compares paths without regard to case.
    PathHasNoCase,
    /// An empty key stands for all keys.
    EmptyKeyIsEveryKey,
    /// Removes a tag whatever the method is.
    TakesAnyMethod,
    /// Answers 405 without saying what is allowed.
    LeavesOutAllow,

    // Keys and values
    /// Compares keys without regard to case.
    KeyHasNoCase,
    /// Removes spaces from both ends of a key.
    TrimsKeys,
    /// Brings keys to Unicode's composed form.
    ComposesKeys,
    /// Removes all tags whose keys start with the one that is named.
    KeyIsPrefix,
    /// Counts bytes.
    CountsBytes,
    /// Counts UTF-16 code units, as Java and JavaScript do.
    CountsUtf16,
    /// Takes keys of any length.
    KeyHasNoLimit,
    /// Takes control characters in keys of desktops.
    TakesControlCharacters,
    /// Holds keys of a desktop to the rule for new ones.
    OldTagsAreRefused,
    /// Takes identifiers of any length.
    IdentifierHasNoLimit,
    /// Takes any characters in keys of a batch.
    KeyHasAnyCharacter,
    /// Knows only the letters of English.
    KeyIsAscii,
    /// Takes a value of any length.
    ValueHasNoLimit,
    /// Removes spaces around keys in a body, where it should refuse them.
    TrimsKeysInBodies,

    // Bodies
    /// Ignores the body of the operation that has none.
    IgnoresUnwantedBody,
    /// No body means all tags.
    NoBodyIsEverything,
    /// No list means all tags.
    NoListIsEverything,
    /// A list that is `null` means all tags.
    NullIsEverything,
    /// An empty list means all tags.
    EmptyListIsEverything,
    /// An empty list is taken, and nothing happens.
    TakesEmptyList,
    /// Reads an array as the object whose members it lists in order, as some decoders do.
    ArrayIsObject,
    /// Reads a tag that is an array, likewise.
    ArrayIsTag,
    /// Takes one object for a list of one.
    ObjectIsList,
    /// Of a member that is there twice, the last one holds.
    LastMemberWins,
    /// Of a member that is there twice, the first one holds.
    FirstMemberWins,
    /// Ignores members that it does not know, such as a misspelt `value`.
    IgnoresUnknownMembers,
    /// Finds members without regard to case.
    MemberHasNoCase,
    /// Takes a number for the text that it is written as.
    NumberIsText,
    /// Takes `null` for an absent value.
    NullIsNoValue,
    /// Takes eleven tags.
    TakesElevenTags,
    /// Takes what follows the object for nothing.
    IgnoresTheRestOfTheBody,
    /// Takes a body that is not UTF-8 for Latin-1.
    BodyMayBeLatin1,
    /// Leaves out of a body what is not UTF-8.
    DropsWhatIsNotUtf8,
    /// Does not see bodies that come in chunks.
    MissesChunks,
    /// Takes any content type.
    TakesAnyContentType,
    /// Takes `application/json` and not with a charset.
    RefusesCharset,
    /// Refuses a content type where there is no body.
    RefusesContentTypeWithoutBody,
    /// Runs into the depth of a body, and answers 500.
    FailsOnDepth,

    // Which tags go
    /// Looks at keys only.
    IgnoresValues,
    /// Takes an empty value for an absent one.
    EmptyValueIsNoValue,
    /// Compares values without regard to case.
    ValueHasNoCase,
    /// Answers 404 for a tag that is not there.
    AbsentTagIsNotFound,
    /// Answers 404 where the value differs.
    OtherValueIsNotFound,
    /// Refuses a tag that is listed twice.
    RefusesRepeatedTags,
    /// Works off the list tag by tag, and stops at the first that is wrong.
    AppliesBeforeItChecks,
    /// Removes the first tag of the list only.
    AppliesTheFirstOnly,
    /// Looks for the resource by its id and whatever its type is.
    TypeDoesNotMatter,
    /// Removes a desktop's tags through the desktop operation, and those of a workspace of the same id besides.
    RemovesFromBoth,
    /// Answers 204 without having removed anything.
    OnlySaysSo,
    /// Removes system tags through `tags`.
    SystemTagAmongTags,
    /// Takes any system tag.
    TakesOtherSystemTags,
    /// Takes any value of a system tag.
    TakesAnySystemValue,
    /// Removes a system tag whatever its value.
    IgnoresSystemValues,
    /// Applies `sys_tags` only, where there are both lists.
    SystemTagsOnly,

    // Who may
    /// Goes without credentials.
    NeedsNoCredentials,
    /// Takes an empty token for the tenant's.
    TakesEmptyToken,
    /// Takes any token.
    TakesAnyToken,
    /// Compares tokens without regard to case.
    TokenHasNoCase,
    /// Takes the first of two tokens.
    TakesTwoTokens,
    /// Takes a token beside a signature.
    TakesTwoCredentials,
    /// Takes any signature that names a known key.
    TakesAnySignature,
    /// Takes signatures for ever.
    SignatureHasNoDate,
    /// Does not look whether the body is what was signed.
    SignatureWithoutBody,
    /// Knows no signatures.
    KnowsNoSignatures,
    /// Takes `sys_tags` from anybody.
    SystemTagsFromAnybody,
    /// Ignores `sys_tags` of a tenant, where it should refuse.
    IgnoresSystemTagsOfTenants,
    /// Applies `tags` before it finds that `sys_tags` are not the caller's.
    RefusesAfterTags,
    /// Does not look whether the project is the caller's.
    TakesAnyProject,
    /// Takes the caller's own project, whatever the path says.
    ProjectDoesNotMatter,
    /// Answers 404 for another's project.
    OtherProjectIsNotFound,
    /// Answers 204 for a resource that does not exist.
    UnknownResourceIsSuccess,
    /// Answers 403 for a resource that does not exist.
    UnknownResourceIsForbidden,

    // What is answered
    /// Has the codes of the other operation.
    OtherCodes,
    /// Has one code for everything.
    OneCode,
    /// Answers `code` and `message`.
    CodeAndMessage,
    /// Answers plain text.
    PlainText,
    /// Has the content type of a text, and JSON in it.
    WrongContentType,
    /// Answers failures without a body.
    NoErrorBody,
    /// Names no member in a message.
    SaysNothing,
    /// Puts the token into the message of a 401.
    EchoesTheToken,
    /// Puts what it was sent into the message.
    EchoesTheRequest,
    /// Answers 422 for what is malformed.
    UnprocessableEntity,
    /// Answers 415 for the wrong content type.
    UnsupportedMediaType,
    /// Answers what its database said, as a 500.
    LeaksInternals,
    /// Answers 200 and an empty object.
    OkWithBody,
    /// Answers 204 with a body, which the next answer on the connection would start with.
    NoContentWithBody,
    /// Has no request ids.
    NoRequestId,
    /// Has one request id for all.
    ConstantRequestId,
}
