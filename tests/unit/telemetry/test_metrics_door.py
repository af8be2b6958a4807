"""What is served to whoever watches, asked over a real socket."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from tests.support.stores import KEYRING, NOW, a_connection

from tandem.clock import ManualClock
from tandem.crm.rate_limit import Budget, Pace
from tandem.errors import SettingsError
from tandem.model import Kind, Side
from tandem.observing import CallSeen, Outcome, RunSeen, Stage, see_call, see_run, see_store_trouble
from tandem.settings.metrics import MetricsSettings
from tandem.store import Store
from tandem.store.workers import WorkerRow
from tandem.telemetry import Watch, Watched, watching

DEPLOY = Path(__file__).parents[3] / "deploy"
ANY_PORT = MetricsSettings(port=0)


class Asked:
    """Asks one door."""

    def __init__(self, session: aiohttp.ClientSession, base: str, store: Store) -> None:
        self.session, self.base, self.store = session, base, store
        self.clock = ManualClock(NOW)
        self.watch: Watch

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.session.get(self.base + path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def figures(self) -> Mapping[str, float]:
        """By the sample's name, with its labels' values after it."""
        status, text = await self.get("/metrics")
        assert status == 200
        return {
            " ".join([sample.name, *filter(None, sample.labels.values())]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@asynccontextmanager
async def door(
    home: Path,
    settings: MetricsSettings = ANY_PORT,
    *,
    worker: str | None = None,
    budgets: tuple[Budget, ...] = (),
) -> AsyncIterator[Asked]:
    clock = ManualClock(NOW)
    with Store(f"sqlite:///{home}/tandem.db", KEYRING, clock=clock.now) as store:
        watched = Watched(
            store=store,
            clock=clock,
            budgets=lambda: budgets,
            version="1.2",
            worker=worker,
            dead_after=30,
        )
        with watching(watched, settings, {}) as watch:
            stop = asyncio.Event()
            port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            serving = asyncio.create_task(watch.serve(stop, started=port.set_result))
            async with aiohttp.ClientSession() as session:
                asked = Asked(session, f"http://127.0.0.1:{await port}", store)
                asked.clock, asked.watch = clock, watch
                yield asked
            stop.set()
            await asyncio.wait_for(serving, 10)


async def test_runs_stages_and_calls_are_counted(tmp_path: Path) -> None:
    async with door(tmp_path) as asked:
        seen = RunSeen(connection_id=7, connection="main", cause="schedule", is_dry=False)
        with see_run(seen):
            call = CallSeen(side=Side.HUBSPOT, operation="search calls", method="POST")
            with see_call(call):
                call.status, call.outcome = 200, Outcome.ANSWERED
            seen.state = "done"
            seen.activities = {(Kind.CALL, "created"): 3, (Kind.NOTE, "parked"): 1}
            seen.written = {(Side.SALESFORCE, "created"): 3}
        with pytest.raises(ValueError, match="bug"), see_run(_run("command")):
            raise ValueError("bug")
        see_store_trouble()
        found = await asked.figures()

    assert found["tandem_runs_total schedule done"] == 1
    assert found["tandem_runs_total command crashed"] == 1
    assert found["tandem_run_seconds_count schedule"] == 1
    assert found["tandem_activities_total call created"] == 3
    assert found["tandem_activities_total note parked"] == 1
    assert found["tandem_records_written_total salesforce created"] == 3
    assert found["tandem_crm_calls_total hubspot answered"] == 1
    assert found["tandem_crm_call_seconds_count hubspot"] == 1
    assert found["tandem_database_errors_total"] == 1
    assert found["tandem_build_info 1.2"] == 1
    assert not any("main" in name.split() for name in found)


def _run(cause: str, *, is_dry: bool = False) -> RunSeen:
    return RunSeen(connection_id=7, connection="main", cause=cause, is_dry=is_dry)


async def test_what_a_dry_run_would_write_is_not_counted_as_written(tmp_path: Path) -> None:
    async with door(tmp_path) as asked:
        seen = _run("command", is_dry=True)
        with see_run(seen):
            seen.state, seen.activities = "done", {(Kind.CALL, "created"): 3}
        found = await asked.figures()

    assert found["tandem_runs_total dry command done"] == 1
    assert "tandem_activities_total call created" not in found


async def test_a_connection_is_a_label_by_choice_only(tmp_path: Path) -> None:
    async with door(tmp_path, MetricsSettings(port=0, by_connection=True)) as asked:
        seen = _run("schedule")
        with see_run(seen):
            seen.state = "done"
        found = await asked.figures()

    assert found["tandem_connection_runs_total 7 done"] == 1
    assert found["tandem_connection_last_run_timestamp_seconds 7"] > 0


async def test_how_the_service_stands_is_read_from_the_database(tmp_path: Path) -> None:
    budget = Budget(Side.HUBSPOT, ManualClock(NOW), Pace(daily_calls=100))
    budget.meter.restore({NOW: 95})
    async with door(tmp_path, budgets=(budget,)) as asked:
        a_connection(asked.store)
        asked.store.suspend(asked.store.create_connection("two").id, "access_lost", "")
        asked.store.report_worker(_worker("a"))
        await asyncio.sleep(0)
        asked.clock.advance(40)
        found = await asked.figures()

    assert found["tandem_connections active"] == 1
    assert found["tandem_connections access_lost"] == 1
    assert found["tandem_turns_due"] == 1
    assert found["tandem_turn_wait_seconds"] == 40
    assert found["tandem_workers worker late"] == 1
    assert found["tandem_calls_left_ratio hubspot allocation"] == pytest.approx(0.05)
    assert found["tandem_accounts_short_of_calls hubspot"] == 1
    assert found["tandem_accounts_short_of_calls salesforce"] == 0
    assert found["tandem_activities_open call parked"] == 0


def _worker(name: str) -> WorkerRow:
    return WorkerRow(
        name=name, host="h", version="1", role="worker", slots=1, started_at=NOW, seen_at=NOW
    )


async def test_a_scrape_goes_on_while_the_database_is_away(tmp_path: Path) -> None:
    async with door(tmp_path) as asked:
        assert (await asked.figures())["tandem_database_up"] == 1
        asked.store._database.engine.dispose()
        _take_away(tmp_path)
        asked.clock.advance(120)
        found = await asked.figures()
        ready, told = await asked.get("/readyz")
        alive, _ = await asked.get("/healthz")

    assert found["tandem_database_up"] == 0
    assert "tandem_turns_due" not in found
    assert (ready, told) == (503, '{"ready":false,"reasons":["database"]}\n')
    assert alive == 200


def _take_away(home: Path) -> None:
    """A folder lies where the database was."""
    for each in home.glob("tandem.db*"):
        each.unlink()
    (home / "tandem.db").mkdir()


async def test_metrics_want_the_token_and_probes_do_not(tmp_path: Path) -> None:
    async with door(tmp_path, MetricsSettings(port=0, token="secret")) as asked:
        refused = [
            (await asked.get("/metrics"))[0],
            (await asked.get("/metrics", Authorization="Bearer secre"))[0],
            (await asked.get("/metrics", Authorization="Basic secret"))[0],
        ]
        let_in, _ = await asked.get("/metrics", Authorization="bearer secret")
        probes = [(await asked.get(path))[0] for path in ("/healthz", "/readyz")]

    assert refused == [401, 401, 401]
    assert (let_in, probes) == (200, [200, 200])


async def test_there_is_nothing_else_behind_the_door(tmp_path: Path) -> None:
    async with door(tmp_path) as asked:
        assert (await asked.get("/"))[0] == 404
        async with asked.session.post(asked.base + "/metrics") as answer:
            assert answer.status == 405
        async with asked.session.head(asked.base + "/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "")


async def test_a_worker_is_ready_while_its_heart_beats(tmp_path: Path) -> None:
    async with door(tmp_path, worker="a") as asked:
        before = await asked.get("/readyz")
        asked.store.report_worker(_worker("a"))
        asked.clock.advance(12)
        alive = await asked.get("/readyz")
        asked.clock.advance(30)
        silent = await asked.get("/readyz")

    assert before == (503, '{"ready":false,"reasons":["starting"]}\n')
    assert alive == (200, '{"ready":true,"reasons":[],"heartbeat_seconds":12.0}\n')
    assert silent == (503, '{"ready":false,"reasons":["heartbeat"],"heartbeat_seconds":42.0}\n')


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            Store(f"sqlite:///{tmp_path}/t.db", KEYRING) as store,
            watching(_watched(store), MetricsSettings(port=taken.getsockname()[1]), {}) as watch,
            pytest.raises(SettingsError, match="Choose another port"),
        ):
            await watch.serve(asyncio.Event())


def _watched(store: Store) -> Watched:
    return Watched(
        store=store,
        clock=ManualClock(NOW),
        budgets=lambda: (),
        version="1",
        worker=None,
        dead_after=timedelta(seconds=30).total_seconds(),
    )


@pytest.mark.parametrize(
    ("host", "token", "is_open"),
    [
        ("127.0.0.1", None, False),
        ("::1", None, False),
        ("localhost", None, False),
        ("0.0.0.0", None, True),
        ("0.0.0.0", "secret", False),
        ("tandem.internal", None, True),
    ],
)
def test_who_may_read_the_metrics_from_elsewhere(
    host: str, token: str | None, is_open: bool
) -> None:
    assert MetricsSettings(port=1, host=host, token=token).is_open is is_open


async def test_stages_add_up(tmp_path: Path) -> None:
    async with door(tmp_path) as asked:
        assert asked.watch.door is not None
        with asked.watch.door.metrics.stage(Stage.PLAN):
            pass
        found = await asked.figures()

    assert found["tandem_stage_seconds_total plan"] >= 0


# --------------------------------------------------------------------------- what is shown and warned of


def _expressions() -> list[str]:
    """Everything that the dashboard and the rules ask Prometheus."""
    board = json.loads((DEPLOY / "grafana/tandem.json").read_text("utf-8"))
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


async def test_the_dashboard_and_the_rules_ask_only_for_what_is_told(tmp_path: Path) -> None:
    async with door(tmp_path, worker="worker 1") as asked:
        _, text = await asked.get("/metrics")
    told = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    told |= {f"{name}{part}" for name in told for part in ("_bucket", "_sum", "_count")}

    wanted = {name for each in _expressions() for name in re.findall(r"\btandem_\w+", each)}

    assert len(wanted) > 15
    assert wanted - told == set()


def test_the_dashboard_is_one_that_grafana_can_take() -> None:
    board = json.loads((DEPLOY / "grafana/tandem.json").read_text("utf-8"))

    assert {"title", "uid", "panels", "templating", "time", "schemaVersion"} <= board.keys()
    assert [each["type"] for each in board["templating"]["list"]] == ["datasource"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["datasource"]["uid"] == "${datasource}"


def test_every_rule_says_what_is_wrong_and_where_to_look_first() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))

    for rule in rules["groups"][0]["rules"]:
        assert rule["annotations"].keys() == {"summary", "first_look"}
        assert rule["labels"]["severity"] in {"critical", "warning"}
