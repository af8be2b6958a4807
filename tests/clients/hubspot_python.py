"""hubspot-api-client led to the sandbox, and the task that tests create with it."""

from typing import Any

import hubspot.crm.objects.tasks as tasks
from hubspot import HubSpot

from tandem.sandbox.server import SandboxThread

DUE = "2026-12-01T09:00:00Z"


def client(sandbox: SandboxThread, **more: Any) -> HubSpot:
    """The client with the ready token, unless *more* says otherwise."""
    options = {"access_token": sandbox.tokens["hubspot"], **more}
    return HubSpot(host=sandbox.hubspot_url, base_url=sandbox.hubspot_url, **options)


def new_task(subject: str) -> tasks.SimplePublicObjectInputForCreate:
    """A task on nobody."""
    return tasks.SimplePublicObjectInputForCreate(
        properties={"hs_task_subject": subject, "hs_timestamp": DUE}, associations=[]
    )
