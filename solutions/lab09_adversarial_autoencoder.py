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
# # Lab 9. The adversarial autoencoder: a forger and an expert
#
# Lab 7 brought the codes to where the darts land, with a formula for the KL divergence. The formula
# exists because clouds and darts are Gaussian. What if you have no formula, and all you can do is
# throw darts? In this lab a second network learns to tell codes from darts, and the encoder learns
# to fool it. When the expert cannot tell them apart any more, the codes are where they should be.
#
# **At the end you will be able to**
#
# - measure with one number whether two samples come from the same distribution (MMD), and say how
#   large that number is by chance;
# - write the three steps of an adversarial autoencoder: reconstruct, discriminate, deceive;
# - say for each step which weights it may move, and why not the others;
# - read the losses of two networks that play against each other.
#
# **Time:** about 45 minutes. Training takes less than ten seconds of them.
#
# **It builds on:** lab 7 (darts, the prior, the gradient tape) and lab 1 (cross-entropy).

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops
from latentlab import check

train, test = lab.load("mnist")
x_train = train.images.reshape(len(train.images), 784)  # each image as one row of 784 numbers
x_test = test.images.reshape(len(test.images), 784)
print("x_train:", x_train.shape)
print("x_test :", x_test.shape)

# %% [markdown]
# ## 1. Three samples that look alike on paper
#
# Each panel shows 400 points in the plane. All three samples have the mean 0, the standard
# deviation 1 in both directions, and no correlation.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(9)


def standardized(points):
    """Move and stretch points, shape (n, 2), to mean 0, standard deviation 1, no correlation."""
    points = points - points.mean(axis=0)
    return points @ np.linalg.inv(np.linalg.cholesky(points.T @ points / len(points))).T


turn = rng.uniform(0, 2 * np.pi, 400)
circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
samples = {
    "darts": standardized(rng.normal(size=(400, 2))),
    "a ring": standardized(circle + rng.normal(0, 0.1, (400, 2))),
    "the codes of lab 2": standardized(np.array(lab.load_plane()[0](x_test[:400]))),
}
fig, axes = plt.subplots(1, 3, figsize=(12, 4.3), dpi=80)
for ax, (name, points) in zip(axes, samples.items(), strict=True):
    ax.scatter(*points.T, s=9, color="#4878a8", linewidths=0)
    ax.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), aspect="equal", title=name)
fig.suptitle("The same mean, the same standard deviations: yet you see three different things")
plt.show()

# %% [markdown]
# Your eye sees the difference at once. Mean and standard deviation do not. We need a number that
# sees what you see, for any two samples, and without a formula for either of them.
#
# The idea: let each point look at its neighbours. Draw a point of the ring. Its neighbours *in the
# ring* are many and near. Its neighbours *among the darts* are fewer, as many darts lie in the
# middle. If both samples came from one distribution, a point would find as much company in the
# other sample as in its own.
#
# ## 2. The kernel: how near is a neighbour?
#
# "Company" is measured by a **kernel**. Here it is the Gaussian one, a bell around each point:
#
# $$k(a, b) = \exp\left(-\frac{\lVert a - b \rVert^2}{2 w^2}\right)$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $a$, $b$ | two points, 2 numbers each | a row of `a`, a row of `b` |
# | $\lVert a - b \rVert^2$ | their squared distance: the sum of the squares of both differences | |
# | $w$ | the width of the bell: how far a point looks | `width` |
# | $k(a, b)$ | 1 for equal points, nearly 0 for points much further apart than $w$ | |
#
# By hand: for $a = (0, 0)$, $b = (1, 1)$ and $w = 1$ it is $\exp(-2 / 2) = 0.368$.

# %% answer="kernel"
def gaussian_kernel(a, b, width):
    """Return the kernel of each pair: an array of shape (n, m), for row i of a and row j of b.

    a: points, shape (n, 2). b: points, shape (m, 2). width: one number above 0. About two lines;
    `a[:, None] - b` has shape (n, m, 2) and holds all differences.
    """
    ### BEGIN SOLUTION
    squares = np.sum((a[:, None] - b) ** 2, axis=2)
    return np.exp(-squares / (2 * width**2))
    ### END SOLUTION


# %% check="kernel" points=2
import numpy as np
from latentlab import check

check.gaussian_kernel(gaussian_kernel, 5, 4, width=0.5)
### BEGIN HIDDEN TESTS
check.gaussian_kernel(gaussian_kernel, 30, 30, width=float(np.random.default_rng().uniform(1.5, 3)))
### END HIDDEN TESTS

