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
# # Lab 1. An autoencoder: a digit through the eye of a needle
#
# A picture of a digit has 784 pixels. In this lab you send it through a network that hands on
# **two numbers** in its middle, and draws the digit again from these two alone.
#
# **At the end you will be able to**
#
# - say what an encoder, a code, a decoder and a bottleneck are, and why nobody needs labels;
# - count the layers, neurons and weights of such a network;
# - write the two usual reconstruction errors, and say how they differ;
# - build, join and train an encoder and a decoder in Keras;
# - judge the result by eye and by a number.
#
# **Time:** about 40 minutes. Training takes a few seconds of them.
#
# **It builds on:** Python, numpy arrays, and the basics of Keras (`Dense`, `compile`, `fit`).
#
# Cells that say `YOUR CODE HERE` are yours. Replace the `raise` line below it with your code, run
# the cell, then run the check under it. A check says what is wrong and where to look. Run it as
# often as you like.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("mnist")
x_train = train.images.reshape(len(train.images), 784)  # each image as one row of 784 numbers
x_test = test.images.reshape(len(test.images), 784)
print("images :", train.images.shape, "values from", train.images.min(), "to", train.images.max())
print("x_train:", x_train.shape)
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. How few numbers can hold a digit?
#
# First an experiment without a network. We describe each digit with fewer and fewer numbers: the
# mean grey of each of 14 × 14 squares, then of 7 × 7 squares, and so on. Then we draw the digit
# again from these numbers alone.

# %% tags=["nbval-ignore-output"]
def mean_grey(images, side):
    """Keep only the mean grey of side x side squares; draw each as one flat square."""
    width = 28 // side
    squares = images.reshape(-1, side, width, side, width).mean(axis=(2, 4))
    return squares.repeat(width, axis=1).repeat(width, axis=2)


lab.show_rows(
    {f"{side * side} numbers": mean_grey(test.images, side) for side in (28, 14, 7, 4, 2)},
    title="Fewer numbers, and the digit is gone: with 4 of them nobody can read it",
)

# %% [markdown]
# With 49 numbers you can still guess. With 4 numbers nothing is left.
#
# Yet few of the possible pictures of 28 × 28 pixels are digits. Whoever knows what digits look
# like does not need to describe every corner: "a slim seven, leaning to the right" says almost
# all. A network can find such a description by itself. Today it gets only **two** numbers for it.

# %% [markdown]
# ## 2. Encoder, code, decoder

# %% tags=["nbval-ignore-output"]
sizes = [784, 256, 128, 64, 2, 64, 128, 256, 784]
colours = ["#4878a8"] * 4 + ["#c03030"] + ["#d08a2e"] * 4
names = {1.5: ("encoder", "#4878a8"), 4: ("code", "#c03030"), 6.5: ("decoder", "#d08a2e")}

fig, ax = plt.subplots(figsize=(11, 4.6))
heights = np.sqrt(sizes)  # as tall as a square picture of that many pixels
for i in range(8):
    edge = np.array([heights[i], heights[i + 1]]) / 2
    ax.fill_between([i, i + 1], -edge, edge, color=colours[i if i < 4 else i + 1], alpha=0.2, lw=0)
ax.bar(range(9), heights, width=0.22, bottom=-heights / 2, color=colours)
for i, size in enumerate(sizes):
    ax.text(i, heights[i] / 2 + 0.8, size, ha="center", fontsize=12)
for i, (name, colour) in names.items():
    ax.text(i, -13, name, ha="center", fontsize=15, color=colour, weight="bold")
for i, y, letter in [(-0.4, 0, "x"), (8.4, 0, "x̂"), (4, -2.5, "z")]:
    ax.text(i, y, letter, ha="center", va="center", fontsize=18, style="italic")
ax.set_title("All that the decoder ever learns about the digit goes through two numbers", pad=12)
ax.set_axis_off()
plt.show()

