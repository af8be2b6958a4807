"""What holds for every document: links lead somewhere, and nothing in it belongs to one machine."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Written in pieces, so that this file does not hold what it looks for.
FOREIGN = re.compile(
    r"(?<![\w.~])/(?:work|root|farm|home/\w+|tmp|Users)/"
    r"|\.librar" + "y"
    r"|pyp" + r"i\.org|python" + r"hosted|npm" + r"js\.|debian" + r"\.org/debian"
)


def anchors(page: Path) -> set[str]:
    """The headings of *page* as the addresses that GitHub gives them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    nowhere = []
    for link in LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            nowhere.append(link)

    assert nowhere == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_holds_a_path_of_one_machine_or_a_registrys_host(page: Path) -> None:
    assert FOREIGN.findall(page.read_text("utf-8")) == []


def test_a_foreign_path_would_be_found() -> None:
    assert FOREIGN.search("see /" + "home/ann/x")
    assert FOREIGN.search("from https://pyp" + "i.org/simple")
    assert not FOREIGN.search("`/home` and src/" + "work/y")


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text("utf-8")
    pages = [page.relative_to(ROOT / "docs") for page in ROOT.glob("docs/**/*.md")]

    left_out = sorted(str(page) for page in pages if f"({page})" not in index)
    assert left_out == ["README.md"], "docs/README.md lists every other page: add it there"


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_every_module_named_exists(name: str) -> None:
    page = (ROOT / name).read_text("utf-8")
    source = ROOT / "src/tandem"
    paths = set(re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", page))
    roots = [source, ROOT, source / "engine", source / "crm"]

    assert {path for path in paths if not any((root / path).exists() for root in roots)} == set()


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_two_commands_a_newcomer_needs(command: str) -> None:
    assert command in (ROOT / "README.md").read_text("utf-8")


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(page.name[:4]) for page in ROOT.glob("docs/decisions/*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
