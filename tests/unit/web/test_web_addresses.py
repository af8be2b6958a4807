"""What the server may be sent to."""

import pytest

from tandem.model import Side
from tandem.web.addresses import instance_url


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com/lightning/page", None),
        ("https://login.salesforce.com/", "https://login.salesforce.com"),
        ("https://ACME.my.salesforce.com:443", "https://acme.my.salesforce.com"),
    ],
)
def test_the_crms_own_addresses_are_taken(given: str, taken: str | None) -> None:
    expected = taken or "https://acme--uat.sandbox.my.salesforce.com"

    assert expected == instance_url(Side.SALESFORCE, given, allow_loopback=False)


@pytest.mark.parametrize(
    "given",
    [
        "http://acme.my.salesforce.com",
        "https://acme.my.salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "https://salesforce.com.evil.example/",
        "https://user:pass@acme.my.salesforce.com",
        "https://acme.my.salesforce.com@evil.example",
        "https://acme.my.salesforce.com:8443",
        "https://evil.example#.salesforce.com",
        "https://evil.example?.salesforce.com",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1",
        "https://[::1]",
        "http://127.0.0.1:8802",
        "http://localhost:8802",
        "http://2130706433/",
        "file:///etc/passwd",
        "gopher://acme.my.salesforce.com",
        "https://аcme.my.salesforce.com",  # the first letter is Cyrillic
        "https://acme.my.salesforce.com:99999",
        "https://",
        "https://.salesforce.com\n.evil.example",
        "javascript:alert(1)",
    ],
)
def test_no_other_address_is_called(given: str) -> None:
    assert instance_url(Side.SALESFORCE, given, allow_loopback=False) is None
    assert instance_url(Side.HUBSPOT, given, allow_loopback=False) is None


def test_loopback_is_called_only_where_the_settings_allow_it() -> None:
    sandbox = "http://127.0.0.1:8802"

    assert sandbox == instance_url(Side.SALESFORCE, sandbox, allow_loopback=True)
    assert instance_url(Side.SALESFORCE, "http://10.0.0.1", allow_loopback=True) is None


def test_each_crm_has_its_own_addresses() -> None:
    assert instance_url(Side.HUBSPOT, "https://api.hubapi.com", allow_loopback=False)
    assert instance_url(Side.HUBSPOT, "https://login.salesforce.com", allow_loopback=False) is None
    assert instance_url(Side.SALESFORCE, "https://api.hubapi.com", allow_loopback=False) is None
