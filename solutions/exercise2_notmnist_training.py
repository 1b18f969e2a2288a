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
# # Exercise 2. Training is a craft: split, watch, stop, judge
#
# In exercise 1 you designed the network, and the training was given. Now the training is yours as
# well. You split off letters to watch it with, decide when to stop, keep the best weights, and say
# honestly how good the result is.
#
# **At the end you will be able to**
#
# - split off a validation part in such a way that nothing leaks;
# - read learning curves, and see overfitting in them;
# - write early stopping, and use the one that Keras has;
# - judge a result: against the mean image, against PCA, letter by letter, and in bytes.
#
# **Time:** about 45 minutes. Each training takes a few seconds.
#
# **It builds on:** lab 1 (training), lab 2 (PCA) and exercise 1, whose functions you may use again.
#
# This is graded homework: network and training are yours, the pictures are given.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

letters, new_letters = lab.load("notmnist")
x_train = letters.images.reshape(len(letters.images), 784)
x_test = new_letters.images.reshape(len(new_letters.images), 784)
print("x_train:", x_train.shape, " x_test:", x_test.shape)

# %% [markdown]
# ## 1. Letters to watch the training with
#
# How long should a network be trained? The error on the letters that it is trained on cannot tell:
# that one nearly always goes on falling. The error on `x_test` must not tell. A number that you
# have used for a decision is no longer an honest number: you have picked what looks best on just
# these letters. So the data get three parts.
#
# | part | used for | how often you look at it |
# |---|---|---|
# | `x_fit` | the weights learn from it | all the time |
# | `x_val`, validation | decisions: when to stop, which design | after every epoch |
# | `x_test` | the final figure | once, at the end |
#
# `x_test` lies ready. The validation part you split off yourself. The simplest way would be to cut
# off the last fifth. Real notMNIST comes in ten folders, one for each letter, so whoever reads it
# gets the letters in the order of the alphabet. This is what a cut then makes of it:

# %% tags=["nbval-ignore-output"]
in_folders = letters.images[np.argsort(letters.labels, kind="stable")]
lab.show_rows(
    {
        "fit": in_folders[np.linspace(0, 3999, 10).astype(int)],
        "validation": in_folders[np.linspace(4000, 4999, 10).astype(int)],
    },
    title="Cut without shuffling: it learns A to H and is asked for I and J",
)

# %% [markdown]
# So shuffle before you cut. Three things go wrong easily:
#
# - pictures and labels are shuffled in *different* orders, and then belong together no more;
# - some letters are in both parts: the network has learned them, and the validation error lies;
# - some letters are drawn twice and others not at all.
#
# One random order of the numbers 0, 1, 2, ... used for everything avoids all three. The argument
# `seed` makes the split the same each time: start `np.random.default_rng` with it.

# %% answer="split"
def split(images, labels, validation, seed):
    """Split pictures and labels at random; return four arrays: x_fit, y_fit, x_val, y_val.

    images: shape (n, pixels). labels: shape (n,). validation: how many of the n go into x_val and
    y_val; all the others go into x_fit and y_fit. Label i belongs to picture i, before and after.
    seed: a whole number; the same seed gives the same split, another seed another one.
    About three lines.
    """
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(len(images))
    val, fit = order[:validation], order[validation:]
    return images[fit], labels[fit], images[val], labels[val]
    ### END SOLUTION


# %% check="split" points=3
from latentlab import check

check.split_off(split, 60, 12)
### BEGIN HIDDEN TESTS
check.split_off(split, 75, 17)  # other pictures each time
### END HIDDEN TESTS

# %%
x_fit = x_val = None  # until your function is written
x_fit, y_fit, x_val, y_val = split(x_train, letters.labels, 1000, seed=0)
print("x_fit:", x_fit.shape, " x_val:", x_val.shape)
print("in x_val of each letter:", np.bincount(y_val))

# %% [markdown]
# ## 2. The network
#
# It has fewer limits than in exercise 1: letters as 784 numbers go in and come out, between 0 and
# 1; the code has at most 16 numbers; there is no budget. Take your functions from exercise 1, or
# write something new. A network that is twice as wide also takes twice as long to train.