# %% [markdown]
# The picture $x$ goes in at the left. Each bar is a layer, with its number of neurons above it.
#
# - The **encoder** turns $x$ into the **code** $z$.
# - The **decoder** turns the code into a picture $\hat x$, the **reconstruction**.
# - The narrow place in the middle is the **bottleneck**. Nothing goes around it.
# - Encoder and decoder together are the **autoencoder**.
#
# The network is trained so that $\hat x$ comes out like $x$. The target *is* the input. So nobody
# has to say that this is a seven: no labels are needed, and the task is **unsupervised**.
#
# With one layer on each side, the formulas are
#
# $$z = \sigma(W x + b), \qquad \hat x = \sigma'(W' z + b').$$
#
# | symbol | what it is | here |
# |---|---|---|
# | $x$ | the input: all pixels in one row | 784 numbers from 0 to 1 |
# | $z$ | the code, also called latent vector | 2 numbers |
# | $\hat x$ | the reconstruction; some books write $x'$, code `x_hat` | 784 numbers from 0 to 1 |
# | $W$, $b$ | weights and biases of the encoder | learned |
# | $W'$, $b'$ | weights and biases of the decoder | learned |
# | $\sigma$, $\sigma'$ | the activations: functions applied to each number | chosen by you |
#
# The prime only says "of the decoder". It is no derivative. A deep autoencoder, such as yours,
# takes the step $\sigma(W\,\cdot + b)$ several times on each side.

# %% [markdown]
# ## 3. Pencil first
#
# Here is a tiny autoencoder. Each circle is a neuron, each line is a weight. Every neuron that
# lines lead into also has a bias.

# %% tags=["nbval-ignore-output"]
tiny = [4, 3, 2, 3, 4]
fig, ax = plt.subplots(figsize=(8, 3.6))
rows = [np.arange(size) - (size - 1) / 2 for size in tiny]
for i in range(4):
    for y_from in rows[i]:
        ax.plot([[i] * len(rows[i + 1]), [i + 1] * len(rows[i + 1])],
                [[y_from] * len(rows[i + 1]), rows[i + 1]], color="0.6", lw=1, zorder=1)
for i, colour in enumerate(["#4878a8", "#4878a8", "#c03030", "#d08a2e", "#d08a2e"]):
    ax.scatter([i] * len(rows[i]), rows[i], s=380, color=colour, zorder=2)
ax.set_title("A network with input 4, hidden layers 3-2-3 and output 4")
ax.set_axis_off()
ax.margins(0.1, 0.15)
plt.show()

# %% [markdown]
# Count with pencil and paper, without a computer:
#
# - its **layers**, the input layer included (`n_layers`);
# - its **neurons**, those of the input layer included (`n_neurons`);
# - its **weights**, that is, the lines (`n_weights`);
# - its **biases** (`n_biases`).
#
# And ask yourself why its input and its output are the same size. Section 7 comes back to it.

# %% answer="pencil"
n_layers = n_neurons = n_weights = n_biases = None
### BEGIN SOLUTION
n_layers = 5
n_neurons = 4 + 3 + 2 + 3 + 4
n_weights = 4 * 3 + 3 * 2 + 2 * 3 + 3 * 4
n_biases = 3 + 2 + 3 + 4
### END SOLUTION

# %% check="pencil" points=2
from latentlab import check

check.counts(
    (4, 3, 2, 3, 4), layers=n_layers, neurons=n_neurons, weights=n_weights, biases=n_biases
)

# %% [markdown]
# ## 4. How wrong is a reconstruction?
#
# Training needs one number that says how far $\hat x$ is from $x$: the **reconstruction error**.
# Look at one digit and at four poor copies of it. Which copy is best? Put them in order by eye,
# and keep your order in mind.

