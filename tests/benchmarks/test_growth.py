"""The picture and the table of how costs grow."""

import io

from benchmarks.growth import REQUEST, ROW, TRAINING, Cost, draw, table

COSTS = [
    Cost("start page", REQUEST, {1000: 5.0, 10_000: 6.25}),
    Cost("text search", REQUEST, {1000: 9.0, 10_000: 90.0}),
    Cost("import", ROW, {1000: 400.0}),
    Cost("training", TRAINING, {10_000: 61.0}),
]


def test_the_table_has_a_column_for_each_size_and_leaves_out_what_was_not_measured():
    heading, _, start, _, imported, training = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in table(COSTS)
    )
    assert heading == ["cost", "of", "1,000", "10,000"]
    assert start == ["start page", REQUEST, "5.00", "6.25"]
    assert imported[2:] == ["400", ""]
    assert training[2:] == ["", "61.0"]


def test_the_picture_has_a_panel_for_each_unit_and_a_line_for_each_cost():
    figure = draw(COSTS, "a machine")
    assert [axes.get_title() for axes in figure.axes] == [REQUEST, ROW, TRAINING]
    assert {(axes.get_xscale(), axes.get_yscale()) for axes in figure.axes} == {("log", "log")}
    lines = {line.get_label(): line.get_xydata().tolist() for axes in figure.axes for line in axes.lines}
    assert lines == {
        "start page": [[1000, 5], [10_000, 6.25]],
        "text search": [[1000, 9], [10_000, 90]],
        "import": [[1000, 400]],
        "training": [[10_000, 61]],
    }


def test_the_picture_is_written_with_its_names():
    file = io.StringIO()
    draw(COSTS, "a machine").savefig(file, format="svg")
    for word in ("text search", "10,000", "labels", "transactions", "a machine"):
        assert word in file.getvalue()
