"""What a report and its type say about themselves: columns, operators, ranges, scopes ([rep-type])."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tandem.sandbox.salesforce.analytics.columns import Column
from tandem.sandbox.salesforce.analytics.dates import (
    CUSTOM,
    DURATION_GROUPS,
    GRANULARITIES,
    relative,
)
from tandem.sandbox.salesforce.analytics.filters import OPERATORS_OF, described
from tandem.sandbox.salesforce.analytics.labels import Labels
from tandem.sandbox.salesforce.analytics.plan import SCOPES, STANDARD_FILTERS, Plan
from tandem.sandbox.salesforce.analytics.report_types import ReportType

_FILTER_LABELS = {"type": "Show", "closed": "Status", "co": "co"}
_OBJECT_LABELS = {"Activity": "Tasks and Events"}


def description(plan: Plan) -> dict[str, Any]:
    """The body that describes a report; creating, copying and saving answer with it too."""
    return {
        "reportExtendedMetadata": extended(plan),
        "reportMetadata": dict(plan.metadata),
        "reportTypeMetadata": type_metadata(plan.kind, plan.columns, plan.labels),
    }


def extended(plan: Plan) -> dict[str, Any]:
    """Labels and types of everything the report shows."""
    return {
        "aggregateColumnInfo": {
            one.name: {
                "acrossGroupingContext": None,
                "dataType": one.data_type,
                "downGroupingContext": None,
                "label": one.label,
            }
            for one in plan.aggregates
        },
        "detailColumnInfo": {one.name: _detail(one) for one in plan.detail},
        "groupingColumnInfo": {
            one.column.name: {
                "dataType": one.column.data_type,
                "groupingLevel": level,
                "label": one.column.label,
            }
            for axis in (plan.down, plan.across)
            for level, one in enumerate(axis)
        },
    }


def type_metadata(
    kind: ReportType, columns: Mapping[str, Column], labels: Labels
) -> dict[str, Any]:
    """What can be put into a report of that type."""
    return {
        "categories": _categories(columns),
        "dataTypeFilterOperatorMap": described(list(OPERATORS_OF)),
        "dateGranularityInfos": [
            {"label": "None", "value": "None"},
            *({"label": one.label, "value": one.value} for one in GRANULARITIES.values()),
        ],
        "divisionInfo": None,
        "objects": [
            {"apiName": one, "label": _OBJECT_LABELS.get(one, f"{one}s")} for one in kind.sources
        ],
        "scopeInfo": {
            "defaultValue": SCOPES[0][0],
            "values": [
                {"allowsDivision": False, "label": label, "value": value} for value, label in SCOPES
            ],
        },
        "standardDateFilterDurationGroups": _durations(labels),
        "standardFilterInfos": {
            name: {
                "filterValues": [{"label": label, "name": value} for value, label in choices],
                "label": _FILTER_LABELS[name],
                "type": "PICKLIST",
            }
            for name, choices in STANDARD_FILTERS.items()
        },
        "supportsJoinedFormat": False,
    }


def _categories(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in columns.values():
        found.setdefault(one.category, {})[one.name] = _type_column(one)
    return [{"columns": shown, "label": label} for label, shown in found.items()]


def _detail(one: Column) -> dict[str, Any]:
    return {
        "dataType": one.data_type,
        "entityColumnName": one.entity,
        "filterValues": one.filter_values,
        "filterable": True,
        "inactiveFilterValues": [],
        "isLookup": one.is_lookup,
        "label": one.label,
        "uniqueCountable": not one.is_long_text,
    }


def _type_column(one: Column) -> dict[str, Any]:
    return {
        **_detail(one),
        "allowedInCustomDetailFormula": not one.is_long_text,
        "bucketable": one.data_type in ("string", "picklist", "double", "currency", "int"),
        "fieldToFieldFilterable": not one.is_lookup and not one.is_long_text,
        "isCustom": one.field.custom,
        "maxLength": one.field.length or None,
    }


def _durations(labels: Labels) -> list[dict[str, Any]]:
    groups = []
    for group, choices in DURATION_GROUPS:
        shown = []
        for value, label in choices:
            days = relative(value, labels.today)
            if days is not None:
                last = days.after - timedelta(days=1)
                shown.append(_duration(value, label, days.first.isoformat(), last.isoformat()))
        groups.append({"label": group, "standardDateFilterDurations": shown})
    custom = [_duration(CUSTOM, "Custom", None, None)]
    return [*groups, {"label": "Custom", "standardDateFilterDurations": custom}]


def _duration(value: str, label: str, start: str | None, end: str | None) -> dict[str, Any]:
    return {"endDate": end, "label": label, "startDate": start, "value": value}
