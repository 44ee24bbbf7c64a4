"""Who may import whom: read from the source, so that a forbidden import fails before it runs."""

import ast
from collections import Counter
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"

MAY_IMPORT = {
    "errors": set(),
    "once": set(),
    "domain": {"domain"},
    "config": {"domain", "errors"},
    "logs": set(),
    "components": {"domain", "errors", "components"},
    "pipeline": {"components", "domain", "errors", "pipeline"},
    "services": {"domain", "errors", "config", "services", "knowledge", "once"},
    "knowledge": {"components", "domain", "errors", "knowledge"},
    "prediction_container": {"services", "pipeline", "components", "config", "domain", "errors", "once"},
    "insight_container": {
        "prediction_container",
        "services",
        "pipeline",
        "components",
        "domain",
        "errors",
        "once",
    },
    "container": {
        "insight_container",
        "services",
        "pipeline",
        "components",
        "config",
        "domain",
        "errors",
        "jobs",
        "once",
    },
    "jobs": {"services"},
    "commands": {
        "services",
        "pipeline",
        "components",
        "domain",
        "errors",
        "container",
        "launcher",
        "command_text",
        "training_commands",
        "web",
    },
    "training_commands": {
        "services",
        "pipeline",
        "components",
        "domain",
        "errors",
        "container",
        "command_text",
        "web",
    },
    "command_text": {"domain", "web"},  # the command line shows sentences of the pages too
    "read_file": {"pipeline", "services", "errors"},
    "launcher": {"services", "config", "errors", "logs", "domain"},
    "web": {"__version__", "container", "pipeline", "domain", "errors", "config", "logs", "web"},
    "__main__": {
        "__version__",
        "commands",
        "training_commands",
        "container",
        "services",
        "domain",
        "config",
        "errors",
        "logs",
    },
    "__init__": set(),
}

# Each of these may be imported only by these layers or modules.
THIRD_PARTY = {
    "pymongo": {"services"},
    "gridfs": {"services"},
    "bson": {"services"},
    "mlflow": {
        "services/mlflow/tracking.py",
        "services/mlflow/past_runs.py",
        "services/mlflow/run_deletion.py",
        "services/mlflow/errors.py",
    },
    "apscheduler": {"services/scheduler/scheduler.py"},
    "cryptography": {"services/imports/encrypted_uploads.py"},
    "flask": {"web"},
    "plotly": {"web"},
    "skops": {"services/models/bundle.py", "services/anomalies/models.py"},
    "matplotlib": {"services/mlflow/plots.py"},
    "sklearn": {"components"},
    "distributed": {"services/dask/cluster.py"},
    "pandas": {"components", "services", "pipeline"},
    "chardet": {"components/bank_files/formats/encodings.py"},
    "mt940": {"components/bank_files/formats/mt940.py"},
    "re2": {"components/rules/patterns.py"},
    "openpyxl": {"web/exports/spreadsheet.py"},
    "requests": {"services/firefly/client.py", "services/digest/webhook.py"},
    "pyarrow": {
        "web/exports/parquet.py",
        "web/exports/parquet_columns.py",
        "components/bank_files/own_export/parquet_rows.py",
        "read_file.py",
    },
}


def modules():
    return sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))


def type_only(tree):
    """The nodes that only type checkers see."""
    return {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for child in ast.walk(node)
    }


def imports_of(path):
    """What the module imports when it runs; an import for type checkers only may cross a layer."""
    tree = ast.parse((SRC / path).read_text())
    for_types = type_only(tree)
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "src":
            yield from (f"src.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def layer_of(path):
    return path.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_only_the_layers_below_it(path):
    for name in imports_of(path):
        if name.startswith("src."):
            assert name.split(".")[1] in MAY_IMPORT[layer_of(path)], f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_only_the_libraries_of_its_layer(path):
    for name in imports_of(path):
        owners = THIRD_PARTY.get(name.split(".")[0])
        if owners is not None:
            assert layer_of(path) in owners or str(path) in owners, f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_only_the_settings_and_the_start_of_processes_read_the_environment(path):
    readers = {"launcher.py", "services/scheduler/child_process.py", "services/mlflow/errors.py"}
    if str(path) not in readers:
        source = (SRC / path).read_text()
        assert "os.environ" not in source, path
        assert "os.getenv" not in source, path


def modules_imported_by(path):
    """The modules of `src` that `path` imports when it runs, by dotted name."""
    tree = ast.parse((SRC / path).read_text())
    for_types = type_only(tree)
    for node in ast.walk(tree):
        if (
            node in for_types
            or not isinstance(node, ast.ImportFrom)
            or not (node.module or "").startswith("src")
        ):
            continue
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            is_module = (SRC.parent / whole.replace(".", "/")).with_suffix(".py").is_file()
            yield whole if is_module else node.module


def dotted(path):
    return ".".join(("src", *path.with_suffix("").parts)).removesuffix(".__init__")


def cycle_in(graph):
    """Some nodes that import each other in a circle; empty where there is none."""
    done, open_ = set(), []

    def visit(node):
        if node in open_:
            return open_[open_.index(node) :]
        if node in done:
            return []
        open_.append(node)
        circle = next((cycle for other in sorted(graph.get(node, ())) if (cycle := visit(other))), [])
        open_.pop()
        done.add(node)
        return circle

    return next((cycle for node in sorted(graph) if (cycle := visit(node))), [])


def test_no_module_imports_itself_through_others():
    graph = {dotted(path): set(modules_imported_by(path)) - {dotted(path)} for path in modules()}
    assert cycle_in(graph) == []


@pytest.mark.parametrize("layer", ["components", "pipeline", "services", "web"])
def test_no_area_of_a_layer_imports_itself_through_others(layer):
    graph = {}
    for path in modules():
        if path.parts[0] == layer and len(path.parts) > 2:
            names = [name.split(".") for name in modules_imported_by(path)]
            areas = {name[2] for name in names if name[1:2] == [layer] and len(name) > 3}
            graph.setdefault(path.parts[1], set()).update(areas - {path.parts[1]})
    assert cycle_in(graph) == []


def test_a_folder_holds_about_fifteen_modules_at_most():
    """`domain` is the exception: one module for each area, used by every layer."""
    folders = Counter(path.parent for path in modules() if path.name != "__init__.py")
    del folders[Path("domain")]
    assert folders.most_common(1)[0][1] <= 15
