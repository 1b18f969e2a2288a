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
# # Lab 5. A sparse autoencoder: many units, few awake
#
# In lab 1 the code was narrow: two numbers, the same two for every digit. In this lab it is wide,
# 200 numbers. What keeps the network from merely copying is another rule: for each picture, only
# **few** of the 200 may be awake. Each digit chooses its own few.
#
# **At the end you will be able to**
#
# - say what a sparse code is, and measure it: units awake, mean activation, dead units;
# - write the two usual penalties, L1 and KL, and say where each of them pulls;
# - read a KL divergence as what it is: how unlike two coins are;
# - put any penalty on a code into the loss of a Keras model;
# - train a sparse autoencoder, and say what the sparsity costs;
# - look at what single units have specialised in.
#
# **Time:** about 45 minutes. Training takes a few seconds of them.
#
# **It builds on:** lab 1: the binary cross-entropy, and building a network in Keras. What you need of
# the KL divergence stands here. Lab 6 tells the rest.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("mnist")
x_train = train.images.reshape(len(train.images), 784)  # each image as one row of 784 numbers
x_test = test.images.reshape(len(test.images), 784)
print("x_train:", x_train.shape)
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. Two ways to say it with 200 units
#
# First an experiment, ready to run. The network is as simple as can be: one layer in, one layer
# out. Its code has 200 numbers, far more than the two of lab 1. The output begins at the mean of
# all digits, so the units only have to say how a digit *differs* from it.

# %% tags=["nbval-ignore-output"]
UNITS = 200


def wide_autoencoder(activation):
    """Return an untrained encoder, 784 -> 200, and an untrained decoder, 200 -> 784."""
    encoder = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(UNITS, activation=activation)], name="encoder"
    )
    decoder = keras.Sequential(
        [keras.Input((UNITS,)), keras.layers.Dense(784, activation="sigmoid")], name="decoder"
    )
    mean = np.clip(x_train.mean(axis=0), 0.005, 0.995)
    decoder.layers[0].bias.assign(np.log(mean / (1 - mean)))  # sigmoid makes the mean of it
    return encoder, decoder


lab.seed(1)
encoder, decoder = wide_autoencoder("relu")
plain = keras.Sequential([encoder, decoder])
plain.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
# As in lab 1: it trains once, and again when something has changed.
lab.kept(plain.fit, x_train, x_train, 64, epochs=4, verbose=0, callbacks=[lab.Progress()])

# %%
encoder.summary()
decoder.summary()

# %% [markdown]
# Now a second network with a strict rule: of the 200 numbers, only the **20 largest** are handed to
# the decoder. All others are set to 0. It begins with the weights of the first, and is trained for
# two more epochs to live with the rule.

# %% tags=["nbval-ignore-output"]
strict_encoder, strict_decoder = wide_autoencoder("relu")
strict_encoder.set_weights(encoder.get_weights())
strict_decoder.set_weights(decoder.get_weights())

x = keras.Input((784,))
all_200 = strict_encoder(x)
twentieth = keras.ops.top_k(all_200, 20)[0][:, -1:]
the_20 = keras.ops.where(all_200 >= twentieth, all_200, 0.0)
strict = keras.Model(x, strict_decoder(the_20))
strict.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
lab.kept(strict.fit, x_train, x_train, 64, epochs=2, verbose=0, callbacks=[lab.Progress()])
codes = {"free": np.array(encoder(x_test)), "strict": np.array(keras.Model(x, the_20)(x_test))}

# %% [markdown]
# Here is one digit in both networks. In the middle its code, one bar for each unit. On the right,
# what the six loudest units paint: the decoder's picture with this unit alone awake, minus its
# picture with none. Red is where the unit makes the picture whiter, blue where it makes it darker.

# %% tags=["nbval-ignore-output"]
# Few colours: that keeps the notebook small.
RED_BLUE = {"cmap": plt.get_cmap("RdBu_r", 15), "vmin": -1, "vmax": 1, "interpolation": "nearest"}
GREY = {"cmap": plt.get_cmap("gray", 16), "vmin": 0, "vmax": 1, "interpolation": "nearest"}


def strokes(decoder, h, units):
    """What each of these units paints when it is as loud as it gets in h: pictures in a row."""
    alone = np.zeros((len(units) + 1, UNITS), np.float32)  # the last code: nobody is awake
    alone[range(len(units)), units] = h[:, units].max(axis=0)
    pictures = np.array(decoder(alone)).reshape(-1, 28, 28)
    changes = pictures[:-1] - pictures[-1]
    changes /= np.abs(changes).max(axis=(1, 2), keepdims=True)
    return side_by_side(changes, np.nan)


def side_by_side(pictures, gap):
    """The pictures in a row, with a gap of this grey behind each."""
    return np.concatenate([np.pad(p, ((0, 0), (0, 2)), constant_values=gap) for p in pictures], 1)


a_five = int(np.flatnonzero(test.labels == 5)[1])
fig, axes = plt.subplots(2, 3, figsize=(12, 4), dpi=80, width_ratios=(1, 3.6, 5))
fig.subplots_adjust(left=0.01, right=0.99, top=0.82, wspace=0.06, hspace=0.3)
for (left, middle, right), (name, part) in zip(
    axes, [("free", decoder), ("strict", strict_decoder)], strict=True
):
    code = codes[name][a_five]
    loudest = np.argsort(code)[::-1][:6]
    left.imshow(np.array(part(code[np.newaxis])).reshape(28, 28), **GREY)
    middle.vlines(range(UNITS), 0, code, lw=2, color="#4878a8")
    middle.set_ylim(0)
    middle.set_title(f"{name}: {np.sum(code > 0)} of {UNITS} units are awake", fontsize=12)
    middle.set_yticks([])
    middle.spines[["top", "right", "left"]].set_visible(False)
    right.imshow(strokes(part, codes[name], loudest), **RED_BLUE)
    for ax in (left, right):
        ax.set_axis_off()
    right.set_title("what its six loudest units paint", fontsize=12)
axes[0, 1].set_xticklabels([])
axes[1, 1].set_xlabel("unit")
fig.suptitle("The same digit: everybody speaks at once, or a few share the work", fontsize=14)
plt.show()

