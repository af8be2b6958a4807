"""
Addresses of API versions 1 and 2, which Singer taps and other old clients still read.

They show the same records in their old shapes: numbers for ids and instants, and each property as an
object with its time, source and versions.
"""

from collections.abc import Iterable
from typing import Any

from tandem.sandbox.hubspot.feeds import Item
from tandem.sandbox.hubspot.http import Answer, Call, Spec, after_index
from tandem.sandbox.hubspot.records import Entry, Record, stamp_key
from tandem.sandbox.hubspot.values import instant_ms, is_whole

_CONTACTS = ("crm.objects.contacts.read",)
_COMPANIES = ("crm.objects.companies.read",)
_DEALS = ("crm.objects.deals.read",)


def companies_paged(call: Call) -> Answer:
    """GET /companies/v2/companies/paged."""
    records, offset, more = _page_by_id(call, "companies", 250, "limit")
    names = call.several("properties") + call.several("propertiesWithHistory")
    shown = [_company(call, record, names or None) for record in records]
    return Answer(body={"companies": shown, "has-more": more, "offset": offset})


def companies_recent(call: Call) -> Answer:
    """GET /companies/v2/companies/recent/modified."""
    records, offset, more, total = _page_by_time(call, "companies", "count")
    shown = [_company(call, record, None) for record in records]
    return Answer(body={"results": shown, "hasMore": more, "offset": offset, "total": total})


def company(call: Call) -> Answer:
    """GET /companies/v2/companies/{id}."""
    return Answer(body=_company(call, _record(call, "companies"), None))


def contacts_of_company(call: Call) -> Answer:
    """GET /companies/v2/companies/{id}/vids."""
    record = _record(call, "companies")
    vids = call.state.crm.associations.targets("companies", record.id, "contacts")
    begin = after_index(call, "vidOffset")
    count = call.whole("count", 100, 100)
    page = sorted(vids)[begin : begin + count]
    end = begin + len(page)
    return Answer(body={"vids": page, "hasMore": end < len(vids), "vidOffset": end})


def deals_paged(call: Call) -> Answer:
    """GET /deals/v1/deal/paged."""
    records, offset, more = _page_by_id(call, "deals", 250, "limit")
    every = call.flag("includeAllProperties")
    names = None if every else call.several("properties") + call.several("propertiesWithHistory")
    shown = [_deal(call, record, names) for record in records]
    return Answer(body={"deals": shown, "hasMore": more, "offset": offset})


def deals_recent(call: Call) -> Answer:
    """GET /deals/v1/deal/recent/modified."""
    records, offset, more, total = _page_by_time(call, "deals", "count")
    shown = [_deal(call, record, None) for record in records]
    return Answer(body={"results": shown, "hasMore": more, "offset": offset, "total": total})


def deal(call: Call) -> Answer:
    """GET /deals/v1/deal/{id}."""
    return Answer(body=_deal(call, _record(call, "deals"), None))


def deal_pipelines(call: Call) -> Answer:
    """GET /deals/v1/pipelines."""
    return Answer(
        body=[
            {
                "pipelineId": pipeline.id,
                "label": pipeline.label,
                "active": True,
                "displayOrder": 0,
                "staticDefault": pipeline.id == "default",
                "stages": [
                    {
                        "stageId": stage.id,
                        "label": stage.label,
                        "active": True,
                        "displayOrder": at,
                        "probability": float(dict(stage.metadata).get("probability", "0")),
                        "closedWon": stage.id == "closedwon",
                    }
                    for at, stage in enumerate(pipeline.stages)
                ],
            }
            for pipeline in call.state.crm.pipelines.of("deals")
        ]
    )


def company_properties(call: Call) -> Answer:
    """GET /companies/v2/properties."""
    return definitions_of(call, "companies")


def deal_properties(call: Call) -> Answer:
    """GET /properties/v1/deals/properties."""
    return definitions_of(call, "deals")


def contact_properties(call: Call) -> Answer:
    """GET /properties/v1/contacts/properties."""
    return definitions_of(call, "contacts")


def contacts_all(call: Call) -> Answer:
    """GET /contacts/v1/lists/all/contacts/all."""
    table = call.state.crm.tables["contacts"]
    begin, count = after_index(call, "vidOffset"), call.whole("count", 20, 100)
    ids = [
        each
        for each, _ in zip(table.live_ids.ascending(begin, 1 << 62), range(count + 1), strict=False)
    ]
    names = call.several("property") or ["firstname", "lastname", "company", "lastmodifieddate"]
    more = len(ids) > count
    return Answer(
        body={
            "contacts": [_contact(call, table.live[each], names) for each in ids[:count]],
            "has-more": more,
            "vid-offset": ids[count] if more else (ids[-1] + 1 if ids else begin),
        }
    )


def contacts_batch(call: Call) -> Answer:
    """GET /contacts/v1/contact/vids/batch?vid=…: an object by id."""
    names = call.several("property") or None
    live = call.state.crm.tables["contacts"].live
    ids = [int(each) for each in call.several("vid") if is_whole(each)]
    return Answer(
        body={str(each): _contact(call, live[each], names) for each in ids if each in live}
    )


