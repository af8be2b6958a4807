"""Custom fields as the Tooling API describes and makes them ([tooling-customfield], [meta-customfield])."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.schema import (
    ACTIVITY_OBJECTS,
    Field,
    FieldType,
    PicklistValue,
    Schema,
)

ACTIVITY = "Activity"
MAX_TEXT = 255
MAX_EXTERNAL_IDS = 25

_TYPES = {
    "Text": FieldType.STRING,
    "TextArea": FieldType.TEXTAREA,
    "LongTextArea": FieldType.TEXTAREA,
    "Number": FieldType.DOUBLE,
    "Currency": FieldType.CURRENCY,
    "Percent": FieldType.PERCENT,
    "Checkbox": FieldType.BOOLEAN,
    "Date": FieldType.DATE,
    "DateTime": FieldType.DATETIME,
    "Email": FieldType.EMAIL,
    "Phone": FieldType.PHONE,
    "Url": FieldType.URL,
    "Picklist": FieldType.PICKLIST,
    "MultiselectPicklist": FieldType.MULTIPICKLIST,
}
_KEYED = ("Text", "Number", "Email")
_MEMBERS = frozenset(
    {
        "caseSensitive",
        "defaultValue",
        "description",
        "externalId",
        "fullName",
        "inlineHelpText",
        "label",
        "length",
        "precision",
        "required",
        "scale",
        "trackFeedHistory",
        "trackHistory",
        "trackTrending",
        "type",
        "unique",
        "valueSet",
        "visibleLines",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullName:
    """``Activity.Tandem_Key__c`` in two."""

    owner: str
    field: str

    @property
    def text(self) -> str:
        return f"{self.owner}.{self.field}"

    @property
    def developer_name(self) -> str:
        return self.field.removesuffix("__c")

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects that have the field: one of Activity is one of Task and of Event."""
        return ACTIVITY_OBJECTS if self.owner == ACTIVITY else (self.owner,)


def full_name(schema: Schema, given: object) -> FullName:
    """The name a client gives a new field. Activities take it under ``Activity`` alone."""
    if not isinstance(given, str) or "." not in given:
        raise SalesforceError("REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName]")
    owner, _, name = given.partition(".")
    sobject = schema.get(owner)
    is_activity = owner.lower() == ACTIVITY.lower()
    if not is_activity and (sobject is None or sobject.name in ACTIVITY_OBJECTS):
        raise SalesforceError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Entity Enumeration Or ID: bad value for restricted picklist field: {owner}",
            ["TableEnumOrId"],
        )
    if not name.endswith("__c") or not name.removesuffix("__c").replace("_", "").isalnum():
        raise SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION",
            f"The Field Name API Name {name} can only contain letters, digits and underscores and ends in __c",
            ["DeveloperName"],
        )
    return FullName(owner=ACTIVITY if is_activity or sobject is None else sobject.name, field=name)


def field_from(name: FullName, metadata: object) -> Field:
    """The field that metadata describe; an error where they are incomplete or contradict."""
    if not isinstance(metadata, Mapping):
        raise SalesforceError("REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]")
    for member in metadata:
        if member not in _MEMBERS:
            raise SalesforceError(
                "INVALID_FIELD", f"No such column '{member}' on sobject of type CustomFieldMetadata"
            )
    kind = metadata.get("type")
    if kind not in _TYPES:
        raise SalesforceError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Type: bad value for restricted picklist field: {kind}",
            ["Type"],
        )
    if not metadata.get("label"):
        raise _contradiction("Must specify a non-empty label for the CustomField")
    return _field(name, str(kind), metadata)


