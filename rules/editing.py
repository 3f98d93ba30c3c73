"""Beginning, editing, settling, checking and approving of change requests: all before one goes live."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from core import audit, clock, permission
from core.acting import Actor, acting, present
from core.errors import NotAllowed, PravilaError
from core.machine import change, perform, transition_of
from rules.change_requests import OPEN, Approval, ChangeRequest, demand_writer, locked
from rules.examining import examine
from rules.reading import document_of
from rules.rebasing import rebase
from rules.reviewing import Review, as_data
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from rules.writing import written

TRIES = 4  # how often it is looked through while nobody is kept waiting


class EditedMeanwhile(PravilaError):
    """After you opened this change request, somebody saved it, or published what it was brought over. Copy your text, reload,
    and merge."""

    status = 409
    code = "edited-meanwhile"


class OwnChange(PravilaError):
    """{actor} wrote {ref}, which needs {needed} approvals, so somebody else must approve of it. Ask two other people."""

    status = 403
    code = "own-change"


def begin(key: str, *, title: str, text: str = "", actor: Actor | None = None) -> ChangeRequest:
    """A change request over the live version of set `key`, with its text unless `text` is given."""
    with acting(actor), transaction.atomic():
        demand_writer("begin a change request")
        rule_set, _made = RuleSet.objects.get_or_create(key=key)
        author = present().actor.ref
        request = ChangeRequest.objects.create(
            rule_set=rule_set, base=rule_set.live, text=text or text_of(rule_set.live, key), title=title[:200],
            author=author, editors=[author],
        )  # fmt: skip
        audit.note("change_request.begun", request.ref)
        return request


def text_of(version: RuleSetVersion | None, key: str = HOUSE) -> str:
    """A version's text; written anew where it was stored as data only."""
    document = document_of(version, key)
    return version.text if version and version.text else written(document.data)


def edit(
    request: ChangeRequest, *, title: str | None = None, text: str | None = None, seen: str = "",
    actor: Actor | None = None,
) -> ChangeRequest:  # fmt: skip
    """Give an open change request another title or text; one with another text is a draft again.

    `seen` is the moment of the text that the editor had before them, as ISO 8601; without it, nothing tells whether that
    text is older than what it replaces. Raises EditedMeanwhile or NotAllowed.
    """
    with acting(actor), transaction.atomic():
        demand_writer("edit a change request")
        row = open_one(request, "edit")
        if seen and seen != row.changed_at.isoformat():
            raise EditedMeanwhile
        if text is not None and text != row.text:
            if row.state != "draft":
                perform(row, "reopen")
            row = change(row, event="change_request.edited", text=text)
            row.editors = list(dict.fromkeys([*row.editors, present().actor.ref]))
            row.fingerprint = ""
        row.title = row.title if title is None else title[:200]
        row.save(update_fields=["title", "editors", "fingerprint", "changed_at"])
        audit.note("change_request.saved", row.ref)
        return row


def settle(request: ChangeRequest, *, actor: Actor | None = None) -> ChangeRequest:
    """Say that the text stands as it is, whatever the live version has where they were in conflict."""
    with acting(actor), transaction.atomic():
        demand_writer("settle conflicts")
        row = open_one(request, "settle")
        if row.conflicts:
            row.conflicts = []
            row.save(update_fields=["conflicts"])
            audit.note("change_request.settled", row.ref)
        return row


def check(request: ChangeRequest, *, actor: Actor | None = None) -> Review:
    """Bring it over the live version, look for problems, and keep what was found; without errors it is `checked`.

    What is edited or brought over a newer version meanwhile is looked at again, at last while others wait for it.
    """
    with acting(actor):
        demand_writer("check a change request")
        for _try in range(TRIES):
            found = _checked(request)
            if found is not None:
                return found
        with transaction.atomic():
            locked(request.pk)
            found = _checked(request)
            assert found is not None, "nobody edits or publishes while it is locked"
            return found


def _checked(request: ChangeRequest) -> Review | None:
    """What was found and kept; None where the request moved meanwhile."""
    seen = rebase(open_one(request, "check"))
    found = examine(seen)
    with transaction.atomic():
        row = open_one(seen, "check")
        if (row.text, row.base_id) != (seen.text, seen.base_id):
            return None
        keep(row, found)
        if row.state == "draft" and not found.errors and not row.conflicts:
            perform(row, "mark_checked")
    return found


def keep(row: ChangeRequest, found: Review) -> None:
    """Keep what a review found on a locked request. What it was checked or approved for, and is no more, is taken back."""
    if row.state != "draft" and (found.errors or found.fingerprint != row.fingerprint):
        perform(row, "reopen")
    row.findings = [as_data(problem) for problem in found.problems]
    row.weight, row.needed = found.weight, found.needed
    row.fingerprint = "" if found.document is None else found.fingerprint
    row.tested = found.tested or row.tested
    row.save(update_fields=["findings", "weight", "needed", "fingerprint", "tested"])


def approve(request: ChangeRequest, *, actor: Actor | None = None) -> ChangeRequest:
    """Approve of a checked change request; with as many approvals as it needs it is `approved`.

    Raises NotPermitted, NotAllowed, or OwnChange where two are demanded and the person wrote some of it.
    """
    with acting(actor), transaction.atomic():
        row = locked(request.pk)
        who = present().actor
        permission.demand(who, row, transition_of(ChangeRequest, "approve"))
        if row.state != "checked":
            raise NotAllowed(ref=row.ref, state=row.state, transition="approve", sources="checked")
        if row.needed > 1 and who.ref in {row.author, *row.editors}:
            raise OwnChange(actor=who.ref, ref=row.ref, needed=row.needed)
        Approval.objects.get_or_create(
            request=row, actor=who.ref, fingerprint=row.fingerprint, defaults={"at": clock.now()}
        )
        audit.note("change_request.approved", row.ref)
        if approvals(row).count() >= row.needed:
            perform(row, "approve")
        return row


def approvals(request: ChangeRequest) -> QuerySet[Approval]:
    """The approvals that hold: those of its rules and findings as they are now."""
    return request.approvals.filter(fingerprint=request.fingerprint).exclude(fingerprint="").order_by("at")


def open_one(request: ChangeRequest, what: str) -> ChangeRequest:
    """The request, read anew and locked inside the open transaction. Raises NotAllowed where it is open no more."""
    with transaction.atomic():
        row = locked(request.pk)
    if row.state not in OPEN:
        raise NotAllowed(ref=row.ref, state=row.state, transition=what, sources=" or ".join(OPEN))
    return row
