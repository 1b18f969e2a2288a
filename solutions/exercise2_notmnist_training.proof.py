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
# # Exercise 2: mistakes that must be found, and other right answers
#
# ## Mutants: early stopping

# %% mutant="lowest_of_all" answer="stopping" fails="stopping" says="never sees this one"
def best_epoch(val_errors, patience):
    return int(np.argmin(val_errors)) + 1

# %% mutant="counted_from_0" answer="stopping" fails="stopping" says="counted from 0"
def best_epoch(val_errors, patience):
    best = 0
    for epoch in range(len(val_errors)):
        if val_errors[epoch] < val_errors[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best

# %% mutant="last_epoch_kept" answer="stopping" fails="stopping" says="where training stops"
def best_epoch(val_errors, patience):
    best = 0
    for epoch, error in enumerate(val_errors):
        if error < val_errors[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(val_errors)

# %% mutant="one_epoch_too_patient" answer="stopping" fails="stopping" says="one epoch more"
def best_epoch(val_errors, patience):
    best, waited = 0, 0
    for epoch, error in enumerate(val_errors):
        if error < val_errors[best]:
            best, waited = epoch, 0
        elif waited == patience:
            break
        else:
            waited += 1
    return best + 1

# %% mutant="as_low_is_lower" answer="stopping" fails="stopping" says="as low as"
def best_epoch(val_errors, patience):
    best = 0
    for epoch, error in enumerate(val_errors):
        if error <= val_errors[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best + 1

# %% mutant="stops_at_the_first_rise" answer="stopping" fails="stopping" says="expected"
def best_epoch(val_errors, patience):
    for epoch in range(patience, len(val_errors)):
        if val_errors[epoch] >= val_errors[epoch - 1]:  # compares neighbours, not with the best
            return epoch
    return len(val_errors)

# %% mutant="count_never_anew" answer="stopping" fails="stopping" says="from 0 again"
def best_epoch(val_errors, patience):
    best, waited = 0, 0
    for epoch, error in enumerate(val_errors):
        if error < val_errors[best]:
            best = epoch
        elif epoch > 0:
            waited += 1
        if waited == patience:
            break
    return best + 1

# %% mutant="count_of_rises" answer="stopping" fails="stopping" says="not with its neighbour"
def best_epoch(val_errors, patience):
    best, waited = 0, 0
    for epoch in range(1, len(val_errors)):
        if val_errors[epoch] < val_errors[best]:
            best = epoch
        waited = 0 if val_errors[epoch] < val_errors[epoch - 1] else waited + 1
        if waited == patience:
            break
    return best + 1

# %% [markdown]
# ## Mutants: judging

# %% mutant="sums_by_letter" answer="letters" fails="letters" says="sum over the pictures"
def error_by_letter(x, x_hat, labels):
    squares = np.mean((x - x_hat) ** 2, axis=1)
    return np.bincount(labels, weights=squares, minlength=10)

# %% mutant="labels_not_used" answer="letters" fails="letters" says="labels used"
def error_by_letter(x, x_hat, labels):
    return np.array([np.mean((x - x_hat) ** 2) for label in range(10)])

# %% mutant="divided_by_all" answer="letters" fails="letters" says="not by its own"
def error_by_letter(x, x_hat, labels):
    squares = np.mean((x - x_hat) ** 2, axis=1)
    return [np.sum(squares * (labels == label)) / len(labels) for label in range(10)]

# %% mutant="one_error_a_picture" answer="letters" fails="letters" says="expected (10,)"
def error_by_letter(x, x_hat, labels):
    return np.mean((x - x_hat) ** 2, axis=1)

# %% mutant="only_the_worst" answer="letters" fails="letters" says="expected (10,)"
def error_by_letter(x, x_hat, labels):
    squares = np.mean((x - x_hat) ** 2, axis=1)
    return max(squares[labels == label].mean() for label in range(10))

# %% mutant="numbers_not_bytes" answer="compression" fails="compression" says="4 bytes each"
def compression_ratio(pictures, pixels, code, parameters):
    return pictures * pixels / (pictures * code + parameters)

# %% mutant="decoder_forgotten" answer="compression" fails="compression" says="decoder has to be sent"
def compression_ratio(pictures, pixels, code, parameters):
    return pixels / (4 * code)

# %% mutant="ratio_upside_down" answer="compression" fails="compression" says="other way round"
def compression_ratio(pictures, pixels, code, parameters):
    return 4 * (pictures * code + parameters) / (pictures * pixels)

# %% mutant="decoder_sent_each_time" answer="compression" fails="compression" says="sent once"
def compression_ratio(pictures, pixels, code, parameters):
    return pixels / (4 * (code + parameters))

# %% [markdown]
# ## Mutants: splitting

# %% mutant="cut_without_shuffling" answer="split" fails="split" says="shuffle before you cut"
def split(images, labels, validation, seed):
    fit, val = slice(None, -validation), slice(-validation, None)
    return images[fit], labels[fit], images[val], labels[val]

# %% mutant="labels_left_behind" answer="split" fails="split" says="not in the order"
def split(images, labels, validation, seed):
    images = np.random.default_rng(seed).permutation(images)
    return images[validation:], labels[validation:], images[:validation], labels[:validation]

# %% mutant="validation_not_taken_out" answer="split" fails="split" says="shape"
def split(images, labels, validation, seed):
    val = np.random.default_rng(seed).permutation(len(images))[:validation]
    return images, labels, images[val], labels[val]

# %% mutant="drawn_independently" answer="split" fails="split" says="also in x_fit"
def split(images, labels, validation, seed):
    rng = np.random.default_rng(seed)
    val = rng.choice(len(images), validation, replace=False)
    fit = rng.choice(len(images), len(images) - validation, replace=False)
    return images[fit], labels[fit], images[val], labels[val]

# %% [markdown]
# ## Mutants: network and training

# %% mutant="code_of_32" answer="network" fails="network,result" says="code of 16"
def build_autoencoder():
    encoder = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(100, "elu"), keras.layers.Dense(32)]
    )
    decoder = keras.Sequential(
        [keras.Input((32,)), keras.layers.Dense(100, "elu"), keras.layers.Dense(784, "sigmoid")]
    )
    return encoder, decoder, keras.Sequential([encoder, decoder])

# %% mutant="labels_as_targets" answer="training" fails="result" says="labels"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile("adam", loss="mse", metrics=["mse"], jit_compile=False)
    history = autoencoder.fit(
        x_fit,
        np.repeat(y_fit[:, None], 784, axis=1),
        epochs=3,
        batch_size=64,
        validation_data=(x_val, x_val),
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_mse", restore_best_weights=True, patience=3)],
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="targets_shuffled" answer="training" fails="result" says="near the mean of all"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        "adam", loss="binary_crossentropy", metrics=["mse"], jit_compile=False
    )
    history = autoencoder.fit(
        x_fit,
        np.random.permutation(x_fit),
        epochs=3,
        batch_size=64,
        validation_data=(x_val, x_val),
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_mse", restore_best_weights=True, patience=3)],
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="divided_by_255_again" answer="training" fails="result,training" says="divided by 255"
def train_autoencoder(autoencoder, x_fit, x_val):
    x_fit, x_val = x_fit / 255, x_val / 255
    autoencoder.compile(
        "adam", loss="binary_crossentropy", metrics=["mse"], jit_compile=False
    )
    history = autoencoder.fit(
        x_fit, x_fit, epochs=4, batch_size=64, validation_data=(x_val, x_val), verbose=0
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="one_epoch" answer="training" fails="training,result" says="1 epoch"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        keras.optimizers.Adam(0.004), "binary_crossentropy", metrics=["mse"], jit_compile=False
    )
    history = autoencoder.fit(
        x_fit, x_fit, batch_size=64, validation_data=(x_val, x_val), verbose=0
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="another_model_trained" answer="training" fails="training,result" says="is it this model"
def train_autoencoder(autoencoder, x_fit, x_val):
    model = keras.models.clone_model(autoencoder)
    model.compile("adam", loss="binary_crossentropy", metrics=["mse"], jit_compile=False)
    history = model.fit(
        x_fit, x_fit, batch_size=64, epochs=2, validation_data=(x_val, x_val), verbose=0
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="watched_on_x_fit" answer="training" fails="training" says="validate on x_val"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        keras.optimizers.Adam(0.004),
        "binary_crossentropy",
        metrics=["mse"],
        jit_compile=False,
        steps_per_execution=8,
    )
    history = autoencoder.fit(
        x_fit,
        x_fit,
        batch_size=64,
        epochs=8,
        validation_data=(x_fit, x_fit),
        validation_batch_size=500,
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_mse", restore_best_weights=True, patience=2)],
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="last_weights_kept" answer="training" fails="training" says="weights of the last epoch"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        keras.optimizers.Adam(0.006),
        "binary_crossentropy",
        metrics=["mse"],
        jit_compile=False,
        steps_per_execution=8,
    )
    errors = [], []
    while len(errors[1]) < 6 or errors[1][-1] <= min(errors[1]):  # stops when it has got worse
        record = autoencoder.fit(
            x_fit, x_fit, batch_size=50, validation_data=(x_val, x_val), verbose=0
        ).history
        errors[0].append(record["mse"][0])
        errors[1].append(record["val_mse"][0])
    return errors

# %% mutant="trained_on_x_test" answer="training" fails="result" says="trained on x_test"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        keras.optimizers.Adam(0.004), "binary_crossentropy", metrics=["mse"], jit_compile=False
    )
    history = autoencoder.fit(
        x_test,
        x_test,
        batch_size=25,
        epochs=14,
        validation_data=(x_val, x_val),
        validation_batch_size=500,
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_mse", restore_best_weights=True, patience=14)],
    )
    return history.history["mse"], history.history["val_mse"]

# %% mutant="record_of_fit_returned" answer="training" fails="training" says="expected two lists"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        keras.optimizers.Adam(0.006), "binary_crossentropy", jit_compile=False, steps_per_execution=8
    )
    return autoencoder.fit(x_fit, x_fit, batch_size=50, epochs=7, verbose=0)

# %% [markdown]
# ## Alternates

# %% alternate="with_counters" answer="stopping"
def best_epoch(val_errors, patience):
    lowest, best, waited = float("inf"), 0, 0
    for epoch, error in enumerate(val_errors):
        waited += 1
        if error < lowest:
            lowest, best, waited = error, epoch, 0
        if waited >= patience:
            break
    return np.int64(best + 1)

# %% alternate="with_counters" answer="letters"
def error_by_letter(x, x_hat, labels):
    sums, counts = [0.0] * 10, [0] * 10
    for true, rebuilt, label in zip(x, x_hat, labels, strict=True):
        sums[label] += float(np.mean((true - rebuilt) ** 2))
        counts[label] += 1
    return [total / count for total, count in zip(sums, counts, strict=True)]

# %% alternate="with_counters" answer="compression"
def compression_ratio(pictures, pixels, code, parameters):
    return 1 / (4 * code / pixels + 4 * parameters / pictures / pixels)

# %% alternate="in_arrays" answer="stopping"
def best_epoch(val_errors, patience):
    errors = np.array(val_errors, dtype=float)
    for end in range(1, len(errors) + 1):
        best = errors[:end].argmin()
        if end - 1 - best >= patience:
            break
    return best + 1

# %% alternate="in_arrays" answer="letters"
def error_by_letter(x, x_hat, labels):
    is_letter = np.eye(10)[labels]
    return keras.ops.convert_to_tensor(
        is_letter.T @ np.mean((x - x_hat) ** 2, axis=1) / is_letter.sum(axis=0)
    )

# %% alternate="own_watch" answer="split"
def split(images, labels, validation, seed):
    random = np.random.RandomState(seed)
    chosen = np.zeros(len(images), bool)
    chosen[random.choice(len(images), validation, replace=False)] = True
    return images[~chosen], labels[~chosen], images[chosen], labels[chosen]

# %% alternate="own_watch" answer="network"
def build_autoencoder():
    def half(*sizes, last):
        h = inputs = keras.Input((sizes[0],))
        for units in sizes[1:-1]:
            h = keras.layers.LeakyReLU(0.1)(keras.layers.Dense(units)(h))
        return keras.Model(inputs, keras.layers.Dense(sizes[-1], activation=last)(h))

    encoder, decoder = half(784, 140, 16, last=None), half(16, 140, 784, last="sigmoid")
    x = keras.Input((784,))
    return encoder, decoder, keras.Model(x, decoder(encoder(x)))

# %% alternate="own_watch" answer="training"
def train_autoencoder(autoencoder, x_fit, x_val):
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(0.004)
    optimizer.build(autoencoder.trainable_variables)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            x_hat = autoencoder(x, training=True)
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(x, x_hat))
        gradients = tape.gradient(loss, autoencoder.trainable_variables)
        optimizer.apply(gradients, autoencoder.trainable_variables)
        return tf.reduce_mean((x - x_hat) ** 2)

    fit_errors, val_errors, kept = [], [], None
    for _ in range(10):
        order = np.random.permutation(len(x_fit))
        parts = [order[i : i + 50] for i in range(0, len(order), 50)]
        fit_errors.append(float(np.mean([step(tf.constant(x_fit[part])) for part in parts])))
        val_errors.append(float(np.mean((np.array(autoencoder(x_val)) - x_val) ** 2)))
        if val_errors[-1] == min(val_errors):
            kept = autoencoder.get_weights()
        if len(val_errors) - np.argmin(val_errors) > 2:
            break
    autoencoder.set_weights(kept)
    return np.array(fit_errors), np.array(val_errors)

