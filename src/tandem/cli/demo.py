"""``tandem demo``: both CRMs simulated, a connection between them, two syncs, then a trickle."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.logs import configure_logs
from tandem.cli.options import AsJson, InLanguage
from tandem.cli.output import print_json, progress_bar
from tandem.cli.sandbox import HUBSPOT_PORT, SALESFORCE_PORT, free_port, print_addresses
from tandem.cli.serve import serve_web, together, until_asked_to_end, web_settings
from tandem.cli.session import Session, session_of
from tandem.cli.summary import print_summary
from tandem.cli.sync import exit_code
from tandem.clock import rest
from tandem.engine.reports import RunReport
from tandem.model import Kind, Side
from tandem.settings import ProcessSettings, parse, show
from tandem.sync.policy import Language

if TYPE_CHECKING:
    from tandem.cli.trickle import Account, News
    from tandem.sandbox.server import Sandbox

__all__ = ["register"]

CONNECTION = "demo"
WEB_PORT = 8800
_PAST = timedelta(days=400)  # the sample holds a year
_POLL_SECONDS = 5
_A_WHILE = 5.0  # seconds; HubSpot's search is three behind


def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="option.once")] = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    with tempfile.TemporaryDirectory(prefix="tandem-demo-") as folder:
        settings = ProcessSettings(
            home=Path(folder), language=session.messages.language, poll_seconds=_POLL_SECONDS
        )
        configure_logs(settings, default="warning")
        code = asyncio.run(_demo(session, settings, once=once, as_json=as_json))
    if code:
        raise typer.Exit(code)


async def _demo(session: Session, settings: ProcessSettings, *, once: bool, as_json: bool) -> int:
    async with _sandbox(session) as both, _application(session, settings, both) as application:
        if not as_json:
            session.remark("demo.started")
            print_addresses(session, both)
        await _connect(session, application, both)
        reports = [await _sync(session, application, as_json)]
        if not as_json:
            session.out.print()
        made, changed = await _work(both)
        session.remark("demo.worked", made=made, changed=changed)
        reports.append(await _sync(session, application, as_json))
        if as_json:
            print_json(session.out, reports)
        code = exit_code(reports) if all(report.seen for report in reports) else 1
        if once or code:
            return code
        with until_asked_to_end() as stop:
            session.remark("demo.play", hubspot=both.hubspot_url, salesforce=both.salesforce_url)
            _say_how_soon(session, both)
            session.remark("demo.look", home=settings.home)
            session.remark("demo.until")
            await _keep_going(session, application, both, stop)
    return 0


def _sandbox(session: Session) -> Sandbox:
    """Both CRMs on their usual ports, or on the next free ones, which it says."""
    # Imported here and not above: every other command starts in half the time.
    from tandem.crm.salesforce.events import is_installed
    from tandem.sandbox.server import Sandbox

    hubspot = free_port(HUBSPOT_PORT)
    salesforce = free_port(max(SALESFORCE_PORT, hubspot + 1))
    if (hubspot, salesforce) != (HUBSPOT_PORT, SALESFORCE_PORT):
        session.remark("demo.other_ports", hubspot=hubspot, salesforce=salesforce)
    return Sandbox(
        data="sample",
        language=session.messages.language,
        hubspot_port=hubspot,
        salesforce_port=salesforce,
        events_port=0 if is_installed() else None,
        events_plaintext=True,
    )


def _application(
    session: Session, settings: ProcessSettings, both: Sandbox
) -> AbstractAsyncContextManager[Application]:
    """Hears Salesforce's events where the sandbox sends them."""
    if both.events_target is not None:
        settings = replace(settings, salesforce_events=f"http://{both.events_target}")
    return session.open_application(settings)


def _say_how_soon(session: Session, both: Sandbox) -> None:
    from tandem.crm.salesforce.events import INSTALL

    if both.events_target is None:
        session.remark("demo.polls", seconds=_POLL_SECONDS, command=INSTALL)
    else:
        session.remark("demo.hears")


