"""What describe calls answer: shaped as recorded ([describes]), without what the user may not see."""

from typing import Any

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.access import AUDIT_FIELDS, Rights
from tandem.sandbox.salesforce.conditional import is_unmodified
from tandem.sandbox.salesforce.resource import Call, Reply, Resource
from tandem.sandbox.salesforce.schema import Field, FieldType, SObject

_SOAP_TYPES = {
    FieldType.ID: "tns:ID",
    FieldType.REFERENCE: "tns:ID",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.INT: "xsd:int",
    FieldType.DOUBLE: "xsd:double",
    FieldType.CURRENCY: "xsd:double",
    FieldType.PERCENT: "xsd:double",
    FieldType.DATE: "xsd:date",
    FieldType.DATETIME: "xsd:dateTime",
    FieldType.ADDRESS: "urn:address",
}
_PEOPLE = "TaskWhoRelations"
MASTER_RECORD_TYPE = "012000000000000AAA"


def describe_global(call: Call) -> Reply:
    """Every object the user can reach."""
    found = [_brief(call, one) for one in _reachable(call)]
    body = {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found}
    return Reply(body=body)


def basic(call: Call, kind: str) -> Reply:
    """An object's brief description and recently viewed records (none: nobody looks at pages here)."""
    sobject = sobject_of(call, kind)
    return Reply(body={"objectDescribe": _brief(call, sobject), "recentItems": []})


def describe(call: Call, kind: str) -> Reply:
    """Everything about an object; 304 if the caller knows it already ([errorcodes])."""
    sobject = sobject_of(call, kind)
    modified = call.headers.get("if-modified-since")
    if modified and is_unmodified(call.state.catalog_stamp, modified):
        return Reply(status=304)
    return Reply(body=description(call, sobject))


def sobject_of(call: Call, name: str) -> SObject:
    """The object a path names; NOT_FOUND if there is none or the user may not reach it."""
    found = call.state.object_for(call.rights, name)
    if found is None:
        raise errors.not_found()
    return found


def description(call: Call, sobject: SObject) -> dict[str, Any]:
    """The body of a describe call."""
    schema, base = call.state.schema, f"{call.root}/sobjects/{sobject.name}"
    return {
        **_flags(sobject),
        "actionOverrides": [],
        "childRelationships": [
            {
                "cascadeDelete": False,
                "childSObject": one.child,
                "deprecatedAndHidden": False,
                "field": one.field,
                "junctionIdListNames": ["TaskWhoIds"] if one.name == _PEOPLE else [],
                "junctionReferenceTo": ["Contact", "Lead"] if one.name == _PEOPLE else [],
                "relationshipName": one.name,
                "restrictedDelete": False,
            }
            for one in schema.children_of(sobject.name)
        ],
        "compactLayoutable": not sobject.is_setup,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [
            field_description(call.rights, sobject, one)
            for one in call.rights.fields(sobject).values()
        ],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(call, sobject, base),
        "searchLayoutable": sobject.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": _scopes(sobject),
        "urls": _urls(base, detailed=True),
    }


def field_description(rights: Rights, sobject: SObject, field: Field) -> dict[str, Any]:
    """One field of a describe, with the user's own right to write it."""
    may_edit = rights.edits(sobject, field)
    may_audit = field.name in AUDIT_FIELDS and rights.may("CreateAuditFields")
    is_long = field.type is FieldType.TEXTAREA
    return {
        "aggregatable": field.type not in (FieldType.BOOLEAN, FieldType.ADDRESS) and not is_long,
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": 18 if field.type in (FieldType.ID, FieldType.REFERENCE) else field.length * 3,
        "calculated": field.calculated,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": (field.createable and may_edit) or may_audit,
        "custom": field.custom,
        "defaultValue": False if field.type is FieldType.BOOLEAN else field.default_value,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted_on_create,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup,
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.is_name,
        "namePointing": field.name_pointing,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": [
            {
                "active": one.is_active,
                "defaultValue": one.is_default,
                "label": one.label,
                "validFor": None,
                "value": one.value,
            }
            for one in field.values
        ],
        "polymorphicForeignKey": field.name_pointing,
        "precision": field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted_picklist,
        "scale": field.scale,
        "searchPrefilterable": field.type is FieldType.REFERENCE,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": str(field.type),
        "unique": field.unique,
        "updateable": field.updateable and may_edit,
        "writeRequiresMasterRead": False,
    }


def _reachable(call: Call) -> list[SObject]:
    return [
        one
        for one in sorted(call.state.schema, key=lambda one: one.name)
        if call.state.object_for(call.rights, one.name) is not None
    ]


def _brief(call: Call, sobject: SObject) -> dict[str, Any]:
    return {**_flags(sobject), "urls": _urls(f"{call.root}/sobjects/{sobject.name}")}


def _flags(sobject: SObject) -> dict[str, Any]:
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": sobject.createable,
        "custom": sobject.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": sobject.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": sobject.feed_enabled,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        # The lists of task statuses and priorities show none ([tap], [airbyte]).
        "keyPrefix": None if sobject.is_setup and sobject.no_bulk else sobject.key_prefix,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "layoutable": sobject.createable and not sobject.is_setup,
        "mergeable": sobject.mergeable,
        "mruEnabled": sobject.searchable,
        "name": sobject.name,
        "queryable": not sobject.child_only,
        "replicateable": sobject.replicateable,
        "retrieveable": not sobject.child_only and not sobject.computed,
        "searchable": sobject.searchable,
        "triggerable": sobject.createable and not sobject.is_setup,
        "undeletable": sobject.undeletable,
        "updateable": sobject.updateable,
    }


def _urls(base: str, *, detailed: bool = False) -> dict[str, str]:
    urls = {
        "rowTemplate": f"{base}/{{ID}}",
        "describe": f"{base}/describe",
        "sobject": base,
    }
    if detailed:
        urls["layouts"] = f"{base}/describe/layouts"
    return urls


def _record_types(call: Call, sobject: SObject, base: str) -> list[dict[str, Any]]:
    table = call.state.store.table("RecordType")
    own = [row for row in table.raw.values() if row.get("SobjectType") == sobject.name]
    shown = [(row["Id"], row["DeveloperName"], row["Name"], row.get("IsActive")) for row in own]
    shown.append((MASTER_RECORD_TYPE, "Master", "Master", True))
    return [
        {
            "active": bool(active),
            "available": True,
            "defaultRecordTypeMapping": record_type == shown[0][0],
            "developerName": developer_name,
            "master": record_type == MASTER_RECORD_TYPE,
            "name": name,
            "recordTypeId": record_type,
            "urls": {"layout": f"{base}/describe/layouts/{record_type}"},
        }
        for record_type, developer_name, name, active in shown
    ]


def _scopes(sobject: SObject) -> list[dict[str, str]]:
    plural = sobject.label_plural.lower()
    if "OwnerId" not in sobject.fields:
        return [{"label": f"All {plural}", "name": "everything"}]
    return [
        {"label": f"All {plural}", "name": "everything"},
        {"label": f"My {plural}", "name": "mine"},
    ]


RESOURCES = (
    Resource(pattern="sobjects", methods={"GET": describe_global}),
    Resource(pattern="sobjects/{kind}/describe", methods={"GET": describe}),
)
