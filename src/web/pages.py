"""The pages: server-rendered, complete without JavaScript. A request for JSON gets the API's response."""
# ruff: noqa: F401 - a module adds its views to `bp` when it is imported

from src.web.accounts import pages as accounts
from src.web.acts import pages as acts
from src.web.anomalies import pages as anomalies
from src.web.budgets import limit_pages
from src.web.budgets import pages as budgets
from src.web.bulk import pages as bulk
from src.web.categories import pages as categories
from src.web.dashboard import pages as dashboard
from src.web.digest import pages as digest
from src.web.feedback import pages as feedback
from src.web.forecast import pages as forecast
from src.web.history import pages as history
from src.web.history import row_pages, transaction_pages
from src.web.imports import pages as imports
from src.web.insight import pages as insight
from src.web.merchants import pages as merchants
from src.web.models import pages as models
from src.web.models import text as models_text
from src.web.prediction import pages as predict
from src.web.quality import pages as quality
from src.web.review import pages as review
from src.web.rules import pages as rules
from src.web.settings import pages as settings
from src.web.shared import assets
from src.web.shared.blueprint import bp
from src.web.summary import pages as summary
from src.web.transfers import pages as transfers

__all__ = ["bp"]
