"""The counties of Romania by ISO 3166-2:RO, as e-Factura wants them."""

from __future__ import annotations

import unicodedata

BUCHAREST = "RO-B"
_CODES = {
    "AB": "alba", "AG": "arges", "AR": "arad", "B": "bucuresti", "BC": "bacau", "BH": "bihor", "BN": "bistrita-nasaud",
    "BR": "braila", "BT": "botosani", "BV": "brasov", "BZ": "buzau", "CJ": "cluj", "CL": "calarasi",
    "CS": "caras-severin", "CT": "constanta", "CV": "covasna", "DB": "dambovita", "DJ": "dolj", "GJ": "gorj",
    "GL": "galati", "GR": "giurgiu", "HD": "hunedoara", "HR": "harghita", "IF": "ilfov", "IL": "ialomita", "IS": "iasi",
    "MH": "mehedinti", "MM": "maramures", "MS": "mures", "NT": "neamt", "OT": "olt", "PH": "prahova", "SB": "sibiu",
    "SJ": "salaj", "SM": "satu mare", "SV": "suceava", "TL": "tulcea", "TM": "timis", "TR": "teleorman",
    "VL": "valcea", "VN": "vrancea", "VS": "vaslui",
}  # fmt: skip
_BY_NAME = {name.replace("-", " "): code for code, name in _CODES.items()} | {"bucharest": "B"}


def code_of(county: str) -> str | None:
    """RO-CJ for "Cluj", "cluj", "CJ", "jud. Cluj" or "RO-CJ"; None where there is no such county."""
    plain = unicodedata.normalize("NFKD", county).encode("ascii", "ignore").decode().strip()
    letters = plain.upper().removeprefix("RO-")
    if letters in _CODES:
        return f"RO-{letters}"
    words = plain.lower().replace("-", " ").replace(".", " ").split()
    words = words[1:] if words[:1] in (["jud"], ["judetul"], ["municipiul"]) else words
    found = _BY_NAME.get(" ".join(words))
    return f"RO-{found}" if found else None
