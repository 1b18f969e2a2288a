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
# # Lab 2. The latent space: a map of all digits
#
# In lab 1 a network learned to pass a digit on as two numbers. Two numbers are a place in a plane.
# So the encoder makes a **map**: it gives every digit a place. And the decoder draws a picture at
# *every* place, also where no digit has ever been.
#
# In this lab you travel in this plane. Then you put it beside the plane of PCA, the oldest way to
# describe data by few numbers.
#
# **At the end you will be able to**
#
# - read a latent space: neighbours, borders, gaps;
# - draw what a decoder sees, on a grid and on a walk from one digit to another;
# - find the gaps of a latent space, and say what a decoder makes of them, and why;
# - compute PCA with numpy: main axes, codes, reconstructions;
# - show that PCA is the autoencoder without bends, and by how much the bends are better;
# - look at your own codes in the Embedding Projector of TensorBoard.
#
# **Time:** about 45 minutes. Training takes a few seconds of them.
#
# **It builds on:** lab 1, and on two words of linear algebra: dot product and right angle.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("mnist")
x_train = train.images.reshape(len(train.images), 784)  # each image as one row of 784 numbers
x_test = test.images.reshape(len(test.images), 784)
encoder, decoder = lab.load_plane()
print("x_train:", x_train.shape)
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. The map
#
# You need not train it. The encoder and the decoder are those of lab 1 in shape, trained on the
# same 4,000 digits, for 30 epochs instead of 4. Their loss was the mean squared error, plus a
# gentle pull on all codes towards the origin, which keeps the map together.

# %%
encoder.summary()
decoder.summary()

# %% [markdown]
# Here are the 500 test digits, which the network has never seen. A point is a digit: the encoder
# has turned its picture into two numbers, and these are its place.

# %% tags=["nbval-ignore-output"]
test_codes = np.array(encoder(x_test))
lab.plot_latent(
    test_codes, test.labels, title="The map of the test digits: nobody told the network the labels"
)

# %% [markdown]
# Take a minute with this map, before you read on.
#
# - Which digits have a country of their own? Which are mixed with others? Would you mix them up,
#   too, if they were written badly?
# - Where is it crowded, and where is nobody?
# - What does the first number of the code stand for?
#
# The last question has no answer. Turn the map, and the decoder could turn it back: the error
# would stay the same. Training fixes which digits are neighbours. It does not fix what is left
# and what is up. A second training would give another map with much the same neighbours.

# %% [markdown]
# ## 2. What the decoder sees
#
# The encoder put 4,000 training digits on the map. The decoder does not know where they are. It
# takes any two numbers and draws. Let it draw on a regular grid, and you see the whole country.
#
# First the places. In a picture, the top row comes first and each row goes from left to right. In
# a plane, $y$ grows *upwards*. So the first place is the upper left one: smallest $x$, *largest*
# $y$. For `low = (0, 0)`, `high = (2, 1)` and `steps = 3` the nine places are, in this order,
#
# | | left | middle | right |
# |---|---|---|---|
# | top row | (0, 1) | (1, 1) | (2, 1) |
# | middle row | (0, 0.5) | (1, 0.5) | (2, 0.5) |
# | bottom row | (0, 0) | (1, 0) | (2, 0) |

# %% answer="grid"
def grid_codes(low, high, steps):
    """Return the places of a grid in picture order: an array of shape (steps * steps, 2).

    low, high: (x, y) of the lower left and of the upper right corner; both belong to the grid.
    steps: places in a row, and number of rows. The top row (largest y) comes first, each row
    goes from left to right. About three lines.
    """
    ### BEGIN SOLUTION
    across = np.linspace(low[0], high[0], steps)
    down = np.linspace(high[1], low[1], steps)
    return np.array([(x, y) for y in down for x in across])
    ### END SOLUTION


# %% check="grid" points=2
import numpy as np
from latentlab import check

check.grid(grid_codes, (0.0, 0.0), (2.0, 1.0), 3)
### BEGIN HIDDEN TESTS
_x, _y = np.random.default_rng().uniform(-4, 0, 2).tolist()
check.grid(grid_codes, (_x, _y), (_x + 1.5, _y + 4.0), 5)
### END HIDDEN TESTS

# %% [markdown]
# Now the pictures. The decoder gives vectors of 784 numbers; you want pictures of 28 × 28. Call
# the decoder like a function, as in lab 1.

