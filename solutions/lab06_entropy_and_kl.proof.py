# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 6: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake (or with several that do not touch each other).
# It must fail exactly the checks named in `fails`, and the message of the first must hold `says`.
# An alternate is a right answer written in another way; it must get full marks.
#
# ## Mutants: surprise and entropy

# %% mutant="in_bits" answer="surprise" fails="surprise,to_bits" says="bits"
def surprise(p):
    return -np.log2(p)

# %% mutant="in_bits" answer="to_bits"
def to_bits(nats):
    return nats * np.log(2)

# %% mutant="surprise_without_minus" answer="surprise" fails="surprise,to_bits" says="sign"
def surprise(p):
    return np.log(p)

# %% mutant="surprise_without_minus" answer="to_bits"
def to_bits(nats):
    return np.log2(nats)

# %% mutant="to_bits_halved" answer="to_bits" fails="to_bits" says="a bit is log 2 nats"
def to_bits(nats):
    return nats / 2

# %% mutant="surprise_clipped" answer="surprise" fails="surprise" says="without limit"
def surprise(p):
    return -np.log(np.clip(p, 1e-7, 1))

# %% mutant="surprise_weighted" answer="surprise" fails="surprise" says="the mean comes later"
def surprise(p):
    return -p * np.log(p)

# %% mutant="surprise_reciprocal" answer="surprise" fails="surprise" says="1/p"
def surprise(p):
    return 1 / p

# %% mutant="entropy_zeros_forgotten" answer="entropy" fails="entropy" says="leave outcomes with p = 0"
def entropy(p):
    return -np.sum(p * np.log(p))

# %% mutant="entropy_in_bits" answer="entropy" fails="entropy,cross_entropy,kl" says="bits"
def entropy(p):
    return -np.sum(p[p > 0] * np.log2(p[p > 0]))

# %% mutant="entropy_in_bits" answer="cross_entropy"
def cross_entropy(p, q):
    return -np.sum(p[p > 0] * np.log2(q[p > 0]))

# %% mutant="entropy_in_bits" answer="kl"
def kl(p, q):
    return np.sum(p[p > 0] * np.log2(p[p > 0] / q[p > 0]))

# %% mutant="entropy_without_minus" answer="entropy" fails="entropy,cross_entropy" says="sign"
def entropy(p):
    return np.sum(p[p > 0] * np.log(p[p > 0]))

# %% mutant="entropy_without_minus" answer="cross_entropy"
def cross_entropy(p, q):
    return np.sum(p[p > 0] * np.log(q[p > 0]))

# %% mutant="means_for_sums" answer="entropy" fails="entropy,cross_entropy,kl" says="divided by the number"
def entropy(p):
    return -np.mean(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0))

# %% mutant="means_for_sums" answer="cross_entropy"
def cross_entropy(p, q):
    return -np.mean(p[p > 0] * np.log(q[p > 0]))

# %% mutant="means_for_sums" answer="kl"
def kl(p, q):
    return np.mean(p[p > 0] * np.log(p[p > 0] / q[p > 0]))

# %% mutant="weights_forgotten" answer="entropy" fails="entropy,cross_entropy,kl" says="weight p is missing"
def entropy(p):
    return -np.sum(np.log(p[p > 0]))

# %% mutant="weights_forgotten" answer="cross_entropy"
def cross_entropy(p, q):
    return -np.sum(np.log(q))

# %% mutant="weights_forgotten" answer="kl"
def kl(p, q):
    return np.sum(np.log(p[p > 0] / q[p > 0]))

# %% mutant="entropy_not_summed" answer="entropy" fails="entropy" says="expected one number"
def entropy(p):
    return -p * np.log(np.maximum(p, 1e-300))

# %% mutant="entropy_small_number_added" answer="entropy" fails="entropy,kl" says="small number"
def entropy(p):
    return -np.sum(p * np.log(p + 1e-6))

# %% mutant="entropy_small_number_added" answer="kl"
def kl(p, q):
    return np.sum(p * np.log((p + 1e-8) / (q + 1e-8)))

# %% [markdown]
# ## Mutants: cross-entropy and KL

# %% mutant="exchanged" answer="cross_entropy" fails="cross_entropy,kl" says="exchanged"
def cross_entropy(p, q):
    return -np.sum(q[q > 0] * np.log(p[q > 0]))

# %% mutant="exchanged" answer="kl"
def kl(p, q):
    return np.sum(q[q > 0] * np.log(q[q > 0] / p[q > 0]))