# %% answer="network"
def build_autoencoder():
    """Return three new Keras models: encoder, decoder, autoencoder, in this order.

    The encoder takes vectors of shape (n, 784) and gives codes of at most 16 numbers; the decoder
    takes these codes and gives vectors of shape (n, 784) with values from 0 to 1. The autoencoder
    computes decoder(encoder(x)) with the other two, and shares their weights. About ten lines.
    """
    ### BEGIN SOLUTION
    pixels, hidden, code = 784, 160, 16
    encoder = keras.Sequential([keras.Input((pixels,))], name="encoder")
    encoder.add(keras.layers.Dense(hidden, activation="elu"))
    encoder.add(keras.layers.Dense(code))
    decoder = keras.Sequential([keras.Input((code,))], name="decoder")
    decoder.add(keras.layers.Dense(hidden, activation="elu"))
    decoder.add(keras.layers.Dense(pixels, activation="sigmoid"))
    return encoder, decoder, keras.Sequential([keras.Input((pixels,)), encoder, decoder])
    ### END SOLUTION


# %%
build_autoencoder()[1].summary()  # the decoder; section 7 comes back to its number of parameters

# %% check="network" points=2
import numpy as np
from latentlab import check

_x = np.random.default_rng().random((20, 784), np.float32)
_models = check.call("build_autoencoder", build_autoencoder)
check.three_models("build_autoencoder", _models, 784)
check.code_size("autoencoder", _models[2], _x, 16)
check.pixels("autoencoder", _models[2], 784)

# %% [markdown]
# ## 3. Learned by heart
#
# First an experiment that goes wrong on purpose. Your network has some hundred thousand weights.
# It gets only 60 letters, 30 times over. After every epoch we measure it twice: on these letters,
# and on validation letters.

# %% tags=["nbval-ignore-output"]
check.answered(x_fit=x_fit, x_val=x_val)
few_letters, watched = x_fit[:60], x_val[:300]
few_errors = {"the 60 letters": [], "validation": []}
cross_entropy = keras.losses.BinaryCrossentropy()
lab.seed(1)
pupil = build_autoencoder()[2]


def measure(epoch, logs):
    """Append both errors to their curves."""
    for name, x in zip(few_errors, [few_letters, watched]):
        few_errors[name].append(float(cross_entropy(x, pupil(x))))


pupil.compile(keras.optimizers.Adam(0.006), loss=cross_entropy, jit_compile=False)
pupil.fit(
    few_letters,
    few_letters,
    batch_size=20,
    epochs=30,
    verbose=0,
    callbacks=[lab.Progress(curve=True), keras.callbacks.LambdaCallback(on_epoch_end=measure)],
)
lab.plot_history(few_errors, title="Better and better on what it has seen, worse on all else")

# %% [markdown]
# How to read such curves:
#
# | the curves | what it means | what helps |
# |---|---|---|
# | both still fall at the end | not finished | more epochs, a larger learning rate |
# | both lie flat and high | the network cannot do better | a wider one, a larger code |
# | validation turns and rises, the other one falls | **overfitting** | stop there; more data; smaller network |
# | both jump up and down | steps too large | a smaller learning rate, larger batches |
#
# In the picture the network first learns letters. Later it learns *these* letters, down to the
# last serif, and forgets what letters have in common. The right moment to stop is the lowest
# point of the validation curve.

# %% [markdown]
# ## 4. When to stop
#
# While you train you do not know the rest of the curve. The lowest point so far may be only a dip.
# **Early stopping** is a rule for this. It has one number, the **patience**:
#
# 1. After each epoch, look at the validation error. Is it *lower* than the lowest so far? Then
#    this epoch is the best one. (As low as the lowest is not lower.)
# 2. Have `patience` epochs gone by since the best one? Then stop.
# 3. Keep the weights of the best epoch, not those of the last.
#
# Example with a patience of 3, epochs counted from 1: after the errors 9, 7, 6, 8, 6, 7 training
# stops, since epochs 4, 5 and 6 were no better than epoch 3. Epoch 3 is kept. Whether a seventh
# epoch would have had the error 5 nobody will know.
#
# Write the rule as a function. It gets the whole list, but may not look at what comes after the
# stop.

