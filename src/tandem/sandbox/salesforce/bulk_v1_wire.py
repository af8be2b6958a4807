"""How Bulk API 1.0 writes and reads jobs, batches, results and errors, in XML and JSON ([bulk1])."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from lxml import etree

from tandem.sandbox.salesforce.bulk_ingest import error_text
from tandem.sandbox.salesforce.bulk_jobs import Outcome
from tandem.sandbox.salesforce.resource import Reply

_NAMESPACE = "http://www.force.com/2009/06/asyncapi/dataload"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_XML_TYPE = "application/xml"
JSON_TYPE = "application/json"
"""Without a charset: salesforce-bulk 2.2.0 knows JSON by this very text."""


class ClassicError(Exception):
    """A refusal of Bulk API 1.0: exceptionCode and exceptionMessage."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status

    def reply(self, *, as_json: bool) -> Reply:
        members = {"exceptionCode": self.code, "exceptionMessage": self.message}
        return Reply(
            status=self.status,
            body=_encoded(members, "error", as_json=as_json),
            media_type=JSON_TYPE if as_json else _XML_TYPE,
        )


def element(name: str, members: Mapping[str, Any], *, as_json: bool, status: int = 200) -> Reply:
    """A jobInfo or batchInfo."""
    return Reply(
        status=status,
        body=_encoded(members, name, as_json=as_json),
        media_type=JSON_TYPE if as_json else _XML_TYPE,
    )


def _encoded(members: Mapping[str, Any], name: str, *, as_json: bool) -> bytes:
    if as_json:
        return msgspec.json.encode(members)
    return f'{_HEAD}<{name} xmlns="{_NAMESPACE}">{_tags(members)}</{name}>'.encode()


def _tags(members: Mapping[str, Any]) -> str:
    """Members as elements. In XML instants end in Z, and what is null is left out."""
    parts = []
    for name, value in members.items():
        if value is None:
            continue
        text = ("true" if value else "false") if isinstance(value, bool) else str(value)
        if name in ("createdDate", "systemModstamp"):
            text = text.replace("+0000", "Z")
        parts.append(f"<{name}>{escape(text)}</{name}>")
    return "".join(parts)


def batch_list(batches: Sequence[Mapping[str, Any]], *, as_json: bool) -> Reply:
    if as_json:
        return Reply(body={"batchInfo": list(batches)}, media_type=JSON_TYPE)
    inner = "".join(f"<batchInfo>{_tags(one)}</batchInfo>" for one in batches)
    text = f'{_HEAD}<batchInfoList xmlns="{_NAMESPACE}">{inner}</batchInfoList>'
    return Reply(body=text.encode(), media_type=_XML_TYPE)


def result_list(ids: Sequence[str], *, as_json: bool) -> Reply:
    """The ids of a query batch's results."""
    if as_json:
        return Reply(body=list(ids), media_type=JSON_TYPE)
    inner = "".join(f"<result>{one}</result>" for one in ids)
    text = f'{_HEAD}<result-list xmlns="{_NAMESPACE}">{inner}</result-list>'
    return Reply(body=text.encode(), media_type=_XML_TYPE)


def outcomes_json(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "success": one.error is None,
            "created": one.created,
            "id": one.record_id if one.error is None else None,
            "errors": []
            if one.error is None
            else [{**one.error.item(), "extendedErrorDetails": None}],
        }
        for one in outcomes
    ]


def outcomes_xml(outcomes: Iterable[Outcome]) -> bytes:
    parts = []
    for one in outcomes:
        errors = ""
        if one.error is not None:
            item = one.error.item()
            fields = "".join(f"<fields>{escape(name)}</fields>" for name in item["fields"])
            message, code = escape(item["message"]), item["statusCode"]
            errors = f"<errors>{fields}<message>{message}</message><statusCode>{code}</statusCode></errors>"
        record_id = f"<id>{one.record_id}</id>" if one.error is None else ""
        success = "true" if one.error is None else "false"
        created = "true" if one.created else "false"
        parts.append(
            f"<result>{errors}{record_id}<success>{success}</success><created>{created}</created></result>"
        )
    return f'{_HEAD}<results xmlns="{_NAMESPACE}">{"".join(parts)}</results>'.encode()


def outcome_lines(outcomes: Iterable[Outcome]) -> list[list[str]]:
    """Id, Success, Created, Error."""
    return [
        [
            one.record_id if one.error is None else "",
            "true" if one.error is None else "false",
            "true" if one.created else "false",
            "" if one.error is None else error_text(one.error),
        ]
        for one in outcomes
    ]


def records_xml(records: Iterable[Mapping[str, Any]]) -> bytes:
    """The records of a query in an XML job."""
    inner = "".join(f"<records>{_record_tags(one)}</records>" for one in records)
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f'{_HEAD}<queryResult xmlns="{_NAMESPACE}" {xsi}>{inner}</queryResult>'.encode()


def _record_tags(record: Mapping[str, Any]) -> str:
    attributes = record.get("attributes") or {}
    parts = [f"<type>{attributes.get('type', '')}</type>"]
    for name, value in record.items():
        if name == "attributes":
            continue
        if value is None:
            parts.append(f'<{name} xsi:nil="true"/>')
        elif isinstance(value, Mapping):
            parts.append(f"<{name}>{_record_tags(value)}</{name}>")
        else:
            parts.append(_tags({name: value}))
    return "".join(parts)


def in_milliseconds(
    records: Iterable[dict[str, Any]], columns: Sequence[str], kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """Records with dates and instants as milliseconds since 1970, as JSON jobs give them."""
    moments = [
        tuple(column.split("."))
        for column, kind in zip(columns, kinds, strict=True)
        if kind in ("date", "datetime")
    ]
    changed = list(records)
    for record in changed:
        for *parents, name in moments:
            inner: Any = record
            for parent in parents:
                inner = inner.get(parent) if isinstance(inner, dict) else None
            if isinstance(inner, dict) and isinstance(inner.get(name), str):
                inner[name] = _milliseconds(inner[name])
    return changed


def _milliseconds(text: str) -> int:
    if len(text) == 10:
        day = date.fromisoformat(text)
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    else:
        moment = datetime.fromisoformat(f"{text[:19]}+00:00")
    return int(moment.timestamp()) * 1000


def parsed_xml(raw: bytes) -> Any:
    """A body as an element; entities and network are off. ClassicError if it is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ClassicError("InvalidBatch", f"Unable to parse XML: {error}") from None


def members_from_xml(raw: bytes) -> dict[str, str]:
    """A jobInfo as its members."""
    return {_plain(child): (child.text or "").strip() for child in _children(parsed_xml(raw))}


def records_from_xml(raw: bytes) -> list[dict[str, Any]]:
    """The records of ``<sObjects>``."""
    return [_record_from(child) for child in _children(parsed_xml(raw))]


def _record_from(node: Any) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for child in _children(node):
        nil = any(name.endswith("}nil") and value == "true" for name, value in child.attrib.items())
        inner = _children(child)
        if inner:
            nested = inner[0] if _plain(inner[0]) == "sObject" else child
            record[_plain(child)] = _record_from(nested)
        else:
            record[_plain(child)] = None if nil else (child.text or "")
    return record


def _children(node: Any) -> list[Any]:
    return [child for child in node if isinstance(child.tag, str)]


def _plain(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]