# %% mutant="clipped" answer="cross_entropy" fails="cross_entropy,kl" says="no limit"
def cross_entropy(p, q):
    return -np.sum(p * np.log(np.clip(q, 1e-7, 1)))

# %% mutant="clipped" answer="kl"
def kl(p, q):
    p, q = np.clip(p, 1e-12, 1), np.clip(q, 1e-12, 1)
    return np.sum(p * np.log(p / q))

# %% mutant="zeros_forgotten" answer="cross_entropy" fails="cross_entropy,kl" says="is nan"
def cross_entropy(p, q):
    return -np.sum(p * np.log(q))

# %% mutant="zeros_forgotten" answer="kl"
def kl(p, q):
    return np.sum(p * np.log(p / q))

# %% mutant="impossible_left_out" answer="kl" fails="kl,cross_entropy" says="no limit"
def kl(p, q):
    both = (p > 0) & (q > 0)
    return np.sum(p[both] * np.log(p[both] / q[both]))

# %% mutant="impossible_left_out" answer="cross_entropy"
def cross_entropy(p, q):
    return -np.sum(p[q > 0] * np.log(q[q > 0]))

# %% mutant="one_for_the_other" answer="cross_entropy" fails="cross_entropy,kl" says="This is KL(p||q)"
def cross_entropy(p, q):
    return np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0]))

# %% mutant="one_for_the_other" answer="kl"
def kl(p, q):
    return -np.sum(p[p > 0] * np.log(q[p > 0]))

# %% mutant="kl_wrong_sign" answer="kl" fails="kl,cross_entropy" says="wrong"
def kl(p, q):
    return np.sum(p[p > 0] * np.log(q[p > 0] / p[p > 0]))

# %% mutant="kl_wrong_sign" answer="cross_entropy"
def cross_entropy(p, q):
    seen = p > 0
    return -np.sum(p[seen] * np.log(q[seen]) + (1 - p[seen]) * np.log(1 - q[seen]))

# %% mutant="kl_of_the_slides" answer="kl" fails="kl,cross_entropy" says="log p - log q"
def kl(p, q):
    return np.sum(p[p > 0] * np.log(p[p > 0]) / np.log(q[p > 0]))

# %% mutant="kl_of_the_slides" answer="cross_entropy"
def cross_entropy(p, q):
    return -np.sum(q[q > 0] * np.log(q[q > 0]))

# %% mutant="kl_without_negative_terms" answer="kl" fails="kl" says="absolute"
def kl(p, q):
    return np.sum(p[p > 0] * np.abs(np.log(p[p > 0] / q[p > 0])))

# %% mutant="kl_both_ways" answer="kl" fails="kl" says="KL(q||p)"
def kl(p, q):
    with np.errstate(all="ignore"):
        return np.sum((p - q) * np.log(p / q))

# %% [markdown]
# ## Mutants: the smallest cross-entropy

# %% mutant="bce_not_clipped" answer="smallest_bce" fails="smallest_bce" says="nan"
def smallest_bce(x):
    return -np.mean(x * np.log(x) + (1 - x) * np.log(1 - x))

# %% mutant="bce_of_grey_pixels" answer="smallest_bce" fails="smallest_bce" says="count too"
def smallest_bce(x):
    x = x[(x > 0) & (x < 1)]
    return -np.mean(x * np.log(x) + (1 - x) * np.log(1 - x))

# %% mutant="bce_summed" answer="smallest_bce" fails="smallest_bce" says="take the mean"
def smallest_bce(x):
    x = x[(x > 0) & (x < 1)]
    return -np.sum(x * np.log(x) + (1 - x) * np.log(1 - x))

# %% mutant="bce_of_white_alone" answer="smallest_bce" fails="smallest_bce" says="part of black"
def smallest_bce(x):
    return -np.sum(x[x > 0] * np.log(x[x > 0])) / x.size

# %% mutant="bce_of_a_perfect_copy_is_0" answer="smallest_bce" fails="smallest_bce" says="is 0; expected"
def smallest_bce(x):
    return 0.0

# %% [markdown]
# ## Mutants: the Gaussian

# %% mutant="gaussian_without_half" answer="kl_gaussian" fails="kl_gaussian" says="1/2"
def kl_gaussian(mu, log_var):
    return -np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=1)

# %% mutant="gaussian_wrong_sign" answer="kl_gaussian" fails="kl_gaussian" says="never below 0"
def kl_gaussian(mu, log_var):
    return 0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=1)

# %% mutant="gaussian_averaged" answer="kl_gaussian" fails="kl_gaussian" says="averaged over the latent"
def kl_gaussian(mu, log_var):
    return -0.5 * np.mean(1 + log_var - mu**2 - np.exp(log_var), axis=-1)

