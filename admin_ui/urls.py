"""Addresses of the staff pages."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from admin_ui import backtests_page, needs_page, people, second_factor
from admin_ui.exemptions_page import exemptions_page
from admin_ui.numbers_page import number_page, numbers_page
from admin_ui.pages import staff
from admin_ui.questions import questions_page
from admin_ui.rules_page import rules_page
from admin_ui.start_page import start_page
from admin_ui.switches_page import switches_page
from admin_ui.texts_page import text_page, texts_page
from admin_ui.try_page import try_page

urlpatterns = [
    path("", RedirectView.as_view(url="/staff/", permanent=False)),
    path("staff/", staff(start_page), name="start"),
    path("staff/needs-a-person/", staff(needs_page.needs_page), name="needs-a-person"),
    path("staff/needs-a-person/cause/", staff(needs_page.cause_page), name="cause"),
    path(
        "staff/needs-a-person/decide-again/",
        staff(needs_page.decide_again, roles=people.OPERATORS),
        name="decide-all-again",
    ),
    path("staff/all-rules/", staff(rules_page), name="rules"),
    path("staff/numbers/", staff(numbers_page), name="numbers"),
    path("staff/numbers/<str:name>/", staff(number_page), name="number"),
    path("staff/texts/", staff(texts_page), name="texts"),
    path("staff/texts/<str:name>/", staff(text_page), name="text"),
    path("staff/try/", staff(try_page), name="try"),
    path("staff/backtests/", staff(backtests_page.list_page), name="backtests"),
    path("staff/backtests/of/<int:key>/", staff(backtests_page.start, roles=people.WRITERS), name="start_backtest"),
    path("staff/backtests/<int:key>/", staff(backtests_page.result_page), name="backtest"),
    path(
        "staff/backtests/<int:key>/cancel/", staff(backtests_page.cancel, roles=people.WRITERS), name="cancel_backtest"
    ),
    path("staff/backtests/<int:key>/proof/", staff(backtests_page.proof_page), name="backtest_proof"),
    path("staff/second-factor/", second_factor.view, name="second-factor"),
    path("staff/exemptions/", staff(exemptions_page), name="exemptions"),
    path("staff/questions/", staff(questions_page), name="questions"),
    path("staff/switches/", staff(switches_page), name="switches"),
    path("staff/i18n/", include("django.conf.urls.i18n")),
    path("staff/", admin.site.urls),
]
