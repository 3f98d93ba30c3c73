"""Errors speak to people: the docstring of an error is its message, and says what to do next.

Placeholders in the docstring are filled from the keyword arguments, which stay readable as attributes. No Django here:
the doors translate `template` and fill it with `params`.
"""

from __future__ import annotations

import difflib
from typing import Any

from core.said import Said, either, said


class PravilaError(Exception):
    """Something went wrong. Look at the server's log for the request id and report it."""

    status = 500
    code = "error"

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.template.format(**params))

    @property
    def says(self) -> Said:
        """The message, to be stored for readers who are not known yet."""
        return said(self.template, **self.params)

    @property
    def template(self) -> str:
        return " ".join((type(self).__doc__ or "").split())

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["params"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.params)


def _rebuild(cls: type[PravilaError], params: dict[str, Any]) -> PravilaError:
    error = cls.__new__(cls)
    PravilaError.__init__(error, **params)
    return error


class AlreadyDeclared(PravilaError):
    """Two different {sort} are declared under the name "{name}". Give one of them another name."""


class NotDeclared(PravilaError):
    """There is no {sort} named "{name}".{hint}"""

    status = 404
    code = "not-declared"

    def __init__(self, *, sort: str, name: str, known: list[str]) -> None:
        super().__init__(sort=sort, name=name, hint=nearest(name, known))


class NotWired(PravilaError):
    """{what} is declared but not wired: {reason}. The server does not start until this is mended."""


class ObjectMissing(PravilaError):
    """There is no {ref}. Check the reference; the object may have been deleted."""

    status = 404
    code = "not-found"


class BadReference(PravilaError):
    """ "{text}" is no reference. Write the noun and the id with a colon between, as in invoice:1042."""

    status = 422
    code = "bad-reference"


class BadArguments(PravilaError):
    """{what} cannot be done with these arguments: {problem}. Correct them and send the request again."""

    status = 422
    code = "bad-arguments"


class BadFacts(PravilaError):
    """The facts of {event_type} do not fit their declaration: {problem}. Correct the declaration or the value."""

    status = 422
    code = "bad-facts"


class NotAllowed(PravilaError):
    """{ref} is {state}: {transition} is possible only from {sources}. Reload it; somebody may have been faster."""

    status = 409
    code = "not-allowed"


class Blocked(PravilaError):
    """{transition} of {ref} is refused: {reason}."""

    status = 409
    code = "blocked"


class Moved(PravilaError):
    """{ref} is {state}, not {expected} as the request expects. Reload it and decide again."""

    status = 409
    code = "moved"


class NotPermitted(PravilaError):
    """{actor} may not do {what}. Ask an administrator for the right, or somebody who has it to do it."""

    status = 403
    code = "not-permitted"


class OutOfScope(PravilaError):
    """This token has not the scope "{scope}", which {what} needs. Use a token that has it, or have one issued."""

    status = 403
    code = "out-of-scope"


class WriteRefused(PravilaError):
    """{ref} was not saved: its recorded fields change only by a transition or a recorded change. Use
    core.machine.perform or core.machine.change."""

    status = 409
    code = "write-refused"


class Sealed(PravilaError):
    """{ref} is {state}: its {fields} cannot change any more. Undo it by a transition and make a new one."""

    status = 409
    code = "sealed"


class Busy(PravilaError):
    """{ref} is being changed by somebody else just now. Try again in a moment."""

    status = 409
    code = "busy"


def nearest(name: str, known: list[str]) -> str:
    """A hint that names up to three declared names near `name`; empty where none is near."""
    close = difflib.get_close_matches(name, known, n=3)
    return said(" Did you mean {names}?", names=either(close)) if close else ""
