"""The OpenAPI 3.1 document, written from the declared operations; pydantic writes the schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter

from src import __version__
from src.web.openapi.operations import Operation
from src.web.shared.problems import PROBLEM_JSON, Problem

_REFS = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+)}")
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SAID = {
    200: "Done.",
    201: "Done and kept.",
    202: "Taken on.",
    204: "Done; there is nothing to say.",
    400: "The body is not readable, or the host name is not served.",
    403: "Another site's page may not write here, or a signature does not fit.",
    404: "There is no such id, or it is switched off.",
    409: "Not now: a run is under way, or a name is taken.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The request fails validation; `errors` names each place.",
    503: "MongoDB or the model is away; nothing was stored, and the call may be tried again.",
}
_LEFT_OUT = {"const": "", "description": "Blank counts as left out."}
Schemas = Mapping[Any, dict[str, Any]]


def document(
    operations: Sequence[Operation], tags: Mapping[str, str], categories: Sequence[str]
) -> dict[str, Any]:
    """tags: an area's name to its sentence, in order; categories: those an answer may name, if known."""
    references, components = _schemas(operations)
    if categories:
        components["FeedbackRequest"]["properties"]["category"]["enum"] = list(categories)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ledgerloop",
            "version": __version__,
            "summary": "Predicts the category of a bank transaction, and learns from every answer.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": sentence} for name, sentence in tags.items()],
        "paths": paths,
        "components": {"schemas": components},
    }


def _schemas(operations: Sequence[Operation]) -> tuple[Schemas, dict[str, Any]]:
    """A reference for each type the operations name, and the schemas these refer to."""
    taken = dict.fromkeys(each.body for each in operations if each.body)
    answered = dict.fromkeys(kind for each in operations for kind in each.returns.values() if _is_json(kind))
    adapters: list[Any] = [(kind, "validation", TypeAdapter(kind)) for kind in taken]
    adapters += [(kind, "serialization", TypeAdapter(kind)) for kind in (*answered, Problem)]
    found, definitions = TypeAdapter.json_schemas(adapters, ref_template=_REFS)
    return {kind: schema for (kind, _), schema in found.items()}, definitions["$defs"]


def _is_json(kind: Any) -> bool:
    return kind is not None and not isinstance(kind, str)


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation.query)],
        "responses": _responses(operation, schemas),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": not operation.body_optional,
            "content": {"application/json": {"schema": schemas[operation.body]}},
        }
    if operation.form is not None:
        content = {"multipart/form-data": {"schema": dict(operation.form)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(path)
    ]


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    schema = query.model_json_schema(ref_template=_REFS)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": field.pop("description", ""),
            "schema": {"anyOf": [_inlined(field, schema.get("$defs", {})), _LEFT_OUT]},
        }
        for name, field in schema["properties"].items()
    ]


def _inlined(field: Any, definitions: Mapping[str, Any]) -> Any:
    """`field` with its references replaced and null left out, which a query string cannot say."""
    if isinstance(field, list):
        return [_inlined(each, definitions) for each in field if each != {"type": "null"}]
    if not isinstance(field, dict):
        return field
    if "$ref" in field:
        return _inlined(definitions[field["$ref"].rsplit("/", 1)[-1]], definitions)
    return {
        name: _inlined(value, definitions)
        for name, value in field.items()
        if (name, value) != ("default", None)
    }


def _responses(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    answered = {
        str(status): {"description": _SAID[status], **_content(kind, schemas)}
        for status, kind in operation.returns.items()
    }
    return answered | {
        str(status): _problem(status, schemas)
        for status in sorted(_error_statuses(operation) - set(operation.returns))
    }


def _error_statuses(operation: Operation) -> set[int]:
    """400 and 422 can come of any request: of its host name, and of a query parameter that is not known."""
    statuses = {400, 422, *operation.errors}
    if operation.method in _WRITING:
        statuses.add(403)
    if operation.body is not None or operation.form is not None:
        statuses |= {413, 415}
    if _PARAMETER.search(operation.path):
        statuses.add(404)
    return statuses


def _content(kind: Any, schemas: Schemas) -> dict[str, Any]:
    if kind is None:
        return {}
    if isinstance(kind, str):
        return {"content": {kind: {"schema": {"type": "string"}}}}
    return {"content": {"application/json": {"schema": schemas[kind]}}}


def _problem(status: int, schemas: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": _SAID[status],
        "content": {PROBLEM_JSON: {"schema": schemas[Problem]}},
    }
    if status == 503:
        described["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
        }
    return described
