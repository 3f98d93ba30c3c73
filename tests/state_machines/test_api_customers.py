"""A customer's own people: what they see and do of theirs, and that the rest of the world is not there for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core import permission, refs
from core.accounts import issue_token
from core.customer_rights import CUSTOMER_ROLES
from core.events import Event
from core.machine import Machine, change
from core.machines import all_machines
from state_machines.models import Membership, Ticket, TicketComment
from tests.state_machines.conftest import Caller, a_user, problem
from tests.state_machines.made import a_comment, a_customer, a_ticket, an_issued, an_order
from tests.state_machines.one_of_each import one_of_each

pytestmark = pytest.mark.django_db
NOWHERE = 10**15


def belonging(customer: Any, role: str, user: User | None = None) -> Caller:
    member = user or a_user(f"{role}-{customer.pk}")
    Membership.objects.create(customer=customer, user=member, role=role)
    return Caller(issue_token(member, "test"))


def test_one_of_each_is_one_of_each() -> None:
    """A machine whose rows are a customer's own and that is not tried below would be a hole in these tests."""
    own = {model.machine.noun for model in all_machines() if permission.path_to_customer(model)}
    assert own - set(one_of_each(a_customer())) - {"webhook"} == set(), "add it to one_of_each"


@pytest.mark.parametrize("role", CUSTOMER_ROLES)
class TestAnotherCustomersObject:
    def test_is_not_there_whatever_is_asked(self, role: str) -> None:
        """Every address of one object answers as for an id that nobody has."""
        caller, others = belonging(a_customer(), role), one_of_each(a_customer())
        document = Client().get("/api/v1/openapi.json").json()
        addresses = [
            (method.upper(), path.removeprefix("/api/v1/"))
            for path, operations in document["paths"].items()
            if path.startswith("/api/v1/{noun}/{id}")
            for method in operations
        ]
        assert len(addresses) >= 9
        before = Event.objects.count()
        for noun, row in others.items():
            for method, path in addresses:
                for body in bodies(method, path, row):
                    there, nowhere = (
                        caller.send(method, path.format(noun=noun, id=id_, kind="moment", key=1), body)
                        for id_ in (row.pk, NOWHERE)
                    )
                    assert there.status_code == nowhere.status_code, (method, path, noun, body, there.content)
                    assert there.status_code in {404, 422}
                    said = there.content.decode().replace(str(row.pk), "?")
                    assert said == nowhere.content.decode().replace(str(NOWHERE), "?").replace(str(row.pk), "?")
        assert Event.objects.count() == before

    def test_is_in_no_list_and_no_page(self, role: str) -> None:
        mine, theirs = one_of_each(a_customer()), one_of_each(a_customer())
        member = belonging(mine["customer"], role)
        for noun in theirs:
            seen: list[int] = []
            after: int | None = 0
            while after is not None:
                page = member.get(noun, after=after, limit=1).json()
                seen += [row["id"] for row in page["items"]]
                after = page["next"]
            rows = permission.visible(permission_of(mine["customer"].ref), refs.model_of(noun))
            assert seen == list(rows.order_by("pk").values_list("pk", flat=True))
            assert theirs[noun].pk not in seen
            if noun != "customer":
                assert member.get(noun, customer=theirs["customer"].ref).json()["items"] == []
                assert bool(seen) == (refs.model_of(noun).machine.customers.see is not False)

    def test_is_in_no_bulk(self, role: str) -> None:
        caller, row = belonging(a_customer(), role), an_issued(a_customer())
        body = {"name": "void", "items": [{"id": row.pk}, {"id": NOWHERE}]}
        first, second = caller.post("invoice/transitions", body).json()["items"]
        assert (first["status"], first["code"]) == (404, "not-found")
        assert first["reason"].replace(str(row.pk), "?") == second["reason"].replace(str(NOWHERE), "?")

    def test_is_in_no_event(self, role: str) -> None:
        mine, theirs = one_of_each(a_customer()), one_of_each(a_customer())
        caller = belonging(mine["customer"], role)
        after: int | None = 0
        while after is not None:
            page = caller.get("events", after=after, limit=200).json()
            assert {event["customer"] for event in page["items"]} <= {mine["customer"].ref}
            after = page["next"]
        for row in theirs.values():
            assert caller.get("events", subject=row.ref).json()["items"] == []
            problem(caller.get(f"events/{row.ref}@0"), 404, "not-found")
            problem(caller.get(f"events/{Event.objects.filter(subject=row.ref)[0].pk}"), 404, "not-found")
        assert caller.get("events", customer=theirs["customer"].ref).json()["items"] == []

    def test_is_no_reference(self, role: str) -> None:
        customer = a_customer()
        caller, order = belonging(customer, role), an_order(a_customer())
        for ref in (order.ref, f"order:{NOWHERE}"):
            answer = caller.post("ticket", {"customer": customer.ref, "order": ref, "subject": "Hello"})
            problem(answer, *((403, "not-permitted") if role == "viewer" else (404, "not-found")))
        assert not Ticket.objects.exists()


