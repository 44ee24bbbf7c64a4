"""The page of the feed, and its Atom form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.categories import Flow
from src.domain.feed import Channel, EntryKind, FeedEntry, is_on
from src.errors import InvalidInput, NotFound
from src.web.anomalies.links import anomaly_address
from src.web.digest import text
from src.web.digest.atom import atom
from src.web.digest.schemas import FeedQuery
from src.web.history.links import history_link
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import with_query

if TYPE_CHECKING:
    from src.services.digest.atom_key import AtomKey
    from src.services.digest.channels import ChannelOutbox
    from src.services.digest.entries import FeedEntries
    from src.services.settings.preferences import PreferenceStore

_AT_ONCE = 30
_IN_ATOM = 50


@bp.get("/insight/feed")
def feed(*, feed_entries: FeedEntries, preferences: PreferenceStore) -> ResponseReturnValue:
    try:
        query = FeedQuery.model_validate(request.args.to_dict())
        entries = feed_entries.page(limit=_AT_ONCE, cursor=query.cursor, kind=query.kind)
    except (ValidationError, InvalidInput):
        raise NotFound("There is no such page of the feed.") from None
    current = preferences.current()
    return page(
        "digest/feed.html",
        entries=entries.items,
        older=url_for("pages.feed", cursor=entries.next_cursor, kind=query.kind)
        if entries.next_cursor
        else None,
        kind=query.kind,
        kinds=text.KINDS,
        title=text.title,
        sentences=text.sentences,
        link_of=_link,
        unread=feed_entries.unread(),
        is_off=not any(is_on(current, kind) for kind in EntryKind),
    )


def _link(entry: FeedEntry) -> tuple[str, str]:
    """Where its rows are, and the words of the link."""
    values = entry.values
    if entry.kind is EntryKind.RECURRING:
        return url_for("pages.history", merchant=values["merchant"]), "Its transactions"
    if entry.kind is EntryKind.ANOMALY:
        return anomaly_address(text.anomaly_of(values)), "Its transactions"
    if entry.kind is EntryKind.BUDGET and values["category"]:
        month, category = values["month"], values["category"]
        link = history_link(values["currency"], Flow.SPENT, month=month, category=category)
        return link, "Its transactions"
    days = {"from": values["begins"], "to": values["ends"]}
    return with_query(url_for("pages.analytics"), days), "These days in Analytics"


@bp.post("/insight/feed/read")
def mark_feed_read(*, feed_entries: FeedEntries) -> ResponseReturnValue:
    """One entry, or all."""
    entry = request.form.get("id")
    feed_entries.mark_read([entry] if entry else None, at=datetime.now(UTC))
    return redirect(url_for("pages.feed", kind=request.form.get("kind") or None), 303)


@bp.get("/insight/feed.atom")
def feed_atom(*, feed_entries: FeedEntries, preferences: PreferenceStore, atom_key: AtomKey) -> Response:
    """For feed readers, which send no cookies: the key in the address is what opens it."""
    current = preferences.current()
    if not current.feed_atom or not atom_key.opens(request.args.get("key", "")):
        raise NotFound("There is no feed at this address.")
    body = atom(
        feed_entries.page(limit=_IN_ATOM).items,
        page=url_for("pages.feed", _external=True),
        address=request.url,
        details=current.send_details,
    )
    return Response(body, mimetype="application/atom+xml")


@bp.post("/settings/atom")
def renew_atom_address(*, atom_key: AtomKey) -> ResponseReturnValue:
    atom_key.renew()
    return redirect(url_for("pages.settings", address="new", _anchor="feed"), 303)


@bp.post("/settings/test/<channel>")
def send_test(channel: str, *, channel_outbox: ChannelOutbox) -> ResponseReturnValue:
    """Queue a test message: the scheduler sends it, so a server that does not answer holds up no page."""
    if channel not in list(Channel):
        raise NotFound("There is no such channel.")
    channel_outbox.queue_test(Channel(channel))
    return redirect(url_for("pages.settings", tested=channel, _anchor="feed"), 303)
