"""
What the Analytics API says instead of a result.

The sentences with a status are those of [report-errors]; the codes BAD_REQUEST and JSON_PARSER_ERROR were
seen in [salesforcer-tests] and [reporting-3], FORBIDDEN and NOT_FOUND follow from the statuses.
"""

from tandem.sandbox.salesforce.errors import SalesforceError


def bad_request(message: str) -> SalesforceError:
    """400: something about the definition is wrong."""
    return SalesforceError("BAD_REQUEST", message, status=400)


def forbidden(message: str) -> SalesforceError:
    """403: the user may not, or a limit is used up."""
    return SalesforceError("FORBIDDEN", message, status=403)


def unavailable() -> SalesforceError:
    """404: no such report, folder or run, or one that the user cannot see."""
    return SalesforceError("NOT_FOUND", "The data you’re trying to access is unavailable.")


def not_privileged() -> SalesforceError:
    return forbidden("You don’t have sufficient privileges to perform this operation.")


def malformed(message: str) -> SalesforceError:
    """A body of the wrong shape: unknown members, a list where an object belongs."""
    return SalesforceError(
        "JSON_PARSER_ERROR", f"The request body is either invalid or incomplete. {message}"
    )


def not_simulated(what: str) -> SalesforceError:
    """The platform would take it, this sandbox does not; saying so beats a wrong number."""
    return SalesforceError(
        "NOT_IMPLEMENTED", f"The sandbox does not simulate {what} in reports.", status=501
    )