# %% [markdown]
# In the free network almost everybody has something to say about this digit, and what a single
# unit says means little. In the strict one, twenty units share the work, and what they paint
# begins to look like strokes of a pen.
#
# "Twenty numbers" is not the same as a bottleneck of twenty. A bottleneck, such as PCA's, has the
# *same* twenty for every digit. Here each digit takes *its* twenty of 200. Compare:

# %% tags=["nbval-ignore-output"]
from latentlab.check.baseline import pca_error


def mse(x, x_hat):
    return float(np.mean((np.array(x_hat) - x) ** 2))


print(f"free  , up to 200 numbers: error {mse(x_test, plain(x_test)):.4f}")
print(f"strict, 20 of 200 numbers: error {mse(x_test, strict(x_test)):.4f}")
print(f"PCA   , the same 20      : error {pca_error(x_train, x_test, 20):.4f}")

# %% [markdown]
# The rule of the twenty loudest is crude: a plain 1 gets as many as an ornate 8. In this lab you
# leave the choice to the network. You put a **price** on activity, or you say how often a unit may
# be awake, and training finds out who speaks.
#
# ## 2. Who is awake?
#
# Before you change something, measure it. Put the codes of many pictures under each other: one
# row for each picture, one column for each unit. That is the array `h` of this whole lab, of shape
# `(n, units)`. Bright is loud, black is 0.

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(2, 1, figsize=(11, 4.6), dpi=80, sharex=True)
for ax, (name, h) in zip(axes, codes.items(), strict=True):
    loud = np.percentile(h[h > 0], 90)
    few_colours = plt.get_cmap("magma", 6)
    ax.imshow(h[:50], few_colours, vmax=loud, aspect="auto", interpolation="nearest")
    ax.set_title(f"{name}: 50 pictures, 200 units", fontsize=12)
    ax.set_ylabel("picture")
axes[1].set_xlabel("unit")
fig.subplots_adjust(top=0.85, hspace=0.3)
fig.suptitle("Along a row: few or many awake? Down a column: how often is this unit awake?")
plt.show()

# %% [markdown]
# Rows and columns answer different questions, and mixing them up is the most common mistake with
# sparse codes.
#
# - **Down a column**: how active is *this unit*, over all pictures? The answer is its **mean
#   activation** over the batch, $\hat\rho_j$ (say "rho hat"). There is one for each unit.
# - **Along a row**: how many units speak for *this picture*? The mean of that over all pictures is
#   the **share awake**, one number for the whole code.
# - A column that is black from top to bottom is a **dead unit**: no picture ever wakes it.
#
# $$\hat\rho_j = \frac1n \sum_{i=1}^{n} h_{ij}$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $n$ | number of pictures, the batch | `len(h)` |
# | $h_{ij}$ | activation of unit $j$ for picture $i$ | `h[i, j]` |
# | $\hat\rho_j$ | mean activation of unit $j$ over the batch | `rho_hat[j]` |
#
# By hand: three pictures, four units,
#
# | | unit 0 | unit 1 | unit 2 | unit 3 |
# |---|---|---|---|---|
# | picture 0 | 0 | 2 | 0 | 1 |
# | picture 1 | 0 | 0 | 0 | 3 |
# | picture 2 | 0 | 4 | 0.5 | 0 |
# | mean activation | 0 | 2 | 0.167 | 1.333 |

# %% answer="rho_hat"
def mean_activation(h):
    """Return the mean activation of each unit over the batch: shape (units,).

    h: activations, an array of shape (n, units). About one line.
    """
    ### BEGIN SOLUTION
    return np.mean(h, axis=0)
    ### END SOLUTION


# %% check="rho_hat" points=1
import numpy as np
from latentlab import check

check.mean_activation(mean_activation, [[0, 2, 0, 1], [0, 0, 0, 3], [0, 4, 0.5, 0]])
### BEGIN HIDDEN TESTS
check.mean_activation(mean_activation, np.maximum(np.random.default_rng().normal(size=(30, 17)), 0))
### END HIDDEN TESTS

# %% [markdown]
# When is a unit awake? With `relu` it is simple: when it is larger than 0. A `sigmoid` never gives
# exactly 0, so there we shall say: when it is larger than 0.1. Hence the threshold.
#
# In the small table, 5 of 12 activations are larger than 0: the share awake is 0.417. One unit,
# number 0, is dead.

# %% answer="awake"
def share_awake(h, threshold):
    """Return the share of activations larger than the threshold: one number from 0 to 1.

    It is the share of units awake for a picture, and of that the mean over all pictures.
    h: activations, an array of shape (n, units). About one line.
    """
    ### BEGIN SOLUTION
    return np.mean(h > threshold)
    ### END SOLUTION


def dead_units(h, threshold):
    """Return how many units are dead: no picture brings them above the threshold. One number.

    h: activations, an array of shape (n, units). About one line.
    """
    ### BEGIN SOLUTION
    return np.sum(np.max(h, axis=0) <= threshold)
    ### END SOLUTION


# %% check="awake" points=2
import numpy as np
from latentlab import check

_h = [[0, 2, 0, 1], [0, 0, 0, 3], [0, 4, 0.5, 0]]
check.share_awake(share_awake, _h, threshold=0.0)
check.dead_units(dead_units, _h, threshold=0.0)
### BEGIN HIDDEN TESTS
_h = np.maximum(np.random.default_rng().normal(size=(11, 60)), 0)
_h[:, :7] *= 0.05
check.share_awake(share_awake, _h, threshold=0.3)
check.dead_units(dead_units, _h, threshold=0.3)
### END HIDDEN TESTS

# %%
for name, h in codes.items():
    rho_hat, awake = np.array(mean_activation(h)), float(share_awake(h, 0))
    print(
        f"{name:<7} awake: {awake:.2f}   dead units: {int(dead_units(h, 0)):3d}   "
        f"mean activations from {rho_hat.min():.2f} to {rho_hat.max():.2f}"
    )

