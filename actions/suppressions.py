"""Addresses that are not written to any more, because mail to them came back or was complained about."""

from __future__ import annotations

from django.conf import settings
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.message_log import NOTICES, SentMessage, tell
from actions.outcome import Done, Failed, Outcome, Skipped
from core import clock
from core.erasing import erasable
from core.machine import lock, record
from core.refs import resolve
from state_machines.customers import Customer
from state_machines.webhooks import Webhook

CAUSES = {"bounced": _("mail came back"), "complained": _("somebody complained")}
EVENTS = {"bounced": "customer.mail_bounced", "complained": "customer.mail_complained"}


class Suppression(models.Model):
    """An address that is spared, by its keyed hash."""

    address = models.CharField(_("hash of the address"), max_length=64, primary_key=True)
    customer = models.CharField(_("customer"), max_length=100, db_index=True)
    cause = models.CharField(_("cause"), max_length=20, choices=list(CAUSES.items()))
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return self.address


erasable("suppressed addresses", lambda customer: Suppression.objects.filter(customer=customer))


UNKNOWN = Skipped("the notice names no message that is known here")


def hashes(address: str) -> list[str]:
    """The keyed hashes of an address, under the present key and then the former ones; one way, and none without a key."""
    plain = address.strip().lower()
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac("pravila mail addresses", plain, key, algorithm="sha256").hexdigest() for key in keys]


def why_spared(address: str) -> str | None:
    """None, or why the address is not written to."""
    found = Suppression.objects.filter(address__in=hashes(address)).first()
    if found is None:
        return None
    said = f"the address is spared since {clock.day_of(found.since)} ({found.cause})"
    return f"{said}; enter another one, or release it with mail.release"


@action(
    "mail.suppress",
    title=_("Write to the address no more"),
    sentence=_("Write no more to the address that the notice is about"),
    parameters={"cause": {"type": "string", "enum": list(CAUSES)}},
    required=("cause",),
    targets=("webhook",),
    inverse="mail.release",
)
@transaction.atomic
def suppress(call: Call, cause: str) -> Outcome:
    """The address of the message that the notice names, with an event of its customer."""
    sent = _message_of(call)
    if sent is None:
        return UNKNOWN
    tell(sent, cause)
    lock(Customer, int(sent.customer.partition(":")[2]))
    _row, made = Suppression.objects.get_or_create(
        address=sent.address, defaults={"customer": sent.customer, "cause": cause}
    )
    if not made:
        return Skipped(f"an address of {sent.customer} is spared already")
    record(sent.customer, EVENTS[cause], {"address": sent.address})
    return Done(f"an address of {sent.customer} is written to no more")


@action(
    "mail.note",
    title=_("Note what became of a message"),
    sentence=_("Note in the message log that the message was {state}"),
    parameters={"state": {"type": "string", "enum": list(NOTICES)}},
    required=("state",),
    targets=("webhook",),
)
def note(call: Call, state: str) -> Outcome:
    """In the message log, of the message that the notice names."""
    sent = _message_of(call)
    if sent is None:
        return UNKNOWN
    return Done(f"noted as {state}") if tell(sent, state) else Skipped("more is known of the message already")


def _message_of(call: Call) -> SentMessage | None:
    alias = Webhook.objects.get(pk=call.row().pk).alias
    return SentMessage.objects.filter(token=alias).first() if alias else None


@action(
    "mail.release",
    title=_("Write to the address again"),
    sentence=_("Write to the customer's address again"),
    targets=("customer",),
    inverse="mail.suppress",
)
@transaction.atomic
def release(call: Call) -> Outcome:
    """The present address of the customer."""
    customer = resolve(call.target)
    if not isinstance(customer, Customer) or not customer.email:
        return Failed(f"{call.target} has no e-mail address", retryable=False)
    lock(Customer, customer.pk)
    known = hashes(customer.email)
    if not Suppression.objects.filter(address__in=known).delete()[0]:
        return Skipped(f"the address of {customer.ref} is not spared")
    record(customer, "customer.mail_released", {"address": known[0]})
    return Done(f"{customer.ref} is written to again")
