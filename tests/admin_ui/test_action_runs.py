"""Action runs: trying dead letters again one by one or together, and stopping what is not wanted."""

from __future__ import annotations

import pytest

from actions import by_hand
from actions.dispatch import dispatch_all
from actions.runner import run_due
from actions.runs import ActionRun, RunState
from core.acting import SYSTEM, acting
from core.audit import AuditDetail, AuditRow
from rules.rule_sets import RuleSetVersion
from state_machines.customers import Customer
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine
from tests.kit import work

pytestmark = pytest.mark.django_db
LIST = "/staff/actions/actionrun/"


@pytest.fixture
def dead(house: RuleSetVersion, fine: Fine) -> ActionRun:
    """A run that died: a fine cannot be settled as soon as it is created."""
    dispatch_all()
    run_due("default")
    return ActionRun.objects.get(subject=fine.ref, state=RunState.DEAD)


def test_a_dead_letter_shows_its_reason_and_is_tried_again(sign_in: SignIn, dead: ActionRun) -> None:
    client = sign_in("operator")
    page = client.get(f"{LIST}{dead.pk}/change/").content.decode()
    assert "possible only from paid_part" in page
    assert dead.key in page
    assert "is tried again" in client.post(f"{LIST}{dead.pk}/redrive/", follow=True).content.decode()
    dead.refresh_from_db()
    assert dead.state == RunState.READY
    row = AuditRow.objects.get(verb="action_run.redriven")
    assert (row.object, row.actor) == (dead.ref, f"user:{client.session['_auth_user_id']}")
    assert "not a dead letter any more" in client.post(f"{LIST}{dead.pk}/redrive/", follow=True).content.decode()
    assert AuditRow.objects.filter(verb="action_run.redriven").count() == 1


def test_a_run_is_cancelled_for_a_reason_that_is_kept_beside_the_audit(sign_in: SignIn, dead: ActionRun) -> None:
    client, url = sign_in("operator"), f"{LIST}{dead.pk}/cancel/"
    assert "Say why" in client.post(url, {"reason": " "}, follow=True).content.decode()
    client.post(url, {"reason": "Ana asked us not to"})
    dead.refresh_from_db()
    assert dead.state == RunState.CANCELLED
    assert "Ana" not in dead.said
    row = AuditRow.objects.get(verb="action_run.cancelled")
    assert AuditDetail.objects.get(pk=row.pk).text == "Ana asked us not to"
    assert "begun or ended" in client.post(url, {"reason": "again"}, follow=True).content.decode()


def test_dead_letters_are_tried_again_together(sign_in: SignIn, dead: ActionRun) -> None:
    other = Fine.objects.create(case="A2", article=1, amount_minor=1)
    dispatch_all()
    run_due("default")
    keys = list(ActionRun.objects.values_list("pk", flat=True))
    ActionRun.objects.filter(subject=other.ref).update(state=RunState.DONE)
    chosen = {"action": "redrive_all", "_selected_action": [str(key) for key in keys]}
    assert "1 dead letters are tried again" in sign_in("operator").post(LIST, chosen, follow=True).content.decode()
    dead.refresh_from_db()
    assert dead.state == RunState.READY
    assert ActionRun.objects.get(subject=other.ref).state == RunState.DONE


def test_a_viewer_may_look_and_do_nothing(sign_in: SignIn, dead: ActionRun) -> None:
    client = sign_in("viewer", "author", "approver")
    assert client.get(f"{LIST}{dead.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{dead.pk}/redrive/").status_code == 403
    assert client.post(f"{LIST}{dead.pk}/cancel/", {"reason": "x"}).status_code == 403
    client.post(LIST, {"action": "redrive_all", "_selected_action": [str(dead.pk)]})
    dead.refresh_from_db()
    assert dead.state == RunState.DEAD


def test_the_list_is_narrowed_by_state_action_and_rule(sign_in: SignIn, dead: ActionRun) -> None:
    client = sign_in("viewer")

    def found(**wanted: str) -> int:
        return len(client.get(LIST, wanted).context["cl"].result_list)

    assert found(state__exact="dead") == 1
    assert found(state__exact="done") == 0
    assert found(action="fine.settle", rule="settle-at-once") == 1
    assert found(action="fine.payment") == 0
    assert found(q=dead.subject) == 1


def test_a_run_is_taken_back_once_by_the_inverse_of_its_action(sign_in: SignIn, db: None) -> None:
    customer = Customer.objects.create(name="Ana")
    with acting(SYSTEM):
        run = by_hand.ask(customer, "customer.add_tag", {"tag": "vip"})
    operator, url = sign_in("operator"), f"{LIST}{run.pk}/compensate/"
    operator.post(url, {"tag": "vip"})
    assert not AuditRow.objects.filter(verb="action_run.compensated").exists()  # it is not done yet
    work()
    customer.refresh_from_db()
    assert customer.tags == ["vip"]
    assert operator.get(f"{LIST}{run.pk}/change/").context["back_form"].initial == {"tag": "vip"}
    assert sign_in("author").post(url, {"tag": "vip"}).status_code == 403
    assert "being taken back" in operator.post(url, {"tag": "vip"}, follow=True).content.decode()
    operator.post(url, {"tag": "vip"})
    work()
    customer.refresh_from_db()
    assert customer.tags == []
    assert AuditRow.objects.filter(verb="action_run.compensated", object=run.ref).count() == 1
    assert ActionRun.objects.filter(action="customer.remove_tag").count() == 1
    assert "It was taken back" in operator.get(f"{LIST}{run.pk}/change/").content.decode()


def test_the_field_for_a_rule_offers_those_that_are_live_and_keeps_the_other_filters(
    sign_in: SignIn, dead: ActionRun
) -> None:
    page = sign_in("viewer").get(LIST, {"state__exact": "dead", "rule": dead.rule}).content.decode()
    assert f'<option value="{dead.rule}">' in page
    assert f'name="rule" value="{dead.rule}"' in page
    assert '<input type="hidden" name="state__exact" value="dead">' in page
