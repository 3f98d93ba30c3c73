"""Wallets: entries are only added, and no number of debits at once brings the balance below zero."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from core.errors import BadReference, Blocked, ObjectMissing, PravilaError
from core.events import Event
from core.machine import perform
from state_machines.models import Wallet, WalletEntry
from state_machines.wallets import EntryDiffers, NotCovered, WalletClosed, credit, debit
from tests.parallel import at_once
from tests.state_machines.made import a_customer, a_wallet


@pytest.mark.django_db
class TestEntries:
    def test_move_the_balance_with_their_event(self) -> None:
        wallet = a_wallet()
        credit(wallet, 50_00, "topup", key="t1")
        entry = debit(wallet, 20_00, "invoice", key="i1")
        assert (entry.amount_minor, entry.balance_minor, wallet.balance_minor) == (-20_00, 30_00, 30_00)
        event = Event.objects.get(type="wallet.debited")
        assert (event.facts["amount"], event.facts["cause"]) == ({"minor": 20_00, "currency": "RON"}, "invoice")
        assert event.was == {"wallet.balance": {"minor": 50_00, "currency": "RON"}}

    def test_same_key_is_the_same_entry(self) -> None:
        wallet = a_wallet()
        first = credit(wallet, 5_00, "topup", key="t1")
        assert credit(wallet.ref, 5_00, "topup", key="t1") == first
        wallet.refresh_from_db()
        assert wallet.balance_minor == 5_00
        with pytest.raises(EntryDiffers):
            credit(wallet, 6_00, "topup", key="t1")

    def test_never_below_zero(self) -> None:
        wallet = a_wallet(10_00)
        with pytest.raises(NotCovered, match=r"holds 10.00 RON, which does not cover 10.01 RON"):
            debit(wallet, 10_01, "invoice", key="i1")
        assert (Wallet.objects.get().balance_minor, WalletEntry.objects.count()) == (10_00, 1)

    @pytest.mark.parametrize("minor", [0, -5, 10**13 + 1, 1.5, True, "7"])
    def test_amount_is_whole_and_above_zero(self, minor: object) -> None:
        with pytest.raises(ValidationError):
            credit(a_wallet(), minor, "topup", key="t1")  # type: ignore[arg-type]

    def test_cause_is_a_code(self) -> None:
        with pytest.raises(ValidationError):
            credit(a_wallet(), 1, "Ana asked for it", key="t1")
        assert Wallet.objects.get().balance_minor == 0

    @pytest.mark.parametrize(("ref", "error"), [("wallet:99", ObjectMissing), ("order:1", BadReference)])
    def test_of_nothing(self, ref: str, error: type[PravilaError]) -> None:
        with pytest.raises(error):
            credit(ref, 1, "topup", key="t1")

    @pytest.mark.parametrize("statement", ["UPDATE {} SET amount_minor = 1", "DELETE FROM {}"])
    def test_the_database_keeps_them(self, statement: str) -> None:
        a_wallet(10_00)
        with (
            pytest.raises((IntegrityError, DatabaseError), match="never changed or deleted"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(WalletEntry._meta.db_table))
        assert WalletEntry.objects.get().amount_minor == 10_00

    def test_the_database_refuses_a_balance_below_zero(self) -> None:
        wallet = a_wallet(10_00)
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            Wallet.objects.filter(pk=wallet.pk).update(balance_minor=-1)


@pytest.mark.django_db
class TestClosing:
    def test_needs_an_empty_wallet(self) -> None:
        with pytest.raises(Blocked, match=r"wallet \d+ still holds 10.00 RON"):
            perform(a_wallet(10_00), "close")

    def test_stops_entries(self) -> None:
        wallet = a_wallet()
        perform(wallet, "close")
        with pytest.raises(WalletClosed):
            credit(wallet, 1, "topup", key="t1")
        perform(wallet, "reopen")
        assert credit(wallet, 1, "topup", key="t1").balance_minor == 1

    def test_one_wallet_per_currency(self) -> None:
        customer = a_customer()
        a_wallet(customer=customer)
        a_wallet(customer=customer, currency="EUR")
        with pytest.raises(IntegrityError), transaction.atomic():
            a_wallet(customer=customer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestParallel:
    def test_debits_take_what_is_there_and_no_more(self) -> None:
        wallet = a_wallet(100_00)
        results = at_once(
            *(partial(debit, wallet.ref, 30_00, "invoice", key=f"invoice:{number}") for number in range(8))
        )
        assert sum(isinstance(result, WalletEntry) for result in results) == 3, results
        assert sum(isinstance(result, NotCovered) for result in results) == 5, results
        wallet.refresh_from_db()
        assert wallet.balance_minor == 10_00 == wallet.entries.aggregate(sum=Sum("amount_minor"))["sum"]

    def test_one_key_is_one_entry(self) -> None:
        wallet = a_wallet()
        results = at_once(*(partial(credit, wallet.ref, 5_00, "topup", key="t1") for _ in range(6)))
        assert {result.pk for result in results if isinstance(result, WalletEntry)} == {WalletEntry.objects.get().pk}
        wallet.refresh_from_db()
        assert wallet.balance_minor == 5_00
