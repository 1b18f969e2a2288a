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
# # Lab 7. The variational autoencoder: a map without holes
#
# The decoder of lab 2 draws at every place of its map. So it should be easy to make new digits:
# throw a dart at the map, and let the decoder draw. In this lab you see why this does not work
# well, and change the training until it does.
#
# **At the end you will be able to**
#
# - measure how many holes a latent space has;
# - write an encoder that answers with a *distribution*, and draw from it so that training still
#   works (the reparameterization trick);
# - write the loss of a variational autoencoder (VAE), term by term, and its training step;
# - check a gradient, and estimate a test ELBO with its standard error;
# - generate new digits, and recognise a posterior collapse when you see one.
#
# **Time:** about 45 minutes. Training takes a few seconds of them. If you like, you can spend three
# more minutes on all of MNIST.
#
# **It builds on:** the map of lab 2, the KL divergence of lab 6, the cross-entropy of lab 1.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops
from latentlab import check

FULL = False  # True for section 11: all 60,000 digits. Set it back before you hand in.

train, test = lab.load("mnist", full=FULL)
x_train = train.images.reshape(len(train.images), 784)  # each image as one row of 784 numbers
x_test = test.images.reshape(len(test.images), 784)
print("x_train:", x_train.shape)
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. Darts on the map of lab 2
#
# Here is the trained autoencoder of lab 2 again. Its codes are spread around the origin, with a
# standard deviation of about 1 in both directions. So throw darts like this: both numbers from the
# normal distribution $\mathcal N(0, 1)$. Where do they land?
#
# As in lab 2, emptiness is measured by the distance to the nearest code. But 0.1 may be far on one
# map and near on another. So we take as the unit what is usual *on this map*: the distance from the
# code of a new digit to the nearest known code, in the median.

# %% tags=["nbval-ignore-output"]
def to_nearest(places, known):
    """The distance from each place, shape (n, 2), to the nearest known code: shape (n,)."""
    squares = (places**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * places @ known.T
    return np.sqrt(np.maximum(squares.min(axis=1), 0))


def show_darts(ax, darts, codes, new_codes, name):
    """Draw codes in grey and darts in the colour of their loneliness; return their loneliness."""
    lonely = to_nearest(darts, codes) / np.median(to_nearest(new_codes, codes))
    ax.scatter(*codes[:4000].T, s=3, color="0.75", linewidths=0)
    points = ax.scatter(*darts.T, s=14, c=lonely, cmap="plasma", vmin=0, vmax=6, linewidths=0)
    ax.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), aspect="equal")
    in_holes = np.mean(lonely > 3)
    ax.set_title(f"{name}: emptiness {np.median(lonely):.2f}, {in_holes:.0%} in holes")
    return lonely, points


rng = np.random.default_rng(7)
darts = rng.normal(size=(600, 2)).astype(np.float32)
ae_encoder, ae_decoder = lab.load_plane()
ae_codes, ae_new_codes = np.array(ae_encoder(x_train)), np.array(ae_encoder(x_test[:500]))

fig, ax = plt.subplots(figsize=(7, 5.6), dpi=80)
ae_lonely, points = show_darts(ax, darts, ae_codes, ae_new_codes, "The map of lab 2")
fig.colorbar(points, label="distance to the nearest digit (new digits: 1)", extend="max")
plt.show()

# %% [markdown]
# Grey points are the 4,000 digits, coloured points the darts. Two numbers say how empty the map is:
#
# - **emptiness** is the median over the darts. A dart lands 1.5 times as far from the nearest digit
#   as a new digit would. If darts and digits were spread alike, the emptiness would be 1.
# - A dart **in a hole** is more than 3 times as far away as a new digit. Here it is one in five. (As
#   there are 600 darts, the standard error of such a share is below 2 %.)
#
# What does the decoder draw for the darts? The upper row shows the first ten of them. The lower row
# shows the ten loneliest of those that hit the middle of the map, within 1.5 of the origin.

# %% tags=["nbval-ignore-output"]
def loneliest(lonely):
    """The ten loneliest darts of the middle."""
    inside = np.linalg.norm(darts, axis=1) < 1.5
    return darts[np.argsort(np.where(inside, -lonely, 0))[:10]]


lab.show_rows(
    {"any": ae_decoder(darts[:10]), "loneliest": ae_decoder(loneliest(ae_lonely))},
    title="New digits from the map of lab 2: where nobody lives, there are smudges",
)

# %% [markdown]
# Many are fine, some are a mess. Worse: you had to know *where to throw*. Lab 2 kept its codes near
# the origin by a gentle pull. Lab 1 did not: its codes have standard deviations of 4 to 11, around a
# centre that is somewhere else after each training. Even if you throw with the right mean and spread,
# the emptiness is about 3 there (six trainings: 1.9 to 4.3), and half of the darts land in holes.
#
# The reason is the loss. It says: *rebuild each digit from its own code*. It does not say where the
# codes are to be, and it never looks at a place where no training digit is. So there are three
# things to ask for:
#
# 1. the codes are to be where we throw the darts: spread like $\mathcal N(0, 1)$;
# 2. the decoder is to be trained *around* each code, not only at it;
# 3. and the digits are still to be rebuilt as well as this allows.

# %% [markdown]
# ## 2. Clouds in place of points

