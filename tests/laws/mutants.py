"""
Every rule of the pure core broken on purpose, one at a time, with the tests that must notice.

A mutant replaces one expression of one module in memory; *noticed_by* names tests of this folder that take
the ``core`` they judge. A law that no mutant violates would be decoration; a mutant that no law notices is a
rule nobody proves.
"""

from __future__ import annotations

from dataclasses import dataclass

from pure_core import Mutation

__all__ = ["MUTANTS", "Mutant"]


@dataclass(frozen=True)
class Mutant:
    """*rule* says what is broken, in the words of the rule."""

    rule: str
    mutation: Mutation
    noticed_by: tuple[str, ...]


def _mutant(rule: str, module: str, old: str, new: str, *noticed_by: str) -> Mutant:
    return Mutant(rule, Mutation(module, old, new), noticed_by)


_ARTICLE = "test_article_rules"
_DECIDED = "test_decided_rules"
_PLAN = "test_plan_laws"
_CHOICE = "test_choice_laws"
_DATES = "test_date_laws"

ELIGIBILITY = (
    _mutant(
        "older is sent too",
        "sync.eligibility",
        "activity.created_at < kind.since",
        "False",
        f"{_ARTICLE}.test_nothing_older_is_sent",
    ),
    _mutant(
        "the moment of switching on itself is left out",
        "sync.eligibility",
        "activity.created_at < kind.since",
        "activity.created_at <= kind.since",
        f"{_ARTICLE}.test_a_ticked_kind_syncs_every_activity_of_that_kind_from_then_on",
    ),
    _mutant(
        "older is judged by the day it is about",
        "sync.eligibility",
        "activity.created_at < kind.since",
        "activity.occurred_at < kind.since",
        f"{_DECIDED}.test_older_is_judged_by_creation_never_by_the_last_edit_or_the_day_it_is_about",
    ),
    _mutant(
        "kinds that are off sync",
        "sync.eligibility",
        "not kind.enabled",
        "False",
        f"{_ARTICLE}.test_a_kind_that_is_not_ticked_does_not_sync",
    ),
    _mutant(
        "what is not finished is written",
        "sync.eligibility",
        "activity.progress is Progress.PENDING",
        "False",
        f"{_DECIDED}.test_scheduled_emails_and_queued_calls_wait",
    ),
    _mutant(
        "failed e-mails are written",
        "sync.eligibility",
        "activity.progress is Progress.FAILED",
        "False",
        f"{_DECIDED}.test_failed_emails_are_skipped",
    ),
    _mutant(
        "bots are written",
        "sync.eligibility",
        "activity.is_bot and any(each.skip_bots for each in filters)",
        "False",
        f"{_DECIDED}.test_bot_events_are_skipped_unless_the_switch_lets_them_through",
    ),
    _mutant(
        "bots are skipped whatever the switch says",
        "sync.eligibility",
        "activity.is_bot and any(each.skip_bots for each in filters)",
        "activity.is_bot",
        f"{_DECIDED}.test_bot_events_are_skipped_unless_the_switch_lets_them_through",
    ),
    _mutant(
        "filters by form, campaign and owner let everything through",
        "sync.eligibility",
        "return Skip(Reason.FILTERED, narrowed) if narrowed else None",
        "return None",
        f"{_DECIDED}.test_a_filter_lets_only_its_own_through",
    ),
    _mutant(
        "a filter that was widened reaches back",
        "sync.policy",
        "created_at < ",
        "created_at != created_at and created_at < ",
        f"{_DECIDED}.test_widening_a_filter_starts_from_then_on_for_what_it_adds",
    ),
    _mutant(
        "our own records go back",
        "sync.eligibility",
        "if activity.tandem_key:",
        "if False:",
        f"{_DECIDED}.test_a_record_tandem_wrote_does_not_go_back",
    ),
    _mutant(
        "the subject filter minds the case",
        "sync.eligibility",
        "text.casefold() in title",
        "text in title",
        f"{_DECIDED}.test_a_subject_filter_wants_any_of_its_texts_whatever_their_case",
    ),
    _mutant(
        "the inclusion list is forgotten",
        "sync.eligibility",
        "policy.inclusion_list is not None and",
        "False and",
        f"{_DECIDED}.test_an_inclusion_list_limits_which_contacts_sync",
    ),
    _mutant(
        "a kind's lists have to hold the contact all at once",
        "sync.eligibility",
        "if lists and not any(",
        "if lists and not all(",
        f"{_DECIDED}.test_a_kinds_list_filter_wants_any_of_its_lists",
    ),
)

