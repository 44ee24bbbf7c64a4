"""The package: `pip install .` into an empty environment, then `ledgerloop serve` in an empty folder."""

import shutil
import subprocess
from importlib.metadata import Distribution

import pytest

from src import __version__
from src.config import ROOT
from tests.launch.running_site import PYTHON, Site

UV = [PYTHON, "-m", "uv", "--quiet"]
SOURCES = (
    "src",
    "templates",
    "static",
    "pyproject.toml",
    "gunicorn.conf.py",
    "README.md",
    "LICENSE",
    "NOTICE",
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of an environment that holds Ledgerloop and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    sources, environment = folder / "sources", folder / "environment"
    sources.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, sources / name)
    _run([*UV, "build", "--wheel", "--out-dir", str(folder), str(sources)])
    shutil.rmtree(sources)
    _run([*UV, "venv", "--python", PYTHON, str(environment)])
    [wheel] = folder.glob("*.whl")
    locked = ["--constraint", str(ROOT / "requirements.txt")]
    _run([*UV, "pip", "install", "--python", str(environment / "bin" / "python"), *locked, str(wheel)])
    return environment


def _run(command):
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _metadata(environment):
    [metadata] = environment.glob("lib/python*/site-packages/ledgerloop-*.dist-info")
    return Distribution.at(metadata)


def test_the_package_has_one_top_level_name_its_dependencies_and_one_version(installed):
    distribution = _metadata(installed)
    names = {file.parts[0] for file in distribution.files if not file.parts[0].endswith(".dist-info")}
    assert names - {".."} == {"src"}  # `..` leads to the console script
    assert {"flask", "pymongo", "mlflow", "scikit-learn"} <= {
        line.split(">")[0] for line in distribution.requires
    }
    assert distribution.version == __version__
    assert _run([str(installed / "bin" / "ledgerloop"), "--version"]) == f"ledgerloop {__version__}\n"


def test_an_installed_ledgerloop_serves_its_pages_from_an_empty_folder(installed, tmp_path):
    site = Site(tmp_path)
    del site.settings["DATA_DIR"]
    try:
        site.start([str(installed / "bin" / "ledgerloop"), "serve"], cwd=tmp_path).wait_for_page()
        for path in ("", "history", "categories", "static/style.css", "api/docs", "api/openapi.json"):
            assert site.get(path)[0] == 200, path
        assert b'"slug":"dining"' in site.get("api/v1/categories")[1].replace(b" ", b"")
        assert (tmp_path / "data").is_dir()
        assert site.ctrl_c() == 0
    finally:
        site.sweep()


def test_the_lexicon_is_in_the_package(installed):
    count = "from src.knowledge.lexicon_files import Knowledge; print(len(Knowledge().entries()))"
    assert int(_run([str(installed / "bin" / "python"), "-c", count])) > 50_000