# %% tags=["nbval-ignore-output"]
digit = test.images[7, :, :, 0]
noise = np.random.default_rng(1).random(digit.shape)
copies = {
    "moved by 2 pixels": np.roll(digit, 2, axis=1),
    "blurred": sum(np.roll(digit, (i, j), axis=(0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9,
    "all digits' mean": train.images.mean(axis=0)[:, :, 0],
    "noisy": np.clip(digit + 0.5 * (noise - 0.5), 0, 1),
}
fig, ax = plt.subplots(figsize=(11, 2.7))
for i, (name, image) in enumerate({"original": digit, **copies}.items()):
    ax.imshow(image, cmap="gray", vmin=0, vmax=1, extent=(i, i + 0.94, 0, 0.94))
    ax.text(i + 0.47, 1, name, ha="center", fontsize=11)
ax.set(xlim=(0, 4.94), ylim=(0, 1.15))
ax.set_title("One digit and four poor copies: which copy is best?")
ax.set_axis_off()
plt.show()

# %% [markdown]
# ### Mean squared error
#
# Take the difference at each pixel, square it, and take the mean:
#
# $$\mathrm{mse}(x, \hat x) = \frac{1}{n} \sum_{i=1}^{n} (\hat x_i - x_i)^2$$
#
# Here $i$ runs over all $n$ pixels (of all images, if there are several), $x_i$ is the true value
# of a pixel and $\hat x_i$ the rebuilt one. Example by hand: for $x = (1, 0)$ and
# $\hat x = (0.5, 0.2)$ the error is $\frac12 (0.25 + 0.04) = 0.145$.

# %% answer="mse"
def mse(x, x_hat):
    """Return the mean squared error: one number, the mean over all elements.

    x, x_hat: arrays of one shape, such as (784,) or (n, 784), with values from 0 to 1.
    About one line.
    """
    ### BEGIN SOLUTION
    return np.mean((x_hat - x) ** 2)
    ### END SOLUTION


# %% check="mse" points=2
import numpy as np
from latentlab import check

check.mse(mse, [1.0, 0.0], [0.5, 0.2])
check.mse(mse, [[1.0, 0.0], [1.0, 0.5]], [[0.5, 0.2], [0.9, 0.1]])
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
check.mse(mse, _rng.random((4, 784)), _rng.random((4, 784)))
### END HIDDEN TESTS

# %% [markdown]
# ### Binary cross-entropy
#
# The other usual error reads $\hat x_i$ as a probability: "pixel $i$ is white with probability
# $\hat x_i$". If the pixel is white, $x_i = 1$, the error is how surprised such a forecaster is:
# $-\log \hat x_i$. That is 0 for $\hat x_i = 1$ and grows without bound towards $\hat x_i = 0$.
# If the pixel is black, $x_i = 0$, it is $-\log(1 - \hat x_i)$. One formula holds both cases, and
# greys between them:
#
# $$\mathrm{bce}(x, \hat x) =
# -\frac{1}{n} \sum_{i=1}^{n} \Big[ x_i \log \hat x_i + (1 - x_i) \log (1 - \hat x_i) \Big]$$
#
# The logarithm is the natural one. For $x = (1, 0)$ and $\hat x = (0.5, 0.2)$ the error is
# $-\frac12 (\log 0.5 + \log 0.8) = 0.458$.
#
# A computer meets $\hat x_i = 0$ and $\hat x_i = 1$ exactly, and $\log 0$ is minus infinity. So,
# as Keras does, first clip $\hat x$ to the range from $10^{-7}$ to $1 - 10^{-7}$.

# %% answer="bce"
def bce(x, x_hat):
    """Return the binary cross-entropy: one number, the mean over all elements, in nats (log base e).

    x, x_hat: arrays of one shape, such as (784,) or (n, 784), with values from 0 to 1. The result
    is finite also where x_hat is exactly 0 or 1. About two lines.
    """
    ### BEGIN SOLUTION
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))
    ### END SOLUTION


# %% check="bce" points=2
import numpy as np
from latentlab import check

check.bce(bce, [1.0, 0.0], [0.5, 0.2])
check.bce(bce, [[1.0, 0.0], [1.0, 0.5]], [[0.5, 0.2], [0.9, 0.1]])
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
check.bce(bce, _rng.random((4, 784)), _rng.uniform(0.05, 0.95, (4, 784)))
### END HIDDEN TESTS

# %% [markdown]
# ### Your two errors at work
#
# First the four copies, measured by your functions. Compare with your own order.

# %%
print("copy                 mse     bce")
for name, image in copies.items():
    print(f"{name:<18} {mse(digit, image):6.3f}  {bce(digit, image):6.3f}")

# %% [markdown]
# By eye, the moved digit is nearly perfect. Both errors call it the worst by far: they compare
# pixel with pixel and know nothing of shapes. A network that is in doubt where a stroke is does
# better to paint it soft and grey. This is why reconstructions look **blurred**. Remember it when
# you see yours.
#
# Now the curves, and their slopes. The true pixel is white, $x = 1$; the rebuilt value $\hat x$
# goes from 0 to 1.

# %% tags=["nbval-ignore-output"]
x_hat = np.linspace(0.02, 0.999, 200)
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2))
for name, loss, colour in [("mse", mse, "#4878a8"), ("bce", bce, "#c03030")]:
    error = np.array([float(loss(np.ones(1), np.array([value]))) for value in x_hat])
    left.plot(x_hat, error, color=colour, lw=2.5, label=name)
    right.plot(x_hat, np.gradient(error, x_hat), color=colour, lw=2.5, label=name)