WHO = (
    _mutant(
        "the contact created first gets the task",
        "sync.contact_choice",
        "return max(candidates,",
        "return min(candidates,",
        f"{_ARTICLE}.test_of_several_contacts_that_sync_the_one_created_last_gets_the_task",
    ),
    _mutant(
        "ids are compared as texts",
        "sync.contact_choice",
        "int(contact.id) if contact.id.isdecimal() else -1",
        "contact.id",
        f"{_ARTICLE}.test_of_several_created_on_the_same_date_the_highest_object_id_gets_the_task",
    ),
    _mutant(
        "the same date is the same instant",
        "sync.contact_choice",
        "contact.created_at.astimezone(zone).date()",
        "contact.created_at.astimezone(zone)",
        f"{_ARTICLE}.test_of_several_created_on_the_same_date_the_highest_object_id_gets_the_task",
    ),
    _mutant(
        "the same date is the same day in UTC",
        "sync.contact_choice",
        "contact.created_at.astimezone(zone).date()",
        "contact.created_at.date()",
        f"{_CHOICE}.test_of_any_three_contacts_the_chosen_one_beats_every_other_in_every_order",
    ),
    _mutant(
        "a merge loses the chosen contact",
        "sync.contact_choice",
        " or chosen_id in contact.merged_ids",
        "",
        f"{_DECIDED}.test_the_chosen_contact_stays_chosen_through_a_merge",
    ),
    _mutant(
        "a contact's owner comes before the activity's",
        "sync.assignee",
        "    for owner_id, rule in chain:",
        "    for owner_id, rule in reversed(chain):",
        f"{_ARTICLE}.test_assigned_to_is_the_activitys_owner_if_mapped",
        f"{_CHOICE}.test_the_assignee_is_the_first_of_the_chain_that_is_mapped",
    ),
    _mutant(
        "an unmapped owner ends the chain",
        "sync.assignee",
        "if match is not None and match.user_id is not None:",
        "if match is not None:",
        f"{_ARTICLE}.test_assigned_to_is_else_the_contacts_owner_if_mapped",
        f"{_ARTICLE}.test_assigned_to_is_else_the_integration_user",
    ),
    _mutant(
        "kinds without an owner are asked for one",
        "sync.assignee",
        "activity.owner_id if activity.kind.has_owner else None",
        "activity.owner_id",
        f"{_ARTICLE}.test_kinds_without_an_owner_are_assigned_by_the_contacts_owner",
    ),
    _mutant(
        "inactive users are assigned to",
        "sync.owners",
        "if user.active and not user.is_queue",
        "if not user.is_queue",
        f"{_DECIDED}.test_no_owner_maps_to_a_queue_or_to_an_inactive_user",
    ),
    _mutant(
        "queues are assigned to",
        "sync.owners",
        "if user.active and not user.is_queue",
        "if user.active",
        f"{_DECIDED}.test_no_owner_maps_to_a_queue_or_to_an_inactive_user",
    ),
    _mutant(
        "a queue of HubSpot maps to a user",
        "sync.owners",
        'owner.type == "QUEUE"',
        "False",
        f"{_DECIDED}.test_no_owner_maps_to_a_queue_or_to_an_inactive_user",
    ),
    _mutant(
        "owners match by first match",
        "sync.owners",
        "if len(alike) == 1:",
        "if alike:",
        f"{_DECIDED}.test_a_name_decides_between_users_of_one_address",
    ),
    _mutant(
        "full-width names are other names",
        "sync.owners",
        'unicodedata.normalize("NFKC", name)',
        "name",
        f"{_DECIDED}.test_a_name_decides_between_users_of_one_address",
    ),
    _mutant(
        "the sandbox's suffix matters",
        "sync.owners",
        '.removesuffix(".invalid")',
        "",
        f"{_DECIDED}.test_owners_match_by_email_whatever_the_case_or_the_sandboxs_suffix",
    ),
    _mutant(
        "no address equals no address",
        "sync.owners",
        "alike = by_email.get(address, ()) if address else ()",
        "alike = by_email.get(address, ())",
        f"{_DECIDED}.test_owners_without_an_address_match_nobody",
    ),
    _mutant(
        "manual pairs give way",
        "sync.owners",
        "if owner.id in manual:",
        "if owner.id in manual and not by_email.get(_address(owner.email)):",
        f"{_DECIDED}.test_manual_pairs_win_and_may_say_nobody",
    ),
)

