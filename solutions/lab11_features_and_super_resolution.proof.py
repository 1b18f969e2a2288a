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
# # Lab 11: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake. It must fail exactly the checks named in
# `fails`, and the message of the first must hold `says`. An alternate is a right answer written
# in another way; it must get full marks.
#
# ## Mutants: draws and their mean
#
# These answers do not depend on each other: a variant breaks one of each.

# %% mutant="not_stratified" answer="draw" fails="draw,mean" says="each class by itself"
def draw_labelled(labels, per_class, seed):
    return np.random.default_rng(seed).choice(len(labels), 10 * per_class, replace=False)

# %% mutant="not_stratified" answer="mean"
def mean_and_error(accuracies):
    return np.mean(accuracies), np.std(accuracies, ddof=1)

# %% mutant="with_repetition" answer="draw" fails="draw,mean" says="without replacement"
def draw_labelled(labels, per_class, seed):
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(np.flatnonzero(labels == c), per_class) for c in range(10)]
    return np.concatenate(drawn)

# %% mutant="with_repetition" answer="mean"
def mean_and_error(accuracies):
    return np.mean(accuracies), np.std(accuracies) / np.sqrt(len(accuracies))

# %% mutant="the_first_ones" answer="draw" fails="draw,mean" says="first ones of each class"
def draw_labelled(labels, per_class, seed):
    return np.concatenate([np.flatnonzero(labels == c)[:per_class] for c in range(10)])

# %% mutant="the_first_ones" answer="mean"
def mean_and_error(accuracies):
    return np.std(accuracies, ddof=1) / np.sqrt(len(accuracies)), np.mean(accuracies)

# %% mutant="seed_not_used" answer="draw" fails="draw,mean" says="again with the same seed"
def draw_labelled(labels, per_class, seed):
    rng = np.random.default_rng()
    drawn = [rng.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(10)]
    return np.concatenate(drawn)

# %% mutant="seed_not_used" answer="mean"
def mean_and_error(accuracies):
    return np.mean(accuracies), np.std(accuracies, ddof=1) / len(accuracies)

# %% mutant="labels_drawn" answer="draw" fails="draw" says="the labels themselves"
def draw_labelled(labels, per_class, seed):
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(10)]
    return labels[np.concatenate(drawn)]

# %% mutant="deviation" answer="mean" fails="mean" says="smaller by the root of their number"
def mean_and_error(accuracies):
    return np.mean(accuracies), np.std(accuracies, ddof=1)

# %% mutant="divided_by_n" answer="mean" fails="mean" says="ddof=1"
def mean_and_error(accuracies):
    return np.mean(accuracies), np.std(accuracies) / np.sqrt(len(accuracies))

# %% mutant="two_errors" answer="mean" fails="mean" says="give one"
def mean_and_error(accuracies):
    return np.mean(accuracies), 2 * np.std(accuracies, ddof=1) / np.sqrt(len(accuracies))

# %% [markdown]
# ## Mutants: the probe

# %% mutant="label_as_quantity" answer="probe" fails="probe,accuracy" says="not a quantity"
def probe(z, labels, z_new):
    rows = np.column_stack([z, np.ones(len(z))])
    weights = np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1]), rows.T @ labels)
    guesses = np.column_stack([z_new, np.ones(len(z_new))]) @ weights
    return np.clip(np.round(guesses), 0, 9)

# %% mutant="scores_not_guesses" answer="probe" fails="probe,accuracy" says="These are scores"
def probe(z, labels, z_new):
    rows = np.column_stack([z, np.ones(len(z))])
    y = np.eye(10)[labels]
    weights = np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1]), rows.T @ y)
    return np.column_stack([z_new, np.ones(len(z_new))]) @ weights

# %% mutant="smallest_score" answer="probe" fails="probe,accuracy" says="smallest score"
def probe(z, labels, z_new):
    rows = np.column_stack([z, np.ones(len(z))])
    y = np.eye(10)[labels]
    weights = np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1]), rows.T @ y)
    return np.argmin(np.column_stack([z_new, np.ones(len(z_new))]) @ weights, axis=1)

# %% mutant="nearest_neighbour" answer="probe" fails="probe" says="no straight line"
def probe(z, labels, z_new):
    distances = (z_new**2).sum(1)[:, None] - 2 * z_new @ z.T + (z**2).sum(1)
    return labels[np.argmin(distances, axis=1)]

