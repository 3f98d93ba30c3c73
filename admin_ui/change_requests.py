"""Change requests: editing a text of rules with its problems beside the lines, and publishing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.change_review import review_page
from admin_ui.links import page_of
from admin_ui.pages import OwnPage, attempt, page, staff
from admin_ui.rule_sets import title_of
from admin_ui.rule_texts import as_data
from admin_ui.sentences_page import lines, passed, rule_page, sentences_page
from admin_ui.templatetags.staff import badge
from core.http import sentence
from core.permission import APPROVER
from rules.change_requests import WRITERS, ChangeRequest
from rules.editing import EditedMeanwhile, edit
from rules.publish import publish_now
from rules.reading import read


class ChangeForm(forms.Form):
    """Title and text; `seen` is the moment of the text that the person had before them."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("What it changes"), max_length=200)
    text = forms.CharField(label=_("Rules (YAML)"), max_length=2_000_000, strip=False)

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


@admin.register(ChangeRequest)
class ChangeRequestAdmin(OwnPage):
    """The list of change requests, and the editor."""

    list_display = ("title", "rule_set", "show_state", "author", "changed_at", "published")
    list_select_related = ("rule_set", "published__rule_set")
    search_fields = ("title", "=rule_set__key")

    @admin.display(description=_("state"), ordering="state")
    def show_state(self, row: ChangeRequest) -> SafeString:
        return badge(row.state, row.get_state_display())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("text", "published__text", "published__document")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<int:key>/check/", staff(check_text), name="check_rules"),
            path("<int:key>/sentences/", staff(sentences_page), name="rule_sentences"),
            path("<int:key>/sentences/rule/", staff(rule_page), name="rule_sentence"),
            path("<int:key>/sentences/lines/", staff(lines, roles=WRITERS), name="rule_lines"),
            path("<int:key>/sentences/passed/", staff(passed), name="rule_passed"),
            path("<int:key>/review/", staff(review_page), name="review_change"),
            *super().get_urls(),
        ]

    def show(self, request: HttpRequest, draft: ChangeRequest) -> HttpResponse:
        may_write = people.has_role(request, WRITERS) and draft.is_open
        given = {"title": draft.title, "text": draft.text, "seen": draft.changed_at.isoformat()}
        form = ChangeForm(request.POST or None, initial=given)
        if request.method == "POST":
            if not may_write:
                messages.error(request, gettext("You may not change these rules. Ask an author or an approver."))
                return HttpResponseRedirect(page_of(draft))
            if form.is_valid():
                try:
                    return _save(request, draft, form.cleaned_data)
                except EditedMeanwhile as late:
                    form.add_error(None, sentence(late))
        text = form["text"].value() or ""
        _document, problems = read(text, draft.rule_set.key)
        return page(
            request, "admin_ui/change_request.html", draft.title,
            draft=draft, form=form, seen=given["seen"], text=text, problems=as_data(problems), may_write=may_write,
            may_publish=people.has_role(request, (APPROVER,)), set_title=title_of(draft.rule_set.key), is_fullwidth="1",
        )  # fmt: skip


def _save(request: HttpRequest, draft: ChangeRequest, given: dict[str, Any]) -> HttpResponse:
    """Save, and go on to what the button asks for. Raises EditedMeanwhile."""
    who = people.actor(request)
    draft = edit(draft, title=given["title"], text=given["text"], seen=given["seen"], actor=who)
    if "publish" not in request.POST:
        messages.success(request, gettext("Saved. Nothing changes for customers before it is published."))
    elif any(problem.severity == "error" for problem in read(draft.text, draft.rule_set.key)[1]):
        messages.error(request, gettext("Saved, but not published: mend the errors that stand beside the lines first."))
    elif attempt(request, lambda: publish_now(draft, actor=who)):
        messages.success(request, gettext("Published: these rules decide from the next event on."))
        return HttpResponseRedirect(reverse("admin:rules_ruleset_change", args=[draft.rule_set_id]))
    return HttpResponseRedirect(page_of(draft))


@require_POST
def check_text(request: HttpRequest, key: int) -> JsonResponse:
    """The problems of the text that is being typed, as JSON. Saves nothing."""
    draft = ChangeRequest.objects.select_related("rule_set").defer("text").filter(pk=key).first()
    if draft is None:
        raise Http404
    _document, problems = read(request.POST.get("text", "").replace("\r\n", "\n"), draft.rule_set.key)
    return JsonResponse({"problems": as_data(problems)})
