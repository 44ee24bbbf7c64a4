"""The OpenAPI 3.1 document, built from the declared operations; pydantic builds the schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter

from src import __version__
from src.web.openapi.operations import Operation
from src.web.shared.json_io import PROBLEM_JSON
from src.web.shared.problems import Problem

_REFS = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+)}")
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_STATUS_TEXT = {
    200: "Done.",
    201: "Created.",
    202: "Accepted; it is done in the background.",
    204: "Done; no content.",
    400: "The body cannot be read, or the host name is not served.",
    403: "The request came from another website's page, or a signature is wrong.",
    404: "No such id, or the feature is switched off.",
    409: "Not possible now: a run is under way, or a name is taken.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Validation failed; `errors` lists each invalid value.",
    503: "MongoDB or the model is unavailable. Try again; a change may be stored, or a part of it.",
}
_BLANK = {"const": "", "description": "A blank value counts as absent."}
Schemas = Mapping[Any, dict[str, Any]]


def document(
    operations: Sequence[Operation], tags: Mapping[str, str], categories: Sequence[str]
) -> dict[str, Any]:
    """tags: name to description, in order. categories: the slugs that feedback may name, if known."""
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
    """A reference for each type that the operations name, and the schemas these refer to."""
    bodies = dict.fromkeys(operation.body for operation in operations if operation.body)
    returned = (kind for operation in operations for kind in operation.returns.values())
    responses = dict.fromkeys(kind for kind in returned if kind and not isinstance(kind, str))
    adapters: list[Any] = [(kind, "validation", TypeAdapter(kind)) for kind in bodies]
    adapters += [(kind, "serialization", TypeAdapter(kind)) for kind in (*responses, Problem)]
    references, definitions = TypeAdapter.json_schemas(adapters, ref_template=_REFS)
    return {kind: schema for (kind, _), schema in references.items()}, definitions["$defs"]


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    path_parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(operation.path)
    ]
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "parameters": [*path_parameters, *_query_parameters(operation.query)],
        "responses": _responses(operation, schemas),
    }
    content: dict[str, Any] = {}
    if operation.body is not None:
        content["application/json"] = {"schema": schemas[operation.body]}
    if operation.form is not None:
        content["multipart/form-data"] = {"schema": dict(operation.form)}
    if content:
        described["requestBody"] = {"required": not operation.body_optional, "content": content}
    return described


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
            "schema": {"anyOf": [_inlined(field, schema.get("$defs", {})), _BLANK]},
        }
        for name, field in schema["properties"].items()
    ]


def _inlined(field: Any, definitions: Mapping[str, Any]) -> Any:
    """`field` with references resolved and null removed, which a query string cannot express."""
    if isinstance(field, list):
        return [_inlined(item, definitions) for item in field if item != {"type": "null"}]
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
    successes = {
        str(status): {"description": _STATUS_TEXT[status], **_content(kind, schemas)}
        for status, kind in operation.returns.items()
    }
    return successes | {
        str(status): _problem(status, schemas)
        for status in sorted(_error_statuses(operation) - set(operation.returns))
    }


def _error_statuses(operation: Operation) -> set[int]:
    """Any request can get 400 (host name) and 422 (unknown query parameter)."""
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
        "description": _STATUS_TEXT[status],
        "content": {PROBLEM_JSON: {"schema": schemas[Problem]}},
    }
    if status == 503:
        described["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
        }
    return described
