"""The plots: what they draw of good input, and what they say of bad input."""

import io

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import latentlab as lab

pytestmark = pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
RNG = np.random.default_rng(0)
LABELS = np.arange(200) % 10
CODES = np.stack([LABELS, LABELS], axis=1) + RNG.normal(size=(200, 2)) / 9


@pytest.fixture(autouse=True)
def _no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


def texts():
    """All the words in the picture."""
    return [t.get_text() for t in plt.gcf().findobj(matplotlib.text.Text) if t.get_text()]


def png_size():
    file = io.BytesIO()
    plt.gcf().savefig(file, format="png", bbox_inches="tight")
    return file.tell()


# --- show_rows


def test_rows_take_every_shape_of_picture():
    rows = {
        "flat": RNG.random((12, 784)),
        "grey": RNG.random((12, 28, 28)),
        "one channel": RNG.random((12, 14, 14, 1)),
        "colour": RNG.random((12, 32, 32, 3)),
        "mask": RNG.random((12, 28, 28)) > 0.5,
    }
    assert lab.show_rows(rows, title="All") is None
    ax = plt.gca()
    assert [text.get_text() for text in ax.texts] == list(rows) and "All" in texts()
    sizes = [image.get_array().shape[:2] for image in ax.images]
    assert sizes == [(28, 298), (28, 298), (14, 149), (32, 338), (28, 298)]  # ten and nine gaps


def test_rows_stand_below_each_other_beside_their_names():
    lab.show_rows({"digits": RNG.random((9, 28, 28)), "one": RNG.random((1, 32, 32, 3))})
    ax = plt.gca()
    (_, right, bottom, top), (_, right_2, bottom_2, top_2) = (i.get_extent() for i in ax.images)
    assert right > 9 and right_2 == 1 and bottom > top_2
    assert bottom < ax.texts[0].get_position()[1] < top
    assert bottom_2 < ax.texts[1].get_position()[1] < top_2
    assert ax.get_xlim() == (0, right) and ax.get_ylim() == (bottom_2, top)
    assert ax.get_aspect() == 1


def test_rows_cut_values_outside_the_range():
    lab.show_rows({"noisy": np.full((1, 28, 28), 1.5), "dark": np.full((1, 28, 28), -0.5)})
    assert [image.get_array().max() for image in plt.gca().images] == [1, 0]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (None, "'rebuilt' is None: the task that makes it is not done yet"),
        (np.zeros((5, 783)), r"'rebuilt' has shape \(5, 783\); expected pictures: \(n, 784\)"),
        (np.zeros((5, 28, 28, 2)), r"'rebuilt' has shape \(5, 28, 28, 2\)"),
        (np.zeros(784), r"'rebuilt' has shape \(784,\)"),
        (np.zeros((0, 28, 28)), "there is no picture in it"),
        (np.full((2, 28, 28), np.nan), "'rebuilt' has 1568 values of 1568 that are NaN"),
        (np.array([["a"]]), "'rebuilt' holds <U1; expected numbers"),
    ],
)
def test_rows_say_what_is_wrong(images, message):
    with pytest.raises(ValueError, match=message):
        lab.show_rows({"original": np.zeros((5, 784)), "rebuilt": images})


def test_rows_of_digits_make_a_small_file():
    digits = lab.load("mnist").test.images
    lab.show_rows({"original": digits, "again": digits})
    assert png_size() < 60_000


# --- plot_history


class History:
    def __init__(self, **history):
        self.history = history


def test_history_draws_training_and_validation():
    lab.plot_history(History(loss=[3, 2, 1.5], val_loss=[4, 3, 2.5], mse=[9, 9, 9]), "Falling")
    ax = plt.gca()
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 2, 1.5], [4, 3, 2.5]]
    assert list(ax.lines[0].get_xdata()) == [1, 2, 3]
    assert {"epoch", "loss", "training 1.5", "validation 2.5", "Falling"} <= set(texts())


def test_history_draws_all_of_a_dict():
    lab.plot_history({"reconstruction": [3, 2], "KL": [0, 1]})
    assert {"reconstruction 2", "KL 1"} <= set(texts())


def test_history_labels_do_not_cover_each_other():
    lab.plot_history({"loss": [9, 1], "val_loss": [9, 1.0001]})
    ys = sorted(t.xy[1] for t in plt.gca().texts)
    assert ys[1] - ys[0] > 0.5


