"""Who a document belongs to."""

from __future__ import annotations

LOCAL_OWNER = "local"
"""The owner of every document until there are accounts."""
