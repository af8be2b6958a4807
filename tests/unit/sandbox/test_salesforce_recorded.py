"""Recorded answers are reproduced: the files where they are, and twins of our own everywhere."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from salesforce_org import Org

RECORDED = Path(__file__).parents[4] / "shared" / "specs" / "salesforce" / "recorded-http"
SPECS = RECORDED.parent
needs_specs = pytest.mark.skipif(
    not SPECS.exists(), reason="the recorded answers lie outside the project"
)
_ID = re.compile(r'"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?"|(?<=/)[0-9a-zA-Z]{18}(?=")')


def _neutral(text: str) -> Any:
    """JSON with ids numbered by first appearance, in answers and in urls alike."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        bare = found[0].strip('"')
        if not any(one.isdigit() for one in bare):
            return found[0]
        name = seen.setdefault(bare, f"ID{len(seen)}")
        return f'"{name}"' if found[0].startswith('"') else name

    return json.loads(_ID.sub(number, text.replace("vxx.0", "v62.0")))


def _exchanges(name: str) -> list[dict[str, Any]]:
    recording = yaml.safe_load((RECORDED / name).read_text(encoding="utf-8"))
    return [one for one in recording["interactions"] if "request" in one]


async def _replay(org: Org, exchange: dict[str, Any]) -> tuple[Any, Any]:
    """What the org answers and what was recorded, with ids and versions made alike."""
    request = exchange["request"]
    parts = urlsplit(request["uri"].replace("vxx.0", "v62.0"))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    body = request["body"]
    given = json.loads(body.replace("vxx.0", "v62.0")) if body else None
    answer = await org.ask(request["method"], path, given)
    recorded = exchange["response"]
    assert answer.status == recorded["status"]["code"], answer.text
    body_of = recorded["body"]
    text = body_of["string"] if isinstance(body_of, dict) else body_of
    return _neutral(answer.text), _neutral(text)


@needs_specs
@pytest.mark.parametrize(
    "name",
    [
        "TestCompositeParallelSalesforce.test_composite_parallel_salesforce.yaml",
        "TestCompositeParallelSalesforce.test_errors.yaml",
        "TestCompositeParallelSalesforce.test_reference_ids.yaml",
    ],
)
async def test_recorded_composites(name: str) -> None:
    org = Org()
    for exchange in _exchanges(name):
        ours, theirs = await _replay(org, exchange)
        assert ours == theirs


@needs_specs
@pytest.mark.parametrize("name", ["simple", "_errors"])
async def test_recorded_counts(name: str) -> None:
    org = Org()
    for at in range(17):
        await org.create("Account", Name=f"A{at}")
    for exchange in _exchanges(f"TestCountSObjects.test_count_sobjects_{name}.yaml"):
        ours, theirs = await _replay(org, exchange)
        assert ours == theirs


@needs_specs
async def test_recorded_collections_and_upserts() -> None:
    org = Org()
    ids: dict[str, str] = {}
    replayed = 0
    for exchange in _exchanges("TestUpsert.test_upsert__rest.yaml"):
        request = exchange["request"]
        if "/composite/sobjects" not in request["uri"] and "/query/" not in request["uri"]:
            continue
        if request["body"]:
            for theirs_id, our_id in ids.items():
                request["body"] = request["body"].replace(theirs_id, our_id)
        answer = await org.ask(
            request["method"],
            urlsplit(request["uri"].replace("vxx.0", "v62.0")).path
            + "?"
            + urlsplit(request["uri"]).query,
            json.loads(request["body"]) if request["body"] else None,
        )
        recorded = exchange["response"]["body"]["string"]
        ours, theirs = _neutral(answer.text), _neutral(recorded)
        assert ours == theirs
        replayed += 1
        if isinstance(answer.json, list):
            ids.update(
                (was["id"], now["id"])
                for was, now in zip(json.loads(recorded), answer.json, strict=True)
            )
    assert replayed >= 6


@needs_specs
async def test_the_describes_agree_with_recorded_ones() -> None:
    """Every field of ours is a field there, of the same type, length and flags."""
    org = Org()
    flags = ("type", "length", "nillable", "filterable", "sortable", "groupable", "createable")
    for kind in ("Contact", "Lead", "Account", "Opportunity", "Event", "Case"):
        path = SPECS / "describe" / f"{kind}.describe.json"
        recorded = json.loads(path.read_text(encoding="utf-8"))
        theirs = {field["name"]: field for field in recorded["fields"]}
        ours = (await org.ask("GET", f"sobjects/{kind}/describe")).json
        assert set(recorded) - set(ours) <= {"urls"}
        assert set(ours["fields"][0]) == set(recorded["fields"][0])
        for field in ours["fields"]:
            known = theirs[field["name"]]
            assert {one: field[one] for one in flags} == {one: known[one] for one in flags}, field


async def test_an_unknown_object_in_a_composite_twin() -> None:
    step = {"method": "GET", "url": "/services/data/v62.0/sobjects/Foo", "referenceId": "r"}
    answer = await Org().ask("POST", "composite", {"compositeRequest": [step]})
    assert answer.json == {
        "compositeResponse": [
            {
                "body": [
                    {
                        "message": "The requested resource does not exist",
                        "errorCode": "NOT_FOUND",
                    }
                ],
                "httpHeaders": {},
                "httpStatusCode": 404,
                "referenceId": "r",
            }
        ]
    }


async def test_a_count_and_an_unknown_object_twin() -> None:
    org = Org()
    await org.create("Contact", LastName="Doe")
    url = "/services/data/v62.0/query/?q=select count() from "
    steps = [
        {"method": "GET", "url": url + name, "referenceId": name} for name in ("Contact", "Nobody")
    ]
    found = (await org.ask("POST", "composite", {"compositeRequest": steps})).json
    good, bad = found["compositeResponse"]
    assert good["body"] == {"totalSize": 1, "done": True, "records": []}
    assert bad["httpStatusCode"] == 400
    assert bad["body"][0]["errorCode"] == "INVALID_TYPE"
    assert bad["body"][0]["message"].startswith(
        "\nselect count() from Nobody\n                    ^\nERROR at Row:1:Column:21\n"
        "sObject type 'Nobody' is not supported."
    )


async def test_a_collection_upsert_twin() -> None:
    org = Org()
    people = [
        {"attributes": {"type": "Contact"}, "LastName": name, "Email": f"{name}@x.example"}
        for name in ("Ann", "Leo")
    ]
    path = "composite/sobjects/Contact/Email"
    first = (await org.ask("PATCH", path, {"records": people})).json
    assert [set(one) for one in first] == [{"id", "success", "errors", "created"}] * 2
    second = (await org.ask("PATCH", path, {"records": people[:1]})).json
    assert second == [{"id": first[0]["id"], "success": True, "errors": [], "created": False}]
