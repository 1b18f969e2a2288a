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
# # Exercise 3. Colour pictures through 64 numbers
#
# A colour picture of 32 × 32 pixels is made of 3072 numbers. You build a convolutional
# autoencoder that describes it with **at most 64**, and you train it. Everything in it is yours:
# the encoder, the decoder, the shape of the code, the training.
#
# **At the end you will be able to**
#
# - read colour pictures as they are stored, and notice when their colours are mixed up;
# - measure a reconstruction in decibels, the unit that image compression uses;
# - work out the shapes in a stack of convolutions, and count the numbers of a code;
# - design and train a convolutional autoencoder within a limit, and in little time;
# - say what 64 numbers keep of a picture, what they lose, and why.
#
# **Time:** about 45 minutes. Training takes less than a minute of them.
#
# **It builds on:** lab 1 (encoder, code, decoder, PCA as a baseline) and lab 3 (strided
# convolutions, transposed convolutions).
#
# **How it is graded.** Sections 1 to 3 are warm-ups. Most points are for the network. The check
# first *measures* how many numbers of a picture get through it, on all paths together. Above 64
# there is no credit for a low error: an autoencoder without a bottleneck is a copying machine. Only
# then the error counts, on pictures that your network has never seen.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("cifar10")  # full=True: the real photographs, see section 8
x_train, x_test = train.images, test.images
print("x_train:", x_train.shape, "values from", x_train.min(), "to", x_train.max())
print("x_test :", x_test.shape)

# %% tags=["nbval-ignore-output"]
lab.show_rows(
    {"train": x_train[:10], " ": x_train[10:20], "test": x_test[:10]},
    title="Ten kinds of things, before any kind of background",
)

# %% [markdown]
# These are stand-ins for CIFAR-10: drawings of the same ten classes in made scenes, with much the
# same statistics as the photographs. The last axis holds the colours: red, green, blue.

# %% [markdown]
# ## 1. How colours are stored
#
# The files of CIFAR-10 hold each picture as one row of 3072 bytes: first all 1024 reds, row by row
# from the top, then all 1024 greens, then all 1024 blues. A byte goes from 0 to 255. Here are ten
# pictures packed in this way.

# %% tags=["nbval-ignore-output"]
def side_by_side(pictures, title):
    """Show pictures in one row, each with its name above it."""
    fig, ax = plt.subplots(figsize=(11, 13 / (len(pictures) + 0.3)))
    for i, (name, picture) in enumerate(pictures.items()):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=(i, i + 0.94, 0, 0.94))
        ax.text(i + 0.47, 0.98, name, ha="center", fontsize=11)
    ax.set(xlim=(0, len(pictures) - 0.06), ylim=(0, 1.12))
    ax.set_title(title)
    ax.set_axis_off()
    plt.show()


pixels = (255 * x_test[:10]).round().astype(np.uint8)
rows = np.concatenate([pixels[..., colour].reshape(10, 1024) for colour in range(3)], axis=1)
print("rows:", rows.shape, rows.dtype)

side_by_side(
    {
        "the picture": x_test[4],
        "numbers 0 to 1023": rows[4, :1024].reshape(32, 32) / 255,
        "1024 to 2047": rows[4, 1024:2048].reshape(32, 32) / 255,
        "2048 to 3071": rows[4, 2048:].reshape(32, 32) / 255,
        "read in a wrong order": rows[4].reshape(32, 32, 3) / 255,
    },
    title="A row holds three grey pictures; whoever takes it for pixels gets the one on the right",
)

# %% [markdown]
# The picture on the right has the right shape and the right numbers, and no error message came.
# Only the order is wrong: three neighbours in the row, all of them reds, were taken for the red,
# green and blue of one pixel. `reshape` never moves a number. It only cuts the row into pieces
# of another length. `transpose` is what exchanges axes.

