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
# # Lab 11. Features and super-resolution: what codes are good for
#
# An autoencoder rebuilds its input. Nobody needs that: the input was there already. What you keep
# is one of its halves. This lab puts both halves to work. In part 1 the *encoder* helps to read
# digits of which hardly any have a label. In part 2 the *decoder's* way back, from few numbers to many,
# makes large pictures of small ones. Both times you measure against something simple that needs no
# network at all, and both times the measuring is where the mistakes are made.
#
# **At the end you will be able to**
#
# - pretrain an encoder without labels, and say with a linear probe what its code knows;
# - compare features fairly: the same labelled digits, no leak, a mean with its standard error;
# - say when a code beats pixels and PCA, and when it does not;
# - train a network that enlarges pictures, and hold it against bicubic interpolation in decibels;
# - say what such a network invents, and where that is dangerous.
#
# **Time:** about 45 minutes. Training takes some five seconds of them.
#
# **It builds on:** lab 2 (PCA), lab 3 (convolutions) and lab 4 (dropout as noise, PSNR).

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("mnist")
x_train = train.images.reshape(len(train.images), 784)
x_test = test.images.reshape(len(test.images), 784)
print(len(x_train), "pictures to learn from, whose labels we shall hardly look at")
print(len(x_test), "pictures to test with")

# %% [markdown]
# # Part 1. Four thousand pictures, a hundred labels
#
# Pictures are cheap and labels are dear: somebody has to look at each picture. So imagine that of
# our 4,000 training digits only 100 have been labelled, ten of each class. How well can the test
# digits be read then?
#
# The other 3,900 have no label, but they show what digits look like. An autoencoder can learn from
# them. The hope is that its code says more plainly than pixels which digit it is, so that a hundred
# labels go further. Whether this is so, you will measure.

# %% [markdown]
# ## 1. A hundred labels, drawn by chance
#
# *Which* hundred digits have a label is chance, and some hundreds are luckier than others. So the
# experiment is done with many draws. Each draw has to be
#
# - **stratified**: the same number of each class. Of 100 digits drawn without regard to class, one
#   class would often get 5 and another one 15;
# - without repetition: a digit drawn twice is one label less;
# - from the training part only. A test digit that has been learned from tests nothing;
# - repeatable: the same seed gives the same draw, so that all features can be compared on the *same*
#   hundreds.
#
# Tools: `np.random.default_rng(seed)` makes a generator, `rng.choice(items, n, replace=False)` draws,
# `np.flatnonzero(condition)` says where something is true.

