"""``tandem sandbox``: the two simulated CRMs."""

from __future__ import annotations

import asyncio
import enum
import errno
import socket
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tandem.cli.options import AsJson, InLanguage
from tandem.cli.output import print_json
from tandem.cli.serve import until_asked_to_end
from tandem.cli.session import Session, session_of
from tandem.errors import SettingsError

if TYPE_CHECKING:
    from tandem.sandbox.server import Sandbox

__all__ = ["HUBSPOT_PORT", "SALESFORCE_PORT", "free_port", "print_addresses", "register"]

HUBSPOT_PORT = 8801
SALESFORCE_PORT = 8802


class Data(enum.StrEnum):
    SAMPLE = "sample"
    EMPTY = "empty"


class Limits(enum.StrEnum):
    REAL = "real"
    OFF = "off"


def sandbox(
    context: typer.Context,
    hubspot_port: Annotated[
        int,
        typer.Option(
            "--hubspot-port", metavar="PORT", min=0, max=65535, help="option.hubspot_port"
        ),
    ] = HUBSPOT_PORT,
    salesforce_port: Annotated[
        int,
        typer.Option(
            "--salesforce-port", metavar="PORT", min=0, max=65535, help="option.salesforce_port"
        ),
    ] = SALESFORCE_PORT,
    events_port: Annotated[
        int | None,
        typer.Option("--events-port", metavar="PORT", min=0, max=65535, help="option.events_port"),
    ] = None,
    events_plaintext: Annotated[
        bool, typer.Option("--events-plaintext", help="option.events_plaintext")
    ] = False,
    data: Annotated[
        Data, typer.Option("--data", metavar="sample|empty", help="option.data")
    ] = Data.SAMPLE,
    limits: Annotated[
        Limits, typer.Option("--limits", metavar="real|off", help="option.limits")
    ] = Limits.REAL,
    latency_ms: Annotated[
        int, typer.Option("--latency-ms", metavar="MS", min=0, max=60_000, help="option.latency_ms")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="option.seed")] = 1,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    # Imported here and not above: every other command starts in half the time.
    from tandem.sandbox.salesforce.events.messages import EventsMissing
    from tandem.sandbox.server import Sandbox

    session = session_of(context)
    ports = [str(each) for each in (hubspot_port, salesforce_port, events_port) if each is not None]

    async def work() -> None:
        both = Sandbox(
            data=data.value,
            language=session.messages.language,
            seed=seed,
            limits=limits.value,
            latency_ms=latency_ms,
            hubspot_port=hubspot_port,
            salesforce_port=salesforce_port,
            events_port=events_port,
            events_plaintext=events_plaintext,
        )
        async with both:
            if as_json:
                print_json(session.out, addresses(both))
            else:
                print_addresses(session, both)
            with until_asked_to_end() as stop:
                session.remark("sandbox.until")
                await stop.wait()

    try:
        asyncio.run(work())
    except EventsMissing as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise SettingsError(
            session.messages(
                "sandbox.port_taken",
                ports=", ".join(ports),
                problem=error.strerror,
            )
        ) from None


def addresses(both: Sandbox) -> dict[str, object]:
    """Where the two CRMs are, and the credentials that open them."""
    found: dict[str, object] = {
        "hubspot": {"url": both.hubspot_url, "token": both.tokens["hubspot"]},
        "salesforce": {"url": both.salesforce_url, "token": both.tokens["salesforce"]},
        "ca_file": str(both.ca_path),
    }
    if both.events_target is not None:
        found["events"] = {"target": both.events_target, "plaintext": both.events_plaintext}
    return found


def print_addresses(session: Session, both: Sandbox) -> None:
    """Print what ``addresses`` holds, a line for each."""
    for name, url, token in (
        ("HubSpot", both.hubspot_url, both.tokens["hubspot"]),
        ("Salesforce", both.salesforce_url, both.tokens["salesforce"]),
    ):
        said = session.messages("sandbox.token", token=token)
        session.out.print(Text(f"{name:<11} {url}  {said}"), soft_wrap=True)
    if both.events_target is not None:
        said = f"{session.messages('sandbox.events')}: {both.events_target}"
        if both.events_plaintext:
            said += f" ({session.messages('sandbox.events_plaintext')})"
        session.out.print(Text(said), soft_wrap=True)
    said = session.messages("sandbox.ca", path=both.ca_path)
    session.out.print(Text(said), soft_wrap=True)


def free_port(wanted: int) -> int:
    """*wanted*, or the next port above it that nobody listens on."""
    for port in range(wanted, min(wanted + 200, 65535)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return 0


def register(app: typer.Typer) -> None:
    app.command("sandbox", help="help.sandbox", epilog="tandem sandbox --data empty --language ja")(
        sandbox
    )
