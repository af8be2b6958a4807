"""What a person sets in an app's own settings: where its webhooks go, and what they tell of."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot.errors import invalid
from tandem.sandbox.hubspot.webhook_settings import DEFAULT_CONCURRENCY, everything

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState


def set_webhooks(
    state: "HubSpotState",
    target_url: str,
    subscriptions: Sequence[Mapping[str, Any]] | None = None,
    app: int | None = None,
    max_concurrent_requests: int = DEFAULT_CONCURRENCY,
) -> dict[str, Any]:
    """
    The webhooks of an app, in place of what it had: by default every event of activities, contacts,
    companies and deals.
    """
    settings = state.webhooks.settings_of(state.auth.app_id if app is None else app)
    wanted = everything() if subscriptions is None else list(subscriptions)
    if not all(isinstance(each, Mapping) for each in wanted):
        raise invalid("subscriptions is a list of objects with an eventType")
    before = dict(settings.subscriptions)
    settings.subscriptions.clear()
    try:
        for each in wanted:
            state.webhooks.subscribe(settings.app_id, each)
        settings.change(
            {
                "targetUrl": target_url,
                "throttling": {"maxConcurrentRequests": max_concurrent_requests},
            },
            state.crm.now(),
        )
    except Exception:
        settings.subscriptions.clear()
        settings.subscriptions.update(before)
        raise
    return {
        "app": settings.app_id,
        "target": target_url,
        "subscriptions": len(settings.subscriptions),
    }


def remove_webhooks(state: "HubSpotState", app: int | None = None) -> dict[str, Any]:
    """An app's webhooks are switched off; what waits for it is never sent."""
    settings = state.webhooks.settings_of(state.auth.app_id if app is None else app)
    settings.subscriptions.clear()
    settings.target_url = ""
    return {"app": settings.app_id}


ACTS = (set_webhooks, remove_webhooks)
