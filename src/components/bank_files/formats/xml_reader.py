"""XML as a stream of elements, within bounds: how many there are, how deep they are, how long a tag is.

A document type is refused, so no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

from typing import Protocol
from xml.parsers import expat

from src.components.bank_files.limits import Limits
from src.errors import InvalidInput

CHUNK = 64 * 1024
"""Bytes to feed at once."""


class Malformed(Exception):
    """No XML, or XML with a document type."""


class Handler(Protocol):
    """Names come without their namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def data(self, text: str) -> None: ...
    def end(self, name: str) -> None: ...


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
        """content: at most CHUNK bytes. Raises Malformed, and InvalidInput where a limit is met."""
        self._parse(content, last=False)
        self._fed += len(content)
        # Expat goes over a tag from its start with each chunk, so a long one costs the square of its length.
        if self._fed - max(self._parser.CurrentByteIndex, 0) > self._limits.tag:
            raise InvalidInput(
                f"A tag of this file has more than {self._limits.tag:,} letters.", field="file"
            )

    def close(self) -> None:
        """Raises Malformed where an element is still open."""
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