def contact_lists(call: Call) -> Answer:
    """GET /contacts/v1/lists."""
    lists = call.state.lists.listing()
    begin, count = after_index(call, "offset"), call.whole("count", 20, 250)
    page = lists[begin : begin + count]
    end = begin + len(page)
    shown = [
        {
            "listId": int(each.id),
            "name": each.name,
            "portalId": call.state.account.portal_id,
            "dynamic": each.processing_type == "DYNAMIC",
            "deleted": False,
            "createdAt": each.created,
            "updatedAt": each.updated,
            "filters": [],
            "metaData": {
                "processing": "DONE",
                "size": len(each.members),
                "error": "",
                "lastProcessingStateChangeAt": each.updated,
                "lastSizeChangeAt": each.updated,
            },
        }
        for each in page
    ]
    return Answer(body={"lists": shown, "has-more": end < len(lists), "offset": end})


def owners(call: Call) -> Answer:
    """GET /owners/v2/owners?includeInactive=."""
    found = call.state.crm.owners.listing(email=call.text("email"), archived=False)
    if call.flag("includeInactive"):
        found += call.state.crm.owners.listing(email=call.text("email"), archived=True)
    return Answer(
        body=[
            {
                "portalId": call.state.account.portal_id,
                "ownerId": int(owner.id),
                "type": owner.type,
                "firstName": owner.first_name,
                "lastName": owner.last_name,
                "email": owner.email,
                "createdAt": owner.created,
                "updatedAt": owner.updated,
                "remoteList": [],
                "hasContactsAccess": True,
                "activeUserId": None if owner.is_archived else owner.user_id,
                "userIdIncludingInactive": owner.user_id,
            }
            for owner in found
        ]
    )


def forms(call: Call) -> Answer:
    """GET /forms/v2/forms."""
    return Answer(body=[_form(call, each) for each in call.state.feeds.forms.values()])


def form(call: Call) -> Answer:
    """GET /forms/v2/forms/{guid}."""
    return Answer(body=_form(call, call.state.feeds.form(call.param("id"))))


def subscription_timeline(call: Call) -> Answer:
    """GET /email/public/v1/subscriptions/timeline."""
    page, offset = call.state.feeds.subscription_changes.newest_first(
        call.text("offset"),
        call.whole("limit", 100, 1_000),
        since=call.instant("startTimestamp"),
        until=call.instant("endTimestamp"),
    )
    body: dict[str, Any] = {"hasMore": offset is not None, "timeline": page}
    body["offset"] = offset if offset is not None else call.text("offset", "")
    return Answer(body=body)


def workflows(_call: Call) -> Answer:
    """GET /automation/v3/workflows: this account has none."""
    return Answer(body={"workflows": []})


def _page_by_id(
    call: Call, kind: str, most: int, limit_name: str
) -> tuple[list[Record], int, bool]:
    """A page in id order; the offset is the id of the next record."""
    table, limit = call.state.crm.tables[kind], call.whole(limit_name, 100, most)
    begin = after_index(call, "offset")
    ids = [
        each
        for each, _ in zip(table.live_ids.ascending(begin, 1 << 62), range(limit + 1), strict=False)
    ]
    more = len(ids) > limit
    offset = ids[limit] if more else (ids[-1] + 1 if ids else begin)
    return [table.live[each] for each in ids[:limit]], offset, more


def _page_by_time(call: Call, kind: str, limit_name: str) -> tuple[list[Record], int, bool, int]:
    """A page by modified date, newest first."""
    since = call.instant("since") or 0
    found = [each for each in call.state.crm.tables[kind].live.values() if each.updated >= since]
    found.sort(key=lambda each: stamp_key(each.updated, each.id), reverse=True)
    begin, limit = after_index(call, "offset"), call.whole(limit_name, 20, 100)
    end = begin + limit
    return found[begin:end], min(end, len(found)), end < len(found), len(found)


def _company(call: Call, record: Record, names: list[str] | None) -> Item:
    return {
        "portalId": call.state.account.portal_id,
        "companyId": record.id,
        "isDeleted": False,
        "properties": _versions(call, "companies", record, names),
        "additionalDomains": [],
        "mergeAudits": [],
    }


def _deal(call: Call, record: Record, names: list[str] | None) -> Item:
    associations = call.state.crm.associations
    return {
        "portalId": call.state.account.portal_id,
        "dealId": record.id,
        "isDeleted": False,
        "associations": {
            "associatedVids": associations.targets("deals", record.id, "contacts"),
            "associatedCompanyIds": associations.targets("deals", record.id, "companies"),
            "associatedDealIds": associations.targets("deals", record.id, "deals"),
        },
        "properties": _versions(call, "deals", record, names),
    }


