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
# # Lab 8. Anomaly detection: what the network never learned to copy
#
# A machine stamps eights, and a camera looks at each of them. Pictures of good eights are on file
# by the thousand. Of bad ones there are hardly any, and nobody knows what tomorrow's defect will
# look like. So you cannot train a classifier "good or bad": there is nothing to learn "bad" from.
# An autoencoder needs only the good ones.
#
# **At the end you will be able to**
#
# - build a detector that has seen normal pictures only;
# - set its threshold from a promise such as "at most 5 false alarms in 100", and say which
#   pictures the threshold may come from;
# - write precision, recall, the ROC curve and the area under it, equal scores included;
# - say which anomalies a detector misses and why, and when a better copy is a worse detector.
#
# **Time:** about 45 minutes. Training takes some five seconds of them.
#
# **It builds on:** lab 1 (training an autoencoder) and lab 2 (PCA).

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train, test = lab.load("mnist")
eights = train.images[train.labels == 8].reshape(-1, 784)
cut = int(0.7 * len(eights))
x_fit, x_val = eights[:cut], eights[cut:]  # to learn from; to set the threshold with

x_test = test.images.reshape(-1, 784)  # to judge the detector with
is_anomaly = test.labels != 8  # True for every digit that is no eight
print(len(x_fit), "eights to learn from and", len(x_val), "to set the threshold with")
print(len(x_test), "test digits, of which", is_anomaly.sum(), "are no eights")

# %% [markdown]
# ## 1. Strange to whom?
#
# Two strange things are easy to make: a negative, where black and white are exchanged, and a
# letter in place of a digit. A third kind is other digits. Look at the rows.

# %% tags=["nbval-ignore-output"]
letters = lab.load("notmnist").test.images.reshape(-1, 784)
normal_test = x_test[~is_anomaly]
kinds = {
    "eights": normal_test,
    "other digits": x_test[is_anomaly],
    "letters": letters,
    "negatives": 1 - normal_test,
}
colours = dict(zip(kinds, ("#4878a8", "#d55e00", "#117733", "#882255"), strict=True))
lab.show_rows(kinds, title="The first row is normal; the network will have seen no other")

# %% [markdown]
# You saw at once what does not belong to the first row, and nobody had shown you examples of
# "strange". You know what an eight looks like, and what is unlike it is strange. That is the idea:
# **learn what is normal, and measure how far a picture is from it.**
#
# An autoencoder measures it without being asked. Its code is small, so it cannot copy everything.
# Training spends the few numbers on what normal pictures need: how far an eight leans, how large
# its loops are. For a picture of another kind the code has no words.

# %% [markdown]
# ## 2. The error of each picture
#
# The score that will give the alarm is the reconstruction error of *one picture*:
#
# $$e(x) = \frac{1}{784} \sum_{i=1}^{784} (x_i - \hat x_i)^2$$
#
# | symbol | what it is |
# |---|---|
# | $x_i$ | pixel $i$ of the picture |
# | $\hat x_i$ | the same pixel of what the autoencoder makes of it |
# | $e(x)$ | the picture's mean squared error: one number, 0 for a perfect copy |
#
# Labs before took the mean over all pixels of all pictures. Here the mean stops at the picture.

# %% answer="errors"
def picture_errors(autoencoder, x):
    """Return the mean squared error of each picture, shape (n,).

    autoencoder: a Keras model from (n, pixels) to (n, pixels). x: pictures as rows, shape
    (n, pixels), values from 0 to 1. About two lines.
    """
    ### BEGIN SOLUTION
    x_hat = np.array(autoencoder(x))
    return np.mean((x - x_hat) ** 2, axis=1)
    ### END SOLUTION


# %% check="errors" points=2
from latentlab import check

check.picture_errors(picture_errors, pixels=30, count=9)
### BEGIN HIDDEN TESTS
check.picture_errors(picture_errors, pixels=12, count=12)
check.picture_errors(picture_errors, pixels=784, count=40)
### END HIDDEN TESTS

