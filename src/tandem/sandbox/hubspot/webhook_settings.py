"""What an app is subscribed to, and where its webhooks go [D-wh][SPEC:webhooks-app.v3]."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from tandem.sandbox.hubspot.errors import HubSpotError, invalid, not_found
from tandem.sandbox.hubspot.happenings import Happening, What
from tandem.sandbox.hubspot.kinds import KINDS, Kind
from tandem.sandbox.hubspot.values import stamp

MOST_SUBSCRIPTIONS = 1_000
DEFAULT_CONCURRENCY = 10
_LEAST_CONCURRENCY = 6
"""maxConcurrentRequests has to be above 5 [D-wh]."""

LEGACY = ("contact", "company", "deal", "ticket", "product", "line_item")
_LEGACY_WHATS = {
    "product": frozenset(What) - {What.FORGOTTEN, What.ASSOCIATED},
    "contact": frozenset(What),
}
_OTHER_WHATS = frozenset(What) - {What.FORGOTTEN}
NOT_SUBSCRIBABLE = frozenset(
    {"hs_email_html", "hs_email_subject", "hs_communication_body", "hs_lastmodifieddate"}
)
"""Properties that generic subscriptions refuse [CL-genwh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One kind of event that an app wants; `kind` is the record kind, `name` None for any property."""

    id: int
    event_type: str
    what: What
    kind: Kind
    is_generic: bool
    name: str | None
    is_active: bool
    created: int
    updated: int

    def wants(self, happening: Happening) -> bool:
        """Whether the happening is one of these, whatever its properties are."""
        return self.is_active and self.what is happening.what and self.kind.name == happening.kind

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": str(self.id),
            "eventType": self.event_type,
            "active": self.is_active,
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
        }
        if self.is_generic:
            shown["objectTypeId"] = self.kind.type_id
        if self.name is not None:
            shown["propertyName"] = self.name
        return shown


@dataclass(slots=True, kw_only=True)
class AppSettings:
    """Where the webhooks of one app go, and what they tell of."""

    app_id: int
    secret: str
    target_url: str = ""
    max_concurrent: int = DEFAULT_CONCURRENCY
    created: int = 0
    updated: int = 0
    subscriptions: dict[int, Subscription] = field(default_factory=dict)

    @property
    def is_listening(self) -> bool:
        return bool(self.target_url) and any(each.is_active for each in self.subscriptions.values())

    def change(self, asked: Mapping[str, Any], now: int) -> None:
        """Take in a target and its throttling; 400 for what cannot be."""
        throttling = asked.get("throttling")
        if not isinstance(throttling, Mapping) or "targetUrl" not in asked:
            raise invalid("Webhook settings need a targetUrl and throttling")
        most = throttling.get("maxConcurrentRequests")
        if isinstance(most, bool) or not isinstance(most, int) or most < _LEAST_CONCURRENCY:
            raise invalid("maxConcurrentRequests must be a number above 5")
        self.target_url = checked_target(str(asked["targetUrl"]))
        self.max_concurrent = most
        self.created = self.created or now
        self.updated = now

    def to_json(self) -> dict[str, Any]:
        """The answer of the settings endpoint; 404 while there is no target."""
        if not self.target_url:
            raise not_found(f"No webhook settings exist for app {self.app_id}")
        return {
            "targetUrl": self.target_url,
            "throttling": {"maxConcurrentRequests": self.max_concurrent, "period": "SECONDLY"},
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
        }

    def subscribe(self, asked: Mapping[str, Any], subscription_id: int, now: int) -> Subscription:
        """A new subscription; 400 for an event that nobody can subscribe to, 409 for a repeated one."""
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            raise invalid(f"An app can have at most {MOST_SUBSCRIPTIONS} subscriptions")
        made = _subscription(asked, subscription_id, now)
        for each in self.subscriptions.values():
            if (each.event_type, each.kind, each.name) == (made.event_type, made.kind, made.name):
                raise HubSpotError(409, "CONFLICT", f"There is already a subscription {each.id}")
        self.subscriptions[made.id] = made
        return made

    def find(self, wanted: str) -> Subscription:
        found = (
            self.subscriptions.get(int(wanted)) if wanted.isascii() and wanted.isdigit() else None
        )
        if found is None:
            raise not_found(f"Subscription {wanted} does not exist")
        return found

    def activate(self, wanted: str, is_active: Any, now: int) -> Subscription:
        """Pause a subscription or go on with it."""
        if not isinstance(is_active, bool):
            raise invalid("active must be true or false")
        changed = replace(self.find(wanted), is_active=is_active, updated=now)
        self.subscriptions[changed.id] = changed
        return changed


def everything() -> list[dict[str, Any]]:
    """Every generic event of activities, contacts, companies and deals, with any property."""
    chosen = [each for each in KINDS if each.is_activity]
    chosen += [each for each in KINDS if each.name in ("contacts", "companies", "deals")]
    whats = [each for each in What if each is not What.FORGOTTEN]
    return [
        {"eventType": f"object.{what}", "objectTypeId": kind.type_id, "propertyName": "*"}
        if what is What.CHANGED
        else {"eventType": f"object.{what}", "objectTypeId": kind.type_id}
        for kind in chosen
        for what in whats
    ]


def checked_target(url: str) -> str:
    """An https address, or http on this machine; 400 for anything else."""
    parts = urlsplit(url)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or (
        parts.scheme != "https" and not (parts.scheme == "http" and is_local)
    ):
        raise invalid(f"The target URL must be https (http only on this machine), not {url!r}")
    return url


def _subscription(asked: Mapping[str, Any], subscription_id: int, now: int) -> Subscription:
    event_type = str(asked.get("eventType", ""))
    prefix, _, name = event_type.partition(".")
    is_generic = prefix == "object"
    try:
        what = What(name)
    except ValueError:
        raise invalid(f"{event_type!r} is no event that can be subscribed to") from None
    kind = _kind_of(prefix, asked)
    if what not in (_OTHER_WHATS if is_generic else _LEGACY_WHATS.get(prefix, _OTHER_WHATS)):
        raise invalid(f"{event_type!r} is no event that can be subscribed to")
    wanted = asked.get("propertyName")
    if (what is What.CHANGED) != bool(wanted):
        raise invalid("propertyName is for propertyChange subscriptions, which need one")
    if is_generic and wanted in NOT_SUBSCRIBABLE:
        raise invalid(f"Changes of the property {wanted} cannot be subscribed to")
    is_active = asked.get("active", True)
    if not isinstance(is_active, bool):
        raise invalid("active must be true or false")
    return Subscription(
        id=subscription_id,
        event_type=event_type,
        what=what,
        kind=kind,
        is_generic=is_generic,
        name=str(wanted) if wanted else None,
        is_active=is_active,
        created=now,
        updated=now,
    )


def _kind_of(prefix: str, asked: Mapping[str, Any]) -> Kind:
    if prefix != "object" and prefix not in LEGACY:
        raise invalid(f"{asked.get('eventType')!r} is no event that can be subscribed to")
    wanted = asked.get("objectTypeId") if prefix == "object" else prefix
    for kind in KINDS:
        if wanted in (kind.singular, kind.type_id):
            return kind
    raise invalid(f"{wanted!r} is no object type that can be subscribed to")