CORRESPONDENCE = (
    _mutant(
        "a lead beats a contact by stored id",
        "sync.correspondence",
        "key=lambda one: one.type is PersonType.LEAD",
        "key=lambda one: one.type is not PersonType.LEAD",
        f"{_DECIDED}.test_a_contact_beats_a_lead",
    ),
    _mutant(
        "a lead beats a contact by e-mail",
        "sync.correspondence",
        "is_lead = person.type is PersonType.LEAD",
        "is_lead = False",
        f"{_DECIDED}.test_a_contact_beats_a_lead",
    ),
    _mutant(
        "the newest wins among doubles",
        "sync.correspondence",
        "return min(ranked, key=lambda one: one[:4])[4]",
        "return max(ranked, key=lambda one: one[:4])[4]",
        f"{_DECIDED}.test_the_oldest_wins_among_doubles_and_deleted_ones_do_not_count",
    ),
    _mutant(
        "deleted records count",
        "sync.correspondence",
        "if person is not None and not person.is_deleted:",
        "if person is not None:",
        f"{_DECIDED}.test_the_oldest_wins_among_doubles_and_deleted_ones_do_not_count",
    ),
    _mutant(
        "a stored id whose record is gone counts",
        "sync.correspondence",
        "return None if person.is_deleted else person",
        "return person",
        f"{_DECIDED}.test_a_stored_id_comes_before_the_email",
    ),
    _mutant(
        "a converted lead stays a lead",
        "sync.correspondence",
        "return person.merged_into if person.is_deleted else person.converted_contact_id",
        "return person.merged_into if person.is_deleted else None",
        f"{_DECIDED}.test_a_converted_lead_leads_to_its_contact_and_a_merged_record_to_the_winner",
    ),
    _mutant(
        "a merge's loser leads nowhere",
        "sync.correspondence",
        "return person.merged_into if person.is_deleted else person.converted_contact_id",
        "return person.converted_contact_id",
        f"{_DECIDED}.test_a_converted_lead_leads_to_its_contact_and_a_merged_record_to_the_winner",
    ),
    _mutant(
        "secondary addresses do not count",
        "sync.correspondence",
        "in enumerate(contact.emails):",
        "in enumerate(contact.emails[:1]):",
        f"{_DECIDED}.test_secondary_addresses_count_too_after_the_primary_one",
    ),
    _mutant(
        "records that may not be edited count",
        "sync.correspondence",
        "Found(person, by) if person.editable else",
        "Found(person, by) if True else",
        f"{_ARTICLE}.test_a_contact_syncs_only_if_its_record_exists_and_may_be_edited",
    ),
    _mutant(
        "no e-mail and no id is no reason of its own",
        "sync.correspondence",
        "if ids or contact.emails else Reason.NO_EMAIL",
        "if True else Reason.NO_EMAIL",
        f"{_DECIDED}.test_no_email_and_no_id_is_its_own_reason",
    ),
    _mutant(
        "a domain that two accounts have is taken",
        "sync.correspondence",
        "return alike[0] if len(alike) == 1 else None",
        "return alike[0] if alike else None",
        f"{_DECIDED}.test_a_company_is_an_account_by_stored_id_else_by_a_domain_only_one_account_has",
    ),
    _mutant(
        "Related To stands beside a lead",
        "sync.correspondence",
        "if person is not None and person.type is PersonType.LEAD:",
        "if False:",
        f"{_DECIDED}.test_related_to_is_empty_where_the_who_is_a_lead",
    ),
    _mutant(
        "Related To stands beside a lead when written",
        "mapping.salesforce",
        "return None if _is_lead(context) else context.what_id",
        "return context.what_id",
        f"{_DECIDED}.test_related_to_is_empty_where_the_who_is_a_lead",
    ),
    _mutant(
        "a deal's opportunity need not exist",
        "sync.correspondence",
        "return chosen if chosen in existing else None",
        "return chosen",
        f"{_DECIDED}.test_a_deal_is_an_opportunity_by_stored_id_or_manual_pair_only",
    ),
    _mutant(
        "the company comes before the deal",
        "sync.correspondence",
        "    if deals:\n        return deals[-1]\n",
        "",
        f"{_DECIDED}.test_related_to_takes_the_deals_opportunity_else_the_companys_account",
    ),
    _mutant(
        "deal ids are compared as texts",
        "sync.correspondence",
        "return (int(item[0]) if item[0].isdecimal() else -1), item[0]",
        "return 0, item[0]",
        f"{_DECIDED}.test_related_to_takes_the_deals_opportunity_else_the_companys_account",
    ),
)

