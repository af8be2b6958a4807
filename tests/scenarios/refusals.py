"""What stories of refused records have in common: a rule that refuses, and what became of the records."""

from __future__ import annotations

from typing import Any

from tandem.model import Kind
from tests.scenarios.story import Story

RULE = "Calls need a quote number. Ask the sales desk."
STATUSES = [
    {"value": "Not Started", "closed": False, "default": True},
    {"value": "In Progress", "closed": False},
    {"value": "Completed", "closed": True},
]


async def calls_for(story: Story, *titles: str, **options: Any) -> list[str]:
    """Calls on one person with *titles*, the kind switched on; their ids."""
    contact, _ = story.person()
    await story.switch_on(Kind.CALL, **options)
    return log(story, contact, *titles)


def log(story: Story, contact: str, *titles: str) -> list[str]:
    return [
        str(story.in_hubspot("log_call", contacts=[contact], title=title)["id"]) for title in titles
    ]


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


async def decisions(story: Story, asked: object) -> set[str]:
    """The rules that ``tandem explain`` names for a record."""
    explanation = await story.tandem.explain("default", str(asked))
    return {decision.rule for decision in explanation.decisions}


def parks(story: Story, condition: dict[str, Any]) -> None:
    story.in_salesforce(
        "add_validation_rule", name="quote", condition=condition, message=RULE, field="Subject"
    )