# %% tags=["nbval-ignore-output"]
angle = np.linspace(0, 2 * np.pi, 60)
places = []
for place in rng.uniform(-1.9, 1.9, size=(300, 2)):
    if all(np.hypot(*(place - other)) > 0.55 for other in places):
        places.append(place)

fig, axes = plt.subplots(1, 2, figsize=(10, 4.6), dpi=80)
for ax, sigma in zip(axes, (0, 0.6), strict=True):
    for (x, y), colour in zip(places, 20 * ["#4878a8", "#d08a2e", "#117733"]):
        ax.fill(x + sigma * np.cos(angle), y + sigma * np.sin(angle), color=colour, alpha=0.3, lw=0)
        ax.plot(x, y, "o", color=colour, ms=5)
    ax.plot(2.4 * np.cos(angle), 2.4 * np.sin(angle), "--", color="0.5")
    ax.set(aspect="equal", xlim=(-2.7, 2.7), ylim=(-2.7, 2.7))
    ax.set_axis_off()
axes[0].set_title("Autoencoder: each digit is a point")
axes[1].set_title("VAE: each digit is a cloud, and there is no room for holes")
plt.show()

# %% [markdown]
# The trick of the **variational autoencoder** (Kingma and Welling, 2014) is to make every digit a
# small cloud. The encoder no longer says "this digit is at $z$". It says "this digit is somewhere
# around $\mu$, give or take $\sigma$". For each training step a place is *drawn* from the cloud,
# and the decoder has to rebuild the digit from there. So it learns to draw well in the whole cloud.
# That is wish 2. And wish 1 is a second term in the loss: each cloud is pulled towards the cloud
# of darts, by the KL divergence of lab 6.
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $x$ | a digit, 784 numbers from 0 to 1 | `x` |
# | $\mu$ | the middle of its cloud, 2 numbers | `mu` |
# | $\sigma$ | the standard deviations of its cloud, 2 numbers above 0 | |
# | $\log \sigma^2$ | what the encoder gives in place of $\sigma$: any number (lab 6) | `log_var` |
# | $q(z \mid x) = \mathcal N(\mu, \sigma^2)$ | the cloud: how the code of $x$ is distributed; also called **posterior** | |
# | $p(z) = \mathcal N(0, I)$ | the **prior**: how the darts are thrown, $\mathcal N(0, 1)$ for both numbers | |
# | $\varepsilon$ | a throw of the dice: a draw from the prior | |
# | $z$ | a place that is drawn from the cloud | `z` |
# | $\hat x$ | what the decoder makes of $z$ | `x_hat` |
#
# ## 3. An encoder with two outputs
#
# The last hidden layer is followed by *two* dense layers side by side. One gives $\mu$, the other
# $\log \sigma^2$. Neither has an activation, as both may be any number. Hand both to the model as a
# list of outputs: `keras.Model(x, [mu, log_var])`.

# %% answer="encoder"
def build_encoder():
    """Return a new, untrained Keras model 784 -> 128 -> 128 -> two outputs: mu and log_var.

    It takes vectors of shape (n, 784) with values from 0 to 1. Both outputs have shape (n, 2) and
    may be any numbers; each comes from a dense layer of its own. Hidden layers use relu. About
    six lines.
    """
    ### BEGIN SOLUTION
    pixels = keras.Input(shape=(784,), name="pixels")
    hidden = keras.layers.Dense(128, activation="relu")(pixels)
    hidden = keras.layers.Dense(128, activation="relu")(hidden)
    middle = keras.layers.Dense(2, name="mu")(hidden)
    spread = keras.layers.Dense(2, name="log_var")(hidden)
    return keras.Model(pixels, [middle, spread], name="vae_encoder")
    ### END SOLUTION


# %%
build_encoder().summary()

# %% check="encoder" points=2
from latentlab import check

check.gaussian_encoder("encoder", check.call("build_encoder", build_encoder), takes=784, code=2)

# %% [markdown]
# The decoder is as you know it: from 2 numbers through 128 and 128 units to 784 pixels, with a
# sigmoid at the end. It is given.

# %%
def build_decoder():
    """A new, untrained Keras model 2 -> 128 -> 128 -> 784, for codes of shape (n, 2)."""
    hidden = [keras.layers.Dense(128, "relu") for _ in range(2)]
    pixels = keras.layers.Dense(784, "sigmoid")
    return keras.Sequential([keras.Input((2,)), *hidden, pixels], name="vae_decoder")


build_decoder().summary()

# %% [markdown]
# ## 4. A draw that can be differentiated
#
# Training needs derivatives: if the encoder gave a slightly larger $\mu$, would the loss grow or
# shrink? Between the encoder and the loss there is now a throw of the dice. Try it for one number,
# with $\sigma = 0.3$, in two ways.

# %% tags=["nbval-ignore-output"]
mus = np.linspace(0, 1, 150)
fig, axes = plt.subplots(1, 2, figsize=(11, 4), dpi=80, sharey=True)
axes[0].scatter(mus, rng.normal(mus, 0.3), s=12, color="#4878a8")
axes[0].set_title("z thrown anew for each μ: dust has no slope")
for epsilon, colour in [(1.2, "#c03030"), (0.3, "#d08a2e"), (-0.8, "#117733")]:
    axes[1].plot(mus, mus + 0.3 * epsilon, color=colour, lw=2.5)
    axes[1].text(1.02, 1 + 0.3 * epsilon, f"ε = {epsilon}", color=colour, va="center", fontsize=12)