STATUS = (
    _mutant(
        "marketing activities arrive open",
        "sync.status",
        "        return _finished(activity) or (activity.ends_at or activity.occurred_at) <= now\n    return True",
        "        return _finished(activity) or (activity.ends_at or activity.occurred_at) <= now\n    return False",
        f"{_ARTICLE}.test_marketing_activities_arrive_completed",
        f"{_DECIDED}.test_calls_notes_emails_opens_and_clicks_arrive_completed",
    ),
    _mutant(
        "a meeting closes when it begins",
        "sync.status",
        "(activity.ends_at or activity.occurred_at) <= now",
        "activity.occurred_at <= now",
        f"{_DECIDED}.test_a_meeting_is_closed_once_its_outcome_is_completed_or_its_end_has_passed",
    ),
    _mutant(
        "time never closes a meeting",
        "sync.status",
        "(activity.ends_at or activity.occurred_at) <= now",
        "False",
        f"{_DECIDED}.test_a_meeting_is_closed_once_its_outcome_is_completed_or_its_end_has_passed",
    ),
    _mutant(
        "a no-show leaves the meeting open",
        "sync.status",
        "frozenset({Remark.CANCELED, Remark.NO_SHOW})",
        "frozenset({Remark.CANCELED})",
        f"{_DECIDED}.test_a_meeting_is_closed_once_its_outcome_is_completed_or_its_end_has_passed",
    ),
    _mutant(
        "a person's closing passes for the clock's",
        "sync.status",
        "activity.kind is Kind.MEETING and not _finished(activity) and",
        "activity.kind is Kind.MEETING and",
        f"{_DECIDED}.test_a_timer_closes_a_meeting_and_is_told_from_a_person_doing_so",
    ),
    _mutant(
        "the completed status is hard-coded",
        "sync.status",
        "if value is not None and value in closed:",
        "if value is not None:",
        f"{_DECIDED}.test_completed_is_the_chosen_value_else_completed_else_the_first_closed",
        f"{_ARTICLE}.test_completed_is_the_orgs_own_word",
    ),
    _mutant(
        "the admin's completed status is not asked",
        "sync.status",
        'for value in (chosen, "Completed"):',
        'for value in ("Completed", chosen):',
        f"{_DECIDED}.test_completed_is_the_chosen_value_else_completed_else_the_first_closed",
    ),
    _mutant(
        "the first closed status goes by its name",
        "sync.status",
        "return status.sort_order, status.value",
        "return 0, status.value[::-1]",
        f"{_DECIDED}.test_completed_is_the_chosen_value_else_completed_else_the_first_closed",
    ),
    _mutant(
        "a task's own status is not asked",
        "mapping.salesforce",
        "if activity.kind is Kind.TASK and context.kind_policy.status is StatusChoice.BY_RULE:",
        "if False:",
        f"{_DECIDED}.test_a_task_carries_its_own_status",
    ),
    _mutant(
        "a value the org lacks is written",
        "sync.status",
        "if value is not None and value in known:",
        "if value is not None:",
        f"{_DECIDED}.test_a_status_the_org_lacks_or_nobody_knows_goes_by_open_or_done",
    ),
    _mutant(
        "a kind's own choice of open or closed is not asked",
        "sync.status",
        "        case StatusChoice.OPEN:\n            return False",
        "        case StatusChoice.OPEN:\n            return is_done(activity, now)",
        f"{_DECIDED}.test_a_kind_may_be_always_open_or_always_closed",
    ),
)