def _field(name: FullName, kind: str, metadata: Mapping[str, Any]) -> Field:
    field_type = _TYPES[kind]
    is_long = kind == "LongTextArea"
    is_required = bool(metadata.get("required"))
    is_key = bool(metadata.get("externalId"))
    is_unique = bool(metadata.get("unique"))
    if (is_key or is_unique) and kind not in _KEYED:
        raise _contradiction(
            f"Can not specify 'externalId' or 'unique' for a CustomField of type {kind}"
        )
    if metadata.get("caseSensitive") and not (is_unique and kind == "Text"):
        raise _contradiction("Can not specify 'caseSensitive' for a CustomField that is not unique")
    precision, scale = _digits(kind, metadata)
    return Field(
        name=name.field,
        type=field_type,
        label=str(metadata["label"]),
        length=_length(kind, metadata),
        precision=precision,
        scale=scale,
        nillable=not is_required and field_type is not FieldType.BOOLEAN,
        filterable=not is_long,
        sortable=not is_long and field_type is not FieldType.MULTIPICKLIST,
        groupable=not is_long and field_type not in (FieldType.DATETIME, FieldType.DOUBLE),
        createable=True,
        updateable=True,
        defaulted_on_create=field_type is FieldType.BOOLEAN,
        id_lookup=is_key,
        # A required field is visible to everybody, so it has no field-level security.
        permissionable=not is_required,
        custom=True,
        external_id=is_key,
        unique=is_unique,
        case_sensitive=bool(metadata.get("caseSensitive")),
        values=_values(metadata.get("valueSet")),
        help_text=metadata.get("inlineHelpText"),
        description=metadata.get("description"),
    )


def _length(kind: str, metadata: Mapping[str, Any]) -> int:
    if kind in ("Text", "LongTextArea"):
        length = metadata.get("length")
        if not isinstance(length, int) or isinstance(length, bool):
            raise _contradiction(f"Must specify 'length' for a CustomField of type {kind}")
        low, high = (1, MAX_TEXT) if kind == "Text" else (256, 131_072)
        if not low <= length <= high:
            raise _contradiction(f"{kind} length must be between {low} and {high}")
        return length
    if "length" in metadata and metadata["length"] is not None:
        raise _contradiction(f"Can not specify 'length' for a CustomField of type {kind}")
    return {"TextArea": 255, "Email": 80, "Phone": 40, "Url": 255, "Picklist": 255}.get(kind, 0)


def _digits(kind: str, metadata: Mapping[str, Any]) -> tuple[int, int]:
    if kind not in ("Number", "Currency", "Percent"):
        return 0, 0
    precision, scale = metadata.get("precision"), metadata.get("scale")
    if not isinstance(precision, int) or not isinstance(scale, int):
        raise _contradiction(
            f"Must specify 'precision' and 'scale' for a CustomField of type {kind}"
        )
    if not 1 <= precision <= 18 or not 0 <= scale <= precision:
        raise _contradiction("Field precision must be between 1 and 18 and not less than its scale")
    return precision, scale


def _values(value_set: object) -> tuple[PicklistValue, ...]:
    definition = value_set.get("valueSetDefinition") if isinstance(value_set, Mapping) else None
    values = definition.get("value") if isinstance(definition, Mapping) else None
    if not isinstance(values, list):
        return ()
    return tuple(
        PicklistValue(
            value=str(one.get("fullName") or one.get("valueName") or one["label"]),
            label=str(one.get("label") or one.get("fullName") or one.get("valueName")),
            is_default=bool(one.get("default")),
        )
        for one in values
        if isinstance(one, Mapping)
    )


def metadata_of(field: Field) -> dict[str, Any]:
    """A field as CustomField's Metadata shows it."""
    return {
        "label": field.label,
        "type": metadata_type(field),
        "length": field.length if metadata_type(field) in ("Text", "LongTextArea") else None,
        "precision": field.precision or None,
        "scale": field.scale if field.precision else None,
        "externalId": field.external_id,
        "unique": field.unique or None,
        "caseSensitive": field.case_sensitive if field.unique else None,
        "required": not field.nillable and field.type is not FieldType.BOOLEAN,
        "description": field.description,
        "inlineHelpText": field.help_text,
    }


def metadata_type(field: Field) -> str:
    """The name of a field's type in metadata."""
    if field.type is FieldType.TEXTAREA:
        return "LongTextArea" if field.length > MAX_TEXT else "TextArea"
    return next((name for name, kind in _TYPES.items() if kind is field.type), str(field.type))


def shown_type(field: Field) -> str:
    """FieldDefinition's DataType, as Setup writes it: ``Text(80) (External ID) (Unique …)``."""
    text = metadata_type(field)
    if field.type is FieldType.STRING and field.length:
        text += f"({field.length})"
    if field.precision:
        text += f"({field.precision - field.scale}, {field.scale})"
    if field.external_id:
        text += " (External ID)"
    if field.unique:
        text += f" (Unique Case {'S' if field.case_sensitive else 'Ins'}ensitive)"
    return text


def _contradiction(message: str) -> SalesforceError:
    return SalesforceError("FIELD_INTEGRITY_EXCEPTION", message, ["Metadata"])
