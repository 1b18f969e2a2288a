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
# # Lab 3. Convolutions: a network that knows its neighbours
#
# The network of lab 1 saw a digit as 784 numbers in a row. It did not know which pixels lie side
# by side. In this lab you build one that knows, and measure what the knowledge is worth: a
# smaller error, with a quarter of the weights, from a code of the same size.
#
# **At the end you will be able to**
#
# - say what a convolution computes, and write one;
# - tell the size of a feature map, and count the weights of a layer before you build it;
# - say where the checkerboards in generated pictures come from, and how to avoid them;
# - count how many numbers a code really holds;
# - build and train a convolutional autoencoder, and compare it fairly with a dense one.
#
# **Time:** about 45 minutes. Training takes some ten seconds of them.
#
# **It builds on:** lab 1 (encoder, code, decoder, training).

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("mnist")
x_train, x_test = train.images, test.images  # pictures this time, not rows
print("x_train:", x_train.shape, "that is, pictures, height, width, channels")
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. What a dense network does not know
#
# An experiment without a network. We shuffle the pixels: the pixel of each place goes to another
# place, in the same way for every picture. No pixel is lost, and each can be found again.
#
# Then we guess each pixel from the 8 pixels around it, as a weighted sum. The 8 weights are the
# best there are (least squares), and they are the same at every place of every picture.

# %% tags=["nbval-ignore-output"]
order = np.random.default_rng(0).permutation(784)  # one order, for all pictures


def shuffled(images):
    """Put the pixels of each picture into the new order; shape (n, 28, 28, 1)."""
    return images.reshape(-1, 784)[:, order].reshape(images.shape)


def neighbours(images):
    """Return the 8 pixels around each pixel, one row for each; beyond the edge it is black."""
    wide = np.pad(images[:, :, :, 0], ((0, 0), (1, 1), (1, 1)))
    steps = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    return np.stack([wide[:, i : i + 28, j : j + 28].ravel() for i, j in steps], axis=1)


def guessed(images):
    """Guess every pixel from its neighbours with the 8 best weights; shape (n, 28, 28)."""
    around = neighbours(images)
    weights = np.linalg.solve(around.T @ around, around.T @ images.ravel())
    return (around @ weights).reshape(-1, 28, 28)


rows = {"digits": x_test[..., 0], "shuffled": shuffled(x_test)[..., 0]}
guesses = {name: guessed(images[..., None]) for name, images in rows.items()}
lab.show_rows(
    {"digits": rows["digits"], "guessed": guesses["digits"],
     "shuffled": rows["shuffled"], "guessed ": guesses["shuffled"]},
    title="Neighbours tell a pixel, until the pixels are shuffled",
)
for name, images in rows.items():
    print(f"{name:<9} mean squared error of the guess {np.mean((guesses[name] - images) ** 2):.4f}")

# %% [markdown]
# Eight weights, the same everywhere, are enough to guess a digit's pixels rather well. After
# shuffling they are good for nothing. What they used was not in the pixels but in their
# **places**: equal values lie side by side, and a stroke goes on.
#
# And a dense layer? It computes, for its unit $k$,
#
# $$z_k = \sigma\Big(b_k + \sum_{i=1}^{784} W_{ki}\, x_i\Big).$$
#
# | symbol | what it is |
# |---|---|
# | $x_i$ | pixel $i$ of the picture, as one of a row of 784 |
# | $W_{ki}$ | the weight of unit $k$ for pixel $i$, its own for each pixel |
# | $b_k$, $\sigma$ | the bias of unit $k$, and the activation |
# | $z_k$ | the output of unit $k$ |
#
# A sum does not change when its terms are put into another order. So shuffle the pixels, shuffle
# the weights along with them, and the layer gives exactly what it gave before. Try it:

# %%
pixels = x_test.reshape(-1, 784)
first, second = [keras.layers.Dense(128, activation="relu") for _ in range(2)]
z = np.array(first(pixels))
second.build((None, 784))
kernel, bias = first.get_weights()  # shapes (784, 128) and (128,)
second.set_weights([kernel[order], bias])  # the same weights, shuffled like the pixels
z_shuffled = np.array(second(shuffled(x_test).reshape(-1, 784)))
print("same outputs for the shuffled digits:", np.allclose(z, z_shuffled, atol=1e-5))

