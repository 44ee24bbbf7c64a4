"""E-mails and webhooks about entries of the feed: without details, they say only that there is something."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, render_template

from src.config import SHIPPED
from src.domain.deliveries import Message
from src.domain.feed import Channel, EntryKind, FeedEntry
from src.web.digest import text
from src.web.shared.fields import utc_text

if TYPE_CHECKING:
    from src.container import Container
    from src.pipeline.digest.delivery import Texts

FEED = "/insight/feed"


@contextmanager
def writing(container: Container) -> Iterator[None]:
    """A context for templates and the names of categories, in a process that serves no requests."""
    app = Flask("ledgerloop", template_folder=str(SHIPPED / "templates"))
    app.extensions["ledgerloop"] = container
    with app.app_context():
        yield


def texts_of(public_url: str | None) -> Mapping[Channel, Texts]:
    return {Channel.EMAIL: MailTexts(public_url), Channel.WEBHOOK: WebhookTexts(public_url)}


@dataclass(frozen=True)
class MailTexts:
    """One e-mail for each digest, and one for all alarms."""

    public_url: str | None

    def messages(self, entries: Sequence[FeedEntry], *, details: bool) -> list[Message]:
        digests = [entry for entry in entries if entry.kind is EntryKind.DIGEST]
        alarms = [entry for entry in entries if entry.kind is not EntryKind.DIGEST]
        messages = [self._message("Ledgerloop: monthly digest", [digest], details) for digest in digests]
        if alarms:
            messages.append(self._message("Ledgerloop: something needs a look", alarms, details))
        return messages

    def test(self) -> Message:
        return self._mail("Ledgerloop: test", [("E-mails from Ledgerloop arrive.", [])], ())

    def _message(self, subject: str, entries: Sequence[FeedEntry], details: bool) -> Message:
        if details:
            parts = [(text.title(entry), text.sentences(entry)) for entry in entries]
        else:
            counts = Counter(map(text.title, entries))
            parts = [(f"{title} ({n})" if n > 1 else title, []) for title, n in counts.items()]
        return self._mail(subject, parts, [entry.id for entry in entries])

    def _mail(self, subject: str, parts: Sequence[tuple[str, list[str]]], ids: Sequence[str]) -> Message:
        values = {"subject": subject, "parts": parts, "link": self.public_url and self.public_url + FEED}
        return Message(
            entries=tuple(ids),
            subject=subject,
            text=render_template("digest/mail.txt", **values),
            html=render_template("digest/mail.html", **values),
        )


@dataclass(frozen=True)
class WebhookTexts:
    """One JSON object for each entry."""

    public_url: str | None

    def messages(self, entries: Sequence[FeedEntry], *, details: bool) -> list[Message]:
        return [self._message(entry, details) for entry in entries]

    def _message(self, entry: FeedEntry, details: bool) -> Message:
        body: dict[str, Any] = {
            "id": entry.id,
            "kind": entry.kind,
            "title": text.title(entry),
            "at": utc_text(entry.created_at),
        }
        if details:
            about = {"day": entry.day.isoformat(), "code": entry.code, "values": entry.values}
            body |= {"sentences": text.sentences(entry), **about}
        return self._post(body, [entry.id])

    def test(self) -> Message:
        return self._post({"id": None, "kind": "test", "title": "Webhooks from Ledgerloop arrive."}, ())

    def _post(self, body: dict[str, Any], ids: Sequence[str]) -> Message:
        if self.public_url:
            body["link"] = self.public_url + FEED
        return Message(tuple(ids), body["title"], json.dumps(body, ensure_ascii=False))
