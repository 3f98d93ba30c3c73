"""No machine of this room goes without its contract."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from core.machines import all_machines
from core.testing.machine_contract import MachineContract


def test_every_machine_is_held_to_the_contract() -> None:
    here = Path(__file__).parent
    for path in sorted(here.glob("test_*.py")):
        import_module(f"{__package__}.{path.stem}")
    held = {contract.model for contract in MachineContract.__subclasses__()}
    of_this_room = [model for model in all_machines() if model._meta.app_label == "state_machines"]
    assert len(of_this_room) > 20
    assert [model.__name__ for model in of_this_room if model not in held] == []