WORDS = (
    _mutant(
        "opens start with another word",
        "mapping.subjects",
        'Kind.MARKETING_EMAIL_OPENED: _words("Opened: {}"',
        'Kind.MARKETING_EMAIL_OPENED: _words("Open: {}"',
        f"{_ARTICLE}.test_opens_of_marketing_and_of_sales_email_start_with_opened",
    ),
    _mutant(
        "opens of sales e-mail start with another word in Japanese",
        "mapping.subjects",
        'Kind.SALES_EMAIL_OPENED: _words("開封済み:{}"',
        'Kind.SALES_EMAIL_OPENED: _words("開封:{}"',
        f"{_ARTICLE}.test_opens_of_marketing_and_of_sales_email_start_with_opened",
    ),
    _mutant(
        "a submission is called otherwise in Japanese",
        "mapping.subjects",
        '_words("送信済み:{}"',
        '_words("送信:{}"',
        f"{_ARTICLE}.test_a_form_submission_is_submitted_and_the_forms_name",
    ),
    _mutant(
        "an e-mail has a title of its own",
        "mapping.subjects",
        'Kind.SALES_EMAIL: _words("{}", "(no subject)"',
        'Kind.SALES_EMAIL: _words("Email: {}", "(no subject)"',
        f"{_ARTICLE}.test_sales_and_marketing_emails_are_titled_with_the_emails_own_subject",
    ),
    _mutant(
        "several opens lose their number",
        "mapping.subjects",
        "if activity.count > 1 else",
        "if False else",
        f"{_DECIDED}.test_several_opens_at_once_are_one_task_with_their_number",
    ),
    _mutant(
        "lengths are counted in characters",
        "mapping.text",
        'return len(text.encode("utf-16-le", "surrogatepass")) // 2',
        "return len(text)",
        f"{_DECIDED}.test_lengths_are_counted_in_utf_16_units_and_no_grapheme_is_taken_apart",
    ),
    _mutant(
        "graphemes are taken apart",
        "mapping.text",
        "return text[: last if last > start else end]",
        "return text[:end]",
        f"{_DECIDED}.test_lengths_are_counted_in_utf_16_units_and_no_grapheme_is_taken_apart",
    ),
    _mutant(
        "texts are cut inside a word",
        "mapping.text",
        "if word is not None and not following.isspace():",
        "if False:",
        f"{_DECIDED}.test_long_comments_are_shortened_at_a_word_with_a_link_to_the_original",
    ),
    _mutant(
        "shortened comments lose the link to the original",
        "mapping.comments",
        "note = words.original.format(url=url) if url else words.shortened",
        "note = words.shortened",
        f"{_DECIDED}.test_long_comments_are_shortened_at_a_word_with_a_link_to_the_original",
    ),
    _mutant(
        "remarks are not said",
        "mapping.comments",
        "parts = [words.remarks[remark] for remark in activity.remarks]",
        "parts: list[str] = []",
        f"{_DECIDED}.test_canceled_no_show_and_bounced_are_said_in_comments",
    ),
    _mutant(
        "attachments are not counted",
        "mapping.comments",
        "count = len(activity.attachment_ids)",
        "count = 0",
        f"{_ARTICLE}.test_email_attachments_are_never_synced",
    ),
    _mutant(
        "a form's page is not said",
        "mapping.comments",
        "if activity.page_url:",
        "if False:",
        f"{_DECIDED}.test_a_form_submission_lists_its_fields_and_page",
    ),
    _mutant(
        "a form's fields are not listed",
        "mapping.comments",
        "if activity.form_values:",
        "if False:",
        f"{_DECIDED}.test_a_form_submission_lists_its_fields_and_page",
    ),
)

