"""The first minute of a new installation: its first page, prediction and trained model.

`python -m benchmarks.first_minute` measures this alone; `make bench` measures it among the rest.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.pages import ask
from benchmarks.processes import Installation, served, wait_for, wait_until_trained

_BODY = {"description": "BLUE DOOR CAFE 0042", "amount": "4.20", "save": False}


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder,
        first_minute(Path(folder)) as (_, seconds),
    ):
        print(json.dumps(seconds, indent=2))


@contextmanager
def first_minute(data: Path, **environment: str) -> Iterator[tuple[Installation, dict[str, float]]]:
    """An installation in an empty data directory, and the seconds after its start until each event."""
    began = time.monotonic()
    with served(data, **environment) as site:
        wait_for(f"{site.address}/")
        page_s = time.monotonic() - began
        _wait_for_prediction(site.address)
        prediction_s = time.monotonic() - began
        wait_until_trained(site.address)
        trained_s = time.monotonic() - began
        time.sleep(8)  # the training process ends, and the alias follows
        yield site, {"page": page_s, "prediction": prediction_s, "trained model": trained_s}


def _wait_for_prediction(address: str, limit_s: float = 120) -> None:
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        try:
            ask(f"{address}/api/v1/predict", _BODY)
        except OSError:  # 503 until there is a model
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"Nothing was predicted within {limit_s:.0f} s")


if __name__ == "__main__":
    main()
