"""Letters by e-mail (邮件), over SMTP.

One letter is sent between two commits, so sending waits for the server's answer anyway: the standard library's client
serves, and one connection serves a whole run.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from notifications.channels import Away, Delayed, Post, Refused
from workflow.settings import Settings

#: for each answer of the server; far less than the lease of a letter
TIMEOUT_SECONDS = 30
SENDER_NAME = "在岗"


class EmailChannel:
    """A connection to the mail server of ``settings``, opened with the first letter."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def send(self, post: Post) -> None:
        message = self._message(post)
        server = self._connected()
        try:
            server.send_message(message, self._settings.mail_from, [post.address])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, answer = next(iter(refusal.recipients.values()))
            self._refused(code, answer)
        except smtplib.SMTPSenderRefused as refusal:
            # our own address is not welcome: no letter would fare better
            self.close()
            raise Away(_said(refusal.smtp_code, refusal.smtp_error)) from refusal
        except smtplib.SMTPResponseException as refusal:
            self._refused(refusal.smtp_code, refusal.smtp_error)
        except smtplib.SMTPNotSupportedError as refusal:
            self.close()
            raise Refused(str(refusal)) from refusal
        except (OSError, smtplib.SMTPException) as broken:
            self.close()
            raise Delayed(f"{type(broken).__name__}: {broken}") from broken

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _refused(self, code: int, answer: bytes | str) -> None:
        self.close()
        raise (Refused if 500 <= code < 600 else Delayed)(_said(code, answer))

    def _connected(self) -> smtplib.SMTP:
        """The open connection if the server still listens, else a new one. Raises Away."""
        if self._server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._server.noop()[0] == 250:
                    return self._server
            self.close()
        settings = self._settings
        try:
            self._server = smtplib.SMTP(settings.smtp_host or "", settings.smtp_port, timeout=TIMEOUT_SECONDS)
            if settings.smtp_starttls:
                self._server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
                self._server.login(settings.smtp_user, password)
        except (OSError, smtplib.SMTPException) as broken:
            self.close()
            raise Away(f"{type(broken).__name__}: {broken}") from broken
        return self._server

    def _message(self, post: Post) -> EmailMessage:
        sender = self._settings.mail_from
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = f"{SENDER_NAME} <{sender}>"
            message["To"] = post.address
            message["Subject"] = post.subject
        except ValueError as fault:  # a line break where none may be
            raise Refused(str(fault)) from fault
        message["Date"] = format_datetime(post.at)
        message["Message-ID"] = f"<{post.key}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(post.body, cte="base64")
        return message


def _said(code: int, answer: bytes | str) -> str:
    return f"{code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