# %% mutant="guesses_what_it_knows" answer="probe" fails="probe,accuracy" says="guess for z_new"
def probe(z, labels, z_new):
    rows = np.column_stack([z, np.ones(len(z))])
    y = np.eye(10)[labels]
    weights = np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1]), rows.T @ y)
    return np.argmax(rows @ weights, axis=1)

# %% [markdown]
# ## Mutants: one draw, one accuracy

# %% mutant="statistics_of_the_test_part" answer="accuracy" fails="accuracy" says="its own mean"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    parts = []
    for z in (z_train, z_test):
        z = z - z.mean(axis=0)
        parts.append(z / np.sqrt((z**2).sum(axis=1).mean()))
    return np.mean(probe(parts[0][chosen], y_train[chosen], parts[1]) == y_test)

# %% mutant="on_the_training_labels" answer="accuracy" fails="accuracy" says="has learned from; measure"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    z = z_train - z_train.mean(axis=0)
    z = z / np.sqrt((z**2).sum(axis=1).mean())
    return np.mean(probe(z[chosen], y_train[chosen], z[chosen]) == y_train[chosen])

# %% mutant="learned_from_the_test_labels" answer="accuracy" fails="accuracy" says="from the test labels"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    mean = z_train.mean(axis=0)
    z = (z_test - mean) / np.sqrt(((z_train - mean) ** 2).sum(axis=1).mean())
    return np.mean(probe(z, y_test, z) == y_test)

# %% mutant="all_labels" answer="accuracy" fails="accuracy" says="all labels of the training part"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    mean = z_train.mean(axis=0)
    length = np.sqrt(((z_train - mean) ** 2).sum(axis=1).mean())
    return np.mean(probe((z_train - mean) / length, y_train, (z_test - mean) / length) == y_test)

# %% mutant="not_standardised" answer="accuracy" fails="accuracy" says="Are they standardised"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    return np.mean(probe(z_train[chosen], y_train[chosen], z_test) == y_test)

# %% mutant="percentage" answer="accuracy" fails="accuracy" says="percentage"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    mean = z_train.mean(axis=0)
    length = np.sqrt(((z_train - mean) ** 2).sum(axis=1).mean())
    guesses = probe((z_train[chosen] - mean) / length, y_train[chosen], (z_test - mean) / length)
    return 100 * np.mean(guesses == y_test)

# %% mutant="share_of_mistakes" answer="accuracy" fails="accuracy" says="share of wrong guesses"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    mean = z_train.mean(axis=0)
    length = np.sqrt(((z_train - mean) ** 2).sum(axis=1).mean())
    guesses = probe((z_train[chosen] - mean) / length, y_train[chosen], (z_test - mean) / length)
    return np.mean(guesses != y_test)

# %% [markdown]
# ## Mutants: the encoder

# %% mutant="trained_on_labels" answer="encoder" fails="encoder" says="have labels"
def pretrain(x):
    encoder = keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, "relu")])
    classifier = keras.Sequential([encoder, keras.layers.Dense(10, "softmax")])
    classifier.compile(
        keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", jit_compile=False
    )
    classifier.fit(x, train.labels, batch_size=64, epochs=3, verbose=0)
    return encoder

# %% mutant="may_copy" answer="encoder" fails="encoder" says="spoiled"
def pretrain(x):
    encoder = keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, "relu")])
    model = keras.Sequential([encoder, keras.layers.Dense(784, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    model.fit(x, x, batch_size=32, epochs=4, verbose=0)
    return encoder

# %% mutant="another_encoder" answer="encoder" fails="encoder" says="Has it been trained"
def pretrain(x):
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, "relu")])

# %% mutant="whole_autoencoder" answer="encoder" fails="encoder" says="at most 256"
def pretrain(x):
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(32, "relu"),
            keras.layers.Dense(784, "sigmoid"),
        ]
    )

# %% mutant="no_encoder" answer="encoder" fails="encoder" says="encoder is None"
def pretrain(x):
    keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, "relu")])

# %% [markdown]
# ## Mutants: small and large pictures

# %% mutant="pixels_skipped" answer="downsample" fails="sizes,upscaler,gain" says="skips pixels"
def downsample(x):
    return x[:, ::2, ::2]

# %% mutant="largest_pixel" answer="downsample" fails="sizes,upscaler,gain" says="largest pixel"
def downsample(x):
    return np.maximum.reduce([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])

