"""The API's description as it really is: errors are problem+json, and a noun is one of the registered machines."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from core import catalog

METHODS = ("get", "post", "put", "patch", "delete")


class Api(NinjaAPI):
    """Ninja's API with a description that says what ninja cannot know."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for path in document["paths"].values():
            for method in METHODS:
                if method in path:
                    _say_problems(path[method])
                    _say_texts(path[method])
                    _say_nouns(path[method])
        return document


def _say_problems(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if int(status) >= 400 and "application/json" in response.get("content", {}):
            response["content"] = {"application/problem+json": response["content"].pop("application/json")}


def _say_texts(operation: dict[str, Any]) -> None:
    """An answer that is declared as one string is plain text."""
    for response in operation["responses"].values():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("type") == "string":
            content["text/plain"] = content.pop("application/json")


def _say_nouns(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] == "noun":
            parameter["schema"] = parameter["schema"] | {"enum": catalog.machines.names()}
