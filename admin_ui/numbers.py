"""The parameters of all sets as one table: what the house has, who differs, and from typed text to a value of its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from core.formats import typed_figure
from core.money import digits
from rules.describing import shown
from rules.params import single
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from rules.tables import is_table

WALKED = 20  # versions that are looked through for the last change of a number


@dataclass(frozen=True)
class Own:
    """A value that one set has of its own, as people read it."""

    set: str
    value: str
    by: str


@dataclass(frozen=True)
class Number:
    """One parameter: what the house has, in which `bounds`, since which version by whom, and who differs."""

    name: str
    title: str
    declared: Mapping[str, Any]
    house: str
    bounds: str
    since: int
    by: str
    own: tuple[Own, ...]

    @property
    def words(self) -> str:
        return f"{self.name} {self.title}".lower()


def numbers(only: str = "") -> list[Number]:
    """Every parameter that the house declares; of other sets all values, or those of the set `only`."""
    house = RuleSet.objects.filter(key=HOUSE).select_related("live").defer("live__text").first()
    if house is None or house.live is None:
        return []
    declared = house.live.document.get("params", {})
    since, authors = _changed_in(house.live, declared)
    sets = RuleSet.objects.exclude(live=None).exclude(key=HOUSE).order_by("key")
    rows = (sets.filter(key=only) if only else sets).values_list(
        "key", "live__document", "live__change_request__author"
    )
    own: dict[str, list[Own]] = {}
    for key, document, author in rows:
        for name, value in document.get("params", {}).items():
            own.setdefault(name, []).append(Own(key, as_typed(value), author or ""))
    return [
        Number(
            name, str(spec.get("title") or name), spec, as_typed(spec.get("default")), bounds_of(spec),
            since[name], authors.get(since[name], ""), tuple(own.get(name, ())),
        )
        for name, spec in declared.items()
    ]  # fmt: skip


def bounds_of(declared: Mapping[str, Any]) -> str:
    """The bounds of a parameter in words; its choices where they are named."""
    wanted = single(declared)
    if isinstance(wanted, Mapping):
        return ", ".join(map(str, wanted.get("one_of", ())))
    low, high = (shown(declared[key]) if key in declared else "" for key in ("min", "max"))
    if low and high:
        return f"{low} – {high}"
    return gettext("from %(low)s") % {"low": low} if low else gettext("up to %(high)s") % {"high": high} if high else ""


def kind_of(declared: Mapping[str, Any]) -> str:
    """The type of a parameter, as people read it."""
    wanted = single(declared)
    name = gettext("one of") if isinstance(wanted, Mapping) else gettext(str(wanted))
    if isinstance(declared["type"], list):
        return gettext("list of %(kind)s") % {"kind": name}
    return gettext("table by %(fact)s") % {"fact": declared["type"]["by"]} if is_table(declared) else name


def as_typed(value: Any) -> str:
    """A value as it is typed: 30, 500.00 RON, 1d, 3d, or a line for each place of a table."""
    if isinstance(value, Mapping) and set(value) != {"money"}:
        return "\n".join(f"{key}: {as_typed(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown(value)


def value_of(text: str, declared: Mapping[str, Any]) -> Any:
    """The value that `text` stands for; what cannot be read stays text, and then does not fit its type."""
    if isinstance(declared["type"], list):
        return [_single(part.strip(), single(declared)) for part in text.replace("\n", ",").split(",") if part.strip()]
    if is_table(declared):
        lines = (line.partition(":") for line in text.splitlines() if line.strip())
        return {key.strip(): _single(value.strip(), single(declared)) for key, _colon, value in lines}
    return _single(text.strip(), single(declared))


def _single(text: str, wanted: Any) -> Any:
    if wanted == "money":
        amount, _space, currency = text.replace("\xa0", " ").rpartition(" ")
        code = currency.upper()
        return {"money": f"{typed_figure(amount, get_language() or 'en', digits(code))} {code}"}
    if wanted == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if wanted in ("integer", "percent"):
        try:
            return int(text) if text.lstrip("-").isdigit() or wanted == "integer" else float(text.replace(",", "."))
        except ValueError:
            return text
    return text


def _changed_in(live: RuleSetVersion, declared: Mapping[str, Any]) -> tuple[dict[str, int], dict[int, str]]:
    """Name -> number of the version since which the house has this value; number of a version -> who wrote it."""
    since = dict.fromkeys(declared, live.number)
    same = set(declared)
    versions = RuleSetVersion.objects.filter(rule_set=live.rule_set_id, number__lte=live.number).order_by("-number")
    authors: dict[int, str] = {}
    for number, document, author in versions.values_list("number", "document__params", "change_request__author")[
        :WALKED
    ]:
        before = document or {}
        same = {name for name in same if name in before and before[name] == declared[name]}
        since |= dict.fromkeys(same, number)
        authors[number] = author or ""
        if not same:
            break
    return since, authors
