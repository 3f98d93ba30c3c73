"""Messages to people. Contact data is read when the message goes out; the plan never holds any."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.mail import MAIL, Mail
from actions.gateways.messages import SLACK, TELEGRAM, Message
from actions.outcome import Failed, Outcome
from actions.texts import write
from core.refs import resolve
from rules.texts import Written
from state_machines.customers import Customer


@action(
    "notify.email",
    title=_("Send an e-mail"),
    sentence=_("E-mail the customer"),
    parameters={
        "template": {"type": "string", "minLength": 1, "maxLength": 100, "names": "text"},
        "subject": {"type": "string", "minLength": 1, "maxLength": 200},
        "text": {"type": "string", "minLength": 1, "maxLength": 20_000},
    },
    kind=EXTERNAL,
    queue="email",
)
def email(call: Call, template: str = "", subject: str = "", text: str = "") -> Outcome:
    """Send to the customer of the event: one of the texts of the rules, or a subject and a text written in the rule."""
    if bool(template) == bool(subject and text):
        return Failed("an e-mail needs either a template, or a subject and a text; correct the rule", retryable=False)
    if not call.customer:
        return Failed(f"{call.target} belongs to no customer, so nobody can be written to", retryable=False)
    customer = resolve(call.customer)
    if not isinstance(customer, Customer) or not customer.email:
        return Failed(f"{call.customer} has no e-mail address; add one and retry", retryable=False)
    found = write(call, template, customer) if template else Written(" ".join(subject.split()), text)
    if isinstance(found, Failed):
        return found
    mail = Mail(customer.email, found.subject, found.text, call.key)
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