WRITTEN = (
    _mutant(
        "no task type is left to the org's default",
        "mapping.salesforce",
        'if value is not None or name == "Type"',
        "if value is not None",
        f"{_ARTICLE}.test_no_task_type_leaves_type_empty_as_an_explicit_null",
    ),
    _mutant(
        "the drop-down is not asked",
        "mapping.salesforce",
        "return (chosen, False) if chosen in org.task_types else (None, True)",
        "return None, False",
        f"{_ARTICLE}.test_the_type_is_the_drop_downs_value",
    ),
    _mutant(
        "a vanished type is written",
        "mapping.salesforce",
        "return (chosen, False) if chosen in org.task_types else (None, True)",
        "return chosen, False",
        f"{_DECIDED}.test_a_vanished_type_is_reported_and_the_task_written_without_one",
    ),
    _mutant(
        "the due date is the day in UTC",
        "mapping.salesforce",
        "day_of(activity.occurred_at, context.zone)",
        "activity.occurred_at.date()",
        f"{_DECIDED}.test_the_due_date_is_the_day_of_the_activity_in_the_accounts_zone",
    ),
    _mutant(
        "calls have no subtype of their own",
        "mapping.salesforce",
        '    Kind.CALL: "Call",\n',
        "",
        f"{_DECIDED}.test_the_subtype_is_call_email_or_task",
    ),
    _mutant(
        "a call's direction is not written",
        "mapping.salesforce",
        '"CallType": _CALL_TYPES.get(call.direction or ""),',
        "",
        f"{_DECIDED}.test_call_direction_duration_and_result_fill_their_own_fields",
    ),
    _mutant(
        "truth instead of base: what is empty is not cleared",
        "mapping.salesforce",
        'record["Description"] = _comments(activity, context) or None',
        'record.update({"Description": text} if (text := _comments(activity, context)) else {})',
        f"{_DECIDED}.test_clearing_is_a_value",
    ),
    _mutant(
        "hidden fields are written",
        "mapping.salesforce",
        "{name: value for name, value in record.items() if name in allowed}",
        "dict(record)",
        f"{_DECIDED}.test_nothing_the_integration_user_may_not_write_is_ever_written",
    ),
    _mutant(
        "without the key field nothing marks the task",
        "mapping.salesforce",
        "return with_key(text, context.key) if marked else text",
        "return text",
        f"{_DECIDED}.test_without_the_key_field_comments_end_in_the_key",
    ),
    _mutant(
        "keys differ by case only",
        "mapping.keys",
        'r"[a-z0-9_][a-z0-9_-]*"',
        'r"[A-Za-z0-9_][A-Za-z0-9_-]*"',
        f"{_DECIDED}.test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters",
    ),
    _mutant(
        "keys have no limit",
        "mapping.keys",
        "len(key) <= LONGEST_KEY and",
        "",
        f"{_DECIDED}.test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters",
    ),
    _mutant(
        "keys of two kinds are the same",
        "mapping.keys",
        'key = f"{portal_id}-{kind.value}-{activity_id}"',
        'key = f"{portal_id}-{activity_id}"',
        f"{_DECIDED}.test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters",
    ),
)

