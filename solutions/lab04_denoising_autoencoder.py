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
# # Lab 4. Denoising: spoil the input, keep the target
#
# So far the bottleneck forced the network to learn something. A network with a *wide* code can
# cheat: it copies. In this lab you catch one at it. Then you spoil its input, so that a copy is a
# bad answer, and the same kind of network learns what digits look like. On the way it becomes
# useful: it cleans noisy pictures, and better than a filter does.
#
# **At the end you will be able to**
#
# - show that a wide autoencoder can learn to copy, and say why noise in the input forbids it;
# - make Gaussian noise and masking noise, and say what clipping does to noise;
# - tell which picture is the input and which is the target, and recognise a wrong pair by its
#   results;
# - measure in decibels how much noise is gone, and hold a network against a median filter;
# - use `Dropout` as noise inside a network, and measure what it does to the codes.
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
x_train = train.images.reshape(len(train.images), 784)  # each image as one row of 784 numbers
x_test = test.images.reshape(len(test.images), 784)
letters = lab.load("notmnist").train.images[:200]
print("x_train:", x_train.shape)
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. A code with too much room
#
# An experiment. Two networks learn to rebuild digits. One has a code of 32 numbers, the other a
# code of 800 numbers: more than the 784 pixels that it is made of. Such a code is called
# **overcomplete**. To keep things simple, there are no activations.
#
# Then both are shown things that they have never seen: other digits, letters (made as small as
# digits), and squares of random greys.

# %% tags=["nbval-ignore-output"]
lab.seed(1)
pixels = keras.Input((784,))
narrow = keras.layers.Dense(784)(keras.layers.Dense(32)(pixels))
wide = keras.layers.Dense(784)(keras.layers.Dense(800)(pixels))
both = keras.Model(pixels, [narrow, wide])  # they share nothing, and are trained side by side

both.compile(keras.optimizers.Adam(0.002), loss=["mse", "mse"], jit_compile=False)
targets = [x_train, x_train]
lab.kept(  # as in lab 1: trains once, and again when something has changed
    both.fit, x_train, targets, batch_size=64, epochs=4, verbose=0, callbacks=[lab.Progress()]
)


def framed(squares):
    """Put squares of 20 x 20 pixels into the middle of a black frame, as MNIST has its digits."""
    return np.pad(np.reshape(squares, (-1, 20, 20)), ((0, 0), (4, 4), (4, 4))).reshape(-1, 784)


never_seen = {
    "digits": x_test[:200],
    "letters": framed(keras.ops.image.resize(letters, (20, 20))),
    "random greys": framed(np.random.default_rng(0).random((200, 20, 20))),
}
mixed = np.concatenate(
    [images[:n] for images, n in zip(never_seen.values(), (4, 3, 3), strict=True)]
)
rebuilt_narrow, rebuilt_wide = both(mixed)
lab.show_rows(
    {"shown": mixed, "code of 32": rebuilt_narrow, "code of 800": rebuilt_wide},
    title="The wide one also rebuilds what is no digit",
)
print("error, in % of that of the mean picture of its kind")
print("               code of 32    code of 800")
for name, images in never_seen.items():
    mean = np.mean((images - images.mean(axis=0)) ** 2)
    shares = [np.mean((np.array(x_hat) - images) ** 2) / mean for x_hat in both(images)]
    print(f"{name:<14} {shares[0]:>10.0%}    {shares[1]:>11.0%}")

# %% [markdown]
# The narrow network had to find out what digits are like. Letters come out as smudges made of
# strokes of digits, and random greys come out worse than the mean picture of all of them would be.
#
# The wide one has by far the smaller error. But look at the letters: nobody ever showed it one, and
# it rebuilds them nearly as well as digits. Even of the random greys it brings back a part. It has
# not learned digits. It is on its way to a **copy**: whatever comes in goes out. That is easy with so
# much room, since each pixel can have a unit of its own which hands it on. A network that does just
# that has an error of 0 on every picture there is, and knows nothing at all.
#
# So a small loss does not tell whether anything was learned. With a wide code we need another way
# to make copying useless.

# %% [markdown]
# ## 2. Spoil the input

# %% tags=["nbval-ignore-output"]
clean = test.images[7, :, :, 0]
spots = np.random.default_rng(3).normal(scale=0.5, size=clean.shape)
fig, ax = plt.subplots(figsize=(10, 3.3))
style = {"cmap": "gray", "vmin": 0, "vmax": 1}
for left, image, name in [(0, clean, "$x$, clean"), (4, clean + spots, r"$\tilde x$, noisy")]:
    ax.imshow(image, extent=(left, left + 2, 0, 2), **style)
    ax.text(left + 1, -0.4, name, ha="center", fontsize=14)