# %% alternate="checkpoints" answer="network"
def build_autoencoder():
    sizes = [784, 150, 12]
    encoder = keras.Sequential(
        [keras.layers.Dense(sizes[1], activation="relu"), keras.layers.Dense(sizes[2])]
    )
    decoder = keras.Sequential(
        [keras.layers.Dense(sizes[1], activation="relu"), keras.layers.Dense(784, "sigmoid")]
    )
    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.build((None, 784))
    return [encoder, decoder, autoencoder]

# %% alternate="checkpoints" answer="training"
def train_autoencoder(autoencoder, x_fit, x_val):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/best.weights.h5"
        checkpoint = keras.callbacks.ModelCheckpoint(
            path, monitor="val_mse", mode="min", save_best_only=True, save_weights_only=True
        )
        rate = keras.optimizers.schedules.CosineDecay(0.006, 9 * 80)
        autoencoder.compile(keras.optimizers.Nadam(rate), "mse", metrics=["mse"], jit_compile=False)
        record = autoencoder.fit(
            x_fit,
            x_fit,
            batch_size=50,
            epochs=9,
            validation_data=(x_val, x_val),
            validation_batch_size=500,
            verbose=0,
            callbacks=[checkpoint],
        ).history
        autoencoder.load_weights(path)
    return [round(error, 5) for error in record["mse"]], [round(e, 5) for e in record["val_mse"]]

