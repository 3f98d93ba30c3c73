"""The page of questions: yes and no by who has the role."""

from __future__ import annotations

import pytest

from actions.runs import ActionRun
from tests.admin_ui.conftest import SignIn
from tests.kit import a_fine, in_force, work

pytestmark = pytest.mark.django_db
PAGE = "/staff/questions/"
PAY = {"do": "fine.payment", "with": {"paid_minor": 3600}, "ask": {"role": "approver", "within": "3d"}}


def asked() -> ActionRun:
    in_force({"key": "rule", "when": "fine.created", "then": [PAY]})
    a_fine()
    work()
    return ActionRun.objects.get()


def test_a_yes_is_given_with_one_click_and_listed(sign_in: SignIn) -> None:
    run, client = asked(), sign_in("approver")
    assert "Yes</button>" in client.get(PAGE).content.decode()
    client.post(PAGE, {"run": str(run.pk), "answer": "yes", "reason": "<b>paid</b>"})
    work()
    run.refresh_from_db()
    assert run.state == "done"
    shown = client.get(PAGE).content.decode()
    assert "No rule asks anything." in shown
    assert "Answered last" in shown


@pytest.mark.parametrize(
    "form", [{}, {"answer": "maybe"}, {"answer": "yes", "run": "x"}, {"answer": "no", "run": "99999"}]
)
def test_bad_input_changes_nothing(sign_in: SignIn, form: dict[str, str]) -> None:
    run = asked()
    assert sign_in("approver").post(PAGE, form, follow=True).status_code == 200
    run.refresh_from_db()
    assert run.state == "asking"


def test_who_has_not_the_role_may_look_only(sign_in: SignIn) -> None:
    run, client = asked(), sign_in("operator")
    shown = client.get(PAGE).content.decode()
    assert "fine.payment" in shown
    assert "Yes</button>" not in shown
    client.post(PAGE, {"run": str(run.pk), "answer": "yes"})
    run.refresh_from_db()
    assert run.state == "asking"


@pytest.mark.parametrize("page", ["/staff/", "/staff/needs-a-person/"])
def test_today_and_needs_a_person_say_how_many_there_are(sign_in: SignIn, page: str) -> None:
    asked()
    answer = sign_in("viewer").get(page)
    assert {str(reason.title): number for reason, number in answer.context["reasons"]}["Questions"] == "1"
    assert PAGE in answer.content.decode()
