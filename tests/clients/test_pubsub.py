"""Salesforce's events over real gRPC, read by a client that knows only the published description."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import act, arm, switch
from tests.clients.pubsub_client import Client, Subscription, generated, opened, trailers

CODE = "sfdc.platform.eventbus.grpc."
TASKS = "/data/TaskChangeEvent"
EARLIEST, CUSTOM = 1, 2


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxThread]:
    with SandboxThread(data="empty", events_port=0, events_plaintext=True) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def channel(running: SandboxThread) -> Iterator[grpc.Channel]:
    yield from opened(str(running.events_target))


@pytest.fixture
def box(running: SandboxThread) -> SandboxThread:
    """An org with nothing in it but three selected entities."""
    running.run(lambda each: each.control.reset(data="empty"))
    act(running, "salesforce", "select_change_events", objects=["Task", "Contact", "Lead"])
    return running


@pytest.fixture
def client(box: SandboxThread, channel: grpc.Channel) -> Client:
    return Client(
        channel=channel,
        token=box.tokens["salesforce"],
        org_id=box.run(lambda each: each.salesforce.org_id),
    )


def _task(box: SandboxThread, subject: str = "Call") -> str:
    return str(act(box, "salesforce", "create_task", fields={"Subject": subject})["id"])


def _begun(stream: Subscription) -> None:
    """Wait until the server has taken the stream up: what happens from now on is news to it."""
    stream.replies.initial_metadata()


def _refusal(stream: Subscription) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        for _ in stream.replies:
            pass
    return caught.value.code().name, trailers(caught.value).get("error-code", "").removeprefix(CODE)


def test_a_topic_leads_to_its_schema_and_the_schema_reads_its_events(
    box: SandboxThread, client: Client
) -> None:
    told = client.topic(TASKS)
    with client.subscribe(TASKS) as stream:
        _begun(stream)
        task = _task(box)
        act(box, "salesforce", "edit_task", id=task, fields={"Subject": "Meet"})
        created, changed = stream.events(2)

    assert told.can_subscribe
    assert told.schema_id == created.event.schema_id
    assert client.decode(created)["Subject"] == "Call"
    assert client.decode(changed)["ChangeEventHeader"]["recordIds"] == [task]
    assert client.decode(changed)["Subject"] == "Meet"


def test_a_stream_can_be_read_from_the_beginning_from_the_end_or_from_a_place(
    box: SandboxThread, client: Client
) -> None:
    ids = [_task(box, f"Task {at}") for at in range(3)]
    with client.subscribe(TASKS, replay_preset=EARLIEST) as stream:
        events = stream.events(3)
    with client.subscribe(TASKS, replay_preset=CUSTOM, replay_id=events[0].replay_id) as stream:
        rest = [each["recordIds"] for each in stream.headers(2)]
    with client.subscribe(TASKS) as stream:
        _begun(stream)
        last = _task(box)
        newest = stream.headers(1)

    assert rest == [[ids[1]], [ids[2]]]
    assert newest[0]["recordIds"] == [last]


def test_a_reader_gets_no_more_than_it_asked_for(box: SandboxThread, client: Client) -> None:
    for at in range(5):
        _task(box, f"Task {at}")
    with client.subscribe(TASKS, count=2, replay_preset=EARLIEST) as stream:
        first = stream.reply()
        stream.ask(1)
        second = stream.reply()

    assert [len(first.events), first.pending_num_requested] == [2, 0]
    assert [len(second.events), second.pending_num_requested] == [1, 0]
    assert second.latest_replay_id == second.events[-1].replay_id


def test_one_channel_tells_of_every_selected_entity(box: SandboxThread, client: Client) -> None:
    with client.subscribe("/data/ChangeEvents") as stream:
        _begun(stream)
        _task(box)
        act(box, "salesforce", "create_record", object="Contact", fields={"LastName": "Sato"})
        headers = stream.headers(2)

    assert [each["entityName"] for each in headers] == ["Task", "Contact"]


def test_an_idle_stream_says_that_it_lives_and_where_it_is(
    box: SandboxThread, client: Client
) -> None:
    with client.subscribe(TASKS) as stream:
        _begun(stream)
        box.run(lambda each: each.world.clock.advance(271))
        reply = stream.reply()
    task = _task(box)
    with client.subscribe(TASKS, replay_preset=CUSTOM, replay_id=reply.latest_replay_id) as stream:
        headers = stream.headers(1)

    assert list(reply.events) == []
    assert headers[0]["recordIds"] == [task]


def test_a_stream_that_wants_nothing_more_ends_after_a_minute(
    box: SandboxThread, client: Client
) -> None:
    _task(box)
    with client.subscribe(TASKS, count=1, replay_preset=EARLIEST) as stream:
        stream.reply()
        box.run(lambda each: each.world.clock.advance(61))

        assert list(stream.replies) == []
        assert stream.replies.code() is grpc.StatusCode.OK


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ({"replay_preset": CUSTOM, "replay_id": b"nonsense"}, "fetch.replayid.corrupted"),
        ({"replay_preset": CUSTOM}, "fetch.replayid.validation.failed"),
        ({"count": 0}, "fetch.requested.events.invalid"),
        ({"count": 101}, "fetch.requested.events.invalid"),
    ],
)
def test_a_first_request_that_makes_no_sense_is_refused(
    client: Client, start: dict[str, Any], expected: str
) -> None:
    with client.subscribe(TASKS, **start) as stream:
        assert _refusal(stream) == ("INVALID_ARGUMENT", f"subscription.{expected}")


def test_asking_for_too_many_may_count_as_asking_for_100(
    box: SandboxThread, client: Client
) -> None:
    switch(box, pubsub_over_request="capped")
    _task(box)
    with client.subscribe(TASKS, count=500, replay_preset=EARLIEST) as stream:
        assert stream.reply().pending_num_requested == 99


def test_a_stream_keeps_its_topic(client: Client) -> None:
    with client.subscribe(TASKS) as stream:
        stream.ask(1, topic="/data/ContactChangeEvent")

        assert _refusal(stream)[0] == "INVALID_ARGUMENT"


def test_a_replay_id_older_than_72_hours_is_refused(box: SandboxThread, client: Client) -> None:
    _task(box)
    with client.subscribe(TASKS, replay_preset=EARLIEST) as stream:
        (event,) = stream.events(1)
    box.run(lambda each: each.world.clock.advance(72 * 3600 + 1))
    with client.subscribe(TASKS, replay_preset=CUSTOM, replay_id=event.replay_id) as stream:
        assert _refusal(stream) == (
            "INVALID_ARGUMENT",
            "subscription.fetch.replayid.corrupted",
        )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("token", "nonsense", "service.auth.error"),
        ("org_id", "00D000000000001AAA", "service.auth.error"),
        ("instance", "nonsense", "service.auth.headers.invalid"),
        ("token", "", "service.auth.headers.invalid"),
    ],
)
def test_only_a_session_of_the_org_is_let_in(
    client: Client, field: str, value: str, code: str
) -> None:
    setattr(client, field, value)
    with pytest.raises(grpc.RpcError) as caught:
        client.topic(TASKS)

    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert trailers(caught.value)["error-code"] == CODE + code
    assert "rpcId: " in caught.value.details()


@pytest.mark.parametrize(("ends", "is_refused"), [(True, True), (False, False)])
def test_a_stream_ends_with_its_session_by_switch(
    box: SandboxThread, client: Client, ends: bool, is_refused: bool
) -> None:
    switch(box, pubsub_session_ends_stream=ends)
    with client.subscribe(TASKS) as stream:
        _begun(stream)
        act(box, "salesforce", "expire_sessions", permanent=True)
        if is_refused:
            assert _refusal(stream) == ("UNAUTHENTICATED", "service.auth.error")
        else:
            _task(box)
            assert len(stream.events(1)) == 1


@pytest.mark.parametrize("status", ["NOT_FOUND", "INVALID_ARGUMENT", "PERMISSION_DENIED"])
def test_an_entity_that_is_not_selected_has_no_topic(
    box: SandboxThread, client: Client, status: str
) -> None:
    switch(box, pubsub_topic_status=status)
    with pytest.raises(grpc.RpcError) as caught:
        client.topic("/data/OpportunityChangeEvent")

    assert caught.value.code().name == status


@pytest.mark.parametrize(("needs", "status"), [(True, "PERMISSION_DENIED"), (False, None)])
def test_a_reader_needs_view_all_data_by_switch(
    box: SandboxThread, client: Client, needs: bool, status: str | None
) -> None:
    switch(box, cdc_needs_view_all=needs)
    act(box, "salesforce", "set_permission", permission="ViewAllData", on=False)
    if status is None:
        assert client.topic(TASKS).can_subscribe
        return
    with pytest.raises(grpc.RpcError) as caught:
        client.topic(TASKS)

    assert caught.value.code().name == status


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("pubsub_unavailable", ("UNAVAILABLE", "service.unavailable")),
        ("pubsub_unauthenticated", ("UNAUTHENTICATED", "service.auth.error")),
        ("pubsub_limit", ("RESOURCE_EXHAUSTED", "subscription.limit.exceeded")),
        ("pubsub_internal", ("INTERNAL", "service.internal")),
    ],
)
def test_calls_fail_on_demand(
    box: SandboxThread, client: Client, kind: str, expected: tuple[str, str]
) -> None:
    arm(box, "salesforce", {"kind": kind, "method": "Subscribe"})
    client.topic(TASKS)
    with client.subscribe(TASKS) as stream:
        assert _refusal(stream) == expected


def test_a_stream_breaks_in_the_middle_and_is_taken_up_again(
    box: SandboxThread, client: Client
) -> None:
    ids = [_task(box, f"Task {at}") for at in range(4)]
    arm(box, "salesforce", {"kind": "stream_broken", "after": 2})
    with client.subscribe(TASKS, replay_preset=EARLIEST) as stream:
        first = stream.events(2)
        broken = _refusal(stream)
    last = first[-1].replay_id
    with client.subscribe(TASKS, replay_preset=CUSTOM, replay_id=last) as stream:
        rest = stream.headers(2)

    assert broken == ("UNAVAILABLE", "service.unavailable")
    assert [each["recordIds"][0] for each in rest] == ids[2:]


@pytest.mark.parametrize("asked", [{"available": False}, {"break_streams": True}])
def test_open_streams_break_on_demand(
    box: SandboxThread, client: Client, asked: dict[str, Any]
) -> None:
    with client.subscribe(TASKS) as stream:
        _begun(stream)
        box.run(lambda each: each.salesforce.disturb(asked))

        assert _refusal(stream) == ("UNAVAILABLE", "service.unavailable")


@pytest.mark.parametrize(("limits", "is_refused"), [("real", True), ("off", False)])
def test_a_day_has_an_allocation_of_deliveries(
    box: SandboxThread, client: Client, limits: str, is_refused: bool
) -> None:
    switch(box, limits=limits, cdc_daily_deliveries=2)
    for at in range(3):
        _task(box, f"Task {at}")
    with client.subscribe(TASKS, count=2, replay_preset=EARLIEST) as stream:
        stream.events(2)
        stream.ask(2)
        if is_refused:
            expected = ("RESOURCE_EXHAUSTED", "subscription.limit.exceeded")
            assert _refusal(stream) == expected
        else:
            assert len(stream.events(1)) == 1


def test_an_unknown_schema_is_refused(client: Client) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.schema("nonsense")

    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_events_come_over_tls_that_the_sandboxs_authority_vouches_for() -> None:
    with SandboxThread(data="empty", events_port=0) as sandbox:
        act(sandbox, "salesforce", "select_change_events", objects=["Task"])
        for channel in opened(str(sandbox.events_target), sandbox.ca_path.read_bytes()):
            client = Client(
                channel=channel,
                token=sandbox.tokens["salesforce"],
                org_id=sandbox.run(lambda each: each.salesforce.org_id),
            )
            told = client.topic(TASKS)

    assert told.topic_name == TASKS
    assert generated().TopicInfo is type(told)