ax.add_patch(plt.Rectangle((8, 0.3), 2, 1.4, fc="#dbe6f1", ec="#4878a8", lw=2))
ax.text(9, 1, "network $f$", ha="center", va="center", fontsize=14)
ax.add_patch(plt.Rectangle((12, 0), 2, 2, fill=False, ec="0.5", ls="--", lw=2))
ax.text(13, 1, "?", ha="center", va="center", fontsize=30, color="0.5")
ax.text(13, -0.4, r"$\hat x$, rebuilt", ha="center", fontsize=14)
for start, end in [(2.2, 3.8), (6.2, 7.8), (10.2, 11.8)]:
    ax.annotate("", (end, 1), (start, 1), arrowprops={"arrowstyle": "->", "lw": 2})
ax.text(3, 1.2, "noise", ha="center", fontsize=12)
bow = {"arrowstyle": "<->", "lw": 2, "color": "#c03030", "connectionstyle": "arc3,rad=-0.14"}
ax.annotate("", (13, 2.1), (1, 2.1), arrowprops=bow)
ax.text(7, 3.15, "the loss compares these two", ha="center", fontsize=13, color="#c03030")
ax.set(xlim=(-0.2, 14.2), ylim=(-0.7, 3.5))
ax.set_title("The network sees the noisy picture and is judged by the clean one", pad=12)
ax.set_axis_off()
plt.show()

# %% [markdown]
# A **denoising autoencoder** is shown a corrupted picture and has to give back the clean one:
#
# $$\tilde x \sim q(\tilde x \mid x), \qquad L = \mathrm{error}\big(x,\; f(\tilde x)\big)$$
#
# | symbol | what it is | here |
# |---|---|---|
# | $x$ | the clean picture: the **target** | a row of `x_train` |
# | $q(\tilde x \mid x)$ | the corruption: a random recipe that makes noisy pictures of a clean one | `gaussian_noise`, `masking_noise` |
# | $\sim$ | "is drawn from": another draw each time | |
# | $\tilde x$ | the noisy picture: the **input** | |
# | $f$ | encoder and decoder together | `denoiser` |
# | $L$ | the loss | binary cross-entropy |
#
# What does a copy cost now? The copy of $\tilde x$ is $\tilde x$, and its error is all the noise.
# To do better, the network must tell stroke from noise. Is this bright pixel part of a line, or is
# it alone? Pixel by pixel nobody can know. It takes the other pixels, and an idea of what digits
# look like. So the noise does what the bottleneck did, and the code may be as wide as we like.
#
# (Vincent, Larochelle, Bengio and Manzagol, *Extracting and composing robust features with
# denoising autoencoders*, 2008.)

# %% [markdown]
# ## 3. Two kinds of noise
#
# **Gaussian noise** adds a random number to each pixel. Pixels cannot be darker than black or
# brighter than white, so the sum is clipped:
#
# $$\tilde x_i = \mathrm{clip}\big(x_i + \sigma\,\varepsilon_i,\; 0,\; 1\big),
# \qquad \varepsilon_i \sim N(0, 1)$$
#
# | symbol | what it is |
# |---|---|
# | $x_i$ | pixel $i$ of a picture |
# | $\varepsilon_i$ | a random number from the normal distribution with mean 0 and standard deviation 1; another one for each pixel of each picture, and at each call |
# | $\sigma$ | the strength: the standard deviation of the noise before clipping |
# | $\mathrm{clip}(v, 0, 1)$ | $v$, but 0 where $v$ is below 0, and 1 where it is above 1 |
#
# Tools: `np.random.normal` and `np.clip`, or a generator, made *once*, outside the function. Do not
# seed anything in the function: then each call would draw the same numbers again.
#
# How can a check test something random? It does not know your numbers. It draws 156,800 of them and
# looks at their mean, their standard deviation, whether they have to do with the picture, whether
# two pictures share their noise, and whether a second call brings new noise. Each of these figures
# may be five of its standard deviations away from what is right. Chance goes further once in 1.7
# million times. There are ten figures at most, so a right function fails less than once in 100,000
# times.

# %% answer="gaussian"
def gaussian_noise(x, sigma):
    """Return x with Gaussian noise, clipped to [0, 1]: an array of the shape of x.

    x: pictures with values from 0 to 1, any shape (n, ...); x itself stays as it is. sigma: the
    standard deviation of the noise before clipping. About two lines.
    """
    ### BEGIN SOLUTION
    noise = np.random.normal(0.0, sigma, size=x.shape)
    return np.clip(x + noise, 0.0, 1.0)
    ### END SOLUTION


