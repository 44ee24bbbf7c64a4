"""Names that say nothing of what a value is, or that have another word in the field."""

import ast
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parent.parent

MISLEADING = set(
    "each found place given said told beside opinion standing written settling chores surely house".split()
)
API_FIELDS = {
    ("src/web/imports/schemas.py", "place"),
    ("src/web/quality/schemas.py", "given"),
    ("src/web/quality/schemas.py", "told"),
}
"""They stay, because other programs read them."""


def names_in(tree: ast.Module) -> Iterator[str]:
    """Of variables, attributes, arguments, functions and classes, where they are made."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.alias(asname=str(name)):
                yield name


def test_no_name_is_one_of_those_that_mislead():
    misleading = {
        (path.relative_to(HOME).as_posix(), name)
        for folder in ("src", "tests", "benchmarks")
        for path in (HOME / folder).rglob("*.py")
        for name in names_in(ast.parse(path.read_text(encoding="utf-8")))
        if name.strip("_").lower() in MISLEADING
    }
    assert misleading == API_FIELDS
