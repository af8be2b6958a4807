"""Signatures as HubSpot publishes them, and what events name."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature as VendorSignature  # type: ignore[import-untyped]

from tandem.crm.hubspot.notices import Happening, Notice
from tandem.crm.hubspot.webhooks import (
    Malformed,
    Posted,
    Signature,
    Verdict,
    decoded,
    delivery_from,
    read_events,
    refusal_of,
    verdict_on,
)

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
ADDRESS = "https://www.example.com/webhook_uri"
QUOTED = b"{'example_field':'example_value'}"
ALL = tuple(Signature)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp() * 1000))


def posted(
    body: bytes, headers: dict[str, str], *, address: str = ADDRESS, method: str = "POST"
) -> Posted:
    return Posted(addresses=(address,), headers=headers, body=body, method=method)


def old(version: str, signature: str) -> dict[str, str]:
    return {"x-hubspot-signature": signature, "x-hubspot-signature-version": version}


def new(signature: str, stamp: str = STAMP) -> dict[str, str]:
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}


def signed(
    version: str, body: bytes, *, address: str = ADDRESS, stamp: str = STAMP, secret: str = SECRET
) -> dict[str, str]:
    """Headers made by HubSpot's own client library."""
    made = VendorSignature.get_signature(secret, body.decode(), version, address, "POST", stamp)
    return new(made, stamp) if version == "v3" else old(version, made)


# --------------------------------------------------------------------------- published vectors

CREATION = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
DOUBLE_QUOTED = b'{"example_field":"example_value"}'
VECTORS = [
    ("v1", "POST", CREATION, "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"),
    ("v2", "GET", b"", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
    (
        "v2",
        "POST",
        DOUBLE_QUOTED,
        "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
    ),
    ("v1", "POST", QUOTED, "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750"),
    ("v2", "POST", QUOTED, "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383"),
]


@pytest.mark.parametrize(("version", "method", "body", "signature"), VECTORS)
def test_published_signatures_are_genuine(
    version: str, method: str, body: bytes, signature: str
) -> None:
    request = posted(body, old(version, signature), method=method)

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.GENUINE


def test_the_published_signature_of_version_3_is_genuine() -> None:
    made = new("HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=", "15000000")
    then = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=15_000_000)

    assert verdict_on(posted(QUOTED, made), SECRET, then, accepted=ALL) is Verdict.GENUINE


BODY = (
    b'[{"objectId":77195047646,"objectTypeId":"0-27","subscriptionType":"object.propertyChange"}]'
)


def test_an_address_is_signed_with_its_twelve_escapes_decoded() -> None:
    made = new("b1qrozUbjkjdG+4QD8vjlN4QeetO6ew81ondGeLTGh0=", "1767225600000")
    then = datetime(2026, 1, 1, tzinfo=UTC)
    request = posted(BODY, made, address="https://tandem.example/hooks/hubspot?x=a%3Ab%2Fc")

    assert verdict_on(request, SECRET, then, accepted=ALL) is Verdict.GENUINE


def test_other_escapes_stay_as_they_are() -> None:
    assert decoded("/a%3ab%2Fc%20d%26e%25%28%29") == "/a:b/c%20d%26e%25()"
    assert decoded("%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B") == ":/?@!$'()*,;"


def test_a_sender_that_does_not_decode_its_address_is_believed_too() -> None:
    """HubSpot's own client library signs the address as it is."""
    address = "https://tandem.example/hooks?x=a%3Ab"
    request = posted(BODY, signed("v3", BODY, address=address), address=address)

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.GENUINE


# --------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_one_byte_of_the_body_makes_a_signature_forged(version: str) -> None:
    request = posted(BODY + b" ", signed(version, BODY))

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.FORGED


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_another_apps_secret_is_no_secret(version: str) -> None:
    request = posted(BODY, signed(version, BODY, secret="another"))

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.FORGED


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_a_request_for_another_address_is_forged(version: str) -> None:
    request = posted(BODY, signed(version, BODY), address="https://elsewhere.example/webhook_uri")

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.FORGED