# %% mutant="not_squares" answer="downsample" fails="sizes,upscaler,gain" says="not squares"
def downsample(x):
    half = x.shape[1] // 2
    return x.reshape(len(x), half, half, 4, 1).mean(axis=3)

# %% mutant="nearest" answer="enlarge" fails="sizes,gain" says="nearest"
def enlarge(small):
    return np.repeat(np.repeat(small, 2, axis=1), 2, axis=2)

# %% mutant="bilinear" answer="enlarge" fails="sizes,gain" says="bilinear"
def enlarge(small):
    return keras.ops.image.resize(small, (2 * small.shape[1], 2 * small.shape[2]))

# %% mutant="wrong_direction" answer="enlarge" fails="sizes,gain" says="wrong direction"
def enlarge(small):
    half = small.shape[1] // 2
    return keras.ops.image.resize(small, (half, half), interpolation="bicubic")

# %% [markdown]
# ## Mutants: the network that enlarges

# %% mutant="small_as_target" answer="upscaler" fails="upscaler" says="was that its target"
def train_upscaler(images):
    small = downsample(images)
    model = keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Conv2D(16, 5, padding="same", activation="relu"),
            keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", jit_compile=False)
    smooth = keras.ops.image.resize(small, (28, 28), interpolation="bicubic")
    model.fit(small, np.array(smooth), batch_size=32, epochs=2, verbose=0)
    return model

# %% mutant="trained_on_skipped_pixels" answer="upscaler" fails="upscaler" says="made by downsample"
def train_upscaler(images):
    model = keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Conv2D(16, 5, padding="same", activation="relu"),
            keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", jit_compile=False)
    model.fit(images[:, ::2, ::2], images, batch_size=32, epochs=2, verbose=0)
    return model

# %% mutant="narrow_code" answer="upscaler" fails="upscaler" says="narrow code"
def train_upscaler(images):
    model = keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(32),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(784, "sigmoid"),
            keras.layers.Reshape((28, 28, 1)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    model.fit(downsample(images), images, batch_size=64, epochs=4, verbose=0)
    return model

# %% mutant="not_fitted" answer="upscaler" fails="upscaler" says="was fit called"
def train_upscaler(images):
    return keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Conv2D(16, 5, padding="same", activation="relu"),
            keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )

# %% mutant="stays_small" answer="upscaler" fails="upscaler,gain" says="as small as they came"
def train_upscaler(images):
    return keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
        ]
    )

# %% [markdown]
# ## Mutants: the gain

# %% mutant="on_what_it_was_trained_on" answer="gain" fails="gain" says="trained on"
gain = psnr(train.images, upscaler(small_train)) - psnr(train.images, enlarge(small_train))

# %% mutant="decibels_of_each_picture" answer="gain" fails="gain" says="each picture's"
drawn, smooth = np.array(upscaler(small_test)), np.array(enlarge(small_test))
gain = np.mean([psnr(x, a) - psnr(x, b) for x, a, b in zip(test.images, drawn, smooth)])

# %% mutant="gain_reversed" answer="gain" fails="gain" says="sign"
gain = psnr(test.images, enlarge(small_test)) - psnr(test.images, upscaler(small_test))

# %% mutant="gain_without_bicubic" answer="gain" fails="gain" says="take away"
gain = psnr(test.images, upscaler(small_test))

# %% mutant="gain_over_nearest" answer="gain" fails="gain" says="repeated pixels"
gain = psnr(test.images, upscaler(small_test)) - psnr(test.images, repeated(small_test))

# %% [markdown]
# ## Alternates

# %% alternate="softmax" answer="draw"
def draw_labelled(labels, per_class, seed):
    order = list(np.random.RandomState(seed).permutation(len(labels)))
    chosen = []
    for c in range(10):
        chosen += [i for i in order if labels[i] == c][:per_class]
    return chosen

# %% alternate="softmax" answer="probe"
def probe(z, labels, z_new):
    w, b, target = np.zeros((z.shape[1], 10)), np.zeros(10), np.eye(10)[labels]
    for _ in range(150):
        scores = 3 * z @ w + b
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        gap = p / p.sum(axis=1, keepdims=True) - target
        w -= 3 * z.T @ gap / len(z) + 0.001 * w
        b -= gap.mean(axis=0)
    return np.argmax(3 * z_new @ w + b, axis=1)

# %% alternate="softmax" answer="mean"
def mean_and_error(accuracies):
    n = len(accuracies)
    m = sum(accuracies) / n
    return [m, (sum((a - m) ** 2 for a in accuracies) / (n - 1) / n) ** 0.5]