# %% answer="stopping"
def best_epoch(val_errors, patience):
    """Return the epoch whose weights early stopping keeps, counted from 1.

    val_errors: a list, the validation error after each epoch; training ends at its end at the
    latest. patience: a whole number, 1 or more. About eight lines.
    """
    ### BEGIN SOLUTION
    best = 1
    for epoch, error in enumerate(val_errors, start=1):
        if error < val_errors[best - 1]:
            best = epoch
        if epoch - best == patience:
            break
    return best
    ### END SOLUTION


# %% check="stopping" points=3
import numpy as np
from latentlab import check

check.best_epoch(best_epoch, [9, 7, 6, 8, 6, 7, 5, 8, 9, 9, 9, 4], patience=3)
### BEGIN HIDDEN TESTS
_fresh = np.random.default_rng()
check.best_epoch(best_epoch, [9, 7, 6, 8, 6, 7, 5, 8, 9, 9, 9, 4], patience=4)
check.best_epoch(best_epoch, [5, 4, 3, 2, 1], patience=2)
check.best_epoch(best_epoch, [3, 4, 2, 5, 6, 1], patience=1)
check.best_epoch(best_epoch, [9, 10, 7, 8, 5, 6, 3, 4, 1], patience=3)
check.best_epoch(best_epoch, [9, 5, 8, 7, 6, 3], patience=3)
for _ in range(3):
    _falling = np.sort(_fresh.uniform(0.4, 0.9, 5))[::-1]
    _worse = _falling[-1] + _fresh.uniform(0.01, 0.1, 4)
    _worse[2] = _falling[-1]
    _curve = [*_falling, *_worse, *_fresh.uniform(0.1, 0.3, 3)]
    check.best_epoch(best_epoch, _curve, patience=4)
    check.best_epoch(best_epoch, _curve, patience=5)
### END HIDDEN TESTS

# %% [markdown]
# Your rule, on the curve of section 3, with a patience of 5. The dotted part would not have been
# computed at all.

# %% tags=["nbval-ignore-output"]
check.answered(x_fit=x_fit)
curve = few_errors["validation"]
kept = best_epoch(curve, 5)
stop = min(kept + 5, len(curve))
epochs = np.arange(1, len(curve) + 1)
figure, axis = plt.subplots(figsize=(8, 3.6))
axis.plot(epochs[:stop], curve[:stop], color="#d55e00", lw=2.5)
axis.plot(epochs[stop - 1 :], curve[stop - 1 :], color="#d55e00", lw=2, ls=":")
axis.scatter(kept, curve[kept - 1], s=90, color="#0072b2", zorder=3)
height = (min(curve) + 3 * max(curve)) / 4
axis.text(kept, height, f"epoch {kept} is kept ", color="#0072b2", ha="right", fontsize=12)
axis.text(stop, height, f" stop after epoch {stop}", color="0.3", fontsize=12)
axis.axvline(kept, color="#0072b2", lw=1.5)
axis.axvline(stop, color="0.3", lw=1.5)
axis.set(xlabel="epoch", ylabel="validation error")
axis.set_title("Early stopping keeps the lowest point and saves the rest", pad=12)
axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# The curve of a longer training jumps more. Then little patience stops at the first dip, and much
# patience costs time.

# %% [markdown]
# ## 5. Train
#
# Now all of `x_fit`, and everything is your choice: loss, optimizer and learning rate, batch size,
# how many epochs at most, how much patience. Two things are fixed, so that results can be
# compared.
#
# - Watch the **mean squared error** on `x_val`, whatever your loss is. In Keras the loss is what
#   the gradient follows; a *metric* is only measured. Give `compile` the argument
#   `metrics=["mse"]`; then the record of `fit` has the entries `"mse"` and `"val_mse"`.
# - At the end the model has the weights of the best epoch. Keras has the rule of section 4 as the
#   callback `keras.callbacks.EarlyStopping`. Read its documentation: it needs to know *what* to
#   watch (`monitor`), that less is better (`mode`), how long to wait (`patience`), and that it is
#   to restore the best weights, which it does *not* do by itself.
#
# And three warnings. The target is the letter itself. The pixels are between 0 and 1 already. And
# `x_test` has no place here.
#
# As in lab 1: `jit_compile=False` for `compile`; `verbose=0` for `fit`. Among the callbacks,
# `lab.Progress(curve=True)` draws both losses while they change. A training of 5 to 20 seconds is
# enough.

