"""Editing the texts of messages: shown as a given object's reader would get them, in every language, and sent to oneself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actions.gateways.mail import MAIL, Mail
from actions.outcome import Failed
from actions.texts import tried
from admin_ui import people
from admin_ui.handing_in import hand_in
from admin_ui.pages import page, typed
from admin_ui.rule_texts import starting_text
from admin_ui.texts import newest_for, texts, written_in
from core import audit, refs
from core.acting import acting
from core.errors import PravilaError
from rules.document.model import Document
from rules.parts import Parts
from rules.reading import document_of, live_document, live_version
from rules.rule_sets import HOUSE
from rules.templates import MAX_TEMPLATE
from rules.texts import PARTS, Written
from rules.weights import approvals_needed
from rules.writing import rewritten

LONGEST = {"subject": 500, "text": MAX_TEMPLATE}


@dataclass(frozen=True)
class Shown:
    """One language of a text on the page: what is typed, and how it reads; `problem` where it cannot be written."""

    language: str
    subject: str
    text: str
    written: Written | None = None
    problem: str = ""


def texts_page(request: HttpRequest) -> HttpResponse:
    """/staff/texts/"""
    return page(request, "admin_ui/texts.html", _("Texts"), found=texts(), is_fullwidth="1")


def text_page(request: HttpRequest, name: str) -> HttpResponse:
    """/staff/texts/<name>/?of=segment:vip: edit, look at it on an object, send it to oneself, put it in force."""
    given = request.POST if request.method == "POST" else request.GET
    key = typed(given, "of", 100) or HOUSE
    house = live_document(HOUSE)
    if house is None or name not in house.texts:
        return HttpResponseRedirect(reverse("texts"))
    old = document_of(live_version(key), key)
    present = written_in(old if key != HOUSE else None, name, house)
    parts = _typed(request, present) if request.method == "POST" else present
    ref = typed(given, "object", 100) or newest_for(house, name)
    shown = [_shown(name, language, written, ref) for language, written in parts.items()]
    if request.method == "POST" and not _problem(request, key):
        if "send" in given:
            _send(request, name, shown)
        elif "publish" in given and (to := _publish(request, key, name, parts, old, house)) is not None:
            return HttpResponseRedirect(to)
    return page(
        request, "admin_ui/text.html", name, name=name, of=key, shown_for=ref, shown=shown,
        longest=LONGEST, rules=next((one.rules for one in texts() if one.name == name), ()),
        may_write=people.has_role(request, people.WRITERS),
    )  # fmt: skip


def _typed(request: HttpRequest, present: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """What was typed; a text ends with a line's end, as it does in files."""
    made = {}
    for language in present:
        found = {part: typed(request.POST, f"{language}-{part}", LONGEST[part]) for part in PARTS}
        text = found["text"].replace("\r\n", "\n")
        made[language] = {"subject": found["subject"], "text": f"{text}\n" if text else ""}
    return made


def _shown(name: str, language: str, parts: dict[str, str], ref: str) -> Shown:
    plain = Shown(language, parts["subject"], parts["text"])
    if not ref:
        return Shown(language, plain.subject, plain.text, problem=gettext("name an object to see it filled in"))
    found = tried(parts, language, ref)
    if isinstance(found, Written):
        return Shown(language, plain.subject, plain.text, found)
    return Shown(language, plain.subject, plain.text, problem=found)


def _problem(request: HttpRequest, key: str) -> bool:
    """Whether there is nobody such; and says so."""
    if key == HOUSE or key.startswith("segment:"):
        return False
    try:
        refs.resolve(key)
    except PravilaError as unknown:
        messages.error(request, str(unknown))
        return True
    return False


def _send(request: HttpRequest, name: str, shown: list[Shown]) -> None:
    """Every language that can be written, to the person who looks at the page."""
    people.demand(request, people.WRITERS)
    address = getattr(request.user, "email", "")
    if not address:
        messages.error(request, gettext("There is no e-mail address in your account; an administrator can enter it."))
        return
    for one in shown:
        if one.written is None:
            messages.error(request, f"{one.language}: {one.problem}")
            continue
        mail = Mail(address, one.written.subject, one.written.text, f"text/{uuid.uuid4().hex}")
        outcome = MAIL.through(lambda gateway, mail=mail: gateway.send(mail))  # type: ignore[misc]
        if isinstance(outcome, Failed):
            messages.error(request, f"{one.language}: {outcome.reason}")
        else:
            messages.success(request, gettext("%(language)s: sent to you.") % {"language": one.language})
    with acting(people.actor(request)):
        audit.note("text.tried", f"text:{name}")


def _publish(
    request: HttpRequest, key: str, name: str, parts: dict[str, dict[str, str]], old: Document, house: Document
) -> str | None:
    people.demand(request, people.WRITERS)
    present = written_in(old if key != HOUSE else None, name, house)
    new = {language: given for language, given in parts.items() if not _same(given, present[language])}
    if not new:
        messages.error(request, gettext("it reads so already"))
        return None
    changes: Parts = {("texts", name, language): dict(written) for language, written in new.items()}
    if name not in old.texts:
        changes[("texts", name)] = True
    data: dict[str, Any] = (
        old.data if live_version(key) is not None else {"set": key, "params": {}, "mute": {}, "rules": []}
    )
    made = {**data, "texts": {**data.get("texts", {}), name: {**old.texts.get(name, {}), **new}}}
    approvals = approvals_needed(data, made, house.data if key != HOUSE else None, usually=1)
    back = f"{reverse('text', args=[name])}?{urlencode({'of': key})}"
    title = gettext("Text %(name)s (%(languages)s)") % {"name": name, "languages": ", ".join(new)}
    text = rewritten(starting_text(key), data, changes)
    return hand_in(request, key, text, title=title, approvals=approvals, back=back)


def _same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two read alike; a form takes blanks at the ends away."""
    return all(one[part].strip() == other[part].strip() for part in PARTS)
