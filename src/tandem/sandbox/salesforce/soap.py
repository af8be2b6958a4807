"""SOAP login() and logout(): common clients offer them; login() is gone after API 64.0 ([soap-retire])."""

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tandem.sandbox.salesforce.address import base_url
from tandem.sandbox.salesforce.auth import SCOPE

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

FIRST_VERSION, LAST_VERSION = 31, 64
_PATH = re.compile(r"(\d\d)\.0")
_PARTNER = "urn:partner.soap.sforce.com"


def routes(state: "SalesforceState") -> list[Route]:
    """The partner and the enterprise end point."""

    async def answer(request: Request) -> Response:
        envelope = _envelope(await request.body())
        if envelope is not None and envelope.find("./{*}Body/{*}logout") is not None:
            return _logout(state, envelope)
        return _login(state, request, envelope)

    return [
        Route(f"/services/Soap/{kind}/{{version}}{rest}", answer, methods=["POST"])
        for kind in ("u", "c")
        for rest in ("", "/{key:path}")
    ]


def _logout(state: "SalesforceState", envelope: etree._Element) -> Response:
    """logout() ends the session of its header; it is there in every version."""
    token = (envelope.findtext("./{*}Header/{*}SessionHeader/{*}sessionId") or "").strip()
    if state.sessions.session(token) is None:
        return _fault(
            "INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session"
        )
    state.sessions.revoke(token)
    return Response(_LOGGED_OUT, media_type="text/xml;charset=UTF-8")


def _login(state: "SalesforceState", request: Request, envelope: etree._Element | None) -> Response:
    version = _PATH.fullmatch(request.path_params["version"])
    if version is None or int(version[1]) < FIRST_VERSION:
        return _fault("UNSUPPORTED_API_VERSION", "This API version is not supported or is retired.")
    if not state.switches["soap_login"] or int(version[1]) > LAST_VERSION:
        return _fault(
            "UNSUPPORTED_API_VERSION", "SOAP API login() is disabled by default in this org."
        )
    call = None if envelope is None else _credentials(envelope)
    if call is None:
        return _fault(
            "INVALID_OPERATION",
            "Only login() and logout() are understood here.",
            code="soapenv:Client",
        )
    username, password = call
    user = state.sessions.with_password(username, password)
    if user is None:
        return _fault(
            "INVALID_LOGIN",
            "Invalid username, password, security token; or user locked out.",
            element="LoginFault",
        )
    if not state.api_enabled:
        return _fault("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
    session = state.sessions.open(user["Id"], "", SCOPE)
    base = base_url(state, request)
    key = state.org_id[:15]
    server = f"{base}/services/Soap/u/{version[1]}.0/{key}"
    metadata = f"{base}/services/Soap/m/{version[1]}.0/{key}"
    seconds = int(state.switches["session_seconds"])
    return Response(
        _RESULT.format(
            metadata=escape(metadata),
            server=escape(server),
            session=escape(session.token),
            user=user["Id"],
            sandbox=str(bool(state.organization.get("IsSandbox"))).lower(),
            org=state.org_id,
            org_name=escape(str(state.organization["Name"])),
            profile=user["ProfileId"],
            seconds=seconds,
            email=escape(str(user["Email"])),
            full_name=escape(str(user["Name"])),
            username=escape(str(user["Username"])),
            language=user["LanguageLocaleKey"],
            locale=user["LocaleSidKey"],
            zone=user["TimeZoneSidKey"],
        ),
        media_type="text/xml;charset=UTF-8",
    )


def _envelope(raw: bytes) -> etree._Element | None:
    """The body as XML, None if it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None


def _credentials(envelope: etree._Element) -> tuple[str, str] | None:
    """The name and password of a login call; None if it is another call."""
    found = envelope.find("./{*}Body/{*}login")
    if found is None:
        return None
    return (found.findtext("{*}username") or "").strip(), found.findtext("{*}password") or ""


def _fault(
    name: str, message: str, *, element: str = "UnexpectedErrorFault", code: str = ""
) -> Response:
    return Response(
        _FAULT.format(
            code=code or f"sf:{name}", name=name, message=escape(message), element=element
        ),
        status_code=500,
        media_type="text/xml;charset=UTF-8",
    )


_RESULT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="{_PARTNER}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><loginResponse><result>'
    "<metadataServerUrl>{metadata}</metadataServerUrl><passwordExpired>false</passwordExpired>"
    "<sandbox>{sandbox}</sandbox><serverUrl>{server}</serverUrl><sessionId>{session}</sessionId>"
    "<userId>{user}</userId><userInfo><organizationId>{org}</organizationId>"
    "<organizationName>{org_name}</organizationName><profileId>{profile}</profileId>"
    "<sessionSecondsValid>{seconds}</sessionSecondsValid><userEmail>{email}</userEmail>"
    "<userFullName>{full_name}</userFullName><userId>{user}</userId><userLanguage>{language}</userLanguage>"
    "<userLocale>{locale}</userLocale><userName>{username}</userName><userTimeZone>{zone}</userTimeZone>"
    "<userType>Standard</userType></userInfo></result></loginResponse></soapenv:Body></soapenv:Envelope>"
)
_LOGGED_OUT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="{_PARTNER}">'
    "<soapenv:Body><logoutResponse/></soapenv:Body></soapenv:Envelope>"
)
_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body><soapenv:Fault><faultcode>{code}</faultcode>"
    '<faultstring>{name}: {message}</faultstring><detail><sf:{element} xsi:type="sf:{element}">'
    "<sf:exceptionCode>{name}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage>"
    "</sf:{element}></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)