left.set_title("Error of a white pixel: bce has no upper limit")
right.set_title("Its derivative: bce pulls hardest where it is most wrong")
left.set_ylabel("error")
right.set_ylabel("derivative")
right.set_ylim(-20, 1)
for ax in (left, right):
    ax.set_xlabel("rebuilt value x̂ (the true value is 1)")
    ax.locator_params(nbins=5)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
plt.show()

# %% [markdown]
# The slopes in the picture on the right, by formula:
#
# $$\frac{\partial\,\mathrm{mse}}{\partial \hat x} = 2 (\hat x - x), \qquad
# \frac{\partial\,\mathrm{bce}}{\partial \hat x} = \frac{\hat x - x}{\hat x (1 - \hat x)}$$
#
# They have the same sign: both errors pull $\hat x$ towards $x$. But not equally hard. For a
# pixel that is confidently wrong, the slope of the squared error is never beyond 2, while that of
# the cross-entropy has no limit. Training follows the slope. So cross-entropy corrects gross
# mistakes faster, and squared error is the calmer of the two.
#
# <details><summary>For the curious: what the sigmoid does to these slopes</summary>
#
# The last layer computes $\hat x = 1 / (1 + e^{-a})$, and training changes $a$. The slope of the
# sigmoid is $\hat x (1 - \hat x)$. Multiply: for the cross-entropy $\hat x - x$ is left, which is
# large when the pixel is wrong. For the squared error $2(\hat x - x)\,\hat x(1 - \hat x)$ is
# left, which is nearly 0 for a pixel that is confidently wrong: it hardly learns.
# </details>

# %% [markdown]
# ## 5. Build it
#
# Now the network of the hourglass picture.
#
# **Encoder.** It takes vectors of 784 numbers. Dense layers with 256, 128 and 64 units follow,
# each with the activation `relu`. Then comes the code: a dense layer with 2 units and *no*
# activation. So a code may be any two numbers, and the encoder has the whole plane to put digits
# in.

# %% answer="encoder"
def build_encoder():
    """Return a new, untrained Keras model 784 -> 256 -> 128 -> 64 -> 2.

    It takes vectors of shape (n, 784) with values from 0 to 1 and gives codes of shape (n, 2),
    any numbers. Every layer is dense and has biases; hidden layers use relu, the code has no
    activation. About eight lines.
    """
    ### BEGIN SOLUTION
    x = keras.Input(shape=(784,), name="x")
    h = keras.layers.Dense(256, activation="relu")(x)
    h = keras.layers.Dense(128, activation="relu")(h)
    h = keras.layers.Dense(64, activation="relu")(h)
    z = keras.layers.Dense(2)(h)
    return keras.Model(x, z, name="encoder")
    ### END SOLUTION


