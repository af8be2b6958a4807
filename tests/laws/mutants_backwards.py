"""Rules of the way from Salesforce to HubSpot, each broken once."""

from __future__ import annotations

from mutant import mutant

__all__ = ["BACKWARDS"]

_DATES = "test_date_laws"
_SALESFORCE = "test_salesforce_task_laws"

BACKWARDS = (
    mutant(
        "a status that still says the same is written anew",
        "sync.status",
        "if status and any(one.value == present for one in meaning):",
        "if False:",
        f"{_SALESFORCE}.test_every_status_comes_back_as_it_was_under_every_map",
    ),
    mutant(
        "a stage HubSpot's admins closed counts as open",
        "sync.status",
        "return stage.value == _DONE if _is_standard(stage) else stage.closed",
        "return stage.value == _DONE",
        f"{_SALESFORCE}.test_a_status_hubspot_cannot_express_is_completed_and_reopened_and_else_left_alone",
    ),
    mutant(
        "a status HubSpot cannot express resets the task",
        "sync.status",
        "if any(one.value == present for one in fitting):",
        "if False:",
        f"{_SALESFORCE}.test_a_status_hubspot_cannot_express_is_completed_and_reopened_and_else_left_alone",
    ),
    mutant(
        "a priority that still says the same is written anew",
        "mapping.priorities",
        "if (present or _NONE) in meaning:",
        "if False:",
        f"{_SALESFORCE}.test_every_priority_comes_back_as_it_was_under_every_map",
    ),
    mutant(
        "a due day on the way back loses its time of day",
        "sync.dates",
        "        return base.instant\n    if day is None:",
        "        return instant_on(day, due_time, zone) if day else base.instant\n    if day is None:",
        f"{_SALESFORCE}.test_a_hubspot_task_that_goes_to_salesforce_and_back_is_the_one_it_was",
    ),
    mutant(
        "the creation that stands for no due date keeps its hour",
        "sync.dates",
        "stood_for_none = base is not None and base.day is None and base.instant == present",
        "stood_for_none = False",
        f"{_DATES}.test_a_task_without_due_date_that_gets_one_is_due_at_the_due_time",
    ),
    mutant(
        "no due date is an instant of today",
        "sync.dates",
        "        return created_at\n",
        "        return instant_on(created_at.date(), due_time, zone)\n",
        f"{_DATES}.test_no_due_date_stands_as_the_creation_and_never_becomes_a_date",
    ),
    mutant(
        "Tandem's own additions travel back",
        "mapping.own_words",
        "    if not _OWN.search(text):\n",
        "    if True:\n",
        f"{_SALESFORCE}.test_what_tandem_said_itself_is_no_persons_word",
    ),
    mutant(
        "a person's sentence that quotes ours is cut",
        "mapping.own_words",
        'rf"^(?:{',
        'rf"(?:{',
        f"{_SALESFORCE}.test_what_tandem_said_itself_is_no_persons_word",
    ),
    mutant(
        "Comments are taken for markup",
        "mapping.hubspot_body",
        "return html.escape(text, quote=False)",
        "return text",
        f"{_SALESFORCE}.test_comments_are_the_same_text_on_both_sides",
    ),
    mutant(
        "a body may be longer than HubSpot takes",
        "mapping.hubspot_body",
        "while utf16_length(body) > BODY_LIMIT:",
        "while False:",
        f"{_SALESFORCE}.test_comments_are_the_same_text_on_both_sides",
    ),
    mutant(
        "a type the account lacks is written",
        "mapping.hubspot_task",
        "if wanted in (context.schema.types or _TYPES) else {}",
        "if wanted else {}",
        f"{_SALESFORCE}.test_nothing_that_was_switched_off_or_that_the_account_lacks_is_written",
    ),
    mutant(
        "fields the tenant switched off are written",
        "mapping.hubspot_task",
        "frozenset(fields) & (_ALWAYS | context.task_fields)",
        "frozenset(fields)",
        f"{_SALESFORCE}.test_nothing_that_was_switched_off_or_that_the_account_lacks_is_written",
    ),
    mutant(
        "Salesforce tasks older than the switch appear",
        "sync.eligibility",
        "task.created_at < since",
        "False",
        f"{_SALESFORCE}.test_a_salesforce_task_appears_unless_a_rule_names_why_not",
    ),
    mutant(
        "a Salesforce task created at the switching on is left out",
        "sync.eligibility",
        "task.created_at < since",
        "task.created_at <= since",
        f"{_SALESFORCE}.test_a_salesforce_task_appears_unless_a_rule_names_why_not",
    ),
    mutant(
        "Tandem's own tasks come back",
        "sync.eligibility",
        "if task.key:",
        "if False:",
        f"{_SALESFORCE}.test_a_salesforce_task_appears_unless_a_rule_names_why_not",
    ),
    mutant(
        "heads of series appear",
        "sync.eligibility",
        "if task.is_recurring_head:",
        "if False:",
        f"{_SALESFORCE}.test_a_salesforce_task_appears_unless_a_rule_names_why_not",
    ),
    mutant(
        "the task filter lets everything through",
        "sync.eligibility",
        "if allowed and value not in allowed:",
        "if False:",
        f"{_SALESFORCE}.test_a_salesforce_task_appears_unless_a_rule_names_why_not",
    ),
    mutant(
        "a task is attached to its account without its person",
        "sync.eligibility",
        "return _GO if person_found else Wait",
        "return _GO if person_found or related_found else Wait",
        f"{_SALESFORCE}.test_a_task_waits_for_its_person_and_is_never_attached_to_less",
    ),
    mutant(
        "a task whose account is not there is written",
        "sync.eligibility",
        "return _GO if related_found else Wait",
        "return _GO if True else Wait",
        f"{_SALESFORCE}.test_a_task_waits_for_its_person_and_is_never_attached_to_less",
    ),
    mutant(
        "another person's contact is taken by its address",
        "sync.correspondence",
        'return (named.email or "").lower() == address',
        "return True",
        f"{_SALESFORCE}.test_a_person_is_the_contact_that_is_that_person",
    ),
    mutant(
        "a converted lead's stored id is forgotten",
        "sync.correspondence",
        "{person_id, person.id, *former.get(person.id, ())} if person",
        "{person_id, person.id} if person",
        f"{_SALESFORCE}.test_a_person_is_the_contact_that_is_that_person",
    ),
    mutant(
        "a converted lead's address is forgotten",
        "sync.correspondence",
        "for addresses in (today, once - today):",
        "for addresses in (today,):",
        f"{_SALESFORCE}.test_a_person_is_the_contact_that_is_that_person",
    ),
    mutant(
        "the youngest contact is taken",
        "sync.correspondence",
        "return FoundContact(min(stored, key=_by_age)",
        "return FoundContact(max(stored, key=_by_age)",
        f"{_SALESFORCE}.test_a_person_is_the_contact_that_is_that_person",
    ),
    mutant(
        "a deactivated owner gets tasks",
        "sync.owners",
        "{owner.id for owner in owners if owner.active and",
        "{owner.id for owner in owners if",
        f"{_SALESFORCE}.test_the_owner_of_a_users_task_is_an_active_person_a_manual_pair_before_the_oldest",
    ),
    mutant(
        "a manual owner does not come first on the way back",
        "sync.owners",
        "return _WEIGHT.get(match.how, len(_WEIGHT)), number, owner_id",
        "return 0, number, owner_id",
        f"{_SALESFORCE}.test_the_owner_of_a_users_task_is_an_active_person_a_manual_pair_before_the_oldest",
    ),
    mutant(
        "an owner who is the same user is replaced",
        "sync.owners",
        "if present is not None and owners.get(present, _NOBODY).user_id == user_id:",
        "if False:",
        f"{_SALESFORCE}.test_the_owner_of_a_users_task_is_an_active_person_a_manual_pair_before_the_oldest",
    ),
)