# %% [markdown]
# ## 3. MMD: company at home, company abroad
#
# Take the mean of the kernel over all pairs *within* sample $a$, the mean over all pairs within
# sample $b$, and subtract twice the mean over all pairs *across*:
#
# $$\mathrm{MMD}^2 = \frac{1}{n(n-1)} \sum_{i \ne j} k(a_i, a_j)
# + \frac{1}{m(m-1)} \sum_{i \ne j} k(b_i, b_j)
# - \frac{2}{n m} \sum_{i, j} k(a_i, b_j)$$
#
# | symbol | what it is |
# |---|---|
# | $a_1, \dots, a_n$ | the points of the first sample |
# | $b_1, \dots, b_m$ | the points of the second sample |
# | $i \ne j$ | a point is not its own company: pairs of a point with itself are left out |
#
# This is the **maximum mean discrepancy** of two samples, squared
# ([Gretton et al., 2012](https://jmlr.org/papers/v13/gretton12a.html)). If both come from one
# distribution, all three means are about the same; two of them are added, and one is subtracted
# twice: about 0. If not, there is more company at home than abroad, and it is above 0.
#
# Two details matter.
#
# - **Leave out the pairs $i = j$**, and divide by $n(n-1)$. Each of them has $k = 1$, whatever the
#   samples are. With them the result is too large by up to $\frac1n + \frac1m$: it is *biased*. Without
#   them it is right in the mean. So for two samples of one distribution it is sometimes a little
#   below 0.
# - **Use several widths** and take the mean over them. A narrow bell sees fine structure, a wide
#   one sees that the samples lie in different places. We use `WIDTHS`.

# %%
WIDTHS = (0.25, 0.5, 1.0, 2.0)

# %% answer="mmd"
def mmd(a, b, widths):
    """Return the unbiased estimate of the squared MMD, the mean over the widths: one number.

    a: points, shape (n, 2). b: points, shape (m, 2). widths: a sequence of numbers. About seven
    lines; the diagonal of `gaussian_kernel(a, a, width)` holds the n pairs of a point with itself.
    """
    ### BEGIN SOLUTION
    def among(points, width):
        n = len(points)
        return (gaussian_kernel(points, points, width).sum() - n) / (n * (n - 1))

    return np.mean(
        [
            among(a, width) + among(b, width) - 2 * gaussian_kernel(a, b, width).mean()
            for width in widths
        ]
    )
    ### END SOLUTION


# %% check="mmd" points=3
import numpy as np
from latentlab import check

check.mmd(mmd, 6, 4, widths=(0.5, 1.0))
### BEGIN HIDDEN TESTS
_width = float(np.random.default_rng().uniform(0.3, 3))
check.mmd(mmd, 40, 60, widths=(0.25, 0.5, 1.0, 2.0))
check.mmd(mmd, 20, 20, widths=(_width,))
### END HIDDEN TESTS

# %% [markdown]
# A number says little before you know what it is by chance. So first throw two handfuls of darts, 10
# times, and measure each time. Then the three samples of section 1.

# %% tags=["nbval-ignore-output"]
more_darts = rng.normal(size=(400, 2))
by_chance = [mmd(*rng.normal(size=(2, 400, 2)), WIDTHS) for _ in range(10)]
print(f"darts and darts, 10 times: from {min(by_chance):.4f} to {max(by_chance):.4f}")
for name, points in samples.items():
    print(f"{name:<20} {mmd(points, more_darts, WIDTHS):>8.4f}")

# %% [markdown]
# By chance alone it is 0.002 or so away from 0, to either side. (Of 1,000 throws, 990 gave less than
# 0.004. The larger the samples, the narrower this is.) The ring lies far outside. The codes of lab 2
# lie outside as well, if not as far: at 0.008, though their means and standard deviations are
# right. The number sees what you see.
#
# ## 4. A forger and an expert
#
# Could we simply use the MMD as a loss? Yes, and it works (question 1 at the end). But it needs a
# kernel and its widths, and somebody has to choose them. The **adversarial autoencoder** (Makhzani et al.,
# 2016) lets a network find out *where* the codes differ from the darts. It has three parts:

# %% tags=["nbval-ignore-output"]
fig, ax = plt.subplots(figsize=(11, 4.4), dpi=80)
boxes = {
    "encoder": (2, 3, "#4878a8"),
    "decoder": (6, 3, "#d08a2e"),
    "discriminator": (6, 0.6, "#c03030"),
}
for name, (x, y, colour) in boxes.items():
    box = {"boxstyle": "round,pad=0.7", "fc": colour, "ec": "none", "alpha": 0.85}
    ax.text(x, y, name, ha="center", va="center", fontsize=15, color="white", bbox=box)
