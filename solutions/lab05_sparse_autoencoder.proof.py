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
# # Lab 5: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake, or with mistakes in several answers that have
# nothing to do with one another. It must fail exactly the checks named in `fails`, and the message
# of the first must hold `says`. An alternate is a right answer written in another way; it must get
# full marks.
#
# ## Mutants: measures

# %% mutant="rho_hat_over_units" answer="rho_hat" fails="rho_hat" says="over the units of each picture"
def mean_activation(h):
    return np.mean(h, axis=1)

# %% mutant="rho_hat_one_number" answer="rho_hat" fails="rho_hat,awake" says="one for each unit"
def mean_activation(h):
    return np.mean(h)

# %% mutant="rho_hat_one_number" answer="awake"
def share_awake(h, threshold):
    return np.mean(np.sum(h > threshold, axis=1))


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=0) <= threshold)

# %% mutant="rho_hat_summed" answer="rho_hat" fails="rho_hat,awake" says="sum over the batch"
def mean_activation(h):
    return np.sum(h, axis=0)

# %% mutant="rho_hat_summed" answer="awake"
def share_awake(h, threshold):
    return np.mean(h > threshold, axis=0)


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=0) <= threshold)

# %% mutant="rho_hat_counts" answer="rho_hat" fails="rho_hat,awake" says="how often each unit is awake"
def mean_activation(h):
    return np.mean(h > 0, axis=0)

# %% mutant="rho_hat_counts" answer="awake"
def share_awake(h, threshold):
    return np.mean(h <= threshold)


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=0) <= threshold)

# %% mutant="zero_is_awake" answer="awake" fails="awake" says="equal to it is not"
def share_awake(h, threshold):
    return np.mean(h >= threshold)


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=0) <= threshold)

# %% mutant="awake_without_threshold" answer="awake" fails="awake" says="threshold is not used"
def share_awake(h, threshold):
    return np.mean(h > 0)


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=0) <= 0)

# %% mutant="dead_is_asleep_once" answer="awake" fails="awake" says="not if one does not"
def share_awake(h, threshold):
    return np.mean(h > threshold)


def dead_units(h, threshold):
    return np.sum(np.any(h <= threshold, axis=0))

# %% mutant="living_units_counted" answer="awake" fails="awake" says="units that are alive"
def share_awake(h, threshold):
    return np.mean(h > threshold)


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=0) > threshold)

# %% mutant="dead_along_the_rows" answer="awake" fails="awake,slope" says="axis=0"
def share_awake(h, threshold):
    return np.mean(h > threshold)


def dead_units(h, threshold):
    return np.sum(np.max(h, axis=1) <= threshold)

# %% mutant="dead_along_the_rows" answer="slope"
def kl_slope(rho_hat, rho):
    return -rho / rho_hat

# %% [markdown]
# ## Mutants: the slope

# %% mutant="slope_sign" answer="slope" fails="slope" says="falls"
def kl_slope(rho_hat, rho):
    return rho / rho_hat - (1 - rho) / (1 - rho_hat)

# %% mutant="slope_both_plus" answer="slope" fails="slope" says="one of the two signs"
def kl_slope(rho_hat, rho):
    return rho / rho_hat + (1 - rho) / (1 - rho_hat)

# %% mutant="slope_exchanged" answer="slope" fails="slope" says="exchanged"
def kl_slope(rho_hat, rho):
    return np.log(rho_hat / rho) - np.log((1 - rho_hat) / (1 - rho))

# %% mutant="slope_not_differentiated" answer="slope" fails="slope" says="derivative"
def kl_slope(rho_hat, rho):
    return rho * np.log(rho / rho_hat) + (1 - rho) * np.log((1 - rho) / (1 - rho_hat))

# %% [markdown]
# ## Mutants: the penalties

# %% mutant="kl_over_units_l1_not_absolute" answer="kl" fails="kl,l1,kl_network" says="over the units of each picture"
def kl_penalty(h, rho, beta):
    r = keras.ops.clip(keras.ops.mean(h, axis=1), 1e-7, 1 - 1e-7)
    kl = rho * keras.ops.log(rho / r) + (1 - rho) * keras.ops.log((1 - rho) / (1 - r))
    return beta * keras.ops.sum(kl)

# %% mutant="kl_over_units_l1_not_absolute" answer="l1"
def l1_penalty(h, lam):
    return lam * keras.ops.mean(keras.ops.sum(h, axis=1))

# %% mutant="kl_exchanged_l1_squared" answer="kl" fails="kl,l1,kl_network" says="roles are exchanged"
def kl_penalty(h, rho, beta):
    r = keras.ops.clip(keras.ops.mean(h, axis=0), 1e-7, 1 - 1e-7)
    kl = r * keras.ops.log(r / rho) + (1 - r) * keras.ops.log((1 - r) / (1 - rho))
    return beta * keras.ops.sum(kl)