axes[1].set_title("One throw ε, then z = μ + 0.3 ε: a line of slope 1")
axes[1].set_xlim(0, 1.25)
for ax in axes:
    ax.set_xlabel("μ")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("z")
plt.show()

# %% [markdown]
# On the left, a function that throws dice inside itself was asked for $z$ again and again. Between
# one $\mu$ and the next, the dice are thrown anew. What would $z$ have been for a slightly larger
# $\mu$? The question has no answer, so there is no derivative.
#
# On the right, the dice are thrown *first*. What is left is a function like any other:
#
# $$z = \mu + \sigma\,\varepsilon = \mu + e^{\frac12 \log \sigma^2}\,\varepsilon,
# \qquad \varepsilon \sim \mathcal N(0, I)$$
#
# It is a draw from the same cloud (you used it in lab 6), and it has derivatives:
# $\partial z / \partial \mu = 1$ and $\partial z / \partial \sigma = \varepsilon$. They are all
# that backpropagation needs. This is the **reparameterization trick**.
#
# Three things to mind:
#
# - Each number of each digit gets its *own* $\varepsilon$, and a new one in each call.
# - Use `ops.exp` and `keras.random.normal(shape)`, not numpy. `fit` compiles the training step: it
#   runs your Python code once, notes down all operations of Keras, and repeats these. A number from
#   numpy would be thrown once, and be the same for ever. Set no seed for the same reason.
# - $\log \sigma^2$ is neither $\sigma$ nor $\log \sigma$. It is half of it that goes into the
#   exponential.

# %% answer="sample"
def sample(mu, log_var):
    """Return one draw z from N(mu, sigma^2) for each row: a tensor of the shape of mu.

    mu, log_var: shape (n, d); log_var is log sigma^2. Works with arrays and with tensors. Each
    element has its own, new epsilon. About two lines.
    """
    ### BEGIN SOLUTION
    epsilon = keras.random.normal(ops.shape(mu))
    return mu + ops.exp(0.5 * log_var) * epsilon
    ### END SOLUTION


# %% [markdown]
# How do you test a function whose result is different each time? Not with a seed: that would also
# fix the order of your calls. The check draws thousands of times and looks at $(z - \mu) / \sigma$:
# its mean, its variance, its form, whether it depends on $\mu$ or $\sigma$ or on the draw before.
# Each may be off by 6 of its standard errors. A right answer fails less than once in a million
# times. It is also done for `sample` as `fit` will use it: compiled.

# %%
compiled_sample = tf.function(sample)

# %% check="sampling" points=3
import numpy as np
from latentlab import check

check.samples(sample, code=2)
check.samples(compiled_sample, code=2)
### BEGIN HIDDEN TESTS
check.samples(sample, code=int(np.random.default_rng().integers(3, 9)))
### END HIDDEN TESTS

# %% [markdown]
# Elsewhere you will find this function as a layer: a class `Sampling(keras.layers.Layer)` whose
# method `call` does what your `sample` does. The encoder then has a third output, $z$. It makes no
# difference to the training.
#
# ### What if the number is read in two ways?
#
# A famous tutorial, [Building Autoencoders in Keras](https://blog.keras.io/building-autoencoders-in-keras.html)
# of 2016, draws with `exp(z_log_sigma)`, so its number is $\log \sigma$. Its KL term has the formula
# for $\log \sigma^2$. So had examples in Keras' own repository. A reader
# [noticed](https://github.com/keras-team/keras/issues/3283); another was
# [told](https://github.com/keras-team/keras/pull/9972) that the scale of a dense layer's output is
# irrelevant. It is, as long as all lines agree on it. If they do not, no error stops you, and the
# pictures look fine. But KL is computed for one cloud, and $z$ is drawn from another.
#
# Call the network's number $s$. This is what the network and the digits of this lab gave, each row the
# mean of three trainings. (The ELBO is a VAE's figure of merit, see the next section. Higher is
# better.)
#
# | drawn with σ = | KL reads $s$ as | ELBO by its own code | true ELBO | emptiness |
# |---|---|---|---|---|
# | `exp(s / 2)` | $\log \sigma^2$ | -163.8 | -163.8 | 1.1 |
# | `exp(s)` | $\log \sigma$ | -165.4 | -165.4 | 1.1 |
# | `exp(s)` (the tutorial) | $\log \sigma^2$ | -161.2 | -164.1 | 1.3 |
# | `exp(s / 2)` | $\log \sigma$ | -167.8 | -164.6 | 0.9 |
# | `s` | $\log \sigma^2$ | -157.6 | -167.4 | 2.2 |
#
# The first two rows agree with themselves; either is a VAE. In the third, small clouds cost only half
# of what they should: it reports a better figure than it has, and its map is emptier. In the fourth
# they cost twice as much. The last row looks best of all and is the worst. None of them stopped with
# an error.