# %%
build_encoder().summary()

# %% check="encoder" points=3
import numpy as np
from latentlab import check

_encoder = check.call("build_encoder", build_encoder)
check.layers("encoder", _encoder, (784, 256, 128, 64, 2))
check.activations("encoder", _encoder, 784, output="linear")
### BEGIN HIDDEN TESTS
_x = np.random.default_rng().random((7, 784), np.float32)
assert np.asarray(_encoder(_x)).shape == (7, 2), "the encoder must give two numbers for each vector"
### END HIDDEN TESTS

# %% [markdown]
# **Decoder.** It is the mirror image of the encoder: it takes codes of 2 numbers, dense layers
# with 64, 128 and 256 units and `relu` follow, then 784 units. These are pixels, read as
# probabilities. So the last activation is `sigmoid`, which gives numbers between 0 and 1.

# %% answer="decoder"
def build_decoder():
    """Return a new, untrained Keras model 2 -> 64 -> 128 -> 256 -> 784.

    It takes codes of shape (n, 2), any numbers, and gives pictures as vectors of shape (n, 784)
    with values from 0 to 1. Every layer is dense and has biases; hidden layers use relu, the
    output uses sigmoid. About eight lines.
    """
    ### BEGIN SOLUTION
    z = keras.Input(shape=(2,), name="z")
    h = keras.layers.Dense(64, activation="relu")(z)
    h = keras.layers.Dense(128, activation="relu")(h)
    h = keras.layers.Dense(256, activation="relu")(h)
    x_hat = keras.layers.Dense(784, activation="sigmoid")(h)
    return keras.Model(z, x_hat, name="decoder")
    ### END SOLUTION


# %% check="decoder" points=2
import numpy as np
from latentlab import check

_decoder = check.call("build_decoder", build_decoder)
check.layers("decoder", _decoder, (2, 64, 128, 256, 784))
check.activations("decoder", _decoder, 2, output="sigmoid")
### BEGIN HIDDEN TESTS
_z = np.random.default_rng().normal(size=(7, 2)).astype(np.float32)
assert np.asarray(_decoder(_z)).shape == (7, 784), "the decoder must give 784 numbers for each code"
### END HIDDEN TESTS

# %% [markdown]
# **Autoencoder.** One model that first runs the encoder and then the decoder:
# $\hat x = \mathrm{decoder}(\mathrm{encoder}(x))$. Use the two models that are handed to your
# function. Then training the autoencoder trains both of them, and afterwards you can use each
# alone.

# %% answer="autoencoder"
def build_autoencoder(encoder, decoder):
    """Return one Keras model that computes decoder(encoder(x)).

    encoder: a model from vectors of shape (n, 784) to codes. decoder: a model from such codes
    to vectors of shape (n, 784). Both keep their weights. About two lines.
    """
    ### BEGIN SOLUTION
    x = keras.Input(shape=(784,), name="x")
    return keras.Model(x, decoder(encoder(x)), name="autoencoder")
    ### END SOLUTION


# %%
build_autoencoder(build_encoder(), build_decoder()).summary()

# %% check="autoencoder" points=2
import numpy as np
from latentlab import check

check.joined(build_autoencoder, takes=784, code=2)
### BEGIN HIDDEN TESTS
check.joined(build_autoencoder, takes=784, code=int(np.random.default_rng().integers(3, 20)))
### END HIDDEN TESTS

# %% [markdown]
# ## 6. Train it
#
# Compile the autoencoder with the optimizer Adam, a learning rate of 0.005 and one of the two
# errors of section 4 as its loss. Keras has both; take the binary cross-entropy unless you want
# to compare. Then fit it, 4 epochs in batches of 64. Think twice about the target.
#
# Three habits of this course: give `compile` the argument `jit_compile=False` (compiling would
# take longer than training), and give `fit` the arguments `verbose=0` and
# `callbacks=[lab.Progress()]` (one tidy line).

