"""Processor time and memory of a training, by the number of labels; each training has a process of its own.

`python -m benchmarks.training 1000 10000` tries every candidate; MongoDB and MLflow are stand-ins.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

from benchmarks.quality.generated import generate
from benchmarks.quality.product import Product, Setup
from src.services.host.process import LEAN, ONE_THREAD


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="*", type=int, default=[1000, 10_000])
    parser.add_argument("--here", action="store_true", help="train in this process, and print JSON")
    arguments = parser.parse_args()
    if arguments.here:
        print(json.dumps(_training(arguments.labels[0])))
        return
    print(f"{'labels':>8}{'CPU s':>8}{'peak MB':>9}  outcome")
    for labels in arguments.labels:
        figures = measure(labels)
        print(f"{labels:>8}{figures['cpu_s']:>8.1f}{figures['peak_mb']:>9.0f}  {figures['outcome']}")


def measure(labels: int) -> dict[str, Any]:
    """`cpu_s`, `peak_mb` and `outcome` of one training."""
    command = [sys.executable, "-m", "benchmarks.training", "--here", str(labels)]
    result = subprocess.run(command, env=os.environ | ONE_THREAD | LEAN, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(result.stdout))


def _training(labels: int) -> dict[str, str | float]:
    product = Product(Setup(full_search=True))
    product.learn(generate(labels).examples)
    began = time.process_time()
    outcome = product.train()
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"outcome": outcome, "cpu_s": time.process_time() - began, "peak_mb": peak_kb / 1024}


if __name__ == "__main__":
    main()
