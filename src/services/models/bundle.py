"""Writes and reads bundles: a model in one file.

The file is a zip. `pipeline.skops` is the fitted scikit-learn pipeline, for training and for
inspection; `form.json` and the `.npy` files are its plain form, from which web workers serve without
scikit-learn. Nothing in it is a pickle: skops makes only objects of types that it or TRUSTED knows, whatever
the file says.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from typing import Any

import numpy as np

from src.domain.models import Bundle
from src.errors import InvalidInput

TRUSTED = (
    "src.components.model.classifier.LinearCategorizer",
    "src.components.features.vectorizer.TransactionFeatures",
)
"""Our own types in a fitted pipeline; skops knows scikit-learn's. A list inside a file is ignored."""

_FORMER_MODULES = {
    "src.components.classifier": "src.components.model.classifier",
    "src.components.features": "src.components.features.vectorizer",
}
"""Where these types were when models of version 0.1.0 were written."""


@dataclass(frozen=True)
class ServedBundle:
    """What a web worker needs of a bundle."""

    form: tuple[dict[str, Any], dict[str, np.ndarray]]
    """What LinearForm.from_parts takes."""
    bands: dict[str, Any]
    about: dict[str, Any]


def dumps(bundle: Bundle) -> bytes:
    """The bundle as deflated bytes; their sha256 is what `loads` asks for."""
    from skops import io as skops_io  # scikit-learn with it, which only training needs

    features, classifier = (bundle.pipeline.named_steps[name] for name in ("features", "classifier"))
    facts, arrays = features.linear_form(classifier).to_parts()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (("form", facts), ("bands", bundle.bands), ("about", bundle.about)):
            _write(archive, f"{name}.json", json.dumps(content, sort_keys=True).encode())
        for name, array in arrays.items():
            array_file = io.BytesIO()
            np.save(array_file, array, allow_pickle=False)
            _write(archive, f"{name}.npy", array_file.getvalue())
        # Its members are compressed once, here.
        _write(archive, "pipeline.skops", skops_io.dumps(bundle.pipeline, compression=zipfile.ZIP_STORED))
    return file.getvalue()


def loads(data: bytes, sha256: str) -> Bundle:
    """The whole bundle. Raises InvalidInput for bytes of another `sha256`, and for a foreign type."""
    from skops import io as skops_io
    from skops.io.exceptions import UntrustedTypesFoundException

    with _opened(data, sha256) as archive:
        try:
            pipeline = skops_io.loads(
                _with_present_modules(archive.read("pipeline.skops")), trusted=list(TRUSTED)
            )
        except UntrustedTypesFoundException as error:
            raise InvalidInput(f"The model file holds types that are not trusted: {error}") from None
        return Bundle(pipeline, _json(archive, "bands"), _json(archive, "about"))


def _with_present_modules(skops_file: bytes) -> bytes:
    """The file with present names for the modules of an earlier version."""
    with zipfile.ZipFile(io.BytesIO(skops_file)) as old:
        schema = old.read("schema.json").decode()
        for former, present in _FORMER_MODULES.items():
            schema = schema.replace(f'"__module__": "{former}"', f'"__module__": "{present}"')
        if schema.encode() == old.read("schema.json"):
            return skops_file
        renamed = io.BytesIO()
        with zipfile.ZipFile(renamed, "w") as new:
            for name in old.namelist():
                new.writestr(name, schema if name == "schema.json" else old.read(name))
        return renamed.getvalue()


def serve(data: bytes, sha256: str) -> ServedBundle:
    """What predictions need, read without scikit-learn. Raises InvalidInput for bytes of another `sha256`."""
    with _opened(data, sha256) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        files = {name.removesuffix(".npy"): io.BytesIO(archive.read(name)) for name in names}
        arrays = {name: np.load(file, allow_pickle=False) for name, file in files.items()}
        form, bands, about = (_json(archive, name) for name in ("form", "bands", "about"))
        return ServedBundle((form, arrays), bands, about)


def contents_sha256(data: bytes) -> str:
    """Hash of what a bundle contains, without the pipeline, whose names and times always differ."""
    digest = sha256_of()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(set(archive.namelist()) - {"pipeline.skops"}):
            digest.update(f"{name} {sha256_of(archive.read(name)).hexdigest()}\n".encode())
    return digest.hexdigest()


def _opened(data: bytes, sha256: str) -> zipfile.ZipFile:
    if sha256_of(data).hexdigest() != sha256:
        raise InvalidInput("The model file is damaged: its content is not what was stored.")
    return zipfile.ZipFile(io.BytesIO(data))


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(archive.read(f"{name}.json"))
    return content