# %% answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    """Compile the model and train it in place to rebuild its input; return what `fit` returns.

    autoencoder: a model from vectors of shape (n, 784) to vectors of shape (n, 784).
    x_train: vectors of shape (n, 784) to learn from. x_test: others, for the validation loss
    only. About ten lines.
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
        batch_size=64,
        epochs=4,
        validation_data=(x_test, x_test),
        verbose=0,
        callbacks=[lab.Progress()],
    )
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
autoencoder = history = None  # until all four functions above are written
lab.seed(4)
encoder, decoder = build_encoder(), build_decoder()
new_model = build_autoencoder(encoder, decoder)
# It calls train_autoencoder(new_model, x_train, x_test). After a restart of the kernel, it takes the
# weights of last time, unless your function, the network or the digits have changed.
history = lab.kept(train_autoencoder, new_model, x_train, x_test)
autoencoder = new_model  # it is trained now, and so are encoder and decoder inside it

if history is None:
    print("There is no curve: does train_autoencoder return what fit returns?")
else:
    lab.plot_history(history, title="The loss falls, also on digits that it never saw")

# %% [markdown]
# The loss does not go to 0, for two reasons. Two numbers cannot hold every digit. And the
# cross-entropy of a grey pixel is above 0 even for a perfect copy: for $x = \hat x = 0.5$ it is
# $\log 2 = 0.69$.
#
# Is the result good? A loss alone does not tell. So the check compares the squared error on new
# digits with that of PCA, the best that two numbers can do *without* bends (lab 2 is about it).
# It also measures that really no more than two numbers get through.

# %% check="training" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_x_train, _x_test = _train.images.reshape(-1, 784), _test.images.reshape(-1, 784)
check.code_size("autoencoder", autoencoder, _x_test, 2)
check.beats_pca("autoencoder", autoencoder, _x_train, _x_test, components=2, at_most=1.0)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0].reshape(-1, 784)
check.code_size("autoencoder", autoencoder, _new, 2)
check.beats_pca("autoencoder", autoencoder, _x_train, _new, components=2, at_most=1.0)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Look at it
#
# Numbers are good, eyes are better. Write a function that sends digits through the autoencoder
# and gives them back as pictures. A model can be called like a function: `autoencoder(x)` gives a
# tensor, and `np.array` turns that into an array. For a few hundred images this is much quicker
# than `predict`.

# %% answer="reconstruct"
def reconstruct(autoencoder, x):
    """Return what the autoencoder makes of x, as pictures: an array of shape (n, 28, 28).

    autoencoder: a model from vectors of shape (n, 784) to vectors of shape (n, 784).
    x: digits as vectors, shape (n, 784), values from 0 to 1. About two lines.
    """
    ### BEGIN SOLUTION
    x_hat = np.array(autoencoder(x))
    return x_hat.reshape(len(x), 28, 28)
    ### END SOLUTION


# %% check="reconstruct" points=1
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.rebuilds(reconstruct, _rng.random((20, 784), np.float32), shape=(28, 28))
### BEGIN HIDDEN TESTS
check.rebuilds(reconstruct, _rng.random((33, 784), np.float32), shape=(28, 28))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
one_of_each = [int(np.flatnonzero(test.labels == label)[0]) for label in range(10)]
lab.show_rows(
    {
        "original": x_test[one_of_each],
        "rebuilt": reconstruct(autoencoder, x_test[one_of_each]),
    },
    title="Drawn again from two numbers each",
)

# %% [markdown]
# The network has never seen these ten digits. Which ones come back as themselves? Which are drawn
# as another digit? Look how smooth the strokes are: the doubt of section 4, painted grey.
#
# The encoder can be used alone. It gives each test digit a place in the plane. The colours show
# the labels, which the network never saw.

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
lab.plot_latent(
    encoder(x_test), test.labels, title="Nobody told it the labels, yet equal digits lie together"
)

