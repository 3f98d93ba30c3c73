"""The pages of a machine, whoever declared it: list, fields, transition buttons, timeline."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from admin_ui import columns, holds_page, people, states
from admin_ui.amount_form import AmountForm, amount_field
from admin_ui.argument_form import form_of
from admin_ui.links import page_at
from admin_ui.object_cards import cards, urls_of
from admin_ui.offers import offers
from admin_ui.pages import MOMENTS, StaffAdmin, attempt, staff
from admin_ui.runs_of import by_event, runs_of
from admin_ui.short_list import list_field
from admin_ui.templatetags.staff import badge
from core import audit, machine
from core.acting import acting
from core.diagram import draw
from core.errors import PravilaError
from core.events import Event
from core.holds import active
from core.http import sentence
from core.machine import Machine
from core.machines import all_machines, state_titles, transition_titles
from state_machines.fields import OWN, recorded

EVENTS_SHOWN = 50
DIGITS = 19  # that many may be more than an id can be


class MachineAdmin(StaffAdmin):
    """State and recorded fields are read only: they change by transitions, and declared `edits` by a recorded change."""

    form = AmountForm
    shown: tuple[str, ...] = ()
    list_filter: Any = ("state",)
    search_fields: Any = ()
    autocomplete_fields: Any = ()
    list_select_related: Any = ()
    list_display_links = ("show_ref",)
    exclude = ("state", "sequence")
    change_form_outer_before_template = "admin_ui/machine_panel.html"
    change_form_outer_after_template = "admin_ui/machine_after.html"

    def __init__(self, model: type[Machine], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        own = [field for field in model._meta.concrete_fields if field.name not in OWN]
        keys = [field.name for field in own if isinstance(field, models.ForeignKey)]
        self.autocomplete_fields = self.autocomplete_fields or [
            name
            for name in keys
            if issubclass(model._meta.get_field(name).related_model, Machine)  # type: ignore[arg-type]
        ]
        self.list_select_related = self.list_select_related or keys
        unique = (f"={field.name}" for field in own if field.unique and isinstance(field, models.CharField))
        self.search_fields = self.search_fields or ("=id", *unique)
        self.list_display = ("show_ref", "show_state", *columns.shown(model, self.shown))

    @admin.display(description=_("reference"), ordering="id")
    def show_ref(self, row: Machine) -> str:
        return row.ref

    @admin.display(description=_("state"), ordering="state")
    def show_state(self, row: Machine) -> SafeString:
        return badge(row.state, row.get_state_display())  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.has_role(request, people.OPERATORS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.has_role(request, people.OPERATORS)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else super().get_inlines(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name.endswith("_minor") and db_field.editable:
            return amount_field(db_field)
        listed = list_field(db_field) if isinstance(db_field, models.JSONField) and db_field.editable else None
        made = listed or super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.DateTimeField) and made is not None:
            made.validators += MOMENTS
        return made

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj is None else columns.editable_of(self.model)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().removeprefix(f"{self.model.machine.noun}:")
        if term.isascii() and term.isdigit() and len(term) < DIGITS:
            return queryset.filter(self._with_number(request, term)), False
        return super().get_search_results(request, queryset, term)

    def _with_number(self, request: HttpRequest, term: str) -> Q:
        """A number is an id mostly. That it is, or begins, another text is asked without regard to case, of which digits
        have none, so that indexes can answer."""
        found = Q(pk=int(term))
        for field in self.get_search_fields(request):
            name, begins, _rest = str(field).removeprefix("=").partition("__istartswith")
            if name != "id":
                found |= Q(**{f"{name}__startswith" if begins else name: term})
        return found

    def get_urls(self) -> list[URLPattern]:
        name = f"perform_{self.model._meta.app_label}_{self.model._meta.model_name}"
        view = staff(partial(perform, model=self.model))
        held = staff(partial(holds_page.change_hold, model=self.model), roles=people.OPERATORS)
        return [
            path("<int:key>/perform/<str:name>/", view, name=name),
            path("<int:key>/hold/", held, name=name.replace("perform", "hold", 1)),
            *urls_of(self.model),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and people.may_see(request) and request.method == "GET":
            events = Event.objects.filter(subject=row.ref).order_by("-sequence")[:EVENTS_SHOWN]
            listed = list(events)
            typed = self._takes_input(request, row)
            offered = offers(row, people.actor(request))
            more = {
                "row": row,
                "offers": offered,
                "here": [one for one in offered if one.kind != "elsewhere"],
                "elsewhere": [one for one in offered if one.kind == "elsewhere"],
                "holds": active(row.ref),
                "may_hold": people.has_role(request, people.OPERATORS),
                "events": listed,
                "runs": by_event(runs_of(event_id__in=[event.pk for event in listed])),
                "recorded": columns.recorded_of(row),
                "show_save": typed,
                "show_save_and_continue": typed,
                "show_save_and_add_another": False,
                "links": self.links(row),
                "diagram": _diagram(row),
                "show_history": False,
                **cards(request, row),
                **self.more(row),
            }
            extra_context = {**more, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra_context)

    def _takes_input(self, request: HttpRequest, row: Machine) -> bool:
        """Whether there is anything on the row's page that could be saved."""
        adding = (inline.has_add_permission(request, row) for inline in self.get_inline_instances(request, row))
        return self.has_change_permission(request, row) and (bool(columns.editable_of(self.model)) or any(adding))

    def links(self, row: Machine) -> list[tuple[str, str]]:
        """Further places of a row: (title, address)."""
        return [(gettext("In the event log"), f"{reverse('admin:core_event_changelist')}?subject={row.ref}")]

    def more(self, row: Machine) -> dict[str, Any]:
        """What further cards of one noun show."""
        return {}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except PravilaError as refused:
            messages.error(request, sentence(refused))
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Machine, form: Any, change: bool) -> None:
        """Create with the first event; of what changed, recorded fields go through a recorded change."""
        with acting(people.actor(request)):
            if not change:
                obj.save()
                return
            kept = recorded(self.model)
            plain = [name for name in form.changed_data if name not in kept]
            if plain:
                obj.save(update_fields=plain)
            if values := {name: form.cleaned_data[name] for name in form.changed_data if name in kept}:
                machine.change(obj.ref, **values)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        with acting(people.actor(request)):
            super().save_formset(request, form, formset, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the creation is an event."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """An audit row in place of Django's own log, which would keep names."""
        with acting(people.actor(request)):
            audit.note(f"{obj.machine.noun}.edited", obj.ref)


def _diagram(row: Machine) -> str:
    """The row's machine as a picture; empty where it stays in one state."""
    states = state_titles(type(row))
    transitions = transition_titles(row.spec)
    return draw(row.spec, states=states, transitions=transitions, current=row.state) if len(states) > 1 else ""


@require_POST
def perform(request: HttpRequest, key: int, name: str, *, model: type[Machine]) -> HttpResponse:
    """Perform a transition with the arguments of its form; a refusal is shown with its sentence."""
    back = HttpResponseRedirect(page_at(model, key))
    row = model._default_manager.filter(pk=key).first()
    spec = model.spec.transitions.get(name)
    form = form_of(spec, row, request.POST) if spec and row else None
    if form is not None and not form.is_valid():
        messages.error(request, form.sentence())
        return back
    done: list[Event] = []
    ref, who = f"{model.machine.noun}:{key}", people.actor(request)
    arguments, expected = form.arguments() if form else {}, request.POST.get("expected") or None
    if attempt(
        request,
        lambda: done.append(machine.perform(ref, name, actor=who, arguments=arguments, expected=expected)),
    ):
        said = gettext("%(what)s is %(state)s now.") % {"what": ref, "state": states.title_of(ref, done[0].target)}
        messages.success(request, said)
    elif row is None:
        return HttpResponseRedirect(reverse("start"))
    return back


def register_all() -> None:
    """Give every registered machine that has no page of its own the general one."""
    for model in all_machines():
        if not admin.site.is_registered(model):
            admin.site.register(model, MachineAdmin)