words = {"x": (0.3, 3), "code z": (4, 3), "x̂": (7.9, 3), "darts z′": (4, 0.6)}
words |= {"D: a dart?\n(0 to 1)": (8.1, 0.6)}
for name, (x, y) in words.items():
    ax.text(x, y, name, ha="center", va="center", fontsize=14)
arrows = [((0.5, 3), (1.2, 3)), ((2.85, 3), (3.5, 3)), ((4.5, 3), (5.2, 3)), ((6.85, 3), (7.6, 3))]
arrows += [((4.5, 0.6), (4.8, 0.6)), ((7.25, 0.6), (7.55, 0.6)), ((4.1, 2.7), (5.5, 1.15))]
for start, end in arrows:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "lw": 2, "color": "0.3"})
ax.set(xlim=(0, 9), ylim=(-0.1, 3.7))
ax.set_title("The discriminator is shown codes and darts, and has to say which is which")
ax.set_axis_off()
plt.show()

# %% [markdown]
# - **Encoder** and **decoder** are those of a plain autoencoder: $z = E(x)$ and $\hat x = G(z)$. There
#   are no clouds, no $\sigma$.
# - The **discriminator** $D$ is the expert. It gets two numbers and gives the probability that they
#   are a dart, thrown like the prior $\mathcal N(0, I)$, and no code.
# - The encoder is also the **forger**. It is rewarded if the expert takes its codes for darts.
#
# Both get better by playing against each other. The expert finds where codes are and darts are not;
# the forger moves its codes away from there. It ends in a draw: the codes are spread like
# the darts, and the best that the expert can say is "one half".
#
# ### Darts
#
# First the darts, as you threw them in lab 7. Use `keras.random.normal`: it is drawn anew whenever the
# compiled training step runs; numpy would be asked only once.

# %% answer="prior"
def sample_prior(n):
    """Return n new draws from N(0, I): a tensor of shape (n, 2). About one line."""
    ### BEGIN SOLUTION
    return keras.random.normal((n, 2))
    ### END SOLUTION


# %%
compiled_prior = tf.function(sample_prior)

# %% check="prior" points=1
import numpy as np
from latentlab import check

check.prior_draws(sample_prior, 3000)
check.prior_draws(compiled_prior, 3000)
### BEGIN HIDDEN TESTS
check.prior_draws(sample_prior, int(np.random.default_rng().integers(2000, 4000)))
### END HIDDEN TESTS

# %% [markdown]
# ### The networks
#
# Encoder and decoder have the sizes of lab 7, and are given. (They have `leaky_relu`, which is a line
# of slope 0.2 where `relu` is 0. In this game the first steps are large, and many a relu unit would
# end up being 0 for every picture: it would have no slope any more, and never learn again.) The
# discriminator is yours. Two hidden
# layers with `relu` are enough; without activation it could only draw a straight line through the
# plane. Its one output is a probability, so it ends in a `sigmoid`.

# %%
def dense_network(name, sizes, last=None, between="relu"):
    """A new, untrained chain of dense layers: `between` after each but the last, `last` there."""
    layers = [keras.layers.Dense(size, between) for size in sizes[1:-1]]
    layers.append(keras.layers.Dense(sizes[-1], last))
    return keras.Sequential([keras.Input((sizes[0],)), *layers], name=name)


def build_encoder():
    """From pictures, (n, 784), to codes, (n, 2): any two numbers."""
    return dense_network("encoder", [784, 128, 128, 2], between="leaky_relu")


def build_decoder():
    """From codes, (n, 2), to pictures, (n, 784), from 0 to 1."""
    return dense_network("decoder", [2, 128, 128, 784], "sigmoid", between="leaky_relu")


# %% answer="discriminator"
def build_discriminator():
    """Return a new, untrained Keras model: from codes of shape (n, 2) to probabilities (n, 1).

    Sizes 2 -> 64 -> 64 -> 1; hidden layers use relu. About one line with `dense_network`, or six
    with layers of your own.
    """
    ### BEGIN SOLUTION
    return dense_network("discriminator", [2, 64, 64, 1], "sigmoid")
    ### END SOLUTION


# %% check="discriminator" points=1
from latentlab import check

_discriminator = check.call("build_discriminator", build_discriminator)
check.discriminator("discriminator", _discriminator)
### BEGIN HIDDEN TESTS
import numpy as _np

_found = _np.asarray(_discriminator(_np.zeros((7, 2), _np.float32)))
assert _found.shape == (7, 1), "the discriminator must give one number for each code"
### END HIDDEN TESTS

# %%
build_discriminator().summary()

