import pytest

from src.web.categories.pages import slug_of

FORM = {"name": "Café & Bücher", "group": "discretionary", "color": "#7a5195"}


def test_a_category_of_ones_own_is_added_and_can_be_chosen_at_once(client, predicted):
    answer = client.post("/categories", data=FORM)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/categories?added=cafe-bucher&act=")
    assert "Café &amp; Bücher" in client.get("/categories?added=cafe-bucher").text
    row = predicted("CORNER BOOKS")
    response = client.post("/api/v1/feedback", json={"transaction_id": row["id"], "category": "cafe-bucher"})
    assert response.status_code == 200


def test_a_name_that_is_taken_is_reported_at_the_field_and_the_input_is_kept(client):
    client.post("/categories", data=FORM)
    again = client.post("/categories", data=FORM)
    assert again.status_code == 409
    assert "with this name already exists" in again.text
    assert 'value="Café &amp; Bücher"' in again.text


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"group": "x"}, {"color": "red"}, {"name": "x" * 101}])
def test_what_cannot_be_a_category_is_refused(client, wrong):
    assert client.post("/categories", data={**FORM, **wrong}).status_code == 422
    assert len(client.get("/api/v1/categories").json) == 25


@pytest.mark.parametrize(
    ("name", "slug"), [("Books", "books"), ("3D printing", "d-printing"), ("a" * 60, "a" * 40)]
)
def test_the_short_name_is_made_of_plain_letters(name, slug):
    assert slug_of(name) == slug


def test_a_name_in_another_script_gets_a_short_name_too():
    assert slug_of("Книги").startswith("category-")
    assert slug_of("Книги") != slug_of("Музыка")
