"""Pictures of machines."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.utils import translation

from core.diagram import draw
from core.machine import Machine
from core.machines import all_machines
from state_machines.models import Order

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("model", all_machines(), ids=lambda model: model.machine.noun)
def test_shows_every_state_and_transition_inside_its_frame(model: type[Machine]) -> None:
    root = ElementTree.fromstring(draw(model.spec))
    groups = list(root.iter(f"{SVG}g"))
    assert {group.get("data-state") for group in groups} - {None} == set(model.spec.states)
    drawn = {
        (*(group.get("data-edge") or "").split(" "), name)
        for group in groups
        if group.get("data-edge")
        for name in str(group.findtext(f"{SVG}title")).split(" / ")
    }
    declared = {(source, one.target, one.name) for one in model.spec.transitions.values() for source in one.sources}
    assert drawn == declared
    width, height = (float(str(root.get(name))) for name in ("width", "height"))
    for box in root.iter(f"{SVG}rect"):
        assert float(str(box.get("x"))) + float(str(box.get("width"))) <= width
        assert float(str(box.get("y"))) + float(str(box.get("height"))) <= height
    corners = [(box.get("x"), box.get("y")) for box in root.iter(f"{SVG}rect")]
    assert len(set(corners)) == len(corners)


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("model", all_machines(), ids=lambda model: model.machine.noun)
def test_no_label_stands_on_another_or_on_a_state(model: type[Machine], language: str) -> None:
    with translation.override(language):
        titles = {name: str(one.title) for name, one in model.spec.transitions.items()}
    root = ElementTree.fromstring(draw(model.spec, transitions=titles))
    boxes = [[float(str(box.get(name))) for name in ("x", "y", "width", "height")] for box in root.iter(f"{SVG}rect")]
    labels = []
    for line in root.iter(f"{SVG}tspan"):
        wide = 5.5 * len(str(line.text))
        labels.append([float(str(line.get("x"))) - wide / 2, float(str(line.get("y"))) - 9, wide, 11])
    for at, (x, y, wide, tall) in enumerate(labels):
        for left, top, across, down in [*boxes, *labels[:at]]:
            assert x >= left + across or left >= x + wide or y >= top + down or top >= y + tall, (x, y)
    assert max((x + wide for x, _y, wide, _tall in labels), default=0) <= float(str(root.get("width")))


def test_lights_the_current_state_alone() -> None:
    root = ElementTree.fromstring(draw(Order.spec, current="processing"))
    lit = [group.get("data-state") for group in root.iter(f"{SVG}g") if group.get("data-current")]
    assert lit == ["processing"]


def test_needs_no_style_and_runs_nothing() -> None:
    drawn = draw(Order.spec)
    assert "style" not in drawn
    assert "<script" not in drawn


def test_titles_cannot_break_out() -> None:
    states = dict.fromkeys(Order.spec.states, "</text><script>alert(1)</script>")
    root = ElementTree.fromstring(draw(Order.spec, states=states, title="<b>&"))
    assert root.find(f".//{SVG}script") is None
    assert root.findtext(f"{SVG}title") == "<b>&"
