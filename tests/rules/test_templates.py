"""Templates: what they can say, and that no trick in them reads, runs or grows anything."""

from __future__ import annotations

import pytest

from rules.facts import View
from rules.templates import MAX_OUTPUT, NotRendered, render
from tests.rules.cases import event

VIEW = View(
    event(
        {
            "customer": {"name": "Ana & Co", "vat": None, "note": "{{ event.type }}"},
            "total": {"minor": 123_456, "currency": "RON"},
            "tags": ["a", "b"],
        }
    ),
    {"fee": {"money": "5.00 RON"}},
)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ customer.name }} owes {{ total }}", "Ana & Co owes 1234.56 RON"),
        ("{{ params.fee }}", "5.00 RON"),
        ("{{ event.at | date: '%d.%m.%Y' }}", "01.03.2026"),
        ("{{ '2026-07-31T22:30:00Z' | date: '%d.%m.%Y %H:%M' }}", "01.08.2026 01:30"),
        ("{{ '2026-07-31' | date: '%d.%m.%Y' }}", "31.07.2026"),
        ("{{ total | money }}", "1,234.56\xa0RON"),
        ("{{ params.fee | money }}", "5.00\xa0RON"),
        ("{{ event.at | day }}", "1 Mar 2026"),
        ("{{ '2026-12-31' | day }}", "31 Dec 2026"),
        ("{{ tags | join: ', ' }}", "a, b"),
        ("{{ customer.vat | default: 'none' }}", "none"),
        ("{% if customer.phone %}call{% else %}write{% endif %}", "write"),
        ("{{ customer.note }}", "{{ event.type }}"),
        ("{{ 'ab' | replace: 'a', 'c' | upcase }}", "CB"),
    ],
)
def test_what_templates_say(template: str, text: str) -> None:
    assert render(template, VIEW) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{ customer.phone }}",
        "{{ customer.vat }}",
        "{{ customer.phone | upcase }}",
        "{{ customer.phone | join: ',' }}",
        "{{ customer.__class__ }}",
        "{{ customer.name.__class__.__mro__ }}",
        "{{ 'now' | date: '%Y' }}",
        "{{ event.at | date: '%999999999d' }}",
        "{{ event.at | money }}",
        "{{ customer.phone | money }}",
        "{{ total | day }}",
        "{{ customer.vat | day }}",
        "{% include 'settings.py' %}",
        "{% render 'settings.py' %}",
        "{{ 'a' | base64_encode }}",
        "{{ 1 | divided_by: 0 }}",
        "{{",
        "{% if a %}" * 600,
        "{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
        "{% assign a = 'aaaaaaaaaa' %}" + "{% assign a = a | append: a %}" * 60,
        "{% assign a = 9999999999 %}" + "{% assign a = a | times: a %}" * 60 + "{{ a }}",
        "{{ '" + "a" * 1000 + "' | replace: 'a', '" + "b" * 1000 + "' | size }}",
        "x" * 20_000,
    ],
)
def test_a_template_that_has_no_text_says_why(template: str) -> None:
    with pytest.raises(NotRendered) as refused:
        render(template, VIEW)
    assert str(refused.value)


def test_the_output_is_bounded() -> None:
    with pytest.raises(NotRendered):
        render("{% for i in (1..1000) %}" + "x" * 1000 + "{% endfor %}", VIEW)
    assert len(render("{% for i in (1..1000) %}xx{% endfor %}", VIEW)) < MAX_OUTPUT


def test_amounts_and_days_are_written_in_the_readers_language() -> None:
    assert render("{{ total | money }}, {{ event.at | day }}", VIEW, "ro") == "1.234,56\xa0RON, 1 mar. 2026"