# %% answer="draw"
def draw(decoder, codes):
    """Return what the decoder makes of codes, as pictures: an array of shape (n, 28, 28).

    decoder: a model from codes of shape (n, 2) to vectors of shape (n, 784), values in [0, 1].
    codes: shape (n, 2), any numbers. About one line.
    """
    ### BEGIN SOLUTION
    return np.array(decoder(codes)).reshape(-1, 28, 28)
    ### END SOLUTION


# %% check="draw" points=1
from latentlab import check

check.draws(draw, 9)
### BEGIN HIDDEN TESTS
check.draws(draw, 28)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
steps = 20
pictures = draw(decoder, grid_codes((-2.5, -2.5), (2.5, 2.5), steps))
country = pictures.reshape(steps, steps, 28, 28).swapaxes(1, 2).reshape(steps * 28, steps * 28)

half = 2.5 / (steps - 1)  # each picture is centred on its place
fig, ax = plt.subplots(figsize=(8, 8), dpi=80)
greys = plt.get_cmap("gray", 16)  # 16 are enough, and make a smaller file
edges = (-2.5 - half, 2.5 + half) * 2
ax.imshow(country, cmap=greys, extent=edges, interpolation="nearest")
ax.set_title("What the decoder draws at 400 places: one digit flows into the next")
ax.set_xlabel("first number of the code")
ax.set_ylabel("second number of the code")
plt.show()

# %% [markdown]
# Compare it with the map. Where the map has zeros, the decoder draws zeros. And *within* a
# country there is an order, too: the ones turn from upright to leaning as you go up, and the
# zeros get rounder as you go down. Nobody asked for that. It is the cheapest way to store slant
# and width in two numbers.
#
# Look at the borders. The decoder is a continuous function: if two codes are close, so are their
# pictures. It cannot jump from 9 to 0. Somewhere between them it has to draw something that is
# neither.

# %% [markdown]
# ## 3. A walk
#
# Walk from one code $a$ to another code $b$ on a straight line, in equal steps:
#
# $$z(t) = (1 - t)\,a + t\,b, \qquad t = 0, \dots, 1$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $a$, $b$ | the codes at both ends, two numbers each | `start`, `end` |
# | $t$ | how much of the way is done, from 0 (at $a$) to 1 (at $b$) | |
# | $z(t)$ | the code at that place, which the decoder turns into a picture | |
#
# With 5 steps, $t$ is 0, 0.25, 0.5, 0.75 and 1. Both ends belong to the walk.

# %% answer="walk"
def walk(decoder, start, end, steps):
    """Return the pictures on the way from one code to another: an array of shape (steps, 28, 28).

    decoder: a model from codes of shape (n, 2) to vectors of shape (n, 784). start, end: arrays of
    shape (2,), the codes at both ends, which belong to the walk. steps: number of pictures, at
    equal distances on the straight line. About two lines; you have `draw` already.
    """
    ### BEGIN SOLUTION
    t = np.linspace(0, 1, steps)[:, np.newaxis]
    return draw(decoder, (1 - t) * start + t * end)
    ### END SOLUTION


# %% check="walk" points=2
import numpy as np
from latentlab import check

check.walk(walk, (-1.0, 0.5), (2.0, 1.0), 5)
### BEGIN HIDDEN TESTS
_ends = np.random.default_rng().normal(size=(2, 2))
check.walk(walk, tuple(_ends[0]), tuple(_ends[1]), 8)
### END HIDDEN TESTS

# %% [markdown]
# Walk from a one to a zero, from a seven to a zero, and from a seven to a three. The last row is
# something else: the first and the last picture of the first row are faded into each other, pixel
# by pixel, without a network.

# %% tags=["nbval-ignore-output"]
one, seven, three, zero = (np.median(test_codes[test.labels == i], axis=0) for i in (1, 7, 3, 0))
from_one_to_zero = walk(decoder, one, zero, 10)
t = np.linspace(0, 1, 10)[:, np.newaxis, np.newaxis]
lab.show_rows(
    {
        "1 to 0": from_one_to_zero,
        "7 to 0": walk(decoder, seven, zero, 10),
        "7 to 3": walk(decoder, seven, three, 10),
        "faded": (1 - t) * from_one_to_zero[0] + t * from_one_to_zero[-1],
    },
    title="A walk passes through other digits; a fade shows two pictures at once",
)

# %% [markdown]
# The mean of two *pictures* is two ghosts, one upon the other. The mean of two *codes* is another
# place on the map, where the decoder draws one picture. On the way it crosses whatever lies
# between the two: look at the map which countries these are.
#
# Walk for yourself: with the slider you go from the seven to the three in small steps. Watch where
# the picture is no digit for a moment.

