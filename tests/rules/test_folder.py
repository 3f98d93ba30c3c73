"""Rules as code: out into a folder as people wrote them, and in again by plan and apply."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.events import Event
from rules.change_requests import ChangeRequest
from rules.folder import export_to, plan_of, read_folder
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSet
from rules.scenarios import Scenario, from_event
from tests.kit import a_fine
from tests.rules.made_requests import HOUSE_TEXT

MINE = "# Ana asked for it\nset: customer:1\nparams: {days: 9}   # more than a week\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    publish_text(HOUSE, HOUSE_TEXT, title="first")
    publish_text("customer:1", MINE, title="hers")
    a_fine(article=8)
    from_event(Event.objects.get(type="fine.created"), name="A fine is noted")
    export_to(tmp_path)
    return tmp_path


def run(name: str, *given: object) -> str:
    out = StringIO()
    call_command(name, *map(str, given), stdout=out)
    return out.getvalue()


def test_out_and_in_again_is_nothing_new(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert {"house.yaml", "customer-1.yaml"} < names
    assert (folder / "customer-1.yaml").read_text() == MINE, "comments and order stay"
    assert plan_of(read_folder(folder)) == []
    assert "nothing would change" in run("import_rules", folder, "--plan")
    assert "sets: 2, scenarios: 1, errors: 0" in run("check_rules", folder)


def test_plan_tells_and_apply_publishes(folder: Path) -> None:
    (folder / "house.yaml").write_text(HOUSE_TEXT.replace("title: Other", "title: Else"))
    told = run("import_rules", folder, "--plan")
    assert told == 'house: changed\n  rule "other" at title: from Other to Else\n'
    assert not ChangeRequest.objects.exclude(state="published").exists()
    assert run("import_rules", folder).splitlines()[-1].startswith("house: change_request:")
    assert run("import_rules", folder, "--apply").endswith("house: published as version 2\n")
    assert Scenario.objects.count() == 1


def test_a_new_server_becomes_the_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "customer-2.yaml").write_text(MINE.replace("customer:1", "customer:2"))
    run("import_rules", folder, "--apply")
    assert set(RuleSet.objects.exclude(live=None).values_list("key", flat=True)) == {HOUSE, "customer:1", "customer:2"}
    again = tmp_path_factory.mktemp("again")
    export_to(again)
    assert (again / "customer-2.yaml").read_text() == (folder / "customer-2.yaml").read_text()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("house.yaml", HOUSE_TEXT.replace("default: 7", "default: 9"), "is expected and would not be asked for"),
        ("house.yaml", HOUSE_TEXT.replace("op: gte", "op: above"), "above"),
        ("customer-1.yaml", MINE.replace("9}", "99}"), "at most 30"),
        ("other.yaml", MINE, "a file of its own"),
        ("broken.yaml", "rules: [", "cannot be read"),
        ("scenarios/x.json", "{}", "this is no scenario"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_done(folder: Path, name: str, text: str, said: str) -> None:
    (folder / name).write_text(text)
    before = RuleSet.objects.values_list("key", "live")
    for how in ("--plan", "--apply"):
        with pytest.raises(CommandError, match="errors: "):
            run("import_rules", folder, how)
    with pytest.raises(CommandError, match="errors: "):
        run("check_rules", folder)
    assert list(before) == list(RuleSet.objects.values_list("key", "live"))
    assert any(said in str(problem) for _name, problem in read_folder(folder).problems)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="has no YAML files"):
        run("import_rules", tmp_path)
