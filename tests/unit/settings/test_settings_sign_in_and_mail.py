"""What the environment says of the identity provider and the mail server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.errors import SettingsError
from tandem.settings import read_environment

OIDC = {"TANDEM_OIDC_ISSUER": "https://id.example.com/realm", "TANDEM_OIDC_CLIENT_ID": "tandem"}
MAIL = {"TANDEM_SMTP_HOST": "mail.example.com", "TANDEM_SMTP_FROM": "tandem@example.com"}


def test_without_them_there_is_neither() -> None:
    settings = read_environment({})

    assert (settings.oidc, settings.smtp, settings.passwords) == (None, None, True)


def test_a_provider_is_read_whole(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    given = {
        **OIDC,
        "TANDEM_OIDC_CLIENT_SECRET_FILE": str(secret),
        "TANDEM_OIDC_DOMAINS": "Example.com, @example.org",
        "TANDEM_OIDC_SCOPES": "email groups",
        "TANDEM_OIDC_ADMINS": "ops",
        "TANDEM_OIDC_DEFAULT_ROLE": "none",
        "TANDEM_OIDC_SIGN_OUT": "on",
        "TANDEM_PASSWORDS": "off",
    }
    settings = read_environment(given)

    assert settings.oidc is not None
    assert settings.oidc.client_secret == "s3cret"
    assert "s3cret" not in repr(settings)
    assert settings.oidc.domains == ("example.com", "example.org")
    assert settings.oidc.scopes == ("openid", "email", "groups")
    assert (settings.oidc.admins, settings.oidc.default_role) == (("ops",), "none")
    assert settings.oidc.label == "id.example.com"
    assert not settings.passwords


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TANDEM_OIDC_ISSUER": "https://id.example.com"}, "TANDEM_OIDC_CLIENT_ID must be set"),
        ({"TANDEM_OIDC_NAME": "x"}, "TANDEM_OIDC_ISSUER must be set"),
        ({"TANDEM_PASSWORDS": "off"}, "TANDEM_OIDC_ISSUER must be set"),
        ({**OIDC, "TANDEM_OIDC_ISSUER": "http://id.example.com"}, "must be an https address"),
        ({**OIDC, "TANDEM_OIDC_DEFAULT_ROLE": "owner"}, "must be one of viewer, admin, none"),
        ({"TANDEM_SMTP_FROM": "a@example.com"}, "TANDEM_SMTP_HOST must be set"),
        ({"TANDEM_SMTP_HOST": "mail"}, "TANDEM_SMTP_FROM must be set"),
        ({**MAIL, "TANDEM_SMTP_FROM": "Ann <ann@example.com>"}, "must be a plain e-mail address"),
        ({**MAIL, "TANDEM_SMTP_SECURITY": "ssl"}, "must be one of starttls, tls, none"),
        ({**MAIL, "TANDEM_SMTP_PORT": "0"}, "TANDEM_SMTP_PORT"),
    ],
)
def test_what_is_wrong_stops_the_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_environment(given, language="en")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_way_to_a_mail_server_has_its_usual_port(security: str, port: int) -> None:
    found = read_environment({**MAIL, "TANDEM_SMTP_SECURITY": security}).smtp

    assert found is not None
    assert (found.security, found.port) == (security, port)