# %% check="gaussian" points=2
import numpy as np
from latentlab import check

check.gaussian_noise(gaussian_noise, sigma=0.5, shape=(200, 784))
### BEGIN HIDDEN TESTS
_sigma = float(np.random.default_rng().uniform(0.2, 0.9))
check.gaussian_noise(gaussian_noise, sigma=_sigma, shape=(150, 28, 28))
### END HIDDEN TESTS

# %% [markdown]
# **What clipping does.** Look at one black, one grey and one white pixel, each with 20,000 draws of
# your noise.

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(1, 3, figsize=(11, 2.8), sharey=True, dpi=80)
for ax, value, name in zip(axes, (0.0, 0.5, 1.0), ("black", "grey", "white"), strict=True):
    draws = np.ravel(gaussian_noise(np.full((20, 1000), value), 0.5))
    ax.hist(draws, bins=40, range=(0, 1), color="#4878a8")
    ax.axvline(value, color="0.3", lw=2, ls="--")
    ax.axvline(draws.mean(), color="#c03030", lw=2)
    ax.set_title(f"{name}: {value:g}, mean with noise {draws.mean():.2f}")
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
fig.suptitle("Clipped noise makes black brighter, white darker (dashed: before, red: mean)", y=1.08)
plt.show()

# %% [markdown]
# Half of the noise on a black pixel is negative and is cut off: these pixels stay black. The other
# half stays. So on black pixels the noise no longer has the mean 0, but
# $\sigma / \sqrt{2\pi} \approx 0.4\,\sigma$. White pixels are pulled down just as far. Clipped noise
# depends on the picture. Keep the 0.2 in mind: it will turn up again.
#
# **Masking noise** sets each pixel to 0 with probability $p$, independently of all others, and
# leaves the rest exactly as it is. The network has to guess what is missing.
#
# $$\tilde x_i = m_i\, x_i, \qquad m_i = 0 \text{ with probability } p, \text{ else } 1$$
#
# A hint: `np.random.random(shape)` gives numbers that are equally likely anywhere from 0 to 1. With
# which probability is such a number below $p$?

# %% answer="masking"
def masking_noise(x, p):
    """Return x with each pixel set to 0 with probability p: an array of the shape of x.

    x: pictures with values from 0 to 1, any shape (n, ...); x itself stays as it is. p: a number
    from 0 to 1. About two lines.
    """
    ### BEGIN SOLUTION
    kept = np.random.random(x.shape) >= p
    return np.where(kept, x, 0.0)
    ### END SOLUTION


# %% check="masking" points=2
import numpy as np
from latentlab import check

check.masking_noise(masking_noise, p=0.3, shape=(200, 784))
### BEGIN HIDDEN TESTS
_p = float(np.random.default_rng().uniform(0.6, 0.8))
check.masking_noise(masking_noise, p=_p, shape=(150, 28, 28))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
lab.show_rows(
    {
        "clean": x_test[:10],
        "σ = 0.25": gaussian_noise(x_test[:10], 0.25),
        "σ = 0.5": gaussian_noise(x_test[:10], 0.5),
        "σ = 1": gaussian_noise(x_test[:10], 1.0),
        "p = 0.5": masking_noise(x_test[:10], 0.5),
        "p = 0.75": masking_noise(x_test[:10], 0.75),
    },
    title="Gaussian noise (σ) and masking noise (p): from where on can you not read them?",
)

# %% [markdown]
# You can read most of these digits because you know digits. That is what the network has to learn.

# %% [markdown]
# ## 4. What goes in, what comes out
#
# Training wants pairs: an input and its target. Two pictures are at hand for each, the clean one and
# a noisy one. So there are several ways to pair them, and all of them run without an error message.
# We trained the network of section 6 with each (Gaussian noise, $\sigma = 0.5$; mean of 4 runs), and
# then gave it *noisy* digits that it had not seen. The last column says in decibels how clean the
# result is: the higher, the better. Section 5 explains it. The noisy digits themselves have 9.4 dB.
#
# | input | target | what it learns | result |
# |---|---|---|---|
# | noisy | clean | to tell strokes from noise | 16.4 dB |
# | clean | clean | to rebuild clean digits; of noisy ones it loses most of the strokes | 12.1 dB |
# | noisy | the same noisy | to rebuild the noise as well; the background stays grey | 12.4 dB |
# | clean | noisy | to add the mean of the noise: grey where it was black | 10.0 dB |
#
# The second network has a small loss in training. But a noisy picture is unlike all that it has ever
# seen, and nothing has told it what to do with one. In the last two rows, there is the 0.2 again. A
# network that cannot guess its target answers with the target's mean. With noise in the target, the
# mean of a black pixel is 0.2, and so the background comes out grey.
#
# Write the right pair as a function. It gets the noise as an argument: a function such as
# `gaussian_noise` can be handed over like a number, and called as `corrupt(x, strength)`.

