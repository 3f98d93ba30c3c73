"""The sentence editor: the rules of a change request as When, If and Then, whose words can be chosen."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.editor.desk import MAX_RULE, Desk, a_new_rule, types_of
from admin_ui.editor.edits import BadEdit
from admin_ui.editor.known import Known
from admin_ui.editor.sections import sentence_of
from admin_ui.event_search import named
from admin_ui.pages import page, typed
from admin_ui.rule_sets import title_of
from core.errors import PravilaError
from core.http import in_words, sentence
from core.said import said
from rules import drafting
from rules.change_requests import ChangeRequest
from rules.document.json_text import read_json
from rules.document.model import Document
from rules.document.plain import faults
from rules.document.problem import Misplaced
from rules.document.source import Unreadable
from rules.document.splicing import CannotSplice, Spliced
from rules.editing import EditedMeanwhile, edit
from rules.passing import passing
from rules.rule import build_rule


def sentences_page(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/rules/changerequest/<key>/sentences/: every rule of the set in a sentence."""
    draft = _draft(key)
    try:
        document = drafting.document_in(draft.text)
    except CannotSplice as cannot:
        messages.error(request, in_words(cannot.args[0]))
        return HttpResponseRedirect(reverse("admin:rules_changerequest_change", args=[draft.pk]))
    house = drafting.house_of(document)
    params = json.dumps((house or document).params)
    muted = document.mute.get
    inherited = [
        (rule, _said(drafting.as_changed(document, rule), params), rule["key"] in document.change, muted(rule["key"]))
        for rule in (house.rules if house else [])
    ]
    own = [(rule, _said(rule, params)) for rule in document.data.get("rules") or [] if isinstance(rule, dict)]
    return page(
        request, "admin_ui/sentences.html", draft.title, draft=draft, own=own, inherited=inherited,
        set_title=title_of(draft.rule_set.key), may_write=_may_write(request, draft),
    )  # fmt: skip


def rule_page(request: HttpRequest, key: int) -> HttpResponse:
    """…/sentences/rule/?key=…: one rule, to be changed; ?event=… begins a new one from a past event."""
    draft = _draft(key)
    if request.method == "POST":
        return _save(request, draft)
    try:
        desk = _begin(request, draft, drafting.document_in(draft.text))
    except CannotSplice as cannot:
        messages.error(request, in_words(cannot.args[0]))
        return HttpResponseRedirect(reverse("admin:rules_changerequest_change", args=[draft.pk]))
    return _show(request, draft, desk, draft.changed_at.isoformat())


@require_POST
def lines(request: HttpRequest, key: int) -> JsonResponse:
    """The rule of the page after one edit: its document, its lines as HTML, its sentence and its problems."""
    draft = _draft(key)
    try:
        desk, given = _desk(request, draft)
        if isinstance(given.get("edit"), dict):
            desk.change(given["edit"])
    except (BadEdit, CannotSplice, Unreadable) as bad:
        return JsonResponse({"problem": in_words(bad.args[0])}, status=422)
    return JsonResponse(_drawn(desk, may_write=_may_write(request, draft)))


@require_POST
def passed(request: HttpRequest, key: int) -> JsonResponse:
    """Of how many of the newest events each condition of the rule of the page was true."""
    draft = _draft(key)
    try:
        desk, _given = _desk(request, draft)
        rule = build_rule(desk.rule)
    except (BadEdit, CannotSplice, Unreadable, Misplaced, KeyError, TypeError, ValueError, AttributeError):
        return JsonResponse({"events": 0, "conditions": {}, "left": [], "said": ""})
    problems = drafting.problems_of(desk.document, desk.rule, desk.former, inherited=desk.inherited is not None)
    if any(one.severity == "error" and one.pointer.startswith(("/when", "/if")) for one in problems):
        return JsonResponse({"events": 0, "conditions": {}, "left": [], "said": ""})
    found = passing(rule, types_of(desk.known()), desk.values)
    numbers = {"true": found.acts, "events": found.events}
    conditions = {
        pointer: {
            "share": one.true / found.events if found.events else 0,
            "said": gettext("%(true)s of the last %(events)s events pass") % {"true": one.true, "events": found.events}
            + (f", {gettext('%(count)s unknown') % {'count': one.unknown}}" if one.unknown else ""),
        }
        for pointer, one in found.conditions.items()
    }
    said = gettext("It would have been true of %(true)s of the last %(events)s such events.") % numbers
    if not found.events:
        said = gettext("No such event has happened yet.")
    return JsonResponse(
        {
            "events": found.events,
            "conditions": conditions,
            "left": [[found.events, *[n for _p, n in found.left]]],
            "said": said,
        }
    )


def _draft(key: int) -> ChangeRequest:
    found = ChangeRequest.objects.select_related("rule_set").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _may_write(request: HttpRequest, draft: ChangeRequest) -> bool:
    return people.has_role(request, people.WRITERS) and draft.is_open


def _said(rule: dict[str, Any], params: str) -> str:
    return _kept_sentence(json.dumps(rule), params, get_language())


@lru_cache(maxsize=4096)
def _kept_sentence(rule: str, params: str, _language: str | None) -> str:
    made = json.loads(rule)
    return sentence_of(made, Known(made.get("when"), json.loads(params)))


