"""Verbs on noise and denoising: randomness is judged by statistics, mistakes get their names."""

import math

import keras
import numpy as np
import pytest
from conftest import fails

from latentlab import check
from latentlab.check import denoising, noise

RNG = np.random.default_rng()  # no seed: what is right must pass whatever is drawn
SHAPE = (100, 784)
layers = keras.layers


# Gaussian noise


def gaussian(x, sigma):
    return np.clip(x + RNG.normal(0, sigma, x.shape), 0, 1)


def pixel_by_pixel(x, sigma):
    noisy = np.array(x)
    for index in np.ndindex(*x.shape):
        noisy[index] = min(max(noisy[index] + RNG.normal() * sigma, 0), 1)
    return noisy.tolist()


def by_box_muller(x, sigma):
    u, v = 1 - RNG.random((2, *x.shape))
    return np.clip(x + sigma * np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v), 0.0, 1.0)


def in_keras(x, sigma):
    return keras.ops.clip(x + keras.random.normal(x.shape, stddev=sigma), 0, 1)


@pytest.mark.parametrize("right", [gaussian, pixel_by_pixel, by_box_muller, in_keras])
@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0])
def test_right_gaussian_noise(right, sigma, one_line):
    check.gaussian_noise(right, sigma, (40, 28, 28) if right is gaussian else (30, 400))


def test_right_noise_passes_hundreds_of_times():
    for _ in range(150):
        check.gaussian_noise(gaussian, 0.5, (30, 196))
        check.masking_noise(masking, 0.3, (30, 196))


def test_statistics_lie_as_far_away_as_their_deviations_say():
    """5 deviations mean once in 1.7 million draws only if these are standard deviations."""
    draws = [RNG.normal(size=(2, 30, 196)) for _ in range(400)]
    assert np.mean([noise._alike(*pair) > 1 for pair in draws]) == pytest.approx(0.317, abs=0.12)
    mean, deviation = noise._clipped_moments(0.5)
    black = np.clip(0.5 * RNG.normal(size=10**6), 0, 1)
    assert black.mean() == pytest.approx(mean, abs=5 * deviation / 1000)
    assert black.std() == pytest.approx(deviation, rel=0.01)
    assert mean == pytest.approx(0.5 / math.sqrt(2 * math.pi), abs=0.01)


def clipped(x):
    return np.clip(x, 0, 1)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, s: x + RNG.normal(0, s, x.shape), "expected 0 to 1. Clip"),
        (lambda x, s: clipped(x + RNG.normal(0, s**2, x.shape)), "sigma squared"),
        (lambda x, s: clipped(x + RNG.normal(0, np.sqrt(s), x.shape)), "not the variance"),
        (lambda x, s: clipped(x + RNG.uniform(-s, s, x.shape)), "uniform noise from -sigma"),
        (lambda x, s: clipped(x + s * (RNG.random(x.shape) - 0.5)), "uniform noise of the width"),
        (lambda x, s: clipped(x + s * np.sqrt(12) * (RNG.random(x.shape) - 0.5)), "bell shape"),
        (lambda x, s: clipped(x + s * RNG.random(x.shape)), "only makes pictures brighter"),
        (lambda x, s: x + clipped(RNG.normal(0, s, x.shape)), "only makes pictures brighter"),
        (lambda x, s: clipped(x + RNG.normal(s, s, x.shape)), "times sigma; expected 0"),
        (lambda x, s: clipped(x + RNG.normal(0, s, x.shape[1:])), "All pictures get the same"),
        (lambda x, s: clipped(x + RNG.normal(0, s, (len(x), 1))), "All pixels of a picture"),
        (lambda x, s: clipped(x + RNG.uniform(s / 2, s)), "All pixels of all pictures"),
        (
            lambda x, s: clipped(x + np.random.default_rng(0).normal(0, s, x.shape)),
            "two calls have the same noise",
        ),
        (lambda x, s: clipped(x * (1 + RNG.normal(0, 2 * s, x.shape))), "stronger where"),
        (lambda x, s: clipped(0.5 + RNG.normal(0, s, x.shape)), "noise alone"),
        (lambda x, s: clipped(x / 2 + RNG.normal(0, s, x.shape)), "brighter by 1, the"),
        (lambda x, s: x, "no noise in it"),
        (lambda x, s: clipped(x + 0.1 * RNG.normal(size=x.shape)), "expected 0.01"),
        (lambda x, s: clipped(x + RNG.normal(size=x.shape)), "is sigma used"),
        (lambda x, s: np.abs(1 - np.abs(1 - x - RNG.normal(0, s, x.shape))), "values from"),
        (lambda x, s: gaussian(x, s)[0], "has shape (784,)"),
        (lambda x, s: None, "return"),
    ],
)
def test_wrong_gaussian_noise_is_told(wrong, saying):
    fails(saying, check.gaussian_noise, wrong, 0.5, SHAPE)


