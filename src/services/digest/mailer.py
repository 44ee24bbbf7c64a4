"""Sends e-mails to the server of SMTP_HOST."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import Literal

from pydantic import SecretStr

from src.domain.deliveries import Message
from src.errors import InvalidInput, Unavailable

_TIMEOUT_S = 15


@dataclass(frozen=True)
class Mailer:
    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    to: str
    user: str | None = None
    password: SecretStr | None = None

    def send(self, message: Message) -> None:
        """Raises Unavailable, InvalidInput if the server refuses this message for good."""
        try:
            with self._connect() as server:
                server.send_message(self._mail(message))
        except smtplib.SMTPAuthenticationError:
            raise Unavailable("The mail server does not accept SMTP_USER and SMTP_PASSWORD.") from None
        except smtplib.SMTPNotSupportedError:
            raise Unavailable(
                "The mail server does not offer what SMTP_SECURITY or SMTP_USER needs."
            ) from None
        except ssl.SSLError:
            raise Unavailable(
                "There is no secure connection to the mail server; check SMTP_SECURITY."
            ) from None
        except smtplib.SMTPRecipientsRefused:
            raise Unavailable("The mail server does not accept MAIL_TO.") from None
        except smtplib.SMTPResponseException as error:
            problem = f"The mail server refused the message (code {error.smtp_code})."
            raise (InvalidInput if error.smtp_code >= 500 else Unavailable)(problem) from None
        except UnicodeError:
            # Of a name that no server can have, or of a password that smtplib cannot send.
            raise Unavailable(
                "SMTP_HOST is no valid name, or SMTP_USER or SMTP_PASSWORD is not ASCII."
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(f"The mail server did not answer ({type(error).__name__}).") from None

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
        try:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user and self.password:
                server.login(self.user, self.password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, message: Message) -> EmailMessage:
        """`EmailMessage` refuses line breaks in its headers."""
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = message.subject, self.sender, self.to
        mail["Date"] = localtime()
        mail["Message-ID"] = make_msgid(domain="ledgerloop.invalid")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail
