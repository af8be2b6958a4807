"""
What people and other systems do in HubSpot's own pages: the acts of the control plane.

Every act is a function of the state and named arguments. Records are named by id, contacts also by
e-mail address, forms, campaigns, lists and marketing events also by name.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tandem.sandbox.hubspot import acts_feeds, acts_marketing, acts_records, acts_settings
from tandem.sandbox.hubspot.errors import HubSpotError

if TYPE_CHECKING:
    from tandem.sandbox.hubspot.state import HubSpotState

Act = Callable[..., dict[str, Any]]

ACTS: Mapping[str, Act] = {
    act.__name__: act
    for module in (acts_records, acts_marketing, acts_settings, acts_feeds)
    for act in module.ACTS
}


class ActError(ValueError):
    """An act cannot be done; the message says why."""


def act(state: "HubSpotState", name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Do one act by name; ActError names what is known where name or arguments are not."""
    found = ACTS.get(name)
    if found is None:
        raise ActError(f"There is no act {name!r} in HubSpot. Known: {', '.join(sorted(ACTS))}.")
    parameters = {
        parameter.name.rstrip("_"): parameter
        for parameter in list(inspect.signature(found).parameters.values())[1:]
    }
    unknown = sorted(set(arguments) - set(parameters))
    if unknown:
        raise ActError(
            f"{name} does not know {', '.join(unknown)}. It knows: {', '.join(parameters)}."
        )
    missing = [
        known
        for known, parameter in parameters.items()
        if parameter.default is parameter.empty and known not in arguments
    ]
    if missing:
        raise ActError(f"{name} needs {', '.join(missing)}.")
    state.crm.tick()
    try:
        return found(state, **{parameters[known].name: each for known, each in arguments.items()})
    except HubSpotError as error:
        raise ActError(f"{name} failed: {error.message}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ActError(f"{name} cannot make sense of its arguments: {error}") from error
