"""Every text of the pages is in the catalogue, and every text of the catalogue is on a page."""

import re
from pathlib import Path

import tandem.web
from tandem.i18n.texts import TEXTS
from tandem.settings.keys import SETTINGS, Setting
from tandem.settings.values import Choice
from tandem.store.web import Purpose
from tandem.web.navigation import TABS

SOURCE = Path(tandem.web.__file__).parent
FILES = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]
ASKED = re.compile(
    r"""["']((?:web|health|connections|conflicts|undo|owners|run|doctor|match)\.[a-z_0-9.]*[a-z0-9])["']"""
)
BEGUN = re.compile(r"""["'](web\.[a-z_0-9.]*[._])["'{]|f["'](web\.[a-z_0-9.]*[._])\{""")


def used() -> set[str]:
    return {key for path in FILES for key in ASKED.findall(path.read_text("utf-8"))}


def begun() -> set[str]:
    """The beginnings of keys whose rest is known only when they are used."""
    found = {
        key for path in FILES for pair in BEGUN.findall(path.read_text("utf-8")) for key in pair
    }
    return {key for key in found if key}


def test_every_text_that_a_page_asks_for_is_there() -> None:
    not_texts = {"web.crashed"}

    assert sorted(used() - TEXTS.keys() - not_texts) == []


def test_no_text_of_the_pages_is_idle() -> None:
    beginnings, asked = tuple(begun()), used()
    idle = {
        key
        for key in TEXTS
        if key.startswith("web.") and key not in asked and not key.startswith(beginnings)
    }

    assert sorted(idle) == []


def test_every_setting_has_a_name_on_the_page() -> None:
    missing = {_label(setting) for setting in SETTINGS.values()} - TEXTS.keys()

    assert sorted(missing) == []


def test_every_choice_of_a_setting_has_a_name() -> None:
    choices = {
        f"web.value.{setting.name.rpartition('.')[2]}.{choice}"
        for setting in SETTINGS.values()
        if isinstance(setting.accepts, Choice)
        for choice in setting.accepts.choices
    }

    assert sorted(choices - TEXTS.keys()) == []


def test_every_purpose_of_a_link_is_told() -> None:
    keys = {f"web.start.{each}{end}" for each in Purpose for end in ("", "_what", "_go")}

    assert sorted(keys - TEXTS.keys()) == []


def test_every_tab_has_a_name() -> None:
    assert {key for _, key in TABS} <= TEXTS.keys()


def _label(setting: Setting) -> str:
    return f"web.set.kinds.{setting.name}" if setting.kinds else f"web.set.{setting.name}"