# %% [markdown]
# ## 3. A detector
#
# Build an autoencoder with a code of **at most 8 numbers** and train it on eights. The design is
# yours. This one works: dense layers 784 → 128 → 8 → 128 → 784, `relu` on the layers of 128,
# nothing on the code, `sigmoid` at the end; Adam with a learning rate of 0.003, the binary
# cross-entropy, 25 epochs in batches of 32. There are few pictures, so the epochs are short.
#
# The check lets your model look at digits that it has not seen. It counts pairs of an eight and
# another digit in which the *eight* has the larger error. There must be at most 0.7 times as many
# as without a network, when the score is simply the distance from the mean eight. (Ones are left
# out of it. Section 7 tells why.)

# %% answer="detector"
def train_detector(x_fit):
    """Build an autoencoder, train it on normal pictures, and return it.

    x_fit: normal pictures as rows, shape (n, 784), values from 0 to 1. The model takes and gives
    such rows, and passes at most 8 numbers on. About twelve lines.
    """
    ### BEGIN SOLUTION
    autoencoder = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(8),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(784, "sigmoid"),
        ]
    )
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.003),
        loss="binary_crossentropy",
        jit_compile=False,
    )
    autoencoder.fit(
        x_fit, x_fit, batch_size=32, epochs=25, verbose=0, callbacks=[lab.Progress()]
    )
    return autoencoder
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
autoencoder = None  # until train_detector is written
lab.seed(8)
autoencoder = lab.kept(train_detector, x_fit)  # trains once, and again when something has changed

# %%
check.answered(autoencoder=autoencoder)
autoencoder.summary()

# %% check="detector" points=3 tags=["nbval-ignore-output"]
import numpy as np
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_x = _test.images.reshape(-1, 784)
_is_eight, _is_strange = _test.labels == 8, ~np.isin(_test.labels, (1, 8))
_eights = _train.images[_train.labels == 8].reshape(-1, 784)
check.code_size("autoencoder", autoencoder, _x, 8)
check.detects("autoencoder", autoencoder, _eights, _x[_is_eight], _x[_is_strange], at_most=0.7)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_new, _labels = _heldout("mnist")
_new = _new.reshape(-1, 784)
_is_eight, _is_strange = _labels == 8, ~np.isin(_labels, (1, 8))
check.code_size("autoencoder", autoencoder, _new, 8)
check.detects("autoencoder", autoencoder, _eights, _new[_is_eight], _new[_is_strange], at_most=0.7)
### END HIDDEN TESTS

# %% [markdown]
# What does a network make of a picture that it has no words for?

# %% tags=["nbval-ignore-output"]
check.answered(autoencoder=autoencoder)
one_each = x_test[[np.flatnonzero(test.labels == digit)[0] for digit in range(10)]]
seen = np.concatenate([one_each, letters[:2]])[[8, 0, 2, 3, 4, 5, 7, 9, 10, 11]]
lab.show_rows(
    {"shown": seen, "rebuilt": np.array(autoencoder(seen))},
    title="Whatever it is shown, it draws an eight; only the eight fits",
)

# %% tags=["nbval-ignore-output"]
errors = {name: picture_errors(autoencoder, x) for name, x in kinds.items()}


def histogram(ax, groups, top):
    """Draw each group of errors as a histogram, what lies beyond the top in the last bar."""
    for name, values in groups.items():
        weights = np.full(len(values), 1 / len(values))
        ax.hist(np.minimum(values, top), 50, range=(0, top), weights=weights, alpha=0.6,
                color=colours[name], label=name)
    ax.set(xlim=(0, top), xlabel="error e(x)", ylabel="share of the group")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)


figure, axes = plt.subplots(1, 2, figsize=(12, 3.4))
histogram(axes[0], errors, max(map(np.max, errors.values())))
axes[0].set_title("Letters and negatives are far off")
histogram(axes[1], {name: errors[name] for name in ("eights", "other digits")}, 0.15)
axes[1].set_title("Closer: other digits are further than eights, mostly")
plt.show()

# %% [markdown]
# Letters and negatives are no problem. Other digits are the hard case: the two groups overlap.
# Wherever you draw the line, something is on its wrong side. From here on, "anomaly" means another
# digit.

