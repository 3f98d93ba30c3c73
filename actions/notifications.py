"""Messages to people. Contact data is read when the message goes out; the plan never holds any."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.mail import MAIL, Mail
from actions.gateways.messages import SLACK, TELEGRAM, Message
from actions.outcome import Failed, Outcome
from core.refs import resolve
from state_machines.customers import Customer


@action(
    "notify.email",
    title=_("Send an e-mail"),
    sentence=_("E-mail the customer: {subject}"),
    parameters={
        "subject": {"type": "string", "minLength": 1, "maxLength": 200},
        "text": {"type": "string", "minLength": 1, "maxLength": 20_000},
    },
    required=("subject", "text"),
    kind=EXTERNAL,
    queue="email",
)
def email(call: Call, subject: str, text: str) -> Outcome:
    """Send to the customer of the event."""
    if not call.customer:
        return Failed(f"{call.target} belongs to no customer, so nobody can be written to", retryable=False)
    customer = resolve(call.customer)
    if not isinstance(customer, Customer) or not customer.email:
        return Failed(f"{call.customer} has no e-mail address; add one and retry", retryable=False)
    one_line = " ".join(subject.split())
    mail = Mail(customer.email, one_line, text, call.key)
    return MAIL.through(lambda gateway: gateway.send(mail))


_SHORT = {
    "to": {"type": "string", "minLength": 1, "maxLength": 100},
    "text": {"type": "string", "minLength": 1, "maxLength": 4000},
}


@action(
    "notify.slack",
    title=_("Write to a Slack channel"),
    sentence=_("Write to the Slack channel {to}: {text}"),
    parameters=_SHORT,
    required=("to", "text"),
    kind=EXTERNAL,
    queue="low",
)
def slack(call: Call, to: str, text: str) -> Outcome:
    """For staff: a channel of their own."""
    return SLACK.through(lambda gateway: gateway.send(Message(to, text, call.key)))


@action(
    "notify.telegram",
    title=_("Write to a Telegram chat"),
    sentence=_("Write to the Telegram chat {to}: {text}"),
    parameters=_SHORT,
    required=("to", "text"),
    kind=EXTERNAL,
    queue="low",
)
def telegram(call: Call, to: str, text: str) -> Outcome:
    """For staff: a chat that the bot is a member of."""
    return TELEGRAM.through(lambda gateway: gateway.send(Message(to, text, call.key)))