# %% answer="draw"
def draw_labelled(labels, per_class, seed):
    """Return the places of per_class digits of each class: indices, shape (10 * per_class,).

    labels: shape (n,), classes 0 to 9, in any order. seed: a number; the same seed gives the same
    draw, and another seed another one. The order of the indices does not matter. About four lines.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(labels == digit) for digit in range(10)]
    return np.concatenate([rng.choice(where, per_class, replace=False) for where in places])
    ### END SOLUTION


# %% check="draw" points=2
from latentlab import check

check.draw_labelled(draw_labelled, per_class=10)
### BEGIN HIDDEN TESTS
for _count in (1, 3, 25):
    check.draw_labelled(draw_labelled, per_class=_count)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
rows = {}
for seed in (1, 2, 3):
    chosen = np.array(draw_labelled(train.labels, 10, seed))
    by_class = chosen[np.argsort(train.labels[chosen])]
    rows[f"draw {seed}"] = x_train[by_class[::10]]
lab.show_rows(rows, title="Chance decides what the ten of each class look like (one of each shown)")

# %% [markdown]
# ## 2. A linear probe
#
# How much do features know about the class? A clever classifier could find it out even from bad
# features, and would show its own cleverness. So one takes the simplest: a weighted sum for each
# class. If *that* reads the digit, the features say it plainly. This is a **linear probe**.
#
# You have met one in lab 4: least squares with a penalty on large weights (ridge regression). The
# target of each row is 1 in the column of its class and 0 in the nine others. There is a closed
# form:
#
# $$W = (Z^{\mathsf T} Z + \lambda I)^{-1}\, Z^{\mathsf T} Y, \qquad
# \text{guess for } z = \text{the column in which } z\,W \text{ is largest}$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $Z$ | the labelled features, one row each, and a column of ones at the end | $(n, d + 1)$ |
# | $Y$ | for each row 1 in the column of its class, else 0 | $(n, 10)$ |
# | $\lambda$ | the penalty, here 1 | |
# | $I$ | the identity matrix | $(d + 1, d + 1)$ |
# | $W$ | the weights, a column for each class | $(d + 1, 10)$ |
#
# Without the penalty there would be no answer: 784 weights for each class from 100 labels can be
# fitted in endless ways. (A softmax layer, trained on the labelled rows, is as good an answer. It
# must be linear: no hidden layer, no nearest neighbours.)
#
# Tools: `np.eye(10)[labels]` makes $Y$; `np.linalg.solve(A, B)` gives $A^{-1}B$; `np.column_stack`
# puts columns side by side; `np.argmax(..., axis=1)`.

# %% answer="probe"
def probe(z, labels, z_new):
    """Learn classes from z and labels; return the guesses for z_new: whole numbers, shape (m,).

    z: labelled features, shape (n, d), standardised, so that a typical row has length 1. labels:
    shape (n,), classes 0 to 9. z_new: other features, shape (m, d). About five lines.
    """
    ### BEGIN SOLUTION
    rows = np.column_stack([z, np.ones(len(z))])
    matrix = rows.T @ rows + 1.0 * np.eye(rows.shape[1])
    weights = np.linalg.solve(matrix, rows.T @ np.eye(10)[labels])
    return np.argmax(np.column_stack([z_new, np.ones(len(z_new))]) @ weights, axis=1)
    ### END SOLUTION


# %% check="probe" points=3
from latentlab import check

check.linear_probe(probe, features=12, count=15)
### BEGIN HIDDEN TESTS
check.linear_probe(probe, features=30, count=10)
check.linear_probe(probe, features=20, count=20)
### END HIDDEN TESTS

# %% [markdown]
# ## 3. One draw, one accuracy
#
# A penalty on large weights asks: large compared with what? If the features are tiny, the weights have
# to be large, and the penalty crushes them. So bring all kinds of features to one scale first:
#
# $$z' = \frac{z - \bar z}{s}, \qquad \bar z = \frac1n \sum_{i=1}^n z_i, \qquad
# s^2 = \frac1n \sum_{i=1}^n \lVert z_i - \bar z \rVert^2$$
#
# | symbol | what it is |
# |---|---|
# | $z_1, \dots, z_n$ | the features of *all training pictures*: this needs no labels |
# | $\bar z$ | their mean, one number for each feature |
# | $\lVert \cdot \rVert^2$ | the squared length: the sum of the squares of a row |
# | $s$ | one number for all features: a typical row has length 1 afterwards |
#
# The test features are moved and scaled by the **same** $\bar z$ and $s$. Their own mean is not to be
# used: it is knowledge about the test part as a whole, which a single new digit does not come
# with, and the two parts would be moved differently.
#
# (Why not divide each feature by its own deviation, as is often done? You may. But the last of 256
# axes of PCA hold nearly nothing, and this makes them as loud as the first. With 100 labels, PCA
# with 256 numbers falls from 74 % to 45 % by it.)
#
# Now put it together: standardise, learn from the chosen training rows and their labels, guess for
# all test rows, count. Return a share between 0 and 1. Use your `probe`.

# %% answer="accuracy"
def probe_accuracy(z_train, y_train, z_test, y_test, chosen):
    """Return the share of test rows that a probe guesses right, after learning the chosen rows.

    z_train, z_test: features, shapes (n, d) and (m, d), not yet standardised. y_train, y_test:
    their labels, (n,) and (m,). chosen: indices into the training rows; only their labels may be
    learned from. About five lines.
    """
    ### BEGIN SOLUTION
    mean = z_train.mean(axis=0)
    length = np.sqrt(np.mean(np.sum((z_train - mean) ** 2, axis=1)))
    guesses = probe((z_train[chosen] - mean) / length, y_train[chosen], (z_test - mean) / length)
    return np.mean(guesses == y_test)
    ### END SOLUTION


# %% check="accuracy" points=3
from latentlab import check

check.probe_accuracy(probe_accuracy)
### BEGIN HIDDEN TESTS
check.probe_accuracy(probe_accuracy)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
def accuracies(z_train, z_test, draws):
    """The accuracy of the probe on the test digits, for each draw of labelled digits."""
    of_draws = [probe_accuracy(z_train, train.labels, z_test, test.labels, c) for c in draws]
    return np.array(of_draws, dtype=float)


draws = of_pixels = None  # until the functions above are written
draws = [draw_labelled(train.labels, 10, seed) for seed in range(20)]
of_pixels = accuracies(x_train, x_test, draws)
print("pixels, draw by draw:", " ".join(f"{share:.0%}" for share in of_pixels))

# %% [markdown]
# Pixels alone read about three digits of four. But look how far the draws lie apart. Had we made one
# draw for pixels and *another* one for codes, luck might have decided.

# %% [markdown]
# ## 4. How sure is the mean?
#
# The mean of many draws is steadier than one draw. How much steadier?
#
# $$\bar a = \frac1n \sum_{i=1}^n a_i, \qquad
# s = \sqrt{\frac{1}{n-1} \sum_{i=1}^n (a_i - \bar a)^2}, \qquad
# \mathrm{SE} = \frac{s}{\sqrt n}$$
#
# | symbol | what it is |
# |---|---|
# | $a_i$ | the accuracy of draw $i$, of $n$ draws |
# | $\bar a$ | their mean |
# | $s$ | the **standard deviation**: how far a *single draw* lies from the mean, typically |
# | $\mathrm{SE}$ | the **standard error**: how far *the mean of $n$ draws* lies from the mean of all possible draws, typically |
#
# More draws do not make $s$ smaller, since luck stays luck. They do make the standard error smaller.
# Whoever plots the one and says the other is wrong by a factor of $\sqrt n$. (The $n - 1$ is there
# because $\bar a$ was computed from the same numbers and lies too well in their middle:
# `ddof=1` in numpy.)

# %% answer="mean"
def mean_and_error(accuracies):
    """Return two numbers: the mean of the accuracies, and its standard error.

    accuracies: one number for each draw, shape (n,), n at least 2. About two lines.
    """
    ### BEGIN SOLUTION
    deviation = np.std(accuracies, ddof=1)
    return np.mean(accuracies), deviation / np.sqrt(len(accuracies))
    ### END SOLUTION


# %% check="mean" points=2
from latentlab import check

check.mean_and_error(mean_and_error, count=20)
### BEGIN HIDDEN TESTS
check.mean_and_error(mean_and_error, count=7)
check.mean_and_error(mean_and_error, count=12)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(of_pixels=of_pixels)
print("pixels, 100 labels: {:.1%}, standard error {:.1%}".format(*mean_and_error(of_pixels)))

# %% [markdown]
# ## 5. A code learned without labels
#
# Now the encoder. Train an autoencoder on all 4,000 training pictures. No label may take part: not
# as a target, and not to choose between two encoders either. The code may have **at most 256
# numbers**.
#
# Remember lab 4: a code with much room learns to copy, unless the input is spoiled. This design
# works: `Dropout(0.75)` on the pixels, a dense layer of 256 with `relu` (this is the encoder), a
# dense layer of 784 with `sigmoid`; Adam with a learning rate of 0.003, the binary cross-entropy,
# 3 epochs in batches of 32. Three of four pixels are missing, and the network has to fill them in.
#
# The check looks at your encoder with a probe of its own, 20 draws of 100 labels, on digits that your
# encoder has not seen. It must be right for at least 3 more digits in a hundred than PCA with as many
# numbers.

# %% answer="encoder"
def pretrain(x):
    """Train an autoencoder on pictures; return its encoder, a Keras model.

    x: pictures as rows, shape (n, 784), values from 0 to 1. The encoder takes such rows and gives
    codes, shape (n, k), with k at most 256. About ten lines.
    """
    ### BEGIN SOLUTION
    encoder = keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, activation="relu")])
    pixels = keras.Input((784,), name="pixels")
    code = encoder(keras.layers.Dropout(0.75)(pixels))
    rebuilt = keras.layers.Dense(784, activation="sigmoid", name="rebuilt")(code)
    autoencoder = keras.Model(pixels, rebuilt)
    autoencoder.compile(
        keras.optimizers.Adam(0.003), loss="binary_crossentropy", jit_compile=False
    )
    autoencoder.fit(x, x, batch_size=32, epochs=3, verbose=0, callbacks=[lab.Progress()])
    return encoder
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
encoder = None  # until pretrain is written
lab.seed(11)
encoder = lab.kept(pretrain, x_train)  # it trains once, and again when something has changed

# %% check="encoder" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_known = _train.images.reshape(-1, 784), _train.labels
_new = _test.images.reshape(-1, 784), _test.labels
check.tells_classes("encoder", encoder, _known, _new, most=256, at_least=3)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_images, _labels = _heldout("mnist")
_new = _images.reshape(-1, 784), _labels
check.tells_classes("encoder", encoder, _known, _new, most=256, at_least=3)
### END HIDDEN TESTS

# %% [markdown]
# Now the comparison. Four kinds of features get the same hundreds of labels:
#
# - the 784 **pixels**;
# - **PCA**: 256 numbers, fitted on the same 4,000 pictures without labels;
# - an **untrained** encoder of the same shape as the one above, with random weights. It is there to
#   tell what training adds;
# - your **code**.

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder, of_pixels=of_pixels)
middle = x_train.mean(axis=0)
_, axes_of_pca = np.linalg.eigh((x_train - middle).T @ (x_train - middle))
largest = axes_of_pca[:, -256:]  # eigh puts the largest last
lab.seed(0)
untrained = keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, activation="relu")])
features = {
    "pixels": (x_train, x_test),
    "PCA": ((x_train - middle) @ largest, (x_test - middle) @ largest),
    "untrained": (np.array(untrained(x_train)), np.array(untrained(x_test))),
    "code": (np.array(encoder(x_train)), np.array(encoder(x_test))),
}
sizes = [10, 30, 100, 300, 1000]
draws_of = {n: [draw_labelled(train.labels, n // 10, seed) for seed in range(5)] for n in sizes}
at_100 = {name: accuracies(*z, draws) for name, z in features.items()}
curves = {
    name: [mean_and_error(at_100[name] if n == 100 else accuracies(*features[name], draws_of[n]))
           for n in sizes]
    for name in ("pixels", "PCA", "code")
}

colours = {"pixels": "0.45", "PCA": "#d55e00", "untrained": "#ccbb44", "code": "#0072b2"}
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), width_ratios=[2, 3], dpi=80)
for i, (name, values) in enumerate(at_100.items()):
    mean, error = mean_and_error(values)
    jitter = i + np.linspace(-0.15, 0.15, len(values))
    left.plot(jitter, values, "o", color=colours[name], alpha=0.35, ms=5, mew=0)
    left.errorbar(i + 0.3, mean, 2 * error, fmt="o", color=colours[name], capsize=5, lw=2)
    left.text(i + 0.38, mean, f" {mean:.0%}", va="center", color=colours[name], fontsize=11)
left.set(xticks=range(4), xticklabels=list(at_100), xlim=(-0.4, 3.85), ylabel="accuracy")
left.set_title("100 labels: each draw, and the mean of 20 ± 2 SE")
for name, curve in curves.items():
    means, errors = np.transpose(curve)
    width = 6 if name == "pixels" else 2  # the curve of PCA lies upon that of the pixels
    right.errorbar(sizes, means, 2 * errors, fmt="o-", color=colours[name], capsize=4, lw=width,
                   elinewidth=2, label=name)
right.set(xscale="log", xticks=sizes, xticklabels=sizes, xlabel="labels", ylabel="accuracy")
right.minorticks_off()
right.legend(frameon=False, loc="lower right")
right.set_title("The code with 100 labels is about as good as pixels with 300")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
figure.tight_layout()
plt.show()
ahead = at_100["code"] - at_100["pixels"]
print("code minus pixels, draw by draw: {:+.1%}, standard error {:.1%}".format(
    *mean_and_error(ahead)))
print("draws in which pixels are ahead:", (ahead < 0).sum(), "of", len(ahead))

# %% [markdown]
# What you see, and why:
#
# - **The code is ahead** at every number of labels, by 4 to 6 in a hundred. The last lines compare
#   *draw by draw*: the luck of a draw helps both kinds alike, and falls out of the difference.
# - **PCA equals the pixels.** This is no accident. PCA only turns the axes and drops those along which
#   hardly anything happens. The ridge probe does not care about turning. So PCA stores the digits in
#   fewer numbers, for free, but it does not make anything plainer. (With 32 numbers it is 74 %, too.)
# - **Weighted sums of weighted sums are weighted sums.** To be better than pixels, features must *bend*.
#   The `relu` units do: many of them answer to a piece of stroke in its place, and to nothing else.
# - **Bending is not enough**: the untrained network bends too and is worse than pixels. It is the
#   training, without a single label, that found out what to look for.
#
# And the limits of it, measured with other networks and 20 draws:
#
# | features, 100 labels | accuracy |
# |---|---|
# | code of the same autoencoder, trained *without* dropout | 76 % |
# | code of the design above | 79 % |
# | no features: a network 784 → 256 → 10 trained on the 100 labels alone | 77 % |
# | softmax probe in place of ridge, on pixels | 76 % |
# | softmax probe in place of ridge, on the code | 80 % |
# | to compare: the layer of 256 of a classifier, trained on all 4,000 labels | 89 % |
#
# On all of MNIST (60,000 pictures without labels, 10,000 test digits) it is the same: with 100 labels
# pixels have 73 %, the code 80 %, and the code without dropout 74 %. With 50,000 labels pixels have 86 %
# and the code 93 %.
#
# So do not take it for a law. An autoencoder that may copy is hardly ahead of pixels, as lab 4 found
# with other sizes. With a probe that suits pixels better, the lead shrinks to 4 in a hundred. And
# labels, if you have them, teach far more than pictures without: nobody told the autoencoder that
# the class matters. A code is good for what it was trained for, and for its neighbours.
#
# The error bars say how sure we are about *other hundreds of labels*. They say nothing about
# other test digits (there are 500; this alone is worth ± 2 in a hundred, the same way for all four)
# or about another training of the encoder. Always say what was drawn anew and what was not.

# %% [markdown]
# # Part 2. From 14 × 14 to 28 × 28
#
# The decoder makes many numbers of few. Why not let it make a large picture of a small one? Then the
# "code" is not learned: it is the picture itself, made small. Training pairs cost nothing. Take
# large pictures, make them small, and let the network find the way back. Nobody has to label
# anything here either.

# %% [markdown]
# ## 6. Smaller, and larger again by a formula
#
# **Smaller.** A pixel of the small picture is the mean of a block of 2 × 2 pixels:
#
# $$y_{i,j} = \tfrac14 \,(x_{2i,\,2j} + x_{2i,\,2j+1} + x_{2i+1,\,2j} + x_{2i+1,\,2j+1})$$
#
# This is what a camera with larger pixels does: light that falls on any of the four is counted. To keep
# one pixel of four and skip the others is not the same. Thin strokes would break, and a network trained
# on such pictures learns to mend damage that no camera makes. A hint:
# `x.reshape(n, 14, 2, 14, 2, 1)` puts the rows of a block on one axis and its columns on another.
#
# **Larger.** The yardstick is **bicubic interpolation**, which every picture viewer has. Each new
# pixel is a weighted sum of 4 × 4 old ones around it; the weights come from a piece of a cubic
# curve, the same everywhere. It has learned nothing and knows nothing about digits. No need to
# write it: `keras.ops.image.resize(..., interpolation="bicubic")` has it, and so has Pillow.

# %% answer="downsample"
def downsample(x):
    """Return pictures of half the side: the mean of each block of 2 x 2, (n, side/2, side/2, 1).

    x: pictures, shape (n, side, side, 1), side even. About two lines.
    """
    ### BEGIN SOLUTION
    half = x.shape[1] // 2
    return x.reshape(len(x), half, 2, half, 2, 1).mean(axis=(2, 4))
    ### END SOLUTION


# %% answer="enlarge"
def enlarge(small):
    """Return pictures of twice the side by bicubic interpolation: (n, 2 side, 2 side, 1).

    small: pictures, shape (n, side, side, 1), values from 0 to 1. What comes out may lie a little
    outside; cut it to [0, 1], since pixels lie there. About three lines.
    """
    ### BEGIN SOLUTION
    side = 2 * small.shape[1]
    smooth = keras.ops.image.resize(small, (side, side), interpolation="bicubic")
    return np.clip(np.array(smooth), 0, 1)
    ### END SOLUTION


# %% check="sizes" points=3
from latentlab import check

check.downsample(downsample, count=5, side=28)
check.enlarge(enlarge, count=5, side=14)
### BEGIN HIDDEN TESTS
check.downsample(downsample, count=3, side=20)
check.enlarge(enlarge, count=3, side=14)
check.enlarge(enlarge, count=4, side=16)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
def psnr(x, x_hat):
    """The peak signal-to-noise ratio of lab 4, over all pixels of all pictures, in decibels."""
    return float(-10 * np.log10(np.mean(np.square(np.asarray(x_hat) - x))))


def repeated(small):
    """Each pixel repeated as a block of 2 x 2, called "nearest"."""
    return np.repeat(np.repeat(small, 2, axis=1), 2, axis=2)


small_train, small_test = downsample(train.images), downsample(test.images)
print(f"nearest: {psnr(test.images, repeated(small_test)):.2f} dB, "
      f"bicubic: {psnr(test.images, enlarge(small_test)):.2f} dB")

# %% [markdown]
# ## 7. A network that enlarges
#
# Now a network: small pictures in, large ones out. What are input and target in `fit`?
#
# A small one is enough. This one has 673 weights: a convolution of 16 filters of 5 × 5 with `relu`,
# which keeps the size (`padding="same"`), and a transposed convolution (lab 3) with one filter of
# 4 × 4 and `strides=2`, which doubles it, with `sigmoid`. Adam with a learning rate of 0.005, binary
# cross-entropy, 2 epochs in batches of 32. The design is yours, though, as long as it is made of
# Keras' own layers.
#
# It must be at least 1.5 dB above bicubic on digits that it has not seen.

# %% answer="upscaler"
def train_upscaler(images):
    """Build a network from (14, 14, 1) to (28, 28, 1), train it and return it: a Keras model.

    images: large pictures, shape (n, 28, 28, 1), values from 0 to 1. The small ones come from
    your downsample. About twelve lines.
    """
    ### BEGIN SOLUTION
    upscaler = keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Conv2D(16, 5, padding="same", activation="relu"),
            keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )
    upscaler.compile(keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False)
    upscaler.fit(
        downsample(images), images, batch_size=32, epochs=2, verbose=0,
        callbacks=[lab.Progress()],
    )
    return upscaler
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
upscaler = None  # until train_upscaler is written
lab.seed(11)
upscaler = lab.kept(train_upscaler, train.images)

# %%
check.answered(upscaler=upscaler)
upscaler.summary()

# %% [markdown]
# (`Optimizer params` are what Adam has noted down about each weight. They are thrown away after the
# training, and do not belong to the network.)

# %% check="upscaler" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
check.super_resolves("upscaler", upscaler, _train.images[:500], _test.images, at_least=1.5)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_images, _ = _heldout("mnist")
check.super_resolves("upscaler", upscaler, _train.images[:500], _images, at_least=1.5)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(upscaler=upscaler)
some = slice(0, 500, 50)  # ten of the test digits
in_a_frame = np.pad(small_test[some], ((0, 0), (7, 7), (7, 7), (0, 0)), constant_values=0.85)
lab.show_rows(
    {
        "small": in_a_frame,
        "nearest": repeated(small_test[some]),
        "bicubic": enlarge(small_test[some]),
        "network": np.array(upscaler(small_test[some])),
        "original": test.images[some],
    },
    title="Bicubic can only smooth; the network knows that strokes have edges",
)

# %% [markdown]
# Bicubic knows that pictures are smooth. The network has seen what digits look like at this size: strokes
# are about three pixels wide, white inside, with a narrow edge. That is why it is better.
# (Trained on all 60,000 digits of MNIST, the same network is 6.0 dB above bicubic.)

# %% [markdown]
# ## 8. By how much?
#
# Compute `gain`: the PSNR of your network's pictures minus that of the bicubic ones, in decibels. On
# which digits? And note that `psnr` takes the mean error over *all* pixels of *all* pictures and
# then the logarithm. The mean of each picture's decibels would be another number: the logarithm makes
# much of the pictures that are easy anyway.

# %%
gain = None  # until you compute it in the next cell

# %% answer="gain"
### BEGIN SOLUTION
by_network = psnr(test.images, upscaler(small_test))
gain = by_network - psnr(test.images, enlarge(small_test))
### END SOLUTION

# %% check="gain" points=2 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
check.gain("gain", gain, upscaler, _train.images, _test.images)

# %% [markdown]
# ## 9. What it invents
#
# A small picture has 196 numbers and a large one 784. Three quarters are not there. Bicubic fills them
# with something smooth, which never looks like more than it is. A network fills them with **what was
# usual in training**, and that looks sharp, whether it is true or not.
#
# To see it, here is a second network, built like the autoencoders of lab 1: dense layers with a code of
# 32 numbers in the middle. Both see digits, and then something that neither has seen: letters, made as
# large as digits are. The lines "made small again" below the pictures take what was drawn, make it small
# and compare that with what was shown. An honest enlargement should at least agree with it. (Bicubic
# does not fully, since it smooths.)

# %% tags=["nbval-ignore-output"]
check.answered(upscaler=upscaler)
lab.seed(2)
dense = keras.layers.Dense
inner = [dense(128, "relu"), dense(32), dense(128, "relu")]
last = [dense(784, "sigmoid"), keras.layers.Reshape((28, 28, 1))]
through_32 = keras.Sequential(
    [keras.Input(small_train.shape[1:]), keras.layers.Flatten(), *inner, *last]
)
through_32.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
settings = {"batch_size": 64, "epochs": 4, "verbose": 0, "callbacks": [lab.Progress()]}
lab.kept(through_32.fit, small_train, train.images, **settings)

alphabet = lab.load("notmnist").test
letters = keras.ops.image.resize(alphabet.images[:200], (20, 20), antialias=True)
letters = np.pad(np.array(letters), ((0, 0), (4, 4), (4, 4), (0, 0)))  # in a frame, as digits are
one_each = [np.flatnonzero(alphabet.labels[:200] == letter)[0] for letter in (0, 1, 4, 5, 6, 9)]
shown = np.concatenate([test.images[some][:4], letters[one_each]])
small_shown = downsample(shown)
lab.show_rows(
    {
        "shown": small_shown.repeat(2, axis=1).repeat(2, axis=2),
        "bicubic": enlarge(small_shown),
        "network": np.array(upscaler(small_shown)),
        "code of 32": np.array(through_32(small_shown)),
        "original": shown,
    },
    title="The network with the narrow code draws digits, even of letters",
)
ways = {"bicubic": enlarge, "network": upscaler, "code of 32": through_32}
print(f"{'dB':<32}" + "".join(f"{name:>12}" for name in ways))
for kind, images in {"digits": test.images, "letters": letters}.items():
    seen = downsample(images)
    drawn = [np.clip(np.array(way(seen)), 0, 1) for way in ways.values()]
    large = "".join(f"{psnr(images, x):>12.1f}" for x in drawn)
    again = "".join(f"{psnr(seen, downsample(x)):>12.1f}" for x in drawn)
    print(f"{kind + ', against the original':<32}{large}")
    print(f"{kind + ', made small again':<32}{again}")

# %% [markdown]
# - The **convolutional network** looks at a few pixels around each place and has learned how edges of
#   strokes run. Edges of letters are not much different, so it does well with letters too. But its lead
#   over bicubic shrinks to less than half: where letters differ from digits, it draws what digits have.
# - The **code of 32** has no room for the small picture, only for "which digit, and how written". It is
#   worse than bicubic even with digits. And of a letter it draws strokes of digits, boldly. It does not
#   say that it does not know. A bottleneck was right where something was to be *left out*, as in part 1.
#   Here nothing may be left out, and so the code must keep the whole small picture, place by place.
#
# Networks that enlarge photographs are larger and trained on faces, plates, cells. The principle is
# the same. What they add is not in the picture: it is what was usual in training. The result may agree
# perfectly with the small picture and be wrong all the same, as many large pictures have the same small
# one.

# %% [markdown] written="invented" points=3
# **Question.** A camera has recorded a car whose number plate is only a few pixels high. A company
# offers a network that enlarges it, trained on ten thousand plates, "3 dB better than bicubic on plates
# not seen in training". The enlarged plate shows a clear 8. In three to six sentences: where does the
# sharp 8 come from? What do the 3 dB say about this plate, and what do they not say? What could
# be done to learn how far it can be trusted?
#
# ### BEGIN SOLUTION
# What the small picture does not hold, the network has filled in with what was usual in its training
# plates; among the characters that are possible for these pixels it draws a likely one, or a mixture
# made sharp. A 3 or a B may have the same small picture, and then the 8 is a guess that looks like a fact.
# The 3 dB are a mean over the pixels of many plates like those of its training: they say that it is
# nearer to the truth on average, and nothing about this one character, nor about other cameras, dirt or
# foreign plates. To learn more, take many plates whose characters are known, made small by the same kind
# of camera, and count how often the character that it draws is wrong, above all for pairs such as
# 3, 8 and B; check that its picture, made small again, agrees with the recording; and let it
# show several possible plates, or probabilities, in place of one picture.
#
# *Marking, one point each:* (1) the detail comes from the training pictures, not from the recording
# (several plates have the same small picture); (2) the 3 dB are an average over plates like those of its
# training, and do not vouch for this character; (3) a sensible test: counts wrong characters on known
# plates under the same conditions, or checks agreement when made small again, or asks for
# alternatives or probabilities.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A linear probe measures how plainly features say the class. It is simple on purpose.
# - Pictures without labels are worth something: codes of a denoising autoencoder read more digits with
#   100 labels than pixels or PCA do. Codes that may copy hardly do.
# - Compare on the same draws; give the mean with its standard error, and say what was drawn anew. Test
#   labels and test statistics stay out of training.
# - Super-resolution: the input is the picture made small, the target is the picture itself. Judge it on
#   pictures not seen, against bicubic, in decibels over all pixels.
# - What a network adds is what was usual in training. Sharp is not the same as true.
#
# ## To think about
#
# <details><summary>1. With all 4,000 labels, pixels reach 85 % with the ridge probe and the code 92 %.
# Why does the code still win, although labels are no longer rare?</summary>
#
# Because the probe stays linear. However many labels it gets, it can only weigh pixels, and what tells a
# 4 from a 9 is no weighted sum of pixels. The code bends, so a weighted sum of it is none of pixels.
# With many labels one would train the whole network on them, and do better than both.
# </details>
#
# <details><summary>2. You try ten encoders and keep the one whose probe is best on the test digits. What
# is wrong with the accuracy that you report?</summary>
#
# The test digits took part in the choice. Of ten encoders that are equally good, one is best by luck on
# these 500 digits, and you report the luck. Choose on labelled digits of the training part which are
# in no draw, and use the test part once, at the end.
# </details>
#
# <details><summary>3. The network's loss is an error per pixel. What does it draw where two large pictures
# are equally likely for the same small one?</summary>
#
# Something between them, since the mean of all that is possible has the smallest squared error: a
# soft edge, not one or the other. It is the blur of lab 1 once more. Networks that are trained to
# *look* right, with a discriminator as in lab 9, pick one of the two and draw it sharply. Their PSNR is
# lower, and they invent more.
# </details>
#
# <details><summary>4. How would you enlarge from 7 × 7 to 28 × 28, and what would you expect?</summary>
#
# Two transposed convolutions in a row, or the trained network applied to a second size, though it has
# seen only one. Of 784 numbers 49 are left, so far more must be invented. The network can guess what a
# stroke looks like only if it sees more of the picture around it: larger filters, or more layers. Its
# lead over bicubic may grow, and its mistakes look no less convincing.
# </details>
