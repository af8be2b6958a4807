"""Turns what a client sends for a field into what the store keeps, or into the platform's error."""

import re
import sys
from collections.abc import Callable
from typing import Any

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.ids import id18, is_id
from tandem.sandbox.salesforce.schema import Field, FieldType
from tandem.sandbox.salesforce.wire import day_from, wire_from
from tandem.sandbox.switches import Switches

_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s.,;<>()]+(?:\.[^@\s.,;<>()]+)*")


class Values:
    """
    Converts values under the switches of the world.

    Text is trimmed (switch `trim_text`), empty text is null, line ends follow `textarea_line_ends`,
    lengths are counted in the unit of `length_unit`.
    """

    __slots__ = ("_by_type", "_switches")

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._by_type: dict[FieldType, Callable[[Field, Any], Any]] = {
            FieldType.BOOLEAN: _boolean,
            FieldType.INT: _int,
            FieldType.DOUBLE: _number,
            FieldType.CURRENCY: _number,
            FieldType.PERCENT: _number,
            FieldType.DATE: _date,
            FieldType.DATETIME: _datetime,
            FieldType.REFERENCE: _reference,
            FieldType.ID: _reference,
            FieldType.TEXTAREA: self._long_text,
            FieldType.EMAIL: self._address,
            FieldType.PICKLIST: self._choice,
            FieldType.MULTIPICKLIST: self._choice,
        }

    def converter(self, field: Field) -> Callable[[Field, Any], Any]:
        """What turns values of the field into what is kept; it is not for null."""
        return self._by_type.get(field.type, self._text)

    def stored(self, field: Field, value: Any) -> Any:
        """The value to keep; null stays null, except that a boolean becomes false."""
        if value is None:
            return False if field.type is FieldType.BOOLEAN else None
        return self.converter(field)(field, value)

    def length_of(self, text: str) -> int:
        """How many characters the platform counts: UTF-16 units, or code points by the switch."""
        if self._switches["length_unit"] == "code_points" or text.isascii():
            return len(text)
        return len(text) + sum(one > "\uffff" for one in text)

    def _text(self, field: Field, value: Any) -> str | None:
        text = value if isinstance(value, str) else _text_from(field, value)
        if self._switches["trim_text"]:
            text = text.strip()
        if len(text) * 2 > field.length > 0 and self.length_of(text) > field.length:
            raise self._too_long(field, text)
        return text or None

    def _long_text(self, field: Field, value: Any) -> str | None:
        if self._switches["textarea_line_ends"] == "crlf" and isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\n", "\r\n")
        return self._text(field, value)

    def _address(self, field: Field, value: Any) -> str | None:
        """Addresses are kept in lower case: recorded in test_upsert_complex_fields__bulk."""
        text = self._text(field, value)
        if text is not None and not _EMAIL.fullmatch(text):
            raise SalesforceError(
                "INVALID_EMAIL_ADDRESS",
                f"{field.label}: invalid email address: {text}",
                [field.name],
            )
        return None if text is None else text.lower()

    def _choice(self, field: Field, value: Any) -> str | None:
        text = self._text(field, value)
        return None if text is None else _picklist(field, text)

    def _too_long(self, field: Field, text: str) -> SalesforceError:
        code = "STRING_TOO_LONG"
        if field.name == "Description" and field.length == TASK_COMMENTS:
            code = str(self._switches["description_too_long"])
        return SalesforceError(
            code,
            f"{field.label}: data value too large: {text} (max length={field.length})",
            [field.name],
        )


TASK_COMMENTS = 32_000


def _text_from(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise _cannot(field, "string", value)


def _picklist(field: Field, text: str) -> str:
    if field.restricted_picklist and field.values:
        wanted = text.split(";") if field.type is FieldType.MULTIPICKLIST else [text]
        known = {one.value for one in field.values if one.is_active}
        for one in wanted:
            if one not in known:
                raise SalesforceError(
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    f"{field.label}: bad value for restricted picklist field: {one}",
                    [field.name],
                )
    return sys.intern(text)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    raise _cannot(field, "boolean", value)


def _int(field: Field, value: Any) -> int:
    number = _number(field, value)
    if number != int(number):
        raise _cannot(field, "int", value)
    if field.digits and abs(number) >= 10**field.digits:
        raise SalesforceError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            [field.name],
        )
    return int(number)


def _number(field: Field, value: Any) -> int | float:
    if isinstance(value, bool):
        raise _cannot(field, str(field.type), value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise _cannot(field, str(field.type), value) from None
        return int(number) if number.is_integer() else number
    raise _cannot(field, str(field.type), value)


def _date(field: Field, value: Any) -> str:
    if isinstance(value, str):
        try:
            return day_from(value.strip())
        except ValueError:
            pass
    raise _cannot(field, "date", value)


def _datetime(field: Field, value: Any) -> str:
    if isinstance(value, str):
        try:
            return wire_from(value.strip())
        except ValueError:
            pass
    raise _cannot(field, "datetime", value)


def _reference(field: Field, value: Any) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str):
        raise _cannot(field, "reference", value)
    if not is_id(value):
        raise errors.malformed_id(field.label, value, field.name)
    return id18(value)


_TOKENS: dict[type, str] = {
    dict: "START_OBJECT value",
    list: "START_ARRAY value",
    bool: "VALUE_TRUE value",
    int: "VALUE_NUMBER_INT value",
    float: "VALUE_NUMBER_FLOAT value",
    str: "VALUE_STRING value",
}


def _cannot(field: Field, wanted: str, value: Any) -> SalesforceError:
    token = _TOKENS.get(type(value), "VALUE_STRING value")
    shown = (
        f" {value}" if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    )
    error = errors.parser_error(
        f"Cannot deserialize instance of {wanted} from {token}{shown} or request may be missing a "
        f"required field at [line:1, column:1]"
    )
    error.fields = [field.name]
    return error