# %% tags=["nbval-ignore-output"]
lab.explore_walk(walk(decoder, seven, three, 30))

# %% [markdown]
# ## 4. The gaps
#
# Some places on the map have no digit near them. Find the emptiest one. For a place $p$, the
# distance to the nearest code is
#
# $$d(p) = \min_i \lVert p - z_i \rVert, \qquad
# \lVert p - z_i \rVert = \sqrt{(p_1 - z_{i1})^2 + (p_2 - z_{i2})^2}$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $p = (p_1, p_2)$ | a place in the plane | a row of `points` |
# | $z_i = (z_{i1}, z_{i2})$ | the code of digit number $i$ | a row of `codes` |
# | $\lVert \cdot \rVert$ | length, by Pythagoras | |
# | $d(p)$ | how far it is from $p$ to the nearest digit | |
#
# The emptiest place has the largest $d(p)$ of all places that you try. Far outside, $d$ grows
# without end, so it only makes sense to try places inside the map.
#
# A hint for numpy: `points[:, np.newaxis] - codes` has the shape (m, n, 2) and holds all
# differences at once. A loop is fine, too.

# %% answer="gap"
def distance_to_nearest(points, codes):
    """Return the distance of each point to the code that is nearest to it: shape (m,).

    points: shape (m, 2). codes: shape (n, 2). About two lines.
    """
    ### BEGIN SOLUTION
    differences = points[:, np.newaxis] - codes
    return np.sqrt((differences**2).sum(axis=2)).min(axis=1)
    ### END SOLUTION


def emptiest(points, codes):
    """Return the one of the points that is farthest from all codes: its x and y, shape (2,).

    points: shape (m, 2). codes: shape (n, 2). About one line.
    """
    ### BEGIN SOLUTION
    return points[np.argmax(distance_to_nearest(points, codes))]
    ### END SOLUTION


# %% check="gap" points=3
import numpy as np
from latentlab import check

check.emptiest(
    distance_to_nearest,
    emptiest,
    points=np.array([[0.0, 0.0], [3.0, 0.0], [2.0, 1.0]]),
    codes=np.array([[1.0, 0.0], [3.0, 4.0]]),
)
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
check.emptiest(
    distance_to_nearest,
    emptiest,
    points=_rng.uniform(-3, 3, size=(70, 2)),
    codes=_rng.normal(size=(40, 2)),
)
### END HIDDEN TESTS

# %% [markdown]
# Try a grid of places, against the codes of all 4,000 digits that the network was trained on. Only
# places inside the map count. "Inside" means here: without the outermost 7 % on each side. It is
# the dashed frame in the picture.

# %% tags=["nbval-ignore-output"]
gap = None  # until the functions above are written
train_codes = np.array(encoder(x_train))
places = grid_codes((-2.6, -2.6), (2.6, 2.6), 40)
distance = distance_to_nearest(places, train_codes)
low, high = np.percentile(train_codes, (7, 93), axis=0)
gap = emptiest(places[np.all((places > low) & (places < high), axis=1)], train_codes)

neighbours = np.argsort(((train_codes - gap) ** 2).sum(axis=1))[:5]
tiles = np.concatenate([draw(decoder, gap[np.newaxis])[0], *train.images[neighbours, :, :, 0]], 1)

fig = plt.figure(figsize=(9, 7.6), dpi=80)
ax, below = fig.add_axes((0.0, 0.29, 0.95, 0.66)), fig.add_axes((0.03, 0.0, 0.94, 0.2))
heat = ax.imshow(distance.reshape(40, 40), extent=(-2.67, 2.67) * 2, cmap="magma", vmax=0.35)
ax.scatter(*train_codes.T, s=1, color="0.8", linewidths=0)
ax.add_patch(plt.Rectangle(low, *(high - low), fill=False, color="cyan", ls="--", lw=1.5))
ax.scatter(*gap, s=150, marker="o", facecolors="none", edgecolors="cyan", linewidths=3)
fig.colorbar(heat, ax=ax, label="distance to the nearest digit", extend="max", shrink=0.9)
ax.set(xlim=(-2.6, 2.6), ylim=(-2.6, 2.6))
ax.set_title("The brighter, the emptier; the ring marks the emptiest place inside the frame")
below.imshow(tiles, cmap="gray", vmin=0, vmax=1)
below.set_title("Drawn at the ring (left), and the five digits whose codes are nearest to it")
below.set_axis_off()
plt.show()