# %% [markdown]
# ## 5. The loss, term by term
#
# What is the probability that a VAE, dart by dart, draws exactly this $x$? Call it $p(x)$; the
# larger it is for real digits, the better the model. It is a mean over all darts and cannot be
# computed. But there is a lower bound that can, the **evidence lower bound**:
#
# $$\log p(x) \;\ge\; \mathrm{ELBO}(x) =
# \underbrace{\mathbb E_{z \sim q(z|x)}\big[\log p(x \mid z)\big]}_{\text{rebuild}}
# \;-\; \underbrace{\mathrm{KL}\big(q(z \mid x)\,\|\,p(z)\big)}_{\text{stay near the prior}}$$
#
# | symbol | what it is |
# |---|---|
# | $\log p(x)$ | the log probability of the digit $x$, in nats: minus its surprise (lab 6) |
# | $\log p(x \mid z)$ | the same if $z$ is known: minus the reconstruction error |
# | $\mathbb E_{z \sim q(z \mid x)}$ | the mean over places drawn from the cloud of $x$ |
# | $\mathrm{KL}(q \| p)$ | how far the cloud is from the prior |
#
# <details><summary>For the curious: where the bound comes from</summary>
#
# Start with the KL divergence between the cloud and the *true* distribution of codes for this
# digit, $p(z \mid x) = p(x \mid z)\,p(z) / p(x)$, and write the logarithm of the quotient as a
# difference:
#
# $$\mathrm{KL}\big(q(z|x)\,\|\,p(z|x)\big) =
# \mathbb E_q\big[\log q(z|x) - \log p(x|z) - \log p(z)\big] + \log p(x)$$
#
# The first and the third term are $\mathrm{KL}(q(z|x) \| p(z))$, the second is the rebuild term. So
# $\log p(x) = \mathrm{ELBO}(x) + \mathrm{KL}(q(z|x) \| p(z|x))$, and a KL divergence is never
# below 0. The bound is tight if the encoder gives the true cloud.
# </details>
#
# A loss is to shrink, so training minimises minus the ELBO. It has two terms.
#
# **KL.** From lab 6, for one digit and a code of $d$ numbers:
#
# $$\mathrm{KL} = -\tfrac12 \sum_{j=1}^{d} \left(1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2\right)$$
#
# Write it again, with `ops` in place of numpy. A gradient has to get through.

# %% answer="kl"
def kl_gaussian(mu, log_var):
    """Return KL(N(mu, sigma^2)||N(0, I)) of each digit, in nats: a tensor of shape (n,).

    mu, log_var: shape (n, d). Summed over the d numbers of a code. About one line, with `ops`.
    """
    ### BEGIN SOLUTION
    return -0.5 * ops.sum(1 + log_var - ops.square(mu) - ops.exp(log_var), axis=1)
    ### END SOLUTION


# %% check="kl" points=2
import numpy as np
from latentlab import check

check.kl_term(kl_gaussian, examples=5, dimensions=2)
### BEGIN HIDDEN TESTS
check.kl_term(kl_gaussian, examples=40, dimensions=int(np.random.default_rng().integers(3, 20)))
### END HIDDEN TESTS

# %% [markdown]
# **Reconstruction error.** The decoder reads a pixel as a probability, and the pixels are drawn
# independently. Probabilities multiply, so their logarithms *add up*: the log probability of a
# picture is the **sum** over its pixels,
#
# $$-\log p(x \mid z) =
# -\sum_{i=1}^{784} \big[ x_i \log \hat x_i + (1 - x_i) \log(1 - \hat x_i) \big]$$
#
# It is the cross-entropy of lab 1, times 784. And this is where the most common mistake is made:
# Keras' `binary_crossentropy` gives the *mean* over the pixels. For a plain autoencoder that changes
# nothing. Here two terms are weighed against each other. With the mean, the reconstruction counts
# 784 times less; or, what is the same, KL counts 784 times more. You will see in section 10 what
# becomes of the map.
#
# **Both together.** A factor $\beta$ before KL makes the weight explicit (Higgins et al., 2017). The
# VAE has $\beta = 1$. Over the digits of a batch the *mean* is taken, as always:
#
# $$L = \frac1n \sum_{x} \big( -\log p(x \mid z) + \beta\,\mathrm{KL} \big)$$

# %% answer="loss"
def reconstruction_error(x, x_hat):
    """Return the cross-entropy of each picture, summed over its pixels: a tensor of shape (n,).

    x, x_hat: shape (n, 784), values from 0 to 1. In nats. Clip x_hat to [1e-7, 1 - 1e-7] first.
    About two lines, with `ops`.
    """
    ### BEGIN SOLUTION
    p = ops.clip(x_hat, 1e-7, 1 - 1e-7)
    return -ops.sum(x * ops.log(p) + (1 - x) * ops.log(1 - p), axis=1)
    ### END SOLUTION


def vae_loss(x, x_hat, mu, log_var, beta):
    """Return the mean over the digits of reconstruction error + beta * KL: one number.

    x, x_hat: shape (n, 784). mu, log_var: shape (n, d). About one line; you have both terms. It
    will be compiled: there, `len` does not know the length of a tensor, but x.shape does.
    """
    ### BEGIN SOLUTION
    return ops.mean(reconstruction_error(x, x_hat) + beta * kl_gaussian(mu, log_var))
    ### END SOLUTION


# %% check="loss" points=3
import numpy as np
from latentlab import check

check.summed_bce(reconstruction_error, count=4)
check.vae_loss(vae_loss, count=4, beta=2.0)
### BEGIN HIDDEN TESTS
check.summed_bce(reconstruction_error, count=9)
check.vae_loss(vae_loss, count=9, beta=float(np.random.default_rng().uniform(3, 9)))
### END HIDDEN TESTS

