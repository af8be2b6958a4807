"""The rules of the article (SPEC, marked [A]) that pure code keeps, each under the article's own sentence."""

from __future__ import annotations

from datetime import timedelta

from pure_core import Core
from small_world import (
    NOW,
    SINCE,
    TOKYO,
    activity,
    contact,
    context,
    org,
    owner,
    person,
    policy,
    status,
    user,
)

from tandem.model import Kind, Person, Side

MARKETING = [kind for kind in Kind if kind.is_marketing]


# --------------------------------------------------------------------------- which activities


def test_a_ticked_kind_syncs_every_activity_of_that_kind_from_then_on(core: Core) -> None:
    for kind in Kind:
        rules = policy(core, kind)

        for created in (SINCE, SINCE + timedelta(microseconds=1), NOW):
            new = activity(kind, created_at=created)
            assert core.eligibility.Go() == core.eligibility.verdict(new, rules, now=NOW)


def test_nothing_older_is_sent(core: Core) -> None:
    for kind in Kind:
        old = activity(kind, created_at=SINCE - timedelta(microseconds=1), modified_at=NOW)

        got = core.eligibility.verdict(old, policy(core, kind), now=NOW)

        assert core.eligibility.Skip(core.reasons.Reason.OLDER) == got


def test_a_kind_that_is_not_ticked_does_not_sync(core: Core) -> None:
    for kind in Kind:
        got = core.eligibility.verdict(activity(kind), core.policy.Policy(), now=NOW)

        assert core.eligibility.Skip(core.reasons.Reason.KIND_OFF) == got


def test_two_way_is_about_tasks_only_and_is_both_switches_on(core: Core) -> None:
    for kind in Kind:
        for box in (False, True):
            for task_sync in (False, True):
                chosen = core.policy.KindPolicy(enabled=box, since=SINCE)
                both = core.policy.Policy(kinds={kind: chosen}, salesforce_task_sync=task_sync)
                rules = core.pair.rules_for(kind, both, frozenset(), TOKYO)

                assert box == (Side.SALESFORCE in rules.writes)
                assert (kind is Kind.TASK and task_sync) == (Side.HUBSPOT in rules.writes)


# --------------------------------------------------------------------------- what the task says


def test_sales_and_marketing_emails_are_titled_with_the_emails_own_subject(core: Core) -> None:
    for kind in (Kind.SALES_EMAIL, Kind.MARKETING_EMAIL_SENT):
        for language in core.policy.Language:
            mail = activity(kind, title="Our spring offer")

            assert core.subjects.subject_of(mail, language) == "Our spring offer"


def test_opens_of_marketing_and_of_sales_email_start_with_opened(core: Core) -> None:
    language = core.policy.Language
    for opened in (Kind.MARKETING_EMAIL_OPENED, Kind.SALES_EMAIL_OPENED):
        event = activity(opened, title="Our spring offer")

        assert core.subjects.subject_of(event, language.ENGLISH) == "Opened: Our spring offer"
        assert core.subjects.subject_of(event, language.JAPANESE) == "開封済み:Our spring offer"
        nameless = activity(opened)
        assert core.subjects.subject_of(nameless, language.ENGLISH).startswith("Opened")
        assert core.subjects.subject_of(nameless, language.JAPANESE).startswith("開封済み")


def test_a_form_submission_is_submitted_and_the_forms_name(core: Core) -> None:
    language = core.policy.Language
    form = activity(Kind.FORM_SUBMISSION, title="Contact us")

    assert core.subjects.subject_of(form, language.ENGLISH) == "Submitted: Contact us"
    assert core.subjects.subject_of(form, language.JAPANESE) == "送信済み:Contact us"


def test_marketing_activities_arrive_completed(core: Core) -> None:
    for kind in MARKETING:
        task = core.salesforce.render_new(activity(kind), context(core))

        assert task["Status"] == "Completed"


def test_the_type_is_the_drop_downs_value(core: Core) -> None:
    for kind in Kind:
        chosen = core.policy.KindPolicy(enabled=True, salesforce_task_type="Meeting")
        task = core.salesforce.render_new(activity(kind), context(core, kind_policy=chosen))

        assert task["Type"] == "Meeting"


def test_no_task_type_leaves_type_empty_as_an_explicit_null(core: Core) -> None:
    for kind in Kind:
        task = core.salesforce.render_new(activity(kind), context(core))

        assert "Type" in task
        assert task["Type"] is None