# %% alternate="chosen_statistics" answer="probe"
def probe(z, labels, z_new):
    y = keras.utils.to_categorical(labels, 10)
    similar = z @ z.T + 0.5 * np.eye(len(z))
    return ((z_new @ z.T) @ np.linalg.solve(similar, y - y.mean(axis=0))).argmax(axis=1)

# %% alternate="chosen_statistics" answer="accuracy"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    z, labels = z_train[chosen], y_train[chosen]
    mean, scale = z.mean(axis=0), z.std() * z.shape[1] ** 0.5
    guesses = probe((z - mean) / scale, labels, (z_test - mean) / scale)
    return float(sum(int(a == b) for a, b in zip(guesses, y_test)) / len(y_test))

# %% alternate="each_feature_by_its_own" answer="accuracy"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    mean, scale = z_train.mean(axis=0), z_train.std(axis=0)
    scale = np.where(scale > 0, scale, 1) * len(mean) ** 0.5
    guesses = probe((z_train[chosen] - mean) / scale, y_train[chosen], (z_test - mean) / scale)
    return (guesses == y_test).mean()

# %% alternate="masking_noise" answer="encoder"
def pretrain(x):
    pixels = keras.Input((784,))
    code = keras.layers.Dense(240, activation="elu")(pixels)
    code = keras.layers.Activation("relu")(code)
    out = keras.layers.Dense(784, activation="sigmoid")(code)
    model = keras.Model(pixels, out)
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    rng = np.random.default_rng(0)
    for _ in range(4):
        noisy = x * (rng.random(x.shape) < 0.3) / 0.3
        model.fit(noisy, x, batch_size=32, epochs=1, verbose=0)
    return keras.Model(pixels, code)

# %% alternate="two_layers" answer="encoder"
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(256, activation="relu")
        self.second = keras.layers.Dense(160, activation="relu")

    def call(self, x):
        return self.second(self.first(x))


def pretrain(x):
    encoder = Encoder()
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dropout(0.75),
            encoder,
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(784, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.002), "binary_crossentropy", jit_compile=False)
    model.fit(x, x, batch_size=64, epochs=5, verbose=0)
    return encoder

# %% alternate="pillow" answer="downsample"
def downsample(x):
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4

# %% alternate="pillow" answer="enlarge"
from PIL import Image


def enlarge(small):
    size = (2 * small.shape[2], 2 * small.shape[1])
    pictures = [Image.fromarray(np.float32(s[:, :, 0])).resize(size, Image.BICUBIC) for s in small]
    return np.array([np.asarray(picture) for picture in pictures])[..., None]

# %% alternate="pillow" answer="gain"
errors = [
    np.mean((test.images - np.asarray(picture)) ** 2)
    for picture in (enlarge(small_test), upscaler.predict(small_test, verbose=0))
]
gain = 10 * np.log10(errors[0] / errors[1])

# %% alternate="correction_of_bicubic" answer="upscaler"
def train_upscaler(images):
    small = keras.Input((14, 14, 1))
    smooth = keras.layers.Resizing(28, 28, interpolation="bicubic")(small)
    h = keras.layers.Conv2D(12, 5, padding="same", activation="relu")(smooth)
    correction = keras.layers.Conv2D(1, 3, padding="same")(h)
    model = keras.Model(small, keras.layers.Add()([smooth, correction]))
    model.compile(keras.optimizers.Adam(0.005), "mse", jit_compile=False)
    model.fit(downsample(images), images, batch_size=32, epochs=2, verbose=0)
    return model

# %% alternate="upsampling" answer="downsample"
def downsample(x):
    return keras.ops.average_pool(x, 2)

# %% alternate="upsampling" answer="upscaler"
class Upscaler(keras.Model):
    def __init__(self):
        super().__init__()
        self.look = keras.layers.Conv2D(16, 3, padding="same", activation="relu")
        self.larger = keras.layers.UpSampling2D(2)
        self.draw = keras.layers.Conv2D(1, 5, padding="same", activation="sigmoid")

    def call(self, small):
        return self.draw(self.larger(self.look(small)))


def train_upscaler(images):
    model = Upscaler()
    model.compile("rmsprop", "binary_crossentropy", jit_compile=False)
    model.fit(np.array(downsample(images)), images, batch_size=16, epochs=2, verbose=0)
    return model
