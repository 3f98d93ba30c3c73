"""Rules that hang on time, performed by the clock: each moment acts once, however the clock goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.dispatch import dispatch_batch
from actions.runs import ActionRun
from core import clock
from core.acting import Actor, acting
from core.errors import NotPermitted
from core.events import Event
from core.machine import change, perform
from core.permission import APPROVER, OPERATOR
from rules import moment_clock
from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.due_moments import DueMoment
from rules.editing import begin
from rules.exemptions import end, give
from rules.moment_scans import MomentScan
from rules.proofs import prove
from rules.prospects import prospect
from rules.publish import publish, publish_text
from rules.rule_sets import HOUSE
from state_machines.customers import Customer
from state_machines.invoices import Invoice
from state_machines.services import Service
from tests.kit import work
from tests.parallel import at_once
from tests.state_machines.made import an_active_service

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Europe/Bucharest")
DUNNING = """set: house
params: {days: {type: [duration], default: [1d, 3d, 7d]}}
rules:
- key: dunning
  title: Remind about unpaid invoices
  when: {date: invoice.due_at, offset: {param: days}, at: "10:00"}
  if: {fact: invoice.state, op: in, value: [issued, overdue]}
  then: [{do: notify.slack, with: {to: dunning, text: "{{ invoice.ref }}: number {{ moment.number }}"}}]
