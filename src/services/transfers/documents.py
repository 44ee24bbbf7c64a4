"""The document of a link in MongoDB."""

from __future__ import annotations

from bson import ObjectId

from src.domain.transfers import Link, LinkedBy, LinkKind, LinkStatus
from src.services.mongo.client import Document, midnight


def link_document(link: Link) -> Document:
    """Without `_id`, `revision` and `unsettled_at`."""
    return {
        "kind": link.kind.value,
        "out": ObjectId(link.out),
        "in": ObjectId(link.into),
        "status": link.status.value,
        "by": link.by.value,
        "score": link.score,
        "created_at": link.created_at,
        "date": midnight(link.date),
        "shown": False,
        "acts": list(link.acts),
        **({} if link.part is None else {"part": link.part}),
        **({"order": link.order} if link.order else {}),
    }


def link_of(document: Document) -> Link:
    return Link(
        id=document["_id"],
        kind=LinkKind(document["kind"]),
        out=str(document["out"]),
        into=str(document["in"]),
        status=LinkStatus(document["status"]),
        by=LinkedBy(document["by"]),
        score=document["score"],
        created_at=document["created_at"],
        date=document["date"].date(),
        shown=document.get("shown", False),
        order=document.get("order", 0),
        part=document.get("part"),
        acts=tuple(document.get("acts", ())),
    )
