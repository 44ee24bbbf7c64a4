from benchmarks.statement import statement
from src.components.bank_files.plan import Plan, Sign
from src.components.bank_files.read import preview
from src.components.text.cleaning import merchant_key
from src.components.text.masking import mask
from tests.components.bank_files.reading import entries


def test_the_statement_of_the_benchmark_is_read_whole_and_looks_like_life():
    content = statement(2000)
    seen = preview(content, Plan(sign=Sign.NEGATIVE_IS_EXPENSE))
    assert (seen.questions, seen.entry_count, seen.rejected_count) == ((), 2000, 0)
    texts = [entry.description for entry in entries(content, seen.plan)]
    assert 0.3 < len(set(texts)) / len(texts) < 0.9
    assert len({merchant_key(mask(text)) for text in texts}) < 0.3 * len(texts)
    assert any("[card]" in mask(text) for text in texts)
    assert statement(2000) == content