# %% answer="training"
def train_autoencoder(autoencoder, x_fit, x_val):
    """Train the model in place, keep its best weights, and return two lists.

    autoencoder: a model from vectors of shape (n, 784) to vectors of shape (n, 784).
    x_fit: letters to learn from, x_val: letters to watch with, both of shape (n, 784).
    Returns fit_errors, val_errors: the mean squared error on the letters learned from and on
    x_val, one number for each epoch, first epoch first. About 20 lines.
    """
    ### BEGIN SOLUTION
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.004),
        loss="binary_crossentropy",
        metrics=["mse"],
        jit_compile=False,
        steps_per_execution=8,
    )
    stopping = keras.callbacks.EarlyStopping(
        monitor="val_mse", mode="min", patience=2, restore_best_weights=True
    )
    history = autoencoder.fit(
        x_fit,
        x_fit,
        batch_size=64,
        epochs=10,
        validation_data=(x_val, x_val),
        validation_batch_size=500,
        verbose=0,
        callbacks=[lab.Progress(curve=True), stopping],
    ).history
    return history["mse"], history["val_mse"]
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
encoder = decoder = autoencoder = errors = None  # until all functions above are written
check.answered(x_fit=x_fit, x_val=x_val)
lab.seed(4)
new_encoder, new_decoder, new_autoencoder = build_autoencoder()
errors = lab.kept(train_autoencoder, new_autoencoder, x_fit, x_val)
encoder, decoder, autoencoder = new_encoder, new_decoder, new_autoencoder  # trained now

# %% tags=["nbval-ignore-output"]
check.answered(errors=errors)
lab.plot_history(
    {"learned from": errors[0], "validation": errors[1]},
    title="With enough letters both curves fall together",
)

# %% [markdown]
# Why is the validation error the lower one at first? The other error is a mean over a whole epoch,
# in which the weights were still changing. It lags behind by half an epoch.
#
# The first of two checks asks whether the model that you kept is the best one that you had. It
# measures the model on `x_val` and looks for this number in your list.

# %% check="training" points=3 tags=["nbval-ignore-output"]
from latentlab import check

check.best_weights("autoencoder", autoencoder, errors, x_fit, x_val)

# %% [markdown]
# The second one asks how good it is: on `x_test` at most 0.70 times the error of PCA with 16
# numbers; on letters of other typefaces, which only the grader has and which are harder for every
# network, at most 0.85 times. The grader also compares the two: a network that does far better on
# `x_test` than on other new letters has been trained on `x_test`.

# %% check="result" points=4 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

(_train, _), (_test, _) = _load("notmnist")
_train, _test = _train.reshape(-1, 784), _test.reshape(-1, 784)
check.three_models("the trained models", [encoder, decoder, autoencoder], 784)
check.code_size("autoencoder", autoencoder, _test, 16)
check.beats_pca("autoencoder", autoencoder, _train, _test, components=16, at_most=0.70)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new = _heldout("notmnist")[0].reshape(-1, 784)
check.unseen("autoencoder", autoencoder, _train, _test, _new, components=16, at_most=1.25)
check.beats_pca("autoencoder", autoencoder, _train, _new, components=16, at_most=0.85)
### END HIDDEN TESTS

# %% [markdown]
# ## 6. How good is it really?
#
# An error means something beside others. The mean image is what one draws without looking: the same
# for every letter. PCA is the best that sixteen numbers can do without bends.

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder, decoder=decoder)
mean_letter = x_train.mean(axis=0)
main_axes = np.linalg.eigh(np.cov(x_train, rowvar=False))[1][:, -16:]
attempts = {
    "mean image": np.broadcast_to(mean_letter, x_test.shape),
    "PCA": mean_letter + (x_test - mean_letter) @ main_axes @ main_axes.T,
    "yours": np.array(decoder(encoder(x_test))),
}
test_errors = {name: float(np.mean((x - x_test) ** 2)) for name, x in attempts.items()}
for name, error in test_errors.items():
    print(f"{name:<12} {error:.4f}   {error / test_errors['PCA']:5.2f} times PCA's")