# %% [markdown]
# What is that on the left? Look for the parts of two digits in it. Is it one that you know? By
# eye it is hard to say how far from a digit a picture is. So measure: of all 4,000 real digits,
# how far is the *most similar* one, in mean squared error? Compare with pictures that the decoder
# draws at the codes of test digits.

# %% tags=["nbval-ignore-output"]
def error_to_most_similar(pictures):
    """The mean squared error between each picture and the real digit that is most like it."""
    return np.array([((x_train - p.ravel()) ** 2).mean(axis=1).min() for p in pictures])


check.answered(gap=gap)
at_gap = error_to_most_similar(draw(decoder, gap[np.newaxis]))[0]
at_codes = error_to_most_similar(draw(decoder, test_codes[:100]))
print(f"drawn at the gap             : {at_gap:.3f}")
print(f"drawn at codes of test digits: {np.median(at_codes):.3f} (median)")
print(f"{np.mean(at_codes < at_gap):.0%} of the pictures drawn at codes are closer to a real digit")

# %% [markdown]
# Why? Training asked the decoder for good pictures *at the codes of digits*, and nowhere else. In
# a gap nothing was ever asked of it. It has to get from the pictures on one side to those on the
# other without a jump, and any way will do.
#
# Now drive around yourself. The sliders lie along the map; the ring is where you are. Go to the
# gap and cross it slowly. Then go to (-1.2, 0.6), the gap between ones and sevens: what is drawn
# there is a decent one. Not every gap is bad. Between digits that look alike, the way from one to
# the other is short, and what lies on it looks like both.

# %% tags=["nbval-ignore-output"]
lab.explore_latent(decoder, test_codes, test.labels)

# %% [markdown] written="gaps" points=3
# **Question.** Somebody wants to make new handwritten digits: pick two random numbers somewhere
# on this map, and let the decoder draw. In three to six sentences: why are there gaps between the
# digits, although the training data have none on purpose? What may come out when the random
# place lies in one of them, and why? Suggest one change to the *training* that would make this
# way of generating digits work better.
#
# ### BEGIN SOLUTION
# The loss only asks that each digit is rebuilt from its own code. It does not say where the codes
# have to be, so the encoder puts different digits apart, as that keeps them easy to tell from each
# other, and nothing makes it fill the space between them. In a gap the decoder was never trained;
# being continuous, it draws something between the neighbours, often a mixture that is no digit.
# One could make the codes fill a known region, such as a Gaussian around the origin, and draw
# random places from the same distribution; or add noise to the code during training, so that the
# decoder also learns to draw digits around each code.
#
# *Marking, one point each:* (1) the loss is about single digits and their reconstructions;
# nothing in it asks for a map without gaps, or: codes are free to lie anywhere; (2) the decoder
# was not trained there and has to pass continuously from one digit to another, so it draws a
# mixture that may be no digit; (3) any workable change: noise on the code, a penalty that gives
# the codes a known distribution, a decoder trained at random places too.
# ### END SOLUTION

# %% [markdown]
# ## 5. The map that uses straight lines only
#
# Long before neural networks, people described data by few numbers: **principal component
# analysis**, PCA (Pearson, 1901). It allows itself dot products and nothing else. No bends.
#
# Each picture $x$ is a point in a space of 784 dimensions. All digits together are a cloud in it.
# PCA puts the origin at the middle of the cloud, the mean picture $m$, and looks for the direction
# in which the cloud is longest. That is the first **main axis** $v_1$. The second one, $v_2$, is
# the longest direction at a right angle to the first, and so on. A code says how far the picture
# lies along each axis:
#
# $$z = V (x - m), \qquad \hat x = V^{\mathsf T} z + m$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $m$ | the mean picture, 784 numbers | `mean` |
# | $v_1, v_2, \dots$ | the main axes: directions of length 1, at right angles to each other | |
# | $V$ | the axes, one a row; shape (2, 784) for two of them | `axes` |
# | $z$ | the code: one dot product for each axis | `codes` |
# | $V^{\mathsf T}$ | $V$ transposed, (784, 2): it turns a code back into a picture | `axes.T` |
# | $\hat x$ | the reconstruction: the mean, plus so much of each axis | |
#
# How to find the axes: put one picture a row into a matrix, subtract $m$ from each row, and call
# the result $X$. The **singular value decomposition** writes it as
#
# $$X = U S V^{\mathsf T}_{\text{all}}$$
#
# and the rows of the third factor are the main axes, longest first. Numpy computes it:
# `np.linalg.svd(X, full_matrices=False)` returns all three. No other linear code of two numbers
# has a smaller squared error (Eckart and Young, 1936).

