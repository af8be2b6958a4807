"""Sending an alert by e-mail (RFC 5321, STARTTLS by RFC 3207), in a thread: smtplib waits."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from tandem.alerts.letters import Words
from tandem.alerts.tls import trusted
from tandem.alerts.undelivered import Undelivered
from tandem.settings.mail import SmtpSettings

__all__ = ["Mail"]

_SECONDS = 20.0


class Mail:
    """One mail server. TLS is verified, and what is asked for is never left out quietly."""

    def __init__(self, settings: SmtpSettings, ca_file: Path | None = None) -> None:
        self._settings = settings
        self._ca_file = ca_file

    async def send(self, to: Sequence[str], words: Words, *, mark: str, at: datetime) -> str:
        """What the server said; Undelivered where nobody, or not everybody, gets it."""
        domain = self._settings.sender.rpartition("@")[2]
        message = EmailMessage()
        message["Subject"] = words.subject
        message["From"] = self._settings.sender
        message["To"] = ", ".join(to)
        message["Date"] = format_datetime(at)
        # The same on every try, so that a mail that arrived twice is shown once.
        message["Message-ID"] = f"<tandem.{mark}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(words.text, charset="utf-8")
        try:
            return await asyncio.to_thread(self._send, message, list(to))
        except smtplib.SMTPRecipientsRefused as error:
            raise Undelivered("refused", _said_of(error)) from None
        except smtplib.SMTPResponseException as error:
            raise Undelivered("refused", _said(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPException as error:
            raise Undelivered("refused", str(error)[:200]) from None
        except OSError as error:
            raise Undelivered("unreachable", str(error.strerror or error)[:200]) from None

    def _send(self, message: EmailMessage, to: list[str]) -> str:
        settings = self._settings
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=_SECONDS, context=trusted(self._ca_file)
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
        with server:
            if settings.security == "starttls":
                server.starttls(context=trusted(self._ca_file))
            if settings.user is not None:
                server.login(settings.user, settings.password or "")
            refused = server.send_message(message, settings.sender, to)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
        return f"{settings.host} ({len(to)})"


def _said_of(error: smtplib.SMTPRecipientsRefused) -> str:
    said = [f"{name}: {_said(*answer)}" for name, answer in error.recipients.items()]
    return "; ".join(said)[:300]


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:200]
