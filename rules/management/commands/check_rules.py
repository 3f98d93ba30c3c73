"""Check a file of rules."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rules.checks import check
from rules.document.files import load_file
from rules.folder import listed, read_folder


class Command(BaseCommand):
    help = (
        "List the problems of a file of rules, JSON or YAML, or of a folder of them with its scenarios, and exit with 1 "
        "where one of them is an error."
    )
    requires_system_checks = []  # no database is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--strict", action="store_true", help="what nobody declared is an error, not a warning")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        if path.is_dir():
            self._folder(path, strict=options["strict"])
            return
        try:
            loaded = load_file(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}. Give the path of a file of rules.") from error
        problems = list(loaded.problems)
        if loaded.ok:
            problems += check(loaded.documents, strict=options["strict"])
        for problem in problems:
            self.stdout.write(f"{path}:{problem.line or 1}: {problem}")
            if problem.witness:
                self.stdout.write(f"  shown by {json.dumps(problem.witness, ensure_ascii=False)}")
        errors, warnings = (sum(problem.severity == sort for problem in problems) for sort in ("error", "warning"))
        if errors:
            raise CommandError(f"{path}: errors: {errors}, warnings: {warnings}")
        self.stdout.write(f"{path}: errors: 0, warnings: {warnings}")

    def _folder(self, path: Path, *, strict: bool) -> None:
        folder = read_folder(path, strict=strict)
        for line in listed(folder):
            self.stdout.write(line)
        errors, scenarios = len(folder.errors), len(folder.scenarios)
        found = f"{path}: sets: {len(folder.files)}, scenarios: {scenarios}, errors: {errors}, warnings: "
        found += str(sum(problem.severity == "warning" for _name, problem in folder.problems))
        if errors:
            raise CommandError(found)
        self.stdout.write(found)