# %% alternate="subclassed" answer="network"
class Half(keras.Model):
    def __init__(self, units, last):
        super().__init__()
        self.hidden = keras.layers.Dense(180, activation="gelu")
        self.last = keras.layers.Dense(units, activation=last)

    def call(self, x):
        return self.last(self.hidden(x))


class Both(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Half(16, None), Half(784, "sigmoid")

    def call(self, x):
        return self.decoder(self.encoder(x))


def build_autoencoder():
    both = Both()
    both(np.zeros((1, 784), np.float32))
    return both.encoder, both.decoder, both

# %% alternate="subclassed" answer="training"
def train_autoencoder(autoencoder, x_fit, x_val):
    def summed(x, x_hat):  # the error of a whole picture: the same aim, steps of another size
        return keras.ops.sum(keras.losses.binary_crossentropy(x, x_hat)) * 784

    autoencoder.compile(
        keras.optimizers.AdamW(0.004), loss=summed, metrics=["mse"], jit_compile=False
    )
    stop = keras.callbacks.EarlyStopping("val_mse", patience=3, mode="min", restore_best_weights=True)
    record = autoencoder.fit(
        x_fit,
        x_fit,
        batch_size=64,
        epochs=9,
        validation_data=(x_val, x_val),
        validation_batch_size=1000,
        verbose=0,
        callbacks=[stop, keras.callbacks.ReduceLROnPlateau("val_mse", mode="min", patience=1)],
    ).history
    return record["mse"], record["val_mse"]

# %% alternate="by_batches" answer="split"
def split(images, labels, validation, seed):
    pairs = list(zip(images, labels, strict=True))
    order = list(range(len(pairs)))
    import random

    random.Random(seed).shuffle(order)
    shuffled = [pairs[i] for i in order]
    x = np.stack([image for image, _ in shuffled])
    y = np.array([label for _, label in shuffled])
    return x[validation:], y[validation:], x[:validation], y[:validation]

# %% alternate="by_batches" answer="training"
def train_autoencoder(autoencoder, x_fit, x_val):
    autoencoder.compile(
        keras.optimizers.Adamax(0.01), "binary_crossentropy", metrics=["mse"], jit_compile=False
    )
    errors, best, kept = ([], []), np.inf, None
    for _ in range(9):
        order = np.random.permutation(len(x_fit))
        for i in range(0, len(order), 64):
            batch = x_fit[order[i : i + 64]]
            logs = autoencoder.train_on_batch(batch, batch, return_dict=True)
        errors[0].append(float(logs["mse"]))
        errors[1].append(float(np.mean((np.array(autoencoder(x_val)) - x_val) ** 2)))
        if errors[1][-1] < best:
            best, kept = errors[1][-1], autoencoder.get_weights()
    autoencoder.set_weights(kept)
    return errors
