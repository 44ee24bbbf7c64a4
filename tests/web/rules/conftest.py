import pytest

SWIGGY = {"field": "merchant", "op": "equals", "value": "swiggy"}


@pytest.fixture
def add(client):
    """Add a rule; returns the answer."""

    def added(*conditions, category="groceries", status=201, **fields):
        body = {"conditions": list(conditions) or [SWIGGY], "category": category, **fields}
        answer = client.post("/api/v1/rules", json=body)
        assert answer.status_code == status, answer.text
        return answer.json

    return added


@pytest.fixture
def undo(client):
    def undone(answer, status=200):
        response = client.post(f"/api/v1/acts/{answer['act']}/undo")
        assert response.status_code == status, response.text
        return response.json

    return undone


@pytest.fixture
def listed(client):
    """The rules by name, in their order."""
    return lambda: {rule["name"]: rule for rule in client.get("/api/v1/rules").json}