# %% [markdown]
# ## 5. Three steps for each batch
#
# | step | what it asks | which weights move |
# |---|---|---|
# | **reconstruct** | Is $\hat x$ like $x$? | encoder, decoder |
# | **discriminate** | Can the expert tell codes from darts? | discriminator |
# | **deceive** | Does the expert take the codes for darts? | encoder |
#
# The last column is the heart of the matter. The same $D(E(x))$ occurs in the second step and in
# the third. The expert wants it to be near 0, the forger wants it to be near 1. Each may only
# move *its own* weights. Or else the forger would give itself away to please the expert, or the
# expert would close its eyes to please the forger.
#
# So the three networks come with three optimizers, one for each step. Here they are held together:

# %%
STEPS = ("reconstruct", "discriminate", "deceive")


class Trio:
    """Three networks, and an optimizer for each of the three steps.

    trio.encoder, trio.decoder, trio.discriminator: the networks.
    trio.optimizer["reconstruct"], trio.optimizer["discriminate"], trio.optimizer["deceive"].
    """

    def __init__(self, encoder, decoder, discriminator, optimizer="adam", rates=(1e-3, 1e-3, 1e-3)):
        self.encoder, self.decoder, self.discriminator = encoder, decoder, discriminator
        networks = (encoder, decoder, discriminator)
        weights = [weight for network in networks for weight in network.trainable_variables]
        self.optimizer = {}
        for step, rate in zip(STEPS, rates, strict=True):
            if optimizer == "sgd":
                self.optimizer[step] = keras.optimizers.SGD(rate)
            else:  # players move, so what Adam remembers is soon out of date: it remembers less
                memory = 0.9 if step == "reconstruct" else 0.5
                self.optimizer[step] = keras.optimizers.Adam(rate, beta_1=memory)
            self.optimizer[step].build(weights)


# %% [markdown]
# You know the tape from lab 7. A step looks like this:
#
# ```python
# with tf.GradientTape() as tape:
#     loss = ...                            # all of the way from x to the loss
# weights = ...                             # what may move: trainable_variables of a network;
#                                           # two lists are joined with +
# gradients = tape.gradient(loss, weights)  # d loss / d weights, for these and no others
# trio.optimizer["..."].apply(gradients, weights)
# return loss
# ```
#
# The tape sees *everything* that happens. What moves is decided by the list `weights` alone.
#
# ### Reconstruct
#
# The loss is that of lab 1: the mean binary cross-entropy of all pixels of the batch,
#
# $$L_\text{rec} = \mathrm{bce}(x, \hat x), \qquad \hat x = G(E(x)).$$
#
# `keras.losses.binary_crossentropy(x, x_hat)` gives it for each picture; `ops.mean` takes the mean
# of these.

# %% answer="reconstruct"
def reconstruct(trio, x):
    """Move encoder and decoder one step, so that x is rebuilt better; return the loss.

    trio: see the class above. x: pictures, shape (n, 784). The loss is one number: the mean
    cross-entropy over all pixels and pictures. Uses trio.optimizer["reconstruct"]. About six lines.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        x_hat = trio.decoder(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(x, x_hat))
    weights = trio.encoder.trainable_variables + trio.decoder.trainable_variables
    trio.optimizer["reconstruct"].apply(tape.gradient(loss, weights), weights)
    return loss
    ### END SOLUTION


# %% [markdown]
# The check builds three small networks, calls your step once, and compares *all* weights before and
# after: which have changed, and whether they went down the slope of the right loss.

# %% check="reconstruct" points=2
import numpy as np
from latentlab import check

check.reconstruct_step(reconstruct, Trio, pixels=7, count=9)
### BEGIN HIDDEN TESTS
_count = int(np.random.default_rng().integers(20, 40))
check.reconstruct_step(reconstruct, Trio, pixels=12, count=_count)
### END HIDDEN TESTS

# %% [markdown]
# ### Discriminate
#
# The expert is trained like any classifier with two classes. Darts have label 1, codes label 0:
#
# $$L_\text{dis} = -\frac{1}{2n} \sum_{i=1}^{n} \Big[ \log D(z'_i) + \log\big(1 - D(E(x_i))\big) \Big]$$
#
# | symbol | what it is | in the code |
# |---|---|---|
# | $z'_i$ | dart number $i$, a draw from the prior | `darts`, shape (n, 2) |
# | $E(x_i)$ | the code of picture $i$ | `trio.encoder(x)`, shape (n, 2) |
# | $D(\cdot)$ | the probability of being a dart, in the expert's opinion | shape (n, 1) |
# | $-\log D$ | the cross-entropy for label 1 | |
# | $-\log(1 - D)$ | the cross-entropy for label 0 | |
#
# `ops.ones_like(p)` and `ops.zeros_like(p)` make labels in the shape of `p`.

# %% answer="discriminate"
def discriminate(trio, x, darts):
    """Move the discriminator one step, so that it tells darts from codes better; return the loss.

    x: pictures, shape (n, 784). darts: draws from the prior, shape (n, 2). The loss is one number:
    the mean cross-entropy over the n darts (label 1) and the n codes of x (label 0). Uses
    trio.optimizer["discriminate"]. About nine lines.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        p_dart = trio.discriminator(darts)
        p_code = trio.discriminator(trio.encoder(x))
        p = ops.concatenate([p_dart, p_code])
        labels = ops.concatenate([ops.ones_like(p_dart), ops.zeros_like(p_code)])
        loss = ops.mean(keras.losses.binary_crossentropy(labels, p))
    weights = trio.discriminator.trainable_variables
    trio.optimizer["discriminate"].apply(tape.gradient(loss, weights), weights)
    return loss
    ### END SOLUTION


