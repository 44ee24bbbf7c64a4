"""XML as a stream of elements, with limits on their number, their depth and the length of a tag.

A document type is refused, so no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from src.components.bank_files.limits import Limits, bad_file

_CHUNK = 64 * 1024
"""Bytes that are read at once."""


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


def feed(part: IO[bytes], handler: Handler, limits: Limits) -> Iterator[None]:
    """Pass the elements of `part` to `handler`; yields after each chunk.

    Raises Malformed, and InvalidInput if a limit is exceeded.
    """
    fed = elements = depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth
        elements += 1
        depth += 1
        if depth > limits.depth:
            raise bad_file("This file is nested too deeply.")
        if elements > limits.elements:
            raise bad_file(f"A part of this file has more than {limits.elements:,} elements. Split it.")
        handler.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name.rpartition(":")[2])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            # Expat reads an unfinished tag from its start at each chunk, so a long tag takes quadratic time.
            if fed - max(parser.CurrentByteIndex, 0) > limits.tag:
                raise bad_file(f"A tag of this file has more than {limits.tag:,} characters.")
            yield
        parser.Parse(b"", True)  # fails if an element is still open
    except (expat.ExpatError, ValueError, LookupError):
        raise Malformed from None


def _refuse(*_: object) -> None:
    raise Malformed