# %% [markdown]
# ## 3. L1: a price on activity
#
# How do you get zeros without forcing them? Think of one activation $h \ge 0$. For the sake of the
# picture it would like to be $a$: every other value costs $(h - a)^2$. Now you charge for activity.
# Two price lists are common: $\lambda h^2$, called **L2**, and $\lambda |h|$, called **L1**. Which
# $h$ is the cheapest in all? Let the computer try a thousand values for each wish $a$.

# %% tags=["nbval-ignore-output"]
wish = np.linspace(-0.2, 1, 121)
tried = np.linspace(0, 1, 1001)[:, np.newaxis]
prices = {"no price": (0 * tried, "0.6"), "L2": (tried**2, "#d08a2e"), "L1": (tried, "#c03030")}

fig, ax = plt.subplots(figsize=(7.5, 4.2), dpi=80)
for name, (price, colour) in prices.items():
    best = tried[np.argmin((tried - wish) ** 2 + 0.5 * price, axis=0), 0]
    ax.plot(wish, best, color=colour, lw=2.5, label=name)
ax.set_title("With L1 a small wish gets exactly 0; with L2 it is only turned down")
ax.set_xlabel("wish a: the activation that would be best for the picture")
ax.set_ylabel("activation h that is cheapest in all")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# Why the difference? Look at the slopes. A little activity is worth a little to the picture: near
# $h = 0$ the gain has the slope $2a$. The price L1 has the slope $\lambda$ *everywhere*, also next
# to 0. If $2a < \lambda$, the unit is pushed all the way down, and `relu` stops it at exactly 0.
# The slope of L2 is $2 \lambda h$: the closer to 0, the weaker it pushes. It never gets there.
#
# So the first penalty, for a batch of codes $h$, is
#
# $$\Omega_{L1} = \lambda \, \frac1n \sum_{i=1}^{n} \sum_{j=1}^{m} |h_{ij}|$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $h_{ij}$ | activation of unit $j$ for picture $i$ | `h[i, j]` |
# | $m$ | number of units, here 200 | `h.shape[1]` |
# | $n$ | number of pictures in the batch | no name: `keras.ops.mean` counts them |
# | $\lambda$ | the price of one unit of activity, a small number | `lam` |
#
# It is a **sum over the units**: each one pays for itself, however many others there are. And it
# is a **mean over the pictures**: the price does not depend on the size of the batch. For the
# table of section 2 the rows add up to 3, 3 and 4.5. With $\lambda = 0.1$ the penalty is
# $0.1 \cdot 10.5 / 3 = 0.35$.
#
# Your function will be called during training, where `h` is no array but a tensor whose values are
# not there yet. Not even the number of its rows is known: `h.shape[0]` is `None`. `numpy` cannot
# handle that. The functions of `keras.ops` can, and they take arrays as well: `keras.ops.sum`,
# `keras.ops.mean`, `keras.ops.abs` have the same arguments as numpy's.

# %% answer="l1"
def l1_penalty(h, lam):
    """Return the L1 penalty of a batch: one number.

    h: activations, an array or tensor of shape (n, units), any numbers. lam: the price, a number.
    Sum over the units, mean over the pictures. Use keras.ops. About one line.
    """
    ### BEGIN SOLUTION
    return lam * keras.ops.mean(keras.ops.sum(keras.ops.abs(h), axis=1))
    ### END SOLUTION


# %% check="l1" points=2
import numpy as np
from latentlab import check

check.l1_penalty(l1_penalty, [[0, 2, 0, 1], [0, 0, 0, 3], [0, 4, 0.5, 0]], 0.1)
### BEGIN HIDDEN TESTS
check.l1_penalty(l1_penalty, np.random.default_rng().normal(size=(13, 40)), 0.6)
### END HIDDEN TESTS

# %% [markdown]
# ## 4. KL: how often may a unit be awake?
#
# The second way looks down the columns. Its units are `sigmoid` units, whose activations lie
# between 0 and 1. Read them as you read a pixel in lab 1: as a probability. $h_{ij} = 0.9$ says
# "for picture $i$, unit $j$ is awake, yes, with probability 0.9". Then the mean activation
# $\hat\rho_j$ is the share of all pictures for which you may expect unit $j$ to be awake. And you
# name the share that you want, for example $\rho = 0.05$: awake for one picture in twenty.
#
# So each unit is a **coin**. It is tossed once for each picture, and the answer is yes or no: awake
# or asleep. You *want* a coin that says yes with probability $\rho$. You *find* one that says yes with
# probability $\hat\rho_j$. How unlike are the two? Look at some coins first.

# %% tags=["nbval-ignore-output"]
found_coins = [0.05, 0.06, 0.1, 0.5, 0.005]
tosses = np.random.default_rng(5).random((5, 100)) < np.array(found_coins)[:, np.newaxis]

