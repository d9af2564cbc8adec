//! The kit against servers that are wrong in one way each: the rule that stands for the mistake must be broken, and against
//! the same server without a mistake, every rule must hold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod body;
mod fault;
mod http;
mod json;
mod kit;
mod limits;
mod path;
mod server;
mod store;

use fault::Fault;
use kit::{caught, check, check_blindly, failures, look_through, repeat};
use untag_conformance::{Outcome, Selection, report, rules};

/// One test for each mistake: its name, the mistake, and the rule that must be broken by it.
macro_rules! mistakes {
    ($($name:ident: $fault:ident breaks $rule:literal;)+) => {
        $(
            #[test]
            fn $name() {
                caught(Fault::$fault, $rule);
            }
        )+
    };
}

mistakes! {
    the_path_is_decoded_before_it_is_cut: DecodesThePathBeforeItIsCut breaks "path-is-decoded-once";
    segments_are_decoded_twice: DecodesTwice breaks "path-is-decoded-once";
    broken_percent_is_kept: KeepsBrokenPercent breaks "path-is-utf-8";
    broken_percent_kills: DiesOfBrokenPercent breaks "every-request-is-answered";
    what_is_not_utf_8_is_replaced: ReplacesWhatIsNotUtf8 breaks "path-is-utf-8";
    plus_is_a_space: PlusIsSpace breaks "path-is-decoded-once";
    dot_segments_are_resolved: ResolvesDotSegments breaks "path-is-decoded-once";
    backslash_is_a_slash: BackslashIsSlash breaks "path-is-decoded-once";
    the_query_is_ignored: IgnoresTheQuery breaks "no-query";
    a_trailing_slash_is_ignored: IgnoresTrailingSlash breaks "unknown-path";
    slashes_are_merged: MergesSlashes breaks "unknown-path";
    paths_have_no_case: PathHasNoCase breaks "unknown-path";
    an_empty_key_is_every_key: EmptyKeyIsEveryKey breaks "unknown-path";
    any_method_removes: TakesAnyMethod breaks "unknown-method";
    allow_is_left_out: LeavesOutAllow breaks "unknown-method";

    keys_have_no_case: KeyHasNoCase breaks "keys-are-exact";
    keys_are_trimmed: TrimsKeys breaks "keys-are-exact";
    keys_are_composed: ComposesKeys breaks "keys-are-exact";
    keys_are_prefixes: KeyIsPrefix breaks "keys-are-exact";
    bytes_are_counted: CountsBytes breaks "lengths-count-characters";
    utf_16_is_counted: CountsUtf16 breaks "lengths-count-characters";
    keys_have_no_limit: KeyHasNoLimit breaks "lengths-count-characters";
    control_characters_are_taken: TakesControlCharacters breaks "desktop-takes-old-keys";
    old_tags_are_refused: OldTagsAreRefused breaks "desktop-takes-old-keys";
    identifiers_have_no_limit: IdentifierHasNoLimit breaks "identifiers-have-limits";
    keys_have_any_character: KeyHasAnyCharacter breaks "character-set";
    keys_are_ascii: KeyIsAscii breaks "character-set";
    values_have_no_limit: ValueHasNoLimit breaks "lengths-count-characters";
    keys_in_bodies_are_trimmed: TrimsKeysInBodies breaks "character-set";

    an_unwanted_body_is_ignored: IgnoresUnwantedBody breaks "desktop-takes-no-body";
    no_body_is_everything: NoBodyIsEverything breaks "nothing-is-not-everything";
    no_list_is_everything: NoListIsEverything breaks "nothing-is-not-everything";
    null_is_everything: NullIsEverything breaks "nothing-is-not-everything";
    an_empty_list_is_everything: EmptyListIsEverything breaks "nothing-is-not-everything";
    an_empty_list_is_taken: TakesEmptyList breaks "nothing-is-not-everything";
    an_array_is_an_object: ArrayIsObject breaks "types-are-exact";
    an_array_is_a_tag: ArrayIsTag breaks "types-are-exact";
    an_object_is_a_list: ObjectIsList breaks "types-are-exact";
    the_last_member_wins: LastMemberWins breaks "members-are-given-once";
    the_first_member_wins: FirstMemberWins breaks "members-are-given-once";
    unknown_members_are_ignored: IgnoresUnknownMembers breaks "unknown-members-are-refused";
    members_have_no_case: MemberHasNoCase breaks "unknown-members-are-refused";
    a_number_is_a_text: NumberIsText breaks "types-are-exact";
    null_is_no_value: NullIsNoValue breaks "types-are-exact";
    eleven_tags_are_taken: TakesElevenTags breaks "lists-have-limits";
    the_rest_of_the_body_is_ignored: IgnoresTheRestOfTheBody breaks "body-is-one-json-value";
    a_body_may_be_latin_1: BodyMayBeLatin1 breaks "body-is-one-json-value";
    what_is_not_utf_8_is_dropped: DropsWhatIsNotUtf8 breaks "body-is-one-json-value";
    chunks_are_missed: MissesChunks breaks "named-tag-is-removed";
    any_content_type_is_taken: TakesAnyContentType breaks "content-type";
    a_charset_is_refused: RefusesCharset breaks "content-type";
    a_content_type_without_body_is_refused: RefusesContentTypeWithoutBody breaks "named-tag-is-removed";
    depth_is_a_failure: FailsOnDepth breaks "body-is-one-json-value";

    values_are_ignored: IgnoresValues breaks "value-must-match";
    an_empty_value_is_none: EmptyValueIsNoValue breaks "value-must-match";
    values_have_no_case: ValueHasNoCase breaks "value-must-match";
    an_absent_tag_is_not_found: AbsentTagIsNotFound breaks "absent-tag-is-success";
    another_value_is_not_found: OtherValueIsNotFound breaks "value-must-match";
    repeated_tags_are_refused: RefusesRepeatedTags breaks "absent-tag-is-success";
    a_batch_is_applied_before_it_is_checked: AppliesBeforeItChecks breaks "refusal-changes-nothing";
    only_the_first_tag_goes: AppliesTheFirstOnly breaks "named-tag-is-removed";
    the_type_does_not_matter: TypeDoesNotMatter breaks "named-tag-is-removed";
    both_resources_of_an_id_lose_tags: RemovesFromBoth breaks "named-tag-is-removed";
    it_only_says_so: OnlySaysSo breaks "named-tag-is-removed";
    system_tags_go_through_tags: SystemTagAmongTags breaks "character-set";
    other_system_tags_are_taken: TakesOtherSystemTags breaks "system-tags-are-strict";
    any_system_value_is_taken: TakesAnySystemValue breaks "system-tags-are-strict";
    system_values_are_ignored: IgnoresSystemValues breaks "system-tags";
    of_both_lists_one_is_applied: SystemTagsOnly breaks "system-tags";

    no_credentials_are_needed: NeedsNoCredentials breaks "one-credential";
    an_empty_token_is_taken: TakesEmptyToken breaks "one-credential";
    any_token_is_taken: TakesAnyToken breaks "caller-is-known";
    tokens_have_no_case: TokenHasNoCase breaks "caller-is-known";
    the_first_of_two_tokens_is_taken: TakesTwoTokens breaks "one-credential";
    two_credentials_are_taken: TakesTwoCredentials breaks "one-credential";
    any_signature_is_taken: TakesAnySignature breaks "signature-covers-the-request";
    signatures_are_good_for_ever: SignatureHasNoDate breaks "signature-covers-the-request";
    the_body_is_not_signed: SignatureWithoutBody breaks "signature-covers-the-request";
    signatures_are_not_known: KnowsNoSignatures breaks "signature";
    anybody_removes_system_tags: SystemTagsFromAnybody breaks "system-tags-need-op-service";
    system_tags_of_tenants_are_ignored: IgnoresSystemTagsOfTenants breaks "system-tags-need-op-service";
    tags_go_before_system_tags_are_refused: RefusesAfterTags breaks "refusal-changes-nothing";
    any_project_is_taken: TakesAnyProject breaks "other-project";
    the_project_does_not_matter: ProjectDoesNotMatter breaks "other-project";
    another_project_is_not_found: OtherProjectIsNotFound breaks "other-project";
    an_unknown_resource_is_a_success: UnknownResourceIsSuccess breaks "unknown-resource";
    an_unknown_resource_is_forbidden: UnknownResourceIsForbidden breaks "unknown-resource";

    codes_are_those_of_the_other_operation: OtherCodes breaks "error-code";
    there_is_one_code: OneCode breaks "error-code";
    errors_have_code_and_message: CodeAndMessage breaks "error-body";
    errors_are_text: PlainText breaks "error-body";
    errors_have_the_wrong_content_type: WrongContentType breaks "error-body";
    errors_have_no_body: NoErrorBody breaks "error-body";
    messages_say_nothing: SaysNothing breaks "error-message";
    the_token_is_echoed: EchoesTheToken breaks "nothing-leaks";
    the_request_is_echoed: EchoesTheRequest breaks "error-body";
    malformed_is_unprocessable: UnprocessableEntity breaks "documented-status";
    a_content_type_is_unsupported: UnsupportedMediaType breaks "documented-status";
    internals_leak: LeaksInternals breaks "nothing-leaks";
    success_has_a_body: OkWithBody breaks "named-tag-is-removed";
    no_content_has_a_body: NoContentWithBody breaks "success-has-no-body";
    there_are_no_request_ids: NoRequestId breaks "request-id";
    all_have_one_request_id: ConstantRequestId breaks "request-id";
}

