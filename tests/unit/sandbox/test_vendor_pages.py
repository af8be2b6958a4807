"""What holds for every page: addresses, languages, safety, and that the vendors' APIs stay as they are."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from urllib.parse import quote, urljoin, urlsplit

import msgspec
import pytest
from tests.unit.sandbox.pages_visitor import Document, Visitor, started

from tandem.sandbox.pages import texts
from tandem.sandbox.pages.texts import TEXTS, Words
from tandem.sandbox.server import Sandbox

PAGES = Path(texts.__file__).parents[1]
USED = re.compile(
    r"""(?:\bt|\bwords)\(\s*["']([a-zA-Z_.]+)["']\s*[,)]|Refused\("([a-z_.]+)\""""
    r"""|[,=] "((?:said|field|missing|refused)\.[a-zA-Z_]+)\""""
)
MOST_VISITS = 260


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return started()


@pytest.fixture(scope="module")
def japanese() -> Sandbox:
    return started("ja")


def portal(sandbox: Sandbox) -> int:
    return sandbox.hubspot.account.portal_id


def starts(sandbox: Sandbox, side: str) -> list[str]:
    if side == "salesforce":
        return ["/", "/lightning/o/Task/list?view=deleted", "/lightning/o/Lead/list"]
    return ["/", f"/tasks/{portal(sandbox)}/view/all?view=deleted"]


async def every_page(visitor: Visitor, begin: list[str]) -> Iterator[tuple[str, Document]]:
    """Every page that can be reached by links, each kind of record a few times."""
    left, known, kinds = list(begin), set(begin), dict[str, int]()
    found: list[tuple[str, Document]] = []
    while left and len(found) < MOST_VISITS:
        url = left.pop(0)
        page = await visitor.open(url)
        found.append((url, page))
        for link in page.links:
            target = urljoin(url, link)
            kind = re.sub(r"\d{3,}|[0-9A-Za-z]{18}", "#", target)
            if target in known or not link.startswith("/") or "lang=" in link or "follow=" in link:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 4:
                known.add(target)
                left.append(target)
    return iter(found)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_every_page_is_sound(
    sandbox: Sandbox, japanese: Sandbox, side: str, language: str
) -> None:
    box = sandbox if language == "en" else japanese
    visitor = Visitor(box, side, language)
    visited = 0
    for url, page in await every_page(visitor, starts(box, side)):
        visited += 1
        assert page.unbalanced == [], url
        assert [given["lang"] for tag, given in page.elements if tag == "html"] == [language], url
        assert Words(language)("notice.short") in page.text, url
        assert sum(tag == "h1" for tag, _ in page.elements) == 1, url
        ids = [given["id"] for _, given in page.elements if "id" in given]
        assert len(ids) == len(set(ids)), (url, sorted(one for one in ids if ids.count(one) > 1))
        assert unlabelled(page) == [], url
        assert outside(page) == [], url
        assert inline(page) == [], url
    assert visited > 20


def unlabelled(page: Document) -> list[dict[str, str]]:
    """Fields that nothing names."""
    named = {given["for"] for tag, given in page.elements if tag == "label"}
    return [
        given
        for tag, given in page.elements
        if tag in ("input", "select", "textarea")
        and given.get("type") != "hidden"
        and given.get("id") not in named
        and not given.get("aria-label")
    ]


def outside(page: Document) -> list[str]:
    """Addresses beyond this host that the page refers to."""
    names = ("href", "src", "action", "formaction", "poster", "data")
    found = [given[name] for _, given in page.elements for name in names if name in given]
    return [one for one in found if not one.startswith(("/", "#")) or one.startswith("//")]


def inline(page: Document) -> list[str]:
    """Scripts and styles in the page itself."""
    found = [name for _, given in page.elements for name in given if name.startswith("on")]
    found += ["style" for tag, given in page.elements if tag == "style" or "style" in given]
    return found + [
        "script" for tag, given in page.elements if tag == "script" and "src" not in given
    ]


def test_every_text_exists_in_both_languages_with_the_same_places_to_fill() -> None:
    for name, (english, japanese) in TEXTS.items():
        assert english.strip(), name
        assert japanese.strip(), name
        assert places(english) == places(japanese), name


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_that_is_asked_for_exists() -> None:
    sources = [*PAGES.rglob("*.py"), *(PAGES / "templates").rglob("*.html")]
    asked = {
        name
        for source in sources
        if source.parent.name != "texts"
        for groups in USED.findall(source.read_text("utf-8"))
        for name in groups
        if name
    }
    missing = sorted(name for name in asked if name not in TEXTS)

    assert missing == []
    assert len(asked) > 100


def test_no_text_is_left_over() -> None:
    code = "\n".join(
        one.read_text("utf-8")
        for one in [*PAGES.rglob("*.py"), *(PAGES / "templates").rglob("*.html")]
        if one.parent.name != "texts"
    )
    # Names that are put together from a vendor's value.
    groups = [
        "tab",
        "view",
        "kind",
        "what",
        "channel",
        "email_event",
        "email_status",
        "attendance",
        "task_status",
        "task_type",
        "priority",
        "outcome",
        "hs_call_disposition",
        "label",
        "brand",
        "notice",
        "other",
        "related",
        "field",
    ]
    unused = [
        name
        for name in TEXTS
        if not re.search(rf"""["']{re.escape(name)}["']""", code)
        and name.partition(".")[0] not in groups
    ]

    assert unused == []


async def test_the_language_is_chosen_by_link_and_remembered(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox, "hubspot")
    page = await visitor.open("/")
    link = next(one for one in page.links if "lang=ja" in one)

    assert (await visitor.open(link)).text.count("コンタクト") > 1
    again = await visitor.open("/")
    assert "コンタクト" in again.text
    assert "lang=ja" not in next(one for one in again.links if "follow=" in one)


async def test_the_language_survives_a_redirect(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox, "salesforce")

    assert "取引先責任者" in (await visitor.open("/?lang=ja")).text


async def test_without_a_choice_the_pages_speak_the_sandboxs_language(
    sandbox: Sandbox, japanese: Sandbox
) -> None:
    for box, word in ((sandbox, "Contacts"), (japanese, "コンタクト")):
        visitor = Visitor(box, "hubspot", "")
        assert word in (await visitor.open("/")).text
        strange = await visitor.get(f"/contacts/{portal(box)}?lang=tlh")
        assert word in strange.page.text
        assert strange.header("set-cookie") is None


async def test_the_time_zone_is_shown(japanese: Sandbox) -> None:
    for side in ("hubspot", "salesforce"):
        assert "Asia/Tokyo (UTC+09:00)" in (await Visitor(japanese, side).open("/")).text


@pytest.mark.parametrize(
    ("side", "path"),
    [
        ("hubspot", "/contacts/1/record/0-1/251"),
        ("hubspot", "/contacts/{portal}/record/0-1/999999"),
        ("hubspot", "/contacts/{portal}/record/0-77/1"),
        ("hubspot", "/tasks/{portal}/view/all/task/1"),
        ("hubspot", "/contacts/{portal}/record/0-1/251?engagement=12"),
        ("salesforce", "/lightning/r/Contact/0035h00000ZZZZZ/view"),
        ("salesforce", "/lightning/r/Lead/0035h000003meokAAA/view"),
        ("salesforce", "/00T000000000001"),
        ("salesforce", "/lightning/r/Report/00O000000000001/view"),
    ],
)
async def test_a_page_about_nothing_says_so(sandbox: Sandbox, side: str, path: str) -> None:
    seen = await Visitor(sandbox, side).get(path.format(portal=portal(sandbox)))

    assert seen.status == 404
    assert "Not here" in seen.page.text


@pytest.mark.parametrize(
    ("side", "method", "path"),
    [
        ("hubspot", "GET", "/contacts/v1/unknown"),
        ("hubspot", "GET", "/contacts/v1/contact/vid/251/record"),
        ("hubspot", "DELETE", "/contacts/146870001/record/0-1/251"),
        ("hubspot", "PUT", "/tasks/146870001/view/all"),
        ("hubspot", "GET", "/crm/v3/objects/contacts"),
        ("hubspot", "POST", "/"),
        ("salesforce", "GET", "/lightning/unknown"),
        ("salesforce", "GET", "/services/data/v62.0/sobjects"),
        ("salesforce", "PATCH", "/0035h000003meokAAA"),
        ("salesforce", "POST", "/0035h000003meokAAA"),
        ("salesforce", "GET", "/robots.txt"),
    ],
)
async def test_what_is_no_page_keeps_the_vendors_answer(
    sandbox: Sandbox, side: str, method: str, path: str
) -> None:
    seen = await Visitor(sandbox, side).ask(method, path)

    assert seen.status in (401, 404, 405)
    assert "json" in (seen.header("content-type") or "") or not seen.content or seen.status == 405
    assert b"<html" not in seen.content


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_the_root_stays_the_vendors_for_programs(sandbox: Sandbox, side: str) -> None:
    seen = await Visitor(sandbox, side).ask("GET", "/", headers={"accept": "*/*"})

    assert seen.status == 404
    assert msgspec.json.decode(seen.content)


async def test_pages_are_neither_journalled_nor_limited_nor_struck() -> None:
    box = started(limits="real")
    for side in ("hubspot", "salesforce"):
        rule = {"kind": "status", "status": 503, "path": "*", "times": -1}
        box.world.faults[side].arm([rule])
        box.world.faults[side].arm([{"kind": "drop_before", "times": -1}])
    box.world.faults["salesforce"].arm([{"kind": "report_obsolete", "times": -1}])
    used = box.salesforce.limits.used()
    for side in ("hubspot", "salesforce"):
        visitor = Visitor(box, side)
        page = await visitor.open("/")
        await visitor.open(page.links[-3])
        assert all(rule["fired"] == 0 for rule in box.world.faults[side].listing())

    assert box.world.journal.requests() == []
    assert box.salesforce.limits.used() == used


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8802"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://localhost:8801", "sec-fetch-site": "cross-site"},
    ],
)
async def test_a_form_from_another_site_is_refused(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    visitor = Visitor(sandbox, "hubspot")
    form = (await visitor.open(f"/contacts/{portal(sandbox)}/record/0-1/251")).form("write_note")
    before = len(sandbox.hubspot.crm.tables["notes"].live)

    seen = await visitor.send(form, headers, body="from elsewhere")

    assert seen.status == 403
    assert "another site" in seen.page.text
    assert len(sandbox.hubspot.crm.tables["notes"].live) == before


async def test_a_form_from_here_passes(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox, "hubspot")
    form = (await visitor.open(f"/contacts/{portal(sandbox)}/record/0-1/251")).form("write_note")
    own = {"origin": "http://localhost:8801", "sec-fetch-site": "same-origin"}

    assert (await visitor.send(form, own, body="from here")).status == 303


async def test_only_forms_of_these_pages_are_taken(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox, "hubspot")
    path = f"/contacts/{portal(sandbox)}/record/0-1/251"
    json = {"content-type": "application/json"}
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert (await visitor.ask("POST", path, b'{"do":"write_note"}', json)).status == 400
    assert (await visitor.ask("POST", path, b"do=x" + b"a" * 1_000_001, form)).status == 400
    seen = await visitor.ask("POST", path, b"do=run_away", form)
    assert seen.status == 422
    assert "run_away" in seen.page.text
    assert (await visitor.ask("POST", path, b"\xff\xfe=%ff", form)).status == 422


async def test_every_answer_carries_the_rules_that_keep_it_safe(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox, "salesforce")
    for path in ("/lightning/o/Task/list", "/nothing", "/_sandbox/pages/pages.css"):
        seen = await visitor.get("/lightning/o/Task/list" if path == "/nothing" else path)
        policy = seen.header("content-security-policy") or ""
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert seen.header("x-content-type-options") == "nosniff"


async def test_static_files_are_the_named_ones_only(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox, "hubspot")
    for name in ("pages.css", "follow.js", "hubspot.svg", "salesforce.svg"):
        seen = await visitor.get(f"/_sandbox/pages/{name}")
        assert seen.status == 200
        assert seen.content
        assert b"http" not in seen.content.replace(b"http://www.w3.org/2000/svg", b"")
    for name in ("", "../site.py", "..%2fsite.py", "%2e%2e/site.py", "texts/common.py"):
        assert (await visitor.get(f"/_sandbox/pages/{name}")).status == 404


@pytest.mark.parametrize(
    "value",
    [
        "x",
        quote('["said.nothing", {}]'),
        quote('["notice.short", {}]'),
        quote("[1, 2]"),
        quote('["said.task_saved", {}]'),
        quote('["said.task_saved", {"subject": "<b>bold</b>"}]'),
        quote('["said.task_saved", "subject"]'),
    ],
)
async def test_a_made_up_flash_sentence_does_no_harm(sandbox: Sandbox, value: str) -> None:
    visitor = Visitor(sandbox, "hubspot")
    visitor.cookies["sandbox_said_hubspot"] = value
    page = await visitor.open(f"/contacts/{portal(sandbox)}")

    assert not any(tag == "b" and given for tag, given in page.elements)
    assert "<b>bold" not in page.source
    assert "sandbox_said_hubspot" not in visitor.cookies


async def test_each_side_leads_to_the_same_person_on_the_other(sandbox: Sandbox) -> None:
    async with Sandbox() as box:
        one = await Visitor(box, "hubspot").open(f"/contacts/{portal(box)}/record/0-1/251")
        link = next(each for each in one.links if each.startswith(box.salesforce_url))
        there = await Visitor(box, "salesforce").open(link.removeprefix(box.salesforce_url))
        row = next(each for each in there.links if each.startswith("/lightning/r/Contact/"))
        other = await Visitor(box, "salesforce").open(row)
        back = next(each for each in other.links if each.startswith(box.hubspot_url))
        listed = await Visitor(box, "hubspot").open(back.removeprefix(box.hubspot_url))

    assert f"/contacts/{portal(box)}/record/0-1/251" in [
        urlsplit(each).path for each in listed.links
    ]
