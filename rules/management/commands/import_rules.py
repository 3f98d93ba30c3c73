"""Bring a folder of rules in: what would change, change requests, or new versions."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import PravilaError
from rules.folder import Folder, apply_folder, listed, plan_of, read_folder


class Command(BaseCommand):
    help = "Make a change request for each rule set of a folder that differs from what is live."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--plan", action="store_true", help="only tell what would change; exit with 1 for errors")
        how.add_argument("--apply", action="store_true", help="publish what differs, and save the scenarios")
        parser.add_argument("--title", default="Imported", help="what the change requests are called")

    def handle(self, **options: Any) -> None:
        try:
            folder = read_folder(options["folder"])
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['folder']} cannot be read: {error}. Give a folder of YAML files.") from error
        if not folder.files:
            raise CommandError(f"{options['folder']} has no YAML files. Give a folder as export_rules writes it.")
        for line in listed(folder):
            self.stdout.write(line)
        if folder.errors:
            raise CommandError(f"errors: {len(folder.errors)}; nothing was changed")
        self._plan(folder)
        if not options["plan"]:
            self._import(folder, options["title"], publish=options["apply"])

    def _plan(self, folder: Folder) -> None:
        steps = plan_of(folder)
        for step in steps:
            self.stdout.write(f"{step.file.document.set}: {'new' if step.new else 'changed'}")
            for said in step.said:
                self.stdout.write(f"  {said}")
        if not steps:
            self.stdout.write("nothing would change: these rules are live")

    def _import(self, folder: Folder, title: str, *, publish: bool) -> None:
        try:
            made = apply_folder(folder, title=title, publish=publish)
        except PravilaError as error:
            raise CommandError(str(error)) from error
        for request in made:
            done = f"published as version {request.published.number}" if request.published else request.ref
            self.stdout.write(f"{request.rule_set.key}: {done}")
