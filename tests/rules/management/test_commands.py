"""The commands check_rules and backtest, as they are called."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.rules.cases import MATCHERS, SHARED, event, needs_shared, rule


def called(*arguments: str | Path) -> str:
    out = StringIO()
    call_command(str(arguments[0]), *(str(argument) for argument in arguments[1:]), stdout=out)
    return out.getvalue()


def test_check_rules_lists_each_problem_on_a_line_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules:\n- key: a\n  when: nobody.knows\n  then:\n  - do: no.such_action\n", encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="errors: 1, warnings: 1"):
        call_command("check_rules", str(path), stdout=out)
    first, second = out.getvalue().splitlines()
    assert first.startswith(f"{path}:3: warning: rule a at /rules/0/when: ")
    assert second.startswith(f'{path}:5: error: rule a at /rules/0/then/0/do: there is no action "no.such_action"')


def test_check_rules_is_content_with_warnings_unless_strict(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"rules": [rule(when="nobody.knows")]}), encoding="utf-8")
    assert "errors: 0, warnings: 2" in called("check_rules", path)
    with pytest.raises(CommandError):
        called("check_rules", path, "--strict")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 10_000_000, b"rules: [1"])
def test_check_rules_tells_what_is_wrong_with_a_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="errors: 1"):
        called("check_rules", path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for command in (("check_rules", tmp_path / "no"), ("backtest", "--rules", tmp_path / "no", "--history", tmp_path)):
        with pytest.raises(CommandError, match="no"):
            called(*command)


@pytest.mark.parametrize("matcher", MATCHERS)
def test_backtest_prints_json_or_a_table(tmp_path: Path, matcher: str) -> None:
    rules, history = tmp_path / "r.json", tmp_path / "h.jsonl"
    rules.write_text(
        json.dumps({"rules": [rule("large", if_={"fact": "x", "op": "gt", "value": 1})]}), encoding="utf-8"
    )
    history.write_text("".join(json.dumps(event({"x": x}, id=str(x))) + "\n" for x in (1, 2)), encoding="utf-8")
    arguments = ("--rules", rules, "--history", history, "--matcher", matcher)
    found = json.loads(called("backtest", *arguments, "--json"))
    assert found.keys() == {"events", "seconds", "rules"}
    assert found["events"] == 2
    assert found["rules"]["large"]["matches"] == 1
    table = called("backtest", *arguments).splitlines()
    assert table[1].split() == ["large", "1"]


def test_backtest_names_the_bad_line_and_the_bad_rule(tmp_path: Path) -> None:
    rules, history = tmp_path / "r.json", tmp_path / "h.jsonl"
    rules.write_text('{"rules": []}', encoding="utf-8")
    history.write_text("{}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"Line 1 of h\.jsonl"):
        called("backtest", "--rules", rules, "--history", history)
    rules.write_text('{"rules": [{"key": "a"}]}', encoding="utf-8")
    with pytest.raises(CommandError, match="rule a at /rules/0"):
        called("backtest", "--rules", rules, "--history", history)


@needs_shared
@pytest.mark.parametrize("name", ["orders", "tickets"])
def test_backtest_of_a_real_history(name: str) -> None:
    folder = SHARED / "data" / "history"
    rules, history = folder / f"{name}.rules.json", folder / f"{name}.jsonl.gz"
    found = json.loads(called("backtest", "--rules", rules, "--history", history, "--json"))
    assert found["rules"] == json.loads((folder / f"{name}.expected.json").read_text(encoding="utf-8"))["rules"]
