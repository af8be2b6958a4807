"""The catalogue: a key, its English and its Japanese, grouped by who says it."""

from __future__ import annotations

from tandem.i18n.texts import (
    alerts,
    commands,
    conflicts,
    connections,
    doctor,
    explaining,
    feeds,
    feeds_events,
    health,
    imports,
    options,
    program,
    reasons,
    reports,
    runs,
    serving,
    settings,
    settings_keys,
    simulation,
    tokens,
    undo,
    watching,
    web,
    web_activities,
    web_api,
    web_import,
    web_pages,
    web_records,
    web_reports,
    web_settings,
    web_sign_in,
    workers,
)

__all__ = ["TEXTS"]

TEXTS: dict[str, tuple[str, str]] = {}

for _group in (
    alerts,
    commands,
    conflicts,
    connections,
    doctor,
    explaining,
    feeds,
    feeds_events,
    health,
    imports,
    options,
    program,
    reasons,
    reports,
    runs,
    serving,
    settings,
    settings_keys,
    simulation,
    tokens,
    undo,
    watching,
    web,
    web_activities,
    web_api,
    web_import,
    web_pages,
    web_records,
    web_reports,
    web_settings,
    web_sign_in,
    workers,
):
    _twice = TEXTS.keys() & _group.TEXTS.keys()
    if _twice:
        raise RuntimeError(f"Texts defined twice: {', '.join(sorted(_twice))}")
    TEXTS.update(_group.TEXTS)
