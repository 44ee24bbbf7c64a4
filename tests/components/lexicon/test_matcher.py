"""Lexicon matches of a text, and the confidence of a model that uses them in names it knows."""

from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from src.components.dataset.ingestion import Ingestion
from src.components.dataset.lexicon_training_rows import StatementWriter, hidden_phrases
from src.components.dataset.preparation import Transformation
from src.components.dataset.sample_weights import SampleWeights
from src.components.dataset.schema import MODEL_FIELDS
from src.components.dataset.splitting import Splitting
from src.components.features.linear_form import LinearForm
from src.components.lexicon.matcher import LexiconMatcher, lexicon_text, smoothing_of
from src.components.model.candidates import CANDIDATES
from src.components.model.model_selection import Search
from src.components.model.scorer import LinearScorer
from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.models import Bundle
from src.domain.transactions import Direction
from src.services.models import bundle
from tests.components.invented import scorer_of, transaction
from tests.components.labelled_rows import labelled

SYLLABLES = [a + b for a in "bdfgklmnprtvz" for b in "aeiou"]
CATEGORIES = ("dining", "groceries", "subscriptions", "transport", "travel", "pets")
HABITS = {category: CategoryProfile(Direction.EXPENSE, 5, 100, share=4) for category in CATEGORIES}


def entry(phrase, category, kind="merchant", type=""):
    return LexiconEntry(phrase, category, kind, type)


def invented_names(count, category, draw):
    return [entry("".join(draw.choice(SYLLABLES, 4)), category) for _ in range(count)]


def invented_lexicon():
    """Names that mean nothing by themselves, a name everyone orders from, and a few words."""
    draw = np.random.default_rng(5)
    names = [name for category in CATEGORIES for name in invented_names(60, category, draw)]
    words = [entry("noodle house", "dining", "word"), entry("vet clinic", "pets", "word")]
    return [*names, entry("quibbly", "dining"), entry("orbit market", "groceries"), *words]


LEXICON = [
    entry("quibbly", "dining"),
    entry("blue door", "groceries"),
    entry("blue door cafe", "dining"),
    entry("zorvex", "travel", "brand"),
    entry("noodle", "dining", "word"),
    entry("fuel", "transport", "word"),
]
MATCHER = LexiconMatcher(lexicon_text(LEXICON))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("quibbly", {"lexicon:dining", "lexicon-whole:dining"}),
        ("quibbly order", {"lexicon:dining", "lexicon-whole:dining"}),
        ("quibbly north gate", {"lexicon:dining", "lexicon-first:dining"}),
        ("north gate quibbly", {"lexicon:dining", "lexicon-inside:dining"}),
        ("old blue door cafe", {"lexicon:dining", "lexicon-long:dining"}),
        ("bluedoor", {"lexicon:groceries", "lexicon-whole:groceries"}),
        ("quib bly", {"lexicon:dining", "lexicon-whole:dining"}),
        ("quibbl", {"lexicon:dining", "lexicon-cut:dining"}),
        ("zorvex", {"lexicon:travel", "lexicon-brand:travel"}),
        ("sunny noodle", {"lexicon:dining", "lexicon-word:dining"}),
        ("fuel noodle", {"lexicon:dining", "lexicon-word:dining", "lexicon-beside:transport"}),
        ("noodle quibbly fuel", {"lexicon:dining", "lexicon-inside:dining", "lexicon-beside:transport"}),
        ("quibblyish thing", set()),
        ("", set()),
    ],
)
def test_the_longest_phrase_of_whole_words_counts_and_a_name_before_a_word(text, tokens):
    assert set(MATCHER.of(text)) == tokens


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("bahnhofsapotheke", "health"),
        ("apothekenhaus", "health"),
        ("city of somewhere parkin", "transport"),
        ("quibbly parkin", "dining"),  # a whole name counts more than half a word
        ("market12 north", "groceries"),
        ("parkin", None),  # a text of one word is cut off only where it is a name
        ("parkin of somewhere", None),  # within a text nothing is cut off
        ("grand mar", None),  # too little is left
        ("operation", None),  # is in a phrase, and has nothing of a ration
        ("grand anti", None),  # antique or antibiotic
    ],
)
def test_a_word_for_what_is_bought_is_known_in_a_compound_and_without_its_end(text, category):
    words = {
        "apotheke": "health",
        "parking": "transport",
        "market": "groceries",
        "ration": "groceries",
        "operation game": "family",
        "antique": "shopping",
        "antibiotics": "health",
    }
    known = [*(entry(word, of, "word") for word, of in words.items()), entry("quibbly", "dining")]
    tokens = LexiconMatcher(lexicon_text(known)).of(text)
    assert tokens[:1] == ([f"lexicon:{category}"] if category else [])
    assert (f"lexicon-part:{category}" in tokens) == (category not in (None, "dining"))