# %% check="discriminate" points=3
import numpy as np
from latentlab import check

check.discriminate_step(discriminate, Trio, pixels=7, count=9)
### BEGIN HIDDEN TESTS
_count = int(np.random.default_rng().integers(20, 40))
check.discriminate_step(discriminate, Trio, pixels=12, count=_count)
### END HIDDEN TESTS

# %% [markdown]
# ### Deceive
#
# Now the forger. It wants the expert to say "a dart" for its codes. So its loss is the cross-entropy
# of $D(E(x))$ with the label 1, which is the *wrong* label on purpose:
#
# $$L_\text{dec} = -\frac{1}{n} \sum_{i=1}^{n} \log D(E(x_i))$$
#
# The gradient goes back *through* the discriminator, which says in which direction a code
# looks more like a dart, into the encoder. The discriminator passes it on, and stays as it is.
#
# <details><summary>For the curious: why not simply turn the sign of the expert's loss?</summary>
#
# Then the forger would minimise $\log(1 - D)$, the original game of Goodfellow et al. (2014). It has
# the same goal, but its slope is that of $-D$ for small $D$: where the expert is sure that this is
# a code, there is no slope left, just when the forger needs it most. $-\log D$ is steepest there. You
# have seen the same in lab 1: cross-entropy pulls hardest where it is most wrong.
# </details>

