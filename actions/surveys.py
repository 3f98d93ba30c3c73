"""Surveys: a service outside asks the customer, and keeps what they answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.asking import SURVEYS, Question
from actions.outcome import Failed, Outcome, Skipped
from actions.suppressions import why_spared
from core.refs import resolve
from state_machines.customers import Customer


@action(
    "survey.send",
    title=_("Ask the customer how it was"),
    sentence=_("Ask the customer by the survey {survey}"),
    parameters={"survey": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$", "maxLength": 60}},
    required=("survey",),
    kind=EXTERNAL,
    queue="email",
)
def send(call: Call, survey: str) -> Outcome:
    """One invitation for a key, to who agreed to such letters; an address that is spared is asked nothing."""
    customer = resolve(call.customer) if call.customer else None
    if not isinstance(customer, Customer) or not customer.email:
        return Failed(f"{call.customer or call.target} has no e-mail address; add one and retry", retryable=False)
    if not customer.marketing_consent:
        return Skipped(f"{customer.ref} did not agree to such letters")
    if spared := why_spared(customer.email):
        return Skipped(spared)
    body = {"survey": survey, "email": customer.email, "language": customer.language, "object": call.target}
    return SURVEYS.through(lambda gateway: gateway.ask(Question("/invitations", body, call.key)))
