"""The category of VAT of a line (UNCL 5305), by who sells, who buys and at which rate."""

from __future__ import annotations

from decimal import Decimal

from actions.invoice_xml.parties import Incomplete, Party
from state_machines.tax_rates import EU

STANDARD, REVERSE_CHARGE, EXPORT, OUTSIDE = "S", "AE", "G", "O"
REASONS = {  # category -> code of the exemption (CEF VATEX list) and its words
    REVERSE_CHARGE: ("VATEX-EU-AE", "Taxare inversă"),
    EXPORT: ("VATEX-EU-G", "Export în afara Uniunii Europene"),
    OUTSIDE: ("VATEX-EU-O", "Neplătitor de TVA"),
}


def category(percent: Decimal, seller: Party, buyer: Party, *, reverse_charge: bool) -> str:
    """Raises Incomplete where a line without tax has no reason for it."""
    if not seller.vat_id:
        if percent:
            said = "the seller pays no VAT and the invoice has some; correct the seller, or void the invoice"
            raise Incomplete("seller_pays_no_vat", said)
        return OUTSIDE
    if percent:
        return STANDARD
    if reverse_charge and buyer.vat_id:
        return REVERSE_CHARGE
    if buyer.country not in EU:
        return EXPORT
    said = "a line has no VAT, and no reason for that is known: the buyer is in the Union and has no reverse charge"
    raise Incomplete("no_reason_for_zero", said)