shown = [int(np.flatnonzero(new_letters.labels == label)[11]) for label in range(10)]
lab.show_rows(
    {"original": x_test[shown], **{name: x[shown] for name, x in attempts.items()}},
    title="Sixteen numbers each, on letters that nobody trained on",
)

# %% [markdown]
# One number for a thousand letters hides what is going on. Split it up: one mean for each letter of
# the alphabet.

# %% answer="letters"
def error_by_letter(x, x_hat, labels):
    """Return the mean squared error of each letter, an array of shape (10,).

    x, x_hat: pictures and what was made of them, both of shape (n, pixels). labels: shape (n,),
    whole numbers from 0 (A) to 9 (J); each is there at least once, but not equally often.
    Number i of the result is the mean over all pixels of all pictures with label i.
    About three lines.
    """
    ### BEGIN SOLUTION
    squares = (x_hat - x) ** 2
    return np.array([squares[labels == label].mean() for label in range(10)])
    ### END SOLUTION


# %% check="letters" points=2
from latentlab import check

check.error_by_class(error_by_letter, classes=10, pixels=12)
### BEGIN HIDDEN TESTS
check.error_by_class(error_by_letter, classes=10, pixels=30)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(encoder=encoder)
by_letter = error_by_letter(x_test, attempts["yours"], new_letters.labels)
worst = int(np.argmax(by_letter))
figure, axis = plt.subplots(figsize=(8, 3.2))
bars = axis.bar(list("ABCDEFGHIJ"), by_letter, color="#0072b2")
bars[worst].set_color("#d55e00")
axis.axhline(by_letter.mean(), color="0.4", ls="--", lw=1.5)
axis.annotate("mean", (1.01, by_letter.mean()), xycoords=("axes fraction", "data"), va="center")
axis.set(ylabel="mean squared error", title=f"{'ABCDEFGHIJ'[worst]} is rebuilt worst")
axis.spines[["top", "right"]].set_visible(False)
plt.show()

of_worst = np.flatnonzero(new_letters.labels == worst)
own_errors = ((attempts["yours"][of_worst] - x_test[of_worst]) ** 2).mean(axis=1)
hardest = of_worst[np.argsort(own_errors)[::-1][:10]]
lab.show_rows(
    {"original": x_test[hardest], "rebuilt": attempts["yours"][hardest]},
    title=f"The ten hardest {'ABCDEFGHIJ'[worst]}: unlike anything that it has learned from",
)

# %% [markdown]
# ## 7. Does it pay?
#
# 784 numbers become 16. Is that a compression of 49 to 1? No, for two reasons.
#
# - A pixel is stored in **one** byte (0 to 255). A number of a code is a float32 and takes **four**.
# - Whoever gets the codes needs the **decoder** to draw the letters. Its weights and biases have to
#   be sent too, once, four bytes each.
#
# $$\text{ratio} = \frac{\text{bytes before}}{\text{bytes sent}}
# = \frac{N \cdot P \cdot 1}{N \cdot C \cdot 4 + D \cdot 4}$$
#
# | symbol | what it is | here |
# |---|---|---|
# | $N$ | how many pictures are sent | `pictures` |
# | $P$ | pixels of a picture | `pixels`, 784 |
# | $C$ | numbers of a code | `code`, 16 |
# | $D$ | weights and biases of the decoder | `parameters` |

# %% answer="compression"
def compression_ratio(pictures, pixels, code, parameters):
    """Return how many times fewer bytes are sent: bytes of the pictures over bytes sent.

    pictures, pixels, code, parameters: the whole numbers N, P, C, D of the formula.
    One number; below 1 the pictures themselves would have been shorter. About three lines.
    """
    ### BEGIN SOLUTION
    before = pictures * pixels
    sent = 4 * (pictures * code + parameters)
    return before / sent
    ### END SOLUTION


# %% check="compression" points=2
import numpy as np
from latentlab import check

check.compression_in_bytes(compression_ratio, 1000, 784, 16, 130_000)
### BEGIN HIDDEN TESTS
for _ in range(3):
    _numbers = np.random.default_rng().integers((50, 200, 3, 500), (900, 900, 40, 9000))
    check.compression_in_bytes(compression_ratio, *map(int, _numbers))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