# %% answer="pca"
def fit_pca(x, k):
    """Return (mean, axes): the mean row of x, shape (d,), and its k main axes, shape (k, d).

    x: data, one row each, shape (n, d). Each row of axes has length 1; the axis along which x
    varies most comes first. The sign of an axis does not matter. About three lines.
    """
    ### BEGIN SOLUTION
    mean_row = x.mean(axis=0)
    _, _, directions = np.linalg.svd(x - mean_row, full_matrices=False)
    return mean_row, directions[:k]
    ### END SOLUTION


# %% check="pca" points=3
from latentlab import check

check.fits_pca(fit_pca, rows=60, size=8, components=2)
### BEGIN HIDDEN TESTS
check.fits_pca(fit_pca, rows=200, size=30, components=5)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
mean = axes = None  # until fit_pca is written
mean, many_axes = fit_pca(x_train, 20)  # about two seconds
axes = many_axes[:2]

fig, ax = plt.subplots(figsize=(9, 3.2), dpi=80)
styles = [{"cmap": "gray"}, {"cmap": "RdBu_r", "vmin": -0.12, "vmax": 0.12}]
for i, (name, picture) in enumerate({"mean": mean, "axis 1": axes[0], "axis 2": axes[1]}.items()):
    place = (1.1 * i, 1.1 * i + 1, 0, 1)
    ax.imshow(picture.reshape(28, 28), extent=place, **styles[min(i, 1)])
    ax.text(1.1 * i + 0.5, -0.1, name, ha="center", fontsize=13)
ax.set(xlim=(0, 3.2), ylim=(-0.15, 1))
ax.set_title("The mean of all digits, and the two directions in which they differ most")
ax.set_axis_off()
plt.show()

# %% [markdown]
# An axis is a picture, too: of what to add (red) and what to take away (blue). One of them has a
# blue stroke within a red ring: go one way along it and the mean turns into a zero, go the other
# way and it turns into a one. (Your red and blue may be exchanged. That is the free sign.)
#
# Now the two formulas as code, for many pictures at once: one picture a row. So the dot products
# of *all* rows with *all* axes are one matrix product, `@`. Mind the shapes.

# %% answer="project"
def project(x, mean, axes):
    """Return the codes of x: how far each row lies along each axis, shape (n, k).

    x: shape (n, d). mean: shape (d,). axes: shape (k, d), one axis a row. About one line.
    """
    ### BEGIN SOLUTION
    return (x - mean) @ axes.T
    ### END SOLUTION


def rebuild(codes, mean, axes):
    """Return the rows that belong to codes: the mean plus so much of each axis, shape (n, d).

    codes: shape (n, k). mean: shape (d,). axes: shape (k, d), one axis a row. About one line.
    """
    ### BEGIN SOLUTION
    return mean + codes @ axes
    ### END SOLUTION


# %% check="project" points=2
from latentlab import check

check.projects(project, rebuild, rows=5, size=6, components=2)
### BEGIN HIDDEN TESTS
check.projects(project, rebuild, rows=40, size=90, components=7)
### END HIDDEN TESTS

# %% [markdown]
# ## 6. Side by side
#
# Two maps of the same 500 digits, each with two numbers a digit. How well does a map keep
# different digits apart? A test: guess the label of each test digit from the labels of the ten
# training digits that are nearest to it on the map.

# %% tags=["nbval-ignore-output"]
from latentlab.plots import COLOURS


def guessed_right(known, new):
    """The share of new codes whose ten nearest known codes have most often the right label."""
    closeness = new @ known.T - (known**2).sum(axis=1) / 2  # largest for the nearest
    votes = train.labels[np.argsort(-closeness, axis=1)[:, :10]]
    return np.mean([np.bincount(v).argmax() for v in votes] == test.labels)


