"""From a text to the version that decides: read, check, freeze, and put in force, in one transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from core import audit
from core.acting import Actor, acting, present
from core.errors import PravilaError
from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.checks import check
from rules.document.load import Loaded, load
from rules.document.model import Document, content_hash
from rules.document.problem import BadRules, Problem
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion


class BaseMoved(PravilaError):
    """{set} was published as version {live} after this change was begun from version {base}. Copy your change into a
    new change request over version {live}."""

    status = 409
    code = "base-moved"


class NothingChanged(PravilaError):
    """These are the rules of {set} that are live already. Change something before you publish."""

    status = 409
    code = "nothing-changed"


class AlreadyPublished(PravilaError):
    """This change request was published as {version}. Begin a new one to change it further."""

    status = 409
    code = "already-published"


def read(text: str, key: str) -> tuple[Document | None, list[Problem]]:
    """The one document of set `key` in `text`, and everything that is wrong with it; warnings included."""
    loaded: Loaded = load(text, name="rules.yaml")
    problems = list(loaded.problems)
    if not loaded.ok:
        return None, problems
    if len(loaded.documents) != 1:
        wrong = f"there are {len(loaded.documents)} documents in this text; write one, without a line of ---"
        return None, [*problems, Problem("error", "", "", wrong, 1)]
    document = loaded.documents[0]
    if document.set != key:
        wrong = f'this text is for set "{document.set}", but it is saved under "{key}"; write "set: {key}"'
        problems.append(Problem("error", "", "/set", wrong, document.line_of("/set")))
    house = _live_document(HOUSE) if key != HOUSE else None
    if house is None:
        return document, problems + check([document])
    not_mine = check([house])
    return document, problems + [found for found in check([house, document]) if found not in not_mine]


def _live_document(key: str) -> Document | None:
    version = RuleSetVersion.objects.filter(rule_set__key=key, state="live").first()
    return Document(version.document, name=str(version)) if version else None


def publish(request: ChangeRequest, *, actor: Actor | None = None) -> RuleSetVersion:
    """Put a change request in force: a new immutable version, deciding from the next event on in every worker.

    Raises BadRules with every problem, BaseMoved, NothingChanged, AlreadyPublished or NotPermitted; then nothing changed.
    """
    with acting(actor), transaction.atomic():
        rule_set = RuleSet.objects.select_for_update().get(pk=request.rule_set_id)
        request = ChangeRequest.objects.select_for_update().get(pk=request.pk)
        if request.published is not None:
            raise AlreadyPublished(version=str(request.published))
        if request.base_id != rule_set.live_id:
            live, base = rule_set.live, request.base
            raise BaseMoved(set=rule_set.key, live=live.number if live else 0, base=base.number if base else 0)
        version = _freeze(rule_set, request.text)
        request.published = version
        request.save(update_fields=["published"])
        return version


def publish_text(key: str, text: str, *, title: str, actor: Actor | None = None) -> RuleSetVersion:
    """Publish `text` as the rules of set `key` at once; for files and first installations."""
    with acting(actor), transaction.atomic():
        rule_set, _made = RuleSet.objects.select_for_update().get_or_create(key=key)
        request = ChangeRequest.objects.create(
            rule_set=rule_set, base=rule_set.live, text=text, title=title, author=present().actor.ref
        )
        return publish(request)


def _freeze(rule_set: RuleSet, text: str) -> RuleSetVersion:
    document, problems = read(text, rule_set.key)
    errors = [found for found in problems if found.severity == "error"]
    if errors or document is None:
        raise BadRules(errors)
    digest = content_hash(document)
    if rule_set.live is not None and rule_set.live.content_hash == digest:
        raise NothingChanged(set=rule_set.key)
    newest = rule_set.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = RuleSetVersion.objects.create(
        rule_set=rule_set, number=newest + 1, text=text, document=document.data, content_hash=digest
    )
    perform(version, "publish")
    if rule_set.live is not None:
        perform(rule_set.live, "retire")
    rule_set.live = version
    rule_set.save(update_fields=["live"])
    audit.note("rule_set.published", f"rule_set_version:{version.pk}")
    return version