# %% answer="pairs"
def denoising_pairs(x, corrupt, strength):
    """Return (inputs, targets) to train a denoiser: two arrays of the shape of x.

    x: clean pictures, shape (n, 784). corrupt: a function that makes noisy pictures, called as
    corrupt(x, strength); new noise at each call. strength: a number. About one line.
    """
    ### BEGIN SOLUTION
    return corrupt(x, strength), x
    ### END SOLUTION


# %% check="pairs" points=2
from latentlab import check

check.denoising_pairs(denoising_pairs, gaussian_noise, masking_noise, shape=(60, 784))
### BEGIN HIDDEN TESTS
check.denoising_pairs(denoising_pairs, gaussian_noise, masking_noise, shape=(75, 784))
### END HIDDEN TESTS

# %% [markdown]
# ## 5. Two yardsticks
#
# **How much noise is left?** Pictures are compared in decibels, by the **peak signal-to-noise
# ratio**:
#
# $$\mathrm{PSNR}(x, \hat x) = 10\,\log_{10} \frac{P^2}{\mathrm{MSE}(x, \hat x)}$$
#
# | symbol | what it is |
# |---|---|
# | $P$ | the peak, the largest value that a pixel can have: here 1 |
# | $\mathrm{MSE}$ | the mean squared error, over all pixels of all pictures |
# | $\log_{10}$ | the logarithm with base 10 |
#
# Example by hand: an MSE of 0.1 is 10 dB, an MSE of 0.01 is 20 dB. Half the error is 3 dB more.

# %% answer="psnr"
def psnr(x, x_hat):
    """Return the peak signal-to-noise ratio in decibels: one number.

    x, x_hat: arrays of one shape with values from 0 to 1; the mean squared error is that over all
    elements. About two lines.
    """
    ### BEGIN SOLUTION
    error = np.mean((x - x_hat) ** 2)
    return -10 * np.log10(error)
    ### END SOLUTION


# %% check="psnr" points=1
import numpy as np
from latentlab import check

check.psnr(psnr, np.full((2, 4), 0.6), np.full((2, 4), 0.5))
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng()
_x = _rng.random((6, 784))
_strength = np.reshape([0.1, 0.3, 0.2, 0.5, 0.4, 0.1], (6, 1))
check.psnr(psnr, _x, _x + _strength * _rng.normal(size=_x.shape))
### END HIDDEN TESTS

# %% [markdown]
# **What can be done without a network?** The classic remedy is the **median filter**. It replaces
# each pixel by the median of nine: of itself and its eight neighbours. The median is the fifth of
# nine numbers when they are put in order. A single bright pixel on black disappears, since it never
# comes fifth. And unlike the mean, the median keeps edges sharp.
#
# $$y_{ij} = \mathrm{median}\,\big\{\, \tilde x_{i+a,\; j+b} \;:\; a, b \in \{-1, 0, 1\} \,\big\}$$
#
# Here $\tilde x_{ij}$ is the pixel in row $i$ and column $j$ of a noisy picture, and $y_{ij}$ that
# of the filtered one. At the edge some neighbours are missing. Two ways are usual: beyond the edge
# all is black (`np.pad(..., mode="constant")`), or the pixels of the edge are repeated
# (`mode="edge"`). Take either one.
#
# A hint: pad by one pixel on each side, but not along the first axis. Then stack nine shifted views
# of the padded pictures, and take `np.median` along the new axis.

# %% answer="median"
def median_filter(images):
    """Return the pictures after a median filter of 3 x 3 pixels: an array of the same shape.

    images: shape (n, height, width). Beyond the edge pixels are black, or those of the edge
    repeated. About four lines.
    """
    ### BEGIN SOLUTION
    _, height, width = images.shape
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    nine = [wide[:, a : a + height, b : b + width] for a in range(3) for b in range(3)]
    return np.median(nine, axis=0)
    ### END SOLUTION


# %% check="median" points=2
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.median_filter(median_filter, _rng.random((3, 5, 6)))
### BEGIN HIDDEN TESTS
check.median_filter(median_filter, _rng.random((4, 28, 28)))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
noisy_test = gaussian_noise(x_test, 0.5)  # one noisy copy, to compare all methods on
filtered = median_filter(noisy_test.reshape(-1, 28, 28)).reshape(-1, 784)
print(f"noisy pictures: {psnr(x_test, noisy_test):5.2f} dB")
print(f"median filter : {psnr(x_test, filtered):5.2f} dB")

