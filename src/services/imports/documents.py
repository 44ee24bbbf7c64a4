"""Documents of the `imports` collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.imports import Import, ImportCounts, ImportStatus

Document = dict[str, Any]


def new_document(import_id: str, *, name: str, size: int, layout: str, at: datetime) -> Document:
    return {
        "_id": import_id,
        "owner": LOCAL_OWNER,
        "status": ImportStatus.PREVIEW.value,
        "name": name,
        "size": size,
        "layout": layout,
        "created_at": at,
        "attempt": 0,
    }


def plan_fields(plan: Mapping[str, Any], form: str, rows: int, preview: bytes) -> Document:
    """preview: encrypted."""
    return {"plan": dict(plan), "format": form, "rows": rows, "preview": preview}


def counts_field(counts: ImportCounts) -> Document:
    return {"counts": asdict(counts)}


def import_of(document: Document) -> Import:
    return Import(
        id=document["_id"],
        status=ImportStatus(document["status"]),
        name=document["name"],
        size=document["size"],
        layout=document["layout"],
        plan=document["plan"],
        created_at=document["created_at"],
        format=document["format"],
        rows=document.get("rows", 0),
        counts=ImportCounts(**document.get("counts", {})),
        attempt=document["attempt"],
        finished_at=document.get("finished_at"),
        error=document.get("error"),
        rows_to_undo=document.get("rows_to_undo", 0),
        rows_undone=document.get("rows_undone", 0),
        rows_stay=document.get("rows_stay", 0),
        passed_on_before=document.get("passed_on_before", 0),
        kept_aside=document.get("kept_aside", 0),
        has_file="file_id" in document,
    )