def test_noise_that_is_scaled_back_instead_of_clipped_is_told():
    def scaled(x, sigma):
        y = x + RNG.normal(0, sigma, x.shape)
        return (y - y.min()) / np.ptp(y) if sigma > 0.1 else y

    def turned_back(x, sigma):
        return 1 - np.abs(1 - np.abs(x + np.clip(RNG.normal(0, sigma, x.shape), -1, 1)))

    fails("not scaled or turned back", check.gaussian_noise, scaled, 0.5, SHAPE)
    fails("not scaled or turned back", check.gaussian_noise, turned_back, 0.2, SHAPE)


# Masking noise


def masking(x, p):
    return x * (RNG.random(x.shape) >= p)


def as_many_in_each(x, p):
    rows = np.array(x).reshape(len(x), -1)
    for row in rows:
        row[RNG.permutation(row.size)[: round(p * row.size)]] = 0
    return rows.reshape(x.shape)


def by_where(x, p):
    return keras.ops.where(keras.random.uniform(x.shape) < p, 0.0, x)


@pytest.mark.parametrize("right", [masking, as_many_in_each, by_where])
@pytest.mark.parametrize("p", [0.25, 0.5, 0.75])
def test_right_masking_noise(right, p, one_line):
    check.masking_noise(right, p, (40, 28, 28))


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, p: x * (RNG.random(x.shape) < p), "not of being kept"),
        (lambda x, p: x * (RNG.random(x.shape) >= p) / (1 - p), "A Dropout layer does that"),
        (lambda x, p: np.where(RNG.random(x.shape) < p, 1, x), "a masked pixel is 0"),
        (lambda x, p: x * (RNG.random(x.shape[1:]) >= p), "All pictures get the same mask"),
        (lambda x, p: x * (RNG.random((len(x), 1)) >= p), "All pixels of a picture"),
        (lambda x, p: x * (np.random.default_rng(1).random(x.shape) >= p), "same noise"),
        (lambda x, p: x * (x >= np.quantile(x, p)), "how bright"),
        (
            lambda x, p: x * (x + 0.2 * RNG.random(x.shape) >= np.quantile(x, p) + 0.1),
            "how bright",
        ),
        (lambda x, p: masking(x, p) + 0.01, "stays as it is"),
        (lambda x, p: masking(x, 0.5), "expected 30.00%"),
        (lambda x, p: x, "no noise in it"),
        (lambda x, p: RNG.random(x.shape) >= p, "type"),
    ],
)
def test_wrong_masking_noise_is_told(wrong, saying):
    fails(saying, check.masking_noise, wrong, 0.3, SHAPE)


def test_a_mask_that_depends_on_the_pixels_is_told():
    def dark_ones_rather(x, p):
        chance = np.where(x < 0.6, 1.5, 0.5) * p
        return x * (RNG.random(x.shape) >= chance)

    fails("how bright", check.masking_noise, dark_ones_rather, 0.3, SHAPE)


# Pairs


def right_pairs(x, corrupt, strength):
    return corrupt(x, strength), x


@pytest.mark.parametrize("right", [right_pairs, lambda x, c, s: [np.float32(c(x, s)), x.tolist()]])
def test_right_pairs(right, one_line):
    check.denoising_pairs(right, gaussian, masking, (60, 784))


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, c, s: (x, c(x, s)), "exchanged"),
        (lambda x, c, s: (x, x), "the inputs are clean"),
        (lambda x, c, s: (c(x, s),) * 2, "asked to copy"),
        (lambda x, c, s: (c(x, s), c(x, s)), "corrupted, too"),
        (lambda x, c, s: (c(x, 0.5), x), "are both corrupt and strength used"),
        (lambda x, c, s: (c(x, 0.15), x), "are both corrupt and strength used"),
        (lambda x, c, s: (gaussian(x, s), x), "denoising_pairs(x, masking_noise, 0."),
        (lambda x, c, s: c(x, s), "expected two"),
        (lambda x, c, s: (c(x, s), x, x), "3 things"),
        (lambda x, c, s: (c(x, s)[:5], x), "(5, 784)"),
        (lambda x, c, s: None, "return"),
    ],
)
def test_wrong_pairs_are_told(wrong, saying):
    fails(saying, check.denoising_pairs, wrong, gaussian, masking, (60, 784))


def test_noise_in_place_and_noise_that_is_drawn_once_are_told():
    def in_place(x, p):
        x[RNG.random(x.shape) < p] = 0
        return x

    fails("does masking_noise change x itself", check.denoising_pairs, right_pairs, gaussian,
          in_place, SHAPE)  # fmt: skip
    drawn = {}

    def one_copy(x, corrupt, strength):
        return drawn.setdefault(x.tobytes(), corrupt(x, strength)), x

    fails("a second call has the same noise", check.denoising_pairs, one_copy, gaussian,
          masking, SHAPE)  # fmt: skip


