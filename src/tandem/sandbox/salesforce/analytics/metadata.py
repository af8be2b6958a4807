"""
A report's `reportMetadata` as it is kept and shown: a plain JSON object with every member ([rep-metadata]).

What a client sends is laid over what there was; `plan` says whether it makes sense.
"""

from collections.abc import Container, Mapping
from typing import Any

from tandem.sandbox.salesforce.analytics.refusals import bad_request, malformed, not_simulated
from tandem.sandbox.salesforce.analytics.report_types import ReportType
from tandem.sandbox.salesforce.analytics.shapes import check
from tandem.sandbox.switches import Switches

LONGEST_NAME = 40
LONGEST_DESCRIPTION = 255
FORMATS = ("TABULAR", "SUMMARY", "MATRIX", "MULTI_BLOCK")
_BLANK: dict[str, Any] = {
    "aggregates": ["RowCount"],
    "buckets": [],
    "chart": None,
    "crossFilters": [],
    "currency": None,
    "customDetailFormula": [],
    "customSummaryFormula": {},
    "dashboardSetting": None,
    "description": None,
    "detailColumns": [],
    "developerName": None,
    "division": None,
    "folderId": None,
    "groupingsAcross": [],
    "groupingsDown": [],
    "hasDetailRows": True,
    "hasRecordCount": True,
    "historicalSnapshotDates": [],
    "id": None,
    "name": None,
    "presentationOptions": {"hasStackedSummaries": True},
    "reportBooleanFilter": None,
    "reportFilters": [],
    "reportFormat": "TABULAR",
    "reportType": None,
    "scope": "organization",
    "showGrandTotal": True,
    "showSubtotals": True,
    "sortBy": [],
    "standardDateFilter": None,
    "standardFilters": [],
    "supportsRoleHierarchy": False,
    "topRows": None,
    "userOrHierarchyFilterId": None,
}
_NOT_SIMULATED = {
    "buckets": "bucket fields",
    "crossFilters": "cross filters",
    "customDetailFormula": "row-level formulas",
    "customSummaryFormula": "custom summary formulas",
    "division": "divisions",
    "userOrHierarchyFilterId": "role hierarchies",
}


def metadata_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """The `reportMetadata` of a request, with members of the right shape."""
    for member in body:
        if member not in ("reportMetadata", "reportExtendedMetadata", "reportTypeMetadata"):
            raise malformed(f'Unrecognized field "{member}".')
    given = body.get("reportMetadata")
    if given is None:
        raise bad_request(
            "The request is invalid because there is no metadata. Specify metadata in the request body."
        )
    if not isinstance(given, dict):
        raise malformed("reportMetadata is an object.")
    for member in given:
        if member not in _BLANK:
            raise malformed(f'Unrecognized field "{member}" in reportMetadata.')
    _check_nulls(given)
    check(given)
    for name, what in _NOT_SIMULATED.items():
        if given.get(name):
            raise not_simulated(what)
    _check_texts(given)
    return given


def fresh(kind: ReportType, switches: Switches, visible: Container[str]) -> dict[str, Any]:
    """What a new report of that type is before anything was said about it, of the *visible* columns."""
    narrow = switches["analytics_defaults"] == "narrow"
    return {
        **_BLANK,
        "reportType": {"label": kind.label, "type": kind.name},
        "detailColumns": [one for one in kind.columns if one in visible],
        "scope": "user" if narrow else "organization",
        "standardDateFilter": {
            "column": "DUE_DATE",
            "durationValue": "THIS_FISCAL_QUARTER" if narrow else "CUSTOM",
            "endDate": None,
            "startDate": None,
        },
        "standardFilters": [
            {"name": "type", "value": "te"},
            {"name": "closed", "value": "open" if narrow else "all"},
            {"name": "co", "value": "1"},
        ],
    }


def laid_over(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """
    The definition with what was sent in it. Members that name the report itself stay.

    A grouped column leaves the details unless the request lists them.
    """
    kept = ("id", "reportType")
    merged = {**base, **{name: value for name, value in given.items() if name not in kept}}
    for name in ("sortBy", "standardFilters"):
        if merged[name] is None:
            merged[name] = []
    if merged["scope"] is None:
        merged["scope"] = base["scope"]
    if "detailColumns" not in given:
        grouped = _grouped(merged)
        merged["detailColumns"] = [one for one in merged["detailColumns"] if one not in grouped]
    merged["standardFilters"] = _named(base["standardFilters"], merged["standardFilters"])
    return merged


def _grouped(metadata: Mapping[str, Any]) -> frozenset[Any]:
    groupings = [*metadata["groupingsDown"], *metadata["groupingsAcross"]]
    return frozenset(one.get("name") for one in groupings)


def _named(base: list[Any], given: list[Any]) -> list[Any]:
    """Standard filters are replaced one by one: what is not named stays (inferred)."""
    values = {one["name"]: one["value"] for one in (*base, *given)}
    return [{"name": name, "value": value} for name, value in values.items()]


def _check_nulls(given: Mapping[str, Any]) -> None:
    if "reportFilters" in given and given["reportFilters"] is None:
        raise bad_request(
            "The request is invalid because there are no filters. Specify filters or set filters "
            "as an empty array to omit them."
        )
    if "historicalSnapshotDates" in given:
        if given["historicalSnapshotDates"] is None:
            raise bad_request(
                "The request is invalid because there are no historical snapshot dates in the request "
                "body. Specify historical snapshot dates, or set historical snapshot dates as an empty "
                "array to omit them."
            )
        if given["historicalSnapshotDates"]:
            raise bad_request(
                "The request is invalid because reports that are not historical trending reports "
                "cannot have historical snapshot dates."
            )
    if "name" in given and not str(given["name"] or "").strip():
        raise bad_request("The report name can't be null.")


def _check_texts(given: Mapping[str, Any]) -> None:
    if len(str(given.get("name") or "")) > LONGEST_NAME:
        raise bad_request(f"The report name can't be longer than {LONGEST_NAME} characters.")
    if len(given.get("description") or "") > LONGEST_DESCRIPTION:
        raise bad_request(
            f"The report description can't be longer than {LONGEST_DESCRIPTION} characters."
        )