# %% [markdown]
# ## 6. The training step
#
# `fit` knows how to train a model whose loss compares an output with a target. This loss also needs
# $\mu$ and $\log \sigma^2$, so you compute loss and gradients yourself. TensorFlow does the
# derivatives: it writes down, as if on a tape, everything that is computed inside the `with` block,
# and then goes back along it.
#
# ```python
# with tf.GradientTape() as tape:
#     ...                       # from the inputs to the loss, all of it in here
# gradients = tape.gradient(loss, weights)     # d loss / d weights: a list, one for each weight
# ```
#
# Inside: encode `x` (calling the encoder gives two tensors), draw `z` with your `sample`, decode it,
# compute your `vae_loss`.

# %% answer="gradients"
def loss_and_gradients(encoder, decoder, x, beta):
    """Return the loss of a batch and the list of its gradients.

    encoder: a model from (n, 784) to mu and log_var. decoder: a model from codes to (n, 784).
    x: digits, shape (n, 784). beta: the factor before KL. The gradients are those with respect to
    encoder.trainable_variables + decoder.trainable_variables, in this order. About six lines.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        mu, log_var = encoder(x)
        z = sample(mu, log_var)
        loss = vae_loss(x, decoder(z), mu, log_var, beta)
    weights = encoder.trainable_variables + decoder.trainable_variables
    return loss, tape.gradient(loss, weights)
    ### END SOLUTION


# %% [markdown]
# Is a gradient right? There is an old test that needs no calculus. Make a weight $w$ a little
# larger and a little smaller, and look at how the loss $L$ changes. This is a **central
# difference**:
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2h}$$
#
# The check does so with a VAE that is so small that the mean over the dice can be computed, in
# directions of all its weights: for $\mu$, for $\log \sigma^2$, and for the decoder. It gives your
# function 1,000 copies of one picture, so that the dice average out.

# %% check="gradients" points=4
import numpy as np
from latentlab import check

check.vae_gradients(loss_and_gradients, beta=2.0)
### BEGIN HIDDEN TESTS
check.vae_gradients(loss_and_gradients, beta=float(np.random.default_rng().uniform(0.2, 0.7)))
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Train it
#
# Now `fit` can do the rest. Its method `train_step` is called for each batch, and here it is yours.
# The learning rate falls to 0 along a cosine: large steps first, small ones at the end.

# %%
class VAE(keras.Model):
    """Encoder and decoder together; `fit` takes your step for each batch."""

    def __init__(self, encoder, decoder, beta=1.0):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.beta = keras.Variable(beta, trainable=False)
        self.mean_loss = keras.metrics.Mean("loss")  # over the batches of an epoch

    def train_step(self, x):
        beta = ops.convert_to_tensor(self.beta)
        loss, gradients = loss_and_gradients(self.encoder, self.decoder, x, beta)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.mean_loss.update_state(loss)
        return {"loss": self.mean_loss.result()}

    @property
    def metrics(self):
        """What `fit` sets back to 0 before each epoch."""
        return [self.mean_loss]


def compiled(vae, rate):
    """The model, ready for `fit`, with the optimizer Adam and this learning rate."""
    vae.compile(keras.optimizers.Adam(rate), jit_compile=False)
    vae.optimizer.build(vae.trainable_variables)
    return vae


def train(vae, x, epochs):
    """Train on pictures x, shuffled anew in each epoch; return the history."""
    batches = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x))
    batches = batches.batch(BATCH, drop_remainder=True).prefetch(2)
    return vae.fit(batches, epochs=epochs, shuffle=False, verbose=0, callbacks=[lab.Progress()])


LARGE = len(x_train) > 10_000
EPOCHS, BATCH, RATE = (30, 120, 0.003) if LARGE else (8, 32, 0.007)

# %% tags=["nbval-ignore-output"]
encoder = decoder = history = None  # until all functions above are written
lab.seed(4)
keras.random.normal(())  # Keras makes its dice at the first throw: not while it compiles your step
new_encoder, new_decoder = build_encoder(), build_decoder()
falling = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * (len(x_train) // BATCH))
vae = compiled(VAE(new_encoder, new_decoder), falling)
history = lab.kept(train, vae, x_train, EPOCHS)  # trains once, and again after a change
encoder, decoder = new_encoder, new_decoder  # they are trained now

if history is not None:
    lab.plot_history(history, title="The loss is minus the ELBO: it falls")

# %% [markdown]
# The check measures the ELBO of your two models on new digits, drawing 20 codes for each. It draws at
# random, too. Another seed changes the result by some 2 nats. The limit is about ten times as far
# away from a right answer.

# %% check="training" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

check.elbo_reached(encoder, decoder, _load("mnist")[1].images.reshape(-1, 784), at_least=-180)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

check.elbo_reached(encoder, decoder, _heldout("mnist")[0].reshape(-1, 784), at_least=-180)
### END HIDDEN TESTS

# %% [markdown]
# ## 8. How good is it? The test ELBO
#
# The ELBO of digits that the model has not seen is *the* figure of a VAE. It is a lower bound of
# their log probability, in nats, so that different models can be compared by it. KL is computed by
# formula; the mean over the cloud is estimated by drawing, as in lab 6:
#
# $$\widehat{\mathrm{ELBO}}(x) = \frac1K \sum_{k=1}^{K} \log p(x \mid z_k) - \mathrm{KL},
# \qquad z_k \sim q(z \mid x)$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $K$ | how many codes are drawn for each digit | `draws` |
# | $z_k$ | the code of draw number $k$ | |
# | $\widehat{\mathrm{ELBO}}(x)$ | the estimate for one digit; one number for each of the $n$ digits | |
#
# Report its mean over the $n$ digits, and the **standard error** of this mean: the standard
# deviation of the $n$ numbers, divided by $\sqrt n$. It says how far off the figure may be because
# the test digits are these and not others.

# %% answer="elbo"
def estimate_elbo(encoder, decoder, x, draws):
    """Return the mean ELBO of the digits x, in nats, and its standard error: two numbers.

    encoder: a model from (n, 784) to mu and log_var. decoder: a model from codes to (n, 784).
    x: digits, shape (n, 784). draws: how many codes are drawn for each digit; first take each
    digit's mean over them. About six lines; you have all parts.
    """
    ### BEGIN SOLUTION
    mu, log_var = encoder(x)
    errors = [reconstruction_error(x, decoder(sample(mu, log_var))) for _ in range(draws)]
    of_each = -np.mean(errors, axis=0) - np.array(kl_gaussian(mu, log_var))
    return of_each.mean(), of_each.std() / np.sqrt(len(x))
    ### END SOLUTION


# %% check="elbo" points=3
import numpy as np
from latentlab import check

check.elbo_estimate(estimate_elbo, draws=8)
### BEGIN HIDDEN TESTS
check.elbo_estimate(estimate_elbo, draws=int(np.random.default_rng().integers(5, 15)))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder)
elbo, error = estimate_elbo(encoder, decoder, x_test, draws=10)
mean_kl = np.mean(kl_gaussian(*encoder(x_test)))
mean_picture = np.repeat(x_train.mean(axis=0)[None], len(x_test), axis=0)
print(f"test ELBO                : {elbo:.1f} ± {error:.1f} nats")
print(f"  reconstruction error   : {-elbo - mean_kl:.1f}")
print(f"  KL                     : {mean_kl:.1f}")
print(f"the mean picture, for all: {-np.mean(reconstruction_error(x_test, mean_picture)):.1f}")

# %% [markdown]
# Read it like this. Whoever knows only the mean picture of all digits is surprised by a digit with
# some 207 nats. Two numbers, about 5 nats of knowledge (that is 7 bits, or one of 150 cases), bring
# the surprise down by 40 nats and more.
#
# ## 9. Darts on your map
#
# The promise was: throw a dart like the prior, and decode. Write it, for any decoder.

# %% answer="generate"
def generate(decoder, n):
    """Return n new pictures: what the decoder makes of n draws from N(0, I), shape (n, 28, 28).

    decoder: a model from codes of shape (n, 2) to vectors of shape (n, 784). New draws in each
    call. About two lines.
    """
    ### BEGIN SOLUTION
    thrown = keras.random.normal((n, 2))
    return ops.reshape(decoder(thrown), (n, 28, 28))
    ### END SOLUTION


# %% check="generate" points=2
import numpy as np
from latentlab import check

check.generates(generate, 600)
### BEGIN HIDDEN TESTS
check.generates(generate, int(np.random.default_rng().integers(700, 900)))
### END HIDDEN TESTS

# %% [markdown]
# First both maps, side by side, with the test digits. The VAE's points are the middles $\mu$ of the
# clouds.

# %% tags=["nbval-ignore-output"]
from latentlab.plots import COLOURS

check.answered(encoder=encoder)
codes, new_codes = np.array(encoder(x_train)[0]), np.array(encoder(x_test)[0])
colours = np.array(COLOURS)[test.labels[:500]]
fig, axes = plt.subplots(1, 2, figsize=(12, 5.8), dpi=80, layout="constrained")
for ax, name, points in zip(axes, ("autoencoder (lab 2)", "VAE"), (ae_new_codes, new_codes)):
    ax.scatter(*points[:500].T, s=16, c=colours, linewidths=0, antialiased=False)
    ax.plot(2.45 * np.cos(angle), 2.45 * np.sin(angle), "--", color="0.4")
    for digit in range(10):
        middle = np.median(points[:500][test.labels[:500] == digit], axis=0)
        box = {"boxstyle": "circle,pad=0.1", "fc": "white", "ec": COLOURS[digit], "lw": 2}
        ax.text(*middle, digit, fontsize=12, ha="center", va="center", bbox=box)
    ax.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal", title=name)
fig.suptitle("Two maps of the same digits, and the circle in which 95 % of all darts land")
plt.show()

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder)
fig, axes = plt.subplots(1, 2, figsize=(12, 5.2), dpi=72, layout="constrained")
show_darts(axes[0], darts, ae_codes, ae_new_codes, "autoencoder (lab 2)")
vae_lonely, points = show_darts(axes[1], darts, codes, new_codes[:500], "VAE")
fig.colorbar(points, ax=axes, label="distance to the nearest digit (new digits: 1)", extend="max")
fig.suptitle("The same darts on both maps: on the VAE's, fewer land where nobody lives")
plt.show()

lab.show_rows(
    {
        "AE": generate(ae_decoder, 10),
        "VAE": generate(decoder, 10),
        "AE, lonely": ae_decoder(loneliest(ae_lonely)),
        "VAE, lonely": decoder(loneliest(vae_lonely)),
    },
    title="Darts, decoded: any ten of each map, and the ten loneliest of the middle",
)

# %% [markdown]
# What to see:
#
# - The emptiness has come down from 1.5 to about 1, and of the darts, about one in ten lies in a hole
#   where it was one in five. This is no lucky seed. Ten trainings gave an emptiness of 1.03 in the
#   mean, with a standard deviation of 0.08, and 9 % of the darts in holes, with a standard deviation of
#   2.4 %. Lab 2's map, with 1.53 and 20 %, is more than four of these away. And nobody had to find out
#   where to throw: the loss has brought the codes to the darts.
# - The VAE's lonely darts show blurred digits. The autoencoder's show smudges in which two digits
#   are mixed. Around the VAE's codes the decoder has been trained, too.
# - The VAE is more *blurred* everywhere. Part of it is time: lab 2's network was trained for 30
#   epochs, yours for 8. Section 11 changes that. Part of it is the price: where clouds overlap, the
#   decoder cannot know which of the digits is meant, and draws their mean.
#
# So this is a trade, and the next section turns the screw. First, the whole map. Compare its borders
# with lab 2's.

# %% tags=["nbval-ignore-output"]
check.answered(decoder=decoder)
lab.plot_decoded_grid(decoder, (-2.5, -2.5), (2.5, 2.5), 15, title="The whole map of the VAE")

# %% [markdown]
# ## 10. The weight β, and how a posterior collapses
#
# The two terms pull in opposite directions. Rebuilding wants clouds that are small and far apart,
# so that no digit is mistaken for another. KL wants every cloud to be the prior: in the middle and
# of size 1, all of them on top of one another. $\beta$ says who is stronger. Here are three short
# trainings from the same start: without KL; as it should be; and with $\beta = 784$, which is what
# you get without noticing if the reconstruction error is averaged over the pixels.

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder)
lab.seed(1)
trial = compiled(VAE(build_encoder(), build_decoder()), 0.005)
start = trial.get_weights()
fig, axes = plt.subplots(2, 3, figsize=(12, 8.2), dpi=68, layout="constrained")
for (above, below), beta in zip(axes.T, (0, 1, 784), strict=True):
    lab.seed(1)
    trial.set_weights(start)
    trial.beta.assign(beta)
    lab.kept(train, trial, x_train, 1 if LARGE else 2)
    middles, log_vars = trial.encoder(x_test[:500])
    nats = np.mean(kl_gaussian(middles, log_vars))
    above.scatter(*np.array(middles).T, s=10, c=colours, linewidths=0, antialiased=False)
    above.set_title(f"β = {beta}: KL = {nats:.2f} nats")
    above.locator_params(axis="x", nbins=5)
    tiles = np.array(generate(trial.decoder, 25)).reshape(5, 5, 28, 28).swapaxes(1, 2)
    below.imshow(tiles.reshape(140, 140), cmap="gray", vmin=0, vmax=1)
    below.set_axis_off()
fig.suptitle("No KL, KL as it should be, too much KL: codes of the test digits; 25 darts decoded")
plt.show()

# %% [markdown]
# **β = 0** is an autoencoder. Nothing keeps the codes near the origin (look at the numbers at the
# axes) and nothing keeps the clouds from shrinking to points. KL is huge. All darts land in one
# small spot of the map, and show nearly the same.
#
# **β = 1** is the VAE.
#
# **β = 784**: KL is 0 and the codes of all digits lie on top of one another. Look at the numbers at
# the axes. The encoder says "somewhere around the middle, give or take 1" whatever it is shown. As
# the code holds nothing, the decoder does not look at it, and always draws the mean picture. This is
# a **posterior collapse**: for every digit, the cloud $q(z \mid x)$ is the prior. Every dart lands in
# the clouds of all digits. This map has no holes because it is no map. So to have no holes is not
# enough. Look at the ELBO, and at its two terms.
#
# When training goes wrong, the two terms tell where to look:
#
# | what you see | what it may be |
# |---|---|
# | KL near 0, all pictures alike | reconstruction error averaged over pixels, or β far too large |
# | KL far above 10, blurred or wild pictures from darts | KL left out, divided by 784, or β near 0 |
# | the ELBO is too good to be true | half of KL missing: a mean over dimensions, or two readings of `log_var` |
# | rebuilding is fine at μ and poor at z | another σ in training than in the test |
# | the loss falls below 0 and on and on | KL has the wrong sign |

# %% [markdown] written="balance" points=3
# **Question.** A friend has trained a VAE on pictures of faces, with a code of 32 numbers. The
# reconstructions are blurred, so she multiplies KL by $\beta = 0.001$. Now the reconstructions are
# sharp. But new faces, decoded from draws of $\mathcal N(0, I)$, are a mess. Explain in four to seven
# sentences, with the two terms of the loss: why the reconstructions have become sharp, what has
# become of the clouds and of the places of the codes, and why the *same* decoder that rebuilds so
# well fails for draws from the prior. What do you tell her about her new ELBO?
#
# ### BEGIN SOLUTION
# With so little weight on KL, the loss is nearly the reconstruction error alone. That is lowest if
# each face can be told from all others by its code: small clouds, far from one another. So the
# standard deviations shrink, there is hardly any noise left that the decoder has to put up with, and
# the reconstructions become sharp; the model is almost a plain autoencoder. Nothing pulls the codes
# towards the prior any more, so they lie somewhere else, spread wide, with gaps between them. Draws
# from $\mathcal N(0, I)$ land where no code is, and there the decoder was never trained. The ELBO is
# with $\beta = 1$, whatever $\beta$ was used in training. KL is large now, and most likely by more
# nats than the reconstruction error has lost: the ELBO is worse, though the pictures look better.
#
# *Marking, one point each:* (1) the reconstruction term alone favours small, distant clouds (little
# noise), which makes reconstructions sharp; (2) without the pull of KL the codes are not distributed
# as the prior, so draws fall into regions where the decoder was not trained; (3) the ELBO counts KL
# in full: it is worse, or must be computed with beta = 1 to be compared.
# ### END SOLUTION

# %% [markdown]
# ## 11. Three minutes for all of MNIST
#
# 4,000 digits and a few seconds are little. Published figures are for all 60,000, so use them: set
# `FULL = True` in the first cell, choose *Run All Cells*, and have a cup of tea. If the data are not
# on your computer yet, they are downloaded once (11 MB). The network is the same. It is trained for
# 30 epochs, in batches of 120, with a smaller learning rate. **Then set `FULL` back to `False`:** where
# your notebook is graded there is no network, and all of MNIST would take too long.
#
# | work | network, code of 2 | training | ELBO in nats |
# |---|---|---|---|
# | [TensorFlow tutorial](https://www.tensorflow.org/tutorials/generative/cvae) | convolutional | 10 epochs | -155.9, test |
# | [keras.io example](https://keras.io/examples/generative/vae/) | convolutional | 30 epochs, test digits included | -150.4, training |
# | this lab | dense | 30 epochs, about 100 seconds on two cores | **-141 ± 0.5**, test |
#
# Grey pixels are taken as probabilities in the last two; the TensorFlow tutorial rounds them to black
# and white, so its figure is not quite the same thing. (Rounded pixels have no surprise of
# their own. Yours have: even a perfect copy costs 45.5 nats, 0.058 for each pixel, as you saw in lab 6.)
#
# With `FULL = True`, look again at the darts and at the whole map. The digits are sharp now, and the
# map has room for all ten of them. KL has grown to 6.5 nats: with more digits to learn from, a code
# can say more about a digit that it has never seen. For the darts the unit has shrunk, as among
# 60,000 digits a new one has a closer neighbour. So the shares are larger: 15 % of the darts lie in
# holes, and 20 % on lab 2's map.

# %% [markdown]
# ## What to remember
#
# - A plain autoencoder's loss says nothing about where codes are, and nothing about the places
#   between them. So its map has holes, and you do not know where to throw darts.
# - A VAE's encoder gives a cloud, $\mu$ and $\log \sigma^2$. The decoder is trained on draws from it,
#   and KL pulls every cloud towards the prior. Then a draw from the prior is a good place.
# - $z = \mu + e^{\frac12 \log \sigma^2} \varepsilon$: first throw the dice, then compute. The gradient
#   goes through $\mu$ and $\sigma$ and leaves the dice alone.
# - Loss = reconstruction error, *summed* over pixels, + KL, *summed* over the code; the mean is over
#   digits. A mean in the wrong place is a $\beta$ that you did not choose.
# - KL near 0 is a posterior collapse. Always look at both terms.
# - Code with dice in it can be tested: by statistics, with a known chance to be wrong. Gradients can
#   be tested: by central differences.
#
# ## To think about
#
# <details><summary>1. Why does it not help to fit a Gaussian to the codes of a plain autoencoder, and to
# draw from that?</summary>
#
# It helps a little: then you know where the codes are, and how wide they are spread. But the codes
# fill such a Gaussian badly, with gaps inside and corners outside (section 1: an emptiness of 3),
# and the decoder has still not been trained between them. What does help is to fit something more
# flexible than one Gaussian. Many modern image generators do that: an autoencoder first, and a second
# model that learns to draw its codes.
# </details>
#
# <details><summary>2. Could the noise be there without KL?</summary>
#
# Noise of a *fixed* size could: then the encoder would push all codes apart until the noise does not
# matter, as nothing keeps them together. If the encoder may choose the size of its noise, it chooses
# almost none. You have seen that at β = 0. Noise and pull need each other.
# </details>
#
# <details><summary>3. Your KL is about 5 nats. What does that say about the map?</summary>
#
# It is the mean information that a code gives about its digit: 5 nats are 7.2 bits, so the
# decoder can tell some 150 kinds of digits apart. That fits the picture: a cloud has a standard
# deviation of about 0.11, and so many clouds fit into the circle of the darts.
# </details>
#
# <details><summary>4. The reconstruction error is an estimate from a single draw per digit and step. Why is
# that enough for training?</summary>
#
# Its gradient is right in the mean, and the mean is taken over the 32 digits of a batch and, in
# effect, over hundreds of batches. It is the same argument as for training with batches at all.
# Drawing ten codes for each digit would make each step less noisy and ten times as expensive.
# </details>
#
# <details><summary>5. Would you compare the ELBO of this lab with one in which the decoder's output is a
# Gaussian around x̂ (squared error)?</summary>
#
# No. That would be a log *density* of continuous pixels, not a log probability of black and white
# ones. It can even be above 0. ELBOs are comparable only for the same data and the same
# kind of $p(x \mid z)$.
# </details>
