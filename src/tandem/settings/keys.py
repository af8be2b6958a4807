"""
Every setting of a connection: its key, what it accepts, its default, and the kinds that have it.

Showing, reading, checking and changing all follow from this one list; a setting is added here and
nowhere else (and its sentence in ``i18n``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.model import Field, Kind
from tandem.settings.values import (
    Accepts,
    Amount,
    Choice,
    FieldValues,
    Flag,
    Pairs,
    SalesforceIds,
    Text,
    TimeOfDay,
    Words,
)
from tandem.sync.policy import (
    ConflictRule,
    ContactChoice,
    DeletePolicy,
    KindPolicy,
    Language,
    Policy,
    StatusChoice,
)

__all__ = ["GENERAL", "KINDS", "PER_KIND", "SETTINGS", "Setting", "default_of"]

_MARKETING_EMAILS = frozenset(
    {
        Kind.MARKETING_EMAIL_SENT,
        Kind.MARKETING_EMAIL_OPENED,
        Kind.MARKETING_EMAIL_CLICKED,
    }
)
_WITH_CONTACTS = frozenset(kind for kind in Kind if kind.object_type is not None)
_OWNED = frozenset(kind for kind in Kind if kind.has_owner)
KINDS = "kinds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    One setting. ``name`` is its key, without ``kinds.<kind>.`` for those that each kind has.

    ``text`` is the key of the sentence that explains it.
    """

    name: str
    accepts: Accepts
    default: Any
    kinds: frozenset[Kind] = frozenset()

    @property
    def text(self) -> str:
        return f"setting.{KINDS}.{self.name}" if self.kinds else f"setting.{self.name}"

    @property
    def table(self) -> str:
        """The table it stands in, below that of its kind."""
        return self.name.rpartition(".")[0]

    @property
    def has_members(self) -> bool:
        """Whether its value is a table whose entries can be set one by one."""
        return isinstance(self.accepts, Pairs | FieldValues)


_POLICY = Policy()
_KIND = KindPolicy()
_ALL = frozenset(Kind)


def _words(
    enum: type[Language | ConflictRule | DeletePolicy | StatusChoice | ContactChoice],
) -> Choice:
    return Choice(tuple(member.value for member in enum))


GENERAL: tuple[Setting, ...] = (
    Setting(name="language", accepts=_words(Language), default=_POLICY.language),
    Setting(name="delete_policy", accepts=_words(DeletePolicy), default=_POLICY.delete_policy),
    Setting(name="conflict_rule", accepts=_words(ConflictRule), default=_POLICY.conflict_rule),
    Setting(name="due_time", accepts=TimeOfDay(), default=_POLICY.due_time),
    Setting(name="completed_status", accepts=Text(), default=None),
    Setting(name="inclusion_list", accepts=Text(), default=None),
    Setting(name="daily_calls.hubspot", accepts=Amount(), default=None),
    Setting(name="daily_calls.salesforce", accepts=Amount(), default=None),
    Setting(name="status_map", accepts=Pairs(), default={}),
    Setting(name="priority_map", accepts=Pairs(), default={}),
    Setting(name="salesforce_tasks.enabled", accepts=Flag(), default=False),
    Setting(
        name="salesforce_tasks.fields",
        accepts=Words(tuple(field.value for field in Field if field in _POLICY.task_fields)),
        default=tuple(field.value for field in Field if field in _POLICY.task_fields),
    ),
    Setting(name="salesforce_tasks.filter.subtypes", accepts=Words(), default=()),
    Setting(name="salesforce_tasks.filter.types", accepts=Words(), default=()),
    Setting(name="salesforce_tasks.filter.owners", accepts=SalesforceIds(), default=()),
    Setting(name="salesforce_tasks.filter.record_types", accepts=Words(), default=()),
    Setting(name="salesforce_tasks.filter.open_only", accepts=Flag(), default=False),
    Setting(name="salesforce_tasks.filter.condition", accepts=Text(), default=None),
    Setting(name="salesforce_tasks.filter.unattached", accepts=Flag(), default=False),
)

PER_KIND: tuple[Setting, ...] = (
    Setting(name="enabled", accepts=Flag(), default=_KIND.enabled, kinds=_ALL),
    Setting(name="salesforce_task_type", accepts=Text(), default=None, kinds=_ALL),
    Setting(name="subject_template", accepts=Text(), default=None, kinds=_ALL),
    Setting(name="status", accepts=_words(StatusChoice), default=_KIND.status, kinds=_ALL),
    Setting(
        name="contacts", accepts=_words(ContactChoice), default=_KIND.contacts, kinds=_WITH_CONTACTS
    ),
    Setting(name="record_type", accepts=Text(), default=None, kinds=_ALL),
    Setting(
        name="first_open_only",
        accepts=Flag(),
        default=_KIND.first_open_only,
        kinds=frozenset({Kind.MARKETING_EMAIL_OPENED}),
    ),
    Setting(
        name="skip_bots",
        accepts=Flag(),
        default=_KIND.skip_bots,
        kinds=_MARKETING_EMAILS - {Kind.MARKETING_EMAIL_SENT},
    ),
    Setting(name="fixed_fields", accepts=FieldValues(), default={}, kinds=_ALL),
    Setting(
        name="filter.forms",
        accepts=Words(),
        default=(),
        kinds=frozenset({Kind.FORM_SUBMISSION}),
    ),
    Setting(name="filter.campaigns", accepts=Words(), default=(), kinds=_MARKETING_EMAILS),
    Setting(name="filter.owners", accepts=Words(), default=(), kinds=_OWNED),
    Setting(name="filter.lists", accepts=Words(), default=(), kinds=_ALL),
    Setting(name="filter.subject_contains", accepts=Words(), default=(), kinds=_ALL),
)


def _by_key() -> Mapping[str, Setting]:
    keys = {setting.name: setting for setting in GENERAL}
    for kind in Kind:
        keys.update(
            {
                f"{KINDS}.{kind.value}.{setting.name}": setting
                for setting in PER_KIND
                if kind in setting.kinds
            }
        )
    return keys


SETTINGS: Mapping[str, Setting] = _by_key()
"""Every setting by its full key, in the order in which ``show`` prints them."""


def default_of(key: str) -> Any:
    return SETTINGS[key].default
