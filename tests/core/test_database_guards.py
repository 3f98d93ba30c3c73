"""The database refuses a change of state without its event, and any change of the log, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test import TransactionTestCase

from core.database_guards import install, postgresql
from core.errors import WriteRefused
from core.events import Event
from core.machine import change, perform
from tests.fines.models import Fine

REFUSED = (IntegrityError, DatabaseError)


def a_fine(**fields: object) -> Fine:
    return Fine.objects.create(**({"case": "A1", "article": 157, "amount_minor": 3600} | fields))


def sql(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
class TestMachineRows:
    def refuse(self, act) -> None:
        before = list(Fine.objects.values())
        with pytest.raises(REFUSED), transaction.atomic():
            act()
        assert list(Fine.objects.values()) == before

    def test_update_of_the_state(self) -> None:
        fine = a_fine()
        self.refuse(lambda: Fine.objects.filter(pk=fine.pk).update(state="sent"))

    def test_update_that_names_an_old_event(self) -> None:
        fine = a_fine()
        perform(fine, "send_fine", arguments={"expense_minor": 100})
        perform(fine, "insert_fine_notification")
        self.refuse(lambda: Fine.objects.filter(pk=fine.pk).update(state="sent", sequence=1))

    def test_update_of_the_sequence_alone(self) -> None:
        fine = a_fine()
        self.refuse(lambda: Fine.objects.filter(pk=fine.pk).update(sequence=1))

    def test_update_of_a_recorded_column(self) -> None:
        fine = a_fine()
        self.refuse(lambda: Fine.objects.filter(pk=fine.pk).update(paid_minor=3600))

    def test_bulk_update(self) -> None:
        fine = a_fine()
        fine.state = "sent"
        self.refuse(lambda: Fine.objects.bulk_update([fine], ["state"]))

    def test_bulk_create(self) -> None:
        with pytest.raises(WriteRefused):
            Fine.objects.bulk_create([Fine(case="B", article=1, amount_minor=1)])

    def test_a_row_born_without_its_event_never_moves(self) -> None:
        models.QuerySet(Fine).bulk_create([Fine(case="B", article=1, amount_minor=1)])
        fine = Fine.objects.get(case="B")
        Event.objects.create(type="fine.send_fine", subject=fine.ref, sequence=1, at="2026-01-01T00:00Z", facts={},
                             target="sent", actor="x", correlation="x", shard=1)  # fmt: skip
        self.refuse(lambda: Fine.objects.filter(pk=fine.pk).update(state="sent", sequence=1))

    def test_insert_in_a_later_state(self) -> None:
        self.refuse(
            lambda: models.QuerySet(Fine).bulk_create([Fine(case="B", article=1, amount_minor=1, state="settled")])
        )

    def test_stale_save(self) -> None:
        fine = a_fine()
        stale = Fine.objects.get(pk=fine.pk)
        perform(fine, "send_fine", arguments={"expense_minor": 100})
        self.refuse(stale.save)

    def test_assignment_and_save(self) -> None:
        fine = a_fine()
        fine.state = "settled"
        self.refuse(fine.save)

    def test_raw_statement(self) -> None:
        fine = a_fine()
        self.refuse(lambda: sql("UPDATE fines_fine SET state = 'settled' WHERE id = %s", fine.pk))

    def test_replaced_row(self) -> None:
        fine = a_fine()
        if connection.vendor == "sqlite":
            statement = "INSERT OR REPLACE INTO fines_fine SELECT * FROM fines_fine WHERE id = %s"
        else:
            statement = "INSERT INTO fines_fine SELECT * FROM fines_fine WHERE id = %s ON CONFLICT (id) DO UPDATE SET state = 'sent'"
        self.refuse(lambda: sql(statement, fine.pk))

    def test_delete_without_its_event(self) -> None:
        fine = a_fine()
        self.refuse(lambda: Fine.objects.filter(pk=fine.pk).delete())

    def test_what_is_allowed(self) -> None:
        fine = a_fine()
        Fine.objects.filter(pk=fine.pk).update(case="A2")
        fine = Fine.objects.get(pk=fine.pk)
        fine.case = "A3"
        fine.save()
        change(fine, article=7)
        fine.delete()
        assert list(Event.objects.order_by("id").values_list("type", "sequence")) == [
            ("fine.created", 0),
            ("fine.updated", 1),
            ("fine.deleted", 2),
        ]


@pytest.mark.django_db
class TestLog:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE core_event SET type = 'x'",
            "DELETE FROM core_event",
            "UPDATE core_auditrow SET verb = 'x'",
        ],
    )
    def test_is_never_changed(self, statement: str) -> None:
        a_fine()
        from core.audit import note

        note("test.made", "fine:1")
        with pytest.raises(REFUSED, match="never changed or deleted"):
            sql(statement)
        assert Event.objects.get().type == "fine.created"

    @pytest.mark.postgresql
    def test_is_never_truncated(self) -> None:
        with pytest.raises(REFUSED, match="never changed or deleted"):
            sql("TRUNCATE core_event CASCADE")

    @pytest.mark.postgresql
    @pytest.mark.parametrize(
        "statement", ["UPDATE core_event SET type = 'x'", "DELETE FROM core_event", "TRUNCATE core_event"]
    )
    def test_is_out_of_reach_of_the_app_role(self, statement: str) -> None:
        role = postgresql.APP_ROLE
        sql(f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        sql(f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON core_event TO {role}")
        install.restrict_app_role()
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(statement)

    @pytest.mark.sqlite
    def test_is_never_replaced(self) -> None:
        a_fine()
        with pytest.raises(REFUSED, match="never changed or deleted"):
            sql("INSERT OR REPLACE INTO core_event SELECT * FROM core_event")

    def test_of_imported_history_queues_nothing(self) -> None:
        fields = {"type": "x.y", "at": "2026-01-01T00:00Z", "facts": {}, "actor": "x", "correlation": "x", "shard": 3}
        Event.objects.create(subject="x:1", sequence=0, live=False, **fields)
        Event.objects.create(subject="x:1", sequence=1, live=True, **fields)
        from core.outbox import Outbox

        assert Outbox.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestGuardsComeBack:
    @pytest.fixture(autouse=True)
    def _guarded(self):
        yield
        install.ensure()

    def test_nothing_to_do_when_all_are_there(self) -> None:
        assert install.missing() == []
        assert install.ensure() == []

    def test_dropped_by_hand(self) -> None:
        install.lift()
        assert len(install.missing()) > 3
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        assert install.missing() == []

    @pytest.mark.parametrize(
        ("model", "name", "field"),
        [
            (Fine, "state", models.CharField(max_length=80, default="created")),
            (Fine, "article", models.BigIntegerField()),
            (Event, "type", models.CharField(max_length=120)),
        ],
    )
    def test_after_an_altered_column(self, model, name: str, field: models.Field) -> None:
        from django.apps import apps
        from django.db.models.signals import post_migrate, pre_migrate

        from core.apps import CoreConfig  # noqa: F401

        old = model._meta.get_field(name)
        new = field
        new.set_attributes_from_name(name)
        new.model = model
        sender = apps.get_app_config("core")
        pre_migrate.send(sender, app_config=sender, verbosity=0, interactive=False, using="default")
        with connection.schema_editor() as editor:
            editor.alter_field(model, old, new)
        post_migrate.send(sender, app_config=sender, verbosity=0, interactive=False, using="default")
        try:
            assert install.missing() == []
            fine = a_fine()
            with pytest.raises(REFUSED), transaction.atomic():
                Fine.objects.filter(pk=fine.pk).update(state="sent")
            perform(fine, "send_fine", arguments={"expense_minor": 100})
        finally:
            install.lift()
            with connection.schema_editor() as editor:
                editor.alter_field(model, new, old)


class TestUsersOwnTests(TransactionTestCase):
    """A user's TransactionTestCase empties the database after each test; core's flush lifts the guards for it."""

    def test_first(self) -> None:
        a_fine()
        self.assertEqual(Event.objects.count(), 1)

    def test_second(self) -> None:
        a_fine()
        self.assertEqual(Event.objects.count(), 1)
        self.assertEqual(install.missing(), [])
