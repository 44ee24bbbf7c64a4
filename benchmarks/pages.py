"""Requests to a running installation, and the latencies of its pages."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import requests


@dataclass
class Answers:
    """The latencies of one page."""

    ms: list[float] = field(default_factory=list)
    failed: int = 0

    def summary(self) -> dict[str, float]:
        taken = sorted(self.ms) or [float("nan")]
        p95 = taken[int(0.95 * (len(taken) - 1))]
        return {"median": median(taken), "p95": p95, "worst": taken[-1], "failed": self.failed}


@contextmanager
def latencies(address: str, pages: Mapping[str, object]) -> Iterator[dict[str, Answers]]:
    """Request each page in turn, twenty times a second, until the block ends. pages: path -> body to post."""
    answers, ended = {path: Answers() for path in pages}, threading.Event()

    def keep_asking() -> None:
        while not ended.is_set():
            for path, body in pages.items():
                began = time.monotonic()
                try:
                    ask(address + path, body, as_json=body is not None)
                    answers[path].ms.append((time.monotonic() - began) * 1000)
                except OSError:
                    answers[path].failed += 1
                ended.wait(0.05)

    asking = threading.Thread(target=keep_asking, daemon=True)
    asking.start()
    try:
        yield answers
    finally:
        ended.set()
        asking.join()


def ask(address: str, body: object = None, *, as_json: bool = True) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        content = answer.read()
    return json.loads(content) if as_json else content


def delete(address: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(address, method="DELETE"), timeout=600) as answer:
        answer.read()


def upload(address: str, content: bytes, *, mapping: str) -> str:
    """Returns the id of the new import."""
    files, fields = {"file": ("bench.csv", content)}, {"mapping": mapping}
    answer = requests.post(address, fields, files=files, timeout=600)
    answer.raise_for_status()
    return str(answer.json()["id"])
