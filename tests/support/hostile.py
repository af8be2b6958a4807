"""Texts made to break out of a page, and how to tell that one did."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["HOSTILE", "broken_out", "links"]

MARK = "zz-evil"
"""An element and an attribute of this name stand in most texts: parsed as either, the text broke out."""

HOSTILE = (
    f"<{MARK}>",
    f'"><{MARK}>',
    f"'><{MARK} {MARK}=1>",
    f'" {MARK}="1',
    f"' {MARK}='1",
    f" {MARK}=1 ",
    f"</title></textarea></script></style><{MARK}>",
    f"--><{MARK}>",
    f"]]><{MARK}>",
    f"<script>{MARK}</script>",
    f'<img src=x onerror="{MARK}">',
    f"<svg/onload={MARK}>",
    f'<a href="javascript:{MARK}">x</a>',
    f"javascript:{MARK}//",
    f"data:text/html,<{MARK}>",
    f'<div hx-get="/{MARK}" hx-trigger="load">',
    f"{{{{ 7*7 }}}}<{MARK}>",
    f"{{% include '{MARK}' %}}",
    f"${{7*7}}#{{7*7}}<%= {MARK} %>",
    f"{{count:one|many}}{{0.__class__}}<{MARK}>",
    f"&lt;{MARK}&gt;&#x3c;{MARK}&#x3e;",
    f"\uff1c{MARK}\uff1e\u02ba\u2028\u2029",
    f"\u202e<{MARK}>\u2066\ufeff",
    f"a\x00\x08\x1b[31m<{MARK}>\x7f",
    f"\ud83d<{MARK}>\udc00",
    f"x\r\nSet-Cookie: {MARK}=1\r\n\r\n<{MARK}>",
    f"'; DROP TABLE member; -- <{MARK}>",
    f'=HYPERLINK("http://{MARK}.example")',
    f"../../../../etc/passwd%00<{MARK}>",
    f"//{MARK}.example/\\..\\",
    "9" * 400,
    "-1",
    f"<{MARK}>" * 500,
    "👩‍👩‍👧‍👦" * 50 + f"<{MARK}>",
    "a\u0300" * 300,
)


class _Looking(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == MARK or (tag == "script" and "src" not in given):
            self.found.append(f"element {tag}")
        for name, value in given.items():
            if name == MARK or name.startswith("on") or name == "style":
                self.found.append(f"attribute {name} of {tag}")
            address = value.strip().lower()
            if name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
                if address.startswith(("javascript:", "data:", "vbscript:")):
                    self.found.append(f"{name} {value[:80]}")
                if name.startswith("hx-") and MARK in value.partition("?")[0]:
                    self.found.append(f"{name} {value[:80]}")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])


def broken_out(page: str) -> list[str]:
    """Everything in *page* that a text from outside made of itself."""
    return _Looking(page).found


def links(page: str) -> list[str]:
    return _Looking(page).links
