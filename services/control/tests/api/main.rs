//! The REST API over HTTP, on each of the stores.
#![cfg(test)]

mod aliases;
mod certificates;
mod closing;
mod creating;
mod described;
mod door;
mod effects;
mod groups;
mod idp;
mod invitations;
mod keys;
mod limits;
mod lists;
mod mail;
mod people;
mod personal;
mod problems;
mod providers;
mod proxies;
mod sign_in;
mod stage;
mod tenancy;
mod usage;
mod user_providers;

/// Makes a test of each sentence for each store.
macro_rules! on_each_store {
    ($($area:ident { $($sentence:ident),* $(,)? })*) => {
        mod sqlite {
            $(mod $area { $(
                #[tokio::test]
                async fn $sentence() -> anyhow::Result<()> {
                    Box::pin(crate::$area::$sentence(&crate::stage::Stage::new().await?)).await
                }
            )* })*
        }
        mod postgres {
            $(mod $area { $(
                #[tokio::test]
                async fn $sentence() -> anyhow::Result<()> {
                    Box::pin(crate::$area::$sentence(&crate::stage::Stage::on_postgres().await?)).await
                }
            )* })*
        }
    };
}

on_each_store! {
    aliases {
        an_alias_is_reserved_for_a_member_and_given_to_it,
        a_retired_alias_goes_to_nobody_else,
        an_alias_that_an_invitation_keeps_goes_with_the_invitation,
        a_reserved_alias_can_be_let_go,
        names_that_would_pass_for_the_organization_are_reserved_from_the_beginning,
        a_sites_former_name_can_be_had_again_unless_an_administrator_wants_it_kept,
    }
    certificates {
        a_certificate_is_shown_without_its_key_and_taken_away_again,
        a_certificate_that_cannot_serve_the_site_is_told_why,
        a_certificate_that_ends_soon_is_told_everywhere,
        every_change_of_a_certificate_is_told_to_those_who_serve,
    }
    closing {
        a_closed_site_is_erased_when_its_grace_is_over_and_no_other,
        a_closed_site_can_be_opened_again_while_it_is_there,
        a_site_that_is_opened_again_stands_as_it_stood_when_it_was_closed,
        an_organization_is_removed_when_it_has_no_sites,
        what_the_provider_suspended_only_the_provider_resumes,
    }
    creating {
        the_same_creation_again_makes_nothing_new,
        two_equal_creations_at_one_moment_make_one_thing,
        a_key_is_shown_once_also_when_its_creation_is_repeated,
        a_change_of_what_was_changed_meanwhile_is_refused,
        a_site_is_changed_suspended_and_resumed,
        only_operators_are_told_in_which_database_a_site_is,
        a_host_that_leads_elsewhere_is_refused_without_a_word_of_whose_it_is,
    }
    effects {
        a_suspended_members_edge_is_told_to_close_its_links,
        a_revoked_nodes_edge_is_told_and_those_whom_it_kept_informed,
        a_suspended_site_is_told_to_all_who_keep_sites,
    }
    groups {
        a_member_taken_out_of_a_group_stays_on_record_and_devices_are_to_be_told,
        a_removed_group_is_nobodys_and_its_name_too,
    }
    invitations {
        an_invitations_code_is_shown_once,
        an_invitations_alias_is_kept_for_it_and_free_again_once_it_is_revoked,
        an_invitation_that_cannot_be_is_told_why,
        invitations_are_found_by_how_they_stand_and_whom_they_are_for,
        what_would_come_of_invitations_is_told_and_nothing_of_it_is_kept,
        a_list_that_is_sent_again_invites_nobody_twice,
    }
    keys {
        a_revoked_key_is_refused_at_once,
        a_key_ends_when_it_was_said_to,
        the_last_use_of_a_key_is_shown,
        an_organization_has_no_operators_and_the_provider_no_owners,
        a_providers_auditor_looks_everywhere_and_changes_nothing,
        the_first_operators_key_is_made_once,
        a_key_for_one_site_reaches_nothing_else,
    }
    limits {
        a_plan_bounds_the_number_of_sites,
        sites_made_at_one_moment_do_not_pass_the_plan,
        a_plan_is_a_ceiling_for_settings_old_and_new,
        a_body_too_large_is_refused,
    }
    lists {
        every_list_comes_page_by_page_whole_and_in_order,
        members_are_searched_and_filtered,
        a_member_is_shown_with_its_nodes,
        a_sites_figures_are_shown_and_an_organizations_scraped,
        all_sites_are_listed_those_first_where_messages_wait,
        devices_are_listed_by_how_they_stand,
        a_removed_member_is_gone_and_its_alias_nobodys,
        the_audit_log_is_filtered_exported_and_verified,
        the_description_is_there_for_everybody_and_the_page_needs_nothing_else,
    }
    people {
        an_invited_user_chooses_a_password_and_is_in,
        an_organization_invites_an_address_once,
        an_address_is_held_by_who_accepts_first_and_no_organization_learns_of_the_others,
        nobody_demotes_suspends_or_removes_themselves,
        a_suspended_users_sessions_end_at_once,
        a_removed_users_session_and_link_are_gone,
        a_new_role_counts_at_once,
        what_a_user_makes_under_a_name_is_not_what_a_key_made,
        a_link_works_once_and_for_as_long_as_it_was_said_to,
        a_newer_link_takes_the_place_of_the_one_before,
        the_first_operator_makes_an_account_by_a_link,
        a_demo_is_entered_by_a_link_once,
    }
    personal {
        an_administrator_forgets_who_a_member_is_at_its_provider,
        all_about_a_member_is_given_out_but_no_secret_and_no_content,
        an_export_has_all_aliases_and_says_what_it_lacks,
        an_erased_member_leaves_its_retired_aliases_and_a_receipt_in_the_log,
        what_is_left_of_a_removed_member_is_given_out_and_can_be_erased,
    }
    problems {
        a_request_that_cannot_be_is_told_what_is_wrong,
        what_is_no_json_no_path_no_method_is_said_to_be_so,
        a_query_parameter_that_there_is_not_is_named_beside_those_that_there_are,
        nothing_is_kept_by_caches,
    }
    providers {
        a_provider_is_looked_up_where_it_publishes_itself,
        a_provider_that_publishes_nothing_is_given_by_hand,
        a_provider_is_changed_at_its_latest_version_and_removed,
        a_provider_that_cannot_be_is_told_why,
        an_organization_has_as_many_providers_as_a_client_takes,
        a_provider_stays_where_members_could_not_sign_in_again_without,
        a_provider_that_is_down_is_told_without_anybody_asking,
        a_site_lets_some_of_its_organizations_providers_vouch,
    }
    door {
        a_wrong_password_an_unknown_mail_and_a_suspended_user_get_the_same_answer,
        a_session_ends_when_idle_and_however_busy_in_the_end,
        a_cross_site_request_with_the_cookie_is_refused,
        the_cookie_is_for_this_host_and_no_script,
        who_guesses_waits_longer_and_longer_and_others_do_not,
        a_key_works_while_people_at_the_same_address_must_wait,
        a_code_is_needed_and_works_once,
        a_recovery_code_works_once,
        a_reset_link_does_not_stand_in_for_a_second_factor,
        a_second_factor_is_removed_by_password_only,
        a_lost_second_factor_is_taken_by_another_owner_and_by_nobody_of_themselves,
        a_wrong_password_of_somebody_signed_in_stands_in_the_log_and_makes_the_next_wait,
        a_new_password_ends_the_other_sessions,
        a_password_that_anybody_would_try_is_refused,
        sessions_are_listed_and_ended,
        the_audit_log_has_sign_ins,
    }
    sign_in {
        an_invitation_leads_through_the_sign_in_to_a_token,
        a_token_is_signed_by_a_published_key_that_changes_every_month,
        many_who_need_the_first_key_at_one_moment_get_the_same,
        a_code_is_good_once_and_for_whoever_asked_for_it,
        what_is_no_pending_invitation_of_this_site_leads_nowhere,
        nobody_is_sent_to_an_address_that_is_not_the_sites_own,
        a_site_that_takes_no_invitations_has_no_sign_in,
        what_people_wrote_is_no_markup_on_the_pages,
        the_link_of_an_invitation_keeps_its_code_at_hand,
    }
    user_providers {
        an_invited_person_signs_in_with_the_provider_and_is_known_by_it_from_then_on,
        a_sign_in_is_finished_once_in_time_and_by_the_browser_that_began_it,
        a_token_that_is_not_sound_lets_nobody_in,
        an_address_that_is_not_verified_or_is_elsewhere_links_nobody,
        a_person_of_another_organization_or_the_operator_is_never_taken_over,
        an_address_that_two_organizations_invited_has_a_password_with_one_and_any_provider,
        whoever_got_a_formers_address_is_not_the_former_until_an_owner_unlinks_them,
        people_are_made_only_where_the_organization_wants_it,
        a_suspended_or_removed_person_stays_out,
        a_second_factor_of_ours_is_asked_for_unless_the_provider_does_that,
        where_the_provider_is_the_only_way_in_passwords_and_links_are_none_but_owners_have_theirs,
        a_provider_that_is_down_or_says_no_is_told_with_what_to_do,
        a_secret_proves_us_as_the_provider_wants_it_and_is_shown_nowhere,
        a_secret_goes_to_no_other_address_than_it_was_given_for,
        a_provider_for_people_that_cannot_be_is_told_why,
        a_provider_for_people_is_changed_at_its_latest_version_and_made_once,
        the_ways_in_tell_nobody_who_is_there,
    }
    usage {
        usage_is_shown_day_by_day_for_a_site_and_for_all_of_an_organization,
        usage_is_exported_for_spreadsheets_and_no_name_is_a_formula,
    }
    tenancy {
        no_ids_but_ones_own_together_lead_anywhere_or_change_anything,
        ids_of_others_in_bodies_and_questions_lead_nowhere,
        nobody_ends_a_session_or_removes_a_passkey_of_somebody_else,
        an_organizations_keys_and_people_are_not_among_the_providers,
        what_is_the_providers_is_for_the_providers_keys,
        without_a_good_key_there_is_nothing_to_see,
        an_organization_sees_itself_alone_in_the_list,
        a_role_may_do_what_it_is_for_and_no_more,
    }
}
