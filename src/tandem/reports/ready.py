"""The reports that nobody has to build: opens, clicks and form submissions, by week, owner and form."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.i18n import Messages
from tandem.mapping.salesforce_reports import About, Grouping, Report
from tandem.mapping.subjects import opening_words
from tandem.model import Kind
from tandem.sync.policy import Policy

__all__ = ["READY", "ready_made"]

_OPENS = (Kind.MARKETING_EMAIL_OPENED, Kind.SALES_EMAIL_OPENED)
_CLICKS = (Kind.MARKETING_EMAIL_CLICKED, Kind.SALES_EMAIL_CLICKED)
_FORMS = (Kind.FORM_SUBMISSION,)

_READY: Mapping[str, tuple[tuple[Kind, ...], Grouping]] = {
    "opens": (_OPENS, Grouping.WEEK),
    "opens-by-owner": (_OPENS, Grouping.OWNER),
    "clicks": (_CLICKS, Grouping.WEEK),
    "clicks-by-owner": (_CLICKS, Grouping.OWNER),
    "forms": (_FORMS, Grouping.SUBJECT),
    "forms-by-week": (_FORMS, Grouping.WEEK),
    "forms-by-owner": (_FORMS, Grouping.OWNER),
}
READY = tuple(_READY)
"""Their names, as the command line and addresses take them."""


def ready_made(policy: Policy, about: About = About.CONTACTS) -> tuple[Report, ...]:
    """
    The ready-made reports in the words that the connection's subjects begin with, all time.

    One whose subjects begin with nothing of their own, because of a template, cannot be told by them and is left out.
    """
    messages = Messages(policy.language.value)
    found = []
    for code, (kinds, grouping) in _READY.items():
        words = [
            opening_words(kind, policy.language, policy.kind(kind).subject_template or None)
            for kind in kinds
        ]
        if not all(words):
            continue
        name = messages(f"report.ready.{code}", words=words[0])
        if about is About.LEADS:
            name = messages("report.ready.leads", name=name)
        found.append(
            Report(
                name=name,
                code=code if about is About.CONTACTS else f"{code}-leads",
                about=about,
                subjects=tuple(dict.fromkeys(words)),
                groupings=(grouping,),
            )
        )
    return tuple(found)
