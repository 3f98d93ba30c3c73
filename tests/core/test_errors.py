"""Errors speak to people, and survive a journey between processes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import pytest

from core.errors import AlreadyDeclared, BadReference, NotDeclared, ObjectMissing, PravilaError, nearest
from rules.document.problem import BadRules, Problem


def every(error: type[PravilaError]) -> Iterator[type[PravilaError]]:
    for found in error.__subclasses__():
        yield found
        yield from every(found)


EVERY = sorted(
    {found for found in every(PravilaError) if not found.__module__.startswith("tests")},
    key=lambda found: found.__qualname__,
)


class Answering(dict[str, str]):
    """A value for whatever a template asks for."""

    def __missing__(self, key: str) -> str:
        return key


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.__qualname__)
def test_every_error_says_in_sentences_what_happened_and_what_to_do(error: type[PravilaError]) -> None:
    template = " ".join((error.__doc__ or "").split())
    said = template.format_map(Answering())
    assert said[-1] in ".}" or template.endswith("}")
    assert said.count(" ") >= 5
    assert 400 <= error.status < 600
    assert error.code == error.code.lower().replace("_", "-")


def test_the_message_is_the_docstring_with_its_values() -> None:
    error = ObjectMissing(ref="invoice:7")
    assert str(error) == "There is no invoice:7. Check the reference; the object may have been deleted."
    assert (error.ref, error.params, error.status) == ("invoice:7", {"ref": "invoice:7"}, 404)
    with pytest.raises(AttributeError):
        _ = error.other


def test_braces_in_values_are_not_placeholders() -> None:
    assert "{ref}" in str(BadReference(text="{ref}"))


@pytest.mark.parametrize(
    "error",
    [
        ObjectMissing(ref="invoice:7"),
        NotDeclared(sort="action", name="x.y", known=["x.z"]),
        AlreadyDeclared(sort="action", name="x"),
        BadRules([Problem("error", "a", "/rules/0", "it is wrong", 3)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_are_the_same_after_a_journey(error: PravilaError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert (str(again), again.params) == (str(error), error.params)


def test_an_unknown_name_comes_with_those_that_are_near() -> None:
    error = NotDeclared(sort="action", name="invoice.isue", known=["invoice.issue", "order.pay"])
    assert str(error) == 'There is no action named "invoice.isue". Did you mean invoice.issue?'
    assert nearest("zzz", ["invoice.issue"]) == ""
