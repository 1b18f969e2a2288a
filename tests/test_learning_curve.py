"""The small learning curve that grows while a model trains."""

import math
import xml.etree.ElementTree as ET

from latentlab.learning_curve import HEIGHT, LEFT, TOP, WIDTH, draw_curve


def lines(svg):
    """The lines of the drawing: of each, its places as pairs of numbers."""
    found = ET.fromstring(svg).iter("polyline")
    return [[tuple(map(float, p.split(","))) for p in line.get("points").split()] for line in found]


def test_a_line_for_each_loss_from_the_first_epoch_to_the_last():
    loss, validation = lines(
        draw_curve({"loss": {1: 4, 2: 2, 3: 1}, "val_loss": {1: 5, 2: 3, 3: 3}}, epochs=3)
    )
    assert [x for x, _ in loss] == [LEFT, LEFT + WIDTH / 2, LEFT + WIDTH]
    assert loss[-1] == (LEFT + WIDTH, TOP + HEIGHT)
    assert validation[0] == (LEFT, TOP)


def test_the_axis_has_room_for_the_epochs_to_come():
    (loss,) = lines(draw_curve({"loss": {1: 3, 2: 2}}, epochs=11))
    assert loss[-1][0] == LEFT + WIDTH / 10


def test_it_says_in_words_what_it_shows():
    drawing = ET.fromstring(
        draw_curve({"loss": {1: 3, 2: 2}, "val_loss": {1: 4, 2: 2.5}}, epochs=9)
    )
    said = "Learning curve after 2 epochs: loss 2, val_loss 2.5"
    assert (drawing.get("role"), drawing.get("aria-label")) == ("img", said)
    assert {"loss", "val_loss"} <= {text.text for text in drawing.iter("text")}


def test_a_loss_without_bounds_or_without_change_does_not_stop_the_drawing():
    (loss,) = lines(draw_curve({"loss": {1: 3.0, 2: math.nan, 3: math.inf, 4: 2.0}}, epochs=4))
    assert len(loss) == 2
    assert lines(draw_curve({"loss": {1: 1.0, 2: 1.0}}, epochs=2))
    assert draw_curve({"loss": {1: math.nan, 2: math.nan}}, epochs=2) == ""


def test_one_epoch_is_no_line_yet():
    assert draw_curve({}, epochs=3) == draw_curve({"loss": {1: 1.0}}, epochs=3) == ""


def test_values_stand_at_their_epochs():
    """As with `validation_freq=2`, and where a training goes on after an earlier one."""
    _, validation = lines(draw_curve({"loss": {1: 4, 2: 3}, "val_loss": {2: 4, 4: 3}}, epochs=5))
    assert [x for x, _ in validation] == [LEFT + WIDTH / 4, LEFT + 3 * WIDTH / 4]
    drawing = ET.fromstring(draw_curve({"loss": {4: 2.0, 5: 1.0}}, epochs=6))
    assert drawing.get("aria-label") == "Learning curve after 5 epochs: loss 1"
