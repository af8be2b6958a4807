"""The one way a SOQL statement fails, with Salesforce's code and wording."""

from __future__ import annotations

import re

_CONTEXT = 30
_WORD = re.compile(r"[^\s,]+")

_APPENDIX = " Please reference your WSDL or the describe call for the appropriate names."


class QueryError(Exception):
    """A statement Salesforce refuses with HTTP 400: *code* and *message* are what the client reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def located(statement: str, at: int, text: str) -> str:
    """
    *text* below the part of the statement it is about, with a caret, as Salesforce prints it.

    The part runs from the word 30 characters before the spot to the word 30 characters behind it;
    recorded messages ([count-rec], and six quoted in public issue threads) all agree with this.
    """
    row = statement.count("\n", 0, at) + 1
    line_start = statement.rfind("\n", 0, at) + 1
    line_end = statement.find("\n", at)
    line = statement[line_start : line_end if line_end >= 0 else len(statement)]
    column = at - line_start
    start = _word_around(line, max(column - _CONTEXT, 0))[0]
    end = _word_around(line, min(column + _CONTEXT, len(line)))[1]
    start, end = min(start, column), max(end, column)
    caret = " " * (column - start) + "^"
    return f"\n{line[start:end]}\n{caret}\nERROR at Row:{row}:Column:{column + 1}\n{text}"


def _word_around(line: str, at: int) -> tuple[int, int]:
    """The word that covers *at* or, on a gap, the one just before it."""
    found = (at, at)
    for match in _WORD.finditer(line):
        if match.start() > at:
            break
        found = match.span()
        if at < match.end():
            break
    return found


def malformed(statement: str, at: int, text: str) -> QueryError:
    return QueryError("MALFORMED_QUERY", located(statement, at, text))


def invalid_field(statement: str, at: int, text: str) -> QueryError:
    return QueryError("INVALID_FIELD", located(statement, at, text))


def no_such_object(statement: str, at: int, name: str) -> QueryError:
    """Recorded: [count-rec]."""
    text = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, "
        f"be sure to append the '__c' after the entity name.{_APPENDIX}"
    )
    return QueryError("INVALID_TYPE", located(statement, at, text))


def no_such_column(statement: str, at: int, name: str, entity: str) -> QueryError:
    """The same words for a field that is missing and for one hidden by field-level security."""
    text = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, "
        f"be sure to append the '__c' after the custom field name.{_APPENDIX}"
    )
    return invalid_field(statement, at, text)


def no_such_relationship(statement: str, at: int, name: str, place: str) -> QueryError:
    """*place* is ``field path`` for a parent, ``FROM part of query call`` for children."""
    text = (
        f"Didn't understand relationship '{name}' in {place}. If you are attempting to use a custom "
        f"relationship, be sure to append the '__r' after the custom relationship name.{_APPENDIX}"
    )
    return invalid_field(statement, at, text)


def not_simulated(statement: str, at: int, construct: str) -> QueryError:
    """What Salesforce evaluates and this sandbox does not: said openly rather than ignored."""
    text = f"{construct} is not supported by this organization (the sandbox does not evaluate it)"
    return malformed(statement, at, text)
