"""The page on how rules change names the states, weights and addresses that there are, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from django.test import Client

from rules.change_requests import WEIGHTS, ChangeRequest

PAGE = (Path(__file__).parents[2] / "docs" / "publishing.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[str]:
    return re.findall(r"^\| (\w+) \|", section(title), re.MULTILINE)[1:]


def test_its_states_and_weights() -> None:
    assert rows("The life cycle") == list(ChangeRequest.spec.states)
    assert rows("Three weights") == list(WEIGHTS)


def test_its_addresses() -> None:
    there = Client().get("/api/v1/openapi.json").json()["paths"]
    named = set(re.findall(r"/api/v1/[\w/{}-]+", section("Over the API")))
    parts = ("rule-sets/{key}/", "change-requests", "scenarios")
    wanted = {path for path in there if any(part in path for part in parts)}
    acts = {path for path in wanted if path.rpartition("/")[2] in ("approve", "publish", "schedule", "withdraw")}
    assert acts
    assert named == wanted - acts
    assert all(f"`{path.rpartition('/')[2]}`" in PAGE for path in acts)