# %% mutant="kl_exchanged_l1_squared" answer="l1"
def l1_penalty(h, lam):
    return lam * keras.ops.mean(keras.ops.sum(keras.ops.square(h), axis=1))

# %% mutant="l1_summed_over_batch_kl_half" answer="l1" fails="l1,kl,l1_network,kl_network" says="sum over the batch"
def l1_penalty(h, lam):
    return lam * keras.ops.sum(keras.ops.abs(h))

# %% mutant="l1_summed_over_batch_kl_half" answer="kl"
def kl_penalty(h, rho, beta):
    r = keras.ops.clip(keras.ops.mean(h, axis=0), 1e-7, 1 - 1e-7)
    return beta * keras.ops.sum(rho * keras.ops.log(rho / r))

# %% mutant="kl_not_clipped_l1_without_lam" answer="kl" fails="kl,l1,l1_network" says="log(0)"
def kl_penalty(h, rho, beta):
    r = keras.ops.mean(h, axis=0)
    kl = rho * keras.ops.log(rho / r) + (1 - rho) * keras.ops.log((1 - rho) / (1 - r))
    return beta * keras.ops.sum(kl)

# %% mutant="kl_not_clipped_l1_without_lam" answer="l1"
def l1_penalty(h, lam):
    return keras.ops.mean(keras.ops.sum(keras.ops.abs(h), axis=1))

# %% mutant="penalties_with_wrong_sign" answer="kl" fails="kl,l1,l1_network,kl_network" says="never below 0"
def kl_penalty(h, rho, beta):
    r = keras.ops.clip(keras.ops.mean(h, axis=0), 1e-7, 1 - 1e-7)
    kl = rho * keras.ops.log(r / rho) + (1 - rho) * keras.ops.log((1 - r) / (1 - rho))
    return beta * keras.ops.sum(kl)

# %% mutant="penalties_with_wrong_sign" answer="l1"
def l1_penalty(h, lam):
    return -lam * keras.ops.mean(keras.ops.sum(keras.ops.abs(h), axis=1))

# %% mutant="penalties_averaged_over_units" answer="l1" fails="l1,kl,l1_network,kl_network" says="added up"
def l1_penalty(h, lam):
    return lam * keras.ops.mean(keras.ops.abs(h))

# %% mutant="penalties_averaged_over_units" answer="kl"
def kl_penalty(h, rho, beta):
    r = keras.ops.clip(keras.ops.mean(h, axis=0), 1e-7, 1 - 1e-7)
    kl = rho * keras.ops.log(rho / r) + (1 - rho) * keras.ops.log((1 - rho) / (1 - r))
    return beta * keras.ops.mean(kl)

# %% [markdown]
# ## Mutants: layer and training

# %% mutant="layer_returns_nothing" answer="layer" fails="layer,l1_network,kl_network" says="none"
class AddPenalty(keras.layers.Layer):
    def __init__(self, penalty):
        super().__init__()
        self.penalty = penalty

    def call(self, h):
        self.add_loss(self.penalty(h))

# %% mutant="layer_adds_nothing" answer="layer" fails="layer,l1_network,kl_network" says="adds nothing"
class AddPenalty(keras.layers.Layer):
    def __init__(self, penalty):
        super().__init__()
        self.penalty = penalty

    def call(self, h):
        self.penalty(h)
        return h

# %% mutant="layer_divides" answer="layer" fails="layer,l1_network,kl_network" says="divided by the number"
class AddPenalty(keras.layers.Layer):
    def __init__(self, penalty):
        super().__init__(activity_regularizer=penalty)

    def call(self, h):
        return h

# %% mutant="penalty_on_weights" answer="training" fails="l1_network,kl_network" says="not on weights"
class Penalized(keras.Model):
    def __init__(self, encoder, decoder, penalty):
        super().__init__()
        self.encoder, self.decoder, self.penalty = encoder, decoder, penalty

    def call(self, x):
        self.add_loss(self.penalty(self.encoder.layers[-1].kernel))
        return self.decoder(self.encoder(x))


def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    model = Penalized(encoder, decoder, penalty)
    model.compile(
        keras.optimizers.Adam(learning_rate), "binary_crossentropy", jit_compile=False
    )
    model.fit(x_train, x_train, batch_size=64, epochs=epochs, verbose=0)

# %% mutant="another_model_trained" answer="training" fails="l1_network,kl_network" says="that fit is called on"
def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    own_encoder, own_decoder = wide_autoencoder("relu")
    model = keras.Sequential([own_encoder, AddPenalty(penalty), own_decoder])
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy", jit_compile=False)
    model.fit(x_train, x_train, batch_size=64, epochs=1, verbose=0)

# %% mutant="targets_shuffled" answer="training" fails="l1_network,kl_network" says="encoder_l1"
def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    model = keras.Sequential([encoder, AddPenalty(penalty), decoder])
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy", jit_compile=False)
    model.fit(x_train, np.random.permutation(x_train), batch_size=64, epochs=epochs, verbose=0)

