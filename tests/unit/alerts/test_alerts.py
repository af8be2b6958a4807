"""Alerts from the trouble to the letter: a real mail server, a real webhook, and a clock that tests move."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.support.installation import Installation, installation
from tests.support.mail_server import MailServer

from tandem.alerts import Alerts, Wanted, alerting
from tandem.alerts.mail import Mail
from tandem.alerts.webhook import signature
from tandem.model import Kind, LinkState
from tandem.sandbox.ca import make_ca
from tandem.settings.mail import SmtpSettings

TO = ("ops@example.com", "ann@example.com")


class Receiver:
    """What a webhook gets; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.status = 204
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.bodies.append(body)
        self.got.append(json.loads(body))
        return web.Response(status=self.status)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def smtp(server: MailServer, security: str = "none", **given: Any) -> SmtpSettings:
    host = "localhost" if security != "none" else "127.0.0.1"
    return SmtpSettings(
        host=host, port=server.port, security=security, sender="tandem@example.com", **given
    )


class Scene:
    """A connection, and alerts that a test lets look."""

    def __init__(self, running: Installation, server: MailServer) -> None:
        self.running = running
        self.server = server
        self.alerts = replace(
            running.tandem.alerts, mail=Mail(smtp(server)), address="https://tandem.example.com"
        )

    async def look(self, after: float = 60.0) -> None:
        self.running.advance(after)
        await self.alerts.look(self.running.clock.now())

    def suspend(self, reason: str = "access_lost", detail: str = "Token\r\nBcc: x") -> None:
        self.running.tandem.store.suspend(1, reason, detail)

    @property
    def subjects(self) -> list[str]:
        return [str(letter["subject"]) for _, letter in self.server.letters]


@pytest.fixture
async def scene(tmp_path: Path, mail: MailServer) -> AsyncIterator[Scene]:
    async with installation(tmp_path) as running:
        await running.connect()
        scene = Scene(running, mail)
        await scene.alerts.save(Wanted(recipients=TO))
        yield scene


async def test_one_letter_when_it_begins_one_a_day_and_one_when_it_is_over(scene: Scene) -> None:
    await scene.look()
    scene.suspend()
    for _ in range(30):
        await scene.look()
    assert scene.subjects == ["Tandem: default: suspended"]
    assert len(await scene.alerts.open()) == 1
    await scene.look(86_400)
    await scene.look()
    scene.running.tandem.store.resume(1)
    for _ in range(5):
        await scene.look()

    assert scene.subjects == [
        "Tandem: default: suspended",
        "Tandem: default: still suspended",
        "Tandem: default: over: suspended",
    ]
    assert await scene.alerts.open() == []


async def test_a_letter_says_what_why_and_where_to_whom(scene: Scene) -> None:
    scene.suspend()
    await scene.look()
    [(to, letter)] = scene.server.letters
    text = letter.get_content()

    assert to == list(TO)
    assert "The connection default is suspended" in text
    assert "Token" in text
    assert "https://tandem.example.com/connected-apps/salesforce/1/sync-health" in text
    assert letter["bcc"] is None
    assert letter["auto-submitted"] == "auto-generated"
    assert letter["message-id"].endswith("@example.com>")


async def test_letters_are_written_in_the_language_that_was_chosen(scene: Scene) -> None:
    await scene.alerts.save(Wanted(recipients=TO, language="ja"))
    scene.suspend("brake_deletes", "30 records")
    await scene.look()
    [(_, letter)] = scene.server.letters

    assert letter["subject"] == "Tandem: default: 確認待ち"
    assert "確認を待っています" in letter.get_content()


async def test_a_letter_that_is_refused_is_tried_again_and_given_up_after_a_day(
    scene: Scene,
) -> None:
    scene.server.refusing = "451 come back later"
    scene.suspend()
    await scene.look()
    [letter] = await scene.alerts.letters()
    assert letter.outcome == "refused: 451 come back later"
    assert letter.due_at == scene.running.clock.now() + timedelta(minutes=1)
    for minutes in (1, 5, 15, 60, 240, 720):
        await scene.look(minutes * 60)
    [letter] = await scene.alerts.letters()
    assert (letter.attempts, letter.due_at, letter.sent_at) == (7, None, None)

    scene.server.refusing = ""
    await scene.look(600)
    assert scene.server.letters == []
    await scene.look(86_400)
    assert scene.subjects == ["Tandem: default: still suspended"]


async def test_a_letter_goes_at_once_although_looking_took_a_while(scene: Scene) -> None:
    scene.suspend()
    await scene.alerts.look(scene.running.clock.now() - timedelta(seconds=1))

    assert len(scene.server.letters) == 1


async def test_a_letter_goes_once_although_several_processes_look(scene: Scene) -> None:
    scene.suspend()
    now = scene.running.clock.now()
    other: Alerts = replace(scene.alerts)
    await scene.alerts.look(now)
    await other.look(now)
    await other.look(now)

    assert len(scene.server.letters) == 1


async def test_a_webhook_gets_signed_json_and_the_same_id_on_every_try(scene: Scene) -> None:
    async with receiving() as receiver:
        saved = await scene.alerts.save(Wanted(webhook_url=receiver.url))
        receiver.status = 503
        scene.suspend()
        await scene.look()
        receiver.status = 204
        await scene.look()
    first, second = receiver.got

    assert (first["event"], first["cause"], first["connection"]) == (
        "began",
        "suspended",
        "default",
    )
    assert first["id"] == second["id"]
    assert len(saved.webhook_secret) >= 32
    for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
        expected = signature(saved.webhook_secret, headers["tandem-timestamp"], body)
        assert headers["tandem-signature"] == expected
    [letter] = await scene.alerts.letters()
    assert letter.outcome == "sent: HTTP 204"
    assert scene.server.letters == []


