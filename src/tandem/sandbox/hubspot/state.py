"""The simulated HubSpot account: everything but HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tandem.sandbox.hubspot import behaviour, behaviour_feeds, disturbing, loading
from tandem.sandbox.hubspot.account import Account
from tandem.sandbox.hubspot.acts import ACTS, act
from tandem.sandbox.hubspot.auth import Auth, Token
from tandem.sandbox.hubspot.crm import PERSON, Crm
from tandem.sandbox.hubspot.feeds import Feeds
from tandem.sandbox.hubspot.journal_feed import Journal
from tandem.sandbox.hubspot.limits import Limits
from tandem.sandbox.hubspot.lists import Lists
from tandem.sandbox.hubspot.records import Source
from tandem.sandbox.hubspot.webhooks import Webhooks
from tandem.sandbox.world import HUBSPOT, World


class HubSpotState:
    """
    One HubSpot account. A new one is empty but for its owner-less settings and default pipelines.

    `access_token` is the token of a private app; `client_id` and `client_secret` belong to an app
    that signs in with OAuth, and `refresh_token` is what an earlier sign-in left. All of them are
    the same in every sandbox.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = world.faults[HUBSPOT]
        behaviour.declare_switches(world.switches)
        behaviour.declare_faults(self.faults)
        behaviour_feeds.declare_switches(world.switches)
        behaviour_feeds.declare_faults(self.faults)
        self.reset()

    @property
    def access_token(self) -> str:
        return self.auth.private_token

    @property
    def client_id(self) -> str:
        return self.auth.client_id

    @property
    def client_secret(self) -> str:
        return self.auth.client_secret

    @property
    def refresh_token(self) -> str:
        return self.auth.refresh_token

    def reset(self) -> None:
        """Forget everything: an account as on its first day."""
        self.account = Account()
        self.crm = Crm(self.world, self.account)
        self.auth = Auth(self.world)
        self.limits = Limits(self.world, self.account)
        self.feeds = Feeds()
        self.lists = Lists()
        self.webhooks = Webhooks(self.world, self.account, self.auth, self.faults)
        self.journal = Journal(self.world, self.account, self.faults)
        self.snapshots: dict[str, tuple[int, bool]] = {}
        self.crm.happenings.listen(lambda: self.webhooks.is_listening, self.webhooks.hear)
        self.crm.happenings.listen(lambda: self.journal.is_listening, self.journal.hear)
        self.search_stalled_until = self.search_stalled_at = 0

    def load(self, part: Mapping[str, Any]) -> None:
        """Take in vendor-shaped records with explicit ids; ValueError names what does not fit."""
        loading.load(self, part)

    @contextmanager
    def acting_as(self, token: Token) -> Iterator[None]:
        """What happens meanwhile is the doing of the token's app."""
        if token.app_id:
            self.crm.actor = Source(type="INTEGRATION", id=str(token.app_id))
        try:
            yield
        finally:
            self.crm.actor = PERSON

    def search_until(self) -> int:
        """The instant up to which Search knows what was written."""
        now = self.crm.tick()
        lag = int(self.world.switches["search_lag_ms"])
        stall = self.faults.take_named("search_stall")
        if stall is not None:
            span = int(float(stall.argument("seconds", 30)) * 1000)
            self.search_stalled_until = now + span
            # What it had taken in before it keeps showing; it stood still for a while when that came to light.
            self.search_stalled_at = now - span - lag
        if now < self.search_stalled_until:
            return self.search_stalled_at
        return now - lag

    def summary(self) -> dict[str, Any]:
        """What the account holds."""
        self.crm.tick()
        return {
            "portal_id": self.account.portal_id,
            "time_zone": self.account.time_zone,
            "objects": {
                name: {"live": len(table.live), "archived": len(table.archived)}
                for name, table in self.crm.tables.items()
            },
            "owners": len(self.crm.owners),
            "forms": len(self.feeds.forms),
            "submissions": sum(map(len, self.feeds.submissions.values())),
            "campaigns": len(self.feeds.campaigns),
            "email_events": len(self.feeds.email_events),
            "marketing_events": len(self.feeds.marketing_events),
            "participations": len(self.feeds.participations),
            "lists": len(self.lists),
            "files": len(self.feeds.files),
            "access_token": self.access_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "acts": sorted(ACTS),
        }

    def change_feeds(self) -> dict[str, Any]:
        """The state of the change feeds, for `GET /_sandbox/feeds`."""
        return disturbing.feeds(self)

    def disturb(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Hold, lose or flood the change feeds; ValueError if it cannot be done."""
        return disturbing.disturb(self, asked)

    def act(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person or another system does in HubSpot; ValueError if it cannot be done."""
        return act(self, name, arguments)
