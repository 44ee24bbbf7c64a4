import re
from itertools import pairwise

from src.config import ROOT, Settings

LINES = (ROOT / ".env.example").read_text().splitlines()
EXAMPLES = dict(
    re.fullmatch(r"# ([A-Z_]+)=(.*)", line).groups() for line in LINES if re.match(r"# [A-Z_]+=", line)
)


def test_every_setting_is_in_the_example_and_nothing_else():
    assert set(EXAMPLES) == {name.upper() for name in Settings.model_fields}


def test_every_example_shows_the_default():
    for name, field in Settings.model_fields.items():
        shown = EXAMPLES[name.upper()]
        if name == "data_dir":
            assert ROOT / shown == field.default
        else:
            assert shown == ("" if field.default is None else str(field.default)), name


def test_every_setting_is_explained_in_the_line_above_it():
    for above, line in pairwise(LINES):
        if re.match(r"# [A-Z_]+=", line):
            assert re.fullmatch(r"# .{20,}\.", above), line
