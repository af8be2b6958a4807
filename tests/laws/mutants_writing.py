"""Rules of the words and days that are written, each broken once."""

from __future__ import annotations

from mutant import mutant

__all__ = ["TIME", "WORDS", "WRITTEN"]

_ARTICLE = "test_article_rules"
_DECIDED = "test_decided_rules"
_WRITING = "test_decided_writing"
_DATES = "test_date_laws"

WORDS = (
    mutant(
        "opens start with another word",
        "mapping.subjects",
        'Kind.MARKETING_EMAIL_OPENED: _words("Opened: {}"',
        'Kind.MARKETING_EMAIL_OPENED: _words("Open: {}"',
        f"{_ARTICLE}.test_opens_of_marketing_and_of_sales_email_start_with_opened",
    ),
    mutant(
        "opens of sales e-mail start with another word in Japanese",
        "mapping.subjects",
        'Kind.SALES_EMAIL_OPENED: _words("開封済み:{}"',
        'Kind.SALES_EMAIL_OPENED: _words("開封:{}"',
        f"{_ARTICLE}.test_opens_of_marketing_and_of_sales_email_start_with_opened",
    ),
    mutant(
        "a submission is called otherwise in Japanese",
        "mapping.subjects",
        '_words("送信済み:{}"',
        '_words("送信:{}"',
        f"{_ARTICLE}.test_a_form_submission_is_submitted_and_the_forms_name",
    ),
    mutant(
        "an e-mail has a title of its own",
        "mapping.subjects",
        'Kind.SALES_EMAIL: _words("{}", "(no subject)"',
        'Kind.SALES_EMAIL: _words("Email: {}", "(no subject)"',
        f"{_ARTICLE}.test_sales_and_marketing_emails_are_titled_with_the_emails_own_subject",
    ),
    mutant(
        "several opens lose their number",
        "mapping.subjects",
        "if activity.count > 1 else",
        "if False else",
        f"{_WRITING}.test_several_opens_at_once_are_one_task_with_their_number",
    ),
    mutant(
        "lengths are counted in characters",
        "mapping.text",
        'return len(text.encode("utf-16-le", "surrogatepass")) // 2',
        "return len(text)",
        f"{_WRITING}.test_lengths_are_counted_in_utf_16_units_and_no_grapheme_is_taken_apart",
    ),
    mutant(
        "graphemes are taken apart",
        "mapping.text",
        "return text[: last if last > start else end]",
        "return text[:end]",
        f"{_WRITING}.test_lengths_are_counted_in_utf_16_units_and_no_grapheme_is_taken_apart",
    ),
    mutant(
        "texts are cut inside a word",
        "mapping.text",
        "if word is not None and not following.isspace():",
        "if False:",
        f"{_WRITING}.test_long_comments_are_shortened_at_a_word_with_a_link_to_the_original",
    ),
    mutant(
        "shortened comments lose the link to the original",
        "mapping.comments",
        "note = words.original.format(url=url) if url else words.shortened",
        "note = words.shortened",
        f"{_WRITING}.test_long_comments_are_shortened_at_a_word_with_a_link_to_the_original",
    ),
    mutant(
        "remarks are not said",
        "mapping.comments",
        "parts = [words.remarks[remark] for remark in activity.remarks]",
        "parts: list[str] = []",
        f"{_WRITING}.test_canceled_no_show_and_bounced_are_said_in_comments",
    ),
    mutant(
        "attachments are not counted",
        "mapping.comments",
        "count = len(activity.attachment_ids)",
        "count = 0",
        f"{_ARTICLE}.test_email_attachments_are_never_synced",
    ),
    mutant(
        "a form's page is not said",
        "mapping.comments",
        "if activity.page_url:",
        "if False:",
        f"{_WRITING}.test_a_form_submission_lists_its_fields_and_page",
    ),
    mutant(
        "a form's fields are not listed",
        "mapping.comments",
        "if activity.form_values:",
        "if False:",
        f"{_WRITING}.test_a_form_submission_lists_its_fields_and_page",
    ),
)

