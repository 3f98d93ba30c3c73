"""Every staff page, asked by every role: what belongs to it is answered, everything else is refused by the server.

A page that is not in the table below fails here until somebody says whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from admin_ui.machine_pages import MachineAdmin
from core.permission import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR, ROLES, VIEWER
from tests.admin_ui.conftest import SignIn

pytestmark = pytest.mark.django_db

ALL, NONE = frozenset(ROLES), frozenset[str]()
ADMIN = frozenset({ADMINISTRATOR})
OPERATE = ADMIN | {OPERATOR}
WRITE = ADMIN | {AUTHOR, APPROVER}
SWITCH = OPERATE | {APPROVER}
EXEMPT = WRITE | {OPERATOR}

OWN = r"second-factor|set_language|admin:(login|logout|password_change|password_change_done|jsi18n|search|view_on_site)"
WHOSE: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    # name of the page, who may look, who may send something to it
    (r"start|needs-a-person|numbers|texts|text|try|admin:index|admin:app_list", ALL, ALL),  # those that change nothing
    (r"number", ALL, ALL),  # of a number that there is, writers only: tests of the page itself
    (r"cause", ALL, OPERATE),
    (r"decide-all-again", OPERATE, OPERATE),
    (r"rules|switches", ALL, SWITCH),
    (r"questions", ALL, ALL),
    (r"backtests|backtest|backtest_proof", ALL, ALL),
    (r"start_backtest|cancel_backtest", WRITE, WRITE),
    (r"exemptions", ALL, EXEMPT),
    (r"admin:(auth|otp_.*)_.*", NONE, NONE),  # superusers only
    (r"admin:autocomplete", NONE, NONE),  # of no field
    (r"admin:.*_history", ALL, ALL),  # of a row that is not there
    (r"admin:core_apitoken_change", ADMIN, NONE),
    (r"admin:.*invalidwebhook_changelist", OPERATE, OPERATE),
    (r"admin:.*invalidwebhook_change", OPERATE, NONE),
    (r"admin:(gateway|.*gatewayaccount|.*apitoken|.*webhooksource).*", ADMIN, ADMIN),
    (r"admin:(redrive|cancel|compensate|decide_again)", OPERATE, OPERATE),
    (r"admin:actions_report_file", ALL, ALL),
    (r"admin:(begin_change|roll_back|assign_customer)", WRITE, WRITE),
    (r"admin:(rule_lines|rule_from_event)", WRITE, WRITE),
    (r"admin:(rules_of|check_rules|review_change|rule_sentences|rule_sentence|rule_passed)", ALL, ALL),  # what they do is refused by its own function
    (r"admin:(hold|upcoming|ask)_.*", OPERATE, OPERATE),
    (r"admin:exempt_.*", EXEMPT, EXEMPT),
    (r"admin:perform_.*", ALL, ALL),  # the roles of the transition decide, in core
    (r"admin:.*_(customer|fine)_add", OPERATE, OPERATE),
    (r"admin:.*_(customer|fine)_change", ALL, OPERATE),
    (r"admin:(actions_actionrun|core_event|rules_(ruleset|changerequest|rulesetversion))_change", ALL, ALL),  # pages of our own
    (r"admin:.*_(add|delete)", NONE, NONE),
    (r"admin:.*_change", ALL, NONE),
    (r"admin:.*_changelist", ALL, ALL),
)  # fmt: skip
LIKE_ALL_MACHINES = ("customer", "fine")


def pages(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named address of the staff pages; of machines, whose pages are one class, only some."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from pages(one, one.namespace or namespace)
        elif one.name:
            yield (f"{namespace}:{one.name}" if namespace else one.name), one


def looked_at() -> list[tuple[str, str]]:
    """(name, address) of each page, with keys of rows that are not there."""
    machines = {
        f"{model._meta.app_label}_{model._meta.model_name}"
        for model, page in admin.site._registry.items()
        if isinstance(page, MachineAdmin) and page.model.machine.noun not in LIKE_ALL_MACHINES
    }
    foreign = {model._meta.app_label for model in admin.site._registry} - {
        "core", "rules", "actions", "state_machines", "fines", "auth",
    }  # fmt: skip
    found = []
    for name, one in pages(get_resolver("admin_ui.urls")):
        plain = name.removeprefix("admin:")
        if any(re.fullmatch(rf"(\w+_)?{label}(_\w+)?", plain) for label in machines) or re.fullmatch(OWN, name):
            continue
        if any(plain.startswith(f"{label}_") or f"_{label}_" in plain for label in foreign) or plain == "app_list":
            continue
        filled = {key: "1" if key in ("key", "object_id", "id") else "x" for key in one.pattern.converters}
        found.append((name, reverse(name, kwargs=filled)))
    return found


def whose(name: str) -> tuple[frozenset[str], frozenset[str]]:
    found = next(((see, send) for pattern, see, send in WHOSE if re.fullmatch(pattern, name)), None)
    assert found is not None, f"{name} is not in the table of this test: say whose page it is"
    return found


@pytest.mark.parametrize("role", ["", *ROLES])
def test_each_role_may_do_what_belongs_to_it(sign_in: SignIn, role: str) -> None:
    client = sign_in(*([role] if role else []))
    wrong = []
    for name, url in looked_at():
        see, send = whose(name)
        for method, may in (("get", see), ("post", send)):
            answer = getattr(client, method)(url)
            code = answer.status_code
            refused = code == 403 or (code == 302 and not role)
            missing = code in (404, 405) or (code == 302 and role and answer["Location"] == reverse("admin:index"))
            if not missing and refused is (role in may):
                wrong.append(f"{method} {name} {url}: {code}")
    assert wrong == [], "\n".join(wrong)


def test_who_is_not_signed_in_is_asked_to(client: object) -> None:
    for name, url in looked_at():
        answer = client.get(url)  # type: ignore[attr-defined]
        assert (answer.status_code, "/login/" in answer["Location"]) == (302, True), name


def test_a_viewer_changes_nothing() -> None:
    assert not any(VIEWER in send for pattern, _see, send in WHOSE if re.match(r"admin:(hold|ask|exempt)", pattern))
