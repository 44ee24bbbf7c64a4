"""Each file that is made to cost much, at the size at which it costs most, read as the pages read it."""

import pickle
import resource

import pytest

from benchmarks.hostile_files import SHAPES
from src.errors import InvalidInput
from src.pipeline.looking import Asked, Looked
from src.services.file_reader import FileReader

MEMORY = 300_000_000


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_made_to_cost_much_is_answered_within_the_bounds(shape):
    make, size = SHAPES[shape]
    try:
        answer = FileReader(memory=MEMORY).read(pickle.dumps(Asked()), make(size))
        assert Looked.from_json(answer).layout
    except InvalidInput as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either is an answer
    peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak_kb * 1024 < MEMORY * 1.1
