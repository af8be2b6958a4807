"""The list of resources, limits and record counts ([ng-limits], recorded `limits/recordCount`)."""

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource

_NAMES = (
    "analytics",
    "composite",
    "folders",
    "jobs",
    "limits",
    "parameterizedSearch",
    "query",
    "queryAll",
    "search",
    "sobjects",
    "tooling",
)


def listing(call: Call) -> Reply:
    """Where the resources of this version are, and who the caller is ([run-jsforce])."""
    body = {name: f"{call.root}/{name}" for name in _NAMES}
    body["identity"] = f"{call.base_url}/id/{call.state.org_id}/{call.rights.user_id}"
    return Reply(body=body)


def limits(call: Call) -> Reply:
    """Every limit with what is left; needs View Setup."""
    if not call.rights.may("ViewSetup"):
        raise SalesforceError(
            "INSUFFICIENT_ACCESS", "You do not have the View Setup and Configuration permission."
        )
    return Reply(body=call.state.limits.listing())


def record_count(call: Call) -> Reply:
    """How many records the named objects have; an object without any is left out."""
    asked = call.query.get("sObjects")
    names = [one.strip() for one in asked.split(",")] if asked else list(call.state.schema.objects)
    counts = []
    for name in names:
        sobject = call.state.object_for(call.rights, name)
        if sobject is None or sobject.child_only or sobject.computed:
            continue
        count = sum(1 for _ in call.state.store.table(sobject.name).rows())
        if count:
            counts.append({"count": count, "name": sobject.name})
    return Reply(body={"sObjects": sorted(counts, key=lambda one: str(one["name"]))})


RESOURCES = (
    Resource(pattern="", methods={"GET": listing}),
    Resource(pattern="limits", methods={"GET": limits}),
    Resource(pattern="limits/recordCount", methods={"GET": record_count}),
)
