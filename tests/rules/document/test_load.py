"""Reading files of rules: what YAML and JSON may hold, where problems are, and what hostile text gets."""

from __future__ import annotations

import pytest

from rules.document import load

RULE = "rules: [{key: a, when: x.y, if: {fact: a, op: eq, value: VALUE}}]"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("off", "off"),
        ("no", "no"),
        ("on", "on"),
        ("18:30", "18:30"),
        ("2026-03-01", "2026-03-01"),
        ("1_000", "1_000"),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("5", 5),
        ("-5.50", -5.5),
        ("1e3", 1000.0),
        ("0x1F", 31),
        ("0o17", 15),
        ("010", 10),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("<<", "<<"),
    ],
)
def test_yaml_has_the_core_schema(written: str, value: object) -> None:
    loaded = load(RULE.replace("VALUE", written))
    assert loaded.ok, loaded.problems
    found = loaded.documents[0].rules[0]["if"]["value"]
    assert (found, type(found)) == (value, type(value))


def test_yaml_may_hold_several_sets_and_aliases() -> None:
    loaded = load("set: house\nrules:\n- &r {key: a, when: x}\n---\nset: customer:17\nmute: {a: said so}\n")
    assert loaded.ok
    assert [document.set for document in loaded.documents] == ["house", "customer:17"]


def test_json_and_yaml_give_the_same_document() -> None:
    yaml = load("rules: [{key: a, when: x}]", name="a.yaml")
    json = load('{"rules": [{"key": "a", "when": "x"}]}', name="a.json")
    assert yaml.documents[0].data == json.documents[0].data


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_a_problem_has_its_line(name: str) -> None:
    text = (
        '{"rules": [\n {"key": "a", "when": "x"},\n {"key": "b",\n  "when": "x",\n  "iff": 1,\n  "priority": "high"}]}'
    )
    loaded = load(text, name=name)
    assert [(problem.rule, problem.pointer, problem.line) for problem in loaded.problems] == [
        ("b", "/rules/1", 3),
        ("b", "/rules/1/priority", 6),
    ]
    assert "Did you mean if?" in loaded.problems[0].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("[" * 10_000_000, "nested deeper"),
        ('{"a":' * 1_000_000, "nested deeper"),
        ("- " * 500_000, "nested deeper"),
        ("x" * 3_000_000, "split it"),
        ('{"rules": ' + " " * 17_000_000 + "[]}", "split it"),
        ('{"rules": [NaN]}', "NaN"),
        ('{"rules": [-Infinity]}', "Infinity"),
        ('{"rules": [1e999]}', "too large"),
        ('{"rules": [' + "1" * 10_000 + "]}", "digits"),
        ('{"rules": [], "rules": []}', '"rules" stands twice'),
        ("rules: []\nrules: []", '"rules" stands twice'),
        ("rules: [.nan]", "finite"),
        ("rules: [-.inf]", "finite"),
        ("rules: !!python/object/apply:os.system [ls]", "does not fit"),
        ("rules: !!python/name:os.system x", "tag"),
        ("rules: [*a]", "alias"),
        ("rules: &a [*a]", "alias"),
        ("? [a]\n: b", "key"),
        ("rules: [", "YAML"),
        ('{"rules": [', "JSON"),
        ("rules: \x00", "YAML"),
        ('"\\ud800"', "surrogate"),
        ('{"rules": [{"key": "a", "when": "x", "title": "\\ud800"}]}', "surrogate"),
    ],
)
def test_hostile_text_gets_a_sentence(text: str, said: str) -> None:
    loaded = load(text)
    assert not loaded.ok
    assert said in loaded.problems[0].message


def test_a_yaml_bomb_is_refused() -> None:
    levels = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    levels += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    loaded = load("\n".join(levels))
    assert "aliases expand" in loaded.problems[0].message


def test_aliases_cannot_nest_deeper_than_allowed() -> None:
    levels = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 80)]
    loaded = load("\n".join(levels))
    assert "nested deeper" in loaded.problems[0].message