# %% [markdown]
# A filter knows nine pixels and nothing about digits. Can a network do better?

# %% [markdown]
# ## 6. Build it and train it
#
# **The network.** Take the wide one of section 1, with bends this time: 784 → 800 → 784, `relu` on
# the hidden layer, `sigmoid` on the output. No noise layer is needed in it: the noise is in the
# pairs. (Keras has a layer `GaussianNoise`, which adds noise in training only. It does not clip, so
# its noise is not quite that of our noisy pictures. We tried: the result is 2.5 dB worse.)

# %% answer="network"
def build_denoiser():
    """Return a new, untrained Keras model that takes noisy pictures and gives clean ones.

    It takes vectors of shape (n, 784) and gives vectors of shape (n, 784) with values from 0 to 1,
    for example by way of 800 units with relu. About four lines.
    """
    ### BEGIN SOLUTION
    x_noisy = keras.Input(shape=(784,), name="x_noisy")
    h = keras.layers.Dense(800, activation="relu")(x_noisy)
    x_hat = keras.layers.Dense(784, activation="sigmoid")(h)
    return keras.Model(x_noisy, x_hat, name="denoiser")
    ### END SOLUTION


# %%
build_denoiser().summary()

# %% [markdown]
# **The training.** Adam with a learning rate of 0.003, the binary cross-entropy, batches of 64, 3
# epochs. New this time: each epoch gets **fresh noise**. So call `denoising_pairs` again before each
# epoch, and fit these pairs for one epoch. A picture never comes twice with the same noise, and the
# network cannot learn any noise by heart. (With `epochs=1` in a loop, `lab.Progress()` shows one line
# for each epoch.)
#
# Is that worth it? We compared fresh noise with one noisy copy that is used in all epochs:
#
# | epochs | fresh noise: new digits | one noisy copy: new digits | one noisy copy: the digits trained on |
# |---|---|---|---|
# | 3 | 16.5 dB | 16.4 dB | 17.3 dB |
# | 10 | 17.7 dB | 16.9 dB | 19.6 dB |
# | 30 | 18.2 dB | 16.3 dB | 21.4 dB |
#
# In 3 epochs it hardly matters. After 30 it does. The network that always saw the same noisy copy
# now knows this noise by heart: it cleans the pictures that it was trained on best of all, and new
# ones worse than before. That is overfitting. Fresh noise costs one line and prevents it.

# %% answer="training"
def train_denoiser(denoiser, x_train, sigma):
    """Compile the model and train it in place to remove Gaussian noise; return nothing.

    denoiser: a model from vectors of shape (n, 784) to vectors of shape (n, 784). x_train: clean
    pictures, shape (n, 784). sigma: the strength of the noise. About ten lines.
    """
    ### BEGIN SOLUTION
    adam = keras.optimizers.Adam(learning_rate=0.003)
    denoiser.compile(adam, "binary_crossentropy", jit_compile=False)
    for _ in range(3):
        noisy, clean = denoising_pairs(x_train, gaussian_noise, sigma)
        denoiser.fit(noisy, clean, batch_size=64, verbose=0, callbacks=[lab.Progress()])
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
denoiser = None  # until all functions that it needs are written
lab.seed(2)
new_model = build_denoiser()
lab.kept(train_denoiser, new_model, x_train, 0.5)
denoiser = new_model

# %% [markdown]
# The check draws noise of its own, with $\sigma = 0.5$, on digits that your network has not seen. It
# asks for 5 dB more than the noisy pictures have, and for at least half a decibel more than the
# median filter reaches.

# %% check="denoiser" points=4 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_x_test = _load("mnist").test.images.reshape(-1, 784)
check.shapes("denoiser", denoiser, takes=784, gives=784)
check.pixels("denoiser", denoiser, takes=784)
check.removes_noise("denoiser", denoiser, _x_test, sigma=0.5, at_least=5.0, beyond_median=0.5)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0].reshape(-1, 784)
check.removes_noise("denoiser", denoiser, _new, sigma=0.5, at_least=5.0, beyond_median=0.5)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Look at it
#
# At test time somebody brings a noisy picture. Nobody knows the clean one, and no noise is added:
# it is noisy already.

# %% answer="denoise"
def denoise(denoiser, noisy):
    """Return what the denoiser makes of noisy pictures: an array of shape (n, 28, 28).

    denoiser: a model from vectors of shape (n, 784) to vectors of shape (n, 784). noisy: noisy
    pictures as vectors, shape (n, 784). About one line.
    """
    ### BEGIN SOLUTION
    return np.array(denoiser(noisy)).reshape(-1, 28, 28)
    ### END SOLUTION