# %% answer="unpack"
def unpack(rows):
    """Return the pictures that these rows hold: floats of shape (n, 32, 32, 3), from 0 to 1.

    rows: uint8, shape (n, 3072), each with 1024 reds, then 1024 greens, then 1024 blues. About
    two lines.
    """
    ### BEGIN SOLUTION
    planes = rows.reshape(len(rows), 3, 32, 32)
    return planes.transpose(0, 2, 3, 1) / 255
    ### END SOLUTION


# %% check="unpack" points=2
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.unpacks(unpack, _rng.integers(0, 256, (6, 3072), np.uint8), side=32)
### BEGIN HIDDEN TESTS
check.unpacks(unpack, _rng.integers(0, 256, (11, 3072), np.uint8), side=32)
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Decibels
#
# A mean squared error of 0.01: is that good? Image compression uses a scale that is easier to
# get a feeling for, the **peak signal-to-noise ratio**:
#
# $$\mathrm{PSNR} = 10 \, \log_{10} \frac{P^2}{\mathrm{MSE}}$$
#
# | symbol | what it is | here |
# |---|---|---|
# | $P$ | the peak: the largest value that a pixel can have | 1 |
# | $\mathrm{MSE}$ | the mean squared error of lab 1, over all pixels and colours | a number above 0 |
# | $\log_{10}$ | the logarithm with base 10 | |
# | $\mathrm{PSNR}$ | how far the signal stands out from the error, in decibels (dB) | more is better |
#
# Example by hand: $\mathrm{MSE} = 0.01$ gives $10 \log_{10} 100 = 20$ dB. Every factor of 10 in
# the error is 10 dB, and half the error is 3 dB more. With pixels from 0 to 255 the peak would be
# 255 and the result the same.

# %% answer="psnr"
def psnr(x, x_hat):
    """Return the peak signal-to-noise ratio in decibels: one number.

    x, x_hat: arrays of one shape, such as (n, 32, 32, 3), with values from 0 to 1. Take the mean
    squared error over all elements. About two lines.
    """
    ### BEGIN SOLUTION
    mse = np.mean((x - x_hat) ** 2)
    return 10 * np.log10(1 / mse)
    ### END SOLUTION


# %% check="psnr" points=2
import numpy as np
from latentlab import check

check.psnr(psnr, np.full((2, 3), 0.6), np.full((2, 3), 0.5))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
_x = _rng.random((5, 8, 8, 3))
_strength = np.reshape([0.3, 0.1, 0.2, 0.1, 0.4], (5, 1, 1, 1))
check.psnr(psnr, _x, _x + _strength * _rng.normal(size=_x.shape))
### END HIDDEN TESTS

# %% [markdown]
# What do so many decibels look like? Here is one picture with noise of a known strength.

# %% tags=["nbval-ignore-output"]
noise = np.random.default_rng(0).normal(size=x_test[5].shape)
noisy = {dB: x_test[5] + 10 ** (-dB / 20) * noise for dB in (10, 15, 20, 25, 30, 40)}
side_by_side(
    {f"{psnr(x_test[5], picture):.0f} dB": np.clip(picture, 0, 1) for dB, picture in noisy.items()},
    title="At 10 dB it can hardly be seen, from 30 dB on the noise can hardly be seen",
)

# %% [markdown]
# A photograph in a good JPEG file has 30 dB and more. It also has far more than 64 numbers.
#
# ### What is easy to reach
#
# Before you build anything, look at what costs nothing. The *mean picture* is the same for all.
# A *thumbnail* of 4 × 4 pixels keeps 48 numbers, the mean colour of each square. And PCA finds
# the best that is possible without bends in a network (labs 1 and 2).

# %% tags=["nbval-ignore-output"]
def main_axes(x, count):
    """Return the mean of x and its main axes, as PCA finds them: shapes (3072,), (3072, count).

    All 3072 axes would take long. Multiplying some random vectors by the covariance again and again
    turns them into the directions in which the pictures vary most (Halko, Martinsson and Tropp,
    2011).
    """
    mean = x.mean(axis=0)
    centred = x - mean
    axes = np.random.default_rng(0).normal(size=(x.shape[1], count + 10)).astype(np.float32)
    for _ in range(4):
        axes, _ = np.linalg.qr(centred.T @ (centred @ axes))
    _, _, turn = np.linalg.svd(centred @ axes, full_matrices=False)
    return mean, (axes @ turn.T)[:, :count]


