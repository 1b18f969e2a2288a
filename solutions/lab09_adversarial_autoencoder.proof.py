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
# # Lab 9: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake, or with several that have nothing to do with
# one another. It must fail exactly the checks named in `fails`, and the message of the first must
# hold `says`. An alternate is a right answer written in another way; it must get full marks.
#
# ## Mutants: kernel and MMD (nothing is trained anew for these)

# %% mutant="distance_not_squared" answer="kernel" fails="kernel,mmd" says="not squared"
def gaussian_kernel(a, b, width):
    distances = np.sqrt(np.sum((a[:, None] - b) ** 2, axis=2))
    return np.exp(-distances / (2 * width**2))

# %% mutant="two_missing" answer="kernel" fails="kernel,mmd" says="2 is missing"
def gaussian_kernel(a, b, width):
    return np.exp(-np.sum((a[:, None] - b) ** 2, axis=2) / width**2)

# %% mutant="width_not_squared" answer="kernel" fails="kernel,mmd" says="width is to be squared"
def gaussian_kernel(a, b, width):
    return np.exp(-np.sum((a[:, None] - b) ** 2, axis=2) / (2 * width))

# %% mutant="mean_of_squares" answer="kernel" fails="kernel,mmd" says="exponential is missing"
def gaussian_kernel(a, b, width):
    return np.mean((a[:, None] - b) ** 2, axis=2)

# %% mutant="rows_and_columns" answer="kernel" fails="kernel" says="a row for each point of a"
def gaussian_kernel(a, b, width):
    squares = np.sum((b[:, None] - a) ** 2, axis=2)
    return np.exp(-squares / (2 * width**2))

# %% mutant="biased" answer="mmd" fails="mmd" says="biased"
def mmd(a, b, widths):
    total = 0
    for width in widths:
        total += gaussian_kernel(a, a, width).mean() + gaussian_kernel(b, b, width).mean()
        total -= 2 * gaussian_kernel(a, b, width).mean()
    return total / len(widths)

# %% mutant="diagonal_left_in" answer="mmd" fails="mmd" says="still in the sums"
def mmd(a, b, widths):
    n, m, total = len(a), len(b), 0
    for width in widths:
        total += gaussian_kernel(a, a, width).sum() / (n * (n - 1))
        total += gaussian_kernel(b, b, width).sum() / (m * (m - 1))
        total -= 2 * gaussian_kernel(a, b, width).mean()
    return total / len(widths)

# %% mutant="summed_over_widths" answer="mmd" fails="mmd" says="sum over the widths"
def mmd(a, b, widths):
    n, m, total = len(a), len(b), 0
    for width in widths:
        total += (gaussian_kernel(a, a, width).sum() - n) / (n * (n - 1))
        total += (gaussian_kernel(b, b, width).sum() - m) / (m * (m - 1))
        total -= 2 * gaussian_kernel(a, b, width).mean()
    return total

# %% mutant="means_compared" answer="mmd" fails="mmd" says="means alone"
def mmd(a, b, widths):
    return np.sum((np.mean(a, axis=0) - np.mean(b, axis=0)) ** 2)

# %% mutant="across_once" answer="mmd" fails="mmd" says="count twice"
def mmd(a, b, widths):
    n, m, total = len(a), len(b), 0
    for width in widths:
        total += (gaussian_kernel(a, a, width).sum() - n) / (n * (n - 1))
        total += (gaussian_kernel(b, b, width).sum() - m) / (m * (m - 1))
        total -= gaussian_kernel(a, b, width).mean()
    return total / len(widths)

# %% [markdown]
# ## Mutants: the prior and the discriminator

# %% mutant="darts_too_wide" answer="prior" fails="prior,training" says="standard deviation 1"
def sample_prior(n):
    return keras.random.normal((n, 2), stddev=3.0)

# %% mutant="darts_by_numpy" answer="prior" fails="prior" says="by numpy"
def sample_prior(n):
    return np.random.normal(size=(n, 2)).astype("float32")

# %% mutant="uniform_darts" answer="prior" fails="prior" says="uniform"
def sample_prior(n):
    return keras.random.uniform((n, 2), -1.7, 1.7)

# %% mutant="sigmoid_missing" answer="discriminator" fails="discriminator,training" says="a sigmoid at the end"
def build_discriminator():
    return dense_network("discriminator", [2, 64, 64, 1])

# %% mutant="two_classes" answer="discriminator" fails="discriminator,training" says="(200, 1)"
def build_discriminator():
    return dense_network("discriminator", [2, 64, 64, 2], "softmax")

# %% [markdown]
# With a straight border alone, the codes end up near the darts in one training and far off in the
# next. So another mistake is added here.

