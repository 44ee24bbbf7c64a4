"""What was dismissed, on the real MongoDB."""

from src.domain.anomalies import AnomalyKind, Dismissal
from src.domain.categories import Category, Group
from src.services.anomalies.reports import Dismissals
from src.services.categories.repository import Categories
from tests.services.rows import NOW


def test_a_dismissed_month_follows_the_category_that_is_merged(database):
    shipped = [Category(slug, slug.title(), Group.DISCRETIONARY, "#111111") for slug in ("pets", "gifts")]
    categories = Categories(database, shipped)
    dismissals = Dismissals(database, categories)
    dismissals.add(Dismissal("m", AnomalyKind.CATEGORY_MONTH, "USD", 900, "", "pets", NOW))
    before = categories.get("pets")
    categories.merge("pets", "gifts")
    assert [dismissal.category for dismissal in dismissals.all()] == ["gifts"]
    categories.restore(before)
    assert [dismissal.category for dismissal in dismissals.all()] == ["pets"]