check.answered(axes=axes)
colours = np.array(COLOURS)[test.labels]
maps = {
    "PCA": (project(x_train, mean, axes), project(x_test, mean, axes)),
    "autoencoder": (train_codes, test_codes),
}
fig, both = plt.subplots(1, 2, figsize=(12, 5.6), dpi=80, layout="constrained")
for ax, (name, (known, points)) in zip(both, maps.items(), strict=True):
    ax.scatter(*points.T, s=14, c=colours, linewidths=0, antialiased=False)
    for digit in range(10):
        middle = np.median(points[test.labels == digit], axis=0)
        box = {"boxstyle": "circle,pad=0.1", "fc": "white", "ec": COLOURS[digit], "lw": 2}
        ax.text(*middle, digit, fontsize=11, ha="center", va="center", bbox=box)
    ax.set_title(f"{name}: {guessed_right(known, points):.0%} of the labels guessed right")
    ax.set_xticks([])
    ax.set_yticks([])
fig.suptitle("PCA can only lay the cloud flat; the autoencoder can bend it open")
plt.show()

# %% [markdown]
# PCA sees the cloud from the side where it is widest, like a shadow on a wall. Digits that are
# far apart in the room may fall on the same spot of the wall. The autoencoder may fold and bend,
# and it finds borders where PCA has only a heap. (Neither was told a label. The labels served
# for the guessing game afterwards.)
#
# The pictures say the same.

# %% tags=["nbval-ignore-output"]
check.answered(axes=axes)
one_of_each = [int(np.flatnonzero(test.labels == label)[1]) for label in range(10)]
lab.show_rows(
    {
        "original": x_test[one_of_each],
        "PCA": rebuild(project(x_test[one_of_each], mean, axes), mean, axes),
        "network": decoder(encoder(x_test[one_of_each])),
    },
    title="Drawn again from two numbers each: PCA mixes, the network decides",
)

# %% [markdown]
# Now the number. Write a function that measures both: the mean squared error over all pixels of
# all pictures.

# %% answer="errors"
def errors(x, mean, axes, encoder, decoder):
    """Return two numbers: the mean squared errors of PCA and of the autoencoder on x.

    x: pictures as rows, shape (n, d). mean, axes: what fit_pca returns, shapes (d,) and (k, d).
    encoder, decoder: Keras models, (n, d) to (n, k) and back. About three lines; you have
    `project` and `rebuild` already.
    """
    ### BEGIN SOLUTION
    by_pca = rebuild(project(x, mean, axes), mean, axes)
    by_network = np.array(decoder(encoder(x)))
    return np.mean((by_pca - x) ** 2), np.mean((by_network - x) ** 2)
    ### END SOLUTION


# %% check="errors" points=2 tags=["nbval-ignore-output"]
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
_axes = np.linalg.qr(_rng.normal(size=(12, 2)))[0].T
check.both_errors(errors, _rng.random((6, 12)), _rng.random(12), _axes)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _held_out
from latentlab import load_plane as _load_plane

_unseen = _held_out("mnist")[0].reshape(-1, 784)
_middle = _unseen.mean(axis=0)
_axes = np.linalg.svd(_unseen - _middle, full_matrices=False)[2][:2]
check.both_errors(errors, _unseen, _middle, _axes, *_load_plane())
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(axes=axes)
pca_error, network_error = errors(x_test, mean, axes, encoder, decoder)
print(f"PCA, two numbers    : {pca_error:.4f}")
print(f"network, two numbers: {network_error:.4f}, {network_error / pca_error:.2f} of PCA's")

numbers = np.arange(1, 15)
curve = [errors(x_test, mean, many_axes[:k], encoder, decoder)[0] for k in numbers]
enough = numbers[np.array(curve) < network_error][0]
fig, ax = plt.subplots(figsize=(8, 3.6), dpi=80)
ax.plot(numbers, curve, marker="o", color="#4878a8", lw=2)
ax.axhline(network_error, color="#c03030", lw=2)
ax.text(14, network_error + 0.0008, "autoencoder with 2 numbers", color="#c03030", ha="right")
ax.text(4.2, curve[3] + 0.001, "PCA", color="#4878a8", fontsize=12)
ax.plot(enough, curve[enough - 1], "o", ms=13, mfc="none", mec="black", mew=2)
ax.set(xlabel="numbers in PCA's code", ylabel="mean squared error")
ax.set_title(f"PCA needs {enough} numbers to do what the autoencoder does with 2")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## 7. PCA is the autoencoder without bends
#
# Take an autoencoder with one layer on each side, and leave all activations out:
#
# $$z = W x + b, \qquad \hat x = W' z + b'$$
#
# | symbol | what it is | of PCA it can be |
# |---|---|---|
# | $W$, shape (2, 784) | weights of the encoder | $V$ |
# | $b$ | biases of the encoder | $-V m$ |
# | $W'$, shape (784, 2) | weights of the decoder | $V^{\mathsf T}$ |
# | $b'$ | biases of the decoder | $m$ |
#
# (Keras keeps both matrices transposed: the weights of `Dense(2)` have the shape (784, 2).)
#
# With these values it *is* PCA. So it can be as good. Can it be better? No: whatever its weights
# are, its reconstructions lie in a plane, and of all planes PCA's has the smallest squared error.
# Training looks for the smallest error and finds that plane (Baldi and Hornik, 1989). Do not
# believe it: try.