# %% [markdown]
# ## 4. Where to draw the line
#
# An **alarm** is an error *above* a threshold $t$. It may be false. What a threshold promises about
# anomalies nobody can say: the next one may be of a kind that nobody has seen. What it promises
# about *normal* pictures can be said. So begin with the promise:
#
# > Of 100 normal pictures, no more than about 5 give an alarm.
#
# Then $t$ is the error that 5 of 100 normal pictures exceed. Of $m$ errors, the share that lies above
# $t$ is
#
# $$\frac{1}{m} \, \big|\{\, j : e_j > t \,\}\big|,$$
#
# where $e_1, \dots, e_m$ are the errors and the bars count. Statistics calls such a $t$ a
# **quantile**: the 0.95 quantile has 95 % below it and 5 % above.

# %% answer="choose"
def choose_threshold(errors_val, false_alarms):
    """Return the threshold that a share false_alarms of these errors lies above: one number.

    errors_val: errors of normal pictures, shape (m,). false_alarms: between 0 and 1, such as 0.05.
    One error more or less does not matter. About one line.
    """
    ### BEGIN SOLUTION
    return np.quantile(errors_val, 1 - false_alarms)
    ### END SOLUTION


# %% check="choose" points=2
import numpy as np
from latentlab import check

check.chooses_threshold(choose_threshold, count=200, false_alarms=0.05)
### BEGIN HIDDEN TESTS
_counts = np.random.default_rng().integers(90, 900, 3)
for _count, _share in zip(_counts.tolist(), (0.02, 0.1, 0.3)):
    check.chooses_threshold(choose_threshold, _count, _share)
### END HIDDEN TESTS

# %% [markdown]
# Which errors do you give to it? Four sets are at hand: `x_fit`, `x_val`, the eights of `x_test`, and
# all of `x_test`. Only one of them is right. Think before you read on.
#
# - The pictures of `x_fit` have been trained on. Their errors are smaller than those of any new
#   picture. A threshold from them gives too many alarms later.
# - The test pictures are there to judge the finished detector. Who sets the threshold with them
#   has no pictures left that could tell how good it is.
# - Anomalies must not have a part in it at all. With *these* anomalies it may look fine; the next
#   ones will be others.
#
# Left over is `x_val`: normal, and not trained on. Set `threshold` for 5 false alarms in 100.

# %%
threshold = None  # until you compute it in the next cell

# %% answer="threshold"
### BEGIN SOLUTION
threshold = choose_threshold(picture_errors(autoencoder, x_val), 0.05)
### END SOLUTION

# %% check="threshold" points=2 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load

_train, _test = _load("mnist")
_eights = _train.images[_train.labels == 8].reshape(-1, 784)
_cut = int(0.7 * len(_eights))
_x = _test.images.reshape(-1, 784)
_others = {
    "the pictures that were trained on": _eights[:_cut],
    "all eights of the training part": _eights,
    "the test eights": _x[_test.labels == 8],
    "the test anomalies": _x[_test.labels != 8],
    "all test pictures": _x,
}
check.threshold_from("threshold", threshold, autoencoder, _eights[_cut:], _others, 0.05)

# %% [markdown]
# What would the pictures of `x_fit` have done?

# %% tags=["nbval-ignore-output"]
check.answered(threshold=threshold)
by_set = {"x_fit": picture_errors(autoencoder, x_fit), "x_val": picture_errors(autoencoder, x_val)}
print("threshold from   value   alarms among new eights (5% promised)")
for name, values in by_set.items():
    line = choose_threshold(values, 0.05)
    print(f"{name:<14} {line:>7.4f}   {np.mean(errors['eights'] > line):.0%}")

# %% [markdown]
# The network has seen the pictures of `x_fit` 25 times and knows them a little by heart. A
# threshold from them breaks the promise several times over.
#
# Now move the line yourself. It begins at your threshold. How far must it go to the left to find
# nearly every anomaly? How many false alarms does that cost? (There are only 50 eights among the
# test pictures, so "5 in 100" may well be 1 of 50, or 5.)

# %% tags=["nbval-ignore-output"]
check.answered(threshold=threshold)
lab.explore_threshold(errors["eights"], errors["other digits"], threshold)

