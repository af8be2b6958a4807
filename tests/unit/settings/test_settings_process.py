"""The environment: what is read, and what stops the start."""

from pathlib import Path

import pytest

from tandem.errors import SettingsError
from tandem.settings import ProcessSettings, read_environment
from tandem.settings.process import VARIABLES


def test_an_empty_environment_has_a_home_and_no_secret(tmp_path: Path) -> None:
    settings = read_environment({"TANDEM_HOME": str(tmp_path)})

    assert ProcessSettings(home=tmp_path) == settings
    assert settings.key_variables == {}


def test_without_a_home_the_users_data_folder_is_taken() -> None:
    assert read_environment({}).home.name == "tandem"


def test_secrets_do_not_show_in_the_settings_text(tmp_path: Path) -> None:
    settings = read_environment(
        {
            "TANDEM_HOME": str(tmp_path),
            "TANDEM_KEY": "s3cret",
            "TANDEM_DATABASE_URL": "postgresql://u:s3cret@h/d",
            "HTTPS_PROXY": "http://u:s3cret@proxy:3128",
        }
    )

    assert settings.key_variables == {"TANDEM_KEY": "s3cret"}
    assert "s3cret" not in repr(settings)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:p@h/d\n")

    settings = read_environment({"TANDEM_DATABASE_URL_FILE": str(tmp_path / "url")})

    assert settings.database_url == "postgresql://u:p@h/d"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"TANDEM_LANGUAGE": "ja", "LANG": "en_GB.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ja_JP", "LANG": "C"}, "ja"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_tandems_own_else_the_locales(
    environ: dict[str, str], language: str
) -> None:
    assert language == read_environment(environ).language


def test_the_command_lines_language_goes_first() -> None:
    assert read_environment({"TANDEM_LANGUAGE": "ja"}, language="en").language == "en"


def test_proxies_are_read_in_either_case() -> None:
    settings = read_environment({"https_proxy": "http://p:1", "NO_PROXY": "localhost"})

    assert settings.proxies == {"https": "http://p:1", "no": "localhost"}


def test_the_web_app_listens_where_it_is_told(tmp_path: Path) -> None:
    settings = read_environment(
        {
            "TANDEM_WEB_HOST": "0.0.0.0",
            "TANDEM_WEB_PORT": "0",
            "TANDEM_WEB_URL": "https://tools.example.com/tandem",
            "TANDEM_TRUSTED_PROXIES": "10.0.0.5, fd00::/8",
        }
    )

    assert (settings.web_host, settings.web_port) == ("0.0.0.0", 0)
    assert settings.web_url == "https://tools.example.com/tandem"
    assert settings.trusted_proxies == ("10.0.0.5", "fd00::/8")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"TANDEM_WEB_PORT": "70000"}, "from 0 to 65535"),
        ({"TANDEM_WEB_URL": "tools.example.com"}, "https://tools.example.com/tandem, not tools"),
        ({"TANDEM_WEB_URL": "https://[::1/x"}, "TANDEM_WEB_URL must be an address"),
        ({"TANDEM_TRUSTED_PROXIES": "10.0.0.5,proxy"}, "; proxy is none"),
        (
            {"TANDEM_KEYFILE": "x"},
            "TANDEM_KEYFILE is not a variable Tandem knows; did you mean TANDEM_KEY_FILE?",
        ),
        ({"TANDEM_XYZZY": "x"}, "docs/settings.md lists all"),
        (
            {"TANDEM_KEY": "a", "TANDEM_KEY_FILE": "b"},
            "Set TANDEM_KEY or TANDEM_KEY_FILE, not both.",
        ),
        ({"TANDEM_LANGUAGE": "fr"}, "TANDEM_LANGUAGE must be one of en, ja, not fr."),
        (
            {"TANDEM_POLL_SECONDS": "soon"},
            "TANDEM_POLL_SECONDS must be a whole number from 5 to 86400, not soon.",
        ),
        ({"TANDEM_POLL_SECONDS": "1"}, "from 5 to 86400, not 1."),
        (
            {"TANDEM_DATABASE_URL": "mysql://u:pw@h"},
            "TANDEM_DATABASE_URL must begin with sqlite:/// or postgresql://, not mysql.",
        ),
        ({"HTTPS_PROXY": "proxy"}, "HTTPS_PROXY must be a proxy's address"),
        (
            {"TANDEM_CA_FILE": "/nowhere/ca.pem"},
            "TANDEM_CA_FILE: the file /nowhere/ca.pem cannot be read: No such file",
        ),
        (
            {"TANDEM_LOG_LEVEL": "loud"},
            "TANDEM_LOG_LEVEL must be one of debug, info, warning, error",
        ),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(
    environ: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment(environ)

    assert sentence in str(caught.value)


def test_a_password_in_a_wrong_proxy_stays_unsaid() -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment({"HTTPS_PROXY": "socks://me:s3cret@proxy:1"})

    assert "s3cret" not in str(caught.value)


def test_a_certificate_file_must_hold_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("hello")

    with pytest.raises(SettingsError, match="no certificate in PEM form"):
        read_environment({"TANDEM_CA_FILE": str(tmp_path / "ca.pem")})


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match="is a file; name a folder"):
        read_environment({"TANDEM_HOME": str(tmp_path / "file")})


def test_japanese_sentences_come_in_the_environments_language() -> None:
    with pytest.raises(SettingsError, match="環境変数ではありません"):
        read_environment({"LANG": "ja_JP.UTF-8", "TANDEM_KEYFILE": "x"})


def test_variables_of_the_tests_are_let_through() -> None:
    assert read_environment({"TANDEM_TEST_POSTGRES": "x"})
    assert len(set(VARIABLES)) == len(VARIABLES)
