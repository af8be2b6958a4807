"""``tandem serve`` as somebody starts it for the first time: the address, the first link, the end."""

from __future__ import annotations

import re
import socket

import requests

from tests.acceptance.installed import Installed


def test_a_new_installation_prints_the_app_s_address_and_a_link_that_works_once(
    tandem: Installed,
) -> None:
    program = tandem.start("serve", "--port", "0", TANDEM_LANGUAGE="en")
    program.waits_for(lambda: "/start/" in program.said, "the link")
    link = re.search(r"http://localhost:[0-9]+/start/[\w-]+", program.said)
    assert link is not None
    assert f"Web app: {link[0].partition('/start/')[0]}\n" in program.said
    page = requests.get(link[0], timeout=10)
    assert page.status_code == 200
    assert page.headers["content-language"] == "en"

    ended = program.interrupt()

    assert ended.code == 0, ended.said
    assert "Ended in good order." in ended.err
    assert "Traceback" not in ended.said


def test_a_port_that_is_taken_is_a_sentence(tandem: Installed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = tandem.run("serve", "--port", str(port), code=2)

    assert f"port {port}: Address already in use. Choose another port" in ended.err


def test_without_the_web_app_nothing_is_served(tandem: Installed) -> None:
    program = tandem.start("serve", "--no-web", TANDEM_LANGUAGE="en")
    program.waits_for(lambda: "Ctrl-C ends" in program.said, "the start")

    assert "Web app" not in program.interrupt().err


def test_a_wrong_public_address_stops_the_start(tandem: Installed) -> None:
    ended = tandem.run("serve", code=2, TANDEM_WEB_URL="tools.example.com", TANDEM_LANGUAGE="ja")

    assert "TANDEM_WEB_URL には" in ended.err