# %% [markdown]
# ## 5. Precision and recall
#
# Two questions about a threshold, from two people.
#
# - The worker who has to walk to the machine at each alarm asks: *how many alarms are for real?*
# - The customer who gets what was not found asks: *how many of the defects were found?*
#
# $$\text{precision} = \frac{\text{anomalies with alarm}}{\text{all alarms}}, \qquad
# \text{recall} = \frac{\text{anomalies with alarm}}{\text{all anomalies}}$$
#
# With no alarm at all the precision would be 0 / 0. No alarm was false then, so we let it be 1.

# %% answer="precision_recall"
def precision_recall(scores, is_anomaly, threshold):
    """Return (precision, recall), two numbers from 0 to 1.

    scores: shape (n,), such as errors. is_anomaly: shape (n,), True or False; at least one is
    True. An alarm is a score above the threshold; one that is equal to it is none. Without any
    alarm the precision is 1. About five lines.
    """
    ### BEGIN SOLUTION
    alarm = scores > threshold
    hits = np.sum(alarm & is_anomaly)
    precision = hits / alarm.sum() if alarm.any() else 1.0
    return precision, hits / is_anomaly.sum()
    ### END SOLUTION


# %% check="precision_recall" points=3
from latentlab import check

check.precision_recall(precision_recall, count=20)
### BEGIN HIDDEN TESTS
check.precision_recall(precision_recall, count=60)
check.precision_recall(precision_recall, count=500)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
scores = picture_errors(autoencoder, x_test)
lines = np.linspace(0, 0.15, 151)
figure, axes = plt.subplots(1, 2, figsize=(12, 3.6), sharey=True)
recall = [np.mean(scores[is_anomaly] > line) for line in lines]
false_rate = np.array([np.mean(scores[~is_anomaly] > line) for line in lines])
for ax, (name, share) in zip(axes, {"90 in 100": 0.9, "1 in 100": 0.01}.items(), strict=True):
    found = share * np.array(recall)
    alarms = found + (1 - share) * false_rate
    precision = np.divide(found, alarms, out=np.ones_like(found), where=alarms > 0)
    precision[false_rate == 0] = np.nan  # too few eights to say how rare false alarms are here
    ax.plot(lines, precision, color="#0072b2", lw=2.5, label="precision")
    ax.plot(lines, recall, color="#d55e00", lw=2.5, label="recall")
    ax.axvline(threshold, color="0.4", ls="--", lw=1.5)
    ax.set_title(f"Anomalies: {name}")
    ax.set(xlabel="threshold t", ylim=(0, 1.03))
    ax.spines[["top", "right"]].set_visible(False)
axes[0].text(threshold + 0.002, 0.05, "yours", color="0.3", fontsize=11)
axes[0].legend(frameon=False, loc="center right")
plt.show()
print("at your threshold, on the test pictures: precision {:.3f}, recall {:.3f}".format(
    *precision_recall(scores, is_anomaly, threshold)))

# %% [markdown]
# (Precision is drawn as far as some test eight gives a false alarm. Beyond it there are too few eights
# to say.)
#
# Left: the test set, nine in ten of which are anomalies. There even an alarm at every picture has a
# precision of 0.9. Right: the same detector with the same threshold in a factory where one piece
# in a hundred is bad. Recall has not changed, as it looks at anomalies only. Precision has
# collapsed: of 100 pieces one is bad, and 5 % of the 99 good ones give an alarm too.
#
# So a precision means nothing without the share of anomalies that it was measured with. Accuracy,
# the share of right answers, is worse still: a detector that never gives an alarm is right 99
# times in 100 there.

