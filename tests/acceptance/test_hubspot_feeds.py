"""HubSpot's two feeds on real sockets: an edit is heard by the service, and what is forged is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tandem.model import Kind
from tests.acceptance.installed import Installed
from tests.support.processes import Program, until


def address(program: Program) -> str:
    found = re.search(r"Web app: (http://\S+)", program.said)
    return found[1] if found else ""


def feed(tandem: Installed, name: str) -> dict[str, Any]:
    report = tandem.run("feeds", "list", "--json").json()
    return next(each for each in report["feeds"] if each["name"] == name)


def test_webhooks_reach_the_service_and_forged_ones_do_not(tandem: Installed) -> None:
    crms = tandem.crms
    tandem.connect()
    tandem.switch_on([Kind.TASK])
    secret = Path(tandem.home) / "secret"
    secret.write_text("sandbox-private-secret\n")
    tandem.run("feeds", "secret", "--secret-file", str(secret))
    program = tandem.start("serve", TANDEM_LANGUAGE="en")
    program.waits_for(lambda: address(program), "the address")
    target = address(program).rstrip("/") + "/hubspot/webhooks"
    crms.act("hubspot", "set_webhooks", target_url=target, app=18000001)

    crms.act("hubspot", "create_task", subject="Call Ann")
    heard = until(
        lambda: (found := feed(tandem, "webhooks"))["state"] == "healthy" and found, "a notice"
    )
    assert heard["message"] == ""
    assert heard["heard_at"] is not None

    crms.arm("hubspot", {"kind": "webhook_forged", "times": -1})
    crms.act("hubspot", "create_task", subject="Call Bob")
    until(lambda: _answers(crms, 401), "the refusal")
    assert program.interrupt().code == 0


def _answers(crms: Any, status: int) -> bool:
    return f"'status': {status}}}" in str(crms.ask("feeds"))
