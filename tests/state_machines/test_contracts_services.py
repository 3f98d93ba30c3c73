"""The machines around services keep what every machine promises."""

from __future__ import annotations

from typing import Any

from core.machine import Machine
from core.testing.machine_contract import MachineContract
from state_machines.models import ProvisioningTask, Server, Service, ServiceGroup, ServiceRelationship, Ticket
from tests.state_machines.made import (
    a_dependency,
    a_group,
    a_server,
    a_service,
    a_task,
    a_ticket,
)


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
        return a_server()


class TestTicket(MachineContract):
    model = Ticket

    def make(self) -> Machine:
        return a_ticket()

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        return {"resolution": "fixed"} if name == "close" else {}
