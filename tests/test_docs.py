"""The documentation names what there is: files, areas, links, settings with their defaults, dependencies."""

import re
import tomllib

import pytest

from src.config import ROOT, Settings

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WITH_PATHS = ("docs/changing-things.md", "docs/architecture.md", "CONTRIBUTING.md")
LAYERS = ("components", "pipeline", "services", "web")
TOP = ("src", "tests", "docs", "templates", "static", "benchmarks")
NOT_IN_A_CHECKOUT = {".env", ".venv/bin/python"}


def code_spans(page):
    text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", text)


def paths_in(page):
    """Every path from the root that the page names; `<area>` is any one folder or file name."""
    for span in code_spans(page):
        is_in_a_folder = "/" in span and span.split("/")[0] in TOP
        is_a_file = re.fullmatch(r"[\w.-]+\.(py|toml|md|txt|in|example)", span)
        if (is_in_a_folder or is_a_file) and span not in NOT_IN_A_CHECKOUT:
            yield span


def exists(path):
    return any(ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_a_page_names_exists(page):
    assert [path for path in paths_in(page) if not exists(path)] == []


@pytest.mark.parametrize("page", WITH_PATHS)
def test_the_paths_of_a_page_are_found(page):
    assert len(list(paths_in(page))) > 4


def test_every_name_in_brackets_after_a_path_is_in_that_file():
    text = (ROOT / "docs/changing-things.md").read_text()
    after_paths = re.findall(r"`([\w/]+\.py)` \(([^)]*)\)", text)
    names = [(path, name) for path, words in after_paths for name in re.findall(r"`(\w+)`", words)]
    assert len(names) > 10
    assert [(path, name) for path, name in names if name not in (ROOT / path).read_text()] == []


def test_a_path_that_is_gone_would_be_noticed():
    assert exists("src/web/<area>/pages.py")
    assert not exists("src/web/<area>/page_of_old.py")
    assert not exists("src/pipeline/promotions.py")


def test_the_architecture_names_every_area_of_every_layer():
    text = (ROOT / "docs/architecture.md").read_text()
    areas = {
        f"src/{layer}/{folder.name}/"
        for layer in LAYERS
        for folder in (ROOT / "src" / layer).iterdir()
        if (folder / "__init__.py").is_file()
    }
    assert len(areas) > 30
    assert [area for area in sorted(areas) if f"`{area}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_to_a_file(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_configuration_names_exactly_the_settings_with_their_defaults():
    text = (ROOT / "docs/configuration.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\S+) \| .+ \|$", text, re.MULTILINE)
    assert len(rows) == len(dict(rows)) == text.count("\n| `")
    assert dict(rows) == {name.upper(): shown(name) for name in Settings.model_fields}


def shown(name):
    """A default as the table shows it."""
    default = Settings.model_fields[name].default
    if name == "data_dir":
        default = default.relative_to(ROOT)
    return f"`{default}`" if default not in (None, "") else "none"


def test_every_direct_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in optional for line in extra)]
    declared = {re.match(r"[\w-]+", line)[0] for line in lines}
    table = re.findall(r"^\| ([a-z].+?) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    named = {re.match(r"[\w-]+", name.strip())[0] for cell in table for name in cell.split(",")} - {"package"}
    assert named == declared