TIME = (
    _mutant(
        "the first try comes after the second",
        "sync.schedule",
        "timedelta(minutes=1), timedelta(minutes=15)",
        "timedelta(minutes=15), timedelta(minutes=1)",
        f"{_DECIDED}.test_a_waiting_activity_is_tried_at_1_and_15_minutes_6_hours_then_daily_for_30_days",
    ),
    _mutant(
        "nothing is ever given up",
        "sync.schedule",
        "if now - first_seen_at >= GIVE_UP_AFTER:",
        "if False:",
        f"{_DECIDED}.test_a_service_that_slept_tries_once_and_not_once_for_each_time_missed",
    ),
    _mutant(
        "old records are looked at again too",
        "sync.schedule",
        "if looks == 0 and now - created_at >= SECOND_LOOKS[0]:",
        "if False:",
        f"{_DECIDED}.test_a_young_record_is_looked_at_again_at_60_seconds_and_15_minutes",
    ),
    _mutant(
        "a day is taken in UTC",
        "sync.dates",
        "return instant.astimezone(zone).date()",
        "return instant.date()",
        f"{_DATES}.test_a_day_becomes_an_instant_and_the_same_day_again_in_every_zone",
    ),
    _mutant(
        "a day begins in UTC",
        "sync.dates",
        "datetime.combine(day, due_time, tzinfo=zone)",
        "datetime.combine(day, due_time, tzinfo=UTC)",
        f"{_DATES}.test_an_instant_keeps_the_due_time_where_the_clock_shows_it",
    ),
    _mutant(
        "the time of day is lost in a round trip",
        "sync.dates",
        "if base is not None and base.day == day:",
        "if False:",
        f"{_DECIDED}.test_an_unchanged_day_keeps_its_time_and_an_unchanged_instant_its_day",
        f"{_DATES}.test_round_trips_change_nothing",
    ),
    _mutant(
        "a portal's new zone moves dates",
        "sync.dates",
        "if base is not None and base.instant == instant:",
        "if False:",
        f"{_DATES}.test_a_portal_that_changes_its_zone_moves_no_date",
        f"{_DECIDED}.test_an_unchanged_day_keeps_its_time_and_an_unchanged_instant_its_day",
    ),
)