# %% answer="linear"
def build_linear_autoencoder():
    """Return a new, untrained Keras model 784 -> 2 -> 784 of two dense layers, both linear.

    It takes vectors of shape (n, 784) and gives vectors of shape (n, 784). Both layers have
    biases; neither has an activation. About five lines.
    """
    ### BEGIN SOLUTION
    pixels = keras.Input(shape=(784,), name="pixels")
    two_numbers = keras.layers.Dense(2, name="two_numbers")(pixels)
    rebuilt = keras.layers.Dense(784, name="rebuilt")(two_numbers)
    return keras.Model(pixels, rebuilt, name="linear_autoencoder")
    ### END SOLUTION


# %% [markdown]
# The training is given. A linear network has gentle slopes everywhere, so plain gradient descent
# with a large learning rate gets on well.

# %% tags=["nbval-ignore-output"]
linear = None  # until it is built and trained
lab.seed(2)
new_model = build_linear_autoencoder()
new_model.compile(
    keras.optimizers.SGD(learning_rate=2.0, momentum=0.9), loss="mse", jit_compile=False
)
lab.kept(  # as in lab 1: trains once, and again when something has changed
    new_model.fit, x_train, x_train, batch_size=64, epochs=8, verbose=0, callbacks=[lab.Progress()]
)
linear = new_model

# %% check="linear" points=2 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_x_train, _x_test = _train.images.reshape(-1, 784), _test.images.reshape(-1, 784)
check.layers("linear", linear, (784, 2, 784))
check.linear("linear", linear, 784)
check.beats_pca("linear", linear, _x_train, _x_test, components=2, at_most=1.05)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0].reshape(-1, 784)
check.beats_pca("linear", linear, _x_train, _new, components=2, at_most=1.05)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(axes=axes, linear=linear)
by_linear = np.array(linear(x_test))
print(f"PCA               : {pca_error:.4f}")
print(f"linear autoencoder: {np.mean((by_linear - x_test) ** 2):.4f}")

directions = linear.get_weights()[-2]  # the decoder's weights: what each number adds to a picture
lengths = np.linalg.norm(directions, axis=1)
in_plane = np.linalg.norm(directions @ axes.T, axis=1) / lengths
angle = np.degrees(np.arccos(directions[0] @ directions[1] / lengths.prod()))
print(f"its two directions lie in PCA's plane to {in_plane[0]:.1%} and {in_plane[1]:.1%}")
print(f"their lengths are {lengths[0]:.2f} and {lengths[1]:.2f}, the angle is {angle:.0f} degrees")

lab.show_rows(
    {
        "original": x_test[one_of_each],
        "PCA": rebuild(project(x_test[one_of_each], mean, axes), mean, axes),
        "linear": by_linear[one_of_each],
    },
    title="Without activations, training ends where PCA is",
)

# %% [markdown]
# The same error, the same pictures, the same plane. One thing differs: the network has no reason
# to choose PCA's axes *within* that plane. Its two directions are neither at a right angle nor of
# length 1, and another seed gives other ones. PCA's axes are ordered and unique (but for their
# signs), and no training is needed to find them.
#
# So all that your deep autoencoder gained over PCA, it gained by its bends.

# %% [markdown]
# ## 8. Into the Embedding Projector
#
# A code of two numbers is easy to plot. What of longer ones? The last hidden layer of the encoder
# holds 64 numbers for each digit, just before they go through the bottleneck. TensorBoard's
# **Embedding Projector** shows such vectors in three dimensions that you can turn, with the
# pictures themselves as points. It reads a folder with three files and a fourth that names them:
#
# | file | what is in it |
# |---|---|
# | `vectors.tsv` | one vector a line, tabs between the numbers |
# | `metadata.tsv` | one label a line |
# | `sprite.png` | all pictures in one large picture, row by row |
# | `projector_config.pbtxt` | the names of the three, and the size of one picture |

# %% tags=["nbval-ignore-output"]
import tempfile
from pathlib import Path

