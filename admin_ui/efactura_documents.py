"""e-Factura documents: invoices on their way to the tax office."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.machine_pages import MachineAdmin
from state_machines.efactura_documents import EfacturaDocument
from state_machines.sellers import Seller


@admin.register(EfacturaDocument)
class EfacturaDocumentAdmin(MachineAdmin):
    """Those whose outcome is unknown want a person."""

    shown = ("invoice", "number", "upload_index", "failure_code", "retry_count", "deadline_at")
    search_fields = ("=id", "=upload_index")


@admin.register(Seller)
class SellerAdmin(MachineAdmin):
    """The first one is on every invoice."""

    shown = ("name", "cui", "city", "is_vat_payer")
