"""The pages of a backtest: begun on the review page, renewed while it runs, read and proved when it is done."""

from __future__ import annotations

import json

import pytest

from rules.change_requests import ChangeRequest
from rules.simulation.backtests import Backtest
from rules.simulation.running import compute
from tests.admin_ui.conftest import SignIn
from tests.rules.made_requests import request
from tests.rules.simulation.made import event, house, live, store

pytestmark = pytest.mark.django_db
DAYS = {"since": "2026-01-01", "until": "2026-03-01"}


@pytest.fixture
def draft(db: None) -> ChangeRequest:
    live(house(500, 3))
    amounts = [400, 350, 700, 100]
    facts = [{"payment": {"amount": {"minor": n * 100, "currency": "RON"}, "tries": 0}} for n in amounts]
    store(
        [
            event(n, "payment.succeeded", f"payment:{n}", n, facts=one, customer="customer:1")
            for n, one in enumerate(facts)
        ]
    )
    return request(json.dumps(house(300, 3)))


def test_it_is_begun_watched_read_and_proved(sign_in: SignIn, draft: ChangeRequest) -> None:
    client = sign_in("author")
    review = client.get(f"/staff/rules/changerequest/{draft.pk}/review/").content.decode()
    assert f'action="/staff/backtests/of/{draft.pk}/"' in review
    client.post(f"/staff/backtests/of/{draft.pk}/", DAYS)
    made = Backtest.objects.get()
    url = f"/staff/backtests/{made.pk}/"
    assert client.get(url, {"part": "1"}).json()["open"]
    compute(made.pk)
    part = client.get(url, {"part": "1"}).json()
    assert not part["open"]
    page = client.get(url).content.decode()
    for said in (
        "750.00 RON",
        "acts now: 1, by the draft: 3",
        "payment.amount is at least 300.00 RON",
        "payment.refund",
    ):
        assert said in page
        assert said in part["html"]
    assert str(made.pk) in client.get("/staff/backtests/").content.decode()
    proof = client.get(f"{url}proof/", {"event": "e0", "rule": "large"}).content.decode()
    assert "needs at least 500.00 RON: 100.00 short" in proof
    assert "which is at least 300.00 RON" in proof
    assert client.get(f"{url}proof/", {"event": "nothing"}).status_code == 404
    assert url in client.get(f"/staff/rules/changerequest/{draft.pk}/review/").content.decode()


def test_it_is_cancelled_by_a_button(sign_in: SignIn, draft: ChangeRequest) -> None:
    client = sign_in("author")
    client.post(f"/staff/backtests/of/{draft.pk}/", {})
    made = Backtest.objects.get()
    client.post(f"/staff/backtests/{made.pk}/cancel/")
    made.refresh_from_db()
    assert made.state == "cancelled"
    again = client.post(f"/staff/backtests/{made.pk}/cancel/", follow=True)
    assert "already" in " ".join(map(str, again.context["messages"]))


def test_who_may_only_look_starts_none(sign_in: SignIn, draft: ChangeRequest) -> None:
    viewer = sign_in("viewer")
    assert viewer.post(f"/staff/backtests/of/{draft.pk}/", DAYS).status_code == 403
    assert viewer.get("/staff/backtests/").status_code == 200
    assert viewer.get("/staff/backtests/1/").status_code == 404


@pytest.mark.parametrize("days", [{"since": "soon"}, {"since": "2026-03-01", "until": "2026-01-01"}])
def test_days_that_are_none_are_refused_with_a_sentence(
    sign_in: SignIn, draft: ChangeRequest, days: dict[str, str]
) -> None:
    answer = sign_in("author").post(f"/staff/backtests/of/{draft.pk}/", days, follow=True)
    assert "backtest" in " ".join(map(str, answer.context["messages"])).lower()
    assert not Backtest.objects.exists()