#[test]
fn without_a_mistake_every_rule_holds() {
    let report = check(None, &Selection::all());
    look_through(&report);
    assert!(report.holds(), "{}", report::text(&report));
    // How long a body may be is the server's own business.
    let left_out = rules().iter().filter(|rule| report.rule(&rule.name).is_none());
    assert_eq!(left_out.map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["body-limit"]);
    assert!(report.effects && report.requests > 300, "{} requests", report.requests);
    assert!(report.rules.iter().all(|judged| judged.cases > 0 && judged.unseen == 0), "{report:?}");
}

/// What a kit cannot know it says, loudly, and neither calls it good nor bad.
#[test]
fn what_cannot_be_seen_is_neither_held_nor_broken() {
    for fault in [None, Some(Fault::OnlySaysSo), Some(Fault::SystemTagsFromAnybody)] {
        let report = check_blindly(fault);
        look_through(&report);
        assert!(!report.effects && report.is_incomplete() && !report.holds());
        let of = |rule: &str| &report.rule(rule).unwrap().outcome;
        for rule in ["named-tag-is-removed", "value-must-match", "refusal-changes-nothing"] {
            let Outcome::NotChecked(reason) = of(rule) else { panic!("{rule}: {:?}", of(rule)) };
            assert!(reason.contains("set and show"), "{reason}");
        }
        for (rule, needed) in [("signature", "`ak` and `sk`"), ("system-tags", "op_service_token")] {
            let Outcome::NotChecked(reason) = of(rule) else { panic!("{rule}: {:?}", of(rule)) };
            assert!(reason.contains(needed), "{reason}");
        }
        assert!(matches!(of("no-query"), Outcome::Holds));
        // Who sends what to whom is in the answer, and that is enough for some.
        let anybody = fault == Some(Fault::SystemTagsFromAnybody);
        assert_eq!(matches!(of("system-tags-need-op-service"), Outcome::Broken(_)), anybody);
        assert_eq!(report.is_broken(), anybody, "{}", report::text(&report));
    }
}