# %% check="denoise" points=1
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.denoise(denoise, _rng.random((20, 784), np.float32))
### BEGIN HIDDEN TESTS
check.denoise(denoise, _rng.random((31, 784), np.float32))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(denoiser=denoiser)
one_of_each = [int(np.flatnonzero(test.labels == label)[0]) for label in range(10)]
lab.show_rows(
    {
        "original": x_test[one_of_each],
        "noisy": noisy_test[one_of_each],
        "median": filtered[one_of_each],
        "denoised": denoise(denoiser, noisy_test[one_of_each]),
    },
    title="The filter removes spots; the network draws the digit that it believes in",
)

# %% [markdown]
# Look closely at the last row. The strokes are smooth and the background is black. But is it always
# the digit of the first row? Where the noise has eaten a stroke, the network draws what is usual
# there. It makes the picture clean, not true. Nobody should read a licence plate, or an X-ray, from
# such a picture.
#
# It has been trained for one strength of noise. What does it do with others? And with a picture that
# is *not* noisy?

# %% tags=["nbval-ignore-output"]
check.answered(denoiser=denoiser)
few = x_test[:250]
strengths = np.linspace(0.05, 0.9, 12)
curves = {"noisy": [], "median filter": [], "denoiser": []}
for strength in strengths:
    noisy = gaussian_noise(few, strength)
    median = median_filter(noisy.reshape(-1, 28, 28)).reshape(-1, 784)
    cleaned = denoise(denoiser, noisy).reshape(-1, 784)
    for name, images in zip(curves, (noisy, median, cleaned), strict=True):
        curves[name].append(psnr(few, images))

fig, ax = plt.subplots(figsize=(8, 4), dpi=80)
for (name, curve), colour in zip(curves.items(), ("0.5", "#d08a2e", "#c03030"), strict=True):
    ax.plot(strengths, curve, color=colour, lw=2.5)
    ax.text(0.92, curve[-1], name, color=colour, va="center", fontsize=12)
harm = np.array(curves["noisy"]) > curves["denoiser"]
ax.fill_between(
    strengths, curves["noisy"], curves["denoiser"], where=harm, interpolate=True, color="0.85"
)
ax.text(0.06, 15.7, "does harm", color="0.3")
ax.axvline(0.5, color="0.7", lw=1, ls="--")
ax.text(0.5, 24.5, "  trained for this", color="0.4")
ax.set(xlabel="strength of the noise, σ", ylabel="PSNR in dB", xlim=(0, 0.9), ylim=(4, 26))
ax.set_title("The denoiser is best at the noise it was trained for, and harmful where there is little")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# In the grey area your network does harm: it would be better to leave the picture alone. Up to a
# strength of about 0.35, the simple filter is better as well. Your network expects a grey background
# and dimmed strokes, as clipped noise makes them, and corrects for that also where there is nothing
# to correct.

# %% [markdown]
# ## 8. Dropout: noise inside the network
#
# Keras has masking noise as a layer. `Dropout(rate)` does in training
#
# $$\tilde x_i = \frac{m_i}{1 - r}\, x_i, \qquad m_i = 0 \text{ with probability } r, \text{ else } 1$$
#
# | | `masking_noise` | `Dropout` layer |
# |---|---|---|
# | sets numbers to 0 | with probability $p$ | with probability $r$, the `rate` |
# | the other numbers | stay | are divided by $1 - r$: so a sum over many stays the same on average |
# | draws anew | when you call it | for each batch |
# | works | always | in `fit`; when you call the model, it hands everything on |
# | target | you keep the clean picture | `fit(x, x)`: the noise is inside, so the target is clean |
#
# An autoencoder with dropout in front of its encoder is a denoising autoencoder. Write one of the
# parts that your function is given.

# %% answer="dropout"
def add_dropout(encoder, decoder, rate):
    """Return one Keras model that computes decoder(encoder(dropped)), dropped = Dropout(rate) of x.

    encoder: a model from vectors of shape (n, d) to codes. decoder: a model from such codes to
    vectors of shape (n, d). Both keep their weights. rate: from 0 to below 1. The dropout works in
    training only. About three lines; the size is encoder.input_shape[1].
    """
    ### BEGIN SOLUTION
    x = keras.Input(shape=(encoder.input_shape[1],), name="x")
    dropped = keras.layers.Dropout(rate)(x)
    return keras.Model(x, decoder(encoder(dropped)), name="dropout_autoencoder")
    ### END SOLUTION