@pytest.mark.parametrize(
    ("history", "message"),
    [
        (None, "'history' is None: the task that makes it is not done yet"),
        (History(), "'history' has no epochs: has `fit` run"),
        ({"loss": []}, "'history' has no epochs: has `fit` run"),
        ({"loss": [1, float("nan")]}, "'loss' has 1 values of 2 that are NaN or infinite"),
    ],
)
def test_history_says_what_is_wrong(history, message):
    with pytest.raises(ValueError, match=message):
        lab.plot_history(history)


# --- plot_latent


def test_latent_colours_and_names_the_classes():
    assert lab.plot_latent(CODES, LABELS, "Plane", names="ABCDEFGHIJ") is None
    assert {*"ABCDEFGHIJ", "Plane"} <= set(texts())
    assert len(np.unique(plt.gca().collections[0].get_facecolors(), axis=0)) == 10


@pytest.mark.parametrize("scale", [(0, 0), (1, 0), (1e-6, 1)], ids=["point", "line", "flat"])
def test_latent_names_stay_apart(scale):
    lab.plot_latent(CODES * scale, LABELS)
    plt.gcf().canvas.draw()
    boxes = [t.get_bbox_patch().get_window_extent() for t in plt.gca().texts]
    middles = np.array([[(b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2] for b in boxes])
    distances = np.linalg.norm(middles[:, None] - middles[None], axis=-1)
    assert len(boxes) == 10 and distances[~np.eye(10, dtype=bool)].min() > 20


def test_latent_of_many_points_makes_a_small_file():
    lab.plot_latent(RNG.normal(size=(10_000, 2)), np.arange(10_000) % 10)
    assert len(plt.gca().collections[0].get_offsets()) == 2000 and png_size() < 60_000


@pytest.mark.parametrize(
    ("codes", "labels", "message"),
    [
        (None, LABELS, "'codes' is None: the task that makes it is not done yet"),
        (np.zeros((200, 3)), LABELS, r"'codes' has shape \(200, 3\); expected \(n, 2\)"),
        (np.full((200, 2), np.inf), LABELS, "'codes' has 400 values of 400 that are NaN or inf"),
        (CODES, None, "'labels' is None"),
        (CODES, LABELS[:9], r"'labels' has shape \(9,\); expected \(200,\)"),
        (CODES, LABELS + 1, "'labels' goes from 1 to 10; expected 0 to 9"),
    ],
)
def test_latent_says_what_is_wrong(codes, labels, message):
    with pytest.raises(ValueError, match=message):
        lab.plot_latent(codes, labels)


# --- plot_decoded_grid


def corner_decoder(codes):
    """Black but for the picture of the code (-2, 1), which is white."""
    white = np.all(np.abs(codes - [-2, 1]) < 1e-6, axis=1)
    return white[:, None] * np.ones((1, 784))


def test_grid_puts_pictures_at_their_codes():
    assert lab.plot_decoded_grid(corner_decoder, (-2, -1), (2, 1), steps=5, title="Grid") is None
    image = plt.gca().images[0]
    canvas = image.get_array()
    assert canvas.shape == (140, 140) and canvas[:28, :28].all() and canvas.sum() == 784
    assert image.get_extent() == [-2.5, 2.5, -1.25, 1.25] and "Grid" in texts()


@pytest.mark.parametrize("shape", [(784,), (28, 28, 1), (32, 32, 3)])
def test_grid_takes_every_shape_of_picture(shape):
    lab.plot_decoded_grid(lambda codes: np.full((len(codes), *shape), 0.5))
    assert plt.gca().images[0].get_array().shape[0] == 15 * (shape[0] if shape[1:] else 28)


@pytest.mark.parametrize(
    ("decoder", "message"),
    [
        (None, "'decoder' is None: the task that makes it is not done yet"),
        (lambda codes: None, '"the decoder\'s output" is None'),
        (lambda codes: codes, r"output\" has shape \(225, 2\); expected pictures"),
        (lambda codes: np.zeros((3, 784)), "the decoder made 3 pictures of 225 codes"),
        (lambda codes: np.full((225, 784), np.nan), "that are NaN or infinite"),
    ],
)
def test_grid_says_what_is_wrong(decoder, message):
    with pytest.raises(ValueError, match=message):
        lab.plot_decoded_grid(decoder)