# %% [markdown]
# For a dense network, shuffled digits are the same task as digits. It learns both equally well.
# That sounds like a strength, but it says that the network makes no use of neighbourhood. It
# would have to learn from the examples alone that pixels 30 and 58 touch each other.
#
# We trained the two networks of this lab on both, with a code of 32 numbers. Mean squared error
# on digits not trained on:
#
# | network | digits | shuffled digits |
# |---|---|---|
# | dense | 0.0167 | 0.0163 |
# | convolutional | 0.0115 | 0.0440 |
#
# The convolutional one bets on neighbourhood. Where the bet is right, it wins; where it is wrong,
# it loses badly. For pictures the bet is right.

# %% [markdown]
# ## 2. Convolution
#
# The guess above was nearly one already: the same few weights, applied at every place.

# %% tags=["nbval-ignore-output"]
digit = x_test[7, :, :, 0]
edge = np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])
top, left = 12, 10
square = digit[top : top + 3, left : left + 3]

fig, axes = plt.subplots(1, 3, figsize=(11, 3.6), width_ratios=(1.3, 1, 1))
axes[0].imshow(digit, cmap="gray")
axes[0].add_patch(plt.Rectangle((left - 0.5, top - 0.5), 3, 3, fill=False, ec="#e04040", lw=3))
axes[0].set_title("a window on the picture")
for ax, values, title, colours in [
    (axes[1], square, "the window, times ...", {"cmap": "gray", "vmin": 0, "vmax": 1}),
    (axes[2], edge, f"... the filter; the sum is {(square * edge).sum():.2f}",
     {"cmap": "RdBu_r", "vmin": -2, "vmax": 2}),
]:
    ax.imshow(values, **colours)
    for (i, j), value in np.ndenumerate(values):
        ink = "white" if value < 0.5 and ax is axes[1] else "black"
        ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=14, color=ink)
    ax.set_title(title)
for ax in axes:
    ax.set_axis_off()
plt.show()

# %% [markdown]
# Lay a small window on the picture. Multiply each pixel in it with the weight of the same place
# in the **filter**, and add up. That is one number of the output. Then move the window by one
# step and do it again, with the *same* weights. All the numbers, in their places, are the
# **feature map**. It is bright where the picture looks like the filter. This filter has $-1$ at
# its left and $+1$ at its right: it finds places that are dark on the left and bright on the right.
#
# $$y_{ij} = b + \sum_{a=0}^{k-1} \sum_{c=0}^{k-1} w_{ac}\; x_{\,is+a,\; js+c}$$
#
# | symbol | what it is |
# |---|---|
# | $x$ | the picture; $x_{mn}$ is the pixel in row $m$ and column $n$, both from 0 |
# | $w$ | the filter, also called kernel: $k \times k$ weights |
# | $k$ | the side of the filter, often 3 |
# | $a$, $c$ | row and column within the window, from 0 to $k - 1$ |
# | $b$ | the bias, one number for the filter |
# | $s$ | the **stride**: how far the window moves with each step |
# | $y_{ij}$ | the feature map, row $i$ and column $j$ |
#
# Then comes an activation, as in any layer. Write the double sum, without $b$ and activation. The
# window must lie inside the picture. So in a direction in which the picture has $n$ pixels, it has
# $\lfloor (n - k) / s \rfloor + 1$ places, where $\lfloor\;\rfloor$ means rounding down.
#
# (Mathematicians turn the filter around before they slide it. Neural networks do not: they learn
# its weights anyway. What they call convolution is called cross-correlation elsewhere.)