# %% [markdown]
# ## 6. All thresholds at once
#
# A measure that does not depend on the share of anomalies, nor on one threshold, looks at each
# group by itself:
#
# $$\text{false alarm rate} = \frac{\text{normal ones with alarm}}{\text{all normal ones}}, \qquad
# \text{recall} = \frac{\text{anomalies with alarm}}{\text{all anomalies}}$$
#
# Let the threshold fall from above all scores to below all scores. Both rates grow from 0 to 1, and
# the point (false alarm rate, recall) wanders from (0, 0) to (1, 1). Its path is the **ROC curve**
# (*receiver operating characteristic*; the receivers were radar sets).
#
# A step for each score, then. But when several scores are **equal**, no threshold parts them: they
# become alarms together, in one step. For scores 5, 3, 3, 1, where 5 and one of the 3 are anomalies:
#
#     threshold    alarms      false alarm rate    recall
#     5            none        0 of 2              0 of 2
#     3            5           0 of 2              1 of 2
#     1            5, 3, 3     1 of 2              2 of 2
#     below 1      all         2 of 2              2 of 2

# %% answer="roc"
def roc_curve(scores, is_anomaly):
    """Return (false_alarm_rates, recalls): two arrays of equal length, from (0, 0) to (1, 1).

    scores: shape (n,); some may be equal. is_anomaly: shape (n,), True or False; both occur. One
    point for each *different* score as the threshold, from the highest to the lowest, and (1, 1)
    at the end, for a threshold below all of them. About five lines.
    """
    ### BEGIN SOLUTION
    from_the_top = np.append(np.unique(scores)[::-1], -np.inf)
    rates = [np.mean(scores[~is_anomaly] > t) for t in from_the_top]
    recalls = [np.mean(scores[is_anomaly] > t) for t in from_the_top]
    return np.array(rates), np.array(recalls)
    ### END SOLUTION


# %% check="roc" points=2
from latentlab import check

check.roc_curve(roc_curve, count=15)
### BEGIN HIDDEN TESTS
check.roc_curve(roc_curve, count=40)
check.roc_curve(roc_curve, count=200)
### END HIDDEN TESTS

# %% [markdown]
# One number for the whole curve is the **area under it**, AUC. It has a meaning that can be said
# aloud: pick one anomaly and one normal picture at random; the AUC is the probability that the
# anomaly has the larger score, where equal scores count half. 1 is perfect, 0.5 is guessing, and 0
# is perfect with the sign reversed.
#
# Two ways lead to it. Add up the trapezoids under your curve, or compare all pairs. Take either.

# %% answer="auc"
def auc(scores, is_anomaly):
    """Return the area under the ROC curve: one number from 0 to 1.

    scores: shape (n,); some may be equal. is_anomaly: shape (n,), True or False; both occur.
    About two lines.
    """
    ### BEGIN SOLUTION
    rates, recalls = roc_curve(scores, is_anomaly)
    return np.sum(np.diff(rates) * (recalls[1:] + recalls[:-1]) / 2)
    ### END SOLUTION


# %% check="auc" points=2
from latentlab import check

check.auc(auc, count=15)
### BEGIN HIDDEN TESTS
check.auc(auc, count=40)
check.auc(auc, count=200)
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
def against_eights(score, x):
    """Return the AUC, and the points of the curve, of a score that is to tell x from eights."""
    both = np.concatenate([score(normal_test), score(x)])
    strange = np.arange(len(both)) >= len(normal_test)
    return auc(both, strange), roc_curve(both, strange)


def error(x):
    """The score of this lab: the error of each picture."""
    return picture_errors(autoencoder, x)


def from_the_mean(x):
    """A score without a network: the distance of each picture from the mean eight."""
    return np.mean((x - x_fit.mean(axis=0)) ** 2, axis=1)


figure, ax = plt.subplots(figsize=(5.6, 5))
for name, score, x, colour in [
    ("letters", error, letters, colours["letters"]),
    ("other digits", error, kinds["other digits"], colours["other digits"]),
    ("other digits, by distance\nfrom the mean eight", from_the_mean, kinds["other digits"], "0.6"),
]:
    area, (rates, recalls) = against_eights(score, x)
    ax.plot(rates, recalls, color=colour, lw=2.5, label=f"{name}: {area:.2f}")
ax.plot([0, 1], [0, 1], color="0.8", lw=1, ls="--")
ax.set(xlabel="false alarm rate", ylabel="recall", xlim=(-0.01, 1), ylim=(0, 1.01))
ax.set_title("The nearer to the upper left corner, the better")
ax.legend(frameon=False, title="AUC", loc="lower right")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## 7. What was missed
#
# A mean hides who pays for it. Look at each digit by itself, and at the anomalies that your detector
# found most normal.

