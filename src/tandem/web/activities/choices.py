"""What there is to choose from on the Activities page: the org's own values, users, owners, statuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tandem.model import Field, Org
from tandem.settings.keys import SETTINGS
from tandem.settings.values import Choice
from tandem.web.activities.form import Shown
from tandem.web.speech import Speech
from tandem.web.visit import Visit

__all__ = ["PLACED", "Choices", "of"]

Options = list[tuple[str, str]]

PLACED = frozenset(
    {
        "language",
        "delete_policy",
        "conflict_rule",
        "due_time",
        "completed_status",
        "inclusion_list",
        "daily_calls.hubspot",
        "daily_calls.salesforce",
        "status_map",
        "priority_map",
        "salesforce_tasks.enabled",
        "salesforce_tasks.fields",
        "salesforce_tasks.filter.subtypes",
        "salesforce_tasks.filter.types",
        "salesforce_tasks.filter.owners",
        "salesforce_tasks.filter.record_types",
        "salesforce_tasks.filter.open_only",
        "salesforce_tasks.filter.condition",
        "salesforce_tasks.filter.unattached",
    }
)
"""General settings that have a place of their own on the page; any other is listed behind them."""

STATUSES = ("NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED")
PRIORITIES = ("HIGH", "MEDIUM", "LOW", "NONE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Options as (value, label), each list with what is chosen now even where the org has it no more."""

    task_types: Sequence[str]
    record_types: Sequence[str]
    statuses: Options
    closed_statuses: Options
    priorities: Options
    subtypes: Options
    types: Options
    users: Options
    owners: Options
    task_fields: Options
    is_known: bool
    speech: Speech

    def task_type(self, chosen: str) -> Options:
        """The drop-down's options; a value that vanished from the org says so."""
        none = [("", self.speech("web.no_task_type"))]
        return none + self._with_chosen([(each, each) for each in self.task_types], chosen)

    def record_type(self, chosen: str) -> Options:
        none = [("", self.speech("web.set.default_record_type"))]
        return none + self._with_chosen([(each, each) for each in self.record_types], chosen)

    def status(self, chosen: str) -> Options:
        return [("", self.speech("web.by_rule")), *self._with_chosen(self.statuses, chosen)]

    def completed(self, chosen: str) -> Options:
        return [("", self.speech("web.by_rule")), *self._with_chosen(self.closed_statuses, chosen)]

    def priority(self, chosen: str) -> Options:
        return [("", self.speech("web.by_rule")), *self._with_chosen(self.priorities, chosen)]

    def picked(self, options: Options, chosen: Iterable[str]) -> Options:
        """*options* with those chosen that are not among them."""
        known = {value for value, _ in options}
        return options + [
            (each, self._vanished(each)) for each in sorted(chosen) if each not in known
        ]

    def hubspot_values(self, what: str, mapped: Iterable[str]) -> Sequence[str]:
        """HubSpot's own values, and those of an account's own that are mapped already."""
        usual = STATUSES if what == "status" else PRIORITIES
        return (*usual, *(each for each in mapped if each not in usual))

    def words(self, key: str) -> Options:
        """The few words that a setting accepts."""
        accepts = SETTINGS[key].accepts
        assert isinstance(accepts, Choice)
        name = key.rpartition(".")[2]
        return [
            (each, self.speech.messages.either(f"web.value.{name}.{each}", each))
            for each in accepts.choices
        ]

    def _with_chosen(self, options: Options, chosen: str) -> Options:
        if not chosen or any(value == chosen for value, _ in options):
            return options
        return [*options, (chosen, self._vanished(chosen))]

    def _vanished(self, value: str) -> str:
        return self.speech("web.vanished", value=value) if self.is_known else value


def of(visit: Visit, shown: Shown) -> Choices:
    """By what was last read of both accounts; nothing is asked of them for a page."""
    org = visit.desk.org(visit.here)
    users = [
        (each.id, f"{each.name} ({visit.speech('web.queue')})" if each.is_queue else each.name)
        for each in visit.desk.users(visit.here)
        if each.active
    ]
    owners = [
        (each.id, each.name or each.email or each.id) for each in visit.desk.owners(visit.here)
    ]
    return Choices(
        task_types=org.task_types if org else (),
        record_types=sorted(org.record_types) if org else (),
        statuses=_statuses(org, closed_only=False),
        closed_statuses=_statuses(org, closed_only=True),
        priorities=[(each, each) for each in org.priorities] if org else [],
        subtypes=[(each, each) for each in org.subtypes] if org else [],
        types=[(each, each) for each in org.task_types] if org else [],
        users=sorted(users, key=lambda each: each[1].casefold()),
        owners=sorted(owners, key=lambda each: each[1].casefold()),
        task_fields=_task_fields(visit.speech),
        is_known=org is not None,
        speech=visit.speech,
    )


def _statuses(org: Org | None, *, closed_only: bool) -> Options:
    if org is None:
        return []
    return [
        (each.value, each.label)
        for each in sorted(org.statuses, key=lambda status: status.sort_order)
        if each.closed or not closed_only
    ]


def _task_fields(speech: Speech) -> Options:
    accepted = SETTINGS["salesforce_tasks.fields"].default
    return [(name, speech(f"field.{Field(name).value}")) for name in accepted]