def test_email_attachments_are_never_synced(core: Core) -> None:
    mail = activity(Kind.SALES_EMAIL, attachment_ids=("55501", "55502"))

    task = core.salesforce.render_new(mail, context(core, attachment_names=("a.pdf",)))

    assert task["Description"] == "2 attachments in HubSpot: a.pdf, and 1 more"
    assert not [value for value in task.values() if value in ("55501", "55502")]


# --------------------------------------------------------------------------- assigned to


def _owners(core: Core) -> object:
    owners = [owner("1", email="one@example.com"), owner("2", email="two@example.com"), owner("3")]
    users = [user("005ONE", email="one@example.com"), user("005TWO", email="two@example.com")]
    return core.owners.match_owners(owners, users, {})


def test_assigned_to_is_the_activitys_owner_if_mapped(core: Core) -> None:
    owners = _owners(core)
    for kind in (kind for kind in Kind if kind.has_owner):
        call = activity(kind, owner_id="1")
        got = core.assignee.assignee_for(call, contact(1, owner_id="2"), owners, "005ME")

        assert got.user_id == "005ONE"


def test_assigned_to_is_else_the_contacts_owner_if_mapped(core: Core) -> None:
    owners = _owners(core)
    for kind in Kind:
        for owner_id in (None, "3", "unknown"):
            call = activity(kind, owner_id=owner_id)
            got = core.assignee.assignee_for(call, contact(1, owner_id="2"), owners, "005ME")

            assert got.user_id == "005TWO"


def test_assigned_to_is_else_the_integration_user(core: Core) -> None:
    owners = _owners(core)
    for about in (None, contact(1), contact(1, owner_id="3"), contact(1, owner_id="unknown")):
        got = core.assignee.assignee_for(activity(Kind.CALL, owner_id="3"), about, owners, "005ME")

        assert got.user_id == "005ME"


def test_kinds_without_an_owner_are_assigned_by_the_contacts_owner(core: Core) -> None:
    for kind in (kind for kind in Kind if not kind.has_owner):
        odd = activity(kind, owner_id="1")
        got = core.assignee.assignee_for(odd, contact(1, owner_id="2"), _owners(core), "005ME")

        assert got.user_id == "005TWO"


# --------------------------------------------------------------------------- which record


def _chosen(core: Core, *contacts: tuple[str, object]) -> str:
    candidates = [
        core.contact_choice.Candidate(contact(number, created_at=created), person("003AAA"))
        for number, created in contacts
    ]
    found = core.contact_choice.contact_for(candidates, TOKYO)
    assert found is not None
    return str(found.contact.id)


def test_of_several_contacts_that_sync_the_one_created_last_gets_the_task(core: Core) -> None:
    day = timedelta(days=1)

    assert _chosen(core, ("5", NOW), ("900", NOW - day), ("901", NOW - 2 * day)) == "5"
    assert _chosen(core, ("901", NOW - 2 * day), ("900", NOW - day), ("5", NOW)) == "5"


def test_of_several_created_on_the_same_date_the_highest_object_id_gets_the_task(
    core: Core,
) -> None:
    hour = timedelta(hours=1)

    assert _chosen(core, ("1000", NOW), ("999", NOW + hour), ("20", NOW + 2 * hour)) == "1000"


def test_a_contact_syncs_only_if_its_record_exists_and_may_be_edited(core: Core) -> None:
    someone = contact(1, salesforce_contact_id="003GONE", emails=("a@example.com",))
    for left in ({}, {"003GONE": person("003GONE", is_deleted=True)}):
        got = core.correspondence.person_for(someone, left, {})
        assert core.correspondence.Missing(core.reasons.Reason.NO_SALESFORCE_RECORD) == got
    for found in ({"003GONE": person("003GONE", editable=False)},):
        got = core.correspondence.person_for(someone, found, {})
        assert core.correspondence.Missing(core.reasons.Reason.NOT_EDITABLE) == got
    by_email: dict[str, list[Person]] = {"a@example.com": [person("003NEW")]}
    got = core.correspondence.person_for(someone, {}, by_email)
    assert got.person.id == "003NEW"


# --------------------------------------------------------------------------- the words around them


def test_completed_is_the_orgs_own_word(core: Core) -> None:
    own = (status("Offen", 1, default=True), status("Erledigt", 2, closed=True))
    for kind in MARKETING:
        task = core.salesforce.render_new(activity(kind), context(core, org=org(statuses=own)))

        assert task["Status"] == "Erledigt"