mean_picture, axes = main_axes(x_train.reshape(-1, 3072), 64)


def pca(x, count):
    """Return what is left of pictures (n, 32, 32, 3) that are described by `count` numbers."""
    centred = x.reshape(-1, 3072) - mean_picture
    return (mean_picture + centred @ axes[:, :count] @ axes[:, :count].T).reshape(x.shape)


def thumbnail(x):
    """Return each 8 x 8 square of pictures (n, 32, 32, 3) in its mean colour."""
    squares = x.reshape(-1, 4, 8, 4, 8, 3).mean(axis=(2, 4), keepdims=True)
    return np.broadcast_to(squares, (len(x), 4, 8, 4, 8, 3)).reshape(x.shape)


baselines = {  # name: how many numbers, and what becomes of the test pictures
    "mean picture": (0, pca(x_test, 0)),
    "thumbnail": (48, thumbnail(x_test)),
    "PCA, 8": (8, pca(x_test, 8)),
    "PCA, 32": (32, pca(x_test, 32)),
    "PCA, 64": (64, pca(x_test, 64)),
}
lab.show_rows(
    {"original": x_test, **{name: pictures for name, (_, pictures) in baselines.items()}},
    title="PCA keeps the light and the large patches of colour; things have no edges",
)

# %% tags=["nbval-ignore-output"]
print("what                numbers   error     PSNR")
for name, (numbers, pictures) in baselines.items():
    error = np.mean((x_test - pictures) ** 2)
    print(f"{name:<18} {numbers:7}    {error:.4f}   {psnr(x_test, pictures):4.1f} dB")

# %% [markdown]
# The 48 numbers of the thumbnail are worth no more than 8 of PCA: which numbers they are matters.
#
# Remember two rows of this table. **PCA with 32 numbers** is what your network has to beat, with
# its 64. PCA with 64 is hard to beat in little time, and section 8 tells why.

# %% [markdown]
# ## 3. How large is a code?
#
# A convolution with stride $s$ and `padding="same"` makes maps with $\lceil n / s \rceil$ rows of
# $n$, and as many columns. The brackets say: round up. Each filter makes one map, whatever the
# number of channels it looks at. So a layer with 32 filters and stride 4 turns (32, 32, 3) into
# (8, 8, 32).
#
# A map of 4 × 4 looks tiny. But 32 of them are 512 numbers. What counts is the product of all
# three.