def _begin(request: HttpRequest, draft: ChangeRequest, document: Document) -> Desk:
    """What the address asks for: a rule of the set, one that it inherits, or a new one."""
    wanted, name = typed(request.GET, "key"), typed(request.GET, "event")
    rule = drafting.rule_of(document, wanted) if wanted else None
    if rule is not None:
        return Desk(document, rule, wanted)
    house = drafting.house_of(document)
    inherited = drafting.rule_of(house, wanted) if house is not None and wanted else None
    if inherited is not None:
        return Desk(document, drafting.as_changed(document, inherited), wanted, inherited)
    if wanted:
        raise Http404
    event = named(name) if name else None
    if event is None:
        return Desk(document, a_new_rule("", {}))
    facts = event.as_document()["facts"]
    chosen = {path: value for path in request.GET.getlist("fact")[:20] if (value := _at(facts, path)) is not None}
    return Desk(document, a_new_rule(event.type, chosen))


def _at(facts: Any, path: str) -> Any:
    for part in path.split("."):
        facts = facts.get(part) if isinstance(facts, dict) else None
    return facts


def _desk(request: HttpRequest, draft: ChangeRequest) -> tuple[Desk, dict[str, Any]]:
    """What the page sent: {rule, former, opened, edit}. Raises BadEdit, Unreadable or CannotSplice."""
    text = typed(request.POST, "state", MAX_RULE)
    given = read_json(text)
    if not isinstance(given, dict) or not isinstance(given.get("rule"), dict):
        raise BadEdit(said("there is no rule in it"))
    if wrong := next(iter(faults(given)), None):
        raise BadEdit(wrong[1])
    document = drafting.document_in(draft.text)
    former = given.get("former") if isinstance(given.get("former"), str) else ""
    house = drafting.house_of(document)
    inherited = None
    if house is not None and former and drafting.rule_of(document, str(former)) is None:
        inherited = drafting.rule_of(house, str(former))
    opened = [place for place in given.get("opened", []) if isinstance(place, str)][:200]
    return Desk(document, given["rule"], str(former), inherited, opened), given


def _drawn(desk: Desk, *, may_write: bool) -> dict[str, Any]:
    sections, left = desk.sections()
    known = Known(desk.rule.get("when"), desk.params)
    problems = [line for section in sections for first in section.lines for line in first.walk() if line.problems]
    found = [one for line in problems for one in line.problems] + left
    context = {
        "sections": sections,
        "left": left,
        "rule": desk.rule,
        "may_write": may_write,
        "inherited": desk.inherited,
    }
    return {
        "rule": desk.rule,
        "opened": desk.opened,
        "html": render_to_string("admin_ui/sentence_lines.html", context),
        "sentence": sentence_of(desk.rule, known),
        "findings": [
            {"severity": one.severity, "pointer": one.pointer, "message": in_words(one.message)} for one in found
        ],
    }


def _show(request: HttpRequest, draft: ChangeRequest, desk: Desk, seen: str, *, dirty: bool = False) -> HttpResponse:
    may_write = _may_write(request, draft)
    drawn = _drawn(desk, may_write=may_write)
    state = {"rule": desk.rule, "former": desk.former, "opened": desk.opened, "dirty": dirty, "seen": seen}
    title = str(desk.rule.get("title") or desk.rule.get("key") or gettext("A new rule"))
    return page(
        request, "admin_ui/sentence_editor.html", title, draft=draft, desk=desk, drawn=drawn, state=state, seen=seen,
        set_title=title_of(draft.rule_set.key), may_write=may_write, is_fullwidth="1",
    )  # fmt: skip


def _save(request: HttpRequest, draft: ChangeRequest) -> HttpResponse:
    """Put the rule into the text; what cannot be put in is said, and stays on the page."""
    seen = typed(request.POST, "seen")
    try:
        desk, _given = _desk(request, draft)
    except (BadEdit, CannotSplice, Unreadable) as bad:
        messages.error(request, in_words(bad.args[0]))
        return HttpResponseRedirect(reverse("admin:rule_sentences", args=[draft.pk]))
    try:
        made = _put(desk, draft.text, take_out="remove" in request.POST)
        edit(draft, text=made.text, seen=seen, actor=people.actor(request))
    except (CannotSplice, EditedMeanwhile, PravilaError) as refused:
        messages.error(request, sentence(refused) if isinstance(refused, PravilaError) else in_words(refused.args[0]))
        return _show(request, draft, desk, seen, dirty=True)
    messages.success(request, gettext("Saved. Nothing changes for customers before it is published."))
    if made.lost:
        said = " ".join(made.lost)
        messages.warning(
            request, gettext("These comments went with what was taken out: %(said)s") % {"said": said[:500]}
        )
    return HttpResponseRedirect(reverse("admin:rule_sentences", args=[draft.pk]))


def _put(desk: Desk, text: str, *, take_out: bool) -> Spliced:
    if desk.inherited is not None:
        return drafting.with_change(text, desk.document, desk.inherited if take_out else desk.rule, desk.inherited)
    if take_out:
        return drafting.without_rule(text, desk.document, desk.former)
    return drafting.with_rule(text, desk.document, desk.rule, desk.former)
