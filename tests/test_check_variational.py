"""The verbs for a VAE: right answers of any style pass, well-known mistakes are named.

Right answers that draw are called with random seeds, as a student's are: see the verbs for the
chance that one fails.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from test_check import fails

from latentlab import check
from latentlab.check.limits import measuring
from latentlab.check.small_vae import SmallVae, mean_and_deviation
from latentlab.check.variational import FURTHEST, worst

Dense = keras.layers.Dense


def encoder(*heads, hidden=8):
    x = keras.Input((784,))
    h = Dense(hidden, "relu")(x)
    return keras.Model(x, [head(h) for head in heads])


def linear():
    return Dense(2)


def one_output():
    return keras.Sequential([keras.Input((784,)), Dense(4)])


def shared_head():
    head = Dense(2)
    return encoder(head, head)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.both = Dense(8, "relu"), Dense(4)

    def call(self, x):
        both = self.both(self.hidden(x))
        return both[:, :2], both[:, 2:]


def normalized():
    x = keras.Input((784,))
    h = keras.layers.BatchNormalization()(Dense(8)(x))
    h = keras.layers.Dropout(0.2)(keras.layers.LeakyReLU()(h))
    return keras.Model(x, (Dense(2)(h), Dense(2)(h)))


@pytest.mark.parametrize("make", [lambda: encoder(linear(), linear()), Subclassed, normalized])
def test_any_encoder_with_two_free_outputs_passes(make, capsys):
    model = make()
    if isinstance(model, Subclassed):
        model(np.zeros((1, 784)))
    weights = model.get_weights()
    check.gaussian_encoder("encoder", model, 784, 2)
    assert capsys.readouterr().out.endswith("right\n")
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (one_output, "one output, of shape (64, 4)"),
        (lambda: encoder(linear(), linear(), linear()), "has 3 outputs"),
        (lambda: encoder(linear(), Dense(1)), "output 2 of encoder has shape (64, 1)"),
        (lambda: encoder(linear(), Dense(2, "relu")), "output 2 of encoder, log_var, lies between"),
        (lambda: encoder(linear(), Dense(2, "softplus")), "a relu or softplus"),
        (lambda: encoder(Dense(2, "tanh"), linear()), "a tanh"),
        (lambda: encoder(Dense(2, "sigmoid"), linear()), "a sigmoid"),
        (shared_head, "are the same"),
        (lambda: None, "None"),
    ],
)
def test_an_encoder_without_two_free_outputs_fails(make, says):
    fails(says, check.gaussian_encoder, "encoder", make(), 784, 2)


def noise(mu):
    return keras.random.normal(ops.shape(mu))


def right_sample(mu, log_var):
    return mu + ops.exp(log_var / 2) * noise(mu)


GENERATOR = keras.random.SeedGenerator(1)
RIGHT_SAMPLES = {
    "keras": right_sample,
    "tensorflow": lambda mu, log_var: (
        mu + tf.sqrt(tf.exp(log_var)) * tf.random.normal(tf.shape(mu))
    ),
    "a generator": lambda mu, log_var: (
        mu + ops.exp(0.5 * log_var) * keras.random.normal(mu.shape, seed=GENERATOR)
    ),
    "drawn with mean and deviation": lambda mu, log_var: keras.random.normal(
        ops.shape(mu), mean=mu, stddev=ops.exp(log_var / 2)
    ),
    "float64, and epsilon subtracted": lambda mu, log_var: (
        mu - np.exp(log_var / 2) * np.random.default_rng().normal(size=mu.shape)
    ),
}


@pytest.mark.parametrize("function", RIGHT_SAMPLES.values(), ids=RIGHT_SAMPLES)
def test_any_right_sample_passes(function):
    for code in (2, 5):
        check.samples(function, code)


WRONG_SAMPLES = {
    "the variance": (lambda m, v: m + ops.exp(v) * noise(m), "exp(log_var) is the variance"),
    "log_var for sigma": (lambda m, v: m + v * noise(m), "log_var is taken for sigma"),
    "exp missing": (lambda m, v: m + v / 2 * noise(m), "The exponential is missing"),
    "sign": (lambda m, v: m + ops.exp(-v / 2) * noise(m), "The sign is wrong"),
    "sigma missing": (lambda m, v: m + noise(m), "sigma is missing"),
    "mu missing": (lambda m, v: ops.exp(v / 2) * noise(m), "mu is missing"),
    "prior": (lambda m, v: noise(m), "These are draws from N(0, 1)"),
    "exchanged": (lambda m, v: v + ops.exp(m / 2) * noise(m), "mu and log_var are exchanged"),
    "no noise": (lambda m, v: ops.add(m, 0), "is mu: there is no noise"),
    "uniform": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.uniform(ops.shape(m)),
        "Is epsilon uniform",
    ),
    "uniform of variance 1": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.uniform(ops.shape(m), -(3**0.5), 3**0.5),
        "Is epsilon uniform",
    ),
    "truncated": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.truncated_normal(ops.shape(m)),
        "expected 1, over 9,000 draws",
    ),
    "seed": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.normal(ops.shape(m), seed=1),
        "drew the same numbers",
    ),
    "one for all numbers of a code": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.normal((len(m), 1)),
        "for all numbers of a code",
    ),
    "one for all examples": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.normal(m[0].shape),
        "for all examples",
    ),
    "one for all": (
        lambda m, v: m + ops.exp(v / 2) * keras.random.normal(()),
        "one epsilon for all",
    ),
    "of one example": (lambda m, v: (m + ops.exp(v / 2) * noise(m))[0], "has shape"),
}


@pytest.mark.parametrize(("function", "says"), WRONG_SAMPLES.values(), ids=WRONG_SAMPLES)
def test_a_wrong_sample_is_told_its_mistake(function, says):
    fails(says, check.samples, function, 3)


def test_right_noise_is_hardly_ever_odd():
    rng = np.random.default_rng(0)
    numbers = [
        worst(rng.normal(size=(3000, 2)), *rng.normal(size=(2, 3000, 2)))[0] for _ in range(300)
    ]
    assert 1 < np.median(numbers) < 2.5
    assert max(numbers) < FURTHEST - 1


def right_generate(decoder, n):
    return ops.reshape(decoder(keras.random.normal((n, 2))), (-1, 28, 28))


def test_a_right_generate_passes():
    check.generates(right_generate, 500)
    check.generates(
        lambda decoder, n: decoder.predict(np.random.normal(size=(n, 2)), verbose=0).reshape(
            n, 28, 28
        ),
        700,
    )


def codes_drawn(codes_of):
    return lambda decoder, n: np.array(decoder(codes_of(n))).reshape(-1, 28, 28)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (codes_drawn(lambda n: np.random.uniform(-2, 2, (n, 2))), "Are they uniform"),
        (codes_drawn(lambda n: np.random.uniform(0, 1, (n, 2))), "Are they uniform"),
        (codes_drawn(lambda n: np.random.normal(0, 2, (n, 2))), "The prior is N(0, I)"),
        (codes_drawn(lambda n: np.random.normal(3, 1, (n, 2))), "The prior is N(0, I)"),
        (codes_drawn(lambda n: keras.random.normal((n, 2), seed=3)), "drew the same codes"),
        (codes_drawn(lambda n: np.tile(np.random.normal(size=(1, 2)), (n, 1))), "from one code"),
        (codes_drawn(lambda n: np.tile(np.random.normal(size=(n, 1)), 2)), "Both numbers"),
        (lambda d, n: d(keras.random.normal((n, 2))), "vectors; expected pictures"),
        (lambda d, n: ops.transpose(right_generate(d, n), (0, 2, 1)), "rows and columns"),
        (lambda d, n: np.random.uniform(0.1, 0.9, (n, 28, 28)), "another one"),
        (lambda d, n: ops.round(right_generate(d, n)), "greys between 0 and 1"),
        (lambda d, n: right_generate(d, 10), "has shape (10, 28, 28)"),
    ],
)
def test_a_wrong_generate_is_told_its_mistake(function, says):
    fails(says, check.generates, function, 500)


def right_kl(mu, log_var):
    return -0.5 * ops.sum(1 + log_var - ops.square(mu) - ops.exp(log_var), axis=1)


def right_error(x, x_hat):
    p = ops.clip(x_hat, 1e-7, 1 - 1e-7)
    return -ops.sum(x * ops.log(p) + (1 - x) * ops.log(1 - p), axis=-1)


def right_loss(x, x_hat, mu, log_var, beta):
    return ops.mean(right_error(x, x_hat) + beta * right_kl(mu, log_var))


def test_right_terms_and_losses_pass():
    check.kl_term(right_kl, 20, 3)
    check.kl_term(lambda m, v: tf.constant(0.5) * tf.reduce_sum(m**2 + tf.exp(v) - 1 - v, 1), 9, 2)
    check.summed_bce(right_error, 5)
    check.summed_bce(lambda x, x_hat: 784 * keras.losses.binary_crossentropy(x, x_hat), 7)
    check.vae_loss(right_loss, 6, 2.5)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda m, v: 2 * right_kl(m, v), "factor 1/2 is missing"),
        (lambda m, v: right_kl(m, v) / 3, "averaged over the latent dimensions"),
        (lambda m, v: -right_kl(m, v), "sign is wrong"),
        (lambda m, v: right_kl(m, 2 * v), "log_var is taken for log sigma"),
        (lambda m, v: right_kl(m, ops.log(v**2)), "log_var is taken for sigma"),
        (lambda m, v: ops.mean(right_kl(m, v)), "has shape ()"),
    ],
)
def test_a_wrong_kl_is_told_its_mistake(function, says):
    fails(says, check.kl_term, function, 20, 3)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x, p: right_error(x, p) / 784, "mean over the pixels"),
        (lambda x, p: keras.losses.binary_crossentropy(x, p), "Keras' binary_crossentropy"),
        (lambda x, p: ops.sum(right_error(x, p)), "Sum over the pixels only"),
        (lambda x, p: -right_error(x, p), "minus in front"),
        (lambda x, p: ops.sum((x - p) ** 2, axis=1), "squared errors"),
        (lambda x, p: right_error(x, p)[:, None], "keepdims"),
        (lambda x, p: -ops.sum(x * ops.log(p), axis=1), "black pixels"),
        (
            lambda x, p: -ops.sum(x * ops.log(p) + (1 - x) * ops.log(1 - p), axis=1),
            "log(0) is minus infinity",
        ),
    ],
)
def test_a_wrong_reconstruction_error_is_told_its_mistake(function, says):
    with np.errstate(all="ignore"):
        fails(says, check.summed_bce, function, 5)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (
            lambda x, p, m, v, b: ops.mean(right_error(x, p) - b * right_kl(m, v)),
            "KL is subtracted",
        ),
        (lambda x, p, m, v, b: ops.sum(right_error(x, p) + b * right_kl(m, v)), "take the mean"),
        (lambda x, p, m, v, b: right_error(x, p) + b * right_kl(m, v), "number for each picture"),
        (lambda x, p, m, v, b: right_loss(x, p, m, v, 1), "beta has no effect"),
        (lambda x, p, m, v, b: right_loss(x, p, m, v, 0), "KL is missing"),
        (lambda x, p, m, v, b: -right_loss(x, p, m, v, b), "change the sign"),
        (lambda x, p, m, v, b: b * right_loss(x, p, m, v, 1), "before both terms"),
        (lambda x, p, m, v, b: right_loss(x, p, m, v, b) / 784, "expected"),
    ],
)
def test_a_wrong_loss_is_told_its_mistake(function, says):
    fails(says, check.vae_loss, function, 6, 2.5)


def step(sample=right_sample, loss=right_loss, order=1):
    """A training step that a student may write."""

    def loss_and_gradients(encoder, decoder, x, beta):
        weights, last = (model.trainable_variables for model in (encoder, decoder)[::order])
        with tf.GradientTape() as tape:
            mu, log_var = encoder(x)
            value = loss(x, decoder(sample(mu, log_var)), mu, log_var, beta)
        return value, tape.gradient(value, weights + last)

    return loss_and_gradients


def outside_the_tape(encoder, decoder, x, beta):
    mu, log_var = encoder(x)
    loss = right_loss(x, decoder(right_sample(mu, log_var)), mu, log_var, beta)
    with tf.GradientTape() as tape:
        loss = ops.add(loss, 0)
    return loss, tape.gradient(loss, encoder.trainable_variables + decoder.trainable_variables)


def test_right_gradients_pass():
    check.vae_gradients(step(), 2.0)
    check.vae_gradients(step(sample=RIGHT_SAMPLES["drawn with mean and deviation"]), 0.3)


CUT = ops.stop_gradient
SIGMA_CUT = {"sample": lambda m, v: m + ops.exp(CUT(v) / 2) * noise(m)}
WRONG_STEPS = {
    "z cut off": ({"sample": lambda m, v: CUT(right_sample(m, v))}, "Only KL reaches the encoder"),
    "z by numpy": (
        {"sample": lambda m, v: np.array(right_sample(m, v))},
        "Only KL reaches the encoder",
    ),
    "sigma cut off": (SIGMA_CUT, "The way from z to log_var is cut"),
    "mu cut off": ({"sample": lambda m, v: right_sample(CUT(m), v)}, "from z to mu is cut"),
    "KL cut off": (
        {"loss": lambda x, p, m, v, b: right_loss(x, p, CUT(m), CUT(v), b)},
        "The gradient of KL is missing",
    ),
    "all cut off": (
        {
            "sample": lambda m, v: CUT(right_sample(m, v)),
            "loss": lambda x, p, m, v, b: right_loss(x, p, CUT(m), CUT(v), b),
        },
        "The gradients of the encoder are None",
    ),
    "mu decoded": ({"sample": lambda m, v: m}, "The decoder gets mu"),
    "variance for sigma": (
        {"sample": lambda m, v: m + ops.exp(v) * noise(m)},
        "the variance, in place of sigma",
    ),
    "log_var for sigma": ({"sample": lambda m, v: m + v * noise(m)}, "log_var is taken for sigma"),
    "mean over pixels": (
        {"loss": lambda x, p, m, v, b: right_loss(x, p, m, v, 784 * b) / 784},
        "averaged over the pixels",
    ),
    "beta": ({"loss": lambda x, p, m, v, b: right_loss(x, p, m, v, 1)}, "beta has no effect"),
    "a third of KL": (
        {"loss": lambda x, p, m, v, b: right_loss(x, p, m, v, b / 3)},
        "Do the checks",
    ),
    "the sum": ({"loss": lambda x, p, m, v, b: 1000 * right_loss(x, p, m, v, b)}, "take the mean"),
    "decoder first": ({"order": -1}, "The decoder's gradients come first"),
}


@pytest.mark.parametrize(("wrong", "says"), WRONG_STEPS.values(), ids=WRONG_STEPS)
def test_a_wrong_step_is_told_its_mistake(wrong, says):
    fails(says, check.vae_gradients, step(**wrong), 2.0)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (outside_the_tape, "All gradients are None"),
        (lambda *given: step()(*given)[1], "something else than two things"),
        (lambda *given: (step()(*given)[0], step()(*given)[1][:4]), "gives 4 gradients"),
        (step(loss=lambda *given: -right_loss(*given)), "the loss is to shrink"),
    ],
)
def test_a_step_that_returns_something_else_is_told_so(function, says):
    fails(says, check.vae_gradients, function, 2.0)


def test_the_expected_elbo_of_the_small_vae_is_that_of_many_draws():
    vae, x = SmallVae(), np.random.default_rng().random(784)
    mu, log_var = vae.encode(x)
    z = mu + np.exp(log_var / 2) * np.random.default_rng().normal(size=(20_000, 2))
    drawn = vae.reconstruction(x, z)
    mean, deviation = mean_and_deviation(vae.terms(x).reconstruction)
    assert abs(drawn.mean() - mean) < 6 * deviation / np.sqrt(len(z))
    assert abs(drawn.std() / deviation - 1) < 0.1


def each_digit(encoder, decoder, x, draws, sample=right_sample):
    mu, log_var = map(np.array, encoder(x))
    drawn = [right_error(x, decoder(sample(mu, log_var))) for _ in range(draws)]
    return -np.array(drawn) - np.array(right_kl(mu, log_var))


def right_estimate(encoder, decoder, x, draws):
    values = each_digit(encoder, decoder, x, draws).mean(axis=0)
    return values.mean(), values.std() / np.sqrt(len(x))


def test_a_right_estimate_passes():
    check.elbo_estimate(right_estimate, 8)
    check.elbo_estimate(lambda *given: np.array(right_estimate(*given), np.float32), 4)


def estimate(values, error=None):
    """An estimate whose two numbers are made so from each draw of each digit."""

    def function(encoder, decoder, x, draws):
        each = each_digit(encoder, decoder, x, draws)
        scatter = each.mean(axis=0).std() / np.sqrt(len(x)) if error is None else error(each)
        return values(each, encoder(x)), scatter

    return function


def mean(each, codes):
    return each.mean()


WRONG_ESTIMATES = {
    "the loss": (estimate(lambda each, codes: -each.mean()), "the other sign"),
    "no KL": (estimate(lambda each, codes: each.mean() + ops.mean(right_kl(*codes))), "KL is miss"),
    "KL added": (
        estimate(lambda each, codes: each.mean() + 2 * ops.mean(right_kl(*codes))),
        "KL is added",
    ),
    "sum": (estimate(lambda each, codes: each.mean(axis=0).sum()), "sum over the digits"),
    "pixels": (estimate(lambda each, codes: each.mean() / 784), "averaged over the pixels"),
    "mu decoded": (
        lambda e, d, x, n: (each_digit(e, d, x, n, lambda m, v: m).mean(), 1.0),
        "This decodes mu",
    ),
    "one number": (lambda *given: right_estimate(*given)[0], "expected two numbers"),
    "no root of n": (
        estimate(mean, lambda each: each.mean(axis=0).std()),
        "by the root of the number of digits",
    ),
    "draws as digits": (
        estimate(mean, lambda each: each.std() / np.sqrt(each.size)),
        "Draws of one digit are no new digits",
    ),
    "scatter of draws": (
        estimate(mean, lambda each: each.mean(axis=1).std() / np.sqrt(len(each))),
        "standard error",
    ),
    "a single draw": (lambda e, d, x, n: right_estimate(e, d, x, 1), "one draw for each digit"),
}


@pytest.mark.parametrize(("function", "says"), WRONG_ESTIMATES.values(), ids=WRONG_ESTIMATES)
def test_a_wrong_estimate_is_told_its_mistake(function, says):
    fails(says, check.elbo_estimate, function, 16)


def constant_vae(log_var, pixels):
    """An encoder that gives mu = 0 and this log_var, and a decoder of one picture."""
    x, z = keras.Input((784,)), keras.Input((2,))
    encoder = keras.Model(x, [Dense(2, kernel_initializer="zeros")(x) for _ in range(2)])
    decoder = keras.Model(z, Dense(784, "sigmoid", kernel_initializer="zeros")(z))
    encoder.layers[-1].bias.assign(np.full(2, log_var))
    decoder.layers[-1].bias.assign(np.log(pixels / (1 - pixels)))
    return encoder, decoder


def test_the_elbo_of_constant_models_is_known():
    x = np.random.default_rng().random((30, 784)) ** 3
    pixels = x.mean(axis=0)
    with measuring() as measured:
        check.elbo_reached(*constant_vae(-1.0, pixels), x, at_least=-180)
    found = {m.what: m.value for m in measured}
    bce = -np.sum(x * np.log(pixels) + (1 - x) * np.log(1 - pixels), axis=1).mean()
    np.testing.assert_allclose(found["reconstruction error, summed"], bce, rtol=1e-5)
    np.testing.assert_allclose(found["KL"], np.exp(-1), rtol=1e-5)
    np.testing.assert_allclose(found["test ELBO"], -bce - np.exp(-1), rtol=1e-5)


@pytest.mark.parametrize(
    ("log_var", "grey", "says"),
    [(0.0, 0.5, "not trained"), (0.0, 0.3, "posterior collapse"), (-30.0, 0.3, "KL is so large")],
)
def test_an_elbo_that_is_too_low_is_told_what_it_looks_like(log_var, grey, says):
    x = np.random.default_rng().random((20, 784)) ** 3
    models = constant_vae(log_var, np.full(784, grey))
    fails(says, check.elbo_reached, *models, x, at_least=-180)


def test_models_that_are_missing_or_of_another_kind_are_told_so():
    x = np.zeros((3, 784))
    good = constant_vae(0.0, np.full(784, 0.3))
    fails("encoder is None", check.elbo_reached, None, good[1], x, at_least=-180)
    fails("one output", check.elbo_reached, one_output(), good[1], x, at_least=-180)
    fails("decoder takes inputs", check.elbo_reached, good[0], one_output(), x, at_least=-180)