# %% answer="map_shapes"
def map_shapes(picture, layers):
    """Return a list with the shape (height, width, channels) after each convolution.

    picture: the shape that goes into the first one, such as (32, 32, 3). layers: a list with
    (filters, stride) of each convolution; all have padding="same", and each takes what the one
    before it gives. The picture's own shape is not in the list. About six lines.
    """
    ### BEGIN SOLUTION
    height, width, _ = picture
    shapes = []
    for filters, stride in layers:
        height, width = -(-height // stride), -(-width // stride)  # rounds up
        shapes.append((height, width, filters))
    return shapes
    ### END SOLUTION


# %% answer="compression"
def compression(picture, code):
    """Return how many times fewer numbers a code has than a picture: a ratio, such as 48.0.

    picture, code: their shapes, such as (32, 32, 3) and (4, 4, 4), or (64,) for a vector. It is
    below 1 if the code has more numbers than the picture. About one line.
    """
    ### BEGIN SOLUTION
    return np.prod(picture) / np.prod(code)
    ### END SOLUTION


# %% check="sizes" points=2
import numpy as np
from latentlab import check

check.map_shapes(map_shapes, (32, 32, 3), [(16, 2), (32, 2), (8, 3)])
check.compression(compression, ((32, 32, 3), (4, 4, 32)), ((28, 28, 1), (10,)))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
for _ in range(3):
    _layers = [(int(_rng.integers(5, 60)), int(_rng.integers(2, 5))) for _ in range(3)]
    _picture = (2 * int(_rng.integers(20, 40)) + 1, 2 * int(_rng.integers(41, 60)) + 1, 3)
    check.map_shapes(map_shapes, _picture, _layers)
    check.compression(compression, (_picture, tuple(int(n) for n in _rng.integers(2, 40, 3))))
check.compression(compression, ((8, 8, 3), (8, 8, 16)))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
for layers in (
    [(32, 2), (48, 2)],
    [(32, 2), (16, 2), (8, 1)],
    [(32, 2), (32, 2), (32, 2)],
    [(32, 4), (8, 2)],
    [(32, 4), (4, 2)],
    [(32, 4), (32, 2), (64, 4)],
):
    shapes = map_shapes((32, 32, 3), layers)
    ratio = compression((32, 32, 3), shapes[-1])
    arrows = " -> ".join("{} x {} x {}".format(*shape) for shape in shapes)
    print(f"{arrows:<40} {np.prod(shapes[-1]):5} numbers, ratio {ratio:g}")

# %% [markdown]
# The first of these has small maps and no bottleneck at all. Only the last two are codes of 64
# numbers. A third way is to flatten the maps and end with a dense layer.

# %% [markdown]
# ## 4. Build it
#
# Now it is your turn. The rules:
#
# - The code has **at most 64 numbers** for each picture. Its shape is up to you.
# - Encoder and decoder use convolutions. No layer joins all 3072 numbers of a picture to its
#   units: a dense autoencoder 3072 → 64 → 3072 has 396,352 weights and biases, and yours
#   will have far fewer.
# - The decoder gives pixels, numbers from 0 to 1.
#
# Some advice. It makes the difference between seconds and minutes.
#
# - **Large steps first.** The cost of a convolution grows with the area of its maps. A first
#   layer with stride 4 leaves 8 × 8 places, a sixteenth of them. A kernel as large as the
#   stride, or twice as large, misses no pixel.
# - **Centre the pixels.** Most of what a picture holds is its mean brightness, and a network that
#   has to carry it along learns slowly. Let a layer `keras.layers.Rescaling` turn 0..1 into -1..1
#   before the first convolution.
# - **Let slopes through.** `elu` and `gelu` learn faster here than `relu`, whose units can fall
#   silent in the first steps.
# - **No activation on the code.** It may be any numbers.
# - **Mirror it.** The decoder goes the same way back, with `Conv2DTranspose`, or with
#   `UpSampling2D` and `Conv2D`.
# - **20 to 60 filters** in each layer are enough.

# %% answer="encoder"
def build_encoder():
    """Return a new, untrained Keras model that turns pictures into codes.

    It takes pictures of shape (n, 32, 32, 3) with values from 0 to 1. It gives codes with at most
    64 numbers for each picture, such as (n, 64) or (n, 4, 4, 4), any numbers. About eight lines.
    """
    ### BEGIN SOLUTION
    x = keras.Input(shape=(32, 32, 3), name="x")
    h = keras.layers.Rescaling(2.0, offset=-1.0)(x)
    h = keras.layers.Conv2D(32, 4, strides=4, padding="same", activation="elu")(h)
    h = keras.layers.Conv2D(48, 4, strides=2, padding="same", activation="elu")(h)
    z = keras.layers.Dense(64)(keras.layers.Flatten()(h))
    return keras.Model(x, z, name="encoder")
    ### END SOLUTION


# %%
build_encoder().summary()

# %% check="encoder" points=2
import numpy as np
from latentlab import check

_encoder = check.call("build_encoder", build_encoder)
check.encodes("encoder", _encoder, takes=(32, 32, 3), code=64)
### BEGIN HIDDEN TESTS
_x = np.random.default_rng().random((4, 32, 32, 3), np.float32)
_alone, _together = np.asarray(_encoder(_x[:1])), np.asarray(_encoder(_x))[:1]
assert np.allclose(_alone, _together, atol=1e-3), (
    "the code of a picture must not depend on the other pictures of its batch"
)
### END HIDDEN TESTS

# %% answer="decoder"
def build_decoder():
    """Return a new, untrained Keras model that turns codes into pictures.

    It takes codes of the shape that your encoder gives, and gives pictures of shape
    (n, 32, 32, 3) with values from 0 to 1. About eight lines.
    """
    ### BEGIN SOLUTION
    z = keras.Input(shape=(64,), name="z")
    h = keras.layers.Dense(4 * 4 * 48, activation="elu")(z)
    h = keras.layers.Reshape((4, 4, 48))(h)
    h = keras.layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="elu")(h)
    x_hat = keras.layers.Conv2DTranspose(3, 4, strides=4, padding="same", activation="sigmoid")(h)
    return keras.Model(z, x_hat, name="decoder")
    ### END SOLUTION