# %% tags=["nbval-ignore-output"]
digits = [digit for digit in range(10) if digit != 8]
areas = [against_eights(error, x_test[test.labels == digit])[0] for digit in digits]
figure, ax = plt.subplots(figsize=(8, 3.2))
bar_colours = ["#c03030" if area < 0.7 else "#4878a8" for area in areas]
bars = ax.bar([str(digit) for digit in digits], areas, color=bar_colours)
ax.bar_label(bars, [f"{area:.2f}" for area in areas])
ax.axhline(0.5, color="0.4", ls="--", lw=1.5)
ax.set(xlabel="the digit that is to be told from eights", ylabel="AUC", ylim=(0, 1.12))
ax.set_title("One digit gets through as if it were an eight")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

missed = np.flatnonzero(is_anomaly)[np.argsort(scores[is_anomaly])[:10]]
lab.show_rows(
    {"missed": x_test[missed], "rebuilt": np.array(autoencoder(x_test[missed]))},
    title="The ten anomalies with the smallest error",
)

# %% [markdown]
# Ones, nearly all. The network does not know ones at all: look at what it makes of them. Why is the
# error so small?
#
# Because there is so little to get wrong. A one has few white pixels, an eight has many, and the
# error adds up over white pixels. Even a *black* picture would have a small error with a one. So the
# score mixes two things: how well the picture was understood, and how much ink it has.
#
# Divide the second one out:
#
# $$e_{\text{rel}}(x) = \frac{\sum_i (x_i - \hat x_i)^2}{\sum_i x_i^2}$$
#
# It is 0 for a perfect copy, and 1 when the network might as well have drawn nothing.

# %% tags=["nbval-ignore-output"]
def relative_error(x):
    """The error of each picture as a share of its own ink."""
    return picture_errors(autoencoder, x) / np.mean(x**2, axis=1)


relative = [against_eights(relative_error, x_test[test.labels == digit])[0] for digit in digits]
print("digit         " + "".join(f"{digit:>7}" for digit in digits))
print("AUC, error    " + "".join(f"{area:>7.2f}" for area in areas))
print("AUC, relative " + "".join(f"{area:>7.2f}" for area in relative))

# %% [markdown]
# The ones are found. But look at the other columns too: a better score for one kind of anomaly may
# be a worse one for another. And we found the remedy by looking at test anomalies. To report its
# AUC on the same pictures would be cheating; it needs new ones.

# %% [markdown]
# ## 8. Too good to be useful
#
# More numbers in the code, a smaller error. In every lab so far that was better. Here the network
# must *fail* at anomalies. With a large enough code it copies anything.
#
# To see it without training many networks, take PCA, the linear autoencoder of lab 2, with more and
# more numbers. As normal pictures we take all eights that it was not fitted on.

# %% tags=["nbval-ignore-output"]
new_eights = np.concatenate([x_val, normal_test])
others = x_test[is_anomaly & (test.labels != 1)]  # the ones are a case of their own, see above
mean = x_fit.mean(axis=0)
all_axes = np.linalg.svd(x_fit - mean, full_matrices=False)[2]
sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def pca_errors(x, k):
    """The error of each picture when PCA with k numbers rebuilds it."""
    left_over = (x - mean) - (x - mean) @ all_axes[:k].T @ all_axes[:k]
    return np.mean(left_over**2, axis=1)


groups = [(pca_errors(new_eights, k), pca_errors(others, k)) for k in sizes]
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.4))
for i, name in enumerate(("eights", "other digits")):
    left.loglog(sizes, [np.mean(group[i]) for group in groups], "o-", color=colours[name], lw=2,
                label=name)
