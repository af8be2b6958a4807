"""The catalog of an org as the records of the Tooling API: CustomField, EntityDefinition, FieldDefinition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from tandem.sandbox.salesforce.schema import Schema, SObject
from tandem.sandbox.salesforce.soql import QueryError
from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.listed import (
    ListedChild,
    ListedField,
    ListedObject,
    ListedSource,
)
from tandem.sandbox.salesforce.tooling_fields import ACTIVITY, shown_type

_ENTITY = ListedField(
    name="EntityDefinitionId",
    relationship_name="EntityDefinition",
    reference_to=("EntityDefinition",),
)


def _texts(*names: str) -> tuple[ListedField, ...]:
    return tuple(ListedField(name=name) for name in names)


def _numbers(*names: str) -> tuple[ListedField, ...]:
    return tuple(ListedField(name=name, type="int") for name in names)


def _flags(*names: str) -> tuple[ListedField, ...]:
    return tuple(ListedField(name=name, type="boolean") for name in names)


_CUSTOM_FIELD = (
    ListedField(name="Id", type="id"),
    *_texts("TableEnumOrId", "DeveloperName", "Description", "InlineHelpText"),
    _ENTITY,
    *_numbers("Length", "Precision", "Scale"),
    *_texts("NamespacePrefix", "ManageableState"),
    ListedField(name="CreatedDate", type="datetime"),
    ListedField(name="LastModifiedDate", type="datetime"),
    ListedField(name="Metadata", type="complexvalue", filterable=False, sortable=False),
    ListedField(name="FullName", filterable=False, sortable=False),
)
_ENTITY_DEFINITION = (
    *_texts("DurableId", "QualifiedApiName", "DeveloperName", "Label", "MasterLabel"),
    *_texts("PluralLabel", "KeyPrefix", "NamespacePrefix"),
    *_flags("IsCustomizable", "IsQueryable", "IsSearchable", "IsTriggerable"),
)
_FIELD_DEFINITION = (
    *_texts("DurableId", "QualifiedApiName", "DeveloperName", "Label", "MasterLabel", "DataType"),
    _ENTITY,
    *_numbers("Length", "Precision", "Scale"),
    *_texts("NamespacePrefix"),
    *_flags("IsIndexed", "IsNillable", "IsCalculated", "IsFieldHistoryTracked"),
)


_CHANNEL_MEMBER = (
    ListedField(name="Id", type="id"),
    *_texts("DeveloperName", "MasterLabel", "EventChannel", "SelectedEntity"),
)


def catalog(
    schema: Schema,
    custom_fields: Sequence[Mapping[str, Any]] | None,
    channel_members: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    zone: tzinfo,
    user_id: str,
) -> ListedSource:
    """The catalog for one user. Without *custom_fields* the user does not see CustomField."""
    objects = [
        ListedObject(
            name="EntityDefinition",
            columns=_ENTITY_DEFINITION,
            listed=_entities(schema),
            children=(
                ListedChild(
                    name="Fields", child_object="FieldDefinition", field="EntityDefinitionId"
                ),
            ),
            name_field="Label",
        ),
        ListedObject(
            name="FieldDefinition",
            columns=_FIELD_DEFINITION,
            listed=_fields(schema),
            name_field="Label",
        ),
    ]
    objects.append(
        ListedObject(
            name="PlatformEventChannelMember",
            columns=_CHANNEL_MEMBER,
            listed=channel_members,
            name_field="DeveloperName",
        )
    )
    if custom_fields is not None:
        objects.append(
            ListedObject(
                name="CustomField",
                columns=_CUSTOM_FIELD,
                listed=custom_fields,
                name_field="DeveloperName",
            )
        )
    return ListedSource(objects=objects, now=now, zone=zone, user_id=user_id)


def _entities(schema: Schema) -> list[dict[str, Any]]:
    named = [_entity(one.name, one.label, one.label_plural, one.key_prefix, one) for one in schema]
    return [*named, _entity(ACTIVITY, ACTIVITY, "Activities", None, None)]


def _entity(
    name: str, label: str, plural: str, prefix: str | None, sobject: SObject | None
) -> dict[str, Any]:
    return {
        "DurableId": name,
        "QualifiedApiName": name,
        "DeveloperName": name.removesuffix("__c"),
        "Label": label,
        "MasterLabel": label,
        "PluralLabel": plural,
        "KeyPrefix": prefix,
        "NamespacePrefix": None,
        "IsCustomizable": sobject is None or not sobject.is_setup,
        "IsQueryable": sobject is not None and not sobject.child_only,
        "IsSearchable": sobject is not None and sobject.searchable,
        "IsTriggerable": sobject is not None and sobject.createable,
    }


def _fields(schema: Schema) -> list[dict[str, Any]]:
    return [
        {
            "DurableId": f"{one.name}.{field.name}",
            "QualifiedApiName": field.name,
            "DeveloperName": field.name.removesuffix("__c"),
            "Label": field.label,
            "MasterLabel": field.label,
            "DataType": shown_type(field),
            "EntityDefinitionId": one.name,
            "Length": field.length,
            "Precision": field.precision,
            "Scale": field.scale,
            "NamespacePrefix": None,
            "IsIndexed": field.external_id or field.unique or field.id_lookup,
            "IsNillable": field.nillable,
            "IsCalculated": field.calculated,
            "IsFieldHistoryTracked": False,
        }
        for one in schema
        for field in one.fields.values()
    ]


_REQUIRED = ("entitydefinitionid", "durableid", "entitydefinition.qualifiedapiname")


def needs_entity_filter(query: m.Query) -> None:
    """FieldDefinition is only answered for objects that the statement names."""
    if query.sources[0].path.text.lower() != "fielddefinition":
        return
    if query.where is not None and any(path in _REQUIRED for path in _named(query.where)):
        return
    raise QueryError(
        "MALFORMED_QUERY",
        "FieldDefinition: a filter on a reified column is required [EntityDefinitionId,DurableId]",
    )


def _named(condition: m.Condition) -> list[str]:
    match condition:
        case m.AllOf():
            return [path for part in condition.parts for path in _named(part)]
        case m.Comparison() | m.Membership() | m.Inclusion():
            return [condition.operand.text.lower()]
        case m.AnyOf() | m.Not():
            return []
