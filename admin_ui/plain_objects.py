"""Objects that staff keep by editing them: prices, rates, profiles. Each edit is a recorded change."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.addresses import Address
from state_machines.consents import Consent
from state_machines.notes import Note
from state_machines.payment_methods import PaymentMethod
from state_machines.plans import Plan
from state_machines.profiles import BillingProfile, TaxProfile
from state_machines.retry_policies import RetryPolicy
from state_machines.tax_rates import TaxRate


@admin.register(Plan)
class PlanAdmin(MachineAdmin):
    """Who has subscribed keeps the price of that day."""

    shown = ("code", "price_minor", "period_months", "trial_days")


@admin.register(TaxRate)
class TaxRateAdmin(MachineAdmin):
    """A new rate is a new row; the old one gets its last day."""

    shown = ("country", "kind", "percent", "valid_from", "valid_to")
    list_filter = ("country", "kind")


@admin.register(TaxProfile)
class TaxProfileAdmin(MachineAdmin):
    """What the tax office needs to know."""

    shown = ("customer", "is_vat_payer", "reverse_charge_eligible")
    list_filter = ("is_vat_payer",)


@admin.register(BillingProfile)
class BillingProfileAdmin(MachineAdmin):
    """What is agreed about paying."""

    shown = ("customer", "terms_days", "credit_limit_minor", "delivery", "auto_payment")
    list_filter = ("delivery", "auto_payment")


@admin.register(Address)
class AddressAdmin(MachineAdmin):
    """Where a customer is."""

    shown = ("customer", "use", "country", "city")
    list_filter = ("state", "use")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(MachineAdmin):
    """How a customer pays."""

    shown = ("customer", "method", "is_default", "valid_to")
    list_filter = ("state", "method")


@admin.register(RetryPolicy)
class RetryPolicyAdmin(MachineAdmin):
    """After how many days a failed payment is tried again."""

    shown = ("code", "days", "is_default")


@admin.register(Note)
class NoteAdmin(MachineAdmin):
    """What staff write down about a customer, for staff."""

    shown = ("customer", "kind", "important", "created_at")
    list_filter = ("state", "kind", "important")


@admin.register(Consent)
class ConsentAdmin(MachineAdmin):
    """What a customer agreed to, when and how."""

    shown = ("customer", "purpose", "channel", "given_at", "withdrawn_at")
    list_filter = ("state", "purpose", "channel")
