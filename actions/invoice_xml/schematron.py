"""Business rules beyond the schema: a compiled schematron that the operator names, run by Saxon where that is installed."""

from __future__ import annotations

import importlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
FATAL = ("fatal", "error", "")  # what is said without a flag counts; warnings do not


class CannotCheck(RuntimeError):
    """The rules that the operator named cannot be run; the message says why."""


def broken(xml: bytes, rules: str) -> list[str]:
    """The rules that a document breaks, in their own words. Raises CannotCheck."""
    try:
        report = _compiled(rules, Path(rules).stat().st_mtime_ns)(xml)
        found = etree.fromstring(report, etree.XMLParser(resolve_entities=False, no_network=True))
    except Exception as error:  # Saxon's own errors can only be named where it is installed
        said = f"PRAVILA_EFACTURA_RULES names {rules}, which cannot be run: {error}"
        raise CannotCheck(f"{said}; it wants a compiled schematron (.xsl) and the package saxonche") from error
    failed = [row for row in found.iter(f"{_SVRL}failed-assert") if row.get("flag", "") in FATAL]
    return [" ".join("".join(map(str, row.itertext())).split()) for row in failed]


@lru_cache(maxsize=4)
def _compiled(rules: str, _changed: int) -> Any:
    """A function from document to report. The package is wanted by nobody else, so it is looked for here."""
    saxon = importlib.import_module("saxonche")
    processor = saxon.PySaxonProcessor(license=False)
    stylesheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=rules)

    def run(xml: bytes) -> bytes:
        node = processor.parse_xml(xml_text=xml.decode("utf-8"))
        report = stylesheet.transform_to_string(xdm_node=node)
        return str(report).encode("utf-8")

    return run