async def test_parked_lag_and_calls_are_measured_where_the_runs_leave_them(scene: Scene) -> None:
    running = scene.running
    wanted = Wanted(recipients=TO, parked=3, lag_minutes=30)
    await scene.alerts.save(wanted)
    contact = running.hubspot.act(
        "create", {"object": "contacts", "properties": {"email": "bell@example.com"}}
    )["id"]
    await running.switch_on([Kind.CALL])
    await running.sync()
    await scene.look()
    assert scene.subjects == []
    running.hubspot.act("log_call", {"title": "A", "contacts": [contact]})
    for _ in range(2):
        running.advance(60)
        await running.sync()
    used = running.tandem.store.calls_in_24h(1, running.clock.now())
    await running.switch_on([Kind.CALL], first=f"[daily_calls]\nhubspot = {used * 5 // 4}")
    await scene.look()
    assert "Tandem: default: HubSpot calls nearly used up" in scene.subjects

    store = running.tandem.store.for_connection(1)
    [link] = [*store.in_state(LinkState.WAITING), *store.in_state(LinkState.SKIPPED)][:1]
    lease = store.acquire("a test", running.clock.now(), 60)
    with store.transaction(lease) as unit:
        parked = [
            replace(link, key=f"{link.key}{n}", hubspot_id=f"9{n}", state=LinkState.PARKED)
            for n in range(3)
        ]
        unit.save_links(parked)
    store.release(lease)
    await scene.look()
    assert "Tandem: default: more activities parked" in scene.subjects
    await scene.look(1_800)
    await scene.look(301)

    assert "Tandem: default: behind" in scene.subjects
    causes = {each.cause for each in await scene.alerts.open()}
    assert causes >= {"parked", "lag"}


async def test_a_source_of_a_kind_that_was_switched_off_does_not_lag(scene: Scene) -> None:
    await scene.running.switch_on([Kind.CALL])
    await scene.running.sync()
    await scene.running.settings("[kinds.call]\nenabled = false\n")
    await scene.look(7_200)
    await scene.look(600)

    assert scene.subjects == []


async def test_a_connection_that_somebody_ended_tells_nobody(scene: Scene) -> None:
    await scene.running.tandem.disconnect("default")
    await scene.look()

    assert scene.subjects == []


async def test_without_anybody_to_tell_what_is_wrong_is_still_known(scene: Scene) -> None:
    await scene.alerts.save(Wanted())
    scene.suspend()
    await scene.look()

    assert [each.cause for each in await scene.alerts.open()] == ["suspended"]
    assert await scene.alerts.letters() == []


async def test_what_nobody_wants_any_more_is_not_sent(scene: Scene) -> None:
    scene.server.refusing = "451 later"
    scene.suspend()
    await scene.look()
    await scene.alerts.save(Wanted())
    scene.server.refusing = ""
    await scene.look()
    [letter] = await scene.alerts.letters()

    assert (letter.outcome, letter.due_at) == ("off: ", None)
    assert scene.server.letters == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mail_goes_over_tls_by_somebody_who_signs_in(
    security: str, scene: Scene, tmp_path: Path
) -> None:
    authority = make_ca(tmp_path / "ca")
    with MailServer(authority.context, from_the_start=security == "tls") as server:
        given = smtp(server, security, user="tandem", password="right")
        alerts = replace(scene.alerts, mail=Mail(given, authority.path))
        assert await alerts.test() == 1
        [(_, letter)] = server.letters
        assert letter["subject"] == "Tandem: a test"
        assert server.signed_in == [(b"tandem", b"right")]

        untrusting = replace(scene.alerts, mail=Mail(given))
        await untrusting.test()
        assert (await untrusting.letters())[0].outcome.startswith("unreachable: ")
        wrong = replace(scene.alerts, mail=Mail(replace(given, password="wrong"), authority.path))
        await wrong.test()
        refused = (await wrong.letters())[0].outcome
        assert refused.startswith("refused: 535")
        assert "wrong" not in refused
        assert len(server.letters) == 1


async def test_a_server_without_starttls_gets_nothing_where_it_is_asked_for(scene: Scene) -> None:
    alerts = replace(scene.alerts, mail=Mail(smtp(scene.server, "starttls")))
    await alerts.test()

    assert (await alerts.letters())[0].outcome.startswith("refused: ")
    assert scene.server.letters == []


async def test_the_watch_looks_at_once_survives_a_bug_and_ends_when_asked(scene: Scene) -> None:
    stop, looked = asyncio.Event(), []

    async def settings_that_break() -> Wanted:
        looked.append(1)
        stop.set()
        raise ValueError("a bug")

    broken = _Broken(scene.alerts.store, settings_that_break)
    alerts = replace(scene.alerts, store=broken)  # type: ignore[arg-type]
    await asyncio.wait_for(alerting(alerts, stop), 5)

    assert looked == [1]


class _Broken:
    """A store whose every answer is a bug."""

    def __init__(self, inner: object, breaks: Callable[[], Awaitable[object]]) -> None:
        self._database = inner._database  # type: ignore[attr-defined]
        self._keyring = inner._keyring  # type: ignore[attr-defined]
        self._clock = inner._clock  # type: ignore[attr-defined]
        self._breaks = breaks

    async def run(self, work: object, *given: object) -> object:
        return await self._breaks()
