"""The objects of a machine: listed page by page, and created."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, Field, Query, Router, Status

from core import permission, refs
from core.api import PROBLEMS, Problem, demand_single
from core.paging import MAX_ID, Page, page_of
from state_machines import filters
from state_machines.api_asking import Key, actor_of, once
from state_machines.api_shapes import Created, Listed
from state_machines.api_shown import row_shown
from state_machines.creating import create

router = Router()

_FILTERS = {
    "parameters": [
        {
            "in": "query",
            "name": "filters",
            "style": "form",
            "explode": True,
            "description": "The `filters` of machines/{noun}: equality, ranges as in total_minor.gte, due_at.exists",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ]
}


class ListQuery(Page):
    sort: Literal["oldest", "newest"] = "oldest"
    after: Annotated[int | None, Field(ge=0, le=MAX_ID, description="`next` of the page before")] = None


@router.get(
    "/{noun}",
    response={200: Listed, PROBLEMS: Problem},
    openapi_extra=_FILTERS,
    summary="List the objects of a machine",
)
def list_rows(request: HttpRequest, noun: str, query: Query[ListQuery]) -> Any:
    """By their ids. Go on with `after` set to `next` until it is null; the filters are those of `machines/{noun}`."""
    demand_single(request, query)
    actor, model = actor_of(request), refs.model_of(noun)
    asked = {name: request.GET.getlist(name) for name in request.GET if name not in ListQuery.model_fields}
    rows = filters.narrowed(permission.visible(actor, model), model, asked, actor)
    newest = query.sort == "newest"
    rows = rows.order_by("-pk" if newest else "pk")
    if query.after is not None:
        rows = rows.filter(**{"pk__lt" if newest else "pk__gt": query.after})
    page, last = page_of(rows, query)
    return {"items": [row_shown(row, actor) for row in page], "next": last and last.pk}


@router.post("/{noun}", response={201: Created, PROBLEMS: Problem}, summary="Create an object")
def create_row(
    request: HttpRequest, response: HttpResponse, noun: str, given: Body[dict[str, Any]], key: Key = None
) -> Any:
    """The fields are those of `machines/{noun}`; rows of other machines are given as references."""
    actor = actor_of(request)

    def act() -> dict[str, Any]:
        row = create(noun, given, actor)
        return {"ref": row.ref, "id": row.pk, "state": row.state, "sequence": row.sequence}

    return Status(201, once(request, response, key, act))
