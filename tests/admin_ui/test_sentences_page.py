"""The doors of the sentence editor: who may, what is refused, and that a bad request says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from rules.change_requests import ChangeRequest
from rules.editing import begin, edit
from rules.operators import Operator, operators
from rules.rule_sets import RuleSetVersion
from tests.admin_ui.conftest import SignIn


@pytest.fixture
def draft(house: RuleSetVersion) -> ChangeRequest:
    return begin("house", title="Something new")


def send(client: Client, draft: ChangeRequest, where: str, **state: Any) -> Any:
    return client.post(f"/staff/rules/changerequest/{draft.pk}/sentences/{where}/", {"state": json.dumps(state)})


def test_the_rules_stand_there_in_sentences(sign_in: SignIn, draft: ChangeRequest) -> None:
    client = sign_in("viewer")
    shown = client.get(f"/staff/rules/changerequest/{draft.pk}/sentences/").content.decode()
    assert "Large fines go to a collector" in shown
    assert "is at least" in shown
    assert "A new rule" not in shown
    rule = client.get(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/?key=collect-large")
    assert b" disabled" in rule.content
    assert client.get(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/?key=none").status_code == 404
    assert client.get("/staff/rules/changerequest/99/sentences/").status_code == 404


def test_an_edit_answers_with_document_lines_sentence_and_problems(sign_in: SignIn, draft: ChangeRequest) -> None:
    rule = {"key": "new", "when": "fine.created", "then": []}
    edit = {"do": "add", "at": "/if", "what": "condition"}
    answer = send(sign_in("author"), draft, "lines", rule=rule, former="", opened=[], edit=edit).json()
    assert answer["rule"]["if"]["op"] == "eq"
    assert list(answer["rule"]) == ["key", "when", "if", "then"]
    assert 'data-line="/if"' in answer["html"]
    assert answer["sentence"] == "When fine created. If fine: state is created."
    assert {key: value for key, value in answer["findings"][0].items() if key != "message"} == {
        "severity": "warning",
        "pointer": "/then",
    }


def test_an_operator_stands_there_from_its_declaration_on(sign_in: SignIn, draft: ChangeRequest) -> None:
    rule = {"key": "new", "when": "fine.created", "if": {"fact": "event.subject", "op": "eq", "value": "a"}, "then": []}
    edit = {"do": "op", "at": "/if", "parts": {"value": "longer_than"}}
    operators.add("longer_than", Operator("longer_than", "is longer than {wanted}", lambda a, b: len(a) > b, "number"))
    try:
        answer = send(sign_in("author"), draft, "lines", rule=rule, former="", opened=[], edit=edit).json()
    finally:
        operators.remove("longer_than")
    assert answer["rule"]["if"] == {"fact": "event.subject", "op": "longer_than", "value": 0}
    assert '<option value="longer_than" selected>is longer than</option>' in answer["html"]
    assert 'class="pv-input pv-number"' in answer["html"]
    assert answer["sentence"].endswith("is longer than 0.")
    assert [finding for finding in answer["findings"] if finding["pointer"].startswith("/if")] == []


@pytest.mark.parametrize(
    "state",
    [
        "{", "[]", '{"rule": 7}', '{"rule": {}, "edit": {"do": "remove", "at": "/then/7"}}',
        '{"rule": {}, "edit": {"do": "nothing", "at": ""}}', "[" * 100_000,
        '{"rule": {"if": {"all": 7}, "then": {"a": null}, "when": [[]]}, "edit": {"do": "set", "at": "x"}}',
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(sign_in: SignIn, draft: ChangeRequest, state: str) -> None:
    answer = sign_in("author").post(f"/staff/rules/changerequest/{draft.pk}/sentences/lines/", {"state": state})
    assert (answer.status_code, bool(answer.json()["problem"])) == (422, True)


def test_a_viewer_changes_nothing(sign_in: SignIn, draft: ChangeRequest) -> None:
    client = sign_in("viewer")
    assert send(client, draft, "lines", rule={}).status_code == 403
    send(client, draft, "rule", rule={"key": "new", "when": "fine.created"}, former="")
    draft.refresh_from_db()
    assert "new" not in draft.text


def test_a_saved_rule_stands_in_the_text(sign_in: SignIn, draft: ChangeRequest) -> None:
    rule = {"key": "new", "when": "fine.created", "then": [{"do": "fine.settle"}]}
    answer = send(sign_in("author"), draft, "rule", rule=rule, former="")
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.text.endswith("- key: new\n  when: fine.created\n  then: [{do: fine.settle}]\n")


def test_who_saved_meanwhile_is_not_overwritten(sign_in: SignIn, draft: ChangeRequest) -> None:
    rule = {"key": "new", "when": "fine.created", "then": []}
    given = {"state": json.dumps({"rule": rule, "former": ""}), "seen": "2020-01-01T00:00:00+00:00"}
    answer = sign_in("author").post(f"/staff/rules/changerequest/{draft.pk}/sentences/rule/", given)
    assert b"After you opened this change request" in answer.content
    assert b"data-line" in answer.content  # what was made is still there


def test_a_text_that_cannot_be_read_is_mended_as_text(sign_in: SignIn, draft: ChangeRequest) -> None:
    edit(draft, text="rules: [")
    answer = sign_in("author").get(f"/staff/rules/changerequest/{draft.pk}/sentences/", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/change/")
    assert b"the text cannot be read" in answer.content


def test_problems_are_told_in_romanian(sign_in: SignIn, draft: ChangeRequest) -> None:
    client = sign_in("author")
    rule = {"key": "new", "when": "fine.created", "then": []}
    where, state = f"/staff/rules/changerequest/{draft.pk}/sentences/lines/", {"rule": rule, "former": "", "opened": []}
    answer = client.post(where, {"state": json.dumps(state)}, headers={"Accept-Language": "ro"}).json()
    assert answer["findings"][0]["message"] == "această regulă nu face nimic; adăugați un pas sau scoateți regula"
    assert "această regulă nu face nimic" in answer["html"]
    refused = client.post(where, {"state": "{"}, headers={"Accept-Language": "ro"}).json()
    assert refused["problem"].startswith("nu este JSON: ")