# %% check="decoder" points=2
import numpy as np
from latentlab import check

_encoder = check.call("build_encoder", build_encoder)
_decoder = check.call("build_decoder", build_decoder)
check.decodes("decoder", _decoder, _encoder, picture=(32, 32, 3))
### BEGIN HIDDEN TESTS
_codes = np.asarray(_encoder(np.random.default_rng().random((4, 32, 32, 3), np.float32)))
_alone, _together = np.asarray(_decoder(_codes[:1])), np.asarray(_decoder(_codes))[:1]
assert np.allclose(_alone, _together, atol=1e-3), (
    "a reconstruction must not depend on the other codes of its batch"
)
### END HIDDEN TESTS

# %% answer="autoencoder"
def build_autoencoder(encoder, decoder):
    """Return one Keras model that computes decoder(encoder(x)).

    encoder: a model from pictures (n, 32, 32, 3) to codes of any shape. decoder: a model from such
    codes to pictures. Both keep their weights. About two lines.
    """
    ### BEGIN SOLUTION
    x = keras.Input(shape=(32, 32, 3), name="x")
    return keras.Model(x, decoder(encoder(x)), name="autoencoder")
    ### END SOLUTION


# %% check="autoencoder" points=1
import numpy as np
from latentlab import check

check.joined(build_autoencoder, takes=(32, 32, 3), code=64)
### BEGIN HIDDEN TESTS
_code = int(np.random.default_rng().integers(3, 60))
check.joined(build_autoencoder, takes=(32, 32, 3), code=_code)
### END HIDDEN TESTS

# %% [markdown]
# ## 5. Train it
#
# Choose the loss, the optimizer, the learning rate, the size of the batches and the number of
# epochs. Two things help more than patience: a learning rate as high as it stays stable (try
# 0.002 to 0.01 with Adam), and small batches (32 to 64), which make more steps out of as many
# pictures. A few epochs are enough for the check. Stay below a minute, and leave a small margin:
# your notebook is run again when it is graded, and no two runs end with quite the same error.
#
# As always, give `compile` the argument `jit_compile=False`, and `fit` the arguments `verbose=0`
# and `callbacks=[lab.Progress()]`.