# %% [markdown]
# ## Alternates

# %% alternate="loops" answer="rho_hat"
def mean_activation(h):
    return [sum(float(row[j]) for row in h) / len(h) for j in range(len(h[0]))]

# %% alternate="loops" answer="awake"
def share_awake(h, threshold):
    return sum(float((row > threshold).mean()) for row in np.asarray(h)) / len(h)


def dead_units(h, threshold):
    return len([unit for unit in np.asarray(h).T if not (unit > threshold).any()])

# %% alternate="loops" answer="slope"
def kl_slope(rho_hat, rho):
    return [(r - rho) / (r * (1 - r)) for r in np.asarray(rho_hat)]

# %% alternate="tensors" answer="rho_hat"
def mean_activation(h):
    return keras.ops.mean(keras.ops.convert_to_tensor(h, "float32"), axis=0)

# %% alternate="tensors" answer="awake"
def share_awake(h, threshold):
    awake = keras.ops.cast(keras.ops.convert_to_tensor(h) > threshold, "float32")
    return keras.ops.mean(awake)


def dead_units(h, threshold):
    awake = keras.ops.any(keras.ops.convert_to_tensor(h) > threshold, axis=0)
    return keras.ops.sum(1 - keras.ops.cast(awake, "int32"))

# %% alternate="tensors" answer="slope"
def kl_slope(rho_hat, rho):
    rho_hat = keras.ops.convert_to_tensor(rho_hat)
    return (1 - rho) / (1 - rho_hat) - rho / rho_hat

# %% alternate="own_formulas" answer="l1"
def l1_penalty(h, lam):
    h = keras.ops.cast(h, "float32")
    return keras.ops.sum(keras.ops.mean(keras.ops.maximum(h, -h), axis=0) * lam)

# %% alternate="own_formulas" answer="kl"
def kl_penalty(h, rho, beta):
    h = keras.ops.convert_to_tensor(h, "float32")
    r = keras.ops.clip(keras.ops.mean(h, axis=0), 1e-7, 1 - 1e-7)
    surprise = -rho * keras.ops.log(r) - (1 - rho) * keras.ops.log(1 - r)
    known = -rho * np.log(rho) - (1 - rho) * np.log(1 - rho)
    return beta * keras.ops.sum(surprise - known)

# %% alternate="regularizer" answer="layer"
class AddPenalty(keras.layers.Layer):
    def __init__(self, penalty):
        def times_count(h):
            return penalty(h) * keras.ops.cast(keras.ops.shape(h)[0], "float32")

        super().__init__(activity_regularizer=times_count)

    def call(self, h):
        return h

# %% alternate="regularizer" answer="training"
def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    def times_count(h):
        return penalty(h) * keras.ops.cast(keras.ops.shape(h)[0], "float32")

    encoder.layers[-1].activity_regularizer = times_count
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy", jit_compile=False)
    model.fit(x_train, x_train, batch_size=64, epochs=epochs, verbose=0)

# %% alternate="subclassed" answer="kl"
def kl_penalty(h, rho, beta):
    found = keras.ops.mean(keras.ops.convert_to_tensor(h, "float32"), axis=0)
    wanted = rho * keras.ops.ones_like(found)
    awake = keras.losses.kl_divergence(wanted, found)
    return beta * (awake + keras.losses.kl_divergence(1 - wanted, 1 - found))

# %% alternate="subclassed" answer="training"
class SparseAutoencoder(keras.Model):
    def __init__(self, encoder, decoder, penalty):
        super().__init__()
        self.encoder, self.decoder, self.penalty = encoder, decoder, penalty

    def call(self, x):
        h = self.encoder(x)
        self.add_loss(self.penalty(h))
        return self.decoder(h)


def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    model = SparseAutoencoder(encoder, decoder, penalty)
    model.compile("adam", keras.losses.BinaryCrossentropy(), jit_compile=False)
    model.optimizer.learning_rate = learning_rate
    model.fit(x_train, x_train, batch_size=64, epochs=epochs, verbose=0)

# %% alternate="two_outputs" answer="training"
def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    x = keras.Input((784,))
    h = encoder(x)
    model = keras.Model(x, [decoder(h), h])
    losses = ["binary_crossentropy", lambda _, code: penalty(code)]
    model.compile(keras.optimizers.AdamW(learning_rate), losses, jit_compile=False)
    model.fit(x_train, [x_train, x_train], batch_size=64, epochs=epochs, verbose=0)

# %% alternate="tape" answer="training"
def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    import tensorflow as tf

    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(weights)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            h = encoder(x)
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(x, decoder(h))) + penalty(h)
        optimizer.apply(tape.gradient(loss, weights), weights)

    for _ in range(epochs):
        for batch in np.random.permutation(len(x_train)).reshape(-1, 50):
            step(tf.constant(x_train[batch]))
