"""The feed as Atom (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from src.domain.feed import FeedEntry
from src.web.digest import text
from src.web.shared.fields import utc_text

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEFORE_ANY = datetime(2000, 1, 1, tzinfo=UTC)


def atom(entries: Sequence[FeedEntry], *, page: str, address: str, details: bool) -> bytes:
    """page: the address of the page. address: of the Atom feed itself."""
    feed = ElementTree.Element("feed", {"xmlns": _NAMESPACE})
    _add(feed, "title", "Ledgerloop")
    _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, page)}")
    newest = max((entry.created_at for entry in entries), default=_BEFORE_ANY)
    _add(feed, "updated", utc_text(newest))
    _add(_add(feed, "author"), "name", "Ledgerloop")
    _add(feed, "link", rel="self", type="application/atom+xml", href=address)
    _add(feed, "link", rel="alternate", type="text/html", href=page)
    for entry in entries:
        item = _add(feed, "entry")
        _add(item, "title", text.title(entry))
        _add(item, "id", f"urn:uuid:{entry.id}")
        _add(item, "updated", utc_text(entry.created_at))
        _add(item, "published", utc_text(entry.created_at))
        _add(item, "link", rel="alternate", type="text/html", href=f"{page}#entry-{entry.id}")
        _add(item, "category", term=entry.kind.value, label=text.KINDS[entry.kind])
        shown = text.sentences(entry) if details else ["Open Ledgerloop to see more."]
        _add(item, "content", "\n".join(shown), type="text")
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(
    parent: ElementTree.Element, tag: str, content: str | None = None, **attributes: str
) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, tag, attributes)
    element.text = None if content is None else _NOT_XML.sub("", content)
    return element