# %% answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    """Compile the model and train it in place to rebuild its input; return what `fit` returns.

    autoencoder: a model from pictures to pictures, both (n, 32, 32, 3). x_train: pictures to learn
    from. x_test: others, for the validation loss only; some hundreds are enough for that. About
    ten lines.
    """
    ### BEGIN SOLUTION
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="mse", jit_compile=False
    )
    return autoencoder.fit(
        x_train,
        x_train,
        batch_size=50,
        epochs=3,
        validation_data=(x_test[:300], x_test[:300]),
        verbose=0,
        callbacks=[lab.Progress()],
    )
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
autoencoder = history = None  # until all four functions above are written
lab.seed(1)
encoder, decoder = build_encoder(), build_decoder()
new_model = build_autoencoder(encoder, decoder)
history = lab.kept(train_autoencoder, new_model, x_train, x_test)
autoencoder = new_model  # it is trained now, and so are encoder and decoder inside it

print(f"{autoencoder.count_params():,} weights and biases")
if hasattr(history, "history"):
    lab.plot_history(history, title="If the last epoch still helped, one more would too")

# %% [markdown]
# The check looks at three things, in this order: how many numbers get through, whether the colours
# are in their places, and the error on new pictures beside that of PCA with 32 numbers.

# %% check="training" points=5 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("cifar10")
check.code_size("autoencoder", autoencoder, _test.images, 64)
check.keeps_colours("autoencoder", autoencoder, _test.images[:200])
check.beats_pca(
    "autoencoder", autoencoder, _train.images, _test.images[:500], components=32, at_most=1.0
)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("cifar10")[0]
check.code_size("autoencoder", autoencoder, _new, 64)
check.beats_pca("autoencoder", autoencoder, _train.images, _new, components=32, at_most=1.0)
### END HIDDEN TESTS

# %% [markdown]
# ## 6. Look at it
#
# An error is a mean over hundreds of pictures. Now see what becomes of single ones.

# %% answer="reconstruct"
def reconstruct(autoencoder, x):
    """Return what the autoencoder makes of x: a numpy array of the same shape, (n, 32, 32, 3).

    autoencoder: a model from pictures to pictures. x: pictures, values from 0 to 1. About one line.
    """
    ### BEGIN SOLUTION
    return np.array(autoencoder(x))
    ### END SOLUTION


# %% check="reconstruct" points=1
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.rebuilds_colour(reconstruct, _rng.random((6, 32, 32, 3), np.float32))
### BEGIN HIDDEN TESTS
check.rebuilds_colour(reconstruct, _rng.random((3, 32, 32, 3), np.float32))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
x_hat = reconstruct(autoencoder, x_test)
lab.show_rows(
    {
        "original": x_test,
        "PCA, 32": pca(x_test, 32),
        "yours": x_hat,
        "lost": 0.5 + (x_test - x_hat),  # grey where nothing was lost
    },
    title="Edges and small things are lost; the colours of large areas are kept",
)
print("what                numbers   error     PSNR")
for name, (numbers, pictures) in {**baselines, "yours": (64, x_hat)}.items():
    error = np.mean((x_test - pictures) ** 2)
    print(f"{name:<18} {numbers:7}    {error:.4f}   {psnr(x_test, pictures):4.1f} dB")

# %% [markdown]
# The last row of pictures is the difference between original and reconstruction, grey where it is
# 0. Some pictures come through better than others. Which ones, and why?

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
errors = np.mean((x_test - x_hat) ** 2, axis=(1, 2, 3))
order = np.argsort(errors)
lab.show_rows(
    {
        "best": x_test[order[:10]],
        "rebuilt": x_hat[order[:10]],
        "worst": x_test[order[-10:]],
        "rebuilt ": x_hat[order[-10:]],
    },
    title="Calm pictures are easy; sharp contrasts and fine patterns are not",
)

# %% [markdown]
# ## 7. In your own words

# %% [markdown] written="texture" points=3
# **Question.** In four to eight sentences: (a) Your reconstructions keep the colours of large areas
# and lose texture and edges. Why? Think of what 64 numbers can hold, and of which mistakes the mean
# squared error finds expensive. (b) A friend has a "compressed" code of 8 × 8 × 8 and half
# your error. What do you tell your friend?
#
# ### BEGIN SOLUTION
# (a) The mean squared error adds up all pixels. A wrong colour of a large area is wrong at hundreds
# of pixels by a lot; a lost texture is wrong by a little, here up, there down. So the 64 numbers
# are spent where they save most: on brightness, on colour, on the places of large patches. Much of
# a picture's variance lies there, because neighbouring pixels are nearly alike. Texture differs
# from picture to picture and needs many numbers for little gain. And where the decoder cannot know
# whether a pixel is light or dark, the guess with the smallest expected squared error is the mean,
# which is smooth: blur.
#
# (b) 8 × 8 × 8 is 512 numbers, eight times as many as allowed and a sixth of the picture's 3072.
# Small maps with several channels are not a small code. The two errors cannot be compared: with
# 512 numbers PCA too has a far smaller error. Compare at the same number of numbers.
#
# *Marking, one point each:* (1) 64 numbers go where the squared error gains most, large areas of
# colour (or: slow changes hold most of the variance); (2) texture is small, different everywhere
# and cannot be known from the code, and the best guess under doubt is the mean, blur; (3) counts
# 512 numbers, and says that errors are to be compared at the same code size.
# ### END SOLUTION

# %% [markdown]
# ## 8. How far can one get?
#
# A few seconds take you past PCA with 32 numbers. What do hours give? These are published figures
# for convolutional autoencoders on the real CIFAR-10: 50,000 photographs, hundreds of epochs on a
# graphics card, mean squared error of new photographs with pixels from 0 to 1.
#
# | numbers in the code | 64 | 128 | 256 | 384 |
# |---|---|---|---|---|
# | mean squared error | 0.0071 | 0.0041 | 0.0021 | 0.0013 |
# | PSNR | 21.5 dB | 23.9 dB | 26.8 dB | 28.9 dB |
#
# (Source: UvA Deep Learning Tutorials, tutorial 9, "Deep Autoencoders".)
#
# For comparison we have run the solution of this exercise on 10,000 real photographs. Measured on
# 2,000 others:
#
# | what | numbers | training on one core | error | PSNR |
# |---|---|---|---|---|
# | PCA | 32 | | 0.0122 | 19.1 dB |
# | PCA | 64 | | 0.0081 | 20.9 dB |
# | our solution, 3 epochs | 64 | 8 s | 0.0089 | 20.5 dB |
# | the same with `gelu`, 60 epochs, the learning rate falling to 0 | 64 | 150 s | 0.0077 | 21.1 dB |
#
# So the honest answer is: not very far. With as many numbers, hundreds of epochs end an eighth
# below PCA. Photographs at this size are hard to describe in few numbers, and the straight way of
# PCA is already good. PCA finds its best answer by one calculation; a network walks there step by
# step, and only then profits from its bends. In its favour it has its size: 151,475 weights and
# biases, where PCA with 64 numbers needs 199,680.
#
# You can try it: `lab.load("cifar10", full=True)` gives the real photographs. The check always
# measures on the stand-ins; our solution passes it also when it was trained on photographs, which
# says something about how general such a code is.

# %% [markdown]
# ## What to remember
#
# - `reshape` cuts, `transpose` moves axes. Mixed-up colours raise no error: look at the pictures.
# - PSNR is the error on a scale of decibels: 10 dB for each factor of 10, more is better.
# - The size of a code is the product of its shape. Small maps with many channels are no bottleneck,
#   and a path around the code makes it larger.
# - Large strides, centred pixels, smooth activations, a high learning rate and small batches: this
#   is what makes a convolutional autoencoder learn in seconds.
# - With few numbers, colour and light survive, texture does not: the squared error decides.
#
# ## To think about
#
# <details><summary>1. Why does a code of 4 × 4 × 4 lose little against a dense one of 64, when each
# of its numbers sees only a part of the picture?</summary>
#
# Neighbouring pixels have most to say about one another, and a convolution with shared weights has
# far fewer of them to learn, from every place of every picture. A dense code could also use what
# distant places have in common. It needs more pictures or more time to find that.
# </details>
#
# <details><summary>2. A U-Net hands its early maps on to the decoder, beside the code. Its
# reconstructions are sharp at once. Why is it no autoencoder?</summary>
#
# Nothing has to go through the code, so nothing has to be left out: the fine detail takes the path
# around it. For segmentation (lab 10), where the output is not the input, that path is just what is
# wanted.
# </details>
#
# <details><summary>3. Could a decoder that knows all training pictures by heart get by with one
# number, the index of the picture?</summary>
#
# For the training pictures, yes: the index is enough. For a new picture there is no index. This
# is why the error is measured on pictures that were not used for training.
# </details>
#
# <details><summary>4. Would your network get a better PSNR if it rounded its pixels to 0..255 in
# the end?</summary>
#
# No, and hardly a worse one. Rounding is wrong by up to half a step, 1/510. That is a mean squared
# error of about 0.0000013, or 59 dB, far below everything that the 64 numbers lose.
# </details>