# %% mutant="gaussian_log_var_as_sigma" answer="kl_gaussian" fails="kl_gaussian,kl_monte_carlo" says="taken for sigma;"
def kl_gaussian(mu, sigma):
    return -0.5 * np.sum(1 + np.log(sigma**2) - mu**2 - sigma**2, axis=1)

# %% mutant="gaussian_log_var_as_sigma" answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_var, n):
    z = mu + log_var * np.random.normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="gaussian_log_var_as_log_sigma" answer="kl_gaussian" fails="kl_gaussian,kl_monte_carlo" says="log sigma"
def kl_gaussian(mu, log_sigma):
    return -0.5 * np.sum(1 + 2 * log_sigma - mu**2 - np.exp(2 * log_sigma), axis=1)

# %% mutant="gaussian_log_var_as_log_sigma" answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_sigma, n):
    z = mu + np.exp(log_sigma) * np.random.normal(size=n)
    ratios = z**2 / 2 - log_sigma - (z - mu) ** 2 / (2 * np.exp(2 * log_sigma))
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="gaussian_log_var_as_variance" answer="kl_gaussian" fails="kl_gaussian" says="take no logarithm"
def kl_gaussian(mu, var):
    return -0.5 * np.sum(1 + np.log(var) - mu**2 - var, axis=1)

# %% mutant="gaussian_variance_squared" answer="kl_gaussian" fails="kl_gaussian" says="do not square it again"
def kl_gaussian(mu, log_var):
    return -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var) ** 2, axis=1)

# %% mutant="gaussian_sigma_not_squared" answer="kl_gaussian" fails="kl_gaussian" says="its square"
def kl_gaussian(mu, log_var):
    return -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var / 2), axis=1)

# %% mutant="gaussian_mu_not_squared" answer="kl_gaussian" fails="kl_gaussian" says="mu is not squared"
def kl_gaussian(mu, log_var):
    return -0.5 * np.sum(1 + log_var - mu - np.exp(log_var), axis=1)

# %% mutant="gaussian_exchanged" answer="kl_gaussian" fails="kl_gaussian" says="KL(N(0, 1)||N(mu, var))"
def kl_gaussian(mu, log_var):
    return 0.5 * np.sum(log_var + (1 + mu**2) / np.exp(log_var) - 1, axis=1)

# %% mutant="gaussian_one_number" answer="kl_gaussian" fails="kl_gaussian" says="each example has its own"
def kl_gaussian(mu, log_var):
    return -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var))

# %% mutant="gaussian_not_summed" answer="kl_gaussian" fails="kl_gaussian" says="shape (3, 2); expected (3,)"
def kl_gaussian(mu, log_var):
    return -0.5 * (1 + log_var - mu**2 - np.exp(log_var))

# %% mutant="gaussian_wrong_axis" answer="kl_gaussian" fails="kl_gaussian" says="over the examples"
def kl_gaussian(mu, log_var):
    return -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=0)

# %% [markdown]
# ## Mutants: Monte Carlo

# %% mutant="draws_seeded" answer="kl_monte_carlo" fails="kl_monte_carlo" says="seed"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.default_rng(0).normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="draws_with_the_variance" answer="kl_monte_carlo" fails="kl_monte_carlo" says="exp(log_var) is the variance"
def kl_monte_carlo(mu, log_var, n):
    z = np.random.normal(mu, np.exp(log_var), n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="draws_from_the_standard_normal" answer="kl_monte_carlo" fails="kl_monte_carlo" says="draws are from N(0, 1)"
def kl_monte_carlo(mu, log_var, n):
    z = np.random.normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="ratio_upside_down" answer="kl_monte_carlo" fails="kl_monte_carlo" says="log p(z) - log q(z)"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=n)
    ratios = log_density(z, 0, 0) - log_density(z, mu, log_var)
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="error_not_divided" answer="kl_monte_carlo" fails="kl_monte_carlo" says="divide by sqrt(n)"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std()

# %% mutant="error_divided_by_n" answer="kl_monte_carlo" fails="kl_monte_carlo" says="divided by n"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std() / n

# %% mutant="error_of_z" answer="kl_monte_carlo" fails="kl_monte_carlo" says="error of the mean of z"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), z.std() / np.sqrt(n)

# %% mutant="draws_not_counted" answer="kl_monte_carlo" fails="kl_monte_carlo" says="draw n times"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=100_000)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios.mean(), ratios.std() / np.sqrt(n)

