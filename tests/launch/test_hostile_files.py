"""Files made to cost much, at the size at which they cost most, read as the pages read them.

One shape of each format; `tests/components/bank_files/test_hostile_files.py` has all of them, smaller.
"""

import json
import subprocess

import pytest

from src.config import ROOT
from tests.launch.running_site import PYTHON

MEMORY = 300_000_000
SHAPES = (
    "xlsx: shared strings",
    "xlsx: nested rich text",
    "camt: wide attribute",
    "OFX: tags",
    "MT940: entries",
    "messages: short",
    "JSON: keys",
    "CSV: quoted lines",
)
# In a process of its own, because the system's peak is that of the largest subprocess so far.
READ = """
import json, pickle, resource, sys
from benchmarks.hostile_files import SHAPES
from src.errors import InvalidInput
from src.pipeline.imports.read_preview import ReadRequest, ReadResult
from src.services.imports.file_reader import FileReader

make, size = SHAPES[sys.argv[1]]
try:
    seen = FileReader(memory=int(sys.argv[2])).read(pickle.dumps(ReadRequest()), make(size))
    answer = ReadResult.from_json(seen).layout
except InvalidInput as refused:
    answer = str(refused)
print(json.dumps([answer, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_made_to_cost_much_is_answered_within_the_bounds(shape):
    command = [PYTHON, "-c", READ, shape, str(MEMORY)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer, peak = json.loads(done.stdout)
    assert answer
    assert peak < MEMORY * 1.1