# Median filter

IMAGES = RNG.random((4, 9, 11))


def by_loops(images, mode="edge"):
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode=mode)
    out = np.zeros_like(images)
    for k, i, j in np.ndindex(*images.shape):
        out[k, i, j] = np.sort(wide[k, i : i + 3, j : j + 3].ravel())[4]
    return out


def windows(images, mode="edge"):
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode=mode)
    return np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(1, 2))


@pytest.mark.parametrize("mode", ["edge", "constant"])
def test_a_right_median_filter_has_either_border(mode, one_line):
    check.median_filter(lambda images: by_loops(images, mode), IMAGES)


def test_the_median_filter_that_models_are_held_against():
    assert np.array_equal(denoising.filtered(IMAGES), by_loops(IMAGES))


def untouched_edge(images):
    out = images.copy()
    out[:, 1:-1, 1:-1] = by_loops(images)[:, 1:-1, 1:-1]
    return out


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda i: windows(i).mean(axis=(3, 4)), "the mean of the nine"),
        (lambda i: windows(i).max(axis=(3, 4)), "largest"),
        (lambda i: windows(i).min(axis=(3, 4)), "smallest"),
        (lambda i: np.median(windows(i)[..., 1, :], axis=3), "a row of three"),
        (lambda i: np.median(windows(i)[..., 1], axis=3), "a column of three"),
        (lambda i: by_loops(i)[:, 1:-1, 1:-1], "the edge are missing"),
        (lambda i: by_loops(i, "wrap"), "opposite side"),
        (lambda i: by_loops(i, "reflect"), "look at the edge"),
        (untouched_edge, "as they were"),
        (denoising._wider, "larger than 3 x 3"),
        (denoising._across_pictures, "other pictures"),
        (lambda i: np.median(np.delete(windows(i).reshape(4, 9, 11, 9), 4, 3), axis=3), "missing"),
        (lambda i: np.median(windows(i).reshape(4, 9, 11, 9)[..., [1, 3, 4, 5, 7]], 3), "cross"),
        (lambda i: i, "expected"),
    ],
)
def test_wrong_median_filters_are_told(wrong, saying):
    fails(saying, check.median_filter, wrong, IMAGES)


# A denoiser


def blobs(count):
    """Return smooth pictures with a black rim, as vectors of 144 pixels."""
    y, x = np.mgrid[:12, :12]
    middles = RNG.uniform(4, 7, (count, 2, 1, 1))
    pictures = np.exp(-((x - middles[:, 0]) ** 2 + (y - middles[:, 1]) ** 2) / 4)
    pictures[pictures < 0.1] = 0
    return pictures.reshape(count, 144).astype(np.float32)


CLEAN = blobs(300)


def noisy_of(x, sigma=0.4):
    return np.clip(x + RNG.normal(0, sigma, x.shape), 0, 1).astype(np.float32)


def network(*before):
    return keras.Sequential(
        [
            keras.Input((144,)),
            *before,
            layers.Dense(150, activation="relu"),
            layers.Dense(144, activation="sigmoid"),
        ]
    )


def trained(inputs, targets, *before, epochs=30):
    model = network(*before)
    model.compile(keras.optimizers.Adam(0.01), loss="mse", jit_compile=False)
    model.fit(inputs, targets, batch_size=60, epochs=epochs, verbose=0)
    return model


X = np.concatenate([blobs(300) for _ in range(4)])
LIMITS = {"sigma": 0.4, "at_least": 5.5, "beyond_median": 0.5}


@pytest.mark.slow
def test_a_denoiser_passes_with_two_lines(capsys):
    check.removes_noise("denoiser", trained(noisy_of(X), X), CLEAN, **LIMITS)
    out = capsys.readouterr().out
    assert out.count(": right\n") == 2 == out.count("\n")
    assert "dB above the noisy ones" in out and "dB above a median filter" in out


@pytest.mark.slow
def test_a_noise_layer_that_sleeps_at_test_time_passes():
    model = trained(X, X, layers.GaussianNoise(0.4))
    check.removes_noise("denoiser", model, CLEAN, 0.4, at_least=2, beyond_median=-9)


