"""The door to e-Factura, the Romanian tax office's register of invoices (ANAF, services of FCTEL)."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from lxml import etree

from actions.gateways import http
from actions.gateways.accounts import account_of
from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome

OFFICE = "https://api.anaf.ro/prod/FCTEL/rest"
DAYS = 5  # how far back the office's list is asked for
MOST_LOOKED_AT = 100
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
ACCEPTED, REJECTED, WAITING = "accepted", "rejected", "waiting"
_STATES = {"ok": ACCEPTED, "nok": REJECTED, "in prelucrare": WAITING, "XML cu erori nepreluat de sistem": REJECTED}


@dataclass(frozen=True)
class Upload:
    """What is sent: a document, whose it is (`cif`, digits only), and whether it is a credit note."""

    xml: bytes
    cif: str
    credit: bool = False


class EfacturaGateway(Protocol):
    def upload(self, upload: Upload) -> Outcome:
        """Done with `{"index": …}`; a failure that is `maybe` must not be sent again."""

    def state_of(self, index: str) -> Outcome:
        """Done with `{"state": "accepted" | "rejected" | "waiting"}`."""

    def look_for(self, number: str, cif: str) -> Outcome:
        """Done with `{"index": …}` of the document of that number, `{"index": None}` where the office has none."""


class HttpEfactura:
    """Speaks to the account that the operator entered; its secret is an access token."""

    def upload(self, upload: Upload) -> Outcome:
        query = urlencode({"standard": "CN" if upload.credit else "UBL", "cif": upload.cif})
        answer = self._send("POST", f"/upload?{query}", data=upload.xml)
        if isinstance(answer, Failed):
            return answer
        head = _head(answer)
        if head is not None and head.get("ExecutionStatus") == "0" and head.get("index_incarcare"):
            return Done("the office has it", answer={"index": head["index_incarcare"]})
        if head is not None and head.get("ExecutionStatus") == "1":
            return Failed("the office refused it", retryable=False, answer=answer.as_answer())
        said = "the office answered something that says neither yes nor no"
        return Failed(said, retryable=False, answer=answer.as_answer(), maybe=True)

    def state_of(self, index: str) -> Outcome:
        answer = self._send("GET", f"/stareMesaj?{urlencode({'id_incarcare': index})}")
        if isinstance(answer, Failed):
            return answer
        found = _STATES.get((_head(answer) or {}).get("stare", ""))
        if found is None:
            said = f"the office does not say what became of {index}"
            return Failed(said, retryable=True, answer=answer.as_answer())
        return Done(f"{index} is {found}", answer={"state": found})

    def look_for(self, number: str, cif: str) -> Outcome:
        query = urlencode({"zile": DAYS, "cif": cif, "filtru": "T"})
        answer = self._send("GET", f"/listaMesajeFactura?{query}")
        if isinstance(answer, Failed):
            return answer
        rows = _messages(answer.body)
        if rows is None:
            return Failed("the office's list cannot be read", retryable=True, answer=answer.as_answer())
        for row in rows[:MOST_LOOKED_AT]:
            file = self._send("GET", f"/descarcare?{urlencode({'id': row['id']})}")
            if isinstance(file, Failed):
                return file
            if _number(file.body) == number:
                return Done(f"the office has it as {row['id_solicitare']}", answer={"index": row["id_solicitare"]})
        return Done(f"the office does not have {number}", answer={"index": None})

    def _send(self, method: str, path: str, **parts: Any) -> http.Reply | Failed:
        account = account_of("efactura")
        if isinstance(account, Failed):
            return account
        headers = {"Authorization": f"Bearer {account.secret}", "Content-Type": "application/xml"}
        url = f"{(account.address or OFFICE).rstrip('/')}{path}"
        reply = http.send(method, url, service="e-Factura", headers=headers, **parts)
        if isinstance(reply, Failed):
            return reply
        return http.refusal(reply, "e-Factura", request={"path": path}) or reply


@dataclass
class EfacturaDouble:
    """Records instead of sending, and accepts everything; `answers` are given first, whatever is asked."""

    uploaded: list[Upload] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    def upload(self, upload: Upload) -> Outcome:
        self.uploaded.append(upload)
        return self._next({"index": str(len(self.uploaded))})

    def state_of(self, index: str) -> Outcome:
        self.asked.append(index)
        return self._next({"state": ACCEPTED})

    def look_for(self, number: str, cif: str) -> Outcome:
        self.asked.append(number)
        return self._next({"index": None})

    def _next(self, usual: dict[str, Any]) -> Outcome:
        return self.answers.pop(0) if self.answers else Done("recorded", answer=usual)


def _parse(body: bytes) -> Any:
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))


def _head(reply: http.Reply) -> dict[str, str] | None:
    """The attributes of the answer's only element of interest; None where it is no XML."""
    try:
        return {str(name): str(value) for name, value in _parse(reply.body).attrib.items()}
    except etree.XMLSyntaxError:
        return None


def _messages(body: bytes) -> list[dict[str, str]] | None:
    """The list's rows, the newest first; an office without messages says so in words."""
    try:
        told = json.loads(body)
        if not isinstance(told, dict):
            return None
        found = told.get("mesaje", [] if "eroare" in told else None)
        if found is None:
            return None
        rows = [{"id": str(row["id"]), "id_solicitare": str(row["id_solicitare"])} for row in found]
    except (ValueError, TypeError, KeyError):
        return None
    return sorted(rows, key=lambda row: row["id"].zfill(20), reverse=True)


def _number(archive: bytes) -> str | None:
    """The number of the document in a downloaded archive; None where none can be read in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            names = [name for name in files.namelist() if name.endswith(".xml") and not name.startswith("semnatura")]
            for name in names[:2]:
                with files.open(name) as file:
                    number = _parse(file.read(http.MOST_BYTES)).findtext(f"{_CBC}ID")
                if number:
                    return str(number)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, RuntimeError, NotImplementedError):
        return None
    return None


EFACTURA: Door[EfacturaGateway] = Door("efactura", _("e-Factura"), real=HttpEfactura, double=EfacturaDouble)