def test_any_address_that_hubspot_may_have_called_counts() -> None:
    request = Posted(
        addresses=("http://10.0.0.1/webhook_uri", ADDRESS), headers=signed("v3", BODY), body=BODY
    )

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.GENUINE


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (300, Verdict.GENUINE),
        (300.001, Verdict.STALE),
        (-300, Verdict.GENUINE),
        (-301, Verdict.STALE),
    ],
)
def test_a_signature_holds_for_five_minutes(seconds: float, verdict: Verdict) -> None:
    request = posted(BODY, signed("v3", BODY))

    assert verdict_on(request, SECRET, NOW + timedelta(seconds=seconds), accepted=ALL) is verdict


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "9" * 30, "9" * 16, "1764,5", "١٢٣"])
def test_a_time_that_is_none_is_stale(stamp: str) -> None:
    request = posted(BODY, signed("v3", BODY, stamp=stamp))

    assert refusal_of(request, NOW, accepted=ALL) is Verdict.STALE
    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.STALE


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hubspot-signature": ""},
        old("v4", "00"),
        {"x-hubspot-signature-version": "v2"},
        new(""),
        new("A" * 600),
    ],
)
def test_without_a_signature_nothing_is_believed(headers: dict[str, str]) -> None:
    request = posted(BODY, headers)

    assert refusal_of(request, NOW, accepted=ALL) is Verdict.UNSIGNED
    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.UNSIGNED


def test_letters_that_no_signature_has_are_merely_wrong() -> None:
    assert verdict_on(posted(BODY, new("☂é")), SECRET, NOW, accepted=ALL) is Verdict.FORGED


def test_a_weaker_signature_does_not_stand_in_for_a_wrong_strong_one() -> None:
    request = posted(BODY, signed("v1", BODY) | new("AAAA"))

    assert verdict_on(request, SECRET, NOW, accepted=ALL) is Verdict.FORGED


def test_old_versions_can_be_switched_off() -> None:
    only = (Signature.V3,)

    for version, verdict in [
        ("v1", Verdict.UNSIGNED),
        ("v2", Verdict.UNSIGNED),
        ("v3", Verdict.GENUINE),
    ]:
        request = posted(BODY, signed(version, BODY))
        assert verdict_on(request, SECRET, NOW, accepted=only) is verdict


def test_a_version_that_is_not_named_is_the_first() -> None:
    headers = signed("v1", BODY)
    del headers["x-hubspot-signature-version"]

    assert verdict_on(posted(BODY, headers), SECRET, NOW, accepted=ALL) is Verdict.GENUINE


# --------------------------------------------------------------------------- events


