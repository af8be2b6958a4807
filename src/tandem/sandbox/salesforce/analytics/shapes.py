"""Whether the members of a `reportMetadata` have the shape the API reads, before anybody asks what they mean."""

from collections.abc import Mapping
from typing import Any

from tandem.sandbox.salesforce.analytics.refusals import malformed

_TEXT, _FLAG = (str, type(None)), (bool, type(None))
_GROUPING = dict.fromkeys(("name", "sortOrder", "dateGranularity", "sortAggregate"), _TEXT)
_ITEMS: dict[str, Mapping[str, tuple[type, ...]] | None] = {
    "aggregates": None,
    "detailColumns": None,
    "groupingsAcross": _GROUPING,
    "groupingsDown": _GROUPING,
    "reportFilters": {
        **dict.fromkeys(("column", "operator", "value", "filterType"), _TEXT),
        "isRunPageEditable": _FLAG,
    },
    "sortBy": dict.fromkeys(("sortColumn", "sortOrder"), _TEXT),
    "standardFilters": dict.fromkeys(("name", "value"), (str,)),
}
"""What lists hold: texts (None), or objects with these members."""

_OBJECTS: dict[str, Mapping[str, tuple[type, ...]]] = {
    "reportType": dict.fromkeys(("type", "label"), _TEXT),
    "standardDateFilter": dict.fromkeys(("column", "durationValue", "startDate", "endDate"), _TEXT),
    "topRows": {"rowLimit": (int,), "direction": _TEXT},
}
_FLAGS = ("hasDetailRows", "hasRecordCount", "showGrandTotal", "showSubtotals")
_TEXTS = ("developerName", "description", "folderId", "name", "reportBooleanFilter", "scope")
_MAY_BE_NULL = frozenset({"sortBy", "standardFilters", *_OBJECTS})


def check(given: Mapping[str, Any]) -> None:
    """Refused with the member that is of another shape."""
    for name, members in _ITEMS.items():
        if name in given and not (given[name] is None and name in _MAY_BE_NULL):
            _check_list(name, given[name], members)
    for name, wanted in _OBJECTS.items():
        if given.get(name) is not None:
            _check_object(name, given[name], wanted)
    for name in _FLAGS:
        if name in given and not isinstance(given[name], bool):
            raise malformed(f"{name} in reportMetadata is true or false.")
    for name in _TEXTS:
        if not isinstance(given.get(name), str | None):
            raise malformed(f"{name} in reportMetadata is a text.")
    if "reportFormat" in given and not isinstance(given["reportFormat"], str):
        raise malformed("reportFormat in reportMetadata is a text.")


def _check_list(name: str, value: object, members: Mapping[str, tuple[type, ...]] | None) -> None:
    if not isinstance(value, list):
        raise malformed(f"{name} in reportMetadata is a list.")
    for one in value:
        if members is not None:
            _check_object(name, one, members)
        elif not isinstance(one, str):
            raise malformed(f"{name} in reportMetadata is a list of texts.")
    if name == "standardFilters" and not all(len(one) == 2 for one in value):
        raise malformed("A standard filter has name and value.")


def _check_object(name: str, value: object, members: Mapping[str, tuple[type, ...]]) -> None:
    if not isinstance(value, dict):
        raise malformed(f"{name} in reportMetadata is of another type.")
    for member, one in value.items():
        kinds = members.get(member)
        if kinds is None:
            raise malformed(f'Unrecognized field "{member}" in {name}.')
        if not isinstance(one, kinds) or (isinstance(one, bool) and bool not in kinds):
            raise malformed(f"{member} in {name} is of another type.")