async def _connect(session: Session, application: Application, both: Sandbox) -> None:
    """
    Join the two with every kind on and tasks both ways; an explicit ``since`` lets HubSpot's year of the sample in.
    """

    def unused(address: str) -> None:
        session.remark("connect.visit", address=address)

    await application.connect_hubspot(
        CONNECTION, url=both.hubspot_url, token=both.tokens["hubspot"], open_browser=unused
    )
    await application.connect_salesforce(
        CONNECTION, url=both.salesforce_url, token=both.tokens["salesforce"], open_browser=unused
    )
    policy = parse(await application.settings_text(CONNECTION))
    everything = replace(
        policy,
        language=Language(session.messages.language),
        kinds={kind: replace(policy.kind(kind), enabled=True) for kind in Kind},
        salesforce_task_sync=True,
    )
    since = both.world.clock.now() - _PAST
    await application.set_webhook_secret(CONNECTION, both.hubspot.auth.private_secret)
    change = await application.plan_settings(CONNECTION, show(everything), since=since)
    await application.save_settings(CONNECTION, change, "demo")


async def _work(both: Sandbox) -> tuple[int, int]:
    """An hour's work of people on both sides: how many tasks they made, and how many changes."""
    from tandem.cli.trickle import pairs_of_tasks
    from tandem.sandbox.data import edits, new_tasks

    assert both.sample is not None
    made = list(new_tasks(both.sample))
    pairs = await pairs_of_tasks(_salesforce(both))
    changed = list(edits(both.sample, pairs))
    both.world.clock.advance(_A_WHILE)
    for side, name, arguments in (*made, *changed):
        both.control.act(side, name, arguments)
    both.world.clock.advance(_A_WHILE)
    return len(made), len(changed)


async def _sync(session: Session, application: Application, as_json: bool) -> RunReport:
    with progress_bar(session, shown=not as_json) as progress:
        report = await application.sync(CONNECTION, progress=progress)
    if not as_json:
        session.out.print()
        print_summary(report, session.out, session.messages)
    return report


async def _keep_going(
    session: Session, application: Application, both: Sandbox, stop: asyncio.Event
) -> None:
    """Serve, and let news of both sides trickle in, until *stop*; trouble in any part ends all."""
    from tandem.cli.trickle import Account, trickle
    from tandem.web.webhooks import PATH as WEBHOOKS_PATH

    new: list[News] = []

    def tell(news: News) -> None:
        key = "demo.completed" if news.is_completed else "demo.new"
        session.remark(key, what=f"{news.kind} {news.record_id}", side=news.side.title)
        if not news.is_completed:
            new.append(news)

    def tell_changes(url: str) -> None:
        target = {"target_url": f"{url}{WEBHOOKS_PATH}", "app": both.hubspot.auth.private_app_id}
        both.control.act("hubspot", "set_webhooks", target)

    settings = ProcessSettings(home=Path(), web_port=free_port(WEB_PORT))
    await together(
        stop,
        serve_web(session, application, web_settings(settings), stop, started=tell_changes),
        application.serve(stop),
        _watch(session, application, new, stop),
        trickle(
            Account(url=both.hubspot_url, token=both.tokens["hubspot"]),
            _salesforce(both),
            stop,
            language=session.messages.language,
            tell=tell,
        ),
    )


def _salesforce(both: Sandbox) -> Account:
    from tandem.cli.trickle import Account

    return Account(url=both.salesforce_url, token=both.tokens["salesforce"])


async def _watch(
    session: Session, application: Application, new: list[News], stop: asyncio.Event
) -> None:
    """Say where each of the *new* records arrived, as soon as it did."""
    while not stop.is_set():
        for news in list(new):
            answer = await application.explain(CONNECTION, news.record_id)
            there = {
                Side.HUBSPOT: answer.salesforce_url or answer.salesforce_id,
                Side.SALESFORCE: answer.hubspot_url or answer.hubspot_id,
            }[news.side]
            if there is not None:
                other = news.side.other.title
                session.remark("demo.arrived", what=news.record_id, side=other, task=there)
                new.remove(news)
        await rest(stop, 1)


def register(app: typer.Typer) -> None:
    app.command("demo", help="help.demo", epilog="tandem demo --once --language ja")(demo)
