"""Documents of rules: reading them, their schema, and what is wrong with them. Knows no meaning of a condition."""

from rules.document.check import check_document
from rules.document.load import Loaded, load
from rules.document.model import Document, content_hash
from rules.document.problem import BadRules, Problem

__all__ = ["BadRules", "Document", "Loaded", "Problem", "check_document", "content_hash", "load"]
