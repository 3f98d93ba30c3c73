"""What is translated only when it is said is found for the catalogue, and is Romanian for who reads Romanian."""

from __future__ import annotations

from django.utils import translation

from admin_ui.argument_form import form_of
from admin_ui.management.commands.makemessages import said_at_run_time
from core import catalog, http
from core.errors import Busy, Moved, PravilaError
from rules.describing import differences
from rules.operators import operators
from rules.sentences import sentence


class Unheard(PravilaError):
    """Nobody ever says this of {ref}."""


def test_errors_and_operators_are_found_and_nothing_of_tests() -> None:
    found = said_at_run_time()
    assert Busy(ref="order:1").template in found
    assert Unheard(ref="order:1").template not in found
    assert {"is at least {wanted}", "at least {wanted}", "contains {wanted}", "a number"} <= set(found)
    assert "{wanted}" not in found


def test_what_forms_ask_and_what_the_admin_says_is_found() -> None:
    assert {"Reason", "order cancelled", "duration", "Type to search"} <= set(said_at_run_time())
    with translation.override("ro"):
        form = form_of(catalog.machines.get("service").transitions["suspend"], None)
        assert form is not None
        assert str(form.fields["reason"].label) == "Motiv"
        assert ("overdue", "restantă") in form.fields["reason"].choices


def test_errors_are_said_in_the_readers_language() -> None:
    moved = Moved(ref="order:1", state="paid", expected="draft")
    with translation.override("ro"):
        said = http.sentence(moved)
    assert said == "order:1 este paid, nu draft, cum se aștepta cererea. Reîncărcați și decideți din nou."
    assert str(moved).startswith("order:1 is paid")


def test_proofs_are_said_in_the_readers_language() -> None:
    with translation.override("ro"):
        missed = sentence("fine.amount", operators.get("gte"), 480, 500, verdict=False)
        found = sentence("fine.points", operators.get("between"), 5, [1, 10], verdict=True)
        other = sentence("fine.article", operators.get("contains"), "157", "8", verdict=False)
    assert missed == "fine.amount a fost 480, trebuie cel puțin 500: lipsește 20"
    assert found == "fine.points a fost 5, adică între 1 și 10"
    assert other == 'fine.article a fost "157", care nu conține "8"'


def test_differences_are_said_in_the_readers_language() -> None:
    with translation.override("ro"):
        said = differences(
            {"params": {"days": {"type": "integer", "default": 3}}},
            {"params": {"days": {"type": "integer", "default": 5}}},
        )
    assert said == ['parametru "days": de la 3 la 5']