fig, ax = plt.subplots(figsize=(11, 2.8), dpi=80, layout="constrained")
ax.imshow(np.where(tosses, 1, 0.25), cmap="magma", vmin=0, vmax=1.1, aspect="auto")
ax.hlines(np.arange(4) + 0.5, -0.5, 99.5, color="white", lw=8)
ax.set_yticks(range(5), ["wanted 0.05", *[f"found {coin:g}" for coin in found_coins[1:]]])
ax.set_xlabel("picture (bright: the unit is awake)")
ax.set_title("100 tosses of five coins: which ones can you tell from the first?")
ax.tick_params(length=0)
ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# Nobody can tell 0.06 from 0.05 by these tosses. 0.1 is hard to tell. 0.5 is found out at once, and
# 0.005, after a while, by its silence. So the difference $\hat\rho - \rho$ is a poor measure: 0.005
# is nearer to 0.05 than 0.1 is, and yet it is easier to tell.
#
# A better one asks for **surprise**. In lab 1, the cross-entropy of a pixel was the surprise of a
# forecaster: $-\log$ of the probability given to what then happened. Here, two forecasters watch a
# unit that behaves *as wanted*. One believes in $\rho$, which is true. The other believes in the coin
# that was *found*, $\hat\rho$. By how much more is the second one surprised?
#
# | the unit is | how often, as wanted | surprise of the second | surprise of the first | difference |
# |---|---|---|---|---|
# | awake | $\rho$ | $-\log \hat\rho$ | $-\log \rho$ | $\log \frac{\rho}{\hat\rho}$ |
# | asleep | $1 - \rho$ | $-\log (1 - \hat\rho)$ | $-\log (1 - \rho)$ | $\log \frac{1 - \rho}{1 - \hat\rho}$ |
#
# Take the mean of the differences: each one times how often it comes. This is the **Kullback-Leibler
# divergence** of two coins:
#
# $$\mathrm{KL}(\rho \,\|\, \hat\rho_j) =
# \rho \log \frac{\rho}{\hat\rho_j} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_j}$$
#
# Left of the bars stands what is wanted, right of them what is found. It is 0 for
# $\hat\rho_j = \rho$ and positive everywhere else. A coin has two sides, so there are two terms. The
# second one is easily forgotten, but it is what makes *too much* activity expensive.
#
# Each unit pays for its own coin:
#
# $$\Omega_{KL} = \beta \sum_{j=1}^{m} \mathrm{KL}(\rho \,\|\, \hat\rho_j)$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $\rho$ | wanted: the mean activation of a unit, between 0 and 1 | `rho` |
# | $\hat\rho_j$ | found: the mean activation of unit $j$ over the batch | `rho_hat[j]` |
# | $\beta$ | the weight of the penalty | `beta` |
# | $\log$ | the natural logarithm | `keras.ops.log` |
#
# Take the mean over the batch *first*, then the divergence, then the sum over the units. There is
# no second mean over the pictures: $\hat\rho_j$ is one already. For
# $h = (0.1, 0.6), (0.3, 0.2), (0.2, 0.4)$ the means are 0.2 and 0.4. With $\rho = 0.2$ and
# $\beta = 1$ the penalty is $0 + 0.2 \log 0.5 + 0.8 \log \frac{0.8}{0.6} = 0.0915$.
#
# A unit may fall fast asleep. Then $\hat\rho_j$ is 0, and the computer divides by it. So clip
# $\hat\rho_j$ to the range from $10^{-7}$ to $1 - 10^{-7}$ first, with `keras.ops.clip`, as you did
# in lab 1.

# %% answer="kl"
def kl_penalty(h, rho, beta):
    """Return the KL penalty of a batch: one number.

    h: activations, an array or tensor of shape (n, units), numbers from 0 to 1. rho: the mean
    activation wanted, between 0 and 1. beta: the weight, a number. The result is finite also
    where a unit is exactly 0, or exactly 1, for all pictures. Use keras.ops. About five lines.
    """
    ### BEGIN SOLUTION
    rho_hat = keras.ops.clip(keras.ops.mean(h, axis=0), 1e-7, 1 - 1e-7)
    awake = rho * keras.ops.log(rho / rho_hat)
    asleep = (1 - rho) * keras.ops.log((1 - rho) / (1 - rho_hat))
    return beta * keras.ops.sum(awake + asleep)
    ### END SOLUTION


# %% check="kl" points=3
import numpy as np
from latentlab import check

check.kl_penalty(kl_penalty, [[0.1, 0.6], [0.3, 0.2], [0.2, 0.4]], rho=0.2, beta=1.0)
### BEGIN HIDDEN TESTS
_h = np.random.default_rng().uniform(0.02, 0.9, (9, 14))
check.kl_penalty(kl_penalty, _h, rho=0.05, beta=3.0)
### END HIDDEN TESTS

# %% [markdown]
# What does your function say of the five coins? A coin is a code of one unit; give it one picture.

# %%
print("coin    0.05 wanted, it is found   it is wanted, 0.05 found")
for coin in found_coins:
    one_way, other_way = kl_penalty([[coin]], 0.05, 1.0), kl_penalty([[0.05]], coin, 1.0)
    print(f"{coin:<5g} {float(one_way):22.3f} {float(other_way):26.3f}")

# %% [markdown]
# It agrees with your eye: 0.005 is farther away than 0.1, and 0.06 hardly counts. And it is not
# symmetric. Who exchanges $\rho$ and $\hat\rho$ gets other numbers. Lab 6 comes back to both.
#
# Training follows slopes. Where does this penalty pull, and how hard? Take pencil and paper:
# differentiate $\mathrm{KL}(\rho \,\|\, \hat\rho)$ with respect to $\hat\rho$. Here $\rho$ is a
# constant, and $\log \frac{\rho}{\hat\rho} = \log \rho - \log \hat\rho$. Two terms remain, without
# any logarithm. Check yourself: at $\hat\rho = \rho$ your slope must be 0.
#
# There is a way to check any derivative without trusting one's algebra: **central differences**.
# Go a small step $\varepsilon$ to both sides, and see how much the function has changed:
#
# $$f'(x) \approx \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2 \varepsilon}$$
#
# The check below compares your derivative with that.

# %% answer="slope"
def kl_slope(rho_hat, rho):
    """Return the derivative of KL(rho || rho_hat) with respect to rho_hat, at each rho_hat.

    rho_hat: mean activations, an array of shape (units,), numbers between 0 and 1. rho: a number
    between 0 and 1. The result has shape (units,). About one line.
    """
    ### BEGIN SOLUTION
    return -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    ### END SOLUTION


# %% check="slope" points=2
import numpy as np
from latentlab import check

check.kl_slope(kl_slope, [0.1, 0.2, 0.5], rho=0.2)
### BEGIN HIDDEN TESTS
check.kl_slope(kl_slope, np.random.default_rng().uniform(0.02, 0.98, 25), rho=0.07)
### END HIDDEN TESTS

# %% [markdown]
# Now all three, computed by your functions, with all weights 1. For L1 and L2 the horizontal axis
# is an activation, for KL it is a mean activation. The dots on the right are central differences
# of your `kl_penalty`.

# %% tags=["nbval-ignore-output"]
values = np.linspace(0.004, 0.6, 80)
rho, step = 0.05, 1e-3
curves = {
    "L2": (values**2, 2 * values, "#d08a2e"),
    "L1": ([l1_penalty(np.array([[v]]), 1.0) for v in values], np.ones(80), "#c03030"),
    "KL": (
        [kl_penalty(np.array([[v]]), rho, 1.0) for v in values], kl_slope(values, rho), "#4878a8"
    ),
}
dots = np.linspace(0.02, 0.58, 15)
up, down = (
    np.array([float(kl_penalty(np.array([[v + e]]), rho, 1.0)) for v in dots])
    for e in (step, -step)
)
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2), dpi=80)
for name, (curve, slope, colour) in curves.items():
    left.plot(values, [float(v) for v in curve], color=colour, lw=2.5, label=name)
    right.plot(values, slope, color=colour, lw=2.5, label=name)
