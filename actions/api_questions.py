"""What people are asked before an action, for programs: the open questions, and answering one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from actions import questions
from actions.runs import ActionRun
from core import permission
from core.acting import Actor
from core.api import PROBLEMS, Closed, Problem
from core.errors import NotPermitted
from core.paging import Id

router = Router()
MOST = 500


class QuestionShown(Schema):
    """`id` is that of the action run. `mine` tells whether you may answer; silence is no from `until` on."""

    id: int
    subject: str
    customer: str
    rule: str
    action: str
    target: str
    arguments: dict[str, Any]
    role: str
    until: str | None
    due_at: str
    state: str
    mine: bool


class Answer(Closed):
    answer: Literal["yes", "no"]
    reason: Annotated[str, Field(max_length=500)] = ""


@router.get("", response={200: list[QuestionShown], PROBLEMS: Problem}, summary="List open questions")
def list_questions(request: HttpRequest) -> Any:
    """At most 500, those whose time is over first."""
    actor = _staff(request)
    return [_shown(run, actor) for run in questions.open_questions()[:MOST]]


@router.post("/{id}", response={200: QuestionShown, PROBLEMS: Problem}, summary="Answer a question")
def answer_one(request: HttpRequest, id: Id, given: Answer) -> Any:  # noqa: A002
    """Once and for all; 409 where it was answered, stopped, or its time is over."""
    actor = _staff(request)
    run = questions.answer(id, yes=given.answer == "yes", reason=given.reason, actor=actor)
    return _shown(run, actor)


def _staff(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    if actor.customers is not None:
        raise NotPermitted(actor=actor.ref, what="read questions")
    permission.demand_reader(actor)
    return actor


def _shown(run: ActionRun, actor: Actor) -> dict[str, Any]:
    names = ("id", "subject", "customer", "rule", "action", "target", "arguments", "state")
    return {
        **{name: getattr(run, name) for name in names},
        "role": questions.role_of(run),
        "until": run.ask_until.isoformat() if run.ask_until else None,
        "due_at": run.due_at.isoformat(),
        "mine": questions.may_answer(actor, run),
    }
