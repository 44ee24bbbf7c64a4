"""XML as a stream of elements, with limits on their number, their depth and the length of a tag.

A document type is refused, so no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

from xml.parsers import expat

from src.components.bank_files.limits import Limits
from src.errors import InvalidInput

CHUNK = 64 * 1024
"""Bytes per call of `feed`."""


class Malformed(Exception):
    """Not XML, or XML with a document type."""


class Handler:
    """A subclass overrides the events it needs; the others are ignored. Names have no namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


class Markup:
    def __init__(self, handler: Handler, limits: Limits) -> None:
        self._handler, self._limits = handler, limits
        self._elements = self._depth = self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = handler.data
        self._parser.StartDoctypeDeclHandler = _refuse

    def feed(self, content: bytes) -> None:
        """content: at most CHUNK bytes. Raises Malformed, and InvalidInput if a limit is exceeded."""
        self._parse(content, last=False)
        self._fed += len(content)
        # Expat reads an unfinished tag from its start at each chunk, so a long tag takes quadratic time.
        if self._fed - max(self._parser.CurrentByteIndex, 0) > self._limits.tag:
            raise InvalidInput(
                f"A tag of this file has more than {self._limits.tag:,} characters.", field="file"
            )

    def close(self) -> None:
        """Raises Malformed if an element is still open."""
        self._parse(b"", last=True)

    def _parse(self, content: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(content, last)
        except (expat.ExpatError, ValueError, LookupError):
            raise Malformed from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth > self._limits.depth:
            raise InvalidInput("This file is nested too deeply.", field="file")
        if self._elements > self._limits.elements:
            raise InvalidInput(
                f"A part of this file has more than {self._limits.elements:,} elements. Split it.",
                field="file",
            )
        self._handler.start(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(name.rpartition(":")[2])


def _refuse(*_: object) -> None:
    raise Malformed