PLAN = (
    _mutant(
        "the sides are compared with each other, not with their base",
        "sync.merge",
        "return not is_same(field, seen[field], base[field], rules.zone)",
        "return bool(seen[field])",
        f"{_PLAN}.test_a_one_sided_edit_always_wins",
    ),
    _mutant(
        "clearing is no edit",
        "sync.merge",
        "return not is_same(field, seen[field], base[field], rules.zone)",
        "return seen[field] is not None and not is_same(field, seen[field], base[field], rules.zone)",
        f"{_PLAN}.test_a_one_sided_edit_always_wins",
    ),
    _mutant(
        "other markup is another text",
        "sync.merge",
        "return base.stored != seen.stored and base.canonical != seen.canonical",
        "return base.stored != seen.stored",
        f"{_PLAN}.test_a_text_has_changed_only_if_both_its_bytes_and_its_meaning_have",
    ),
    _mutant(
        "a library's upgrade is another text",
        "sync.merge",
        "return base.stored != seen.stored and base.canonical != seen.canonical",
        "return base.canonical != seen.canonical",
        f"{_PLAN}.test_a_text_has_changed_only_if_both_its_bytes_and_its_meaning_have",
    ),
    _mutant(
        "another hour is another day",
        "sync.merge",
        "return day is not None and day == _day(other, zone)",
        "return False",
        f"{_PLAN}.test_another_time_of_the_same_day_is_no_change_of_the_due_date",
    ),
    _mutant(
        "a side that is not written is written",
        "sync.merge",
        "return source if source.other in rules.writes else None",
        "return source",
        f"{_PLAN}.test_a_side_that_is_not_written_stays_as_it_is",
    ),
    _mutant(
        "agreeing edits are a conflict",
        "sync.merge",
        "return Move.ALIKE if _agree(field, pair, rules) else Move.APART",
        "return Move.APART",
        f"{_PLAN}.test_both_sides_saying_the_same_anew_asks_for_no_write",
    ),
    _mutant(
        "HubSpot wins what cannot be told apart",
        "sync.merge",
        "hubspot - salesforce <= SAME_TIME",
        "hubspot < salesforce",
        f"{_PLAN}.test_the_newest_edit_wins_and_salesforce_wins_what_cannot_be_told_apart",
    ),
    _mutant(
        "the rule for conflicts is not asked",
        "sync.merge",
        "        case ConflictRule.HUBSPOT:\n            return Side.HUBSPOT",
        "        case ConflictRule.HUBSPOT:\n            return Side.SALESFORCE",
        f"{_PLAN}.test_exchanging_the_sides_exchanges_the_plan",
    ),
    _mutant(
        "the clock closes over a person's head",
        "sync.merge",
        "    if field in pair.by_clock:\n        return Side.SALESFORCE\n",
        "",
        f"{_PLAN}.test_the_clock_never_closes_a_meeting_over_a_persons_head",
    ),
    _mutant(
        "the clock closes without looking",
        "sync.plan",
        "if name in pair.by_clock and isinstance(pair.seen[source.other], Presence):",
        "if False:",
        f"{_PLAN}.test_the_clock_never_closes_a_meeting_over_a_persons_head",
    ),
    _mutant(
        "conflicts are not reported",
        "sync.plan",
        "if move is Move.APART and rules.goes_both_ways(name):",
        "if False:",
        f"{_PLAN}.test_every_edit_survives_or_is_named_in_a_conflict",
    ),
    _mutant(
        "a delete beats an edit",
        "sync.plan",
        "if any(has_moved(name, left, pair, rules) for name in rules.fields):",
        "if False:",
        f"{_PLAN}.test_an_edit_beats_a_delete",
    ),
    _mutant(
        "deletes are repeated without looking for an edit",
        "sync.plan",
        "    if isinstance(pair.seen[left], Presence):\n        return (Look(left),)\n",
        "",
        f"{_PLAN}.test_an_edit_beats_a_delete",
    ),
    _mutant(
        "the delete policy is not asked",
        "sync.plan",
        "if left not in rules.writes or rules.delete_policy is DeletePolicy.KEEP:",
        "if left not in rules.writes:",
        f"{_PLAN}.test_an_untouched_record_goes_the_way_of_the_delete_policy",
    ),
    _mutant(
        "what is removed is created again",
        "sync.plan",
        "        if other is NEVER:\n            return (Create(side.other),)",
        "        if other in (NEVER, GONE):\n            return (Create(side.other),)",
        f"{_PLAN}.test_the_key_of_a_removed_record_is_a_tombstone",
    ),
    _mutant(
        "what exists is created again",
        "sync.plan",
        "return (Settle(hubspot=hubspot, salesforce=salesforce),)",
        "return (Create(Side.SALESFORCE),)",
        f"{_PLAN}.test_what_exists_unlinked_is_adopted_and_never_overwritten",
    ),
    _mutant(
        "absence is deletion",
        "sync.plan",
        "        return (Wait(Reason.OUTCOME_UNKNOWN),)\n    if target is GONE",
        "        return (Unlink(Reason.DELETED_IN_SALESFORCE),)\n    if target is GONE",
        f"{_PLAN}.test_a_record_looked_for_in_vain_where_look_ups_lag_is_waited_for",
    ),
    _mutant(
        "an intent is not looked into",
        "sync.plan",
        "    if target is UNREAD:\n        return (Look(pair.written),)\n",
        "",
        f"{_PLAN}.test_an_intent_is_looked_into_before_anything_is_written",
    ),
    _mutant(
        "no intent: our own write is an edit of the other side",
        "sync.recover",
        "            return replace(settled, base=_folded(base, announced, pair.written, target))",
        "            return replace(settled, base=base)",
        f"{_PLAN}.test_an_interrupted_update_is_repeated_exactly_if_it_did_not_land",
    ),
    _mutant(
        "an announced write is taken for done",
        "sync.recover",
        "    if not _has_landed(touched, base[written], announced[written], seen):\n        return base\n",
        "",
        f"{_PLAN}.test_an_interrupted_update_is_repeated_exactly_if_it_did_not_land",
    ),
    _mutant(
        "the base is what is seen, so an edit after a create is lost",
        "sync.recover",
        '        case "create":\n            return replace(settled, base=announced)',
        '        case "create":\n            return replace(settled, base={**announced, pair.written: target})',
        f"{_PLAN}.test_an_edit_after_an_interrupted_create_stays_an_edit",
    ),
    _mutant(
        "two-way is about every kind",
        "sync.pair",
        "if kind is Kind.TASK and policy.salesforce_task_sync:",
        "if policy.salesforce_task_sync:",
        f"{_ARTICLE}.test_two_way_is_about_tasks_only_and_is_both_switches_on",
    ),
)

MUTANTS = (
    *ELIGIBILITY,
    *WHO,
    *CORRESPONDENCE,
    *STATUS,
    *WORDS,
    *WRITTEN,
    *TIME,
    *PLAN,
)
