"""From a change request to the version that decides: checked, frozen, and put in force in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Max

from core import audit
from core.acting import Actor, acting, present
from core.errors import NotAllowed, NotPermitted, PravilaError
from core.machine import lock, perform
from core.permission import ADMINISTRATOR, APPROVER
from core.said import listed, said
from rules.change_requests import ChangeRequest
from rules.document.model import Document
from rules.document.problem import BadRules
from rules.editing import TRIES, approve, begin, check, keep
from rules.examining import examine
from rules.overlay_conflicts import Effects, effects_of, release, settle_all
from rules.reach import carry_out, change_of, demand_choices
from rules.reading import below_of, document_of
from rules.rebasing import rebase, rebase_others
from rules.reviewing import Review
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion

SHORTEST_REASON = 10


class InConflict(PravilaError):
    """This change and the live version are in conflict: {listing} Settle that, check it, and have it approved."""

    status = 409
    code = "in-conflict"


class NothingChanged(PravilaError):
    """These are the rules of {set} that are live already. Change something before you publish."""

    status = 409
    code = "nothing-changed"


class AlreadyPublished(PravilaError):
    """This change request was published as {version}. Begin a new one to change it further."""

    status = 409
    code = "already-published"


class NotApproved(PravilaError):
    """{ref} is {state}, and needs {needed} approvals; it has {given}. Have it checked and approved, or publish it as an
    emergency with a written reason."""

    status = 409
    code = "not-approved"


class NeedsReason(PravilaError):
    """An emergency needs a reason of at least ten letters. Say why these rules cannot wait for their approval."""

    status = 422
    code = "needs-reason"


def publish(
    request: ChangeRequest, *, actor: Actor | None = None, emergency: str = "", choices: Mapping[str, str] | None = None
) -> RuleSetVersion:
    """Put a change request in force: a new immutable version, deciding from the next event on in every worker.

    It is brought over the live version and looked through once more first; where others publish meanwhile again and
    again, at last while they wait for it. `emergency` is the written reason of an approver who publishes without the
    approvals that it needs; `choices` say what becomes of what waits (rules.reach). All other open requests are brought
    over the new version.
    Raises NotApproved, BadRules with every problem, InConflict, NothingChanged, AlreadyPublished, NeedsReason or
    NotPermitted; then nothing is in force that was not before.
    """
    with acting(actor):
        demand_choices(choices or {})
        for _try in range(TRIES):
            version = _published(request, emergency, choices or {})
            if version is not None:
                break
        else:
            with transaction.atomic():
                _lock_set(request.rule_set.key)
                version = _published(request, emergency, choices or {})
            assert version is not None, "nobody edits or publishes while the set is locked"
        rebase_others(request)
        return version


def _published(request: ChangeRequest, emergency: str, choices: Mapping[str, str]) -> RuleSetVersion | None:
    """The version that it became; None where somebody else published, or edited it, between looking and publishing."""
    seen = _unpublished(rebase(request))
    found = examine(seen)
    effects = _effects(seen, found)
    try:
        with transaction.atomic():
            return _in_force(seen, found, effects, emergency, choices)
    except _Overtaken:
        return None


def publish_now(request: ChangeRequest, *, actor: Actor | None = None) -> RuleSetVersion:
    """Check, approve and publish in one go, as far as the actor may. Raises what these raise."""
    with acting(actor):
        _unpublished(request)
        found = check(request)
        if found.errors:
            raise BadRules(found.errors)
        row = ChangeRequest.objects.get(pk=request.pk)
        who = present().actor
        if row.state == "checked" and row.needed and not who.unlimited and _may_approve(who):
            approve(row)
        return publish(row)


def publish_text(key: str, text: str, *, title: str, actor: Actor | None = None) -> RuleSetVersion:
    """Publish `text` as the rules of set `key` at once; for files and first installations. What is refused is withdrawn."""
    with acting(actor):
        request = begin(key, title=title, text=text)
        try:
            return publish_now(request)
        except PravilaError:
            perform(request, "withdraw")
            raise


def roll_back(version: RuleSetVersion, *, actor: Actor | None = None) -> ChangeRequest:
    """A change request that makes the rules of an earlier version anew, over those that are live."""
    text = version.text or ""
    return begin(version.rule_set.key, title=f"Back to version {version.number}", text=text, actor=actor)


class _Overtaken(Exception):
    """Somebody else published, or edited the request, between looking and publishing."""


def _effects(seen: ChangeRequest, found: Review) -> Effects:
    """What it does to overlays, looked at before anybody is kept waiting."""
    if found.document is None or seen.rule_set.key.startswith("customer:"):
        return {}
    return effects_of(found.document)


def _lock_set(key: str) -> RuleSet:
    """The locked set; for an overlay the house, too, stays what it is until the transaction ends."""
    if key != HOUSE and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM rules_ruleset WHERE key = %s FOR SHARE", [HOUSE])
    return RuleSet.objects.select_for_update().get(key=key)


def _in_force(
    seen: ChangeRequest, found: Review, effects: Effects, emergency: str, choices: Mapping[str, str]
) -> RuleSetVersion:
    rule_set = _lock_set(seen.rule_set.key)
    if rule_set.key != HOUSE and found.document is not None and found.house != _live_house():
        raise _Overtaken
    row = _unpublished(lock(ChangeRequest, seen.pk))
    if rule_set.live_id != row.base_id and row.base_id == seen.base_id and not found.document:
        raise BadRules(found.errors)  # what cannot be read was not brought over the live version
    if (row.text, row.base_id) != (seen.text, seen.base_id) or rule_set.live_id != row.base_id:
        raise _Overtaken
    if row.conflicts:
        raise InConflict(listing=listed((said("{conflict}.", conflict=one) for one in row.conflicts[:5]), " "))
    if found.document is None or found.errors:
        raise BadRules(found.errors)
    if rule_set.live is not None and rule_set.live.content_hash == found.digest:
        raise NothingChanged(set=rule_set.key)
    _demand_approved(row, found, emergency)
    former = rule_set.live
    if not rule_set.key.startswith("customer:"):
        segment = "" if rule_set.key == HOUSE else rule_set.key
        settle_all(effects_of(found.document, effects), former, segment)
    if rule_set.stays_on_id is not None or rule_set.stays_in:
        release(rule_set)
    version = _freeze(rule_set, row.text, found.document, found.digest)
    change = change_of(document_of(former, rule_set.key), found.document, below_of(rule_set.key))
    row.reach = carry_out(change, {**row.reach, **choices}, str(version))
    row.published, row.problem = version, ""
    row.save(update_fields=["published", "problem", "reach"])
    perform(row, "publish")
    audit.note("rule_set.published", version.ref)
    return version


def _live_house() -> int | None:
    return RuleSet.objects.filter(key=HOUSE).values_list("live_id", flat=True).first()


def _demand_approved(row: ChangeRequest, found: Review, emergency: str) -> None:
    """Raise what keeps the present actor from publishing; a draft that needs no approval is checked on the way."""
    who = present().actor
    light = found.weight == "light"
    if not (who.unlimited or _may_approve(who) or light):
        raise NotPermitted(actor=who.ref, what="publish rules")
    if row.state == "approved" and row.fingerprint == found.fingerprint:
        return
    keep(row, found)
    if row.state == "draft":
        perform(row, "mark_checked")
    if who.unlimited or light:
        return
    if not emergency:
        given = row.approvals.filter(fingerprint=row.fingerprint).count()
        raise NotApproved(ref=row.ref, state=row.state, needed=row.needed, given=given)
    if len(emergency.strip()) < SHORTEST_REASON:
        raise NeedsReason
    audit.note("change_request.emergency", row.ref, text=emergency.strip()[:2000])


def _may_approve(who: Actor) -> bool:
    return who.customers is None and bool(who.roles & {APPROVER, ADMINISTRATOR})


def _unpublished(request: ChangeRequest) -> ChangeRequest:
    row = ChangeRequest.objects.select_related("rule_set", "published__rule_set").get(pk=request.pk)
    if row.published is not None:
        raise AlreadyPublished(version=str(row.published))
    if row.state == "withdrawn":
        raise NotAllowed(ref=row.ref, state=row.state, transition="publish", sources="approved")
    return row


def _freeze(rule_set: RuleSet, text: str, document: Document, digest: str) -> RuleSetVersion:
    newest = rule_set.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = RuleSetVersion.objects.create(
        rule_set=rule_set, number=newest + 1, text=text, document=document.data, content_hash=digest
    )
    former, rule_set.live = rule_set.live, version
    rule_set.save(update_fields=["live"])
    perform(version, "publish")
    if former is not None:
        perform(former, "retire")
    return version
