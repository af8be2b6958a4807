"""
Planning a change of a connection's settings: what it means, and whether both accounts know what it names.

The one way in for the page, the file and the command line. An account is asked only about what is newly
chosen, and only where what was last read of it does not have it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from tandem.engine.asking import Asking
from tandem.engine.connectors import Connected
from tandem.engine.prepare import remembered
from tandem.errors import BudgetSpent, CrmError
from tandem.i18n import Messages
from tandem.model import Org, SalesforceUser, Side, TaskSchema
from tandem.settings import InvalidSettings, Problem, SettingsChange, change_of, parse
from tandem.settings.known import List, Lists, Name, newly_named, problem_of, unlisted
from tandem.store import Connection, ConnectionStore
from tandem.sync.policy import Policy

__all__ = ["plan_settings"]

T = TypeVar("T")
_CONDITION = "salesforce_tasks.filter.condition"


async def plan_settings(
    asking: Asking,
    connection: Connection,
    text: str,
    *,
    since: datetime | None = None,
    language: str = "en",
) -> SettingsChange:
    """
    What *text* would change in the saved settings of *connection*, told in *language*.

    ``InvalidSettings`` if it cannot be taken: by its form, or since it names what the accounts do not have. Where
    an account cannot be asked the change is taken, with a warning; ``tandem doctor`` looks again.
    """
    saved = asking.store.settings(connection.id)
    change = change_of(
        saved.text,
        text,
        version=saved.version,
        hubspot_now=await asking.crm_now(connection, Side.HUBSPOT),
        salesforce_now=await asking.crm_now(connection, Side.SALESFORCE),
        since=since,
        language=language,
    )
    if change.is_empty or not connection.is_complete:
        return change
    check = _Check(
        asking=asking, connection=connection, messages=Messages(language), before=parse(saved.text)
    )
    await check.names_and_condition(parse(text))
    if check.problems:
        raise InvalidSettings(check.problems, check.messages)
    return replace(change, warnings=(*change.warnings, *check.warnings))


@dataclass(slots=True, kw_only=True)
class _Check:
    asking: Asking
    connection: Connection
    messages: Messages
    before: Policy
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    async def names_and_condition(self, after: Policy) -> None:
        names = newly_named(self.before, after)
        mine = self.asking.store.for_connection(self.connection.id)
        lists = _remembered(mine)
        doubtful = [name for name in names if _is_doubtful(name, lists)]
        condition = after.task_filter.condition
        is_new = condition is not None and condition != self.before.task_filter.condition
        if not doubtful and not is_new:
            return
        connected = await self.asking.connectors.connect(self.connection)
        if doubtful:
            lists = await self._read(connected, doubtful)
            self.problems += [
                problem_of(name, lists, self.messages) for name in unlisted(doubtful, lists)
            ]
        if is_new and condition is not None:
            await self._condition(connected, condition)

    async def _read(self, connected: Connected, names: Collection[Name]) -> Lists:
        """The lists that *names* should be on, as they are now."""
        users = [name for name in names if name.list is List.USERS]
        ours = [name for name in names if name.list.side is Side.HUBSPOT]
        others = [name for name in names if name not in users and name not in ours]
        hubspot, salesforce = connected.hubspot, connected.salesforce
        return Lists(
            org=await self._asked(Side.SALESFORCE, others, salesforce.org),
            users=await self._asked(Side.SALESFORCE, users, salesforce.users),
            schema=await self._asked(Side.HUBSPOT, ours, hubspot.task_schema),
        )

    async def _asked(
        self, side: Side, names: Collection[Name], read: Callable[[], Awaitable[T]]
    ) -> T | None:
        if not names:
            return None
        try:
            return await read()
        except (BudgetSpent, CrmError) as error:
            self._unchecked(side, [name.place for name in names], error)
            return None

    async def _condition(self, connected: Connected, condition: str) -> None:
        try:
            said = await connected.salesforce.check_condition(condition)
        except (BudgetSpent, CrmError) as error:
            self._unchecked(Side.SALESFORCE, [_CONDITION], error)
            return
        if said is not None:
            text = self.messages(
                "settings.condition_refused", key=_CONDITION, problem=" ".join(said.split())
            )
            self.problems.append(Problem(text=text, key=_CONDITION))

    def _unchecked(self, side: Side, places: Collection[str], error: Exception) -> None:
        keys = self.messages.joined(list(dict.fromkeys(places)))
        self.warnings.append(
            self.messages("change.unchecked", side=side.title, keys=keys, problem=error)
        )


def _remembered(mine: ConnectionStore) -> Lists:
    return Lists(
        org=remembered(mine, "org", Org),
        users=remembered(mine, "users", tuple[SalesforceUser, ...]),
        schema=remembered(mine, "schema", TaskSchema),
    )


def _is_doubtful(name: Name, lists: Lists) -> bool:
    """Whether what was last read does not have it: it may have been added a minute ago."""
    return name.value not in (lists.of(name.list) or ())