def test_half_a_word_is_not_known_by_the_phrase_that_is_hidden():
    matcher = LexiconMatcher(lexicon_text([entry("apotheke", "health", "word")]))
    assert matcher.of("bahnhofsapotheke", hidden="apotheke") == []


def test_a_hidden_phrase_is_looked_over_in_every_form_and_shorter_ones_are_not():
    for text in ("quibbly", "quib bly", "quibbl", "quibbly north"):
        assert MATCHER.of(text, hidden="quibbly") == []
    assert "lexicon:groceries" in MATCHER.of("blue door cafe", hidden="blue door cafe")


def test_a_cut_off_name_that_could_be_of_two_categories_is_no_name():
    lexicon = lexicon_text([entry("marbleton grill", "dining"), entry("marbleton air", "travel")])
    assert LexiconMatcher(lexicon).of("marbleton") == []


def test_of_equal_phrases_the_hand_written_one_counts_and_a_brand_does_not():
    lexicon = lexicon_text([entry("Zorvex", "pets", "brand"), entry("ZORVEX", "travel")])
    assert "lexicon:travel" in LexiconMatcher(lexicon).of("zorvex")


def test_a_type_within_the_category_is_a_token_too():
    matcher = LexiconMatcher(
        lexicon_text([entry("bean there", "dining", type="coffee"), entry("quibbly", "dining")])
    )
    assert "lexicon-type:coffee" in matcher.of("bean there")
    assert not any(token.startswith("lexicon-type") for token in matcher.of("quibbly"))


def test_the_lexicon_is_doubted_by_category_and_manner_of_match():
    smoothing = smoothing_of({"dining": 0.97, "services": 0.6})
    assert (
        smoothing["lexicon-whole:dining"]
        < smoothing["lexicon-word:dining"]
        < smoothing["lexicon-inside:dining"]
    )
    assert smoothing["lexicon-whole:services"] > smoothing["lexicon-inside:dining"]
    assert all(0 < share < 1 for share in smoothing.values())


def test_an_empty_lexicon_matches_nothing():
    assert LexiconMatcher("").of("quibbly") == []


def trained(*yours, smoothing=MappingProxyType({})):
    entries = invented_lexicon()
    shipped = StatementWriter().write(entries, HABITS)
    rows = Transformation().prepare(Ingestion().gather(yours, shipped))
    split = Splitting().split(rows)
    weights = SampleWeights().compute(rows, datetime(2026, 3, 5, tzinfo=UTC), HABITS)
    search = Search(trials=CANDIDATES[:1])
    inputs = (rows, weights, split.folds, split.scored, lambda _: None)
    subjects = {"subjects": split.subjects, "excluded": split.subjects}
    return search.run(*inputs, **subjects, lexicon=lexicon_text(entries), smoothing=smoothing).model


@pytest.fixture(scope="module")
def model():
    return trained()


def answers_of(scorer, text):
    (row,) = scorer.probabilities([transaction(text)])
    return scorer.classes[row.argmax()], row.max()


def test_a_name_of_the_lexicon_is_answered_with_its_category_and_surer_than_an_unknown_one(model):
    scorer = scorer_of(model)
    for text in ("QUIBBLY order 8841 BANGALORE", "QUIBBLY ORDER", "SQ *QUIBBLY 0042"):
        category, confidence = answers_of(scorer, text)
        assert category == "dining"
        assert confidence > 0.8
        assert confidence > answers_of(scorer, "WEXFRAND ORDER")[1] + 0.3