@pytest.mark.parametrize("role", CUSTOMER_ROLES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "rule-sets"),
        ("GET", "rule-sets/house"),
        ("GET", "change-requests/1"),
        ("GET", "events/{event}/decision"),
        ("GET", "action-runs"),
        ("POST", "action-runs/1/redrive"),
        ("GET", "scenarios"),
        ("GET", "simulations"),
        ("GET", "questions"),
        ("POST", "questions/1"),
        ("GET", "events/{event}/explanation"),
        ("GET", "customer/{customer}/next"),
    ],
)
def test_rules_decisions_and_runs_are_not_for_customers(role: str, method: str, path: str) -> None:
    customer = a_customer()
    caller = belonging(customer, role)
    event = Event.objects.filter(subject=customer.ref)[0]
    answer = caller.send(method, path.format(event=event.pk, customer=customer.pk), {"answer": "yes"})
    assert answer.status_code in {403, 404}


class TestWhatIsTheirs:
    @pytest.mark.parametrize(
        ("noun", "name", "roles"),
        [
            ("order", "submit", {"owner", "billing"}),
            ("order", "cancel", set()),
            ("ticket", "close", {"owner", "billing", "tech"}),
            ("membership", "revoke", {"owner"}),
            ("service", "suspend", set()),
            ("invoice", "void", set()),
            ("address", "retire", {"owner", "billing"}),
            ("customer", "deactivate", set()),
        ],
    )
    @pytest.mark.parametrize("role", CUSTOMER_ROLES)
    def test_transitions_by_role(self, role: str, noun: str, name: str, roles: set[str]) -> None:
        row = one_of_each(a_customer())[noun]
        caller = belonging(refs.resolve(row.shape.customer(row)), role)
        offers = {one["name"]: one.get("code") for part in ("allowed", "blocked") for one in offered(caller, row)[part]}
        arguments = {"ticket": {"resolution": "fixed"}, "service": {"reason": "other"}}.get(noun, {})
        answer = caller.perform(row.ref, name, arguments=arguments)
        if role in roles:
            assert answer.status_code == 200, answer.content
            assert offers[name] is None
        else:
            problem(answer, 403, "not-permitted")
            assert offers[name] == "not-permitted"

    def test_a_role_is_of_one_customer(self) -> None:
        one, other, user = a_customer(), a_customer(), a_user("ana")
        caller = belonging(one, "owner", user)
        belonging(other, "viewer", user)
        mine, looked_at = an_order(one), an_order(other)
        assert [row["id"] for row in caller.get("order").json()["items"]] == [mine.pk, looked_at.pk]
        assert caller.perform(mine.ref, "submit").status_code == 200
        problem(caller.perform(looked_at.ref, "submit"), 403, "not-permitted")
        assert caller.post("ticket", {"customer": one.ref, "subject": "Hello"}).status_code == 201
        problem(caller.post("ticket", {"customer": other.ref, "subject": "Hello"}), 403, "not-permitted")

    def test_they_write_as_themselves(self) -> None:
        customer = a_customer()
        caller, ticket = belonging(customer, "tech"), a_ticket(customer)
        made = caller.post("ticket_comment", {"ticket": ticket.ref, "body": "It works now"})
        assert made.status_code == 201, made.content
        comment = TicketComment.objects.get(pk=made.json()["id"])
        assert (comment.author, comment.internal) == ("customer", False)
        problem(
            caller.post("ticket_comment", {"ticket": ticket.ref, "body": "x", "author": "staff"}), 422, "bad-arguments"
        )

    def test_what_staff_write_for_staff_is_not_there(self) -> None:
        customer = a_customer()
        caller, ticket = belonging(customer, "owner"), a_ticket(customer)
        said, kept = a_comment(ticket), a_comment(ticket, internal=True)
        assert [row["id"] for row in caller.get("ticket_comment").json()["items"]] == [said.pk]
        problem(caller.get(f"ticket_comment/{kept.pk}"), 404, "not-found")
        assert caller.get("events", subject=kept.ref).json()["items"] == []

    def test_score_and_tags_stay_with_staff(self) -> None:
        customer = a_customer(tags=["late"])
        change(customer, credit_score=400)
        caller, order = belonging(customer, "owner"), an_order(customer)
        answers = [
            caller.get(path).content.decode()
            for path in (
                customer.ref.replace(":", "/"),
                f"{customer.ref.replace(':', '/')}/timeline",
                f"order/{order.pk}",
                f"events/{order.ref}@0",
                "events",
                "customer",
            )
        ]
        assert all("credit_score" not in answer and '"late"' not in answer for answer in answers)
        problem(caller.get("customer", **{"credit_score.gte": 500}), 422, "bad-arguments")

    def test_they_edit_what_is_declared_for_them(self) -> None:
        customer = a_customer()
        owner, tech = belonging(customer, "owner"), belonging(customer, "tech")
        path = customer.ref.replace(":", "/")
        assert owner.send("PATCH", path, {"language": "en"}).json()["facts"]["language"] == "en"
        problem(owner.send("PATCH", path, {"terms_days": 300}), 422, "bad-arguments")
        problem(tech.send("PATCH", path, {"language": "ro"}), 403, "not-permitted")

    def test_who_is_revoked_sees_nothing_from_the_next_request_on(self) -> None:
        customer = a_customer()
        caller = belonging(customer, "tech")
        assert caller.get(f"customer/{customer.pk}").status_code == 200
        owner = belonging(customer, "owner")
        assert owner.perform(Membership.objects.get(role="tech").ref, "revoke").status_code == 200
        problem(caller.get(f"customer/{customer.pk}"), 403, "not-permitted")


def bodies(method: str, path: str, row: Machine) -> list[Any]:
    """What is sent: every transition by its name, an edit of every field, and so on."""
    if method == "GET":
        return [None]
    if path.endswith("/transitions"):
        return [{"name": name} for name in (*row.spec.transitions, "fly")]
    if path.endswith("/events"):
        return [{"type": f"{row.machine.noun}.updated"}]
    if path.endswith("/holds"):
        return [{"transitions": ["*"], "cause": "because"}]
    if path.endswith("/release"):
        return [{"cause": "because"}]
    if path.endswith("/stop"):
        return [{"reason": "because"}]
    if path.endswith("/put-off"):
        return [{"until": "2999-01-01T00:00:00Z"}]
    return [{"name": "x"}, {}]


def permission_of(customer: str) -> Any:
    return permission.Actor("user:0", customers={customer: "viewer"})


def offered(caller: Caller, row: Machine) -> Any:
    return json.loads(caller.get(f"{row.ref.replace(':', '/')}/transitions").content)
