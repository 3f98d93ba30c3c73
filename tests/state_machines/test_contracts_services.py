"""The machines around services keep what every machine promises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from core import clock
from core.machine import Machine, change
from core.testing.machine_contract import MachineContract
from state_machines.models import (
    Domain,
    DomainOperation,
    EfacturaDocument,
    ProvisioningTask,
    Registrar,
    Server,
    Service,
    ServiceGroup,
    ServiceRelationship,
    Ticket,
    TicketCategory,
    TicketComment,
    Tld,
    Worklog,
)
from tests.state_machines.made import (
    a_category,
    a_comment,
    a_dependency,
    a_document,
    a_domain,
    a_group,
    a_server,
    a_service,
    a_task,
    a_ticket,
    a_tld,
    an_operation,
)


def a_new_name() -> str:
    """A code that no row has: where rows move in parallel, those of one case are there in the next."""
    return f"n{uuid4().hex}"


class TestService(MachineContract):
    model = Service

    def make(self) -> Machine:
        return a_service()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        return {"reason": "overdue"} if name == "suspend" else {}


class TestServiceGroup(MachineContract):
    model = ServiceGroup

    def make(self) -> Machine:
        return a_group()


class TestServiceRelationship(MachineContract):
    model = ServiceRelationship

    def make(self) -> Machine:
        service = a_service()
        return a_dependency(service, a_service(service.customer))


class TestProvisioningTask(MachineContract):
    model = ProvisioningTask

    def make(self) -> Machine:
        return a_task()


class TestServer(MachineContract):
    model = Server

    def make(self) -> Machine:
        return a_server(a_new_name())


class TestTicket(MachineContract):
    model = Ticket

    def make(self) -> Machine:
        return a_ticket()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        return {"resolution": "fixed"} if name == "close" else {}


class TestDomain(MachineContract):
    model = Domain

    def make(self) -> Machine:
        return a_domain()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        if name == "expire":
            change(row, expires_at=clock.now() - timedelta(days=1))
        return {}


class TestDomainOperation(MachineContract):
    model = DomainOperation

    def make(self) -> Machine:
        return an_operation()


class TestRegistrar(MachineContract):
    model = Registrar

    def make(self) -> Machine:
        return Registrar.objects.create(code=a_new_name())


class TestTld(MachineContract):
    model = Tld

    def make(self) -> Machine:
        return Tld.objects.create(ending=a_new_name(), registrar=a_tld().registrar)


class TestEfacturaDocument(MachineContract):
    model = EfacturaDocument

    def make(self) -> Machine:
        return a_document()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        return {"index": "5001130147"} if name in ("mark_submitted", "mark_found") else {}


class TestTicketCategory(MachineContract):
    model = TicketCategory

    def make(self) -> Machine:
        return a_category(a_new_name())


class TestTicketComment(MachineContract):
    model = TicketComment

    def make(self) -> Machine:
        return a_comment()


class TestWorklog(MachineContract):
    model = Worklog

    def make(self) -> Machine:
        return Worklog.objects.create(ticket=a_ticket(), minutes=45)
