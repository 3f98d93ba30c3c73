"""Staff pages show moments in the zone of their reader."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admin_ui.reader_zone import COOKIE, zone_of
from admin_ui.templatetags.staff import fact, readable
from core import clock
from core.audit import AuditRow
from core.bridge.seen import BridgeProblem
from core.machine import perform
from state_machines.customers import Customer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("", "2026-01-31 14:00:00"),
        ("America/New_York", "2026-01-31 07:00:00"),
        ("Asia/Tokyo", "2026-01-31 21:00:00"),
        ("../../etc/passwd", "2026-01-31 14:00:00"),
        ("Europe", "2026-01-31 14:00:00"),
        ("Mars/Olympus", "2026-01-31 14:00:00"),
    ],
)
def test_moments_are_in_the_zone_of_the_browser(client: Client, zone: str, shown: str) -> None:
    with clock.turned_to(NOON):
        customer = Customer.objects.create(name="Ana")
        event = perform(customer.ref, "activate")
    client.force_login(User.objects.create_superuser("ana"))
    client.cookies[COOKIE] = zone
    page = client.get(f"/staff/core/event/{event.pk}/change/").content.decode()
    assert f">{shown}</time>" in page


def test_a_zone_ends_with_its_page(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ana"))
    client.cookies[COOKIE] = "Asia/Tokyo"
    client.get("/staff/")
    del client.cookies[COOKIE]
    with clock.turned_to(NOON):
        event = perform(Customer.objects.create(name="Ana").ref, "activate")
    assert ">2026-01-31 14:00:00</time>" in client.get(f"/staff/core/event/{event.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-01-30T23:30:00Z", "2026-01-31 01:30:00"),
        ("2026-07-31T23:30:00.250000+00:00", "2026-08-01 02:30:00"),
        ("2026-02-30T10:00:00Z", "2026-02-30T10:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_every_day_of_the_calendar_is_told_in_the_zone_and_no_other(text: str, shown: str) -> None:
    with timezone.override(zone_of("Europe/Bucharest")):
        assert shown in fact(text)
        assert readable(f"due {text}.") == f"due {shown}."


def test_what_the_library_shows_is_written_as_the_pages_write_it(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ana"))
    BridgeProblem.objects.create(binding="shop", count=1, reason="no order", at=NOON)
    for language in ("en", "ro"):
        client.cookies["django_language"] = language
        assert "2026-01-31 14:00:00" in client.get("/staff/core/bridgeproblem/").content.decode()


def test_people_of_the_staff_stand_with_their_names(client: Client) -> None:
    ana = User.objects.create_superuser("ana", first_name="Ana", last_name="Pop")
    boss = User.objects.create_superuser("boss")
    portal = User.objects.create_user("shopper")
    for user in (ana, boss, portal):
        AuditRow.objects.create(actor=f"user:{user.pk}", verb="rule_set.published", object="rule_set:1", at=NOON)
    client.force_login(ana)
    page = client.get("/staff/core/auditrow/").content.decode()
    assert f'title="user:{ana.pk}">Ana Pop</a>' in page
    assert f'title="user:{boss.pk}">boss</a>' in page
    assert f">user:{portal.pk}</a>" in page
    assert "shopper" not in page


def test_names_are_asked_for_once_whoever_is_shown(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ana"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/staff/core/auditrow/")
        return len(seen)

    rows = [
        AuditRow(actor=f"user:{User.objects.create_user(name).pk}", verb="x.y", object="x:1", at=NOON) for name in "bcd"
    ]
    AuditRow.objects.bulk_create(rows[:1])
    few = asked()
    AuditRow.objects.bulk_create(rows[1:])
    assert asked() == few