# %% mutant="formula_for_draws" answer="kl_monte_carlo" fails="kl_monte_carlo" says="no draw at all"
def kl_monte_carlo(mu, log_var, n):
    return (mu**2 + np.exp(log_var) - 1 - log_var) / 2, 0.72 / np.sqrt(n)

# %% mutant="estimate_alone" answer="kl_monte_carlo" fails="kl_monte_carlo" says="two numbers"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=n)
    return np.mean(log_density(z, mu, log_var) - log_density(z, 0, 0))

# %% mutant="mean_forgotten" answer="kl_monte_carlo" fails="kl_monte_carlo" says="mean of the draws"
def kl_monte_carlo(mu, log_var, n):
    z = mu + np.exp(log_var / 2) * np.random.normal(size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return ratios, ratios.std() / np.sqrt(n)

# %% [markdown]
# ## Alternates

# %% alternate="one_on_the_other" answer="entropy"
def entropy(p):
    return np.nansum(p * surprise(p))

# %% alternate="one_on_the_other" answer="cross_entropy"
def cross_entropy(p, q):
    s = surprise(q)
    return np.sum(np.where(p > 0, p * np.where(p > 0, s, 0), 0))

# %% alternate="one_on_the_other" answer="kl"
def kl(p, q):
    return cross_entropy(p, q) - entropy(p)

# %% alternate="one_on_the_other" answer="smallest_bce"
def smallest_bce(x):
    return np.mean([entropy(np.array([value, 1 - value])) for value in x.ravel()])

# %% alternate="one_on_the_other" answer="kl_gaussian"
def kl_gaussian(mu, log_var):
    return -0.5 * (1 + log_var - mu**2 - np.exp(log_var)).sum(-1)

# %% alternate="one_on_the_other" answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_var, n):
    z = np.random.normal(mu, np.exp(0.5 * log_var), size=n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return [np.average(ratios), np.std(ratios, ddof=1) / n**0.5]

# %% alternate="loops" answer="surprise"
def surprise(p):
    import math

    return [math.inf if value == 0 else -math.log(value) for value in p] if np.ndim(p) == 1 else [
        surprise(row) for row in p
    ]

# %% alternate="loops" answer="to_bits"
def to_bits(nats):
    return np.log2(np.exp(nats))

# %% alternate="loops" answer="entropy"
def entropy(p):
    import math

    return -sum(value * math.log(value) for value in p if value > 0)

# %% alternate="loops" answer="cross_entropy"
def cross_entropy(p, q):
    import math

    total = 0
    for happens, believed in zip(p, q, strict=True):
        if happens == 0:
            continue
        if believed == 0:
            return math.inf
        total -= happens * math.log(believed)
    return total

# %% alternate="loops" answer="kl"
def kl(p, q):
    import math

    if any(b == 0 < a for a, b in zip(p, q, strict=True)):
        return float("inf")
    return sum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True) if a)

# %% alternate="loops" answer="smallest_bce"
def smallest_bce(x):
    total = 0.0
    for value in np.ravel(x):
        if 0 < value < 1:
            total -= value * np.log(value) + (1 - value) * np.log(1 - value)
    return total / np.size(x)

# %% alternate="loops" answer="kl_gaussian"
def kl_gaussian(mu, log_var):
    sums = []
    for means, logs in zip(mu, log_var, strict=True):
        sums.append(sum(0.5 * (m * m + np.exp(v) - 1 - v) for m, v in zip(means, logs, strict=True)))
    return sums

# %% alternate="loops" answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_var, n):
    import random

    ratios = []
    for _ in range(n):
        epsilon = random.gauss(0, 1)
        z = mu + np.exp(log_var / 2) * epsilon
        ratios.append(-log_var / 2 - epsilon**2 / 2 + z**2 / 2)
    mean = sum(ratios) / n
    variance = sum((ratio - mean) ** 2 for ratio in ratios) / (n - 1)
    return mean, (variance / n) ** 0.5

# %% alternate="keras_ops" answer="surprise"
def surprise(p):
    return -keras.ops.log(keras.ops.cast(p, "float32"))

# %% alternate="keras_ops" answer="to_bits"
def to_bits(nats):
    return keras.ops.cast(nats, "float32") / keras.ops.log(2.0)

# %% alternate="keras_ops" answer="entropy"
def entropy(p):
    p = keras.ops.cast(p, "float32")
    return -keras.ops.sum(p * keras.ops.log(keras.ops.where(p > 0, p, 1.0)))