before_the_code = keras.Model(encoder.inputs[0], encoder.layers[-2].output)
folder = lab.export_projector(
    Path(tempfile.gettempdir()) / "lab02_projector",  # any folder will do
    np.array(before_the_code(x_test)),
    test.labels,
    x_test,
)
print("written:", ", ".join(sorted(path.name for path in folder.iterdir())))
print(f'tensorboard --logdir "{folder}"')

# %% [markdown]
# **With TensorBoard.** It is not part of this course's environment; `pip install tensorboard` once,
# in a terminal. Then run the last line that was printed above, open
# [localhost:6006/#projector](http://localhost:6006/#projector), and wait some seconds. If there
# is another page, choose *Projector* from the menu at the upper right.
#
# **Without it.** Open [projector.tensorflow.org](https://projector.tensorflow.org), click *Load*,
# and choose `vectors.tsv` and `metadata.tsv`. (The files stay in your browser. There are no
# pictures then, only points and labels.)
#
# What to do there:
#
# 1. At *Color by* choose *label*. At the lower left, *PCA* is selected: the view is the one of
#    your section 5, in three dimensions, of 64 numbers instead of 784. Turn it with the mouse.
#    *Spherize data* divides each vector by its length, so that all lie on a sphere. Switch it off
#    to see them as they are.
# 2. Click a digit. At the right, its nearest neighbours are listed, with their distances in all
#    64 dimensions. Are they the same digit?
# 3. Switch to *t-SNE* and let it run for some hundred iterations. It bends, as the autoencoder
#    does: near stays near, and islands form. But what it finds is places for these 500 digits
#    only. It has no encoder for a new digit, and no decoder.
# 4. Look for a lonely digit among others. How is it written?

# %% [markdown]
# ## What to remember
#
# - The latent space is a map. The encoder gives every input a place, and the decoder draws at
#   every place. What lies near each other looks alike.
# - A walk between two codes passes through other digits. A fade between two pictures shows both
#   at once.
# - A plain autoencoder leaves gaps. In them the decoder was never trained, and it draws mixtures.
#   So its map is good for looking, and not yet for generating.
# - PCA is a linear autoencoder: subtract the mean, project on the main axes (SVD), go back. With
#   the same number of numbers, a deep autoencoder has a smaller error, because it can bend.
#
# ## To think about
#
# <details><summary>1. The first number of PCA's code has a meaning (how far along the longest
# direction). Why has the first number of the autoencoder's code none?</summary>
#
# PCA demands more than a small error: axes at right angles, the longest first. That leaves only
# the signs free. The autoencoder demands a small error and nothing else, and a map that is turned,
# stretched or bent in another way has the same error with another decoder.
# </details>
#
# <details><summary>2. With 784 numbers, what are the errors of PCA and of a good autoencoder?</summary>
#
# PCA's is 0: all axes together only turn the cloud, and turning loses nothing. The autoencoder
# can reach about 0 as well, by handing every pixel on. With enough numbers there is nothing left
# to gain by bending. The gain is largest when the code is short.
# </details>
#
# <details><summary>3. Hinton and Salakhutdinov (Science, 2006) report squared errors summed over the
# pixels of an MNIST digit: 3.0 for an autoencoder with 30 numbers, 13.9 for PCA with 30. What is
# that as a mean over pixels, and how do your numbers compare?</summary>
#
# Divide by 784: 0.0038 and 0.0177. Your errors, with 2 numbers instead of 30, are ten times and
# three times as large. Their gain over PCA is also greater than yours: they had 60,000 digits to
# learn from, and a code that is long enough to need bends of many kinds.
# </details>
#
# <details><summary>4. With all of MNIST, 60,000 digits to learn from, the network of this lab comes to
# an error of 0.0355 on the 10,000 test digits, PCA to 0.0557. With your 4,000 digits it was 0.0405
# and 0.0563. Why does the network gain more from the other 56,000 digits than PCA?</summary>
#
# PCA with two axes has a mean and two directions to find, and 4,000 digits fix these well. The
# network has 485,000 weights. With few digits it partly learns just these digits by heart, which
# does not help with new ones. (Try it: `lab.load("mnist", full=True)`.)
# </details>
#
# <details><summary>5. You walked on a straight line. Is the straight line the best way from a seven to
# a three?</summary>
#
# That depends on what is between them. A walk that makes a detour round the gaps shows cleaner
# digits all the way. Nothing in the training of a plain autoencoder makes straight lines good.
# Lab 7 does something about it.
# </details>
