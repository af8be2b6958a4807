"""
What the pages ask of Tandem: the application, in the name of whoever is signed in.

Everything the command line does too is the application's own method. Here stand the few things a page needs
beyond them: the reader's language, the person for the audit log, and a sign-in that takes two requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tandem.bootstrap import Application
from tandem.clock import Clock
from tandem.crm.http import Transport
from tandem.engine.asking import Asking
from tandem.engine.brakes import RELEASED, is_brake
from tandem.engine.choosing import plan_settings
from tandem.engine.conflicts import Conflicting
from tandem.engine.connecting import Connecting
from tandem.engine.connectors import Connected
from tandem.engine.prepare import load_accounts, remembered
from tandem.engine.recreating import Recreating
from tandem.engine.reports import SettingsChange
from tandem.engine.trying import Trying
from tandem.engine.undoing import Undoing
from tandem.errors import BudgetSpent, CrmError
from tandem.model import HubSpotOwner, Org, Portal, SalesforceUser
from tandem.settings import parse
from tandem.store import Connection, ConnectionStore, Store
from tandem.sync.policy import Policy

__all__ = ["NO_CONNECTION", "Desk"]

NO_CONNECTION = 0
"""In the audit log: what concerns the installation as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """``who`` is noted in the audit log with everything that is changed."""

    application: Application
    asking: Asking
    connecting: Connecting
    who: str = ""

    @classmethod
    def of(cls, application: Application) -> Desk:
        return cls(
            application=application,
            asking=application.asking,
            connecting=application.connecting,
        )

    def as_(self, who: str) -> Desk:
        """The same in somebody's name."""
        return replace(
            self,
            who=who,
            asking=replace(self.asking, who=who),
            connecting=replace(self.connecting, who=who),
        )

    @property
    def conflicting(self) -> Conflicting:
        return replace(self.application.conflicting, who=self.who)

    @property
    def undoing(self) -> Undoing:
        return replace(self.application.undoing, who=self.who)

    @property
    def recreating(self) -> Recreating:
        return replace(self.application.recreating, who=self.who)

    @property
    def trying(self) -> Trying:
        return Trying(runner=self.application.runner, connectors=self.application.connectors)

    @property
    def store(self) -> Store:
        return self.application.store

    @property
    def clock(self) -> Clock:
        return self.asking.clock

    @property
    def transport(self) -> Transport:
        return self.connecting.transport

    # ------------------------------------------------------------------ connections

    def connection(self, connection_id: int) -> Connection:
        """SettingsError where there is none (any more)."""
        return self.store.connection_by_id(connection_id)

    def mine(self, connection: Connection) -> ConnectionStore:
        return self.store.for_connection(connection.id)

    async def connected(self, connection: Connection) -> Connected:
        return await self.asking.connectors.connect(connection)

    def resume(self, connection: Connection) -> None:
        """Go on; after a brake that is a person's word that the next run may go through with it."""
        if is_brake(connection.suspended_reason):
            reason = connection.suspended_reason.encode()
            self.mine(connection).cache(RELEASED, reason, self.clock.now())
        self.store.resume(connection.id)
        self.note(connection, "resumed", connection.suspended_reason)

    # ------------------------------------------------------------------ what was read of the accounts

    async def acquaint(self, connection: Connection) -> None:
        """
        Read both accounts' own lists where they were never read, as right after connecting.

        A CRM that does not answer leaves them unknown: a page shows what there is.
        """
        known = (self.portal(connection), self.org(connection), self.owners(connection))
        if all(known) or not connection.is_complete or connection.is_suspended:
            return
        try:
            connected = await self.connected(connection)
            await load_accounts(
                self.store.run,
                self.mine(connection),
                connected.hubspot,
                connected.salesforce,
                self.clock.now(),
            )
        except (CrmError, BudgetSpent):
            return

    def portal(self, connection: Connection) -> Portal | None:
        return remembered(self.mine(connection), "portal", Portal)

    def org(self, connection: Connection) -> Org | None:
        return remembered(self.mine(connection), "org", Org)

    def owners(self, connection: Connection) -> Sequence[HubSpotOwner]:
        return remembered(self.mine(connection), "owners", tuple[HubSpotOwner, ...]) or ()

    def users(self, connection: Connection) -> Sequence[SalesforceUser]:
        return remembered(self.mine(connection), "users", tuple[SalesforceUser, ...]) or ()

    # ------------------------------------------------------------------ settings

    def policy(self, connection: Connection) -> tuple[Policy, int]:
        """The settings as they are saved, and their version."""
        saved = self.store.settings(connection.id)
        return parse(saved.text), saved.version

    async def change(
        self, connection: Connection, text: str, language: str, since: datetime | None = None
    ) -> SettingsChange:
        """
        What *text* would change, told in *language*; InvalidSettings if it cannot be taken.

        What is switched on begins now, or at *since*.
        """
        return await plan_settings(self.asking, connection, text, since=since, language=language)

    async def save(self, connection: Connection, change: SettingsChange) -> int:
        return await self.application.save_settings(connection.name, change, self.who)

    # ------------------------------------------------------------------ the audit log

    def note(self, connection: Connection | None, action: str, detail: str = "") -> None:
        """Add to the audit log, of the installation where *connection* is None."""
        where = NO_CONNECTION if connection is None else connection.id
        self.store.note(where, self.who, action, detail)
