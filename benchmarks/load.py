"""Load from `wrk` on loopback: requests per second and latencies of one address."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

# Each request sends the next body, so that no answer can be cached.
_SCRIPT = """
local bodies = {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
local at = math.random(#bodies)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  at = at %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
"""


@dataclass(frozen=True)
class Rate:
    connections: int
    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def mlflow_row(row: dict[str, object]) -> dict[str, object]:
    """The fields that the model of `mlflow models serve` needs."""
    defaults = {"subcategory": "", "currency": "USD", "mode": "card", "direction": "expense"}
    return {**defaults, "date": "2026-03-04T00:00:00", **row}


def measure(address: str, requests: list[str], connections: int, seconds: int = 5) -> Rate:
    """`wrk` with one thread, which is enough on a small machine."""
    if shutil.which("wrk") is None:
        raise SystemExit("The benchmark needs wrk; on Debian: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        lines, script = Path(folder, "bodies"), Path(folder, "post.lua")
        lines.write_text("\n".join(requests))
        script.write_text(_SCRIPT % lines)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), address]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return _read(report, connections)


def _read(report: str, connections: int) -> Rate:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    assert rate, report
    return Rate(
        connections=connections,
        per_second=float(rate[1]),
        p50_ms=_percentile(report, 50),
        p99_ms=_percentile(report, 99),
        failed=int(failed[1]) if failed else 0,
    )


def _percentile(report: str, share: int) -> float:
    match = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", report)
    assert match, report
    return float(match[1]) * _UNITS[match[2]]