# %% answer="deceive"
def deceive(trio, x):
    """Move the encoder one step, so that its codes pass for darts; return the loss.

    x: pictures, shape (n, 784). The loss is one number: the mean cross-entropy of the
    discriminator's answers for the codes of x, with label 1. Uses trio.optimizer["deceive"]. About
    six lines.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        opinion = trio.discriminator(trio.encoder(x))
        loss = ops.mean(keras.losses.binary_crossentropy(ops.ones_like(opinion), opinion))
    weights = trio.encoder.trainable_variables
    trio.optimizer["deceive"].apply(tape.gradient(loss, weights), weights)
    return loss
    ### END SOLUTION


# %% check="deceive" points=3
import numpy as np
from latentlab import check

check.deceive_step(deceive, Trio, pixels=7, count=9)
### BEGIN HIDDEN TESTS
_count = int(np.random.default_rng().integers(20, 40))
check.deceive_step(deceive, Trio, pixels=12, count=_count)
### END HIDDEN TESTS

# %% [markdown]
# ## 6. Let them play
#
# For each batch `fit` now takes your three steps, one after the other. The rates fall to 0 along a
# cosine, as in lab 7: two players who take large steps to the very end never come to rest. Before
# that they rise, for 100 batches: who begins with large steps may be thrown off course at once.

# %%
class Game(keras.Model):
    """Lets `fit` take your steps for each batch: all three, or only the first."""

    def __init__(self, trio, steps=STEPS):
        super().__init__()
        self.trio = trio
        self.means = {step: keras.metrics.Mean(step) for step in steps}  # over an epoch

    def train_step(self, x):
        losses = {"reconstruct": reconstruct(self.trio, x)}
        if "deceive" in self.means:
            losses["discriminate"] = discriminate(self.trio, x, sample_prior(x.shape[0]))
            losses["deceive"] = deceive(self.trio, x)
        for step, loss in losses.items():
            self.means[step].update_state(loss)
        results = {step: self.means[step].result() for step in losses}
        return results | {"loss": results["reconstruct"]}

    @property
    def metrics(self):
        """What `fit` sets back to 0 before each epoch."""
        return list(self.means.values())


EPOCHS, BATCH, RISE = 6, 32, 100  # RISE: batches till the rates are at their highest


def new_trio(batches):
    """Build a trio for a training that has so many batches."""
    rates = [
        keras.optimizers.schedules.CosineDecay(
            rate / 20, batches - RISE, warmup_target=rate, warmup_steps=RISE
        )
        for rate in (0.005, 0.01, 0.003)  # reconstruct, discriminate, deceive
    ]
    return Trio(build_encoder(), build_decoder(), build_discriminator(), rates=rates)


def play(trio, steps, x):
    """Train a trio on pictures x by these steps; return the history."""
    batches = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x))
    batches = batches.batch(BATCH, drop_remainder=True).prefetch(2)
    game = Game(trio, steps)
    game.compile(steps_per_execution=25, jit_compile=False)  # Python is asked once for 25 batches
    return game.fit(
        batches, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=[lab.Progress()]
    )


# %% tags=["nbval-ignore-output"]
encoder = decoder = trio = history = None  # until all functions above are written
lab.seed(9)
keras.random.normal(())  # Keras makes its dice at the first throw: not while it compiles your step
trio = new_trio(EPOCHS * (len(x_train) // BATCH))
history = lab.kept(play, trio, STEPS, x_train)  # trains once, and again when something has changed
encoder, decoder = trio.encoder, trio.decoder  # they are trained now

curves = {step: history.history[step] for step in ("discriminate", "deceive")}
curves["log 2"] = EPOCHS * [np.log(2)]
lab.plot_history(curves, title="Both losses end near log 2: the expert is left guessing")

# %% [markdown]
# These are not the curves of a training that you know. Nothing falls and falls. When the
# expert gets better, the forger gets worse, and the other way round. If nobody can tell codes from
# darts, $D = \frac12$ everywhere, and both losses are $-\log \frac12 = \log 2 = 0.693$. That is the end of
# a fair game.
#
# But the losses alone prove nothing: an expert that has learned nothing says $\frac12$, too. So the
# check does not look at them. It takes new digits and measures the MMD of their codes from the
# prior; whether the codes have collapsed onto a line or a point; whether decoded darts differ; and
# the reconstruction error, against that of PCA.

# %% check="training" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = (_part.images.reshape(-1, 784) for _part in _load("mnist"))
check.follows_prior(encoder, _test, at_most=0.04)
check.no_collapse(encoder, decoder, _test, spread=0.5, differ=0.003)
check.rebuilds_as_pca(encoder, decoder, _train, _test, at_most=1.5)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("mnist")[0].reshape(-1, 784)
check.follows_prior(encoder, _new, at_most=0.04)
check.no_collapse(encoder, decoder, _new, spread=0.5, differ=0.003)
check.rebuilds_as_pca(encoder, decoder, _train, _new, at_most=1.5)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Before and after
#
# For comparison, the same networks trained for as long with the first step alone: a plain autoencoder.

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder)
lab.seed(9)
plain = new_trio(EPOCHS * (len(x_train) // BATCH))
lab.kept(play, plain, ("reconstruct",), x_train)
darts = rng.normal(size=(500, 2)).astype(np.float32)
codes = {
    "plain autoencoder": np.array(plain.encoder(x_test)),
    "adversarial autoencoder": np.array(encoder(x_test)),
}

# %% tags=["nbval-ignore-output"]
from latentlab.plots import COLOURS

check.answered(encoder=encoder)
angle = np.linspace(0, 2 * np.pi, 100)
colours = np.array(COLOURS)[test.labels]
fig, axes = plt.subplots(1, 2, figsize=(12, 5.8), dpi=80, layout="constrained")
for ax, (name, points) in zip(axes, codes.items(), strict=True):
    ax.scatter(*points.T, s=16, c=colours, linewidths=0, antialiased=False)
    ax.plot(2.45 * np.cos(angle), 2.45 * np.sin(angle), "--", color="0.2", lw=2, zorder=4)
    for digit in range(10):
        middle = np.median(points[test.labels == digit], axis=0)
        box = {"boxstyle": "circle,pad=0.1", "fc": "white", "ec": COLOURS[digit], "lw": 2}
        ax.text(*middle, digit, fontsize=12, ha="center", va="center", bbox=box)
    ax.set(title=f"{name}: MMD² = {mmd(points, darts, WIDTHS):.3f}", aspect="equal")
axes[1].set(xlim=(-3.8, 3.8), ylim=(-3.8, 3.8))
fig.suptitle("Codes of new digits. 95 % of all darts land in the dashed circle: mind the axes")
plt.show()

# %% [markdown]
# On the left the codes lie wherever training has put them, and all darts land in one small spot of the
# map. On the right they fill the circle of the darts, densest in the middle, as darts do. Digits that
# look quite unlike, such as 0 and 1, still lie apart: the reconstruct step saw to that. Others share
# their places, more than on the left, since there is but one round heap for all of them.
#
# Now throw darts at both, twice ten of them, and decode:

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder)
lab.show_rows(
    {
        "plain": plain.decoder(darts[:10]),
        "adversarial": decoder(darts[:10]),
        "plain, again": plain.decoder(darts[10:20]),
        "adversarial, again": decoder(darts[10:20]),
    },
    title="Darts, decoded: the plain decoder draws from one spot of its map, yours from all of it",
)

# %% tags=["nbval-ignore-output"]
check.answered(decoder=decoder)
lab.plot_decoded_grid(decoder, (-2.5, -2.5), (2.5, 2.5), 15, title="Every place draws something: digits flow into each other")

# %% [markdown]
# ### The VAE beside it
#
# How does it compare with lab 7? These are figures for the 500 test digits, with networks of the
# same sizes (the VAE's with `relu`), trained on the same 4,000 digits. They are means of several
# trainings. Emptiness and holes are those of lab 7.
#
# | | plain autoencoder | VAE (lab 7) | adversarial autoencoder |
# |---|---|---|---|
# | MMD² of codes and prior | 0.17 | 0.009 | 0.008 |
# | reconstruction error, summed over pixels, in nats | 160 | 158 | 178 |
# | emptiness; darts in holes | 0.6; 0 % | 1.03; 9 % | 1.08; 10 % |
# | what it needs of the prior | nothing | a formula for KL | draws |
# | what it gives | codes | clouds, and an ELBO | codes |
#
# (Do not be fooled by the first column. The plain autoencoder's codes are spread so wide that all
# darts land in one crowded spot: no dart is lonely, and most digits are never drawn. Emptiness does
# not see that. The MMD does.)
#
# Both roads lead the codes to the darts, and about equally near. The VAE rebuilds better. It needs a
# formula for KL, and gets more in return: an ELBO, in nats, by which models can be compared; clouds,
# so that the decoder is trained around each code; and one loss that simply falls. The adversarial
# autoencoder needs nothing but draws, and so its prior may have any shape that you can draw from. And
# its codes *as a whole* have to look like the prior, not each cloud for itself. The price is the game:
# two players, three rates, and no loss that tells you how good it is.
#
# ## 8. What a mistake looks like
#
# Each row is a training with one mistake in it (two seeds each; the figures lie near one another
# unless two are given). $D$ is the expert's mean opinion at the end.
#
# | mistake | $D$ of darts | $D$ of codes | MMD² | what has happened |
# |---|---|---|---|---|
# | none | 0.51 | 0.51 | 0.01 | |
# | labels exchanged in *discriminate* | 0.00 | 1.00 | 0.29 | forger and expert agree: the codes flee from the darts, some 20 or 30 away; both losses are nearly 0 |
# | label 0 in *deceive* | 1.00 | 0.00 | 0.29 | the same, with the other label |
# | encoder moves in *discriminate*, too | 0.98 | 0.02 | 0.30 | for the expert's sake the forger gives itself away; its own loss is above 12 |
# | darts with standard deviation 3 | 0.5 | 0.5 | 0.19, 0.13 | a fair game for another prior: losses fine, codes nearly three times as wide |
# | decoder forgotten in *reconstruct* | 0.7, 0.8 | 0.5, 0.7 | 0.05, 0.01 | all pictures are the same grey: an error of 0.23, four times that of PCA; the MMD does not look at pictures |
# | discriminator moves in *deceive*, too | 0.52 | 0.51 | 0.004 | nothing to be seen |
#
# Read the last row again. The expert learns in the second step, with rate 0.01, and unlearns a little in
# the third, with rate 0.003. It is a weaker expert, but here it is good enough; the result is as good
# as without the mistake. So neither the losses nor the pictures nor the MMD would ever have told
# you. What told you is a test of the *step*: compare the weights before and after. With other
# rates there is no guarantee that the expert learns at all.
#
# And what if *both* steps exchange their labels? Then nothing is wrong. Which of the two is called 1 is
# a convention; the two steps have to agree on it.

# %% [markdown] written="fair_game" points=3
# **Question.** A friend trains an adversarial autoencoder for pictures of faces. At the end the
# discriminator's loss is 0.693 and so is that of the deceive step. "A fair game," she says, "so my codes
# are distributed like the prior." Explain in four to seven sentences: what do the two figures
# say about the discriminator's answers? Name two other causes that lead to the same two figures.
# What should she measure to find out, and on which pictures?
#
# ### BEGIN SOLUTION
# Both losses are log 2, so the discriminator says about one half for darts and for codes: it cannot, or
# does not, tell them apart. That may be because the codes are distributed like the prior. But it may
# also be that the discriminator is bad: its optimizer is never applied or its rate is far too small, it
# has too few units or no activations, or it is weakened because the deceive step moves its weights, too.
# Or the game is fair, but for another prior than she thinks, as with darts of standard deviation 3.
# She should measure the distance of codes and prior by something that has no part in the game: the MMD
# between codes of pictures that were not trained on and fresh draws from the prior, held against
# the MMD of two samples of the prior. (Training a new discriminator on frozen codes would also do.)
#
# *Marking, one point each:* (1) log 2 means D = 1/2 for both kinds: the discriminator does not tell them
# apart; (2) two other causes, such as a discriminator that does not learn or is too weak, wrong darts,
# a collapse of both; (3) an independent measure, such as the MMD against fresh draws, on new pictures,
# and compared with its value by chance.
# ### END SOLUTION

# %% [markdown]
# ## 9. If you like: another prior
#
# Nothing in your three steps knows that the darts are normal. Throw them at a ring instead: replace
# `sample_prior` by this, and run section 6 again.
#
# ```python
# def sample_prior(n):
#     turn = keras.random.uniform((n, 1), 0, 2 * np.pi)
#     circle = ops.concatenate([ops.cos(turn), ops.sin(turn)], axis=1)
#     return 2 * circle + 0.2 * keras.random.normal((n, 2))
# ```
#
# The codes bend into a ring, with a few stragglers in its middle. Try to write the KL divergence of *that*
# prior. **Then set `sample_prior` back**, and run all cells before you hand in.

# %% [markdown]
# ## What to remember
#
# - Two samples can have the same mean and spread and still be different. The MMD compares company at
#   home with company abroad. Leave out the pairs of a point with itself, and find out first how
#   large it is by chance.
# - An adversarial autoencoder replaces the KL term by a discriminator. It needs draws from the
#   prior, and no formula.
# - Three steps: reconstruct moves encoder and decoder, discriminate moves the discriminator, deceive
#   moves the encoder. The gradient may go *through* a network that does not move.
# - To deceive, take the wrong label on purpose: 1 for codes.
# - In a game no loss says how good you are. Measure with something that does not play.
# - Test a training step as a step: which weights have changed, and in which direction?
#
# ## To think about
#
# <details><summary>1. Could the MMD itself be the loss, in place of discriminate and deceive?</summary>
#
# Yes. Written with `ops`, it can be differentiated: reconstruction error plus a factor times the MMD of
# the batch's codes and as many darts. This is one form of the Wasserstein autoencoder (Tolstikhin et
# al., 2018). It is one loss that falls, and no game. But the widths of the kernel are chosen by you
# once and for all; and in a code of many numbers nearly all points are equally far apart, so that a
# kernel sees little. A discriminator learns where to look.
# </details>
#
# <details><summary>2. Is the encoder of this lab random, like that of the VAE?</summary>
#
# No. Each picture has one code, always the same. Only all codes *together* look like draws. So the decoder
# is trained at the codes themselves, not around each of them. With 4,000 pictures in the circle of
# the darts they lie near enough to one another.
# </details>
#
# <details><summary>3. Why is the discriminator's rate the largest?</summary>
#
# The forger follows the slope that the expert shows. If the expert lags behind, that is the slope of
# yesterday's codes, and the forger runs back and forth. So the expert should be nearly done learning
# before the codes move on. Some authors take several discriminate steps for each deceive step.
# </details>
#
# <details><summary>4. The reconstruction error of the plain autoencoder is lower. Is yours worse?</summary>
#
# At rebuilding, a little. The plain one may put its codes anywhere, and spends the whole plane on telling
# digits apart. Yours has to fit all of them into one round heap without gaps. This is the price for
# knowing where to throw. The VAE pays it as well.
# </details>
#
# <details><summary>5. Could a deceived expert and bad codes be a stable end of the game?</summary>
#
# Yes, if the expert is too simple. Without hidden layers, or with hidden layers that have no
# activation, its border is a straight line. Codes that are spread two to five times as wide as the
# darts, or along a line through them, lie on both sides of its border, just as the darts do. Two
# trainings with such an expert ended with $D = \frac12$ and both losses at log 2. The MMD told: it was
# 0.12 in one of them, 0.15 in the other. A strong expert, and a measurement that has no part in the
# game, are what you can do about it.
# </details>