left.set_title("The larger the code, the better the copy of everything")
left.set(ylabel="mean error", yticks=[0.003, 0.01, 0.03], yticklabels=["0.003", "0.01", "0.03"])
left.legend(frameon=False)
caught = [np.mean(strange > np.quantile(normal, 0.95)) for normal, strange in groups]
right.semilogx(sizes, caught, "o-", color="0.2", lw=2)
right.set_title("The detector finds more, and then less")
right.set(ylabel="recall at 5 false alarms in 100", ylim=(0, 0.8))
for ax in (left, right):
    ax.set(xlabel="numbers in the code", xticks=sizes, xticklabels=sizes)
    ax.minorticks_off()
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# With too few numbers even eights are rebuilt badly. With too many, the network no longer needs to
# know eights: pixels are copied as pixels, whatever they show. The best detector lies between. On all
# of MNIST the AUC of PCA is 0.90 with 8 numbers, 0.92 with 16, 0.87 with 128 and 0.84 with 600. With
# all 784 the copy is perfect, every error is 0, and nothing can be told from anything.
#
# How do you find the best size without anomalies? You cannot, in earnest. Take the smallest code that
# rebuilds normal pictures as well as your eye demands, and be glad of every known anomaly to test with.

# %% [markdown] written="report" points=3
# **Question.** The foreman has 20 defective pieces of last month. He moves the threshold until all
# 20 give an alarm and none of the 50 test eights does, and reports: "precision 1, recall 1, measured
# on test pictures". In three to six sentences: what is wrong with this report? What is wrong with a
# threshold that was found in this way, even if the report were withdrawn? What would you do with the 20
# pieces?
#
# ### BEGIN SOLUTION
# The threshold was chosen so that these very pictures come out right, so the figures say how well it
# was fitted to them and not how it does on new ones; they will be too good. And it is tuned to the
# defects of last month. The next defect may be of another kind, and about normal pieces nothing was
# promised: a threshold has to come from normal validation pictures, with a false alarm rate that was
# chosen beforehand. The 20 pieces are good for judging: set the threshold without them, then count how
# many are found, and report that with the small number in mind; keep them away from every choice.
#
# *Marking, one point each:* (1) chosen and judged on the same pictures, so the figures are too good, or:
# no untouched pictures are left; (2) the threshold depends on known anomalies, of which the next need
# not be one, or: it makes no promise about false alarms on new normal pictures; (3) the 20 are used for
# judging only (or some for choosing and others, kept apart, for judging).
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - A detector needs normal pictures only: it learns to copy them, and a large error says "unlike
#   anything that I know".
# - The threshold comes from a promise about false alarms, and from normal pictures that were neither
#   trained on nor kept for judging.
# - Precision depends on how rare anomalies are; recall and false alarm rate do not.
# - AUC is the probability that an anomaly scores higher than a normal picture; equal scores count half.
# - Look at what is missed. An error summed over pixels overlooks anomalies with little ink.
# - A better copy can be a worse detector: the bottleneck is what makes it fail where it should.
#
# ## To think about
#
# <details><summary>1. All eights have an error of exactly 0.02, all other digits one of 0.03. What is
# the AUC, and which thresholds are perfect?</summary>
#
# 1: every anomaly is above every eight. Every threshold from 0.02 up to, but not with, 0.03 gives an
# alarm for all anomalies and for no eight.
# </details>
#
# <details><summary>2. A score gives an AUC of 0.1. Is it worthless?</summary>
#
# No, it is a good one with the sign reversed: minus this score has an AUC of 0.9. Worthless is 0.5.
# </details>
#
# <details><summary>3. Some defective pieces have slipped in among the pictures for training, 1 in 100. What
# happens to the detector, and to the threshold from validation pictures of the same source?</summary>
#
# The network learns to copy these defects a little, but spends few of its numbers on so few pictures, so
# it mostly still fails at them. Their large errors lie among the top 5 % of the validation errors, and the
# threshold moves up: it then lets through more. With "at most 5 in 100" one in a hundred does little harm;
# with "at most 1 in 100" it would do much.
# </details>
#
# <details><summary>4. Why not train a network on eights and many pictures of other things, so that it learns
# to rebuild eights well and the others badly?</summary>
#
# It can be done, and helps with things like those that it has seen. Then it is a classifier of a kind,
# and about unseen kinds of anomalies it promises as little as any.
# </details>
