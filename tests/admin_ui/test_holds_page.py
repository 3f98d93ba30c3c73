"""Holding an object by hand."""

from __future__ import annotations

import pytest

from core.holds import active
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine

pytestmark = pytest.mark.django_db


def test_an_operator_holds_and_releases(sign_in: SignIn, fine: Fine) -> None:
    client, page = sign_in("operator"), f"/staff/fines/fine/{fine.pk}/"
    client.post(f"{page}hold/", {"transition": "send_fine", "cause": "a <b>dispute</b>"})
    shown = client.get(f"{page}change/").content.decode()
    assert "a &lt;b&gt;dispute&lt;/b&gt;" in shown
    assert "it is held: a &lt;b&gt;dispute" in shown
    client.post(f"{page}hold/", {"release": "1", "cause": "a <b>dispute</b>"})
    assert not active(fine.ref).exists()


def test_a_refusal_is_a_sentence(sign_in: SignIn, fine: Fine) -> None:
    client = sign_in("operator")
    answer = client.post(f"/staff/fines/fine/{fine.pk}/hold/", {"transition": "fly", "cause": "why not"}, follow=True)
    assert "transition of fine" in answer.content.decode()
    assert not active(fine.ref).exists()


@pytest.mark.parametrize("role", ["viewer", "author", "approver"])
def test_others_may_look_only(sign_in: SignIn, fine: Fine, role: str) -> None:
    client = sign_in(role)
    assert client.post(f"/staff/fines/fine/{fine.pk}/hold/", {"transition": "*", "cause": "mine"}).status_code == 403
    assert not active(fine.ref).exists()
