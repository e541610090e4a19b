//! What every store must do, run against each of them. Beside the site under test there is always a second one with the
//! same members, nodes, names, groups, requests and ids, and no test may change a row of it.

mod acks;
mod admin;
mod backups;
mod batches;
mod expiry;
mod faults;
mod groups;
mod members;
mod moves;
mod newcomers;
mod peek;
mod plans;
mod presence;
mod queues;
mod requests;
mod sessions;
mod shards;
mod sites;
mod standby;
mod upkeep;
mod wall;
mod world;

use admin::{
    audit as admin_audit, certificates as admin_certificates, erasing as admin_erasing, keys as admin_keys,
    letters as admin_letters, names as admin_names, orgs as admin_orgs, passkeys as admin_passkeys,
    people as admin_people, providers as admin_providers, sites as admin_sites, usage as admin_usage,
    user_providers as admin_user_providers, users as admin_users,
};

/// Makes a test of each sentence for each store.
macro_rules! contract {
    ($($area:ident { $($sentence:ident),* $(,)? })*) => {
        mod sqlite {
            $(mod $area { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $sentence() -> anyhow::Result<()> {
                    let world = crate::world::World::on_sqlite().await?;
                    Box::pin(crate::$area::$sentence(&world)).await?;
                    world.finish().await
                }
            )* })*
        }
        mod postgres {
            $(mod $area { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $sentence() -> anyhow::Result<()> {
                    let world = crate::world::World::on_postgres().await?;
                    Box::pin(crate::$area::$sentence(&world)).await?;
                    world.finish().await
                }
            )* })*
        }
    };
}