def test_a_noise_layer_that_does_not_sleep_is_told():
    inputs = keras.Input((144,))
    noise_layer = layers.GaussianNoise(0.4)
    model = keras.Model(inputs, network()(noise_layer(inputs, training=True)))
    fails("another picture of the same input", check.removes_noise, "d", model, CLEAN, **LIMITS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "targets", "saying"),
    [
        (noisy_of(X), noisy_of(X), "was the noise in the targets"),
        (X, noisy_of(X), "was the noise in the targets"),
        (X, X, "better on clean pictures"),
        (noisy_of(X, 0.05), X, "with sigma = 0.4"),
        (noisy_of(X), 1 - X, "exchanged"),
    ],
    ids=["both noisy", "noise in the target", "both clean", "weak noise", "inverted"],
)
def test_wrong_pairs_are_named_by_what_the_model_makes(inputs, targets, saying):
    model = trained(inputs, targets)
    fails(saying, check.removes_noise, "denoiser", model, CLEAN, **LIMITS | {"at_least": 50})


def test_a_copier_is_named():
    inputs = keras.Input((144,))
    copier = keras.Model(inputs, layers.Identity()(inputs))
    fails("better on clean pictures", check.removes_noise, "denoiser", copier, CLEAN, **LIMITS)
    fails("not trained", check.removes_noise, "denoiser", network(), CLEAN, **LIMITS)
    fails("is None", check.removes_noise, "denoiser", None, CLEAN, **LIMITS)


# The function that denoises

NOISY = RNG.random((12, 64), np.float32)


def right_denoise(model, noisy):
    return np.array(model(noisy)).reshape(-1, 8, 8)


@pytest.mark.parametrize(
    "right",
    [
        right_denoise,
        lambda m, n: keras.ops.reshape(m(n), (-1, 8, 8)),
        lambda m, n: m.predict(n, verbose=0).reshape(len(n), 8, 8),
    ],
)
def test_a_right_denoise(right, one_line):
    check.denoise(right, NOISY)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda m, n: right_denoise(m, gaussian(n, 0.3)), "another result at each call"),
        (lambda m, n: n.reshape(-1, 8, 8), "the noisy picture itself"),
        (lambda m, n: n.reshape(-1, 8, 8) - right_denoise(m, n), "the noise that the model"),
        (lambda m, n: right_denoise(m, n).swapaxes(1, 2), "rows and columns"),
        (lambda m, n: right_denoise(m, np.array(m(n))), "applied twice"),
        (lambda m, n: np.round(right_denoise(m, n)), "leave the greys"),
        (lambda m, n: right_denoise(m, np.clip(n, 0.4, 0.6)), "and nothing else"),
        (lambda m, n: m(n), "(12, 64)"),
        (lambda m, n: None, "return"),
    ],
)
def test_a_wrong_denoise_is_told(wrong, saying):
    fails(saying, check.denoise, wrong, NOISY)


# Dropout


def with_dropout(encoder, decoder, rate):
    inputs = keras.Input((encoder.input_shape[1],))
    return keras.Model(inputs, decoder(encoder(layers.Dropout(rate)(inputs))))


def sequential(encoder, decoder, rate):
    return keras.Sequential([layers.Dropout(rate), encoder, decoder])


class Subclassed(keras.Model):
    def __init__(self, encoder, decoder, rate):
        super().__init__()
        self.parts = [layers.Dropout(rate), encoder, decoder]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


def subclassed(encoder, decoder, rate):
    model = Subclassed(encoder, decoder, rate)
    model(np.zeros((1, 40), np.float32))
    return model


@pytest.mark.parametrize("right", [with_dropout, sequential, subclassed])
@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
def test_dropout_in_front(right, rate, one_line):
    check.add_dropout(right, rate, 40)


def functional(chain):
    def build(encoder, decoder, rate):
        inputs = keras.Input((40,))
        return keras.Model(inputs, chain(inputs, encoder, decoder, rate))

    return build


@pytest.mark.parametrize(
    ("chain", "saying"),
    [
        (lambda x, e, d, r: d(e(layers.Dropout(r)(x, training=True))), "leave training=True out"),
        (lambda x, e, d, r: d(layers.Dropout(r)(e(x))), "numbers of the code"),
        (lambda x, e, d, r: layers.Dropout(r)(d(e(x))), "pixels of the output"),
        (lambda x, e, d, r: d(e(x)), "Is there a Dropout layer"),
        (lambda x, e, d, r: d(e(layers.Dropout(0.5)(x))), "Is the rate used"),
        (lambda x, e, d, r: d(e(layers.Dropout(1 - r)(x))), "Is the rate used"),
        (lambda x, e, d, r: d(e(layers.GaussianNoise(r)(x))), "not what Dropout does"),
        (lambda x, e, d, r: d(e(e(layers.Dropout(r)(x)))), "decoder(encoder(x))"),
        (lambda x, e, d, r: e(layers.Dropout(r)(x)), "decoder(encoder(x))"),
    ],
)
def test_dropout_elsewhere_is_told(chain, saying):
    fails(saying, check.add_dropout, functional(chain), 0.3, 40)