def _contact(call: Call, record: Record, names: list[str] | None) -> Item:
    portal = call.state.account.portal_id
    identities = [
        {"type": "EMAIL", "value": value, "timestamp": record.created, "is-primary": True}
        for value in filter(None, [record.values.get("email")])
    ]
    return {
        "vid": record.id,
        "canonical-vid": record.id,
        "merged-vids": [],
        "portal-id": portal,
        "is-contact": True,
        "addedAt": record.created,
        "profile-url": f"https://app.hubspot.com/contacts/{portal}/contact/{record.id}",
        "properties": _versions(call, "contacts", record, names),
        "form-submissions": [],
        "list-memberships": [],
        "identity-profiles": [{"vid": record.id, "identities": identities}],
        "merge-audits": [],
    }


def _versions(call: Call, kind: str, record: Record, names: list[str] | None) -> dict[str, Any]:
    """Properties as objects; instants within values are milliseconds."""
    crm, declared = call.state.crm, call.state.crm.tables[kind].kind
    always = (declared.created_name, declared.modified_name, "hs_object_id")
    wanted: Iterable[str] = (*(record.values if names is None else names), *always)
    shown: dict[str, Any] = {}
    for name in dict.fromkeys(wanted):
        definition = crm.definition(kind, name)
        value = None if definition is None else crm.read(kind, record, name)
        if definition is None or value is None:
            continue
        is_date = definition.type in ("datetime", "date")
        at = record.updated if name == declared.modified_name else record.created
        entries = record.past_of(name) or (Entry(value=value, at=at, source=record.source),)
        versions = [_version(name, entry, is_date) for entry in reversed(entries)]
        shown[name] = {key: each for key, each in versions[0].items() if key != "name"}
        shown[name]["versions"] = versions
    return shown


def _version(name: str, entry: Entry, is_date: bool) -> Item:
    value = str(instant_ms(entry.value)) if is_date and entry.value else entry.value
    return {
        "name": name,
        "value": value,
        "timestamp": entry.at,
        "source": entry.source.type,
        "sourceId": entry.source.id,
    }


def definitions_of(call: Call, kind: str) -> Answer:
    """The properties of a kind as versions 1 and 2 show them."""
    definitions = call.state.crm.tables[kind].definitions
    return Answer(
        body=[
            {
                **definitions[name].to_json(),
                "deleted": False,
                "readOnlyValue": definitions[name].is_read_only,
            }
            for name in sorted(definitions)
            if call.state.crm.definition(kind, name) is not None
        ]
    )


def _form(call: Call, form: Item) -> Item:
    created, updated = (instant_ms(str(form.get(key))) or 0 for key in ("createdAt", "updatedAt"))
    return {
        "portalId": call.state.account.portal_id,
        "guid": str(form["id"]),
        "name": form.get("name"),
        "action": "",
        "method": "POST",
        "formType": str(form.get("formType", "hubspot")).upper(),
        "createdAt": created,
        "updatedAt": updated,
        "deletable": True,
        "formFieldGroups": [
            {
                "default": True,
                "isSmartGroup": False,
                "richText": {"content": ""},
                "fields": [
                    {
                        "name": field.get("name"),
                        "label": field.get("label"),
                        "type": "string",
                        "fieldType": "text",
                        "required": bool(field.get("required")),
                        "hidden": bool(field.get("hidden")),
                        "propertyObjectType": "CONTACT",
                        "options": [],
                    }
                    for field in group.get("fields", ())
                ],
            }
            for group in form.get("fieldGroups", ())
        ],
    }


def _record(call: Call, kind: str) -> Record:
    return call.state.crm.get(kind, call.param("id"))


SPECS: list[Spec] = [
    Spec(method="GET", path=path, endpoint=endpoint, scopes=scopes)
    for path, endpoint, scopes in (
        ("/companies/v2/properties", company_properties, _COMPANIES),
        ("/companies/v2/companies/paged", companies_paged, _COMPANIES),
        ("/companies/v2/companies/recent/modified", companies_recent, _COMPANIES),
        ("/companies/v2/companies/{id}", company, _COMPANIES),
        ("/companies/v2/companies/{id}/vids", contacts_of_company, _COMPANIES),
        ("/properties/v1/companies/properties", company_properties, _COMPANIES),
        ("/properties/v1/contacts/properties", contact_properties, _CONTACTS),
        ("/properties/v1/deals/properties", deal_properties, _DEALS),
        ("/deals/v1/deal/paged", deals_paged, _DEALS),
        ("/deals/v1/deal/recent/modified", deals_recent, _DEALS),
        ("/deals/v1/deal/{id}", deal, _DEALS),
        ("/deals/v1/pipelines", deal_pipelines, _DEALS),
        ("/contacts/v1/lists/all/contacts/all", contacts_all, _CONTACTS),
        ("/contacts/v1/contact/vids/batch", contacts_batch, _CONTACTS),
        ("/contacts/v1/lists", contact_lists, ("crm.lists.read",)),
        ("/owners/v2/owners", owners, ("crm.objects.owners.read",)),
        ("/forms/v2/forms", forms, ("forms",)),
        ("/forms/v2/forms/{id}", form, ("forms",)),
        ("/email/public/v1/subscriptions/timeline", subscription_timeline, ("content",)),
        ("/automation/v3/workflows", workflows, ("automation",)),
    )
]
