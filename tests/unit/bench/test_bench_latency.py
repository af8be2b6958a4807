"""The measurement of latency watches real edits cross a real service, and counts each once."""

from tandem.bench.latency import Latency, measure


def test_edits_of_both_sides_are_timed_until_the_other_side_has_them() -> None:
    found = measure(has_feeds=True, edits=2, mean_pause=0.01, latency_ms=0)

    assert [each.side for each in found] == ["hubspot", "salesforce"]
    assert [len(each.seconds) for each in found] == [2, 2]
    assert all(0 < each.at(0.99) < 60 for each in found)


def test_a_share_of_the_edits_arrived_within_its_time() -> None:
    latency = Latency(side="hubspot", seconds=[4.0, 1.0, 3.0, 2.0])

    assert (latency.at(0.5), latency.at(0.99)) == (3.0, 4.0)
