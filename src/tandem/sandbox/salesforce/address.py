"""Where clients are sent on: the org's own address as they can reach it."""

from typing import TYPE_CHECKING

from starlette.requests import Request

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

LOGIN_HOSTS = ("login.salesforce.com", "test.salesforce.com")


def base_url(state: "SalesforceState", request: Request) -> str:
    """
    Where clients are sent: the switch `instance_url`, else the address they used.

    A client that came to a login host (through CONNECT) goes on to the org's own host.
    """
    fixed = str(state.switches["instance_url"])
    if fixed:
        return fixed.rstrip("/")
    host = request.headers.get("host") or _listening(request)
    if host.partition(":")[0] in LOGIN_HOSTS:
        return my_domain(state)
    return f"{request.scope.get('scheme', 'http')}://{host}"


def _listening(request: Request) -> str:
    """Where the request arrived; HTTP/1.0 needs no Host."""
    name, port = request.scope.get("server") or ("localhost", None)
    return name if port is None else f"{name}:{port}"


def my_domain(state: "SalesforceState") -> str:
    """The org's own host name, which the sandbox's certificate covers."""
    return f"https://{MY_DOMAIN}.my.salesforce.com"


MY_DOMAIN = "tandem-demo"