# %% check="dropout" points=2
import numpy as np
from latentlab import check

check.add_dropout(add_dropout, rate=0.3, size=100)
### BEGIN HIDDEN TESTS
check.add_dropout(add_dropout, rate=float(np.random.default_rng().uniform(0.55, 0.8)), size=64)
### END HIDDEN TESTS

# %% [markdown]
# Now an experiment with the codes. Four autoencoders with 128 hidden units are trained on the same
# digits, with dropout rates of 0, 0.25, 0.5 and 0.75 on their input. None sees a label.
#
# Then two questions. *How well does it rebuild* digits that it has not seen, without dropout? And
# *what is its code good for*? For the second one we use a **linear probe**: guess the digit from the
# code by weighted sums, one for each of the ten digits, with only 100 labelled digits to learn from.
# If that works, the code shows plainly which digit it is.
#
# The probe is least squares with a small penalty (ridge regression). It has a closed form, and needs
# no training:
#
# $$W = (Z^{\mathsf T} Z + \lambda I)^{-1}\, Z^{\mathsf T} Y$$
#
# | symbol | what it is |
# |---|---|
# | $Z$ | the codes of the labelled digits, one row each, and a column of ones |
# | $Y$ | a row for each digit: 1 in the column of its label, else 0 |
# | $\lambda$ | the penalty on large weights, here 10; $I$ is the identity matrix |
# | $W$ | the weights; the guess for a code $z$ is the column in which $z W$ is largest |

# %% tags=["nbval-ignore-output"]
rates = [0.0, 0.25, 0.5, 0.75]
model, encoders, errors = None, [], []
lab.seed(1)
for rate in rates:
    encoder = keras.Sequential([keras.Input((784,)), keras.layers.Dense(128, activation="relu")])
    decoder = keras.Sequential([keras.Input((128,)), keras.layers.Dense(784, activation="sigmoid")])
    model = add_dropout(encoder, decoder, rate)
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", jit_compile=False)
    lab.kept(
        model.fit, x_train, x_train, batch_size=64, epochs=2, verbose=0, callbacks=[lab.Progress()]
    )
    encoders.append(encoder)
    errors.append(np.mean((np.array(model(x_test)) - x_test) ** 2))

# %% tags=["nbval-ignore-output"]
def probe_accuracies(encoder, draws):
    """The share of test digits that a linear probe guesses right, for each draw of labelled ones."""
    known, new = np.array(encoder(x_train)), np.array(encoder(x_test))
    mean, scale = known.mean(axis=0), known.std()
    known, new = [
        np.column_stack([(codes - mean) / scale, np.ones(len(codes))]) for codes in (known, new)
    ]
    shares = []
    for chosen in draws:
        z, y = known[chosen], np.eye(10)[train.labels[chosen]]
        weights = np.linalg.solve(z.T @ z + 10 * np.eye(z.shape[1]), z.T @ y)
        shares.append(np.mean(np.argmax(new @ weights, axis=1) == test.labels))
    return shares


check.answered(add_dropout=model)
draws = [np.random.default_rng(i).permutation(len(x_train))[:100] for i in range(20)]
accuracies = np.array([probe_accuracies(encoder, draws) for encoder in encoders])
means, spread = accuracies.mean(axis=1), accuracies.std(axis=1) / np.sqrt(len(draws))

fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), dpi=80)
left.plot(rates, errors, "o-", color="#4878a8", lw=2.5)
left.set_title("Rebuilding is best without dropout ...")
left.set_ylabel("mean squared error (less is better)")
left.set_ylim(0)
right.errorbar(rates, means, 2 * spread, fmt="o-", color="#c03030", lw=2.5, capsize=4)
right.set_title("... but the codes tell most about the digit with it")
right.set_ylabel("accuracy of the probe")
for ax in (left, right):
    ax.set_xlabel("rate of the dropout")
    ax.set_xticks(rates)
    ax.spines[["top", "right"]].set_visible(False)
fig.tight_layout()
plt.show()

# %% [markdown]
# Two curves, and they disagree. The more is dropped, the worse the network rebuilds, even when
# nothing is dropped any more. But its code says more about the digit: with a rate of 0.75 the probe
# is right five or six times more often in a hundred than without dropout. (The bars are two standard
# errors: 20 times another 100 labelled digits.) A unit that cannot count on any single pixel has to
# look for something larger, such as a whole stroke, and strokes tell digits apart.
#
# Do not take it for a law. With other sizes and more digits we measured:
#
# - Trained on all 60,000 digits of MNIST, both curves are steeper: from 0.004 to 0.019 and from 66 %
#   to 74 %.
# - With 256 units and no dropout, training for 12 epochs instead of 4 brings the error from 0.0095
#   down to 0.0040, and the probe from 71 % down to 65 %. The better it copies, the less its code says.
# - With 256 units and 4,000 labels instead of 100, the gap shrinks to about 3 in a hundred.
# - With a code of 32 numbers there is no gap. There the bottleneck forbids copying already.
#
# Who only looks at the loss throws the better code away. What you want a network for decides what
# to measure. Lab 11 comes back to this.

