"""Ids and addresses of both CRMs' records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.mapping.ids import (
    Reference,
    domain_of,
    hubspot_url,
    id18,
    is_salesforce_id,
    parse_reference,
    salesforce_url,
)
from tandem.model import Side

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def test_an_id_of_fifteen_gets_its_three_check_characters() -> None:
    """The documented example."""
    assert id18("a0D30000001n7Pi") == "a0D30000001n7PiEAI"


@given(st.text(SIGNS, min_size=15, max_size=15))
def test_the_long_form_of_the_long_form_is_itself(stem: str) -> None:
    assert id18(stem) == id18(id18(stem))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a0D30000001n7P",
        "a0D30000001n7PiEA",
        "a0D30000001n7Pi EAI",
        "a0D30000001n7P'",
        "ａ0D30000001n7Pi",
    ],
)
def test_nothing_else_passes_for_an_id(text: str) -> None:
    assert not is_salesforce_id(text)
    with pytest.raises(ValueError, match="not a Salesforce id"):
        id18(text)


def test_check_characters_that_do_not_fit_are_noticed() -> None:
    assert is_salesforce_id("a0D30000001n7PiEAI")
    assert not is_salesforce_id("a0D30000001n7PiAAA")
    assert not is_salesforce_id("000000000000000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.Example.co.jp/shop?x=1", "example.co.jp"),
        ("http://example.com:8080", "example.com"),
        ("EXAMPLE.com/", "example.com"),
        ("www.example.com.", "example.com"),
        ("  example.com ", "example.com"),
        ("shop.example.com", "shop.example.com"),
        ("日本.example", "日本.example"),
        ("example", None),
        ("not a site.", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_domain_is_what_a_web_site_and_a_company_have_in_common(
    text: str | None, expected: str | None
) -> None:
    assert expected == domain_of(text)


TASK = "00T5g00000TandmEAD"[:15]


@pytest.mark.parametrize(
    ("text", "side", "record_id", "object_type"),
    [
        ("470000000001", Side.HUBSPOT, "470000000001", None),
        (" 33200076412 ", Side.HUBSPOT, "33200076412", None),
        ("470000000000001", Side.HUBSPOT, "470000000000001", None),
        (TASK, Side.SALESFORCE, id18(TASK), "Task"),
        (id18(TASK), Side.SALESFORCE, id18(TASK), "Task"),
        (f"https://x.my.salesforce.com/{TASK}", Side.SALESFORCE, id18(TASK), "Task"),
        (
            f"x.lightning.force.com/lightning/r/Task/{id18(TASK)}/view",
            Side.SALESFORCE,
            id18(TASK),
            "Task",
        ),
        (
            f"https://x.lightning.force.com/lightning/r/{id18(TASK)}/view",
            Side.SALESFORCE,
            id18(TASK),
            "Task",
        ),
        ("https://app.hubspot.com/contacts/147/record/0-48/331", Side.HUBSPOT, "331", "calls"),
        ("https://app-eu1.hubspot.com/tasks/147/view/all/task/47", Side.HUBSPOT, "47", "tasks"),
        (
            "https://app.hubspot.com/contacts/147/record/0-1/901?engagement=55",
            Side.HUBSPOT,
            "55",
            None,
        ),
        ("https://app.hubspot.com/contacts/147/contact/901/", Side.HUBSPOT, "901", "contacts"),
    ],
)
def test_a_record_can_be_named_by_id_or_by_page(
    text: str, side: Side, record_id: str, object_type: str | None
) -> None:
    found = parse_reference(text)

    assert found is not None
    assert (side, record_id, object_type) == (found.side, found.id, found.object_type)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://example.com/",
        "https://example.com/a/b",
        "http://[",
        "00T5g00000Tandm!",
    ],
)
def test_other_texts_name_no_record(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize("object_type", ["tasks", "calls", "emails", "contacts"])
def test_a_page_s_address_leads_back_to_its_record(object_type: str) -> None:
    url = hubspot_url("app-eu1.hubspot.com", "147", object_type, "4711")

    assert Reference(
        side=Side.HUBSPOT, id="4711", object_type=object_type, account="147"
    ) == parse_reference(url)


def test_a_salesforce_record_has_a_short_address() -> None:
    url = salesforce_url("https://x.my.salesforce.com/", id18(TASK))

    assert f"https://x.my.salesforce.com/{id18(TASK)}" == url
    assert parse_reference(url) is not None


def test_a_simulated_account_s_pages_may_be_without_https() -> None:
    assert hubspot_url("http://127.0.0.1:8801", "147", "calls", "331") == (
        "http://127.0.0.1:8801/contacts/147/record/0-48/331"
    )