WRITTEN = (
    mutant(
        "no task type is left to the org's default",
        "mapping.salesforce",
        'if value is not None or name == "Type"',
        "if value is not None",
        f"{_ARTICLE}.test_no_task_type_leaves_type_empty_as_an_explicit_null",
    ),
    mutant(
        "the drop-down is not asked",
        "mapping.salesforce",
        "return (chosen, False) if chosen in org.task_types else (None, True)",
        "return None, False",
        f"{_ARTICLE}.test_the_type_is_the_drop_downs_value",
    ),
    mutant(
        "a vanished type is written",
        "mapping.salesforce",
        "return (chosen, False) if chosen in org.task_types else (None, True)",
        "return chosen, False",
        f"{_WRITING}.test_a_vanished_type_is_reported_and_the_task_written_without_one",
    ),
    mutant(
        "the due date is the day in UTC",
        "mapping.salesforce",
        "day_of(activity.occurred_at, context.zone)",
        "activity.occurred_at.date()",
        f"{_WRITING}.test_the_due_date_is_the_day_of_the_activity_in_the_accounts_zone",
    ),
    mutant(
        "calls have no subtype of their own",
        "mapping.salesforce",
        '    Kind.CALL: "Call",\n',
        "",
        f"{_WRITING}.test_the_subtype_is_call_email_or_task",
    ),
    mutant(
        "a call's direction is not written",
        "mapping.salesforce",
        '"CallType": _CALL_TYPES.get(call.direction or ""),',
        "",
        f"{_WRITING}.test_call_direction_duration_and_result_fill_their_own_fields",
    ),
    mutant(
        "truth instead of base: what is empty is not cleared",
        "mapping.salesforce",
        'record["Description"] = _comments(activity, context) or None',
        'record.update({"Description": text} if (text := _comments(activity, context)) else {})',
        f"{_WRITING}.test_clearing_is_a_value",
    ),
    mutant(
        "hidden fields are written",
        "mapping.salesforce",
        "{name: value for name, value in record.items() if name in allowed}",
        "dict(record)",
        f"{_WRITING}.test_nothing_the_integration_user_may_not_write_is_ever_written",
    ),
    mutant(
        "without the key field nothing marks the task",
        "mapping.salesforce",
        "return with_key(text, context.key) if marked else text",
        "return text",
        f"{_WRITING}.test_without_the_key_field_comments_end_in_the_key",
    ),
    mutant(
        "keys differ by case only",
        "mapping.keys",
        'r"[a-z0-9_][a-z0-9_-]*"',
        'r"[A-Za-z0-9_][A-Za-z0-9_-]*"',
        f"{_WRITING}.test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters",
    ),
    mutant(
        "keys have no limit",
        "mapping.keys",
        "len(key) <= LONGEST_KEY and",
        "",
        f"{_WRITING}.test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters",
    ),
    mutant(
        "keys of two kinds are the same",
        "mapping.keys",
        'key = f"{portal_id}-{kind.value}-{activity_id}"',
        'key = f"{portal_id}-{activity_id}"',
        f"{_WRITING}.test_the_key_is_the_same_for_ever_and_holds_nothing_but_safe_characters",
    ),
)

TIME = (
    mutant(
        "the first try comes after the second",
        "sync.schedule",
        "timedelta(minutes=1), timedelta(minutes=15)",
        "timedelta(minutes=15), timedelta(minutes=1)",
        f"{_DECIDED}.test_a_waiting_activity_is_tried_at_1_and_15_minutes_6_hours_then_daily_for_30_days",
    ),
    mutant(
        "nothing is ever given up",
        "sync.schedule",
        "if now - first_seen_at >= GIVE_UP_AFTER:",
        "if False:",
        f"{_DECIDED}.test_a_service_that_slept_tries_once_and_not_once_for_each_time_missed",
    ),
    mutant(
        "old records are looked at again too",
        "sync.schedule",
        "if looks == 0 and now - created_at >= SECOND_LOOKS[0]:",
        "if False:",
        f"{_DECIDED}.test_a_young_record_is_looked_at_again_at_60_seconds_and_15_minutes",
    ),
    mutant(
        "a day is taken in UTC",
        "sync.dates",
        "return instant.astimezone(zone).date()",
        "return instant.date()",
        f"{_DATES}.test_a_day_becomes_an_instant_and_the_same_day_again_in_every_zone",
    ),
    mutant(
        "a day begins in UTC",
        "sync.dates",
        "datetime.combine(day, due_time, tzinfo=zone)",
        "datetime.combine(day, due_time, tzinfo=UTC)",
        f"{_DATES}.test_an_instant_keeps_the_due_time_where_the_clock_shows_it",
    ),
    mutant(
        "the time of day is lost in a round trip",
        "sync.dates",
        "if base is not None and base.day == day:",
        "if False:",
        f"{_WRITING}.test_an_unchanged_day_keeps_its_time_and_an_unchanged_instant_its_day",
        f"{_DATES}.test_round_trips_change_nothing",
    ),
    mutant(
        "a portal's new zone moves dates",
        "sync.dates",
        "if base is not None and base.instant == instant:",
        "if False:",
        f"{_DATES}.test_a_portal_that_changes_its_zone_moves_no_date",
        f"{_WRITING}.test_an_unchanged_day_keeps_its_time_and_an_unchanged_instant_its_day",
    ),
)