# %% alternate="keras_ops" answer="cross_entropy"
def cross_entropy(p, q):
    p, q = keras.ops.cast(p, "float32"), keras.ops.cast(q, "float32")
    return -keras.ops.sum(p * keras.ops.log(keras.ops.where(p > 0, q, 1.0)))

# %% alternate="keras_ops" answer="kl"
def kl(p, q):
    p, q = keras.ops.cast(p, "float32"), keras.ops.cast(q, "float32")
    ratio = keras.ops.where(p > 0, p, 1.0) / keras.ops.where(p > 0, q, 1.0)
    return float(keras.ops.sum(p * keras.ops.log(ratio)))

# %% alternate="keras_ops" answer="smallest_bce"
def smallest_bce(x):
    return keras.ops.mean(keras.losses.binary_crossentropy(x, x))

# %% alternate="keras_ops" answer="kl_gaussian"
def kl_gaussian(mu, log_var):
    mu, log_var = keras.ops.cast(mu, "float32"), keras.ops.cast(log_var, "float32")
    inside = 1 + log_var - keras.ops.square(mu) - keras.ops.exp(log_var)
    return -0.5 * keras.ops.sum(inside, axis=-1)

# %% alternate="keras_ops" answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_var, n):
    epsilon = keras.random.normal((n,))
    z = mu + keras.ops.exp(log_var / 2) * epsilon
    ratios = -log_var / 2 - epsilon**2 / 2 + z**2 / 2
    return keras.ops.mean(ratios), keras.ops.std(ratios) / n**0.5

# %% alternate="tensorflow" answer="entropy"
def entropy(p):
    import tensorflow as tf

    return -tf.reduce_sum(tf.math.xlogy(tf.constant(p, tf.float64), p))

# %% alternate="tensorflow" answer="cross_entropy"
def cross_entropy(p, q):
    import tensorflow as tf

    return -tf.reduce_sum(tf.math.xlogy(tf.constant(p, tf.float64), q))

# %% alternate="tensorflow" answer="kl"
def kl(p, q):
    import tensorflow as tf

    p, q = tf.constant(p, tf.float64), tf.constant(q, tf.float64)
    return tf.reduce_sum(tf.math.xlogy(p, p) - tf.math.xlogy(p, q))

# %% alternate="tensorflow" answer="kl_gaussian"
def kl_gaussian(mu, log_var):
    import tensorflow as tf

    each = tf.exp(log_var) + tf.square(mu) - 1.0 - log_var
    return tf.reduce_sum(each, axis=1) / 2

# %% alternate="tensorflow" answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_var, n):
    import tensorflow as tf

    z = tf.random.normal([n], mu, tf.exp(log_var / 2))
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return tf.stack([tf.reduce_mean(ratios), tf.math.reduce_std(ratios) / tf.sqrt(float(n))])

# %% alternate="infinity_first" answer="surprise"
def surprise(p):
    s = np.full(np.shape(p), np.inf)
    return np.negative(np.log(p, where=p > 0, out=-s), out=s)

# %% alternate="infinity_first" answer="cross_entropy"
def cross_entropy(p, q):
    if np.any((p > 0) & (q == 0)):
        return np.inf
    return -p @ np.log(np.where(p > 0, q, 1.0))

# %% alternate="infinity_first" answer="kl"
def kl(p, q):
    if ((q == 0) * p).any():
        return np.inf
    p, q = p[q > 0], q[q > 0]
    return np.array([np.dot(p, np.log(np.maximum(p, 1e-300) / q))])

# %% alternate="infinity_first" answer="entropy"
def entropy(p):
    return np.array(-np.sum(p * np.log(np.clip(p, 1e-12, 1))))

# %% alternate="infinity_first" answer="smallest_bce"
def smallest_bce(x):
    x = np.clip(x, 1e-7, 1 - 1e-7)
    return np.mean(-x * np.log(x) - (1 - x) * np.log(1 - x))

# %% alternate="infinity_first" answer="kl_gaussian"
def kl_gaussian(mu, log_var):
    sigma = np.exp(log_var / 2)
    return np.einsum("nd->n", -np.log(sigma) + (sigma**2 + mu**2) / 2 - 0.5)

# %% alternate="one_generator_for_all" answer="kl_monte_carlo"
generator = np.random.default_rng(11)


def kl_monte_carlo(mu, log_var, n):
    z = generator.normal(mu, np.sqrt(np.exp(log_var)), n)
    ratios = log_density(z, mu, log_var) - log_density(z, 0.0, 0.0)
    return np.array([ratios.mean(), np.sqrt(ratios.var() / n)])