# %% [markdown] written="noise" points=3
# **Question.** A friend has trained the wide network of section 6 with `fit(x_train, x_train)`. "My
# loss is half of yours", your friend says, "so mine is the better denoiser." In three to six
# sentences: why is your friend's loss smaller? What will this network do with a noisy digit, and why?
# And what would you measure, on which pictures, to settle the question?
#
# ### BEGIN SOLUTION
# Your friend's task is easier: the input holds the whole answer, and a code of 800 numbers has room
# for all 784 pixels, so the network only has to hand them on. A denoiser has to find the clean picture
# in a noisy one; part of it is lost, so its loss cannot come near 0. The two losses belong to two
# tasks and cannot be compared. Shown a noisy digit, your friend's network does not give the clean one:
# it has never seen noise, and nothing in training asked it to tell strokes from noise. A perfect copier
# hands the noise on; the network of the table in section 4 loses most of the strokes. To settle
# it, take digits that neither network has seen, add new noise of the same kind and strength, give the
# noisy ones to both, and compare the outputs with the clean digits, by PSNR, beside the noisy
# pictures themselves and the median filter.
#
# *Marking, one point each:* (1) the losses are of different tasks: copying is easier, possible with a
# wide code, or the noise has destroyed information; (2) it does not clean it (it copies the noise, or
# spoils the digit), because in training its input was never noisy; (3) measures error or PSNR
# between output and *clean* picture, for *noisy* inputs, on *unseen* digits (a baseline is welcome).
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A wide autoencoder can copy. A small loss does not prove that anything was learned.
# - Denoising autoencoder: the input is corrupted, the **target is clean**, the noise is new each
#   time. At test time nothing is added.
# - Clipping makes noise depend on the picture: black gets brighter by about $0.4\,\sigma$ on average.
# - PSNR $= 10 \log_{10}(1 / \mathrm{MSE})$. Hold it against the noisy picture and against a filter.
# - A denoiser does what it was trained for: this kind of noise, this strength, this kind of picture.
# - Dropout on the input is masking noise that works in training only. The best loss and the best code
#   need not be the same network.
#
# ## To think about
#
# <details><summary>1. The best denoiser still has an error above 0. Why must it, and what does it
# draw where it cannot know?</summary>
#
# Several clean digits can lead to the same noisy picture. The smallest squared error on average has
# the mean of all clean pictures that may be behind it, each weighted by how likely it is:
# $f(\tilde x) = \mathrm{E}[x \mid \tilde x]$. Where these differ, their mean is grey and soft. It is
# the blur of lab 1 again, for the same reason.
# </details>
#
# <details><summary>2. How would you train one denoiser for all strengths of noise?</summary>
#
# Draw $\sigma$ anew for each picture, say between 0 and 0.8. The network then has to find out from
# the picture how noisy it is, which is easy: the background tells. We tried it once, with three
# epochs: as good as the specialist at 0.5 (16.6 dB against 16.4), and far better at 0.1 (18.5 dB
# against 14.3). Diffusion models are built on this: a denoiser for every strength of noise, applied
# many times, starting from noise alone.
# </details>
#
# <details><summary>3. Can one learn to denoise without a single clean picture?</summary>
#
# Surprisingly, yes, if there are two noisy photographs of each thing, with *independent* noise of mean
# 0. Take one as the input and the other as the target. The network cannot guess the noise of the
# target, so it answers with its mean, which is the clean picture (Lehtinen and others, *Noise2Noise*,
# 2018). With your clipped noise it does not work, since the mean is not the clean picture: the
# background would come out at 0.2. With unclipped noise it does.
# </details>
#
# <details><summary>4. A denoiser without activations: what is the best it can do?</summary>
#
# It can only make weighted sums of pixels. Turned to the main axes of the digits (PCA, lab 2), the
# best one multiplies each direction by $\lambda_k / (\lambda_k + \sigma^2)$, where $\lambda_k$ is the
# variance of the digits along it, if the noise is not clipped. Directions in which digits vary more
# than the noise pass; the others are damped. It is a soft version of PCA: the noise makes a
# bottleneck, though the code is wide.
# </details>
