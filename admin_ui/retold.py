"""Outcomes of actions in the reader's language. They are stored as they were said, in English; those that are known here are
told again, with their numbers and names, and all others stay as they are."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from admin_ui import states

KNOWN = (
    _("recorded"),
    _("%(row)s is drawn up for %(other)s"),
    _("%(number)s item(s) of %(row)s are set up"),
    _("no item of %(row)s waits to be set up"),
    _("%(row)s stands for %(other)s"),
    _("%(row)s was ordered in no bundle"),
    _("no panel is entered; %(row)s would be %(state)s"),
    _("no panel is entered, so the account of %(row)s is only noted"),
    _("%(row)s is due on %(day)s"),
    _("%(change)s, now %(score)s"),
    _("ticket %(number)s is open for %(row)s already"),
    _("%(row)s has invoice %(number)s for its next period already"),
    _("%(row)s has invoice %(number)s already"),
    _("the profiles of %(row)s are made"),
    _("%(row)s has no VAT number"),
    _("%(row)s is written to again"),
    _("%(row)s has no account yet"),
    _("%(row)s is held for this cause already"),
    _("%(row)s is not held for this cause"),
    _("a payment of %(row)s is under way already"),
    _("nothing is left to pay on %(row)s"),
    _("the customer has no open wallet in that currency"),
    _("the customer has no default payment method that can be charged"),
    _("nothing is owed on it, or nothing is in the wallet"),
    _("the e-mail is sent"),
    _("more is known of the message already"),
    _("no active endpoint listens to %(event)s"),
    _("told %(number)s endpoint(s)"),
    _("there is a %(report)s report of this time already"),
    _("%(file)s is made"),
    _("%(note)s is written down"),
    _("%(row)s is %(state)s already"),
    _("%(row)s is %(state)s"),
)
_NAME = re.compile(r"%\((\w+)\)s")
_FITS = {
    "row": r"[a-z_]+:\d+",
    "other": r"[a-z_]+:\d+",
    "state": r"[a-z_]+",
    "number": r"[\w-]+",
    "change": r"[+-]\d+",
    "score": r"\d+",
    "day": r"\d{4}-\d\d-\d\d",
}


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _NAME.split(sentence)
    named = (f"(?P<{part}>{_FITS.get(part, '[^ ]+')})" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(named))


_PATTERNS = [(sentence, _pattern(sentence)) for sentence in KNOWN]


def retold(said: str) -> str:
    """The outcome in the language of the reader, where it is known here; else as it was said."""
    language = get_language() or "en"
    return said if language == "en" else _retold(said, language)


@lru_cache(maxsize=4096)
def _retold(said: str, _language: str) -> str:
    for sentence, pattern in _PATTERNS:
        if found := pattern.fullmatch(said):
            given = found.groupdict()
            if "state" in given:
                given["state"] = states.title_of(given["row"], given["state"])
            return gettext(sentence) % given if given else gettext(sentence)
    return said