"""
SUSPENDED = """set: house
rules:
- {key: terminate, when: {state: service.suspended, for: 30d}, then: [{do: service.terminate}]}
"""


class Clock:
    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def to(self, *when: int) -> None:
        """Turn the clock to a wall time in Bucharest, and let everybody work."""
        self.only_to(*when)
        work()

    def only_to(self, *when: int) -> None:
        self._stack.enter_context(clock.turned_to(datetime(*when, tzinfo=HERE)))  # type: ignore[arg-type]


@pytest.fixture
def at() -> Iterator[Clock]:
    with ExitStack() as stack:
        made = Clock(stack)
        made.only_to(2026, 3, 1, 12)
        yield made


def a_customer(**fields: Any) -> Customer:
    return Customer.objects.create(**({"name": "Ana", "email": "ana@example.com"} | fields))


def an_invoice(due: datetime, customer: Customer | None = None) -> Invoice:
    invoice = Invoice.objects.create(customer=customer or a_customer(), due_at=due)
    invoice.lines.create(description="hosting", unit_price_minor=1000)
    perform(invoice, "issue")
    work()
    return invoice


def a_service(state: str = "suspended") -> Service:
    service = an_active_service()
    if state == "suspended":
        perform(service, "suspend", arguments={"reason": "overdue"})
    work()
    return service


def acted() -> list[tuple[str, str, Any]]:
    """(wall time, rule, number) of each moment that an event tells of and whose rule acted."""
    found = []
    for decision in Decision.objects.filter(outcome="acted").order_by("id"):
        event = Event.objects.get(pk=decision.event_id)
        if event.type == "moment.due":
            moment = event.facts["moment"]
            found.append((f"{event.at.astimezone(HERE):%m-%d %H:%M}", moment["rule"], moment["number"]))
    return found


def waiting() -> list[str]:
    return [f"{row.due.astimezone(HERE):%m-%d %H:%M}" for row in DueMoment.objects.filter(pending=True).order_by("due")]


def test_each_moment_of_a_date_acts_once_on_its_day(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    assert waiting() == ["03-11 10:00", "03-13 10:00", "03-17 10:00"]
    for day in range(1, 31):
        at.to(2026, 3, day, 10, 1)
    assert acted() == [("03-11 10:01", "dunning", 1), ("03-13 10:01", "dunning", 2), ("03-17 10:01", "dunning", 3)]
    assert [run.arguments["text"].split(": ")[1] for run in ActionRun.objects.order_by("id")] == [
        "number 1",
        "number 2",
        "number 3",
    ]
    assert waiting() == []


def test_what_was_paid_is_reminded_of_no_more(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 11, 10)
    perform(invoice, "void", arguments={"reason": "mistake"})
    at.to(2026, 4, 1, 10)
    assert acted() == [("03-11 10:00", "dunning", 1)]


def test_a_date_that_moves_takes_along_what_was_not_due_yet(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 11, 10)
    change(invoice, due_at=datetime(2026, 3, 20, 15, tzinfo=HERE))
    work()
    assert waiting() == ["03-21 10:00", "03-23 10:00", "03-27 10:00"]
    change(invoice, due_at=datetime(2026, 3, 10, 15, tzinfo=HERE))
    work()
    assert waiting() == ["03-13 10:00", "03-17 10:00"], "the first acted for this date, and never does again"


def test_one_that_moved_before_anybody_decided_that_does_not_act(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.only_to(2026, 3, 11, 10)
    change(invoice, due_at=datetime(2026, 3, 20, 15, tzinfo=HERE))
    assert moment_clock.tick() == 1
    assert not Event.objects.filter(type="moment.due").exists()
    work()
    assert waiting() == ["03-21 10:00", "03-23 10:00", "03-27 10:00"]


def test_a_clock_that_was_down_catches_up(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 30, 9)
    at.to(2026, 3, 30, 9, 1)
    assert [(rule, number) for _time, rule, number in acted()] == [("dunning", 1), ("dunning", 2), ("dunning", 3)]


def test_a_dispatcher_that_was_down_loses_no_moment(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = Invoice.objects.create(customer=a_customer(), due_at=datetime(2026, 3, 10, 15, tzinfo=HERE))
    invoice.lines.create(description="hosting", unit_price_minor=1000)
    perform(invoice, "issue")
    at.to(2026, 3, 14, 9)
    assert [number for _time, _rule, number in acted()] == [1, 2]
    assert waiting() == ["03-17 10:00"]


@pytest.mark.parametrize("jump", [-1, 1])
def test_a_clock_that_jumps_an_hour_repeats_nothing(at: Clock, jump: int) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 11, 10, 30)
    at.to(2026, 3, 11, 10 + jump, 30)
    change(invoice, due_at=datetime(2026, 3, 11, 9, tzinfo=HERE))
    change(invoice, due_at=datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 11, 12)
    assert [number for _time, _rule, number in acted()] == [1]


def test_some_time_in_a_state(at: Clock) -> None:
    publish_text(HOUSE, SUSPENDED, title="t")
    service, other = a_service(), a_service()
    at.to(2026, 3, 20, 12)
    perform(other, "activate")
    at.to(2026, 3, 21, 12)
    perform(other, "suspend", arguments={"reason": "overdue"})
    at.to(2026, 3, 31, 11)
    assert waiting() == ["03-31 12:00", "04-20 12:00"]
    at.to(2026, 3, 31, 12)
    service.refresh_from_db()
    other.refresh_from_db()
    assert (service.state, other.state) == ("terminated", "suspended")
    at.to(2026, 4, 20, 12)
    other.refresh_from_db()
    assert other.state == "terminated"


@pytest.mark.parametrize("night", [(3, 29), (10, 25)])
def test_a_schedule_acts_once_a_day_also_in_the_nights_that_change_the_clocks(
    at: Clock, night: tuple[int, int]
) -> None:
    at.only_to(2026, *night, 0)
    at.to(2026, *night, 0, 30)
    publish_text(
        HOUSE,
        'set: house\nrules:\n- {key: r, when: {schedule: "30 3 * * *"}, then: [{do: test.note}]}\n',
        title="t",
    )
    start = datetime(2026, *night, tzinfo=HERE)
    with ExitStack() as stack:
        for minutes in range(0, 60 * 26, 30):
            stack.enter_context(clock.turned_to(start.astimezone(UTC) + timedelta(minutes=minutes)))
            work()
    assert [rule for _time, rule, _number in acted()] == ["r"]


def test_a_schedule_finds_the_objects_that_are_in_its_states(at: Clock) -> None:
    rules = "{key: r, when: {schedule: '0 8 * * *', each: service, in: [active]}, then: [{do: test.note}]}"
    publish_text(HOUSE, f"set: house\nrules:\n- {rules}\n", title="t")
    service, other = a_service("active"), a_service("active")
    at.to(2026, 3, 2, 9)
    perform(other, "suspend", arguments={"reason": "overdue"})
    at.to(2026, 3, 3, 9)
    perform(other, "activate")
    at.to(2026, 3, 5, 9)
    subjects = [run.subject for run in ActionRun.objects.order_by("id")]
    assert (subjects.count(service.ref), subjects.count(other.ref)) == (4, 3)


def test_once_a_day_skips_no_day_where_the_clock_was_sooner_than_the_day_before(at: Clock) -> None:
    daily = "{key: r, when: {schedule: '0 8 * * *', each: service, in: [active]}"
    once = "once: {per: service, every: 1d}, then: [{do: test.note}]}"
    publish_text(HOUSE, f"set: house\nrules:\n- {daily}, {once}\n", title="t")
    a_service("active")
    for day, second in ((2, 5), (3, 1), (4, 3)):
        at.to(2026, 3, day, 8, 0, second)
    assert [time for time, _rule, _number in acted()] == ["03-02 08:00", "03-03 08:00", "03-04 08:00"]
    at.to(2026, 3, 7, 12)
    assert len(acted()) == 6, "also of the days on which no clock ran"


def test_publishing_over_old_objects_leaves_what_is_past(at: Clock) -> None:
    for _each in range(3):
        a_service()
    at.to(2026, 5, 1, 12)
    request = begin(HOUSE, title="t", text=SUSPENDED)
    [reach] = [one for one in prospect(request).reach if one.reach.name == "past_moments"]
    assert reach.count == 3
    assert reach.listed[0].startswith("terminate for service:")
    publish(request)
    work()
    at.to(2026, 6, 1, 12)
    assert {service.state for service in Service.objects.all()} == {"suspended"}
    assert waiting() == []
    assert not MomentScan.objects.exists()


def test_publishing_over_old_objects_acts_at_the_rate_that_was_chosen(at: Clock) -> None:
    for _each in range(12):
        a_service()
    at.to(2026, 5, 1, 12)
    publish(begin(HOUSE, title="t", text=SUSPENDED), choices={"past_moments": "act_10"})
    done = []
    for minute in (0, 7, 31, 61, 121):
        at.only_to(2026, 5, 1, 12)
        at.to(2026, 5, 1, 12 + minute // 60, minute % 60)
        done.append(Service.objects.filter(state="terminated").count())
    assert done == [0, 1, 5, 10, 12]
    assert ChangeRequest.objects.get().reach["past_moments"] == {"choice": "act_10", "count": 12}


def test_letting_past_moments_act_needs_the_right(at: Clock) -> None:
    request = begin(HOUSE, title="t", text=SUSPENDED)
    with acting(Actor("user:1", frozenset({APPROVER}))), pytest.raises(NotPermitted):
        publish(request, choices={"past_moments": "act_10"}, emergency="it cannot wait")
    with acting(Actor("user:1", frozenset({APPROVER, OPERATOR}))):
        publish(request, choices={"past_moments": "act_10"}, emergency="it cannot wait")


def test_other_offsets_of_one_customer_hold_from_the_next_moment_on(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    customer, other = a_customer(), a_customer()
    for who in (customer, other):
        an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE), who)
    at.to(2026, 3, 11, 10)
    publish_text(customer.ref, f"set: {customer.ref}\nparams: {{days: [1d, 5d]}}\n", title="t")
    work()
    mine, theirs = (
        [
            f"{row.due.astimezone(HERE):%m-%d}"
            for row in DueMoment.objects.filter(pending=True, customer=who.ref).order_by("due")
        ]
        for who in (customer, other)
    )
    assert (mine, theirs) == (["03-15"], ["03-13", "03-17"])
    at.to(2026, 3, 30, 10)
    numbers = [(run.customer == customer.ref, run.arguments["text"][-1]) for run in ActionRun.objects.order_by("id")]
    assert sorted(numbers) == [(False, "1"), (False, "2"), (False, "3"), (True, "1"), (True, "2")]


def test_a_rule_that_is_gone_has_no_moments(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    publish_text(HOUSE, "set: house\nrules: []\n", title="t")
    assert waiting() == []
    at.to(2026, 4, 1, 10)
    assert acted() == []


def test_exempted_until_a_day_it_resumes_after_it(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    give("dunning", invoice.ref, datetime(2026, 3, 14, tzinfo=HERE), "until Saturday")
    for day in range(10, 20):
        at.to(2026, 3, day, 10, 1)
        if day == 12:
            assert waiting() == ["03-13 10:00", "03-14 10:00", "03-17 10:00"], "the first was kept"
    assert acted() == [("03-14 10:01", "dunning", 2), ("03-17 10:01", "dunning", 3)], (
        "of those kept only the last is asked for"
    )


def test_an_exemption_that_ends_before_its_time_lets_it_resume_at_the_next_time_of_day(at: Clock) -> None:
    publish_text(HOUSE, DUNNING, title="t")
    invoice = an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    spared = give("dunning", invoice.ref, datetime(2026, 3, 30, tzinfo=HERE), "until the end of March")
    give("other", invoice.ref, datetime(2026, 4, 2, tzinfo=HERE), "of another rule")
    at.to(2026, 3, 12, 11)
    assert waiting() == ["03-13 10:00", "03-17 10:00", "03-30 10:00"]
    end(spared.pk)
    at.to(2026, 3, 12, 12)
    assert (acted(), waiting()) == ([], ["03-13 10:00", "03-13 10:00", "03-17 10:00"])
    at.to(2026, 3, 13, 10)
    assert [number for _time, _rule, number in acted()] == [2], "nobody wants two reminders at once"


def test_two_exemptions_that_follow_each_other_keep_it_to_the_end_of_the_second(at: Clock) -> None:
    publish_text(HOUSE, SUSPENDED, title="t")
    service = a_service()
    give("terminate", service.ref, datetime(2026, 4, 3, tzinfo=HERE), "until Friday")
    give("terminate", service.customer.ref, datetime(2026, 4, 9, tzinfo=HERE), "the customer is ill")
    at.to(2026, 4, 5, 12)
    assert (waiting(), acted()) == (["04-09 00:00"], [])
    at.to(2026, 4, 9)
    assert [rule for _time, rule, _number in acted()] == ["terminate"]


def test_a_run_that_waits_goes_on_when_the_exemption_is_over(at: Clock) -> None:
    later = """set: house
