"""Counties of Romania as people write them."""

from __future__ import annotations

import pytest

from state_machines.counties import code_of


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Cluj", "RO-CJ"),
        ("cj", "RO-CJ"),
        ("RO-CJ", "RO-CJ"),
        ("jud. Iași", "RO-IS"),
        ("Județul Bistrița-Năsăud", "RO-BN"),
        ("Caras Severin", "RO-CS"),
        ("București", "RO-B"),
        ("Municipiul București", "RO-B"),
        ("Satu Mare", "RO-SM"),
        ("Bavaria", None),
        ("", None),
        ("judetul", None),
    ],
)
def test_is_known_by_name_and_by_code(written: str, code: str | None) -> None:
    assert code_of(written) == code