#[test]
fn a_rule_that_is_chosen_alone_is_found_broken_alone() {
    let report = check(Some(Fault::IgnoresValues), &Selection::all().only(["value-must-match"]));
    assert_eq!(report.rules.len(), 1);
    assert!(report.is_broken());
    assert!(report.requests < 100, "{} requests", report.requests);
    let report = check(Some(Fault::IgnoresValues), &Selection::all().only(["unknown-method"]));
    assert!(report.holds(), "{}", report::text(&report));
}

/// The line that a report gives for a break shows it: the answer that is wrong comes again.
#[test]
fn a_break_can_be_seen_again_by_the_line_that_the_report_gives() {
    for (fault, rule, answer) in [
        (Fault::ArrayIsObject, "types-are-exact", "HTTP/1.1 204"),
        (Fault::IgnoresTheQuery, "no-query", "HTTP/1.1 204"),
        (Fault::KeepsBrokenPercent, "path-is-utf-8", "HTTP/1.1 204"),
        (Fault::TakesEmptyToken, "one-credential", "HTTP/1.1 204"),
        (Fault::CountsBytes, "lengths-count-characters", "HTTP/1.1 400"),
        (Fault::SystemTagsFromAnybody, "system-tags-need-op-service", "HTTP/1.1 204"),
        (Fault::AbsentTagIsNotFound, "absent-tag-is-success", "HTTP/1.1 404"),
        (Fault::MissesChunks, "named-tag-is-removed", "HTTP/1.1 400"),
        (Fault::LeaksInternals, "nothing-leaks", "PSQLException"),
    ] {
        let report = check(Some(fault), &Selection::all());
        let failure = &failures(&report, rule)[0];
        let came = repeat(&report, failure);
        assert!(came.contains(answer), "{}\n{came}", failure.reproduction);
    }
}
