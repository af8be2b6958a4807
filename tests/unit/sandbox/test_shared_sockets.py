"""The sandbox as a server: plain HTTP, TLS and CONNECT on one port, faults on the wire, control."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from aiohttp import ClientError

from tandem.sandbox.clock import Clock
from tandem.sandbox.faults import ConnectionDropped
from tandem.sandbox.server import Sandbox, SandboxThread, serve

OWNERS = "/crm/v3/owners"


@asynccontextmanager
async def opened(**options):
    async with Sandbox(data="empty", **options) as sandbox:
        headers = {"authorization": f"Bearer {sandbox.tokens['hubspot']}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            yield sandbox, session


async def control(sandbox, session, path, body=None, method="POST"):
    url = f"{sandbox.hubspot_url}/_sandbox{path}"
    async with session.request(method, url, json=body) as answer:
        return answer.status, None if answer.status == 204 else await answer.json()


def strict_context(sandbox):
    context = ssl.create_default_context(cafile=str(sandbox.ca_path))
    # Python 3.13 made these the default.
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


async def test_one_port_speaks_plain_http_and_tls():
    async with opened() as (sandbox, session):
        port = sandbox.hubspot_url.rpartition(":")[2]
        async with session.get(sandbox.hubspot_url + OWNERS) as answer:
            assert answer.status == 200
            assert "date" in answer.headers
        url = f"https://localhost:{port}{OWNERS}"
        async with session.get(url, ssl=strict_context(sandbox)) as answer:
            assert answer.status == 200
        async with session.get(url, ssl=strict_context(sandbox)) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("api.hubapi.com", OWNERS, 200),
        ("login.salesforce.com", "/services/data/", 200),
        ("acme.my.salesforce.com", "/services/data/", 200),
        ("acme--dev.sandbox.my.salesforce.com", "/services/data/", 200),
    ],
)
async def test_connect_leads_to_the_crm_of_that_host_through_either_port(host, path, status):
    async with opened() as (sandbox, session):
        for proxy in (sandbox.hubspot_url, sandbox.salesforce_url):
            async with session.get(
                f"https://{host}{path}", proxy=proxy, ssl=strict_context(sandbox)
            ) as answer:
                assert answer.status == status


async def test_connect_to_a_strange_host_is_refused_in_words():
    async with opened() as (sandbox, _):
        answer = await raw(
            sandbox, b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n"
        )
    assert answer.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"api.hubapi.com" in answer
    assert answer.endswith(b"it does not connect to example.com.")


async def test_a_head_that_arrives_in_pieces_is_still_a_connect():
    async with opened() as (sandbox, _):
        reader, writer = await asyncio.open_connection(*address(sandbox))
        for piece in (b"CON", b"NECT api.hubapi.com:443 HT", b"TP/1.1\r\n", b"\r\n"):
            writer.write(piece)
            await writer.drain()
        assert b"200" in await reader.readline()
        await closed(writer)


async def test_a_caller_that_says_nothing_or_rubbish_harms_nobody():
    async with opened() as (sandbox, session):
        _, silent = await asyncio.open_connection(*address(sandbox))
        await closed(silent)
        assert (await raw(sandbox, b"COPY / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 400")
        assert b"400" in await raw(sandbox, b"\x00\x01rubbish\r\n\r\n")
        async with session.get(sandbox.hubspot_url + OWNERS) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_dropped_connection_is_a_tcp_reset(kind):
    async with opened() as (sandbox, session):
        rule = {"kind": kind, "method": "POST", "path": "/crm/v3/objects/notes"}
        await control(sandbox, session, "/faults", [rule])
        note = {"properties": {"hs_timestamp": "2026-11-20T00:00:00Z", "hs_note_body": "x"}}
        with pytest.raises((ClientError, ConnectionResetError)):
            await session.post(f"{sandbox.hubspot_url}/crm/v3/objects/notes", json=note)

        notes = sandbox.hubspot.summary()["objects"]["notes"]["live"]
        assert notes == (1 if kind == "drop_after" else 0)
        _, journal = await control(sandbox, session, "/requests", method="GET")
        assert [(each["status"], each["fault"]) for each in journal["requests"]] == [(0, kind)]


async def test_the_reset_is_one_on_the_wire():
    async with opened() as (sandbox, session):
        await control(sandbox, session, "/faults", {"kind": "drop_before"})
        reader, writer = await asyncio.open_connection(*address(sandbox))
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await closed(writer)


async def test_an_answer_may_be_replaced_after_the_work():
    async with opened() as (sandbox, session):
        await control(
            sandbox,
            session,
            "/faults",
            [
                {"kind": "status_after", "method": "POST", "status": 502, "body": {"a": 1}},
                {
                    "kind": "status",
                    "method": "POST",
                    "status": 503,
                    "headers": {"Retry-After": "1"},
                },
            ],
        )
        url = f"{sandbox.hubspot_url}/crm/v3/objects/notes"
        note = {"properties": {"hs_timestamp": "2026-11-20T00:00:00Z"}}
        async with session.post(url, json=note) as answer:
            assert (answer.status, await answer.json()) == (502, {"a": 1})
        async with session.post(url, json=note) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert sandbox.hubspot.summary()["objects"]["notes"]["live"] == 1


async def test_an_answer_that_never_comes_ends_when_the_caller_gives_up():
    async with opened() as (sandbox, session):
        await control(sandbox, session, "/faults", {"kind": "timeout_after", "path": OWNERS})
        with pytest.raises(TimeoutError):
            await session.get(
                sandbox.hubspot_url + OWNERS, timeout=aiohttp.ClientTimeout(total=0.05)
            )


async def test_slowness_and_latency_wait_as_the_world_waits():
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with opened() as (sandbox, session):
        sandbox.world.sleep = sleep
        await control(sandbox, session, "/switches", {"latency_ms": 50})
        await control(sandbox, session, "/faults", {"kind": "slow", "seconds": 7})
        async with session.get(sandbox.hubspot_url + OWNERS) as answer:
            assert answer.status == 200
    assert waited == [0.05, 7.0]


async def test_without_sockets_a_drop_is_an_exception():
    sandbox = Sandbox(data="empty")
    sandbox.world.faults["hubspot"].arm({"kind": "drop_after"})

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        raise AssertionError("no answer may come")

    scope = {
        "type": "http", "method": "GET", "path": OWNERS, "raw_path": OWNERS.encode(),
        "query_string": b"", "headers": [], "root_path": "", "scheme": "http",
        "server": ("x", 80), "client": ("x", 1), "http_version": "1.1",
    }  # fmt: skip
    with pytest.raises(ConnectionDropped):
        await sandbox.hubspot_app(scope, receive, send)


async def test_the_control_plane_moves_the_clock_and_keeps_no_journal():
    async with opened(clock=Clock(running=False)) as (sandbox, session):
        _, before = await control(sandbox, session, "/clock", method="GET")
        _, after = await control(sandbox, session, "/clock", {"advance_seconds": 3600})
        assert after["now_ms"] - before["now_ms"] == 3_600_000
        _, journal = await control(sandbox, session, "/requests", method="GET")
        assert journal == {"requests": []}


async def test_the_control_plane_resets_one_side_or_both():
    async with opened() as (sandbox, session):
        _, state = await control(
            sandbox, session, "/reset", {"data": "sample", "language": "ja", "side": "both"}
        )
        assert state["hubspot"]["objects"]["contacts"]["live"] > 50
        assert state["language"] == "ja"
        assert sandbox.sample is not None
        await control(sandbox, session, "/reset", {"data": "empty"})
        assert sandbox.hubspot.summary()["objects"]["contacts"]["live"] == 0
        assert sandbox.salesforce.summary()["records"]["Contact"] > 30


async def test_a_reset_of_both_puts_switches_faults_and_clock_back():
    async with opened(clock=Clock(running=False)) as (sandbox, session):
        start = sandbox.world.clock.now()
        await control(sandbox, session, "/switches", {"search_lag_ms": 0})
        await control(sandbox, session, "/faults", {"kind": "drop_before"})
        await control(sandbox, session, "/clock", {"advance_seconds": 5})
        await control(sandbox, session, "/reset", {"data": "empty", "side": "both", "seed": 4})
        assert sandbox.world.switches["search_lag_ms"] == 3000
        assert sandbox.world.faults["hubspot"].listing() == []
        assert sandbox.world.clock.now() == start
        assert sandbox.world.seed == 4


async def test_the_same_seed_gives_the_same_sample():
    clock = Clock(running=False)
    one, other = Sandbox(clock=clock, seed=3), Sandbox(clock=clock, seed=3)
    assert one.hubspot.summary() == other.hubspot.summary()
    ids = [list(each.hubspot.crm.tables["calls"].live) for each in (one, other)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/reset", {"data": "some"}, "sample, empty"),
        ("/reset", {"sied": "both"}, "Unknown: sied"),
        ("/reset", {"seed": "x"}, "whole number"),
        ("/reset", [1], "JSON object"),
        ("/clock", {}, "advance_seconds"),
        ("/clock", {"advance_seconds": -5}, "only moves ahead"),
        ("/faults", {"kind": "nope"}, "search_stall"),
        ("/switches", {"nope": 1}, "search_lag_ms"),
        ("/act", {"do": "dance"}, "log_call"),
        ("/act", {"title": "x"}, "Say what to do"),
        ("/act", {"do": "log_call", "titel": "x"}, "does not know titel"),
        ("/act", {"do": "write_note"}, "needs body"),
        ("/act", {"do": "write_note", "body": "x", "side": "both"}, "one side"),
    ],
)
async def test_a_bad_request_to_the_control_plane_is_answered_in_words(path, body, said):
    async with opened() as (sandbox, session):
        status, answer = await control(sandbox, session, path, body)
    assert status == 400
    assert said in answer["error"]


async def test_one_side_reads_the_journal_of_both():
    async with opened() as (sandbox, session):
        await (await session.get(sandbox.hubspot_url + OWNERS)).read()
        await (await session.get(f"{sandbox.salesforce_url}/services/data/")).read()
        _, journal = await control(sandbox, session, "/requests?side=both", method="GET")
        assert [each["side"] for each in journal["requests"]] == ["hubspot", "salesforce"]
        status, _ = await control(sandbox, session, "/requests?side=both", method="DELETE")
        assert status == 204
        assert sandbox.world.journal.requests() == []


async def test_a_taken_port_is_an_error_and_leaves_nothing_open():
    async with opened() as (sandbox, _):
        port = int(sandbox.hubspot_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            await Sandbox(data="empty", salesforce_port=port).start()


async def test_serve_runs_until_it_is_told():
    over = asyncio.Event()
    urls: list[str] = []

    def started(sandbox):
        urls.append(sandbox.hubspot_url)
        over.set()

    await serve(started=started, until=over, data="empty")
    assert urls[0].startswith("http://127.0.0.1:")


def test_a_sandbox_in_a_thread_serves_callers_that_block():
    with SandboxThread(data="empty") as sandbox:
        host, port = sandbox.hubspot_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(b"GET /_sandbox HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: caller.recv(65_536), b""))
        assert b"200 OK" in answer
        made = sandbox.run(lambda each: each.hubspot.act("write_note", {"body": "x"}))
        assert made["object"] == "notes"


def test_a_thread_whose_sandbox_cannot_start_says_why():
    with pytest.raises(ValueError, match="language"), SandboxThread(language="fr"):
        pass


def address(sandbox):
    host, port = sandbox.hubspot_url.removeprefix("http://").split(":")
    return host, int(port)


async def raw(sandbox, request):
    reader, writer = await asyncio.open_connection(*address(sandbox))
    writer.write(request)
    answer = await reader.read()
    await closed(writer)
    return answer


async def closed(writer):
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