check.answered(decoder=decoder)
size, dear = decoder.input_shape[-1], decoder.count_params()
numbers = np.geomspace(30, 1_000_000, 60).astype(int)
ratios = [compression_ratio(int(number), 784, size, dear) for number in numbers]
figure, axis = plt.subplots(figsize=(8, 3.6))
axis.semilogx(numbers, ratios, color="#0072b2", lw=2.5)
axis.axhline(1, color="0.4", ls="--", lw=1.5)
axis.text(15_000, 1.2, "as long as the letters themselves", fontsize=11)
axis.axhline(784 / size / 4, color="0.4", ls=":", lw=1.5)
axis.text(32, 784 / size / 4 - 0.8, "limit: the decoder costs nothing", fontsize=11)
axis.xaxis.set_major_formatter("{x:,.0f}")
axis.set(xlabel="letters sent", ylabel="ratio")
axis.set_title("It pays only for many letters: the decoder has to be sent first")
axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# And what comes out is not what went in. The loss of section 6 is the price.

# %% [markdown] written="curves" points=3
# **Question.** In four to six sentences: describe the two curves of section 3, from the first epoch
# to the last. What does the network learn before the lowest point of the validation curve, and what
# after it? Why do the curves of section 5 behave otherwise, though it is the same network? And why
# would it be wrong to choose the epoch, or the patience, by the error on `x_test`?
#
# ### BEGIN SOLUTION
# At first both errors fall together: what helps to draw these sixty letters (strokes, typical
# shapes) helps to draw all letters. Near epoch 11 the validation error has its lowest point. After
# it the error on the sixty letters goes on falling, while that on new letters rises: what is
# learned now belongs to these letters alone, the network knows them by heart. In section 5 there
# are 4,000 letters, more than sixty times as many; they cannot be learned by heart in ten epochs,
# so both curves fall together and lie close, with the validation curve a little higher. If the
# epoch or the patience were chosen by the error on x_test, this choice would be fitted to x_test.
# Its error would be too small, and no letters would be left that tell how good the network is on
# new ones.
#
# *Marking, one point each:* (1) both fall, then they part: validation rises, training falls; shared
# structure first, single letters (by heart) later; (2) more letters in section 5, too many to learn
# by heart; (3) a figure that was used for a choice is no longer honest: x_test is only for the end.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - Three parts: learn from one, decide with the second, report the third. Shuffle before you cut,
#   with one order for everything.
# - The training error says how much was learned, the validation error how much of it is worth
#   anything elsewhere. Where they part, overfitting begins.
# - Early stopping needs patience, and it needs to give back the *best* weights, not the last.
# - Report an error beside baselines on the same letters, and look at its parts.
#
# ## To think about
#
# <details><summary>1. After choosing patience, width and learning rate by the validation error, is
# that error still an honest figure?</summary>
#
# No. You have picked what does best on `x_val`. Its error is a little too small now, and the more
# you tried the more so. This is what the untouched test part is for.
# </details>
#
# <details><summary>2. The split is random over pictures. The pictures come from 358 type families. Is
# there a leak all the same?</summary>
#
# Yes, a soft one. An A and a B of one family may fall on different sides, and many families have
# several weights. So `x_val` may be easier than letters of families that were never seen. The test
# part of the sample and the grader's letters are of other families. Compare: here `x_test` is hardly
# harder than `x_val`, but the grader's letters are. Where it matters, one splits by families: all
# pictures of one family on one side.
# </details>
#
# <details><summary>3. Is the autoencoder a good way to store letters?</summary>
#
# The file `data/notmnist.npz` holds the 6,000 letters of the sample in 1.26 MB, zipped and without
# any loss: 3.7 times smaller than their pixels. An autoencoder with 160 hidden units reaches a ratio
# of about 5 for as many, with a loss that one can see. Codes in one byte instead of four would help
# it. But its strength lies elsewhere: in what the codes are good for (lab 11).
# </details>
#
# <details><summary>4. And on the real letters?</summary>
#
# Try it with `full=True`; on 6,000 real letters to train and 1,000 others to test we found an error
# of 0.032, which is 0.60 times that of PCA, where the sample gives 0.52. The real letters hold more
# of everything: more typefaces, ornaments, wrong labels, and pictures that are no letters. Look at
# the ten hardest.
# </details>