contract! {
    acks {
        an_ack_removes_the_very_entry_and_the_message_goes_with_its_last_one,
        an_ack_with_an_old_epoch_removes_nothing,
        an_ack_of_a_revoked_node_removes_nothing,
        two_last_acks_at_one_moment_leave_no_message_behind,
        a_new_node_gets_a_copy_of_what_is_pending,
        a_copy_and_an_ack_under_way_wait_for_one_another,
        copies_and_acks_at_one_moment_lose_and_orphan_nothing,
        a_revoked_node_takes_its_entries_and_last_messages_with_it,
        who_revokes_a_node_waits_for_its_ack_under_way,
        acks_and_revocations_at_one_moment_lose_and_orphan_nothing,
        a_transaction_that_is_dropped_leaves_nothing,
    }
    admin_audit {
        a_log_is_read_backwards_page_by_page_and_filtered,
        a_log_of_another_organization_is_another_chain,
        a_log_is_only_ever_appended_to,
        a_changed_row_is_noticed,
        a_missing_row_is_noticed,
        a_log_cut_short_is_noticed,
        a_log_whose_end_is_not_on_record_is_noticed,
        the_log_of_a_removed_organization_is_still_one,
        many_who_append_at_one_moment_make_one_chain,
    }
    admin_certificates {
        what_an_authority_is_shown_is_told_like_a_certificate_and_taken_back,
        a_site_to_issue_for_is_taken_by_one_at_a_time_when_it_is_due,
        host_names_that_change_have_a_site_looked_at_soon,
        an_order_that_was_taken_over_or_is_not_wanted_any_more_does_nothing,
        orders_are_remembered_for_as_long_as_they_count,
        who_ends_the_wish_waits_for_an_order_that_writes_and_leaves_nothing_of_it,
        a_certificate_is_its_own_sites_and_a_new_one_has_a_new_version,
        a_certificate_goes_with_its_site,
    }
    admin_erasing {
        what_is_erased_of_a_member_is_given_out_before,
        what_is_kept_about_a_member_is_shown,
        an_erased_member_leaves_no_row_that_names_it_and_nobody_else_anything,
    }
    admin_keys {
        a_key_is_found_by_its_hash_and_listed_by_its_organization,
        a_key_is_revoked_once_and_by_its_own_organization,
        the_last_use_of_a_key_is_noted_now_and_then,
        an_answer_is_remembered_once_and_forgotten_in_time,
    }
    admin_letters {
        letters_of_an_organization_are_counted_by_days_in_all_and_to_each_address,
        letters_are_forgotten_when_their_day_is_over,
        what_became_of_a_mail_is_kept_with_whom_it_is_for,
    }
    admin_names {
        a_reserved_name_is_kept_for_one_member_to_come,
        a_sites_own_name_is_let_go_of_unless_an_administrator_wants_it_kept,
        a_retired_name_is_never_anybodys_again,
        an_alias_that_was_given_is_struck_off_by_one,
        who_is_taken_out_of_a_group_stays_on_record_and_a_group_that_is_removed_does_not,
    }
    admin_orgs {
        sites_made_before_belong_to_the_default_organization,
        organizations_are_added_changed_and_listed,
    }
    admin_people {
        who_a_member_is_at_its_provider_can_be_forgotten,
        members_are_paged_and_found_by_uid_and_alias,
        members_are_filtered_by_being_suspended,
        nodes_tell_what_waits_for_them_and_since_when,
        a_revoked_node_is_not_listed,
        aliases_and_groups_are_listed,
        a_removed_member_leaves_its_groups_and_its_aliases_to_nobody,
        what_is_in_another_site_is_not_found,
    }
    admin_providers {
        a_provider_is_told_with_every_site_of_its_organization,
        a_provider_is_changed_at_its_latest_version_and_removed_by_its_own_organization,
        a_provider_is_looked_at_by_one_and_its_fault_told_to_its_organization,
    }
    admin_sites {
        a_site_is_found_through_its_own_organization_only,
        figures_are_those_of_one_site,
        an_organizations_sites_are_paged_and_searched_with_their_hosts,
        a_site_is_changed_at_its_latest_version_only,
        a_change_by_other_means_makes_a_new_version,
        a_host_of_another_organization_is_not_taken,
        a_closing_site_is_due_when_its_time_of_grace_is_over,
    }
    admin_usage {
        what_is_sent_is_counted_with_its_transaction_and_its_own_site,
        many_who_count_at_one_moment_lose_nothing,
        a_member_is_active_once_a_day_by_whatever_node_and_link,
        who_stays_connected_over_midnight_is_active_once_looked_at,
        the_most_links_of_a_day_are_kept_and_members_as_last_counted,
        what_is_settled_says_the_same_and_what_is_old_is_forgotten,
        how_long_messages_took_is_added_to_their_own_site_and_day,
        an_organizations_usage_is_that_of_its_own_sites_together,
    }
    admin_passkeys {
        a_passkey_is_one_persons_is_found_by_its_device_and_removed_by_its_owner,
        what_a_device_is_asked_is_answered_once_and_in_time,
    }
    admin_user_providers {
        a_provider_of_people_is_found_through_its_own_organization_or_by_its_domain,
        the_organization_that_named_a_domain_first_is_found_by_it,
        somebody_is_one_at_an_issuer_and_one_is_somebody,
        a_sign_in_under_way_is_taken_once_and_forgotten_when_it_is_over,
        a_removed_person_or_organization_leaves_no_trace_at_providers,
    }
    admin_users {
        a_user_is_found_by_address_and_through_its_own_organization_only,
        an_address_is_invited_once_by_each_organization_also_at_one_moment,
        an_address_is_held_by_the_first_who_has_a_password_with_it,
        of_two_who_choose_a_password_for_an_address_at_one_moment_one_holds_it,
        a_user_is_changed_at_the_latest_version_only,
        a_removed_user_leaves_nothing_behind,
        a_code_of_a_step_is_taken_once_and_in_order,
        a_recovery_code_is_taken_once_and_by_its_own_user,
        a_session_is_found_with_its_user_and_ended_by_them_alone,
        a_user_has_so_many_sessions_and_the_one_unused_for_longest_goes,
        a_link_is_taken_once_and_a_newer_one_takes_its_place,
        what_is_over_is_forgotten,
    }
    backups {
        a_backup_has_everything_of_its_moment_and_nothing_that_came_later,
        numbers_are_not_given_again_after_a_backup,
        a_new_life_knows_no_session_of_the_former_one,
        a_new_life_takes_no_authorization_code_of_the_former_one,
        messages_whose_bodies_are_gone_are_forgotten_and_no_others,
        a_backup_goes_only_into_an_empty_place_of_its_kind_and_age,
        the_newest_backup_shows,
    }
    batches {
        a_batch_is_committed_and_tells_who_is_connected,
        a_batch_tells_that_hints_were_lost_a_short_time_ago,
        only_new_requests_of_a_batch_are_counted,
        a_request_recorded_before_makes_no_message_again,
        a_refused_request_leaves_no_record_and_is_told_of_one,
        a_batch_on_a_wrong_belief_does_nothing,
        a_batch_waits_for_whoever_adds_a_node_and_is_stale_then,
        a_batch_that_fails_half_way_leaves_nothing,
        a_batch_of_two_sites_answers_each_for_itself,
        one_call_for_two_sites_answers_each_for_itself,
        messages_of_any_kind_come_out_as_they_went_in,
    }
    groups {
        a_group_tells_all_who_are_on_record,
        only_a_group_can_be_locked_as_one,
        a_locked_group_makes_others_wait_until_the_end,
    }
    members {
        members_are_found_unless_suspended,
        members_are_counted_up_to_a_limit_and_who_holds_newcomers_is_waited_for,
        strangers_are_counted_since_a_moment_and_others_are_not,
        nodes_are_counted_up_to_the_limit_asked_for,
        a_node_is_found_by_its_secret_alone,
        a_hash_of_a_former_server_is_renewed_once,
        who_signed_in_and_when_is_a_nodes_own_and_passed_to_those_that_it_adds,
        the_first_of_a_members_aliases_is_told,
        a_name_is_taken_once,
        two_who_take_a_name_at_one_moment_do_not_both_get_it,
        what_no_database_can_hold_is_not_found_and_not_taken,
        names_differ_by_every_octet,
        a_name_that_looks_like_anothers_is_told_and_ones_own_may_look_alike,
        two_who_claim_one_look_at_one_moment_do_not_both_get_it,
        names_that_nobody_looked_at_are_looked_at_a_few_at_a_time,
        holding_nodes_keeps_them_from_being_seized,
        locked_members_make_others_wait_until_the_end,
    }
    newcomers {
        a_token_is_spent_once_at_each_site_and_forgotten_when_it_has_ended,
        a_token_spent_twice_at_one_moment_is_spent_once,
        an_invitation_is_redeemed_as_often_as_it_may_be_and_no_more,
        an_invitation_that_ended_or_is_another_sites_is_not_redeemed,
        invitations_are_counted_while_they_can_be_used,
        a_name_that_an_invitation_keeps_is_its_members_alone,
        names_kept_by_invitations_that_ended_can_be_had_again,
        a_grant_is_taken_once_and_a_sites_keys_are_its_own,
    }
    presence {
        presence_lasts_as_long_as_a_session_that_sent_it,
        only_what_changed_is_told,
    }
    queues {
        a_queue_is_read_urgent_first_then_by_id,
        a_page_ends_at_its_limits_and_says_that_there_is_more,
        what_is_skipped_is_left_out,
        an_old_session_reads_nothing,
        a_body_is_found_while_its_entry_waits,
        many_queues_are_read_at_once,
    }
    requests {
        a_request_is_recorded_once,
        an_acked_request_may_come_again_in_its_session,
        two_equal_requests_in_one_call_get_one_answer,
        a_request_waits_for_the_transaction_that_records_it,
        a_released_request_is_new_again,
        the_last_request_of_a_member_is_known,
        old_requests_are_forgotten,
    }
    sessions {
        a_new_session_fences_off_the_former_one,
        a_session_begins_when_one_that_begins_for_its_node_is_through,
        a_session_ends_only_by_its_own_epoch,
        sessions_of_an_edge_are_found,
        nodes_are_found_where_they_are_connected,
        lost_hints_show_for_a_while_and_to_everybody,
        standings_tell_who_waits_and_who_is_fenced,
        a_session_without_an_edge_is_given_back,
        a_suspended_member_or_site_is_shut_out,
    }
    sites {
        sites_are_added_changed_and_listed,
        a_host_leads_to_one_site_only,
        instances_are_never_given_twice,
        edges_beat_and_are_struck_off,
        a_secret_is_kept_once_and_is_the_same_for_all,
        postgres_tells_facts_about_itself_and_sqlite_has_none,
    }
    expiry {
        messages_that_are_too_old_go_and_it_is_told_who_never_got_them,
        what_is_too_old_goes_a_few_at_a_time_the_oldest_first,
        what_was_imported_is_spared_for_as_long_as_it_may_wait,
    }
    upkeep {
        orphans_are_swept_and_nothing_else,
        orphans_are_swept_a_few_at_a_time,
        blobs_that_no_message_names_are_told,
        what_waits_is_counted_up_to_a_limit,
        everything_is_there_after_a_restart,
        an_error_forbids_the_commit,
    }
}
