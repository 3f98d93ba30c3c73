"""Reports that rules made: a list, the figures of each, and its file."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actions.reports import Report
from admin_ui import people
from admin_ui.pages import StaffAdmin
from admin_ui.templatetags.staff import moment
from core import audit
from core.acting import acting

SHOWN_LINES = 200


@admin.register(Report)
class ReportAdmin(StaffAdmin):
    """The newest first. Who takes a file away stands in the audit."""

    list_display = ("file_name", "kind", "show_since", "show_until", "show_file")
    list_filter = ("kind",)
    fields = ("kind", "show_since", "show_until", "show_made_at", "show_content", "show_file")
    readonly_fields: Any = fields

    def get_urls(self) -> Any:
        own = path("<int:key>/file/", self.admin_site.admin_view(self.file), name="actions_report_file")
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, key: int) -> HttpResponse:
        """The CSV, as an attachment."""
        self.demand_sight(request)
        report = Report.objects.filter(pk=key).first()
        if report is None:
            raise Http404
        with acting(people.actor(request)):
            audit.note("report.taken", report.ref)
        named = {"Content-Disposition": f'attachment; filename="{report.file_name}"'}
        return HttpResponse(report.content, content_type="text/csv; charset=utf-8", headers=named)

    @admin.display(description=_("since"))
    def show_since(self, row: Report) -> SafeString:
        return moment(row.since)

    @admin.display(description=_("until"))
    def show_until(self, row: Report) -> SafeString:
        return moment(row.until)

    @admin.display(description=_("made at"))
    def show_made_at(self, row: Report) -> SafeString:
        return moment(row.made_at)

    @admin.display(description=_("file"))
    def show_file(self, row: Report) -> SafeString:
        url = reverse("admin:actions_report_file", args=[row.pk])
        return format_html('<a class="pv-link" href="{}">{}</a>', url, _("Download"))

    @admin.display(description=_("figures"))
    def show_content(self, row: Report) -> SafeString:
        lines = list(csv.reader(row.content.splitlines()))[:SHOWN_LINES]
        cells = [format_html_join("", "<td>{}</td>", ((cell,) for cell in line)) for line in lines]
        return format_html("<table>{}</table>", format_html_join("", "<tr>{}</tr>", ((line,) for line in cells)))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields
