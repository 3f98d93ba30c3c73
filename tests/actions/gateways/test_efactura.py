"""The door to e-Factura: one contract, held by the real gateway against a stand-in office and by the double."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.doors import doubles
from actions.gateways.efactura import EFACTURA, EfacturaGateway, HttpEfactura, Upload
from actions.outcome import Done, Failed
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db
UPLOAD = Upload(b"<Invoice/>", "14399840")
TAKEN = b'<header xmlns="mfp:anaf:dgti:spv:respUploadFisier:v1" dateResponse="202605041200" ExecutionStatus="0" index_incarcare="3828"/>'
REFUSED = b'<header xmlns="mfp:anaf:dgti:spv:respUploadFisier:v1" ExecutionStatus="1"><Errors errorMessage="Fisierul nu este valid"/></header>'


def state(said: str) -> bytes:
    return f'<header xmlns="mfp:anaf:dgti:efactura:stareMesajFactura:v1" stare="{said}"/>'.encode()


def archive(number: str) -> bytes:
    cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as files:
        files.writestr("semnatura_3828.xml", "<Signature/>")
        files.writestr("3828.xml", f'<Invoice xmlns:cbc="{cbc}"><cbc:ID>{number}</cbc:ID></Invoice>')
    return file.getvalue()


def listed(*rows: tuple[str, str]) -> bytes:
    found = [{"id": key, "id_solicitare": index, "tip": "FACTURA TRIMISA"} for key, index in rows]
    return json.dumps({"mesaje": found}).encode()


@pytest.fixture
def office(outside: StandIn) -> StandIn:
    GatewayAccount.objects.create(door="efactura", address=f"{outside.url}/test/FCTEL/rest", secret="t0ken")
    return outside


class TestContract:
    @pytest.fixture(params=["real", "double"])
    def gateway(self, request: pytest.FixtureRequest, office: StandIn) -> EfacturaGateway:
        office.answer(200, TAKEN)
        office.answer(200, state("ok"))
        office.answer(200, b'{"eroare": "Nu exista mesaje"}')
        if request.param == "real":
            return HttpEfactura()
        with doubles() as made:
            found: EfacturaGateway = made["efactura"]
            return found

    def test_what_is_sent_has_an_index_a_state_and_can_be_looked_for(self, gateway: EfacturaGateway) -> None:
        sent = gateway.upload(UPLOAD)
        assert isinstance(sent, Done)
        assert isinstance(sent.answer["index"], str)
        asked = gateway.state_of(sent.answer["index"])
        assert isinstance(asked, Done)
        assert asked.answer == {"state": "accepted"}
        looked = gateway.look_for("INV-000009", "14399840")
        assert isinstance(looked, Done)
        assert looked.answer == {"index": None}


class TestUpload:
    @pytest.mark.parametrize(("credit", "standard"), [(False, "UBL"), (True, "CN")])
    def test_the_office_gets_the_document_and_the_token(self, office: StandIn, credit: bool, standard: str) -> None:
        office.answer(200, TAKEN)
        HttpEfactura().upload(Upload(b"<a/>", "14399840", credit=credit))
        [asked] = office.asked
        assert asked.path == f"/test/FCTEL/rest/upload?standard={standard}&cif=14399840"
        assert (asked.body, asked.headers["Authorization"]) == (b"<a/>", "Bearer t0ken")

    @pytest.mark.parametrize(
        ("status", "body", "again", "maybe"),
        [
            (200, REFUSED, False, False),
            (200, b"<html>", False, True),
            (200, b"<header ExecutionStatus='0'/>", False, True),
            (400, b"", False, False),
            (403, b"", False, False),
            (429, b"", True, False),
            (500, b"", True, True),
            (503, b"", True, True),
        ],
    )
    def test_what_went_wrong_says_whether_it_may_have_arrived(
        self, office: StandIn, status: int, body: bytes, again: bool, maybe: bool
    ) -> None:
        office.answer(status, body)
        found = HttpEfactura().upload(UPLOAD)
        assert isinstance(found, Failed)
        assert (found.retryable, found.maybe) == (again, maybe)
        assert "t0ken" not in json.dumps([found.request, found.answer])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("ok", "accepted"),
        ("nok", "rejected"),
        ("in prelucrare", "waiting"),
        ("XML cu erori nepreluat de sistem", "rejected"),
    ],
)
def test_what_became_of_it(office: StandIn, said: str, found: str) -> None:
    office.answer(200, state(said))
    answer = HttpEfactura().state_of("3828")
    assert isinstance(answer, Done)
    assert answer.answer == {"state": found}
    assert office.asked[0].path.endswith("/stareMesaj?id_incarcare=3828")


@pytest.mark.parametrize("body", [b"", b"<a", state("altceva")])
def test_no_state_is_asked_again(office: StandIn, body: bytes) -> None:
    office.answer(200, body)
    answer = HttpEfactura().state_of("3828")
    assert isinstance(answer, Failed)
    assert answer.retryable


class TestLookFor:
    def test_the_newest_are_opened_until_the_number_is_found(self, office: StandIn) -> None:
        office.answer(200, listed(("9", "101"), ("12", "104"), ("11", "103")))
        office.answer(200, archive("INV-000012"))
        office.answer(200, archive("INV-000011"))
        answer = HttpEfactura().look_for("INV-000011", "14399840")
        assert isinstance(answer, Done)
        assert answer.answer == {"index": "103"}
        assert [asked.path.rpartition("/")[2] for asked in office.asked][1:] == ["descarcare?id=12", "descarcare?id=11"]

    def test_what_is_no_archive_is_passed_over(self, office: StandIn) -> None:
        office.answer(200, listed(("9", "101")))
        office.answer(200, b"PK\x03\x04 broken")
        answer = HttpEfactura().look_for("INV-000011", "14399840")
        assert isinstance(answer, Done)
        assert answer.answer == {"index": None}

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"mesaje": [{}]}', b'{"x": 1}', b'{"mesaje": 5}'])
    def test_a_list_that_cannot_be_read_is_asked_for_again(self, office: StandIn, body: bytes) -> None:
        office.answer(200, body)
        answer = EFACTURA.through(lambda gateway: gateway.look_for("INV-000011", "14399840"))
        assert isinstance(answer, Failed)
        assert answer.retryable
