"""The pages of reports: looked at by staff with any role, taken away with a row in the audit, and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from actions.reports import Report, make
from core.audit import AuditRow
from tests.admin_ui.conftest import SignIn
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
LIST = "/staff/actions/report/"


@pytest.fixture
def report() -> Report:
    a_customer()
    made = make("daily", datetime.now(UTC))
    assert made is not None
    return made


def test_staff_look_at_it_and_take_the_file(sign_in: SignIn, report: Report) -> None:
    client = sign_in("viewer")
    assert report.file_name in client.get(LIST).content.decode()
    assert "<td>customer.activated</td>" in client.get(f"{LIST}{report.pk}/change/").content.decode()
    file = client.get(f"{LIST}{report.pk}/file/")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{report.file_name}"'
    assert "customer.activated,,1," in file.content.decode()
    assert AuditRow.objects.filter(verb="report.taken", object=report.ref).count() == 1


def test_nobody_else_does(sign_in: SignIn, report: Report) -> None:
    assert sign_in().get(f"{LIST}{report.pk}/file/").status_code in (302, 403)
    assert sign_in("viewer").get(f"{LIST}999/file/").status_code == 404
    assert not AuditRow.objects.filter(verb="report.taken").exists()
