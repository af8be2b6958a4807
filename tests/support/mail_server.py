"""A mail server on a loopback socket that keeps what it is given, and may refuse."""

from __future__ import annotations

import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

__all__ = ["MailServer"]


class MailServer:
    """``refusing`` is answered to every letter while it is set."""

    def __init__(self, tls: ssl.SSLContext | None = None, *, from_the_start: bool = False) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.signed_in: list[tuple[bytes, bytes]] = []
        self.refusing = ""
        options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
        if from_the_start:
            options["ssl_context"] = tls
        else:
            options |= {"tls_context": tls, "require_starttls": tls is not None}
        options |= {
            "authenticator": self._authenticate,
            "auth_require_tls": tls is not None and not from_the_start,
        }
        self._controller = _AnyPort(self, **options)

    @property
    def port(self) -> int:
        assert self._controller.server is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    def _authenticate(self, server: Any, session: Any, envelope: Any, way: str, given: Any) -> Any:
        self.signed_in.append((given.login, given.password))
        return AuthResult(success=given.password == b"right", handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusing:
            return self.refusing
        read = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.letters.append((list(envelope.rcpt_tos), read))
        return "250 taken"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()


class _AnyPort(Controller):
    """Port 0 is any free one: it is known once it listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
