"""Rule sets as a folder of files, one YAML file per set as people wrote it, and one JSON file per scenario."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.said import said
from rules.change_requests import ChangeRequest
from rules.checks import check
from rules.describing import differences
from rules.document.files import load_file
from rules.document.model import Document, content_hash
from rules.document.problem import BadRules, Problem
from rules.editing import begin, text_of
from rules.flattening import flattened
from rules.publish import publish_now
from rules.reading import document_of, live_version
from rules.rule_sets import HOUSE, RuleSet
from rules.scenarios import Scenario, failures_in, save
from rules.segments import SEGMENT

SCENARIOS = "scenarios"


@dataclass(frozen=True)
class FolderFile:
    """One set in a folder: where it stands, its text, its document."""

    path: Path
    text: str
    document: Document


@dataclass(frozen=True)
class Step:
    """What importing one set would change: sentences; `new` where nothing of it is live."""

    file: FolderFile
    said: tuple[str, ...]
    new: bool


@dataclass(frozen=True)
class Folder:
    """The files of a folder, the house first, and what is wrong with them: the file's name with each problem."""

    files: tuple[FolderFile, ...]
    scenarios: tuple[Scenario, ...]
    problems: tuple[tuple[str, Problem], ...]

    @property
    def errors(self) -> list[Problem]:
        return [problem for _name, problem in self.problems if problem.severity == "error"]


def file_name(key: str) -> str:
    """Where a set stands: customer-17.yaml."""
    return f"{key.replace(':', '-')}.yaml"


def export_to(folder: Path) -> list[Path]:
    """Write every live set and every scenario; the files written. Other files of the folder stay."""
    (folder / SCENARIOS).mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for rule_set in RuleSet.objects.exclude(live=None).order_by("key"):
        path = folder / file_name(rule_set.key)
        path.write_text(text_of(rule_set.live, rule_set.key), encoding="utf-8", newline="\n")
        written.append(path)
    for scenario in Scenario.objects.all():
        slug = re.sub(r"[^A-Za-z0-9]+", "-", scenario.name).strip("-").lower() or "scenario"
        path = folder / SCENARIOS / f"{slug}-{scenario.pk}.json"
        given = {"name": scenario.name, "event": scenario.event, "expected": scenario.expected}
        path.write_text(json.dumps(given, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        written.append(path)
    return written


def read_folder(folder: Path, *, strict: bool = False) -> Folder:
    """Read and check all sets of a folder together, and run its scenarios. Needs no database. Raises OSError."""
    files: dict[str, FolderFile] = {}
    problems: list[tuple[str, Problem]] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        loaded = load_file(path)
        problems += [(path.name, problem) for problem in loaded.problems]
        for document in loaded.documents if loaded.ok else ():
            if document.set in files or len(loaded.documents) != 1:
                wrong = said(
                    'a set has a file of its own; "{set}" stands in another file too, or beside another set',
                    set=document.set,
                )
                problems.append((path.name, Problem("error", "", "/set", wrong, 1)))
                continue
            files[document.set] = FolderFile(path, path.read_text(encoding="utf-8").removeprefix("\ufeff"), document)
    documents = sorted(files, key=lambda key: (key != HOUSE, not key.startswith(SEGMENT), key))
    for key in documents:
        found = min((_found(below, files[key].document, strict=strict) for below in _below(files, key)), key=_errors)
        problems += [(files[key].path.name, problem) for problem in found]
    scenarios = list(_scenarios(folder, problems))
    if not any(problem.severity == "error" for _name, problem in problems):
        found = failures_in([files[key].document for key in documents], scenarios)
        problems += [(SCENARIOS, problem) for problem in found]
    return Folder(tuple(files[key] for key in documents), tuple(scenarios), tuple(problems))


def _below(files: Mapping[str, FolderFile], key: str) -> Iterator[Document | None]:
    """What a set may stand over: a customer's over the house, or over any segment, as the facts will tell."""
    house = files[HOUSE].document if HOUSE in files and key != HOUSE else None
    yield house
    if house is not None and key.startswith("customer:"):
        yield from (flattened(house, file.document) for one, file in files.items() if one.startswith(SEGMENT))


def _found(below: Document | None, document: Document, *, strict: bool) -> list[Problem]:
    if below is None:
        return check([document], strict=strict)
    known = check([below], strict=strict)
    return [problem for problem in check([below, document], strict=strict) if problem not in known]


def _errors(problems: Sequence[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


def plan_of(folder: Folder) -> list[Step]:
    """What importing the folder would change; nothing for sets that are live as they stand there."""
    steps = []
    for file in folder.files:
        live = live_version(file.document.set)
        if live is None or live.content_hash != content_hash(file.document):
            said = differences(document_of(live, file.document.set).data, file.document.data)
            steps.append(Step(file, tuple(said), live is None))
    return steps


def apply_folder(folder: Folder, *, title: str, publish: bool) -> list[ChangeRequest]:
    """A change request for each set that differs, published where `publish` says so, the house first; its scenarios are
    saved before. Raises BadRules where the folder has errors, and what publishing raises; sets before it stay published."""
    if folder.errors:
        raise BadRules(folder.errors)
    for scenario in folder.scenarios if publish else ():
        save(scenario.name, scenario.event, scenario.expected)
    made = []
    for step in plan_of(folder):
        request = begin(step.file.document.set, title=title, text=step.file.text)
        if publish:
            publish_now(request)
        made.append(ChangeRequest.objects.select_related("rule_set", "published").get(pk=request.pk))
    return made


def _scenarios(folder: Path, problems: list[tuple[str, Problem]]) -> Iterator[Scenario]:
    for path in sorted((folder / SCENARIOS).glob("*.json")):
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
            yield Scenario(name=str(given["name"]), event=dict(given["event"]), expected=list(given["expected"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            wrong = said(
                "this is no scenario: {kind} {why}; it needs a name, an event and what is expected",
                kind=type(error).__name__,
                why=error,
            )
            problems.append((f"{SCENARIOS}/{path.name}", Problem("error", "", "", wrong)))


def listed(folder: Folder) -> Sequence[str]:
    """The problems as lines for a terminal."""
    return [f"{name}:{problem.line or 1}: {problem}" for name, problem in folder.problems]
