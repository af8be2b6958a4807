"""Who may come in: a bearer token in the header, and nobody who has tried too many wrong ones."""

from __future__ import annotations

from starlette.requests import Request

from tandem.store.api import ApiStore, ApiToken
from tandem.web.api.problem import Code, Trouble
from tandem.web.passwords import LOCKED_FOR
from tandem.web.visit import House

__all__ = ["WRONG_TRIES", "token_of"]

WRONG_TRIES = 30
"""From one address, as many as the sign-in allows; then it is locked out for as long."""


async def token_of(request: Request, house: House) -> ApiToken:
    """
    The token that the request carries; Trouble where it carries none, or none that is good.

    Cookies are not looked at: a browser that is signed in is nobody here, so no page elsewhere can use it.
    """
    secret = _secret(request.headers.get("authorization", ""))
    if not secret:
        raise Trouble(Code.NO_TOKEN)
    run, store = house.desk.store.run, house.desk.store
    address = request.client.host if request.client else ""
    names = [f"api {address}"]
    failed = await run(house.members.failures, names, LOCKED_FOR)
    if failed.get(names[0], 0) >= WRONG_TRIES:
        raise Trouble(Code.LOCKED_OUT, retry_after=LOCKED_FOR.total_seconds())
    found = await run(ApiStore.of(store).use_token, secret)
    if found is None:
        await run(house.members.count_failure, names, LOCKED_FOR)
        if failed.get(names[0], 0) + 1 == WRONG_TRIES:
            house.desk.as_("API").note(None, "api_locked_out", address)
        raise Trouble(Code.BAD_TOKEN)
    return found


def _secret(header: str) -> str:
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
