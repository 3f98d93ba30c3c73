"""UBL 2.1 with the customization of CIUS-RO: one element after the other, in the order of the schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lxml import etree

from actions.invoice_xml.figures import Figures, Line
from actions.invoice_xml.parties import Party
from actions.invoice_xml.taxes import OUTSIDE, REASONS
from core.money import digits

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:efactura.mfinante.ro:CIUS-RO:1.0.1"
_NAMESPACES = "urn:oasis:names:specification:ubl:schema:xsd:"
CBC, CAC = f"{_NAMESPACES}CommonBasicComponents-2", f"{_NAMESPACES}CommonAggregateComponents-2"
INVOICE, CREDIT_NOTE, TRANSFER, PIECE = "380", "381", "30", "H87"

Parts = list[Any]


def document(figures: Figures, seller: Party, buyer: Party, *, iban: str = "") -> bytes:
    """The document as UTF-8."""
    credit = figures.original is not None
    name = "CreditNote" if credit else "Invoice"
    namespaces: Any = {None: f"{_NAMESPACES}{name}-2", "cac": CAC, "cbc": CBC}
    root = etree.Element(f"{{{_NAMESPACES}{name}-2}}{name}", nsmap=namespaces)
    _add(root, _head(figures, name))
    _add(root, [("cac:AccountingSupplierParty", [_party(seller)]), ("cac:AccountingCustomerParty", [_party(buyer)])])
    if iban:
        account = ("cac:PayeeFinancialAccount", [("cbc:ID", iban)])
        _add(root, [("cac:PaymentMeans", [("cbc:PaymentMeansCode", TRANSFER), account])])
    _add(root, [_tax(figures), _totals(figures)])
    _add(root, [_line(figures, number, line, credit=credit) for number, line in enumerate(figures.lines, 1)])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _head(figures: Figures, name: str) -> Parts:
    parts: Parts = [
        ("cbc:CustomizationID", CUSTOMIZATION),
        ("cbc:ID", figures.number),
        ("cbc:IssueDate", figures.issued_on.isoformat()),
    ]
    if figures.due_on is not None:
        parts.append(("cbc:DueDate", figures.due_on.isoformat()))
    parts.append((f"cbc:{name}TypeCode", CREDIT_NOTE if figures.original else INVOICE))
    parts.append(("cbc:DocumentCurrencyCode", figures.currency))
    if figures.original is not None:
        named = [("cbc:ID", figures.original.number), ("cbc:IssueDate", figures.original.issued_on.isoformat())]
        parts.append(("cac:BillingReference", [("cac:InvoiceDocumentReference", named)]))
    return parts


def _party(party: Party) -> Any:
    address: Parts = [("cbc:StreetName", party.street), ("cbc:CityName", party.city)]
    if party.postcode:
        address.append(("cbc:PostalZone", party.postcode))
    if party.county:
        address.append(("cbc:CountrySubentity", party.county))
    address.append(("cac:Country", [("cbc:IdentificationCode", party.country)]))
    parts: Parts = [("cac:PostalAddress", address)]
    if party.vat_id:
        parts.append(("cac:PartyTaxScheme", [("cbc:CompanyID", party.vat_id), _scheme()]))
    legal = [("cbc:RegistrationName", party.name), ("cbc:CompanyID", party.legal_id)]
    parts.append(("cac:PartyLegalEntity", legal))
    return ("cac:Party", parts)


def _tax(figures: Figures) -> Any:
    parts: Parts = [_amount("cbc:TaxAmount", figures.tax_minor, figures)]
    for part in figures.subtotals:
        named = _category("cac:TaxCategory", part.category, part.percent, with_reason=True)
        base = _amount("cbc:TaxableAmount", part.net_minor, figures)
        parts.append(("cac:TaxSubtotal", [base, _amount("cbc:TaxAmount", part.tax_minor, figures), named]))
    return ("cac:TaxTotal", parts)


def _totals(figures: Figures) -> Any:
    amounts = (
        ("cbc:LineExtensionAmount", figures.net_minor),
        ("cbc:TaxExclusiveAmount", figures.net_minor),
        ("cbc:TaxInclusiveAmount", figures.total_minor),
        ("cbc:PayableAmount", figures.total_minor),
    )
    return ("cac:LegalMonetaryTotal", [_amount(name, minor, figures) for name, minor in amounts])


def _line(figures: Figures, number: int, line: Line, *, credit: bool) -> Any:
    quantity = ("cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity", str(line.quantity), {"unitCode": PIECE})
    item = [("cbc:Name", line.description), _category("cac:ClassifiedTaxCategory", line.category, line.percent)]
    parts = [
        ("cbc:ID", str(number)),
        quantity,
        _amount("cbc:LineExtensionAmount", line.net_minor, figures),
        ("cac:Item", item),
        ("cac:Price", [_amount("cbc:PriceAmount", line.unit_minor, figures)]),
    ]
    return ("cac:CreditNoteLine" if credit else "cac:InvoiceLine", parts)


def _category(element: str, code: str, percent: Decimal, *, with_reason: bool = False) -> Any:
    parts: Parts = [("cbc:ID", code)]
    if code != OUTSIDE:
        parts.append(("cbc:Percent", f"{percent:.2f}"))
    if with_reason and code in REASONS:
        reason, words = REASONS[code]
        parts += [("cbc:TaxExemptionReasonCode", reason), ("cbc:TaxExemptionReason", words)]
    return (element, [*parts, _scheme()])


def _scheme() -> Any:
    return ("cac:TaxScheme", [("cbc:ID", "VAT")])


def _amount(element: str, minor: int, figures: Figures) -> Any:
    places = digits(figures.currency)
    return (element, f"{Decimal(minor).scaleb(-places):.{places}f}", {"currencyID": figures.currency})


def _add(parent: Any, parts: Parts) -> None:
    """Append `(name, text or parts, attributes)` to an element; what XML 1.0 cannot hold is left out of texts."""
    for name, content, *attributes in parts:
        prefix, _colon, local = name.partition(":")
        child = etree.SubElement(parent, f"{{{CBC if prefix == 'cbc' else CAC}}}{local}", *attributes)
        if isinstance(content, str):
            child.text = "".join(sign for sign in content if sign.isprintable())
        else:
            _add(child, content)