rules:
- key: later
  group: slow
  when: service.suspended
  then: [{do: service.terminate, after: 3d}]
"""
    publish_text(HOUSE, later, title="t")
    service, other = a_service(), a_service()
    spared = give("group:slow", service.ref, datetime(2026, 3, 20, tzinfo=HERE), "until then")
    at.to(2026, 3, 5, 12)
    assert [Service.objects.get(pk=one.pk).state for one in (service, other)] == ["suspended", "terminated"]
    assert ActionRun.objects.get(state="ready").due_at == datetime(2026, 3, 20, tzinfo=HERE)
    end(spared.pk)
    at.to(2026, 3, 5, 13)
    assert Service.objects.get(pk=service.pk).state == "terminated"


def test_the_proof_of_a_moment_tells_of_its_own_rule(at: Clock) -> None:
    publish_text(HOUSE, DUNNING + SUSPENDED.split("rules:\n")[1], title="t")
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 11, 10)
    event = Event.objects.get(type="moment.due")
    proven = prove(event, Decision.objects.get(event_id=event.pk))
    assert proven.agrees
    assert [rule.key for rule in proven.tried.acted] == ["dunning"]
    assert [rule.why for rule in proven.tried.not_eligible] == ["it is for its own moments, and this is one of dunning"]


def test_no_other_rule_sees_moments_unless_it_names_them(at: Clock) -> None:
    rules = "- {key: all, when: '*', then: [{do: test.note}]}\n"
    publish_text(HOUSE, DUNNING + rules, title="t")
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE))
    at.to(2026, 3, 11, 10)
    event = Event.objects.get(type="moment.due")
    assert Decision.objects.get(event_id=event.pk).rules == ["dunning"]


def test_a_rule_over_nine_hundred_long_suspended_services_terminates_none(at: Clock) -> None:
    customer = an_active_service().customer
    for _each in range(900):
        service = an_active_service(customer)
        perform(service, "suspend", arguments={"reason": "overdue"})
    work(laps=100)
    at.only_to(2026, 6, 1, 12)
    request = begin(HOUSE, title="t", text=SUSPENDED)
    [reach] = [one for one in prospect(request).reach if one.reach.name == "past_moments"]
    assert reach.count == 900
    publish(request)
    work(laps=100)
    at.to(2026, 7, 5, 12)
    assert Service.objects.filter(state="suspended").count() == 900
    assert not ActionRun.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_clocks_and_dispatchers_at_once_perform_each_moment_once(at: Clock) -> None:
    publish_text(HOUSE, SUSPENDED, title="t")
    customer = an_active_service().customer
    for _each in range(300):
        service = an_active_service(customer)
        perform(service, "suspend", arguments={"reason": "overdue"})
    work(laps=100)
    then = datetime(2026, 4, 1, tzinfo=HERE)

    def worker() -> None:
        with clock.turned_to(then):
            while DueMoment.objects.filter(pending=True).exists():
                moment_clock.work(20)
                dispatch_batch()

    assert at_once(worker, worker, worker, worker) == [None] * 4
    at.to(2026, 4, 1)
    events = Event.objects.filter(type="moment.due").values_list("subject", flat=True)
    assert (len(events), len(set(events))) == (300, 300)
    assert Service.objects.filter(state="terminated").count() == 300
