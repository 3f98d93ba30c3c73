"""The pictures in the documents are those of the machines as declared."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command

from core.machines import all_machines
from core.management.commands.draw_machines import pages

ROOMS = ("core", "rules", "state_machines", "actions")
DOCS = Path(__file__).parents[3] / "docs" / "machines"


def test_the_documents_are_current() -> None:
    ours = [model for model in all_machines() if model.__module__.split(".")[0] in ROOMS]
    assert {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()} == pages(ours), (
        "run `python manage.py draw_machines`"
    )


def test_draws_into_any_folder(tmp_path: Path) -> None:
    call_command("draw_machines", tmp_path / "new", verbosity=0)
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(pages(all_machines()))
