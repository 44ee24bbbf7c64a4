import io
import subprocess
import sys
import zipfile
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier
from skops import io as skops_io

from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.classifier import LinearCategorizer
from src.config import ROOT
from src.domain.models import Bundle
from src.errors import InvalidInput
from src.services.models.bundle import TRUSTED, dumps, loads, serve

TEXTS = {
    "dining": ["blue door coffee", "noodle garden", "pizza corner"],
    "groceries": ["green basket", "corner grocer", "daily basket"],
    "transport": ["city cab", "metro line", "rail pass"],
}


@pytest.fixture(scope="module")
def rows():
    table = pd.DataFrame([(text, category) for category in TEXTS for text in TEXTS[category]] * 10)
    table.columns = ["description", "category"]
    return table.assign(
        subcategory="",
        amount=12.5,
        currency="USD",
        mode="UPI",
        direction="expense",
        date=pd.NaT,
        account="Checking",
        counterparty="",
        mcc="",
    )


@pytest.fixture(scope="module")
def bundle(rows):
    model = Pipeline([("features", TransactionFeatures()), ("classifier", LinearCategorizer("sgd"))])
    model.fit(rows[MODEL_FIELDS], rows["category"])
    return Bundle(model, {"suggest_at": 0.5}, {"run_id": "run-1", "classes": list(TEXTS)})


def hash_of(data):
    return sha256(data).hexdigest()


def test_a_bundle_comes_back_with_the_same_answers_bands_and_facts(bundle, rows):
    data = dumps(bundle)
    again = loads(data, hash_of(data))
    expected = bundle.pipeline.predict_proba(rows[MODEL_FIELDS])
    assert (again.pipeline.predict_proba(rows[MODEL_FIELDS]) == expected).all()
    assert (again.bands, again.about) == (bundle.bands, bundle.about)


def test_what_a_worker_serves_from_are_the_numbers_of_the_pipeline(bundle):
    data = dumps(bundle)
    served = serve(data, hash_of(data))
    facts, arrays = served.form
    features, classifier = bundle.pipeline
    assert facts["classes"] == list(TEXTS)
    assert facts["fields"].split("\n") == features.fields_
    assert (arrays["coef"] == classifier.coef_.T).all()
    assert (served.bands, served.about) == (bundle.bands, bundle.about)


def test_a_real_pipeline_needs_no_other_types_than_the_trusted_ones(bundle):
    needed = skops_io.get_untrusted_types(data=skops_io.dumps(bundle.pipeline))
    assert set(needed) == set(TRUSTED)


def test_an_untrusted_type_is_refused_by_name(bundle):
    foreign = Pipeline([*bundle.pipeline.steps, ("tree", DecisionTreeClassifier().fit([[0], [1]], [0, 1]))])
    data = with_member(dumps(bundle), "pipeline.skops", skops_io.dumps(foreign))
    with pytest.raises(InvalidInput, match=r"not trusted.*sklearn\.tree\._tree\.Tree"):
        loads(data, hash_of(data))


def test_an_array_of_pickled_objects_is_refused(bundle):
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    data = with_member(dumps(bundle), "coef.npy", file.getvalue())
    with pytest.raises(ValueError, match="allow_pickle"):
        serve(data, hash_of(data))


@pytest.mark.parametrize("read", [loads, serve])
@pytest.mark.parametrize("position", [0, 1000, -1])
def test_a_flipped_byte_is_refused(bundle, read, position):
    data = bytearray(dumps(bundle))
    right = hash_of(data)
    data[position] ^= 1
    with pytest.raises(InvalidInput, match="damaged"):
        read(bytes(data), right)


def test_a_bundle_is_deflated(bundle):
    with zipfile.ZipFile(io.BytesIO(dumps(bundle))) as archive:
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_DEFLATED}
        assert sum(one.compress_size for one in archive.infolist()) < 0.6 * sum(
            one.file_size for one in archive.infolist()
        )


def test_a_fresh_process_serves_a_bundle_without_scikit_learn_or_mlflow(bundle, tmp_path):
    file = tmp_path / "bundle"
    file.write_bytes(dumps(bundle))
    code = f"""
import sys
from datetime import date
from decimal import Decimal
from hashlib import sha256
from src.components.features.linear_form import LinearForm
from src.components.model.scorer import LinearScorer
from src.domain.transactions import Transaction
from src.services.models.bundle import serve

data = open({str(file)!r}, "rb").read()
scorer = LinearScorer(LinearForm.from_parts(*serve(data, sha256(data).hexdigest()).form))
answer = scorer.probabilities([Transaction("CITY CAB 99", Decimal("8.00"), "USD", date(2026, 3, 4))])
heavy = [one for one in ("pandas", "sklearn", "skops", "mlflow") if one in sys.modules]
print(scorer.classes[answer[0].argmax()], heavy)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "transport []"


def with_member(data, name, content):
    """The same zip with another content of one member."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return file.getvalue()


def test_a_model_of_version_0_1_0_is_loaded_though_its_modules_and_attributes_have_moved(bundle, rows):
    former = {"src.components.model.classifier": "src.components.classifier"}
    former["src.components.features.vectorizer"] = "src.components.features"
    former |= {"confidence_points_": "said_", "calibrated_points_": "found_"}
    data = with_schema(dumps(bundle), lambda schema: renamed(schema, former))
    assert b"vectorizer" not in zipfile.ZipFile(io.BytesIO(data)).read("pipeline.skops")
    loaded = loads(data, sha256(data).hexdigest())
    expected = bundle.pipeline.predict_proba(rows[MODEL_FIELDS])
    assert np.array_equal(loaded.pipeline.predict_proba(rows[MODEL_FIELDS]), expected)


def renamed(text, names):
    for name, other in names.items():
        text = text.replace(f'"{name}"', f'"{other}"')
    return text


def with_schema(data, change):
    """The bytes of a bundle whose pipeline has another schema."""
    return rezipped(
        data, "pipeline.skops", lambda inner: rezipped(inner, "schema.json", lambda raw: change(raw.decode()))
    )


def rezipped(data, member, change):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, change(content) if name == member else content)
    return target.getvalue()
