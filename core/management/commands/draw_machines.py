"""`draw_machines`: a picture of every machine, and a page that shows them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from core.diagram import draw
from core.machine import Machine
from core.machines import all_machines

HEAD = """# Machines

Every machine with its states and transitions; a thick border is the end of the way. `python manage.py draw_machines`
draws them from the declarations.
"""


def pages(models: list[type[Machine]]) -> dict[str, str]:
    """The content of each file by its name: one picture per machine, and README.md."""
    with translation.override("en"):
        drawn = {f"{model.spec.noun}.svg": draw(model.spec) for model in models}
        parts = [f"\n## {model.spec.noun}\n\n![{model.spec.title}]({model.spec.noun}.svg)\n" for model in models]
    return drawn | {"README.md": HEAD + "".join(parts)}


class Command(BaseCommand):
    help = "Draws every machine into docs/machines/, or into another folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", default="docs/machines", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        found = pages(all_machines())
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"Drew {len(found) - 1} machines into {folder}.")
