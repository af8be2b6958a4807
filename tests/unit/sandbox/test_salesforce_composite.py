"""Several calls in one: composite, graph, batch ([composite], [graph])."""

from typing import Any

from salesforce_org import Answer, Org, task

V = "/services/data/v62.0"


async def _composite(org: Org, *steps: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = await org.ask("POST", "composite", {"compositeRequest": list(steps), **more})
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json["compositeResponse"]
    return found


def _step(name: str, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    step = {"method": method, "url": f"{V}/{path}", "referenceId": name, **more}
    return step if body is None else {**step, "body": body}


async def test_a_step_refers_to_the_result_of_another() -> None:
    org = Org()
    found = await _composite(
        org,
        _step("person", "POST", "sobjects/Contact", {"LastName": "Doe"}),
        _step(
            "task",
            "POST",
            "sobjects/Task",
            {"WhoId": "@{person.id}", "Subject": "for @{person.id}"},
        ),
        _step("read", "GET", "query?q=SELECT Id, WhoId FROM Task WHERE WhoId = '@{person.id}'"),
        _step("again", "GET", "sobjects/Task/@{read.records[0].Id}"),
    )
    assert [one["httpStatusCode"] for one in found] == [201, 201, 200, 200]
    person = found[0]["body"]["id"]
    assert found[3]["body"]["Subject"] == f"for {person}"
    assert found[0]["httpHeaders"] == {"Location": f"{V}/sobjects/Contact/{person}"}


async def test_a_step_that_needs_a_failed_one_is_halted() -> None:
    found = await _composite(
        Org(),
        _step("person", "POST", "sobjects/Contact", {}),
        _step("task", "POST", "sobjects/Task", {"WhoId": "@{person.id}"}),
        _step("other", "POST", "sobjects/Task", {"WhoId": "@{nobody.id}"}),
        _step("free", "POST", "sobjects/Task", {}),
    )
    assert [one["httpStatusCode"] for one in found] == [400, 400, 400, 201]
    assert found[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert found[2]["body"][0]["errorCode"] == "PROCESSING_HALTED"


async def test_all_or_none_undoes_every_step() -> None:
    org = Org()
    found = await _composite(
        org,
        _step("a", "POST", "sobjects/Task", {"Subject": "a"}),
        _step("b", "POST", "sobjects/Task", {"Nope": 1}),
        _step("c", "POST", "sobjects/Task", {"Subject": "c"}),
        allOrNone=True,
    )
    codes = [one["body"][0]["errorCode"] for one in found]
    assert codes == ["PROCESSING_HALTED", "INVALID_FIELD", "PROCESSING_HALTED"]
    assert await org.query("SELECT Id FROM Task", everything=True) == []


async def test_a_thousand_inserts_are_one_call() -> None:
    org = Org()
    records = [task(Subject=f"n{at}") for at in range(200)]
    steps = [_step(f"s{at}", "POST", "composite/sobjects", {"records": records}) for at in range(5)]
    found = await _composite(org, *steps)
    assert sum(len(one["body"]) for one in found) == 1000
    assert org.state.limits.used() == 1
    answer = await org.ask(
        "POST", "composite", {"compositeRequest": [*steps, {**steps[0], "referenceId": "x"}]}
    )
    assert (answer.status, answer.code) == (400, "LIMIT_EXCEEDED")


async def test_a_long_query_travels_in_the_body() -> None:
    org = Org()
    made = await org.create("Task")
    ids = ", ".join(f"'{made}'" for _ in range(2000))
    query = f"SELECT Id FROM Task WHERE Id IN ({ids})"
    direct = await org.ask("GET", "query", q=query)
    assert (direct.status, direct.code) == (414, "URI_TOO_LONG")
    found = await _composite(org, _step("q", "GET", f"query?q={query}"))
    assert found[0]["body"]["totalSize"] == 1


async def test_headers_of_a_step_reach_it() -> None:
    org = Org()
    made = await org.create("Task")
    org.clock.advance(5)
    stale = {"If-Unmodified-Since": "Mon, 02 Mar 2026 08:00:00 GMT"}
    step = _step("a", "PATCH", f"sobjects/Task/{made}", {"Subject": "x"}, httpHeaders=stale)
    found = await _composite(org, step)
    assert found[0]["httpStatusCode"] == 412
    refused = _step("a", "GET", "limits", httpHeaders={"Authorization": "x"})
    answer = await org.ask("POST", "composite", {"compositeRequest": [refused]})
    assert answer.code == "INVALID_INPUT"


async def test_reference_ids_are_unique_and_urls_are_rest_urls() -> None:
    org = Org()
    twice = [_step("a", "GET", "limits"), _step("A", "GET", "limits")]
    assert (await org.ask("POST", "composite", {"compositeRequest": twice})).code == "INVALID_INPUT"
    odd = {"method": "GET", "url": "/other", "referenceId": "a"}
    found = await _composite(org, odd)
    assert found[0]["body"][0]["errorCode"] == "INVALID_INPUT"
    assert (await org.ask("POST", "composite", {})).code == "JSON_PARSER_ERROR"


async def _graph(org: Org, *graphs: list[dict[str, Any]]) -> Answer:
    listed = [{"graphId": str(at), "compositeRequest": steps} for at, steps in enumerate(graphs, 1)]
    return await org.ask("POST", "composite/graph", {"graphs": listed})


async def test_each_graph_is_all_or_none() -> None:
    org = Org()
    good = [_step("a", "POST", "sobjects/Task", {"Subject": "a"})]
    bad = [
        _step("b", "POST", "sobjects/Task", {"Subject": "b"}),
        _step("c", "POST", "sobjects/Task", {"Nope": 1}),
    ]
    graphs = (await _graph(org, good, bad)).json["graphs"]
    assert [one["isSuccessful"] for one in graphs] == [True, False]
    assert graphs[1]["graphResponse"]["compositeResponse"][0]["httpStatusCode"] == 400
    assert [row["Subject"] for row in await org.query("SELECT Subject FROM Task")] == ["a"]


async def test_after_fourteen_failed_graphs_the_rest_is_halted() -> None:
    org = Org()
    bad = [_step("b", "POST", "sobjects/Task", {"Nope": 1})]
    good = [_step("a", "POST", "sobjects/Task", {"Subject": "a"})]
    graphs = (await _graph(org, *([bad] * 15), good)).json["graphs"]
    last = graphs[-1]["graphResponse"]["compositeResponse"][0]
    assert last["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert await org.query("SELECT Id FROM Task") == []
    assert (await _graph(org, *([good] * 76))).code == "LIMIT_EXCEEDED"


async def test_a_batch_makes_independent_calls_that_count() -> None:
    org = Org()
    wanted = [
        {"method": "GET", "url": "v62.0/sobjects/Task/describe"},
        {"method": "GET", "url": "v62.0/sobjects/Foo"},
        {"method": "POST", "url": "v62.0/sobjects/Task", "richInput": {"Subject": "a"}},
    ]
    answer = (await org.ask("POST", "composite/batch", {"batchRequests": wanted})).json
    assert answer["hasErrors"] is True
    assert [one["statusCode"] for one in answer["results"]] == [200, 404, 201]
    assert answer["results"][0]["result"]["name"] == "Task"
    assert org.state.limits.used() == 3
    halted = await org.ask(
        "POST", "composite/batch", {"batchRequests": wanted, "haltOnError": True}
    )
    assert [one["statusCode"] for one in halted.json["results"]] == [200, 404, 412]
