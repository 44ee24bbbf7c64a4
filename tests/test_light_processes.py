"""Web workers and the clock stay small: what only training needs is not imported into them."""

import subprocess
import sys

import pytest

from src.config import ROOT

HEAVY = ("pandas", "sklearn", "scipy.stats", "mlflow", "matplotlib", "skops", "pyarrow")


@pytest.mark.parametrize("module", ["src.web", "src.__main__"])
def test_a_process_that_does_not_train_imports_nothing_heavy(module):
    code = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
