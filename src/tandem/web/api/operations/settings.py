"""Settings: reading them, what a change would do, changing them, and which keys there are."""

from __future__ import annotations

from datetime import UTC, datetime

from tandem.engine.choosing import plan_settings
from tandem.engine.reports import SettingsChange
from tandem.errors import SettingsError
from tandem.i18n import Messages
from tandem.model import Kind
from tandem.settings import parse, show, with_value
from tandem.settings.keys import KINDS, PER_KIND, SETTINGS, Setting
from tandem.settings.show import flat
from tandem.settings.values import Choice
from tandem.store.members import Role
from tandem.web.activities.form import label_of
from tandem.web.api import shapes
from tandem.web.api.call import Call
from tandem.web.api.operation import operation
from tandem.web.api.problem import Code, Trouble

__all__ = ["OPERATIONS"]


@operation("GET", "/connections/{connection}/settings", tag="settings")
async def show_settings(call: Call) -> shapes.Settings:
    saved = await call.kept(call.desk.store.settings, call.here.id)
    policy = parse(saved.text)
    return shapes.Settings(
        version=saved.version,
        text=show(policy, language=call.speech.language),
        values=dict(line.split(" = ", 1) for line in flat(policy)),
        changed_at=saved.changed_at,
        changed_by=saved.changed_by,
    )


@operation("POST", "/connections/{connection}/settings/difference", tag="settings")
async def compare_settings(call: Call, body: shapes.SettingsWanted) -> shapes.Change:
    change = await _change(call, body)
    return _told(change, change.base_version, call.speech.messages)


@operation("PUT", "/connections/{connection}/settings", tag="settings", role=Role.ADMIN)
async def save_settings(call: Call, body: shapes.SettingsSaved) -> shapes.Change:
    await _check_version(call, body.version)
    change = await _change(call, body)
    if change.is_empty:
        return _told(change, change.base_version, call.speech.messages)
    await _check_version(call, change.base_version)
    try:
        version = await call.desk.save(call.here, change)
    except SettingsError:
        # Somebody else may have saved while the CRM was asked for its time.
        await _check_version(call, body.version)
        raise
    return _told(change, version, call.speech.messages)


async def _check_version(call: Call, wanted: int) -> None:
    saved = await call.kept(call.desk.store.settings, call.here.id)
    if saved.version != wanted:
        who = saved.changed_by or "–"
        raise Trouble(
            Code.CHANGED,
            call.speech("web.api.version", present=saved.version, who=who, given=wanted),
        )


async def _change(call: Call, body: shapes.SettingsWanted) -> SettingsChange:
    language = call.speech.language
    if (body.text is None) == (body.set is None):
        raise Trouble(Code.REFUSED, call.speech("web.api.text_or_set"))
    text = body.text
    if text is None:
        saved = await call.kept(call.desk.store.settings, call.here.id)
        text = show(parse(saved.text), language=language)
        for key, value in (body.set or {}).items():
            text = with_value(text, key, value, language=language)
    since = _in_utc(call, body.since)
    return await plan_settings(call.desk.asking, call.here, text, since=since, language=language)


def _in_utc(call: Call, since: datetime | None) -> datetime | None:
    try:
        return None if since is None else since.astimezone(UTC)
    except OverflowError:
        raise Trouble(Code.REFUSED, call.speech("web.api.no_such_time")) from None


def _told(change: SettingsChange, version: int, messages: Messages) -> shapes.Change:
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for line in change.difference:
        key, _, value = line[2:].partition(" = ")
        (before if line.startswith("-") else after)[key] = value
    return shapes.Change(
        version=version,
        text=change.text,
        difference=tuple(
            shapes.Line(
                key=key,
                label=label_of(key, messages),
                before=before.get(key),
                after=after.get(key),
            )
            for key in dict.fromkeys([*before, *after])
        ),
        warnings=change.warnings,
    )


# --------------------------------------------------------------------------- what there is to set


@operation("GET", "/kinds", tag="settings")
async def list_kinds(call: Call) -> shapes.Page[shapes.ActivityKind]:
    found = [
        shapes.ActivityKind(
            kind=kind,
            name=call.speech(f"kind.{kind.value}"),
            is_marketing=kind.is_marketing,
            has_owner=kind.has_owner,
            settings=tuple(each.name for each in PER_KIND if kind in each.kinds),
        )
        for kind in Kind
    ]
    return shapes.Page(items=tuple(found))


@operation("GET", "/settings-keys", tag="settings")
async def list_settings_keys(call: Call) -> shapes.Page[shapes.Setting]:
    found = [_setting(key, each, call.speech.messages) for key, each in SETTINGS.items()]
    return shapes.Page(items=tuple(found))


def _setting(key: str, setting: Setting, messages: Messages) -> shapes.Setting:
    accepts = setting.accepts
    return shapes.Setting(
        key=key,
        label=label_of(key, messages),
        said=messages(setting.text),
        default=accepts.write(setting.default),
        kind=Kind(key.split(".")[1]) if key.startswith(f"{KINDS}.") else None,
        choices=accepts.choices if isinstance(accepts, Choice) else (),
    )


OPERATIONS = (
    show_settings,
    compare_settings,
    save_settings,
    list_kinds,
    list_settings_keys,
)