# %% mutant="straight" answer="discriminator" fails="discriminator,reconstruct,training" says="straight line"
def build_discriminator():
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(64), keras.layers.Dense(1, activation="sigmoid")]
    )

# %% mutant="straight" answer="reconstruct"
def reconstruct(trio, x):
    with tf.GradientTape() as tape:
        x_hat = trio.decoder(trio.encoder(x))
        loss = -ops.mean(keras.losses.binary_crossentropy(x, x_hat))
    weights = trio.encoder.trainable_variables + trio.decoder.trainable_variables
    trio.optimizer["reconstruct"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% [markdown]
# ## Mutants: the three steps

# %% mutant="decoder_forgotten" answer="reconstruct" fails="reconstruct,training" says="Only the encoder"
def reconstruct(trio, x):
    with tf.GradientTape() as tape:
        x_hat = trio.decoder(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(x, x_hat))
    weights = trio.encoder.trainable_variables
    trio.optimizer["reconstruct"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% mutant="not_applied" answer="reconstruct" fails="reconstruct,training" says="gradients applied"
def reconstruct(trio, x):
    with tf.GradientTape() as tape:
        x_hat = trio.decoder(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(x, x_hat))
    weights = trio.encoder.trainable_variables + trio.decoder.trainable_variables
    tape.gradient(loss, weights)
    return loss

# %% mutant="encoder_moves_in_discriminate" answer="discriminate" fails="discriminate,training" says="pulled to be found out"
def discriminate(trio, x, darts):
    with tf.GradientTape() as tape:
        p_dart, p_code = trio.discriminator(darts), trio.discriminator(trio.encoder(x))
        loss = -ops.mean(ops.log(p_dart + 1e-7) + ops.log(1 - p_code + 1e-7)) / 2
    weights = trio.discriminator.trainable_variables + trio.encoder.trainable_variables
    trio.optimizer["discriminate"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% mutant="labels_exchanged" answer="discriminate" fails="discriminate,training" says="labels are exchanged"
def discriminate(trio, x, darts):
    with tf.GradientTape() as tape:
        p_dart, p_code = trio.discriminator(darts), trio.discriminator(trio.encoder(x))
        p = ops.concatenate([p_code, p_dart])
        labels = ops.concatenate([ops.ones_like(p_code), ops.zeros_like(p_dart)])
        loss = ops.mean(keras.losses.binary_crossentropy(labels, p))
    weights = trio.discriminator.trainable_variables
    trio.optimizer["discriminate"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% mutant="discriminator_moves_in_deceive" answer="deceive" fails="deceive" says="learn to be deceived"
def deceive(trio, x):
    with tf.GradientTape() as tape:
        p = trio.discriminator(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(ops.ones_like(p), p))
    weights = trio.encoder.trainable_variables + trio.discriminator.trainable_variables
    trio.optimizer["deceive"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% mutant="forger_helps" answer="deceive" fails="deceive,training" says="helps the discriminator"
def deceive(trio, x):
    with tf.GradientTape() as tape:
        p = trio.discriminator(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(ops.zeros_like(p), p))
    weights = trio.encoder.trainable_variables
    trio.optimizer["deceive"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% mutant="sigmoid_twice" answer="deceive" fails="deceive" says="sigmoid is taken twice"
def deceive(trio, x):
    with tf.GradientTape() as tape:
        p = ops.sigmoid(trio.discriminator(trio.encoder(x)))
        loss = ops.mean(keras.losses.binary_crossentropy(ops.ones_like(p), p))
    weights = trio.encoder.trainable_variables
    trio.optimizer["deceive"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% [markdown]
# With another optimizer in deceive, the training comes out well or badly. So here, too, another
# mistake is added.

# %% mutant="another_optimizer" answer="deceive" fails="deceive,reconstruct,training" says="trio.optimizer['reconstruct'] goes"
def deceive(trio, x):
    with tf.GradientTape() as tape:
        p = trio.discriminator(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(ops.ones_like(p), p))
    weights = trio.encoder.trainable_variables
    trio.optimizer["reconstruct"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% mutant="another_optimizer" answer="reconstruct"
def reconstruct(trio, x):
    with tf.GradientTape() as tape:
        loss = ops.mean(keras.losses.binary_crossentropy(x, trio.decoder(trio.encoder(x))))
    weights = trio.decoder.trainable_variables
    trio.optimizer["reconstruct"].apply(tape.gradient(-loss, weights), weights)
    return loss

# %% mutant="encoded_outside_of_the_tape" answer="deceive" fails="deceive,training" says="raised"
def deceive(trio, x):
    z = trio.encoder(x)
    with tf.GradientTape() as tape:
        p = trio.discriminator(z)
        loss = ops.mean(keras.losses.binary_crossentropy(ops.ones_like(p), p))
    weights = trio.encoder.trainable_variables
    trio.optimizer["deceive"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% [markdown]
# ## Alternates

# %% alternate="other_words" answer="kernel"
def gaussian_kernel(a, b, width):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.exp(-0.5 * squares / width / width)

# %% alternate="other_words" answer="mmd"
def mmd(a, b, widths):
    def off_diagonal(kernel):
        return kernel[~np.eye(len(kernel), dtype=bool)].mean()

    values = []
    for w in widths:
        at_home = off_diagonal(gaussian_kernel(a, a, w)) + off_diagonal(gaussian_kernel(b, b, w))
        values.append(at_home - 2 * gaussian_kernel(a, b, w).mean())
    return float(sum(values) / len(values))

# %% alternate="other_words" answer="prior"
def sample_prior(n):
    return tf.random.normal([n, 2])

# %% alternate="other_words" answer="discriminate"
def discriminate(trio, x, darts):
    codes = trio.encoder(x)
    with tf.GradientTape() as tape:
        p, q = trio.discriminator(darts), trio.discriminator(codes)
        p, q = ops.clip(p, 1e-7, 1 - 1e-7), ops.clip(q, 1e-7, 1 - 1e-7)
        loss = -(ops.mean(ops.log(p)) + ops.mean(ops.log(1 - q))) / 2
    weights = trio.discriminator.trainable_variables
    trio.optimizer["discriminate"].apply(tape.gradient(loss, weights), weights)
    return loss

# %% alternate="keras_losses" answer="reconstruct"
def reconstruct(trio, x):
    bce = keras.losses.BinaryCrossentropy()
    with tf.GradientTape(persistent=True) as tape:
        loss = bce(x, trio.decoder(trio.encoder(x, training=True), training=True))
    weights = [*trio.decoder.trainable_weights, *trio.encoder.trainable_weights]
    gradients = tape.gradient(loss, weights)
    trio.optimizer["reconstruct"].apply_gradients(zip(gradients, weights))
    return loss

# %% alternate="keras_losses" answer="discriminate"
def discriminate(trio, x, darts):
    bce = keras.losses.BinaryCrossentropy()
    with tf.GradientTape() as tape:
        points = tf.concat([trio.encoder(x), darts], axis=0)
        labels = tf.concat([tf.zeros((darts.shape[0], 1)), tf.ones((darts.shape[0], 1))], axis=0)
        loss = bce(labels, trio.discriminator(points))
    weights = trio.discriminator.trainable_weights
    trio.optimizer["discriminate"].apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss

# %% alternate="keras_losses" answer="deceive"
def deceive(trio, x):
    with tf.GradientTape() as tape:
        p = trio.discriminator(trio.encoder(x))
        loss = keras.losses.BinaryCrossentropy()(tf.ones(tf.shape(p)), p)
    weights = trio.encoder.trainable_weights
    trio.optimizer["deceive"].apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss

# %% alternate="watched_only" answer="discriminate"
def discriminate(trio, x, darts):
    weights = trio.discriminator.trainable_variables
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([weight.value for weight in weights])
        p, q = trio.discriminator(darts), trio.discriminator(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(ops.ones_like(p), p))
        loss = loss + ops.mean(keras.losses.binary_crossentropy(ops.zeros_like(q), q))
    values = [weight.value for weight in weights]
    trio.optimizer["discriminate"].apply(tape.gradient(loss, values), weights)
    return loss

# %% alternate="functional" answer="discriminator"
def build_discriminator():
    z = keras.Input((2,))
    h = keras.layers.Dense(64)(z)
    h = keras.layers.LeakyReLU(negative_slope=0.2)(h)
    h = keras.layers.Dense(64)(h)
    h = keras.layers.LeakyReLU(negative_slope=0.2)(h)
    return keras.Model(z, keras.layers.Dense(1, activation="sigmoid")(h))

# %% alternate="functional" answer="prior"
def sample_prior(n):
    radius = ops.sqrt(-2 * ops.log(keras.random.uniform((n, 1), 1e-9, 1)))
    turn = keras.random.uniform((n, 1), 0, 2 * np.pi)
    return ops.concatenate([radius * ops.cos(turn), radius * ops.sin(turn)], axis=1)

# %% alternate="subclassed" answer="discriminator"
class Expert(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = [keras.layers.Dense(64, activation="tanh") for _ in range(2)]
        self.outer = keras.layers.Dense(1, activation="sigmoid")

    def call(self, z):
        for layer in self.inner:
            z = layer(z)
        return self.outer(z)


def build_discriminator():
    expert = Expert()
    expert(np.zeros((1, 2), "float32"))
    return expert
