"""Why something happened, or did not: one past event with its decision, its proof, and the chain that it stands in. As text
it can be handed to a customer: for a ticket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils import formats, timezone, translation
from django.utils.translation import gettext, ngettext

from core.chains import Chain, chain_of
from core.events import Event
from rules.decisions import Decision
from rules.planning import PlannedAction
from rules.proofs import Proven, prove
from rules.rule_sets import RuleSetVersion
from rules.sentences import show
from rules.trying import TriedRule

MAX_LINES = 200  # rules of one group in a text


@dataclass(frozen=True)
class Explained:
    """An event, its newest decision and what that was made of; `acted` are the rules by the keys of the chain's events."""

    event: Event
    decision: Decision | None
    proven: Proven
    chain: Chain
    acted: dict[int, list[str]]


def explain(event: Event) -> Explained:
    """Everything that is known of why `event` had the consequences that it had. Writes nothing."""
    decision = Decision.objects.filter(event_id=event.pk).order_by("-attempt").first()
    chain = chain_of(event)
    rows = Decision.objects.filter(event_id__in=[link.event.pk for link in chain.links]).order_by("attempt")
    acted = {row.event_id: list(row.rules) for row in rows.only("event_id", "rules")}
    if decision is None:
        waits = gettext("it waits for its decision") if event.live else gettext("imported events are not decided")
        return Explained(event, None, Proven(problem=waits), chain, acted)
    proven = prove(event, decision)
    held = decision.held_back
    rules = tuple(_held_back(rule, held[rule.key]) if rule.key in held else rule for rule in proven.tried.rules)
    return Explained(event, decision, replace(proven, tried=replace(proven.tried, rules=rules)), chain, acted)


def _held_back(rule: TriedRule, why: str) -> TriedRule:
    """A rule whose conditions held, and that was kept from acting by what only the moment of the decision knew."""
    return replace(rule, outcome="not_eligible", why=why, actions=())


def as_text(found: Explained, language: str | None = None, rule: str = "") -> str:
    """The explanation as plain text in a language, that of the reader without one; about one rule where that is given."""
    with translation.override(language or translation.get_language() or "en"):
        return "\n".join(_lines(found, rule)) + "\n"


def _lines(found: Explained, only: str) -> Iterator[str]:
    event, decision, chain = found.event, found.decision, found.chain
    at = _moment(event.at)
    yield gettext("%(type)s, %(name)s, on %(at)s") % {"type": event.type, "name": event.name, "at": at}
    if event.customer:
        yield gettext("Customer: %(ref)s") % {"ref": event.customer}
    if chain.cause:
        yield gettext("Caused by: %(type)s, %(name)s") % {"type": chain.cause.type, "name": chain.cause.name}
    if decision is not None and decision.house:
        names = ", ".join(_version(digest) for digest in decision.versions)
        yield gettext("Decided on %(at)s by %(versions)s") % {"at": _moment(decision.at), "versions": names}
    if decision is not None and decision.problem:
        yield decision.problem
    if found.proven.problem:
        yield gettext("There is no proof: %(why)s.") % {"why": found.proven.problem}
    tried = found.proven.tried
    for title, rules in (
        (gettext("Acted:"), tried.acted),
        (gettext("Did not act:"), tried.not_acted),
        (gettext("Not eligible:"), tried.not_eligible),
    ):
        yield from _group(title, [rule for rule in rules if only in ("", rule.key)])
    if not only and len(chain.links) > 1:
        yield ""
        yield gettext("The whole chain:")
        for link in chain.links:
            acted = found.acted.get(link.event.pk)
            rules_said = gettext(" (rules that acted: %(rules)s)") % {"rules": ", ".join(acted)} if acted else ""
            here = " ←" if link.event.pk == event.pk else ""
            yield f"{'  ' * link.indent}- {link.event.type}, {link.event.name}, {_moment(link.event.at)}{rules_said}{here}"
        if chain.cut:
            yield gettext("The chain is longer than what is shown.")


def _group(title: str, rules: list[TriedRule]) -> Iterator[str]:
    if not rules:
        return
    yield ""
    yield title
    for rule in rules[:MAX_LINES]:
        name = f"{rule.title} ({rule.key})" if rule.title else rule.key
        yield f"- {name}: {rule.why}" if rule.why else f"- {name}"
        if rule.outcome == "acted":
            yield from (f"    {seen.sentence}" for seen in rule.conditions)
            yield from (f"    → {_action(action)}" for action in rule.actions)
    if (more := len(rules) - MAX_LINES) > 0:
        yield ngettext("and %(number)s more rule", "and %(number)s more rules", more) % {"number": more}


def _action(action: PlannedAction) -> str:
    whom = action.row if action.target == "item" else action.target
    parts = [
        action.do,
        *([whom] if whom else []),
        *(f"{name}: {show(value)}" for name, value in action.arguments.items()),
    ]
    return ", ".join([*parts, *([action.problem] if action.problem else [])])


def _moment(at: object) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")  # type: ignore[arg-type]


def _version(digest: str) -> str:
    found = RuleSetVersion.objects.filter(content_hash=digest).select_related("rule_set").first()
    return f"{found} ({digest[:12]})" if found else digest[:12]
