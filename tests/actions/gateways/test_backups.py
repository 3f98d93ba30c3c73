"""The door to backups: a whole copy that another server can read, and only so many of them."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from actions.gateways.backups import BackupFolder, BackupsDouble
from actions.outcome import Done, Failed
from core import clock
from tests.state_machines.made import a_customer

NOON = datetime(2026, 5, 14, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, backups=tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.mark.django_db(transaction=True)
def test_it_is_a_whole_copy_for_the_servers_user_only(folder: Path) -> None:
    customer = a_customer()
    made = BackupFolder().make(3)
    assert isinstance(made, Done)
    [file] = folder.iterdir()
    assert (file.stat().st_mode & 0o077, made.answer["file"]) == (0, file.name)
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(file)) as copy:
            assert copy.execute("SELECT id FROM state_machines_customer").fetchall() == [(customer.pk,)]
    else:
        listed = subprocess.run(["pg_restore", "-l", str(file)], capture_output=True, check=True, text=True)
        assert "TABLE DATA public state_machines_customer" in listed.stdout


@pytest.mark.django_db(transaction=True)
def test_only_so_many_are_kept_the_newest(folder: Path) -> None:
    for day in range(3):
        with clock.turned_to(NOON + timedelta(days=day)):
            assert isinstance(BackupFolder().make(2), Done)
    assert [file.name[8:16] for file in sorted(folder.iterdir())] == ["20260515", "20260516"]


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_cannot_be_written_is_tried_again_and_leaves_nothing(folder: Path) -> None:
    folder.parent.joinpath("kept").write_text("a file in its place")
    found = BackupFolder().make(2)
    assert isinstance(found, Failed)
    assert found.retryable
    assert "folder of backups" in found.reason


@pytest.mark.postgresql
@pytest.mark.django_db
def test_without_pg_dump_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    found = BackupFolder().make(2)
    assert isinstance(found, Failed)
    assert not found.retryable
    assert "pg_dump" in found.reason
    assert list(folder.iterdir()) == []


def test_the_double_records() -> None:
    double = BackupsDouble()
    assert isinstance(double.make(14), Done)
    assert double.made == [14]
