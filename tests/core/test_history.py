"""History comes in as past: kept as it was, never dispatched, and never twice."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from actions.dispatch import dispatch_all, find_lost
from core.events import Event
from core.history import BATCH, BadHistory, LiveSubject, import_events
from core.history_file import read_history
from core.outbox import Outbox
from rules.decisions import Decision
from tests.kit import a_fine, in_force, work

EVENT: dict[str, Any] = {
    "id": "A:0",
    "type": "fine.create_fine",
    "subject": "fine:A",
    "sequence": 0,
    "at": "2007-03-19T00:00:00+01:00",
    "facts": {"amount": 36, "transition": {"to": "created"}},
}
pytestmark = pytest.mark.django_db


def event(number: int = 0, **parts: Any) -> dict[str, Any]:
    return EVENT | {"id": f"A:{number}", "sequence": number} | parts


def imported(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_history", str(path), *options, stdout=out)
    return out.getvalue().strip()


def written(path: Path, *lines: str | dict[str, Any]) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


class TestImport:
    def test_keeps_what_the_file_says(self) -> None:
        moved = {"amount": 36, "transition": {"name": "send", "from": "created", "to": "sent"}}
        import_events([event(facts=moved, customer="customer:7", was={"fine.amount": 30}, actor="user:3")])
        found = Event.objects.get()
        assert (found.type, found.subject, found.sequence, found.live) == ("fine.create_fine", "fine:A", 0, False)
        assert (found.transition, found.source, found.target) == ("send", "created", "sent")
        assert (found.customer, found.was, found.actor) == ("customer:7", {"fine.amount": 30}, "user:3")
        document = found.as_document()
        assert (document["id"], document["facts"], document["at"]) == ("A:0", moved, "2007-03-18T23:00:00Z")

    def test_a_time_without_zone_is_utc(self) -> None:
        import_events([event(at="2016-09-04T21:15:19")])
        assert Event.objects.get().at.isoformat() == "2016-09-04T21:15:19+00:00"

    def test_keeps_types_that_nobody_declared(self) -> None:
        assert import_events([event(type="unicorn.seen", subject="unicorn:1")]).new == 1
        assert Event.objects.get().type == "unicorn.seen"

    def test_twice_is_a_no_op(self) -> None:
        events = [event(number) for number in range(5)]
        assert [import_events(events).new for _time in range(2)] == [5, 0]
        assert import_events([*events, event(5)]).new == 1
        assert import_events([event(6), event(6)]).new == 1, "also twice in one file"
        assert Event.objects.count() == 7

    def test_is_never_dispatched(self) -> None:
        in_force({"key": "all", "when": "fine.*", "then": [{"do": "test.note"}]})
        work()
        before = Decision.objects.count()
        import_events([event(number) for number in range(20)])
        assert not Outbox.objects.exists()
        assert find_lost() == 0
        assert dispatch_all() == 0
        assert Decision.objects.count() == before

    def test_goes_by_batches(self) -> None:
        done = import_events(event(number) for number in range(2 * BATCH + 5))
        assert (done.read, done.new) == (2005, 2005)


class TestLiveSubjects:
    def test_are_refused(self) -> None:
        fine = a_fine()
        with pytest.raises(LiveSubject, match=f"{fine.ref} is an object of this server"):
            import_events([event(), event(1, subject=fine.ref)])
        assert Event.objects.filter(live=False).count() == 0

    def test_are_imported_when_asked_for_and_their_own_events_stay(self) -> None:
        fine = a_fine()
        assert import_events([event(0, subject=fine.ref), event(7, subject=fine.ref)], adopt=True).new == 1
        assert list(Event.objects.order_by("id").values_list("type", "sequence")) == [
            ("fine.created", 0),
            ("fine.create_fine", 7),
        ]

    def test_that_are_gone_keep_their_places_in_the_log(self) -> None:
        fine = a_fine()
        ref = fine.ref
        fine.delete()
        with pytest.raises(BadHistory, match=f"the log has another event as number 0 of {ref}"):
            import_events([event(0, subject=ref)])


class TestBadEvents:
    @pytest.mark.parametrize(
        ("parts", "said"),
        [
            ({"at": "yesterday"}, 'its time "yesterday" is not ISO 8601'),
            ({"at": None}, 'its time "None" is not ISO 8601'),
            ({"at": "0001-01-01T00:00:00+14:00"}, "out of the calendar"),
            ({"type": "x" * 101}, "its type must be text of at most 100 characters"),
            ({"subject": "x:" + "1" * 99}, "its subject must be text of at most 100 characters"),
            ({"id": "x" * 201}, "its id must be text of at most 200 characters"),
            ({"customer": "customer:" + "1" * 99}, "its customer must be"),
            ({"actor": "a\0b"}, "its actor must be"),
            ({"facts": {"transition": {"name": "x" * 61}}}, "its transition's name must be"),
            ({"facts": {"transition": {"from": "x" * 41}}}, "its transition's from must be"),
            ({"facts": {"transition": {"to": "x" * 41}}}, "its transition's to must be"),
            ({"sequence": -1}, "its sequence must be a whole number from 0"),
            ({"sequence": 2**31}, "its sequence must be a whole number from 0"),
            ({"facts": {"amount": float("nan")}}, "its facts are no JSON"),
            ({"facts": {"text": "a\0b"}}, r"the sign U\+0000"),
            ({"facts": {"a": [{"\0": 1}]}}, r"the sign U\+0000"),
            ({"facts": {"text": "\ud800"}}, "its facts are no JSON"),
        ],
    )
    def test_are_refused_in_words_and_nothing_of_their_batch_is_stored(self, parts: dict[str, Any], said: str) -> None:
        with pytest.raises(BadHistory, match=said):
            import_events([event(1), event(2, **parts), event(3)])
        assert Event.objects.count() == 0

    def test_batches_before_stay_and_the_corrected_file_is_read_again(self) -> None:
        events = [event(number) for number in range(BATCH + 10)]
        bad = [*events[:-1], event(BATCH + 9, at="never")]
        with pytest.raises(BadHistory):
            import_events(bad)
        assert Event.objects.count() == BATCH
        assert import_events(events).new == 10

    def test_two_events_in_one_place_are_told(self) -> None:
        with pytest.raises(BadHistory, match="Event B:0 cannot be imported: the log has another event as number 0 of"):
            import_events([event(0), event(0, id="B:0")])
        import_events([event(0)])
        with pytest.raises(BadHistory):
            import_events([event(0, id="B:0")])

    def test_a_text_that_only_looks_like_a_sign_is_kept(self) -> None:
        import_events([event(facts={"text": "\\u0000"})])
        assert Event.objects.get().facts == {"text": "\\u0000"}


class TestCommand:
    def test_says_how_many_were_new(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.jsonl", event(0), event(1))
        assert imported(path) == "2 events read, 2 of them new"
        assert imported(path) == "2 events read, 0 of them new"

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("{", "Line 2 of a.jsonl is no event"),
            (json.dumps(event(1)).replace("36", "NaN"), "NaN is no number"),
            (json.dumps(event(1, at="soon")), '"at" must be a time'),
            (json.dumps(event(1, sequence=2**40)), "its sequence must be"),
        ],
    )
    def test_says_what_is_wrong_and_stores_nothing(self, tmp_path: Path, line: str, said: str) -> None:
        path = written(tmp_path / "a.jsonl", event(0), line)
        with pytest.raises(CommandError, match=said) as error:
            imported(path)
        assert error.value.returncode == 1
        assert Event.objects.count() == 0

    def test_refuses_live_subjects_unless_adopted(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.jsonl", event(9, subject=a_fine().ref))
        with pytest.raises(CommandError, match="Use --adopt"):
            imported(path)
        assert imported(path, "--adopt") == "1 events read, 1 of them new"

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="nowhere"):
            imported(tmp_path / "nowhere.jsonl")


class TestRealFiles:
    def test_a_whole_file_and_once_more(self, shared: Path) -> None:
        path = shared / "data" / "history" / "tickets.jsonl.gz"
        total = sum(1 for _event in read_history(path))
        assert imported(path) == f"{total} events read, {total} of them new"
        assert imported(path) == f"{total} events read, 0 of them new"
        first = next(iter(read_history(path)))
        stored = Event.objects.get(imported_as=first["id"]).as_document()
        assert {key: stored[key] for key in ("id", "type", "subject", "sequence", "facts")} == {
            key: first[key] for key in ("id", "type", "subject", "sequence", "facts")
        }
        assert not Outbox.objects.exists()

    @pytest.mark.parametrize("name", ["fines", "orders"])
    def test_the_beginning_of_a_large_file(self, shared: Path, name: str) -> None:
        lines = read_history(shared / "data" / "history" / f"{name}.jsonl.gz")
        events = [found for _number, found in zip(range(3000), lines, strict=False)]
        assert import_events(events).new == 3000
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT subject) FROM core_event")
            assert cursor.fetchone()[0] == len({found["subject"] for found in events})


@pytest.mark.parametrize("live", [0, 1])
def test_new_objects_get_ids_that_no_imported_history_has(live: int) -> None:
    """Else the first event of a new fine 3 would stand where history has its own fine 3."""
    newest = max([a_fine(case=f"before-{number}").pk for number in range(live)], default=0)
    if not newest:
        fine = a_fine(case="gone")
        newest = fine.pk
    numbers = range(newest + 1, newest + 5)
    import_events([event(0, id=f"h:{number}", subject=f"fine:{number}") for number in numbers])
    import_events([event(0, id="b", subject="fine:B7"), event(0, id="u", subject="unicorn:1000000")])
    made = [a_fine(case=f"after-{number}") for number in range(3)]
    assert min(fine.pk for fine in made) > numbers[-1]
    assert max(fine.pk for fine in made) < 1_000_000
    import_events([event(0, id="low", subject=f"fine:{made[-1].pk + 1}")])
    import_events([event(0, id="lower", subject="fine:900", sequence=3)], adopt=True)
    assert a_fine(case="last").pk > made[-1].pk + 1