right.plot(dots, (up - down) / (2 * step), "o", color=curves["KL"][2], ms=5)
right.axhline(0, color="0.7", lw=1)
left.set(title="L1 and L2 want 0; KL wants a little activity", ylim=(-0.02, 0.62))
right.set(title="Slopes: L2 lets go near 0, L1 does not, KL pulls back", ylim=(-2.5, 2.5))
for ax in (left, right):
    ax.axvline(rho, color="0.7", lw=1, ls=":")
    ax.set_xlabel("activation h (L1, L2), mean activation ρ̂ (KL with ρ = 0.05)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
plt.show()

# %% [markdown]
# - **L1** pulls down with the same force everywhere. Whatever is not worth it ends at 0.
# - **L2** pulls hard on what is large and hardly at all on what is small. By itself it makes loud
#   units quieter, and none silent. (Question 5 tries it in a network.)
# - **KL** pulls towards $\rho$ from both sides. Left of $\rho$ its slope is negative without limit:
#   a unit that falls asleep is woken. So KL hardly leaves dead units, and L1 may.
#
# One more difference: L1 charges each activation by itself. KL only knows means over the batch. A
# unit may well be at 1 for one picture in twenty and near 0 for the others. That is the idea.
#
# ## 5. Into the loss
#
# In `fit`, a loss function sees the target $x$ and the output $\hat x$. It does not see the code.
# But any Keras layer may add a term to the loss: inside its `call` it hands one number to
# `self.add_loss(...)`. So you build a layer that does nothing to the code, hands it on as it is,
# and adds a penalty to the loss. It will be placed between encoder and decoder:
#
# $$\text{loss} = \underbrace{\mathrm{bce}(x, \hat x)}_{\text{from } \texttt{compile}}
# + \underbrace{\Omega(h)}_{\text{from the layer}}$$
#
# A loss of two terms, one for the picture and one for the code: lab 7 has one, too.

# %% answer="layer"
class AddPenalty(keras.layers.Layer):
    """A layer that hands a code on unchanged and adds a penalty of it to the loss.

    penalty: a function that takes activations of shape (n, units) and returns one number.
    """

    def __init__(self, penalty):
        super().__init__()
        self.penalty = penalty

    def call(self, h):
        """Add self.penalty of h to the loss with self.add_loss, and return h. About two lines."""
        ### BEGIN SOLUTION
        self.add_loss(self.penalty(h))
        return h
        ### END SOLUTION


# %% check="layer" points=2
import numpy as np
from latentlab import check

check.adds_penalty(AddPenalty, np.random.default_rng().random((6, 10)))
### BEGIN HIDDEN TESTS
check.adds_penalty(AddPenalty, np.random.default_rng().random((15, 4)))
### END HIDDEN TESTS

# %% [markdown]
# Keras has something ready that looks simpler: every layer takes an `activity_regularizer`, a
# function of its output, and adds the result to the loss. Before you use such a thing, find out
# *what it adds*. Each picture here has five activations of 1, and Keras' own L1 has the weight 1.

# %%
for count in (8, 80):
    layer = keras.layers.Activation("linear", activity_regularizer=keras.regularizers.L1(1.0))
    h = np.ones((count, 5), np.float32)
    layer(h)
    given, added = float(layer.activity_regularizer(h)), float(layer.losses[0])
    print(f"{count:2} pictures: the regularizer gives {given:3.0f}, the layer adds {added:.0f}")

# %% [markdown]
# Keras' L1 is the sum over the whole batch. The layer then divides by the number of pictures. (It
# does so since release 3.14. The releases 3.0 to 3.13 did not, although their documentation said
# so: there the same $\lambda$ is 64 times stronger in batches of 64.) Your own penalties are
# right for a batch as they are. As an `activity_regularizer` they would be divided once more, and
# would be 64 times too weak. With `AddPenalty` nothing is divided, in any release. Whenever you
# read a $\lambda$ or a $\beta$ somewhere, ask what was summed and what was averaged.

# %% [markdown]
# ## 6. Train it
#
# Write the training, for any penalty. Put `AddPenalty` between the encoder and the decoder that
# you are given, make one model of all three, and train it to rebuild its input: Adam, binary
# cross-entropy, batches of 64. Encoder and decoder are trained in place, so the function need not
# return them. As always: `jit_compile=False` for `compile`,
# `verbose=0` and `callbacks=[lab.Progress()]` for `fit`.
#
# The penalty goes on the *activations* between the two. A regularizer on the *weights*
# (`kernel_regularizer`) is something else: it makes weights small, and puts nobody to sleep.

# %% answer="training"
def train_sparse(encoder, decoder, penalty, x_train, epochs, learning_rate):
    """Train encoder and decoder in place, together, to rebuild x_train, with a penalty on the code.

    encoder: a model from vectors of shape (n, 784) to codes of shape (n, 200). decoder: a model
    from codes to vectors. penalty: a function of codes that returns one number. x_train: shape
    (n, 784), values from 0 to 1. epochs, learning_rate: numbers, for fit and Adam. About ten
    lines.
    """
    ### BEGIN SOLUTION
    pixels = keras.Input(shape=(784,))
    code = AddPenalty(penalty)(encoder(pixels))
    autoencoder = keras.Model(pixels, decoder(code))
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="binary_crossentropy",
        jit_compile=False,
    )
    autoencoder.fit(
        x_train,
        x_train,
        batch_size=64,
        epochs=epochs,
        verbose=0,
        callbacks=[lab.Progress()],
    )
    ### END SOLUTION


# %% [markdown]
# **L1.** The network begins with the weights of the plain one of section 1: first learn to paint,
# then learn to be brief. (Question 1 at the end says what happens otherwise.) The price is
# $\lambda = 0.001$. That seems little. But the cross-entropy is a mean over 784 pixels and is
# below 0.1 here, while the activations of a digit add up to nearly 400.

