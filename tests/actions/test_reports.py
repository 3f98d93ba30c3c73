"""Reports: made once for a day or a month, with the figures of that time whenever they are made."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.report_figures import COUNTED, day_until, month_before
from actions.reports import Report, make
from core import catalog, clock
from core.machine import perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from tests.kit import work
from tests.state_machines.made import a_customer, a_draft, a_payment, a_refund, an_issued

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Europe/Bucharest")
NOON = datetime(2026, 5, 14, 12, tzinfo=HERE)


@pytest.fixture
def turning() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def lines(report: Report | None) -> list[list[str]]:
    assert report is not None
    return list(csv.reader(report.content.splitlines()))[1:]


@pytest.mark.parametrize(("kind", "path"), COUNTED.items())
def test_what_is_counted_is_declared(kind: str, path: str) -> None:
    facts = catalog.facts_of_event(kind)
    assert kind in catalog.event_types
    assert not path or (facts is not None and facts[path].kind.value == "money")


def test_a_day_has_its_sums_by_currency_and_says_what_never_happened() -> None:
    with clock.turned_to(NOON):
        customer = a_customer()
        for currency in ("RON", "RON", "EUR"):
            perform(a_draft(customer, currency=currency), "issue")
    with clock.turned_to(NOON + timedelta(hours=6)):
        an_issued(customer)
    found = lines(make("daily", NOON + timedelta(hours=6)))
    assert ["invoice.issued", "EUR", "1", "121.00"] in found
    assert ["invoice.issued", "RON", "3", "363.00"] in found, "what happened at the very end is in it"
    assert ["payment.failed", "", "0", ""] in found
    with clock.turned_to(NOON + timedelta(hours=7)):
        an_issued(customer)
    assert ["invoice.issued", "RON", "1", "121.00"] in lines(make("daily", NOON + timedelta(hours=30)))


def test_its_name_has_the_day_of_the_wall_clock() -> None:
    """Half past midnight: in UTC, in which it is stored, that is the day before."""
    assert make("daily", datetime(2026, 7, 25, 0, 30, tzinfo=HERE)) is not None
    assert Report.objects.get().file_name == "daily-2026-07-25.csv"


def test_it_is_made_once() -> None:
    first = make("daily", NOON)
    assert make("daily", NOON) is None
    assert [report.pk for report in Report.objects.all()] == [first.pk if first else 0]


def test_taxes_are_by_rate_with_what_was_voided_and_refunded() -> None:
    with clock.turned_to(NOON):
        customer = a_customer()
        invoice = a_draft(customer, lines=2)
        invoice.lines.create(description="Book", unit_price_minor=50_00, tax_percent=11)
        perform(invoice, "issue")
        perform(an_issued(customer), "void", arguments={"reason": "mistake"})
        perform(a_draft(customer), "void", arguments={"reason": "never issued"})
        payment = a_payment(an_issued(customer))
        perform(payment, "succeed")
        refund = a_refund(payment, 21_00)
        for step in ("start_processing", "approve", "complete"):
            perform(refund, step)
        too_much = a_payment(an_issued(customer), 151_00)
        perform(too_much, "succeed", arguments={"overpayment": True})
        for minor in (20_00, 12_00, 5_00):
            refund = a_refund(too_much, minor)
            for step in ("start_processing", "approve", "complete"):
                perform(refund, step)
    found = lines(make("tax", datetime(2026, 6, 25, 8, tzinfo=HERE)))
    assert found == [
        ["issued", "11.00", "RON", "1", "50.00", "5.50"],
        ["issued", "21.00", "RON", "4", "500.00", "105.00"],
        ["voided", "21.00", "RON", "1", "100.00", "21.00"],
        ["refunded", "", "RON", "3", "28.00", ""],
    ]
    assert lines(make("tax", datetime(2026, 7, 25, 8, tzinfo=HERE))) == []


def test_the_edges_of_days_and_months_are_those_of_the_wall_clock() -> None:
    spring = datetime(2026, 3, 29, 18, tzinfo=HERE)
    assert (spring.astimezone() - day_until(spring).since.astimezone()) == timedelta(hours=23)
    month = month_before(datetime(2026, 3, 25, 8, tzinfo=HERE))
    assert month.since < datetime(2026, 2, 1, tzinfo=HERE) < month.until < datetime(2026, 3, 1, tzinfo=HERE)


def test_the_schedules_of_the_house_catch_up_with_the_figures_of_each_day(turning: ExitStack) -> None:
    """Three days without a clock, and the reports are those of their days, each once."""
    turning.enter_context(clock.turned_to(datetime(2026, 5, 23, 12, tzinfo=HERE)))
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
    work()
    a_customer()
    turning.enter_context(clock.turned_to(datetime(2026, 5, 26, 12, tzinfo=HERE)))
    a_customer(email="b@example.com")
    work()
    days = {f"{report.until.astimezone(HERE):%d %H}": lines(report) for report in Report.objects.filter(kind="daily")}
    assert sorted(days) == ["23 18", "24 18", "25 18"]
    assert ["customer.activated", "", "1", ""] in days["23 18"]
    assert ["customer.activated", "", "0", ""] in days["25 18"]
    [tax] = Report.objects.filter(kind="tax")
    assert f"{tax.until.astimezone(HERE):%Y-%m-%d}" == "2026-04-30"
