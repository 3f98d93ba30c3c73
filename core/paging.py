"""Lists page by page, by the key of the last row seen: the same words and the same bounds at every list of the API."""

from __future__ import annotations

from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from ninja import Field

from core.api import Closed

MAX_ID = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
R = TypeVar("R", bound=Model)


class Page(Closed):
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NewestFirst(Page):
    before: Annotated[int, Field(ge=1, le=MAX_ID, description="`next` of the page before")] = MAX_ID


class OldestFirst(Page):
    after: Annotated[int, Field(ge=0, le=MAX_ID, description="`next` of the page before")] = 0


def page_of(rows: QuerySet[R], query: Page) -> tuple[list[R], R | None]:
    """The first rows, as many as are asked for; and the last of them where there are more, by which the next page goes on."""
    found = list(rows[: query.limit + 1])
    page = found[: query.limit]
    return page, page[-1] if len(found) > query.limit else None