def test_a_lexicon_match_is_a_reason(model):
    reasons = scorer_of(model).explain(transaction("QUIBBLY ORDER"), "dining")
    assert "lexicon:dining" in {reason.feature for reason in reasons if reason.weight > 0}


def frame_of(transactions):
    return pd.DataFrame(
        [[getattr(transaction, name) for name in MODEL_FIELDS] for transaction in transactions],
        columns=MODEL_FIELDS,
    )


def test_a_doubted_match_lowers_the_confidence_alike_in_training_and_serving():
    model = trained(smoothing={"lexicon-whole:dining": 0.2})
    served = scorer_of(model)
    transactions = [transaction("QUIBBLY"), transaction("ORBIT MARKET")]
    smoothed, trusted = served.probabilities(transactions)
    assert served.classes[smoothed.argmax()] == "dining"
    assert smoothed.max() < 0.84 < 0.9 < trusted.max()
    assert smoothed.sum() == pytest.approx(1)
    assert np.allclose(model.predict_proba(frame_of(transactions)), [smoothed, trusted], atol=1e-9)


def test_the_served_model_has_the_lexicon_matches_of_the_fitted_one(model):
    texts = [
        "QUIBBLY order 8841",
        "ORBITMARKET",
        "ORBIT MARK",
        "a noodle house",
        "WEXFRAND",
        "quibbly vet clinic",
    ]
    transactions = [
        transaction(text, subcategory="Orbit Market" if position % 2 else None)
        for position, text in enumerate(texts)
    ]
    frame = frame_of(transactions)
    data = bundle.dumps(Bundle(model, {}, {}))
    digest = sha256(data).hexdigest()
    expected = model.predict_proba(frame)
    served = LinearScorer(LinearForm.from_parts(*bundle.serve(data, digest).form))
    assert np.abs(served.probabilities(transactions) - expected).max() < 1e-9
    assert np.abs(bundle.loads(data, digest).pipeline.predict_proba(frame) - expected).max() < 1e-9


def test_a_persons_own_category_names_learn_from_lexicon_matches():
    lexicon = [entry for entry in invented_lexicon() if entry.kind == "merchant"]
    known = {
        category: [entry.phrase for entry in lexicon if entry.category == category][:60]
        for category in ("dining", "transport")
    }
    own = {"dining": "Eating out", "transport": "Car and bus"}
    yours = [
        labelled(f"{category}{number}", phrase.upper(), own[category])
        for category, phrases in known.items()
        for number, phrase in enumerate(phrases[:40])
    ]
    scorer = scorer_of(trained(*yours))
    for category, phrases in known.items():
        right = [answers_of(scorer, phrase.upper())[0] == own[category] for phrase in phrases[40:]]
        assert np.mean(right) > 0.9


def test_some_rows_of_the_lexicon_are_read_without_their_phrase_and_a_persons_never():
    shipped = StatementWriter().write(invented_lexicon(), HABITS)
    rows = Ingestion().gather([labelled("1", "QUIBBLY", "dining")], shipped)
    hidden = hidden_phrases(rows)
    assert hidden[0] == ""
    assert 0.4 < np.mean(hidden[1:] != "") < 0.6
    assert (hidden == hidden_phrases(rows)).all()
    by_group = pd.Series(hidden != "").groupby(rows["group"])
    assert (by_group.nunique() == 2).mean() > 0.5


def test_a_model_from_before_there_were_lexicon_matches_is_still_served():
    rows = StatementWriter().write(invented_lexicon(), HABITS)
    inputs = (rows, np.ones(len(rows)), np.arange(len(rows)) % 2, np.ones(len(rows), bool), lambda _: None)
    subjects = dict.fromkeys(("subjects", "excluded"), np.arange(len(rows)).astype(str))
    pipeline = Search(trials=CANDIDATES[:1]).run(*inputs, **subjects).model
    scorer = scorer_of(pipeline)
    facts, arrays = scorer.form.to_parts()
    del facts["lexicon"], facts["weights"]["opinion"]
    inputs = [transaction("QUIBBLY ORDER")]
    served = LinearScorer(LinearForm.from_parts(facts, arrays))
    assert (served.probabilities(inputs) == scorer.probabilities(inputs)).all()
