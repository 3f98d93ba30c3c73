"""Wallets with their entries, which nobody edits."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from admin_ui.machine_inline import MachineInline
from admin_ui.machine_pages import MachineAdmin
from state_machines.wallets import Wallet, WalletEntry


class EntryInline(MachineInline):
    """What was put in and taken out, newest first."""

    model = WalletEntry
    currency = attrgetter("wallet.currency")
    shown = ("at", "amount_minor", "balance_minor", "cause", "key")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Wallet)
class WalletAdmin(MachineAdmin):
    """The balance follows the entries."""

    shown = ("customer", "balance_minor", "created_at")
    inlines = (EntryInline,)
