"""Sentences that know how they were made: English as text, and told anew in any language."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from core.errors import NotDeclared
from core.said import Said, as_data, both, either, from_data, listed, told
from core.said import said as made  # under its own name its texts would be taken for some to translate

WORDS = {
    "{what} is {how}; mend it": "{how} este {what}; îndreptați",
    "open": "deschis",
    "{one} or {other}": "{one} sau {other}",
}


def in_romanian(text: object) -> object:
    return told(text, lambda template: WORDS.get(template, template), lambda number: number.replace(".", ","))


def test_the_text_is_english_and_its_parts_are_told_too() -> None:
    text = made("{what} is {how}; mend it", what=either(["a", "b"]), how=made("open"))
    assert text == "a or b is open; mend it"
    assert in_romanian(text) == "deschis este a sau b; îndreptați"
    assert json.loads(json.dumps({"message": text})) == {"message": text}


def test_without_parts_the_template_is_the_text_as_it_is() -> None:
    assert made("write {fact: path}") == in_romanian(made("write {fact: path}")) == "write {fact: path}"


def test_a_number_is_written_as_the_language_writes_it_and_other_texts_stay() -> None:
    assert (
        in_romanian(made("{what} is {how}; mend it", what=Said("12.50", "12.50"), how=5)) == "5 este 12,50; îndreptați"
    )
    assert [in_romanian(one) for one in ("open", None, 7)] == ["open", None, 7]


def test_lists_of_names() -> None:
    assert (both(["a"]), both(["a", "b", "c"]), listed(["a", "b"])) == ("a", "a and b and c", "a, b")
    assert listed([]) == either([]) == ""


@pytest.mark.parametrize("again", [copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_a_copy_knows_it_too(again: object) -> None:
    assert in_romanian(again(made("{what} is {how}; mend it", what=1, how=2))) == "2 este 1; îndreptați"  # type: ignore[operator]


def test_a_refusal_tells_its_hint_in_the_readers_language() -> None:
    refused = NotDeclared(sort="machine", name="invoise", known=["invoice", "order"])
    assert str(refused).endswith(" Did you mean invoice?")
    assert isinstance(refused.hint, Said)


def test_what_is_stored_is_made_again_and_text_from_before_stays() -> None:
    text = made("{what} is {how}; mend it", what=Said("1,250.00", "1250.00"), how=either(["a", made("open")]))
    again = from_data(json.loads(json.dumps(as_data(text))))
    assert (
        (again, in_romanian(again))
        == (text, in_romanian(text))
        == ("1,250.00 is a or open; mend it", "a sau deschis este 1250,00; îndreptați")
    )
    assert [from_data(as_data(one)) for one in ("old text", 5, None)] == ["old text", 5, None]
