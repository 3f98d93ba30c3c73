"""Changing one number of the house, a segment or a customer: typed, shown with its effect, and then published in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_ui import people
from admin_ui.handing_in import hand_in
from admin_ui.numbers import as_typed, kind_of, numbers, value_of
from admin_ui.pages import page, typed
from admin_ui.rule_texts import starting_text
from core import refs
from core.errors import PravilaError
from rules.describing import differences
from rules.document.model import Document
from rules.params import misfit
from rules.parts import GONE, Parts
from rules.preview import Preview, preview
from rules.reading import document_of, live_document, live_version
from rules.rule_sets import HOUSE, RuleSet
from rules.weights import approvals_needed
from rules.writing import rewritten

SHOWN = 300


@dataclass(frozen=True)
class Change:
    """One number of one set: the new text of the set, and what is otherwise by it. `problem` where it cannot be."""

    set: str
    text: str = ""
    said: tuple[str, ...] = ()
    approvals: int = 0
    effect: Preview | None = None
    problem: str = ""


def numbers_page(request: HttpRequest) -> HttpResponse:
    """/staff/numbers/"""
    asked = {name: typed(request.GET, name, 100) for name in ("q", "of")}
    words = asked["q"].lower().split()
    found = [one for one in numbers(asked["of"]) if all(word in one.words for word in words)]
    return page(
        request, "admin_ui/numbers.html", _("Numbers"),
        asked=asked, found=[(one, kind_of(one.declared)) for one in found[:SHOWN]],
        sets=[HOUSE, *RuleSet.objects.exclude(key=HOUSE).exclude(live=None).order_by("key").values_list("key", flat=True)[:SHOWN]],
        may_write=people.has_role(request, people.WRITERS), is_fullwidth="1",
    )  # fmt: skip


def number_page(request: HttpRequest, name: str) -> HttpResponse:
    """/staff/numbers/<name>/?of=customer:17: type a value, see its effect, publish it."""
    given = request.POST if request.method == "POST" else request.GET
    key = typed(given, "of", 100) or HOUSE
    house = live_document(HOUSE)
    if house is None or name not in house.params:
        return HttpResponseRedirect(reverse("numbers"))
    declared, change = house.params[name], None
    value = typed(given, "value", 2000)
    if request.method == "POST":
        people.demand(request, people.WRITERS)
        change = changed(key, name, None if "inherit" in given else value, house)
        if "publish" in given and not change.problem:
            title = gettext("%(name)s: %(value)s") % {"name": name, "value": value.replace("\n", ", ") or "–"}
            back = f"{reverse('numbers')}?{urlencode({'q': name, 'of': key if key != HOUSE else ''})}"
            to = hand_in(request, key, change.text, title=title, approvals=change.approvals, back=back)
            if to is not None:
                return HttpResponseRedirect(to)
    present = document_of(live_version(key), key).params.get(name) if key != HOUSE else declared.get("default")
    return page(
        request, "admin_ui/number.html", str(declared.get("title") or name),
        name=name, of=key, declared=declared, kind=kind_of(declared), change=change, house=as_typed(declared.get("default")),
        own=key != HOUSE and present is not None, inherit="inherit" in given,
        value=value if request.method == "POST" else as_typed(present if present is not None else declared.get("default")),
        number=next((one for one in numbers(key) if one.name == name), None),
        rows=4 if "\n" in as_typed(declared.get("default")) else 1, may_write=people.has_role(request, people.WRITERS),
    )  # fmt: skip


def changed(key: str, name: str, text: str | None, house: Document) -> Change:
    """The set `key` with this value of the parameter, or without one of its own where `text` is None. Changes nothing."""
    if key != HOUSE and not key.startswith("segment:"):
        try:
            refs.resolve(key)
        except PravilaError as unknown:
            return Change(key, problem=str(unknown))
    declared = house.params[name]
    value = GONE if text is None else value_of(text, declared)
    if text is None and key == HOUSE:
        return Change(key, problem=gettext("the house must have a value"))
    if text is not None and (wrong := misfit(declared, value)):
        return Change(key, problem=wrong)
    old = document_of(live_version(key), key)
    part: Parts = {("params", name, "default") if key == HOUSE else ("params", name): value}
    made = rewritten(starting_text(key), _data(key, old), part)
    new = _document(old, name, value, key)
    said = tuple(differences(old.data, new.data))
    if not said:
        return Change(key, problem=gettext("it has this value already"))
    below = house.data if key != HOUSE else None
    effect = preview(old, new, house if key != HOUSE else None)
    return Change(key, made, said, approvals_needed(old.data, new.data, below, usually=1), effect)


def _data(key: str, old: Document) -> dict[str, Any]:
    """What the text with which a change begins reads as."""
    return old.data if live_version(key) is not None else {"set": key, "params": {}, "mute": {}, "rules": []}


def _document(old: Document, name: str, value: Any, key: str) -> Document:
    params = {other: item for other, item in old.data.get("params", {}).items() if other != name or value is not GONE}
    if value is not GONE:
        params[name] = {**params[name], "default": value} if key == HOUSE else value
    return Document({**old.data, "params": params}, name=old.name)