# %% answer="convolve"
def convolve(image, kernel, stride):
    """Return the feature map of one filter, before bias and activation: an array of two axes.

    image: shape (height, width). kernel: shape (k, k), laid only where it lies wholly inside the
    image. stride: by how many pixels it moves with each step, in both directions. About eight
    lines.
    """
    ### BEGIN SOLUTION
    k = len(kernel)
    rows, columns = [(n - k) // stride + 1 for n in image.shape]
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            m, n = i * stride, j * stride
            y[i, j] = np.sum(kernel * image[m : m + k, n : n + k])
    return y
    ### END SOLUTION


# %% check="convolve" points=2
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.convolve(convolve, _rng.normal(size=(7, 7)), _rng.normal(size=(3, 3)), 1)
check.convolve(convolve, _rng.normal(size=(9, 8)), _rng.normal(size=(3, 3)), 2)
### BEGIN HIDDEN TESTS
check.convolve(convolve, _rng.normal(size=(10, 13)), _rng.normal(size=(4, 4)), 3)
check.convolve(convolve, _rng.normal(size=(6, 9)), _rng.normal(size=(5, 5)), 1)
### END HIDDEN TESTS

# %% [markdown]
# Three filters made by hand, and what your function finds with them. Negative numbers are shown
# black, as after `relu`. Look at a digit, and at what each filter sees of it.

# %% tags=["nbval-ignore-output"]
by_hand = {"left edges": edge / 3, "upper edges": edge.T / 3, "blur": np.ones((3, 3)) / 9}
maps = {
    name: np.array([convolve(image, kernel, 1) for image in x_test[:10, :, :, 0]])
    for name, kernel in by_hand.items()
}
halved = np.array([convolve(image, by_hand["left edges"], 2) for image in x_test[:10, :, :, 0]])
lab.show_rows(
    {"digits": x_test[:10], **maps, "stride 2": halved},
    title="Each filter finds one thing, wherever it is; stride 2 halves its map",
)

# %% [markdown]
# A convolutional layer has many filters and makes one map with each. Nobody writes them by hand:
# training finds them. The next layer takes all the maps as its input, as the **channels** of one
# picture. Its filters are $k \times k \times$ channels, and the sum runs over the channels too.

# %% [markdown]
# ## 3. Sizes and weights, on paper
#
# An encoder has to get smaller. With stride 2 the map has half the side: a **way down**. (Pooling
# is another: it keeps the largest, or the mean, of each 2 × 2 pixels.)
#
# Your `convolve` loses a little more: at the edge the window does not fit. Keras calls that
# `padding="valid"`. With `padding="same"` it adds as many black pixels around the picture as are
# needed to have the window begin at every $s$-th pixel. For a picture of side $n$ the map has the
# side
#
# $$\text{valid: } \Big\lfloor \frac{n - k}{s} \Big\rfloor + 1, \qquad
# \text{same: } \Big\lceil \frac{n}{s} \Big\rceil,$$
#
# where $\lceil\;\rceil$ means rounding up, and the other symbols are those of section 2. With
# `same` and stride 2, 28 becomes 14, then 7, then 4.

# %% answer="sizes"
def output_size(size, kernel, stride, padding):
    """Return the side of a feature map: one whole number.

    size: side of the picture. kernel: side of the filter. stride: a whole number, 1 or more.
    padding: "same" or "valid". About three lines.
    """
    ### BEGIN SOLUTION
    if padding == "same":
        return int(np.ceil(size / stride))
    return (size - kernel) // stride + 1
    ### END SOLUTION


# %% check="sizes" points=2
import numpy as np
from latentlab import check

check.output_size(output_size, (28, 3, 2, "same"), (7, 3, 2, "same"))
check.output_size(output_size, (28, 3, 1, "valid"), (28, 4, 3, "valid"))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
_cases = [(*map(int, _rng.integers((20, 2, 2), (90, 8, 5))), "valid") for _ in range(8)]
check.output_size(output_size, *_cases, *[(*_case[:3], "same") for _case in _cases])
### END HIDDEN TESTS

# %% [markdown]
# Now the **parameters**: weights and biases together.
#
# - A filter of side $k$ on a picture of $c$ channels has $k \cdot k \cdot c$ weights and one bias.
#   A layer has $f$ filters. The size of the picture does not matter.
# - A unit of a dense layer has a weight for each of its inputs, and one bias.

# %% answer="parameters"
def conv_parameters(kernel, channels_in, filters):
    """Return the number of weights and biases of a convolutional layer.

    kernel: side of its filters. channels_in: channels of its input. filters: how many filters it
    has. About one line.
    """
    ### BEGIN SOLUTION
    return filters * (kernel * kernel * channels_in + 1)
    ### END SOLUTION


def dense_parameters(size_in, units):
    """Return the number of weights and biases of a dense layer.

    size_in: how many numbers it takes. units: how many it gives. About one line.
    """
    ### BEGIN SOLUTION
    return units * (size_in + 1)
    ### END SOLUTION


# %% check="parameters" points=2
import numpy as np
from latentlab import check

check.conv_parameters(conv_parameters, (3, 1, 8), (3, 8, 16))
check.dense_parameters(dense_parameters, (784, 32))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
check.conv_parameters(conv_parameters, *_rng.integers(2, 40, (5, 3)).tolist())
check.dense_parameters(dense_parameters, *_rng.integers(2, 900, (5, 2)).tolist())
### END HIDDEN TESTS

# %% [markdown]
# What sharing saves, by your own functions. Both layers turn a picture of 28 × 28 pixels into 8
# maps of 14 × 14:

# %%
side = output_size(28, 3, 2, "same")
print(f"convolutional, 8 filters of 3 x 3: {conv_parameters(3, 1, 8):>9,} parameters")
units = 8 * side * side
print(f"dense, 8 x {side} x {side} units:        {dense_parameters(784, units):>9,} parameters")

# %% [markdown]
# ## 4. The way up, and its checkerboards
#
# A decoder has to get larger. There are two usual ways:
#
# - **transposed convolution**, `Conv2DTranspose`: every number of the small map prints a copy of
#   the filter, multiplied by itself, into the large map. The prints begin $s$ pixels apart, and
#   where they overlap they are added.
# - **upsampling, then convolution**: `UpSampling2D` repeats each number as a block of 2 × 2, and
#   an ordinary convolution with stride 1 follows.
#
# First an experiment. We send a map in which *every number is 1* through three such layers, which
# are not trained. In the first column all the weights of the filter are equal. In the other
# columns they are random. What goes in is constant, so one would like the result to be constant,
# whether dark or light.

# %% tags=["nbval-ignore-output"]
constant = np.ones((1, 7, 7, 1), np.float32)


def enlarged(way, weights):
    """Return the middle of what an untrained layer makes of the constant map, as greys."""
    if way == "upsampling":
        repeated = keras.layers.UpSampling2D()(constant)
        large = keras.layers.Conv2D(1, 3, padding="same", kernel_initializer=weights)(repeated)
    else:
        large = keras.layers.Conv2DTranspose(
            1, int(way[-1]), strides=2, padding="same", kernel_initializer=weights
        )(constant)
    middle = np.array(large)[0, 2:12, 2:12, 0]
    return 0.5 + 0.4 * middle / np.abs(middle).max()  # 0 is shown as a middle grey


weights = ["ones"] + [keras.initializers.RandomNormal(seed=i) for i in range(6)]
ways = ("transposed, k = 3", "transposed, k = 4", "upsampling")
lab.show_rows(
    {way: np.array([enlarged(way, one) for one in weights]) for way in ways},
    title="A constant map made larger: only upsampling keeps it constant",
)

# %% [markdown]
# Transposed convolutions draw **checkerboards**. Look at the first column, where all weights are
# equal: a filter of side 3 with stride 2 draws one even then, a filter of side 4 does not. To see
# why, count the prints. In one dimension, the numbers $x_0, x_1, \dots$ become
#
# $$y_m = \sum_{i,\,a\;:\; is + a = m} w_a\, x_i .$$
#
# | symbol | what it is |
# |---|---|
# | $x_i$ | number $i$ of the small map, $i$ from 0 |
# | $w_a$ | weight $a$ of the filter, $a$ from 0 to $k - 1$ |
# | $s$ | the stride: how far apart the prints of two neighbours begin |
# | $y_m$ | number $m$ of the large map: the sum over all pairs $i$, $a$ with $is + a = m$ |
#
# How many terms has the sum for $y_m$? That is how many prints cover place $m$. For three numbers,
# a filter of side 3 and stride 2:
#
#     print of x0   # # #
#     print of x1       # # #
#     print of x2           # # #
#     coverage      1 1 2 1 2 1 1

# %% answer="overlaps"
def coverage(size, kernel, stride):
    """Return how many prints cover each place of the large map, in one dimension.

    size: how many numbers the small map has. kernel: side of the filter. stride: how far apart
    the prints begin. The result is an array or list of (size - 1) * stride + kernel whole numbers:
    nothing is cut off at the ends. About four lines.
    """
    ### BEGIN SOLUTION
    counts = np.zeros((size - 1) * stride + kernel, dtype=int)
    for i in range(size):
        counts[i * stride : i * stride + kernel] += 1
    return counts
    ### END SOLUTION


# %% check="overlaps" points=2
import numpy as np
from latentlab import check

check.coverage(coverage, (3, 3, 2), (5, 4, 2))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
check.coverage(coverage, *_rng.integers((2, 2, 2), (9, 8, 5), (6, 3)).tolist())
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(1, 3, figsize=(12, 3.2))
for ax, kernel in zip(axes, (3, 4, 5), strict=True):
    counts = coverage(8, kernel, 2)
    middle = slice(kernel - 1, len(counts) - kernel + 1)  # where the ends have no part
    even = len(set(counts[middle])) == 1
    ax.bar(range(len(counts)), counts, color="#4878a8" if even else "#c03030", width=0.9)
    ax.set_title(f"filter {kernel}, stride 2: {'even' if even else 'uneven'}")
    ax.set(xlabel="place m in the large map", ylabel="prints", yticks=range(4), ylim=(0, 3.2))
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# The coverage is even, but for the ends, when the side of the filter is divisible by the stride. In
# two dimensions the counts of rows and columns are multiplied, and 1 2 1 2 becomes a
# checkerboard of 1, 2 and 4.
#
# An even coverage makes a smooth result *possible*. The other columns show that it does not make
# it certain: with stride 2, the pixels of even and of odd places never meet the same weights. Only
# after upsampling does each pixel of the large map get the same filter. That is the remedy of
# [Odena, Dumoulin and Olah, Deconvolution and Checkerboard Artifacts (Distill,
# 2016)](https://distill.pub/2016/deconv-checkerboard/), who found these patterns in the pictures of
# many well-known generators.

# %% [markdown]
# ## 5. How many numbers is your code?
#
# Each halving divides the area by 4. But a layer may have many filters, and each gives a map of
# its own. So a code can *look* small and hold more numbers than the picture. It is only a
# bottleneck if it holds fewer. Count:
#
# $$\text{compression} = \frac{\text{numbers in the picture}}{\text{numbers in the code}}$$
#
# A shape is a tuple without the batch, such as `(28, 28, 1)` for a picture or `(32,)` for a
# vector.

# %% answer="compression"
def numbers_in(shape):
    """Return how many numbers an array of this shape holds; shape is a tuple, such as (7, 7, 16).

    About one line.
    """
    ### BEGIN SOLUTION
    return int(np.prod(shape))
    ### END SOLUTION


def compression(picture, code):
    """Return how many times fewer numbers the code has than the picture: 2 for half as many.

    picture, code: shapes, as tuples. The result is not rounded. About one line.
    """
    ### BEGIN SOLUTION
    return numbers_in(picture) / numbers_in(code)
    ### END SOLUTION


# %% check="compression" points=1
import numpy as np
from latentlab import check

check.numbers_in(numbers_in, (28, 28, 1), (32,))
check.compression(compression, ((28, 28, 1), (32,)), ((28, 28, 1), (14, 14, 16)))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
_maps = [tuple(map(int, _rng.integers(2, 40, 3))) for _ in range(5)]
check.numbers_in(numbers_in, *_maps, (int(_rng.integers(2, 99)),))
check.compression(compression, *[((32, 32, 3), _map) for _map in _maps])
### END HIDDEN TESTS

# %%
for code in [(14, 14, 16), (7, 7, 16), (7, 7, 8), (4, 4, 8), (32,), (2,)]:
    ratio = compression((28, 28, 1), code)
    print(f"{str(code):<13} {numbers_in(code):>5} numbers, compression {ratio:6.2f}")

# %% [markdown]
# Maps of 14 × 14 with 16 filters are no compression at all: they hold four times as many numbers
# as the picture, and a network could simply copy. The convolutional autoencoder of the [Keras
# blog](https://blog.keras.io/building-autoencoders-in-keras.html) has a code of 4 × 4 × 8, which is
# 128 numbers, and is shown beside a dense one of 32. Which of the two is better? The pictures
# cannot tell: one was allowed four times as many numbers.
#
# Yours gets **32** numbers, and so does its dense rival. A check measures it.

# %% [markdown]
# ## 6. Build it
#
# **Encoder.** It takes pictures of shape `(28, 28, 1)`. Two steps make them smaller:
#
# | step | feature maps | for example |
# |---|---|---|
# | 1 | 14 × 14 | 8 filters of 3 × 3, stride 2, padding `same`, `relu` |
# | 2 | 7 × 7 | 16 filters of 3 × 3, stride 2, padding `same`, `relu` |
#
# Then `Flatten` makes one row of the maps, and a dense layer *without* activation makes the code of
# 32 numbers from it.
#
# The check asks for this and no more: pictures `(28, 28, 1)` in and codes `(32,)` out, any numbers;
# maps of 14 × 14 and then of 7 × 7, made by weights that are shared over all places; a bend (an
# activation or max pooling) on the way from each size to the next. Pooling is as good as a stride.
# The number and the side of the filters are your choice, as long as the whole autoencoder has no
# more than 209,968 parameters; section 7 checks that.

# %% answer="encoder"
def build_encoder():
    """Return a new, untrained Keras model from pictures (28, 28, 1) to codes (32,).

    Pictures have the shape (n, 28, 28, 1) and values from 0 to 1; codes have the shape (n, 32),
    any numbers. Feature maps of 14 x 14 and of 7 x 7 lie between. About six lines.
    """
    ### BEGIN SOLUTION
    x = keras.Input(shape=(28, 28, 1), name="x")
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    z = keras.layers.Dense(32)(keras.layers.Flatten()(h))
    return keras.Model(x, z, name="encoder")
    ### END SOLUTION


# %%
build_encoder().summary()

# %% check="encoder" points=3
import numpy as np
from latentlab import check

_encoder = check.call("build_encoder", build_encoder)
check.shapes("encoder", _encoder, takes=(28, 28, 1), gives=(32,))
check.feature_maps("encoder", _encoder, takes=(28, 28, 1), sides=(28, 14, 7))
check.any_number("encoder", _encoder, takes=(28, 28, 1))
### BEGIN HIDDEN TESTS
_x = np.random.default_rng().random((7, 28, 28, 1), np.float32)
assert np.asarray(_encoder(_x)).shape == (7, 32), "the encoder must give 32 numbers a picture"
### END HIDDEN TESTS

# %% [markdown]
# Compare the numbers of parameters in the summary with your own functions. The two convolutions
# have few. Nearly all belong to the dense layer behind them.
#
# **Decoder.** The mirror image. A dense layer with $7 \cdot 7 \cdot 16$ units and `relu` makes 784
# numbers of the code, and `Reshape((7, 7, 16))` makes maps of them. Two steps make these larger:
#
# | step | maps | way A: upsampling | way B: transposed convolution |
# |---|---|---|---|
# | 1 | 14 × 14 | `UpSampling2D()`, then 8 filters of 3 × 3, `relu` | 8 filters of 4 × 4, stride 2, `relu` |
# | 2 | 28 × 28 | `UpSampling2D()`, then 1 filter of 3 × 3, `sigmoid` | 1 filter of 4 × 4, stride 2, `sigmoid` |
#
# All with padding `same`. Take either way. In our runs A had the smaller error after as many
# epochs, and B was a little quicker.
#
# The check asks for codes `(32,)` in and pictures `(28, 28, 1)` out, with values from 0 to 1
# whatever the code is; maps of 7 × 7, then 14 × 14, then 28 × 28, each made of the one before by
# weights that are shared over all places; a bend on the way from each size to the next.

# %% answer="decoder"
def build_decoder():
    """Return a new, untrained Keras model from codes (32,) to pictures (28, 28, 1).

    Codes have the shape (n, 32), any numbers; pictures have the shape (n, 28, 28, 1) and values
    from 0 to 1. Feature maps of 7 x 7 and of 14 x 14 lie between. About eight lines.
    """
    ### BEGIN SOLUTION
    z = keras.Input(shape=(32,), name="z")
    h = keras.layers.Dense(7 * 7 * 16, activation="relu")(z)
    h = keras.layers.Reshape((7, 7, 16))(h)
    h = keras.layers.UpSampling2D()(h)
    h = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(h)
    h = keras.layers.UpSampling2D()(h)
    x_hat = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h)
    return keras.Model(z, x_hat, name="decoder")
    ### END SOLUTION


