"""Messages to people. Contact data is read when the message goes out; the plan never holds any."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.mail import MAIL, Mail
from actions.gateways.messages import SLACK, SMS, TELEGRAM, Message
from actions.message_log import begin, settle
from actions.outcome import Failed, Outcome, Skipped
from actions.suppressions import hashes, why_spared
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
    if spared := why_spared(customer.email):
        return Skipped(spared)
    found = write(call, template, customer) if template else Written(" ".join(subject.split()), text)
    if isinstance(found, Failed):
        return found
    mail = Mail(customer.email, found.subject, found.text, call.key)
    entry = begin(call, "email", customer=customer.ref, template=template, address=hashes(mail.to)[0])
    return settle(entry, MAIL.through(lambda gateway: gateway.send(mail)))


@action(
    "notify.sms",
    title=_("Send an SMS"),
    sentence=_("Send the customer an SMS"),
    parameters={
        "template": {"type": "string", "minLength": 1, "maxLength": 100, "names": "text"},
        "text": {"type": "string", "minLength": 1, "maxLength": 480},
    },
    kind=EXTERNAL,
    queue="high",
)
def sms(call: Call, template: str = "", text: str = "") -> Outcome:
    """To the telephone number of the customer of the event; of one of the texts of the rules, its text alone."""
    if bool(template) == bool(text):
        return Failed("an SMS needs either a template or a text; correct the rule", retryable=False)
    customer = resolve(call.customer) if call.customer else None
    if not isinstance(customer, Customer) or not customer.phone:
        whose = call.customer or call.target
        return Failed(f"{whose} has no telephone number; add one and retry", retryable=False)
    found = write(call, template, customer) if template else Written("", text)
    if isinstance(found, Failed):
        return found
    message = Message(customer.phone, " ".join(found.text.split())[:480], call.key)
    entry = begin(call, "sms", customer=customer.ref, template=template)
    return settle(entry, SMS.through(lambda gateway: gateway.send(message)))


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
    return settle(begin(call, "slack"), SLACK.through(lambda gateway: gateway.send(Message(to, text, call.key))))


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
    return settle(begin(call, "telegram"), TELEGRAM.through(lambda gateway: gateway.send(Message(to, text, call.key))))
