"""Ways through a machine, as data: which transitions lead from its initial state to another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.catalog import MachineSpec, Transition


def ways(spec: MachineSpec) -> dict[str, tuple[str, ...]]:
    """State -> names of the transitions that lead there on a shortest way; states that nothing reaches are left out."""
    found: dict[str, tuple[str, ...]] = {spec.initial: ()}
    waiting = [spec.initial]
    for state in waiting:
        for name in leaving(spec, state):
            target = spec.transitions[name].target
            if target not in found:
                found[target] = (*found[state], name)
                waiting.append(target)
    return found


def leaving(spec: MachineSpec, state: str) -> list[str]:
    """Names of the transitions out of `state`, sorted."""
    return [name for name, one in sorted(spec.transitions.items()) if state in one.sources]


def loose_states(spec: MachineSpec) -> list[str]:
    """What is wrong with the machine's states, in words: out of reach, or an end that is not declared terminal."""
    reached = ways(spec)
    faults = [f'nothing leads to state "{state}"' for state in spec.states if state not in reached]
    ends = [state for state in spec.states if not leaving(spec, state) and state not in spec.terminal]
    return faults + [f'nothing leads out of state "{state}", and it is not declared terminal' for state in ends]


def arguments_for(transition: Transition) -> dict[str, Any]:
    """The smallest arguments that the transition's schema takes: what is required, each as plain as it may be."""
    return {name: _plainest(transition.arguments[name]) for name in transition.required}


def _plainest(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    plain = {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0), "boolean": True}
    return plain.get(str(schema.get("type")), "x" * max(1, schema.get("minLength", 1)))