# %%
build_decoder().summary()

# %% check="decoder" points=3
import numpy as np
from latentlab import check

_decoder = check.call("build_decoder", build_decoder)
check.shapes("decoder", _decoder, takes=(32,), gives=(28, 28, 1))
check.pixels("decoder", _decoder, takes=(32,))
check.feature_maps("decoder", _decoder, takes=(32,), sides=(7, 14, 28))
### BEGIN HIDDEN TESTS
_z = np.random.default_rng().normal(size=(7, 32)).astype(np.float32)
assert np.asarray(_decoder(_z)).shape == (7, 28, 28, 1), "the decoder must give one picture a code"
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Train it
#
# As in lab 1: Adam with a learning rate of 0.005, the binary cross-entropy, 4 epochs; this time in
# batches of 32. The target is the input. Remember the three habits: `jit_compile=False` for
# `compile`, `verbose=0` and `callbacks=[lab.Progress()]` for `fit`.
#
# Your function will train the dense rival as well, on vectors. So let it use its arguments, and
# nothing that only fits pictures.

# %% answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    """Compile the model and train it in place to rebuild its input; return what `fit` returns.

    autoencoder: a model whose output has the shape of its input. x_train: pictures or vectors to
    learn from, as many axes as the model takes. x_test: others, for the validation loss only.
    About ten lines.
    """
    ### BEGIN SOLUTION
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.005),
        loss="binary_crossentropy",
        jit_compile=False,
    )
    return autoencoder.fit(
        x_train,
        x_train,
        batch_size=32,
        epochs=4,
        validation_data=(x_test, x_test),
        verbose=0,
        callbacks=[lab.Progress()],
    )
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
autoencoder = history = None  # until the three functions above are written
lab.seed(3)
encoder, decoder = build_encoder(), build_decoder()
new_model = keras.Sequential([keras.Input((28, 28, 1)), encoder, decoder])
history = lab.kept(train_autoencoder, new_model, x_train, x_test)
autoencoder = new_model  # it is trained now, and so are encoder and decoder inside it

if history is None:
    print("There is no curve: does train_autoencoder return what fit returns?")
else:
    lab.plot_history(history, title="The convolutional autoencoder learns")

# %% [markdown]
# The check measures three things: that no more than 32 numbers get through the narrowest place of
# your network; that it has at most 209,968 parameters, as many as the dense rival below; and that
# its error on new digits is below that of PCA with 32 numbers.

# %% check="training" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
check.code_size("autoencoder", autoencoder, _test.images, 32)
check.parameters("autoencoder", autoencoder, takes=(28, 28, 1), at_most=209_968)
check.beats_pca(
    "autoencoder", autoencoder, _train.images, _test.images, components=32, at_most=1.0
)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0]
check.code_size("autoencoder", autoencoder, _new, 32)
check.beats_pca("autoencoder", autoencoder, _train.images, _new, components=32, at_most=1.0)
### END HIDDEN TESTS

# %% [markdown]
# ## 8. A fair comparison
#
# The rival is a dense autoencoder, 784 → 128 → 32 → 128 → 784. It has a code of the same size, is
# trained by your function on the same digits, and is judged on the same digits, which neither has
# seen.

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
lab.seed(3)
rival = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(32),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(784, activation="sigmoid"),
    ]
)
lab.kept(train_autoencoder, rival, x_train.reshape(-1, 784), pixels)

mean = x_train.reshape(-1, 784).mean(axis=0)
axes32 = np.linalg.eigh(np.cov(x_train.reshape(-1, 784).T))[1][:, -32:]  # PCA, as in lab 2
rebuilt = {
    "PCA": mean + (pixels - mean) @ axes32 @ axes32.T,
    "dense": np.array(rival(pixels)),
    "convolutional": np.array(autoencoder(x_test)).reshape(-1, 784),
}
sizes = {
    "PCA": 784 * 33, "dense": rival.count_params(), "convolutional": autoencoder.count_params()
}
print("32 numbers each    parameters    error on new digits")
for name, x_hat in rebuilt.items():
    print(f"{name:<18} {sizes[name]:>10,}    {np.mean((x_hat - pixels) ** 2):.4f}")

shown = [int(np.flatnonzero(test.labels == label)[1]) for label in (0, 2, 3, 5, 6, 8, 9)]
lab.show_rows(
    {
        "original": pixels[shown],
        **{name: x_hat[shown] for name, x_hat in rebuilt.items()},
        "dense: error": np.abs(rebuilt["dense"] - pixels)[shown],
        "conv.: error": np.abs(rebuilt["convolutional"] - pixels)[shown],
    },
    title="32 numbers each: convolutions leave the darkest, that is, the smallest errors",
)

# %% [markdown]
# All three err along the edges of strokes, where a shift by half a pixel already shows. PCA adds
# shadows of other digits. Between the two networks the error pictures tell: yours are darker. The
# dense one has to learn how a stroke ends at each place anew, from the few digits that have an end
# there. The convolutional one learns it once and uses it everywhere.
#
# Fair also means to say what was *not* equal. A step of the convolutional network takes longer: it
# has fewer weights but uses each of them hundreds of times per picture. And both would go on to get
# better with more epochs and more digits.

# %% [markdown]
# ## 9. What the filters see
#
# The filters of your encoder's first layer, and their maps of one digit after the activation. Blue
# weights are negative, red ones positive. Each map is drawn from 0 (black) to its own largest
# number (white).

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
lab.plot_filters(encoder, x_test[7], title="What each filter of the first layer reacts to")

# %% [markdown]
# Compare with the filters made by hand in section 2. Which of yours look for edges, and of which
# direction? Which one passes on the whole stroke? Some may stay dark: with `relu`, a filter that
# has been pushed too far gives 0 everywhere and has stopped learning.

# %% [markdown] written="fair" points=3
# **Question.** A friend shows you a convolutional autoencoder for MNIST. Its code is a set of maps
# of 14 × 14 × 16, and its error is a tenth of yours. "Convolutions compress so well", your friend
# says. In two to five sentences: what do you count, what could this network do to reach such an
# error, and how would you compare it fairly with yours?
#
# ### BEGIN SOLUTION
# 14 × 14 × 16 = 3,136 numbers is four times what the picture has (784). Nothing is compressed, and
# there is no bottleneck: the network could hand every pixel on, since four of the 16 filters are
# enough to keep the four pixels of each 2 × 2 square. So the small error says nothing about what it
# has learned of digits, or about convolutions. A fair comparison gives both codes the same number
# of numbers, such as 32, trains them on the same digits, measures the error on digits that neither
# has seen, and puts a baseline beside them, such as PCA with 32 numbers, and the parameters.
#
# *Marking, one point each:* (1) counts the numbers: 3,136, more than 784, no compression; (2) it
# can copy (learn the identity), so its error is no merit; (3) compares at the same code size, and
# names at least one more condition: same data, unseen digits, a baseline, parameters.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A dense network does not know which pixels are neighbours. A convolution does: it sees a small
#   window, and uses the same weights at every place.
# - Side of a map with padding `same`: $\lceil n/s \rceil$. Parameters: $f\,(k^2 c + 1)$, whatever
#   the size of the picture.
# - Down with strides or pooling. Up with upsampling and convolution, or with transposed
#   convolutions; these draw checkerboards, worst when the filter is not divisible by the stride.
# - Count the numbers in a code before you call it a code. Compare at the same code size.
#
# ## To think about
#
# <details><summary>1. Move a digit by 4 pixels to the right. What happens to the maps of 7 × 7, and
# what to the code?</summary>
#
# The maps move by one place to the right, since two strides of 2 make 4: they go along with the
# picture. The code changes as a whole: the dense layer behind the maps has weights of its own for
# each place. Going along is called equivariance. Staying the same would be invariance, which a
# decoder could not use: it has to know where to draw.
# </details>
#
# <details><summary>2. Why not take maps of 4 × 4 × 2 as the code? They hold 32 numbers as well, and
# cost no dense layer.</summary>
#
# You can. The network has far fewer weights then. But each number of the code describes one region
# of the picture, the empty corners included, with two numbers each. The dense layer lets every
# number speak about the whole digit, such as how much it leans.
# </details>
#
# <details><summary>3. On the way down with filters of 3 and stride 2, is each pixel seen equally
# often?</summary>
#
# No. In each direction, every second pixel lies under two windows and the others under one: it is
# your `coverage`, read from the other side. So the same unevenness comes back in the gradients.
# </details>
#
# <details><summary>4. The Keras blog reports a cross-entropy of 0.094 for its convolutional network
# with 128 numbers, and about 0.09 for a dense one with 32. So are convolutions worse?</summary>
#
# No. The two differ in more than that: in their layers, and in how far training has brought them.
# Yours, with 32 numbers, reached 0.078 when we trained it for the same 4 epochs on all 60,000
# digits (`lab.load("mnist", full=True)`, about a minute), and its dense rival 0.085. On the small
# sample yours stands near 0.097. A figure from elsewhere only says much if the code, the data and
# the training were the same.
# </details>
