"""The message log: what was sent to whom, by which run, and what became of it. No text and no address stands in it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.declare import Call
from actions.gateways.mail import token_of
from actions.outcome import Done, Outcome
from core import clock
from core.erasing import erasable

CHANNELS = {"email": _("e-mail"), "sms": _("SMS"), "slack": _("Slack"), "telegram": _("Telegram")}
STATES = {
    "pending": _("being sent"),
    "failed": _("not sent"),
    "sent": pgettext_lazy("message", "sent"),
    "delivered": _("delivered"),
    "bounced": _("came back"),
    "complained": _("complained about"),
}
NOTICES = (
    "delivered",
    "bounced",
    "complained",
)  # what a mail service tells later, in the order in which one outdoes another


class SentMessage(models.Model):
    """One message. `key` is the idempotency key of the run that sends it, `token` what later notices call it.

    `customer` is a reference, empty for a message to staff; `template` the name of a text of the rules, empty where the
    rule has it; `address` the keyed hash of an e-mail address; `said` why it was not sent.
    """

    key = models.CharField(_("idempotency key"), max_length=340, unique=True)
    token = models.CharField(max_length=40, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=list(CHANNELS.items()))
    customer = models.CharField(_("customer"), max_length=100, default="", blank=True)
    rule = models.CharField(_("rule"), max_length=100)
    event_id = models.BigIntegerField(_("event"))
    template = models.CharField(_("text"), max_length=100, default="", blank=True)
    address = models.CharField(_("hash of the address"), max_length=64, default="", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=list(STATES.items()), default="pending")
    said = models.CharField(_("outcome"), max_length=500, default="", blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    told_at = models.DateTimeField(_("last notice"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["customer", "-id"], name="message_customer")]

    def __str__(self) -> str:
        return f"{self.channel} {self.customer or self.rule}"


erasable("the message log", lambda customer: SentMessage.objects.filter(customer=customer))


def begin(call: Call, channel: str, *, customer: str = "", template: str = "", address: str = "") -> SentMessage:
    """The entry of the call's message, written before it goes out; each further attempt is the same entry."""
    entry = SentMessage(
        key=call.key, token=token_of(call.key), channel=channel, customer=customer, rule=call.rule, event_id=call.event_id,
        template=template, address=address,
    )  # fmt: skip
    renewed = ("token", "channel", "customer", "rule", "event_id", "template", "address", "state", "said")
    SentMessage.objects.bulk_create([entry], update_conflicts=True, unique_fields=["key"], update_fields=renewed)
    return entry


def settle(entry: SentMessage, outcome: Outcome) -> Outcome:
    """The outcome itself; a notice that came before it stands."""
    found = {"state": "sent"} if isinstance(outcome, Done) else {"state": "failed", "said": outcome.reason[:500]}
    SentMessage.objects.filter(key=entry.key, state="pending").update(**found)
    return outcome


def tell(entry: SentMessage, state: str) -> bool:
    """Note what a service told of the message; whether that is more than was known."""
    later = NOTICES[NOTICES.index(state) :]
    rows = SentMessage.objects.filter(pk=entry.pk).exclude(state__in=later)
    return bool(rows.update(state=state, told_at=clock.now()))
