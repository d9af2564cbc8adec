//! What every store does, as cases that any store is put through: `behaviour_suite!(path::to::fresh)` makes a test of each,
//! where `fresh` is an async function without arguments that answers a [`crate::support::Subject`] on a database of its own.

pub mod authorization;
pub mod concurrency;
pub mod deletions;
pub mod lifecycle;
pub mod restoration;
pub mod texts;
pub mod trail;
pub mod transfer;
mod words;

/// Makes a test of each case. A case that is not listed here is dead code, which the compiler reports.
macro_rules! behaviour_suite {
    ($fresh:path) => {
        behaviour_suite! { $fresh: deletions
            by_key by_key_and_value another_value_removes_nothing an_absent_tag_is_a_success
            a_batch_removes_exactly_what_it_names empty_lists_remove_nothing a_repeated_tag_is_one_tag
            tenant_and_system_tags_are_apart both_lists_in_one_deletion neighbours_are_untouched
            an_unknown_resource_is_not_found a_resource_without_tags_is_there
        }
        behaviour_suite! { $fresh: authorization
            a_denial_changes_nothing a_denial_wins_over_not_found authorization_sees_the_tags_as_they_are
            authorization_sees_what_others_left a_panic_in_authorization_fails_only_its_deletion
        }
        behaviour_suite! { $fresh: trail
            the_trail_has_one_exact_row_for_each_tag the_trail_has_no_row_for_what_did_not_happen
            the_same_request_again_goes_on_counting the_trail_is_filtered the_trail_is_read_page_by_page
            the_trail_is_ordered_by_time
        }
        behaviour_suite! { $fresh: restoration
            restore_puts_back_what_a_request_removed restore_puts_back_what_a_range_of_time_removed
            restore_never_overwrites restore_skips_resources_that_are_gone
            restore_twice_restores_nothing_more restore_takes_the_value_removed_last
            restore_only_looks_at_what_was_chosen restore_of_many_tags
            restored_tags_can_be_removed_and_restored_again
        }
        behaviour_suite! { $fresh: transfer
            an_import_is_idempotent an_import_removes_nothing an_import_takes_the_last_of_equals
            an_import_leaves_no_trail a_scan_goes_through_all_resources_in_order
        }
        behaviour_suite! { $fresh: texts
            odd_texts_are_kept_as_they_are nothing_with_u0000_is_found_or_kept
        }
        behaviour_suite! { $fresh: concurrency
            overlapping_deletions_remove_each_tag_once a_reader_never_sees_half_a_batch
            deletions_among_imports_add_up
        }
        behaviour_suite! { $fresh: lifecycle
            a_store_that_is_used_is_ready closing_finishes_what_was_accepted
        }
    };
    ($fresh:path: $topic:ident $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let subject = $fresh().await;
                $crate::behaviour::$topic::$case(&subject).await;
            }
        )*
    };
}