# %% tags=["nbval-ignore-output"]
encoder_l1 = decoder_l1 = None  # until the functions above are written
lab.seed(2)
new_encoder, new_decoder = wide_autoencoder("relu")
new_encoder.set_weights(encoder.get_weights())
new_decoder.set_weights(decoder.get_weights())
lab.kept(
    train_sparse, new_encoder, new_decoder, lambda h: l1_penalty(h, 0.001), x_train, 4, 0.005
)
encoder_l1, decoder_l1 = new_encoder, new_decoder

# %% [markdown]
# The check measures your network on digits that it was not trained on. It counts who is awake, and
# who is dead. And it holds the error against that of PCA with 32 numbers: about as many as units will
# be awake for a picture. To be about as good as PCA is no gift. PCA has the best 32 axes that there
# are (lab 2), and its numbers may be negative. What it lacks is the choice: it uses the same 32 for
# every digit.

# %% check="l1_network" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_x_train, _x_test = _train.images.reshape(-1, 784), _test.images.reshape(-1, 784)
check.few_awake("encoder_l1", encoder_l1, _x_test, units=200, threshold=0.0, at_most=0.3)
check.few_dead("encoder_l1", encoder_l1, _x_test, units=200, threshold=0.0, at_most=0.3)
check.rebuilds_from_code(
    "encoder_l1", encoder_l1, decoder_l1, _x_train, _x_test, components=32, at_most=1.1
)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0].reshape(-1, 784)
check.few_awake("encoder_l1", encoder_l1, _new, units=200, threshold=0.0, at_most=0.3)
check.few_dead("encoder_l1", encoder_l1, _new, units=200, threshold=0.0, at_most=0.3)
check.rebuilds_from_code(
    "encoder_l1", encoder_l1, decoder_l1, _x_train, _new, components=32, at_most=1.1
)
### END HIDDEN TESTS

# %% [markdown]
# **KL.** This network has `sigmoid` units. It starts from random weights, with which every unit is
# half awake for every picture. It is to come down to $\rho = 0.05$, with the weight $\beta = 0.004$.
# Here a unit counts as awake above 0.1. What is below adds next to nothing to the picture.

# %% tags=["nbval-ignore-output"]
encoder_kl = decoder_kl = None  # until the functions above are written
lab.seed(3)
new_encoder, new_decoder = wide_autoencoder("sigmoid")
h_before = np.array(new_encoder(x_test))  # for the picture below
lab.kept(
    train_sparse, new_encoder, new_decoder, lambda h: kl_penalty(h, 0.05, 0.004), x_train, 4, 0.02
)
encoder_kl, decoder_kl = new_encoder, new_decoder

# %% check="kl_network" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_x_train, _x_test = _train.images.reshape(-1, 784), _test.images.reshape(-1, 784)
check.few_awake("encoder_kl", encoder_kl, _x_test, units=200, threshold=0.1, at_most=0.23)
check.few_dead("encoder_kl", encoder_kl, _x_test, units=200, threshold=0.1, at_most=0.1)
check.rebuilds_from_code(
    "encoder_kl", encoder_kl, decoder_kl, _x_train, _x_test, components=32, at_most=1.1
)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0].reshape(-1, 784)
check.few_awake("encoder_kl", encoder_kl, _new, units=200, threshold=0.1, at_most=0.23)
check.few_dead("encoder_kl", encoder_kl, _new, units=200, threshold=0.1, at_most=0.1)
check.rebuilds_from_code(
    "encoder_kl", encoder_kl, decoder_kl, _x_train, _new, components=32, at_most=1.1
)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Before and after
#
# Histograms of all activations (500 test digits times 200 units), and of the mean activations of
# the 200 units.

# %% tags=["nbval-ignore-output"]
check.answered(encoder_l1=encoder_l1, encoder_kl=encoder_kl)
h_l1, h_kl = np.array(encoder_l1(x_test)), np.array(encoder_kl(x_test))
pairs = [("L1", codes["free"], h_l1, 6, 3), ("KL", h_before, h_kl, 1, 0.7)]

fig, axes = plt.subplots(2, 2, figsize=(12, 6.4), dpi=80)
for row, (name, before, after, end, mean_end) in zip(axes, pairs, strict=True):
    for h, when, colour in [(before, "before", "#d08a2e"), (after, "after", "#4878a8")]:
        style = {"color": colour, "alpha": 0.6, "label": when, "histtype": "stepfilled"}
        shares = np.full(h.size, 1 / h.size)
        row[0].hist(h.ravel(), np.linspace(0, end, 31), weights=shares, **style)
        row[1].hist(np.array(mean_activation(h)), np.linspace(0, mean_end, 61), **style)
    row[0].set(title=f"{name}: activations", ylabel="share of all")
    row[1].set(title=f"{name}: mean activations of the units", ylabel="units")
axes[1, 1].axvline(0.05, color="k", ls=":", lw=1)
axes[1, 1].text(0.045, axes[1, 1].get_ylim()[1] * 0.9, "ρ", ha="right", fontsize=13)
for ax in axes.ravel():
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
fig.suptitle("L1 piles activations up at exactly 0; KL brings the mean of every unit down to near ρ")
fig.tight_layout()
plt.show()

# %% [markdown]
# **L1, top row.** Before, most units had something to say about most digits. After, more than four
# of five activations are 0. Not close to 0: *exactly* 0, thanks to the constant slope and to `relu`.
#
# **KL, bottom row.** Before training every unit was half awake all the time. Now most activations
# are near 0, and each unit still has pictures for which it is near 1. The means end a little above
# $\rho$: there the pull of the penalty and the pull of the pictures are in balance.
#
# A warning about means. Halve all weights and biases that lead into a `relu` code, and double all
# weights that lead out: every picture stays the same, every mean activation is halved, and *not one
# unit has fallen asleep*. So a smaller mean does not prove a sparser code. The well-known Keras
# blog reports for its sparse autoencoder (32 units, $\lambda = 10^{-4}$) that the mean of the codes
# fell from 7.30 to 3.33, and concludes that they are twice as sparse. That may be, but the mean
# cannot tell. Count who is awake.

