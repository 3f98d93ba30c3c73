"""`run_backtest ID`: the process of one backtest. With --again it is computed once more, and exits 1 where it differs. With
--nursery it is the process that stands by and is forked for each."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from rules.simulation.nursery import serve
from rules.simulation.running import again, compute

NICENESS = 10  # live work goes first


class Command(BaseCommand):
    help = "Computes one backtest that waits; --again computes one that is done once more and compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, nargs="?")
        parser.add_argument("--again", action="store_true", help="compute it again, store nothing, compare the hashes")
        parser.add_argument(
            "--nursery", type=int, metavar="SOCKET", help="fork a process for each that is asked for there"
        )

    def handle(self, *args: Any, id: int | None, again: bool, nursery: int | None, **options: Any) -> None:  # noqa: A002
        os.nice(NICENESS)
        if nursery is not None:
            if (key := serve(nursery)) is not None:
                compute(key)
                connections.close_all()
                os._exit(0)  # to take apart what was loaded would cost half a second
        elif id is None:
            raise CommandError("which backtest? give its id")
        elif not again:
            compute(id)
        elif not _again(id):
            raise CommandError(f"backtest {id} gives another result now")


_again = again