def event(**changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "eventId": 100001,
        "subscriptionId": 2300001,
        "portalId": 147000000,
        "appId": 18000000,
        "occurredAt": 1763600000123,
        "subscriptionType": "object.propertyChange",
        "objectTypeId": "0-27",
        "objectId": 470000000001,
        "propertyName": "hs_task_status",
        "propertyValue": "COMPLETED",
        "attemptNumber": 0,
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def named(*events: dict[str, object]) -> list[tuple[str, str, Happening]]:
    delivery = delivery_from(read_events(json.dumps(events).encode()))
    return [(each.object, each.record_id, each.happening) for each in delivery.notices]


def test_an_event_names_its_record_and_its_time() -> None:
    delivery = delivery_from(read_events(json.dumps([event()]).encode()))

    assert delivery.notices == (
        Notice(
            portal_id="147000000",
            object="tasks",
            record_id="470000000001",
            happening=Happening.CHANGED,
            occurred_at=datetime(2025, 11, 20, 0, 53, 20, 123_000, tzinfo=UTC),
        ),
    )
    assert delivery.newest == delivery.notices[0].occurred_at
    assert delivery.portals == {"147000000"}


@pytest.mark.parametrize(
    ("subscription", "type_id", "expected"),
    [
        ("object.creation", "0-48", ("calls", Happening.CREATED)),
        ("object.deletion", "0-49", ("emails", Happening.DELETED)),
        ("object.restore", "0-47", ("meetings", Happening.RESTORED)),
        ("object.propertyChange", "0-18", ("communications", Happening.CHANGED)),
        ("contact.privacyDeletion", None, ("contacts", Happening.DELETED)),
        ("contact.propertyChange", None, ("contacts", Happening.CHANGED)),
        ("company.creation", None, ("companies", Happening.CREATED)),
        ("deal.deletion", None, ("deals", Happening.DELETED)),
    ],
)
def test_each_kind_of_event_is_understood(
    subscription: str, type_id: str | None, expected: tuple[str, Happening]
) -> None:
    said = event(subscriptionType=subscription, objectTypeId=type_id, objectId=5)

    assert named(said) == [(expected[0], "5", expected[1])]


def test_the_older_name_of_the_subscription_is_understood() -> None:
    said = event(subscriptionType=None, eventType="contact.creation", objectTypeId=None, objectId=5)

    assert named(said) == [("contacts", "5", Happening.CREATED)]


def test_a_merge_names_all_who_were_in_it() -> None:
    said = event(
        subscriptionType="contact.merge",
        objectTypeId=None,
        objectId=1,
        primaryObjectId=1,
        mergedObjectIds=[2, 3],
        newObjectId=4,
    )

    assert [record for _, record, _ in named(said)] == ["1", "4", "2", "3"]
    assert {what for _, _, what in named(said)} == {Happening.MERGED}


@pytest.mark.parametrize(
    "shape",
    [
        {"associationType": "TASK_TO_CONTACT"},
        {"fromObjectTypeId": "0-27", "toObjectTypeId": "0-1"},
    ],
)
def test_an_association_names_the_activity_at_its_end(shape: dict[str, object]) -> None:
    said = event(
        subscriptionType="object.associationChange",
        objectTypeId=None,
        objectId=None,
        fromObjectId=7,
        toObjectId=901,
        **shape,
    )

    assert named(said) == [("tasks", "7", Happening.ASSOCIATED)]


def test_the_other_direction_of_an_association_names_the_same() -> None:
    said = event(
        subscriptionType="contact.associationChange",
        objectTypeId=None,
        objectId=None,
        associationType="CONTACT_TO_MEETING_EVENT",
        fromObjectId=901,
        toObjectId=7,
    )

    assert named(said) == [("meetings", "7", Happening.ASSOCIATED)]


@pytest.mark.parametrize(
    "said",
    [
        event(subscriptionType="conversation.creation", objectTypeId=None),
        event(subscriptionType="object.creation", objectTypeId="2-1234"),
        event(subscriptionType="object.invented"),
        event(subscriptionType="object.associationChange", associationType="DEAL_TO_COMPANY"),
        event(subscriptionType=""),
        event(objectId=None),
    ],
)
def test_what_tandem_does_not_read_names_nothing(said: dict[str, object]) -> None:
    assert named(said) == []


def test_a_hundred_changes_of_one_record_at_one_moment_name_it_once() -> None:
    assert len(named(*[event(propertyName=f"p{n}") for n in range(100)])) == 1


def test_a_time_that_no_calendar_has_is_not_known() -> None:
    delivery = delivery_from(read_events(json.dumps([event(occurredAt=2**62)]).encode()))

    assert [each.occurred_at for each in delivery.notices] == [None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b"[{}]",
        b"null",
        b'[{"portalId":"x"}]',
        b"\xff\xfe",
        b"[" * 5_000,
        b'[{"portalId":1,"mergedObjectIds":["a"]}]',
    ],
)
def test_what_is_no_list_of_events_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_events(body)