# %% [markdown]
# Digits that look alike, such as 4 and 9, share a region. There the decoder has to guess, and you
# have just seen what it draws then. Lab 2 walks through this plane.

# %% [markdown] written="bottleneck" points=3
# **Question.** In two to five sentences: why do the input and the output of an autoencoder have
# the same size? And suppose the code had 784 numbers instead of 2: what could the network learn,
# how small could its error become, and why would that be of little use?
#
# ### BEGIN SOLUTION
# The target is the input itself. The error compares each output with the input of the same place,
# so there must be as many outputs as inputs. With a code of 784 numbers nothing would have to be
# left out: encoder and decoder could simply hand every pixel on, that is, learn the identity. The
# error could come down to about 0, even for pictures that are not digits. But the code would say
# no more than the pixels do. Only the bottleneck forces the network to find out what digits have
# in common and to keep what tells them apart.
#
# *Marking, one point each:* (1) the target is the input, so sizes must agree, number by number;
# (2) with 784 numbers it can copy (the identity), with an error near 0; (3) a copy has learned
# nothing about digits, or its code is no shorter or more useful than the input: the bottleneck
# enforces it.
# ### END SOLUTION

# %% [markdown]
# ## 8. What it is for
#
# Few people need a digit that they already have. What is useful is one of the parts, or what the
# network had to learn on the way.
#
# | use | what is kept, and how it is used | in this course |
# |---|---|---|
# | dimension reduction | the encoder: many numbers become few, for whatever comes next | lab 2 |
# | visualisation | the encoder, with a code of 2 or 3: data as points to look at | lab 2 |
# | compression | both: send the code, decode at the other end; one kind of data only | labs 1, 3 |
# | denoising | both: the input is spoiled, the target is clean | lab 4 |
# | generation | the decoder: a new code gives a new picture | labs 7, 9 |
# | anomaly detection | the error: what is rebuilt badly is not like the training data | lab 8 |
# | pretraining | the encoder: learned without labels, then a classifier with few labels | lab 11 |
# | super-resolution | both: the input is small, the target is large | lab 11 |

# %% [markdown]
# ## What to remember
#
# - An autoencoder is trained to give back its input: `fit(x, x)`. It needs no labels.
# - Encoder: input to code. Decoder: code to reconstruction. The code is the bottleneck, and the
#   bottleneck is what makes the network learn something.
# - Mean squared error is calm; binary cross-entropy reads pixels as probabilities and punishes
#   confident mistakes. Both compare pixel with pixel, so doubt comes out as blur.
# - Hold an error against a baseline, such as PCA with as many numbers. Alone it says little.
#
# ## To think about
#
# <details><summary>1. Your test images had no influence on the weights. Why look at them at all, when
# there are no labels to predict?</summary>
#
# A network with 485,000 weights and biases could learn 4,000 images by heart. What it makes of
# digits that it never saw shows whether it has learned digits or these digits.
# </details>
#
# <details><summary>2. What would be left if you took all activations out?</summary>
#
# A chain of $W x + b$ steps is one such step. The best it can do is what PCA does with as many
# numbers. The check of section 6 would stop you. Lab 2 shows both side by side.
# </details>
#
# <details><summary>3. Trained on digits, what will your autoencoder make of a photograph of a
# cat?</summary>
#
# Something digit-like. Its decoder has only ever learned to draw digits, whatever the two numbers
# are. This is why it is no general compressor, and why it can detect what does not belong (lab
# 8).
# </details>
#
# <details><summary>4. Published autoencoders reach a cross-entropy of 0.08 to 0.09 on MNIST. Yours is
# near 0.2. What did you do wrong?</summary>
#
# Nothing. Those have a code of 32 numbers and train on 60,000 images. You have 2 numbers and
# 4,000 images. An error means little without the size of the code.
# </details>
