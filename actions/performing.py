"""Performing one action, whatever happens in it: an outcome always comes back, and a failed effect leaves nothing."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction

from actions.declare import EXTERNAL, Call, performers, problem_with
from actions.outcome import Failed, Outcome, Skipped
from actions.runs import ActionRun
from core import catalog
from core.acting import Actor, acting
from core.errors import Blocked, NotAllowed, PravilaError

log = logging.getLogger(__name__)


class Undo(Exception):
    """An action failed in a transaction that it shares with others, where it may have left something half done."""


def perform_shared(run: ActionRun) -> Outcome:
    """Perform an internal action with no savepoint of its own, which most never need. Raises Undo where it fails."""
    spec = catalog.actions.find(run.action)
    try:
        outcome = _perform(run, savepoint=False)
    except OperationalError as error:
        raise Undo(run.action) from error
    if isinstance(outcome, Failed) and spec is not None and not spec.atomic:
        raise Undo(run.action)
    return outcome


def perform_safely(run: ActionRun) -> Outcome:
    """Perform the run's action as its rule. An internal action runs in a savepoint, which a failure takes back."""
    try:
        return perform_or_give_way(run)
    except OperationalError as error:
        return Failed(f"the database was busy: {error}", retryable=True)


def perform_or_give_way(run: ActionRun) -> Outcome:
    """The same, but raises OperationalError where something that the action needs is locked."""
    return _perform(run, savepoint=True)


def _perform(run: ActionRun, *, savepoint: bool) -> Outcome:
    if run.problem:
        return Failed(run.problem, retryable=False)
    spec = catalog.actions.find(run.action)
    if spec is None:
        said = f"there is no action {run.action} any more; install its app again or cancel the run"
        return Failed(said, retryable=False)
    if problem := problem_with(run.action, run.arguments):
        return Failed(f"its arguments do not fit: {problem}", retryable=False)
    call = Call(run.target, run.key, run.rule, run.event_id, run.customer)
    actor = Actor(f"rule:{run.rule}", unlimited=True)
    try:
        with acting(actor, correlation=run.correlation, cause=run.event_id, depth=run.depth + 1):
            if spec.kind == EXTERNAL or spec.atomic or not savepoint:
                return _call(run, call)
            return _perform_in_savepoint(run, call)
    except (Blocked, NotAllowed) as refused:
        if run.if_refused_skip and (savepoint or spec.atomic):
            return Skipped(str(refused))
        return Failed(str(refused), retryable=False)
    except PravilaError as error:
        return Failed(str(error), retryable=error.code == "busy")
    except OperationalError:
        raise
    except Exception as error:
        log.exception("action raised", extra={"run": run.pk, "action": run.action, "rule": run.rule})
        return Failed(f"{type(error).__name__}: {error}", retryable=True)


def _perform_in_savepoint(run: ActionRun, call: Call) -> Outcome:
    with transaction.atomic():
        outcome = _call(run, call)
        if isinstance(outcome, Failed):
            transaction.set_rollback(True)
        return outcome


def _call(run: ActionRun, call: Call) -> Outcome:
    outcome = performers.get(run.action)(call, **run.arguments)
    if not isinstance(outcome, Outcome):
        said = f"{run.action} returned {type(outcome).__name__} instead of Done, Skipped or Failed; correct its code"
        return Failed(said, retryable=False)
    return outcome
