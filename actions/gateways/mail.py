"""The door to e-mail."""

from __future__ import annotations

import hashlib
import smtplib
from dataclasses import dataclass, field
from typing import Protocol

from django.core.mail import EmailMessage
from django.utils.translation import gettext_lazy as _

from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome


def token_of(key: str) -> str:
    """What a message is called outside; it tells nothing of the run."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Mail:
    """One message. `key` is the idempotency key: the same message sent again has the same Message-ID."""

    to: str
    subject: str
    text: str
    key: str

    @property
    def token(self) -> str:
        """What notices of the mail service call the message."""
        return token_of(self.key)

    @property
    def message_id(self) -> str:
        return f"<{self.token}@pravila>"


class MailGateway(Protocol):
    def send(self, mail: Mail) -> Outcome:
        """Send, or say why not; a refusal by the receiving server is permanent, silence is not."""


class DjangoMail:
    """Sends through Django's configured mail backend: SMTP, or files in the var folder."""

    def send(self, mail: Mail) -> Outcome:
        message = EmailMessage(mail.subject, mail.text, to=[mail.to], headers={"Message-ID": mail.message_id})
        request = {"to": mail.to, "subject": mail.subject, "message_id": mail.message_id}
        try:
            message.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            return Failed(f"the mail server refused it: {type(refused).__name__}", retryable=False, request=request)
        except (smtplib.SMTPException, OSError) as error:
            return Failed(f"the mail server did not take it: {type(error).__name__}", retryable=True, request=request)
        return Done("the e-mail is sent", request=request)


@dataclass
class MailDouble:
    """Records instead of sending; `answers` are given first, in order."""

    sent: list[Mail] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    def send(self, mail: Mail) -> Outcome:
        self.sent.append(mail)
        return self.answers.pop(0) if self.answers else Done("recorded")


MAIL: Door[MailGateway] = Door("mail", _("E-mail"), real=DjangoMail, double=MailDouble)