# %% [markdown]
# ## 8. What single units have specialised in
#
# The weights that lead out of a unit are a picture: what the decoder adds when this unit wakes. Here
# are the first twelve living units of each network. They are not picked out.

# %% tags=["nbval-ignore-output"]
check.answered(encoder_l1=encoder_l1, encoder_kl=encoder_kl)
networks = {
    "free": (codes["free"], decoder, 0.0),
    "L1": (h_l1, decoder_l1, 0.0),
    "KL": (h_kl, decoder_kl, 0.1),
}
fig, axes = plt.subplots(3, 1, figsize=(11.5, 3.6), dpi=80)
for ax, (name, (h, part, threshold)) in zip(axes, networks.items(), strict=True):
    living = np.flatnonzero((h > threshold).any(axis=0))[:12]
    ax.imshow(strokes(part, h, living), **RED_BLUE)
    ax.text(-8, 14, name, ha="right", va="center", fontsize=13)
    ax.set_axis_off()
fig.suptitle("What single units paint: specks in the free network, pieces of pen strokes in the sparse")
plt.show()

# %% [markdown]
# And which digits wake a unit? The L1 network began with the weights of the free one. So you can
# follow a unit from before to after. Below are six, and for each the nine of 4,000 digits for which
# it is loudest. These six *are* picked out: their nine digits are most alike.

# %% tags=["nbval-ignore-output"]
check.answered(encoder_l1=encoder_l1, encoder_kl=encoder_kl)
free_train, l1_train = np.array(encoder(x_train)), np.array(encoder_l1(x_train))
loudest = np.argsort(-l1_train, axis=0)[:9]  # one column for each unit: its nine digits
unlike = x_train[loudest].var(axis=0).sum(axis=1)
unlike[(l1_train > 0).mean(axis=0) < 0.01] = np.inf  # dead, or nearly
of_digit = {}  # the best unit for each digit
for unit in np.argsort(unlike):
    of_digit.setdefault(train.labels[loudest[0, unit]], unit)

fig, axes = plt.subplots(6, 3, figsize=(10, 5.4), dpi=80, width_ratios=(1, 1, 9.4))
fig.subplots_adjust(left=0.08, right=0.86, top=0.88, bottom=0.02, wspace=0.06, hspace=0.08)
for row, unit in zip(axes, list(of_digit.values())[:6], strict=False):
    row[0].imshow(strokes(decoder, free_train, [unit]), **RED_BLUE)
    row[1].imshow(strokes(decoder_l1, l1_train, [unit]), **RED_BLUE)
    row[2].imshow(side_by_side(train.images[loudest[:, unit], :, :, 0], 1), **GREY)
    often = [np.mean(h[:, unit] > 0) for h in (free_train, l1_train)]
    row[0].text(-6, 14, f"unit {unit}", ha="right", va="center", fontsize=11)
    row[2].text(275, 14, f"{often[0]:.0%} → {often[1]:.0%}", va="center", fontsize=11)
for ax, title in zip(axes[0], ("before", "after", "wakes it most, after"), strict=True):
    ax.set_title(title, fontsize=11)
axes[0, 2].text(275, -6, "awake for", fontsize=11)
for ax in axes.ravel():
    ax.set_axis_off()
fig.suptitle("Each has become a specialist: it sleeps more often, and paints what wakes it")
plt.show()

# %% [markdown]
# Compare what a unit paints with the digits beside it: the red stroke is in all of them. Nobody told
# the units what a stroke is, or which digits there are.
#
# But be careful with such pictures. The nine loudest digits of a unit in the *free* network can look
# just as much alike. Only, that unit is awake for most of the other digits as well, so it is no
# specialist. The column on the right says more than the pretty pictures do.

# %% [markdown]
# ## 9. The price
#
# Silence costs. What is left unsaid cannot be painted. To see it, make the price of activity too
# high on purpose: two more short trainings that begin with your L1 network.

# %% tags=["nbval-ignore-output"]
check.answered(encoder_l1=encoder_l1, encoder_kl=encoder_kl)
table = {"free": (encoder, decoder, 0.0), "L1, 0.001": (encoder_l1, decoder_l1, 0.0)}
for high in (0.005, 0.1):
    pair = wide_autoencoder("relu")
    for new, old in zip(pair, (encoder_l1, decoder_l1), strict=True):
        new.set_weights(old.get_weights())
    lab.kept(train_sparse, *pair, lambda h, lam=high: l1_penalty(h, lam), x_train, 2, 0.01)
    table[f"L1, {high}"] = (*pair, 0.0)
table["KL"] = (encoder_kl, decoder_kl, 0.1)

pca_32 = pca_error(x_train, x_test, 32)
rows = {"original": x_test[:10]}
print("network       error   of PCA's     bce   units awake   dead units")
for name, (first, second, threshold) in table.items():
    h = np.array(first(x_test))
    rows[name] = np.array(second(h))
    error, awake = mse(x_test, rows[name]), float(share_awake(h, threshold)) * UNITS
    bce = float(np.mean(keras.losses.binary_crossentropy(x_test, rows[name])))
    print(
        f"{name:<12} {error:.4f}   {error / pca_32:8.2f}   {bce:.3f}   {awake:11.0f}"
        f"   {int(dead_units(h, threshold)):10d}"
    )
print(f"PCA with 32  {pca_32:.4f}       1.00")
mean_digit = mse(x_test, x_train.mean(axis=0))
print(f"mean digit   {mean_digit:.4f}   {mean_digit / pca_32:8.2f}")

# %% tags=["nbval-ignore-output"]
check.answered(encoder_l1=encoder_l1, encoder_kl=encoder_kl)
lab.show_rows(rows, title="The higher the price, the plainer the digits, until nobody speaks")

# %% [markdown]
# Read the table from the top. The free network has the smallest error and the most to say. At the
# price of 0.001 four fifths of the activity are gone, and to the eye the digits are nearly as good as
# before. With about 33 units awake they are better than PCA's with 32 numbers. (A fair comparison
# would also count what it costs to say *which* 33.) At 0.005 about seven units are left for a digit, and
# it gets plainer. At 0.1 the code is **dead**: no unit speaks, for no picture, and every digit comes out
# as the same grey cloud, the mean of all. And it cannot recover: the slope of a `relu` unit that
# sleeps for all pictures is 0, so training never changes it again.

