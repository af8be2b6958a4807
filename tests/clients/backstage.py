"""What a test does to the sandbox behind a client's back."""

from typing import Any

from tandem.sandbox.server import SandboxThread


def arm(sandbox: SandboxThread, side: str, *rules: dict[str, Any]) -> None:
    """Let one CRM misbehave as the rules say."""
    sandbox.run(lambda each: each.world.faults[side].arm(rules))


def switch(sandbox: SandboxThread, **values: Any) -> None:
    """Choose how the CRMs behave where their documents leave it open."""
    sandbox.run(lambda each: each.world.switches.set(values))


def act(sandbox: SandboxThread, side: str, done: str, **arguments: Any) -> dict[str, Any]:
    """Do what a person or an admin does in one CRM's own user interface."""
    return sandbox.run(lambda each: each.control.act(side, done, arguments))
