"""Who sells and who buys, as a structured invoice names them. Read when the document is built; nothing is kept here."""

from __future__ import annotations

from dataclasses import dataclass

from state_machines.addresses import Address
from state_machines.counties import BUCHAREST, code_of
from state_machines.customers import Customer
from state_machines.profiles import TaxProfile
from state_machines.sellers import Seller

NO_ID = "0" * 13  # a private person without a tax id, by CIUS-RO
_PREFERRED = ("billing", "legal", "delivery")


class Incomplete(ValueError):
    """Something that the document needs is missing; `code` is for the log, the message for people."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Party:
    """`vat_id` only where it pays VAT; `legal_id` always. `county` is the code of ISO 3166-2 where there is one."""

    name: str
    legal_id: str
    vat_id: str
    country: str
    county: str
    city: str
    street: str
    postcode: str


def of_seller(seller: Seller) -> Party:
    """Raises Incomplete."""
    digits = seller.cui.removeprefix("RO")
    vat_id = f"{seller.country}{digits}" if seller.is_vat_payer else ""
    county = _county(seller.country, seller.county, seller.city, "the seller")
    legal_id = seller.registration or digits
    place = (seller.country, county, seller.city, seller.street, seller.postcode)
    return Party(seller.name, legal_id, vat_id, *place)


def of_buyer(customer: Customer) -> Party:
    """Raises Incomplete."""
    profile = TaxProfile.objects.filter(customer=customer).first()
    address = _address(customer)
    digits = (profile.cui if profile else "").removeprefix("RO")
    legal_id = digits or customer.tax_id or (NO_ID if customer.kind == "individual" else "")
    if not legal_id:
        raise Incomplete("no_tax_id", f"{customer.ref} is no private person and has no tax id; enter it, then retry")
    vat_id = ""
    if profile is not None:
        vat_id = profile.vat_number or (f"RO{digits}" if profile.is_vat_payer and digits else "")
    county = _county(address.country, address.county, address.city, customer.ref)
    return Party(
        customer.name, legal_id, vat_id, address.country, county, address.city, address.street, address.postcode
    )


def _address(customer: Customer) -> Address:
    known = {found.use: found for found in Address.objects.filter(customer=customer, state="current").order_by("id")}
    chosen = next((known[use] for use in _PREFERRED if use in known), None)
    if chosen is None:
        raise Incomplete("no_address", f"{customer.ref} has no current address; enter one, then retry")
    return chosen


def _county(country: str, county: str, city: str, who: str) -> str:
    if country != "RO":
        return ""
    code = code_of(county)
    if code is None:
        said = f'"{county}" in the address of {who} is no Romanian county; write its name or code, as in Cluj or CJ'
        raise Incomplete("county", said)
    if code == BUCHAREST and city.upper().replace(" ", "") not in {f"SECTOR{number}" for number in range(1, 7)}:
        said = f"the city of {who} is in Bucharest, where e-Factura wants the sector: write SECTOR1 to SECTOR6"
        raise Incomplete("sector", said)
    return code