# %% [markdown] written="dead" points=3
# **Question.** A colleague trains a sparse autoencoder with 1000 `relu` units and an L1 penalty.
# She reports: "On average, 4 % of the units are awake for a picture. So the code is sparse." You
# look at her codes and find that 960 units are dead, and that the other 40 are awake for nearly
# every picture. In three to six sentences: is this a sparse code? What is it instead? Which number
# or picture of this lab would have told her? Name one change to the training that may help.
#
# ### BEGIN SOLUTION
# It is not sparse: every picture uses the same 40 units, and nearly all of them. It is an ordinary
# bottleneck of 40 numbers that drags 960 useless units along. The share awake, which is a mean
# over everything, cannot tell the two apart. The number of dead units can, and so can the units'
# mean activations: 960 of them are 0 and 40 are large, where a sparse code has many small ones, or
# the picture of `h` with its black columns. It may help to begin with the weights of a network
# that was trained without penalty, to make lambda smaller at first and raise it slowly, to take a
# smaller learning rate, or to use the KL penalty, whose slope wakes units that fall asleep.
#
# *Marking, one point each:* (1) no: the same few units for every picture, a bottleneck of 40 and
# no choice of units for each picture; (2) a measure that looks at columns: the count of dead
# units, mean activations per unit, or a histogram or picture of them; (3) one workable change:
# begin without penalty, raise lambda slowly or choose a smaller one, smaller steps, KL.
# ### END SOLUTION

# %% [markdown]
# ## 10. What it is for
#
# A dense code is a secret language. A sparse one can be read, at least sometimes: a unit that wakes
# for one thing only can be given a name.
#
# - **Seeing.** Olshausen and Field (Nature, 1996) asked for sparse codes of photographs, and got
#   small edges of all positions and directions: much like what cells in the visual cortex of
#   mammals respond to.
# - **Looking into large networks.** What goes on inside a language model is a vector that nobody
#   can read. Sparse autoencoders, with codes many times *wider* than that vector and an L1
#   penalty, turn it into units that wake for Arabic script, for DNA, or for legal text (Bricken
#   and others, Towards Monosemanticity, 2023).
# - **Features.** Codes make good inputs for simple classifiers. Lab 11 tries that.

# %% [markdown]
# ## What to remember
#
# - Sparse means: few units awake for each picture, and other ones for other pictures. It is a
#   bottleneck that every picture chooses for itself.
# - Down a column: the mean activation of a unit, over the batch. Along a row: who is awake for a
#   picture. A column that is always 0 is a dead unit.
# - L1 has the same slope everywhere and gives exact zeros with `relu`. L2 lets go near 0. KL pulls
#   the mean activation of each `sigmoid` unit towards $\rho$, from both sides.
# - Penalties are summed over units. Know what is averaged, and what Keras divides again.
# - Too high a price kills the code, and dead `relu` units do not come back.
#
# ## To think about
#
# <details><summary>1. Why did the L1 network begin with the weights of the plain one?</summary>
#
# Leave the two `set_weights` lines out and see: with the same price of 0.001, all 200 units are
# dead before they have learned anything, and the error is that of the mean picture, 0.067. At the
# beginning a unit paints noise. It is worth nothing to the picture yet, but it costs. So the
# cheapest thing is to switch it off, and a `relu` unit that is off for all pictures stays off.
# Others begin with a price of 0 and raise it slowly, which is the same idea.
# </details>
#
# <details><summary>2. Can the network cheat, and pay less without putting anybody to sleep?</summary>
#
# With L1 and `relu`, yes: halve the weights into the code, double those out of it. The picture
# stays the same, the penalty is halved. Training does this slowly, as every weight has to change.
# The cure is to forbid it: keep the 784 weights that lead out of each unit at length 1. With
# `sigmoid` units and KL it is not as easy, but units that all hover around $\rho$ with large
# weights behind them would be such a cheat, too.
# </details>
#
# <details><summary>3. Why is the KL penalty computed over a batch and not over the units of each
# picture? And what happens in batches of 2?</summary>
#
# How often a unit is awake can only be said of many pictures. With $\rho = 0.05$ a unit should be
# awake for one picture in twenty. In a batch of 2 even a perfect unit has a mean of 0 or of 0.5,
# never 0.05, and it is pushed up and down for no reason. In a batch of 64 it is awake about three
# times. L1 does not mind: it charges each activation by itself.
#
# And with `axis=1`, over the units? Then each picture has few units awake, but they may be the *same*
# few for all pictures. Try it: more than half of the 200 units die, and each of the others is awake
# for about 40 % of all digits. That is a narrow code, and no sparse one.
# </details>
#
# <details><summary>4. The Keras blog reports a cross-entropy of 0.10 for its sparse autoencoder. How does
# yours compare?</summary>
#
# Theirs has 32 units and $\lambda = 10^{-4}$ (it stands there as `10e-5`), and saw 60,000 digits for
# 100 epochs. Without the penalty it reached 0.09. Yours is near that (the column `bce` of section 9)
# after eight epochs with 4,000 digits, four of them without the price: it has 200 units to choose
# from. With all 60,000 digits it gets to 0.093 in as many epochs, with 31 units awake, and the KL
# network to 0.089, with a squared error of 0.0087. Géron's book (Hands-On Machine Learning, 3rd ed.,
# chapter 17) reports a squared error of 0.0099 for a sparse KL autoencoder of Fashion-MNIST. Those are
# pictures of clothes, so the two cannot be compared. And no such figure says much alone: ask for the
# number of units awake as well.
# </details>
#
# <details><summary>5. What if you train the network of section 6 with L2 in the place of L1?</summary>
#
# With the same weight, 0.001, about 38 units are awake instead of 33, and the error is 15 % larger. So
# there are zeros, too. That does not contradict section 3. `relu` makes a 0 of whatever comes in below
# 0, and training is free to move what comes in. But L2 spares the many small activations and cuts down
# the few large ones, which carry most of the picture. L1 gets a smaller error with fewer units awake.
# </details>
