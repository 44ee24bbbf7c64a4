"""The pages: server-rendered, whole without JavaScript; asked for JSON, the API's own view answers."""

from src.web.pages import analytics, assets, categories, feedback, history, models, predict, serving
from src.web.pages.blueprint import bp

__all__ = ["analytics", "assets", "bp", "categories", "feedback", "history", "models", "predict", "serving"]
