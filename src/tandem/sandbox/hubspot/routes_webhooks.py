"""
Where an app's webhooks go and what they tell of: /webhooks/v3/{appId} [SPEC:webhooks-app.v3].

Called with the developer key as `hapikey`, or with a token of the same app.
"""

from typing import Any

from tandem.sandbox.hubspot.errors import HubSpotError, invalid
from tandem.sandbox.hubspot.http import NO_CONTENT, Answer, Call, Spec
from tandem.sandbox.hubspot.values import stamp
from tandem.sandbox.hubspot.webhook_events import ANY_PROPERTY
from tandem.sandbox.hubspot.webhook_settings import AppSettings

_BASE = "/webhooks/v3/{app}"


def _settings(call: Call) -> AppSettings:
    auth = call.state.auth
    key = call.text("hapikey")
    if key is not None:
        if key != auth.developer_key:
            raise HubSpotError(401, "INVALID_AUTHENTICATION", "The API key provided is invalid.")
        return call.state.webhooks.settings_of(call.param("app"))
    token = auth.authenticate(call.authorization)
    if str(token.app_id) != call.param("app"):
        raise HubSpotError(403, "MISSING_SCOPES", "The token belongs to another app")
    return call.state.webhooks.settings_of(call.param("app"))


def read_settings(call: Call) -> Answer:
    """GET …/settings: 404 while there is no target."""
    return Answer(body=_settings(call).to_json())


def write_settings(call: Call) -> Answer:
    """PUT …/settings."""
    settings = _settings(call)
    settings.change(call.json(), call.state.crm.now())
    return Answer(body=settings.to_json())


def clear_settings(call: Call) -> Answer:
    """DELETE …/settings: the target goes, and with it every delivery; subscriptions stay paused."""
    settings, now = _settings(call), call.state.crm.now()
    settings.target_url = ""
    for each in list(settings.subscriptions):
        settings.activate(str(each), False, now)
    return NO_CONTENT


def list_subscriptions(call: Call) -> Answer:
    """GET …/subscriptions."""
    found = _settings(call).subscriptions.values()
    return Answer(body={"results": [each.to_json() for each in found]})


def create_subscription(call: Call) -> Answer:
    """POST …/subscriptions: 201."""
    settings, asked = _settings(call), call.json()
    if asked.get("propertyName") == ANY_PROPERTY:
        raise invalid("propertyName must be the name of a property")
    made = call.state.webhooks.subscribe(settings.app_id, asked)
    return Answer(status=201, body=made.to_json())


def read_subscription(call: Call) -> Answer:
    """GET …/subscriptions/{id}."""
    return Answer(body=_settings(call).find(call.param("id")).to_json())


def update_subscription(call: Call) -> Answer:
    """PATCH …/subscriptions/{id}: only `active` changes."""
    settings, active = _settings(call), call.json().get("active")
    return Answer(body=settings.activate(call.param("id"), active, call.state.crm.now()).to_json())


def delete_subscription(call: Call) -> Answer:
    """DELETE …/subscriptions/{id}."""
    settings = _settings(call)
    del settings.subscriptions[settings.find(call.param("id")).id]
    return NO_CONTENT


def update_batch(call: Call) -> Answer:
    """POST …/subscriptions/batch/update of `{id, active}`."""
    settings, now = _settings(call), call.state.crm.now()
    inputs = call.inputs(100)
    for each in inputs:
        settings.find(str(each.get("id")))
    changed: list[dict[str, Any]] = [
        settings.activate(str(each["id"]), each.get("active"), now).to_json() for each in inputs
    ]
    at = stamp(now)
    return Answer(
        body={"status": "COMPLETE", "results": changed, "startedAt": at, "completedAt": at}
    )


SPECS = [
    Spec(method=method, path=_BASE + path, endpoint=endpoint, is_public=True)
    for method, path, endpoint in (
        ("GET", "/settings", read_settings),
        ("PUT", "/settings", write_settings),
        ("DELETE", "/settings", clear_settings),
        ("GET", "/subscriptions", list_subscriptions),
        ("POST", "/subscriptions", create_subscription),
        ("POST", "/subscriptions/batch/update", update_batch),
        ("GET", "/subscriptions/{id}", read_subscription),
        ("PATCH", "/subscriptions/{id}", update_subscription),
        ("DELETE", "/subscriptions/{id}", delete_subscription),
    )
]
