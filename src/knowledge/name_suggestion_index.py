"""Download the name-suggestion-index and write its brands: the first step of `make lexicon`.

Development only, with the npm client; running Ledgerloop needs nothing of npm. Version and content are
pinned, so the file is byte-identical.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from src.components.text.cleaning import clean_text
from src.components.text.vocabulary import PLACES, SOFT
from src.errors import InvalidInput, Unavailable
from src.knowledge.brands import Brand, Tag, elect_brands

PACKAGE = "name-suggestion-index"
VERSION = "8.0.20260918"
SHA256 = "3ee22f0f0a99528ac9c65a57211575defd968e21fd6374e746bfd02e94422121"
MEMBER = "package/dist/json/nsi.min.json"

HERE = Path(__file__).parent
TAGS = HERE / "osm_categories.csv"
EVERYDAY = HERE / "everyday_words.txt"
BRANDS = HERE / "brands.csv.gz"


def main() -> int:
    try:
        index = index_of(download())
    except (InvalidInput, Unavailable) as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    brands = elect_brands(index, read_tags(TAGS), clean_text, read_everyday(EVERYDAY))
    BRANDS.write_bytes(packed(brands))
    print(f"{len(brands)} brands, {BRANDS.stat().st_size / 1024:.0f} kB")  # noqa: T201
    return 0


def download() -> bytes:
    """The package from npm. Raises Unavailable."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"npm could not download {PACKAGE} {VERSION}: {error}") from error
        return next(Path(folder).glob("*.tgz")).read_bytes()


def index_of(package: bytes) -> dict[str, Any]:
    """The items of the index by tag. Raises InvalidInput if the package is not the pinned one."""
    if hashlib.sha256(package).hexdigest() != SHA256:
        raise InvalidInput(f"The package from npm is not the pinned {PACKAGE} {VERSION}.")
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        file = archive.extractfile(MEMBER)
        return json.load(file)["nsi"] if file else {}


def read_tags(path: Path) -> dict[str, Tag]:
    with path.open(newline="", encoding="utf-8") as file:
        return {
            f"{row['tree']}/{row['tag']}": Tag(row["category"], float(row["weight"]), row["type"])
            for row in csv.DictReader(file)
        }


def read_everyday(path: Path) -> Collection[str]:
    """The words and phrases of the list, and those that text cleaning knows as no names."""
    everyday = set(PLACES | SOFT)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            everyday.add(line.removeprefix("= "))
        elif not line.startswith("#"):
            everyday.update(line.split())
    return everyday


def packed(brands: Iterable[Brand]) -> bytes:
    """One gzipped CSV without a time stamp."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("phrase", "category", "countries", "type"))
    writer.writerows((brand.phrase, brand.category, brand.countries, brand.type) for brand in brands)
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


if __name__ == "__main__":
    sys.exit(main())
