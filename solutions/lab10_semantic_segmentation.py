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
# # Lab 10. Semantic segmentation: a class for each pixel
#
# A classifier looks at a picture and says "a three". Show it a picture with a three, a seven and two
# nines, and it still gives one answer. A car needs more: where is the road, where does the pavement
# begin, which pixels are a child? *Semantic segmentation* answers for every pixel. The network is
# built like an autoencoder: an encoder makes the picture small, a decoder makes it large again. Only
# what comes out is not the picture, but a class for each of its pixels.
#
# **At the end you will be able to**
#
# - say why pixel accuracy lies, and measure with IoU in its place;
# - build a network that takes a canvas of any size: convolutions all the way;
# - enlarge its coarse answer at once, or step by step with skip connections, as the networks FCN-32,
#   FCN-16 and FCN-8 do, and say in figures and pictures what the skips are good for.
#
# **Time:** about 45 minutes. Training takes some ten seconds of them.
#
# **It builds on:** lab 3 (convolutions, strides, enlarging).

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

train_digits, test_digits = lab.load("mnist")
scenes = lab.make_scenes(*train_digits, count=400, seed=1)
test_scenes = lab.make_scenes(*test_digits, count=100, seed=2)  # of digits not in the others
print("scenes", scenes.images.shape, "labels", scenes.labels.shape, scenes.labels.dtype)

# %% [markdown]
# ## 1. A label for each pixel
#
# The scenes are made for this lab: up to four digits of MNIST, laid on a black canvas at random
# places. For each scene there is an array of the same height and width with whole numbers:
#
# | label | class |
# |---|---|
# | 0 | background |
# | 1 to 10 | a pixel of a digit 0 to 9: the digit plus one |
#
# A pixel belongs to a digit when it is at least half as bright as white. The dim pixels along the
# edge of a stroke are background.

# %% tags=["nbval-ignore-output"]
CLASSES = 11
one_each = np.stack([test_digits.images[test_digits.labels == k][3, ..., 0] for k in range(10)])
key = np.where(one_each >= 0.5, np.arange(1, 11)[:, None, None], 0)
lab.show_rows({"colour": lab.colour_labels(key)}, title="Each digit has a colour of its own")
lab.show_rows(
    {"scene": test_scenes.images[:5], "labels": lab.colour_labels(test_scenes.labels[:5])},
    title="What goes in, and what is to come out",
)

# %% [markdown]
# ## 2. Pixel accuracy, and how it lies
#
# The first measure that comes to mind is the share of pixels that got the right class:
#
# $$\text{accuracy} = \frac{|\{\, i : t_i = p_i \,\}|}{N}$$
#
# | symbol | what it is |
# |---|---|
# | $t_i$ | the true class of pixel $i$ (`truth`) |
# | $p_i$ | the predicted class of pixel $i$ (`predicted`) |
# | $N$ | how many pixels there are, over all scenes |

# %% answer="pixel_accuracy"
def pixel_accuracy(truth, predicted):
    """Return the share of pixels whose predicted class is the true one: one number from 0 to 1.

    truth, predicted: classes of pixels, whole numbers, shape (n, height, width). About one line.
    """
    ### BEGIN SOLUTION
    return np.mean(truth == predicted)
    ### END SOLUTION


# %% check="pixel_accuracy" points=1
from latentlab import check

check.pixel_accuracy(pixel_accuracy, shape=(4, 10, 12))
### BEGIN HIDDEN TESTS
check.pixel_accuracy(pixel_accuracy, shape=(2, 6, 8))
check.pixel_accuracy(pixel_accuracy, shape=(9, 16, 12))
### END HIDDEN TESTS

# %% [markdown]
# Now let a "network" compete that needs no training. It looks at nothing and says "background",
# everywhere.

# %% tags=["nbval-ignore-output"]
nothing = np.zeros_like(test_scenes.labels)
print(f"it says background everywhere: accuracy {pixel_accuracy(test_scenes.labels, nothing):.1%}")

# %% [markdown]
# Nearly nine pixels in ten are right, and not one digit was found. Nearly all pixels are background, so
# accuracy is nearly all about background. A measure is needed in which a rare class weighs as much
# as a common one.

# %% [markdown]
# ## 3. Intersection over union
#
# Take one class $c$. Let $T_c$ be the pixels that truly have it, and $P_c$ the pixels that the
# network gave it. Where the two overlap, the network is right. The **intersection over union**
# compares the overlap with everything that either of them covers:
#
# $$\text{IoU}_c = \frac{|T_c \cap P_c|}{|T_c \cup P_c|}
# = \frac{|T_c \cap P_c|}{|T_c| + |P_c| - |T_c \cap P_c|}$$
#
# | symbol | what it is |
# |---|---|
# | $T_c \cap P_c$ | the intersection: pixels of class $c$ in the truth *and* in the prediction |
# | $T_c \cup P_c$ | the union: pixels of class $c$ in the truth *or* in the prediction, or in both |
# | $\lvert \cdot \rvert$ | how many pixels |
#
# It is 1 when the two are the same, and 0 when they do not touch. Too few pixels make the
# intersection small, too many make the union large: nothing is gained by generosity.

# %% tags=["nbval-ignore-output"]
square = np.zeros((3, 9, 13), int)
square[:, 2:7, 2:7] = 1  # the truth: 25 pixels
guess = np.zeros_like(square)
guess[0, 2:7, 4:9], guess[1, 3:6, 3:6], guess[2, 1:8, 1:8] = 1, 1, 1
figure, axes = plt.subplots(1, 3, figsize=(10, 2.7))
for ax, t, p, name in zip(axes, square, guess, ("moved by two", "too small", "too large")):
    ax.imshow(t + 2 * p, cmap=plt.matplotlib.colors.ListedColormap(
        ["#eeeeee", "#88aacc", "#ddbb77", "#117733"]), vmin=0, vmax=3)
    both, either = (t & p).sum(), (t | p).sum()
    ax.set_title(f"{name}: {both} / {either} = {both / either:.2f}")
    ax.set_axis_off()
figure.suptitle("Green is the intersection; all that is coloured is the union (truth: blue and green)",
                y=0.1, fontsize=11)
plt.show()

# %% [markdown]
# Two things have to be settled, or two people get two figures from the same prediction.
#
# - **Over which pixels?** Over all scenes together: first count the pixels of all scenes, then
#   divide once. (Most scenes have no three. Their IoU for the three would be 0 / 0.)
# - **A class that occurs neither in `truth` nor in `predicted`?** Its union is empty, and 0 / 0 has
#   no value: give `np.nan`, "not a number". But a class that is in one of the two only has an IoU of
#   0, since its union is not empty.

# %% answer="iou"
def iou(truth, predicted, classes):
    """Return the intersection over union of each class, shape (classes,).

    truth, predicted: classes of pixels, 0 to classes - 1, shape (n, height, width). Counted over
    all scenes together. A class that is in neither of them gets np.nan. About seven lines.
    """
    ### BEGIN SOLUTION
    values = np.full(classes, np.nan)
    for c in range(classes):
        in_truth, in_predicted = truth == c, predicted == c
        union = np.sum(in_truth | in_predicted)
        if union > 0:
            values[c] = np.sum(in_truth & in_predicted) / union
    return values
    ### END SOLUTION


# %% check="iou" points=2
from latentlab import check

check.iou(iou, shape=(4, 10, 12))
### BEGIN HIDDEN TESTS
check.iou(iou, shape=(2, 6, 8))
check.iou(iou, shape=(9, 16, 12))
### END HIDDEN TESTS

# %% [markdown]
# One number for all classes is their mean, the **mean IoU**. The background is a class like the
# others and counts. Classes without a value do not: the mean is taken over those that have one.

# %% answer="mean_iou"
def mean_iou(truth, predicted, classes):
    """Return the mean IoU of the classes that have one: one number from 0 to 1.

    The arguments are those of iou. About one line.
    """
    ### BEGIN SOLUTION
    return np.nanmean(iou(truth, predicted, classes))
    ### END SOLUTION


# %% check="mean_iou" points=1
from latentlab import check

check.mean_iou(mean_iou, shape=(4, 10, 12))
### BEGIN HIDDEN TESTS
check.mean_iou(mean_iou, shape=(2, 6, 8))
check.mean_iou(mean_iou, shape=(9, 16, 12))
### END HIDDEN TESTS

# %% [markdown]
# Both measures on three predictions that need no network: background everywhere; a rule that calls
# every bright pixel a "one" (class 2), so that it finds all digits and names none; and the truth
# itself, moved to the right by one pixel.

# %% tags=["nbval-ignore-output"]
truth = test_scenes.labels
rule = np.where(test_scenes.images[..., 0] >= 0.5, 2, 0)
moved = np.roll(truth, 1, axis=2)
print("                        accuracy   mean IoU")
for name, p in {"background": nothing, "bright is a one": rule, "truth, moved by one": moved}.items():
    print(f"{name:<22}{pixel_accuracy(truth, p):>10.3f}{mean_iou(truth, p, CLASSES):>11.3f}")

# %% [markdown]
# Accuracy finds all three good. Mean IoU is not fooled by the first two: nearly all classes are
# missing, and it is close to 1/11. And it is strict about edges. Strokes are about three pixels wide, so
# one pixel to the side costs more than a third. Keep that in mind when you read the figures below:
# here 0.5 is a good value.

# %% [markdown]
# ## 4. Convolutions all the way
#
# A classifier ends with `Flatten` and `Dense`. A dense layer has a weight for each pixel of its
# input, so it takes one size of picture and no other, and whatever it has learned about the upper
# left corner it does not know about the lower right one. Leave these layers out, and something
# useful happens: convolutions slide over a canvas of *any* size, and do the same everywhere. A network
# without any other layers with weights is called **fully convolutional**, FCN for short.
#
# Your encoder halves the canvas three times:
#
#     canvas        map of 1/2     map of 1/4     map of 1/8
#     48 x 48   ->  24 x 24    ->  12 x 12    ->  6 x 6
#     64 x 96   ->  32 x 48    ->  16 x 24    ->  8 x 12
#
# The further to the right, the more a map knows about *what* there is: each of its values has seen
# a larger part of the canvas. After three convolutions of 5 x 5 with strides of 2 that part is
# 29 pixels wide (5, then 5 + 4 * 2 = 13, then 13 + 4 * 4 = 29), enough for a whole digit. But the
# less it knows about *where*: one value stands for 8 x 8 pixels.
#
# `keras.Input((None, None, 1))` says "any height, any width, one channel". The encoder gives all
# three maps, as we need them later: `keras.Model(inputs, [half, quarter, eighth])`. This works: three
# convolutions of 5 x 5, `strides=2`, `padding="same"`, `relu`, with 12, 24 and 48 filters. The start
# values that suit `relu`, `kernel_initializer="he_normal"`, save some epochs.

# %% answer="encoder"
def build_encoder():
    """Return a Keras model from pictures to three maps, finest first.

    It takes (n, height, width, 1), for any height and width that 8 divides: its input is
    keras.Input((None, None, 1)). It gives a list of three maps, of 1/2, 1/4 and 1/8 of the
    height and width, each made from the one before, with an activation. About nine lines.
    """
    ### BEGIN SOLUTION
    inputs = x = keras.Input((None, None, 1))
    maps = []
    for filters in (12, 24, 48):
        convolution = keras.layers.Conv2D(
            filters, 5, 2, padding="same", activation="relu", kernel_initializer="he_normal"
        )
        x = convolution(x)
        maps.append(x)
    return keras.Model(inputs, maps)
    ### END SOLUTION


# %%
encoder = None  # until build_encoder is written
lab.seed(10)
encoder = build_encoder()

# %% check="encoder" points=2
from latentlab import check

check.map_pyramid("encoder", encoder)

# %% [markdown]
# ## 5. From a map to classes: FCN-32
#
# How does a value of the map become a class? By a dense layer for each *place*, the same one
# everywhere: from the 48 channels of a place to 11 scores. That is a convolution of 1 x 1,
# `keras.layers.Conv2D(11, 1)`.
#
# Then there are 11 scores for each place of the 6 x 6 map. To get them for each pixel, make that map
# eight times as wide and as high: `keras.layers.UpSampling2D(8, interpolation="bilinear")` lays soft ramps between
# the values. A softmax over the classes makes probabilities of the scores, for each pixel by itself:
#
# $$p_{i,c} = \frac{e^{s_{i,c}}}{\sum_{k=0}^{10} e^{s_{i,k}}}$$
#
# | symbol | what it is |
# |---|---|
# | $s_{i,c}$ | the score of class $c$ at pixel $i$ |
# | $p_{i,c}$ | its probability; at each pixel the eleven of them sum to 1 |
#
# Long, Shelhamer and Darrell called this design FCN-32 when they introduced it in 2015. They took
# VGG, a network for photographs that halves the picture five times, so that its coarsest map is 1/32,
# and enlarged it 32 times at once. On our small canvas it is eight times, but the design is the same,
# and we keep the names:
#
# | name | maps of theirs | maps of ours | enlarged at the end |
# |---|---|---|---|
# | FCN-32 | 1/32 | 1/8 | 8 times |
# | FCN-16 | 1/32 and 1/16 | 1/8 and 1/4 | 4 times |
# | FCN-8 | 1/32, 1/16 and 1/8 | 1/8, 1/4 and 1/2 | 2 times |
#
# Begin your models with the encoder that is handed in: `encoder.input` is its input, and
# `encoder.outputs` are its maps. Then the three networks share it, and can be trained together.

# %% answer="fcn32"
def build_fcn32(encoder):
    """Return a Keras model from pictures to the probabilities of 11 classes for each pixel.

    encoder: a model as build_encoder makes it, perhaps with other numbers of filters. From its
    coarsest map alone. The model takes (n, height, width, 1) and gives (n, height, width, 11).
    About five lines.
    """
    ### BEGIN SOLUTION
    half, quarter, eighth = encoder.outputs
    scores = keras.layers.Conv2D(11, 1)(eighth)
    scores = keras.layers.UpSampling2D(8, interpolation="bilinear")(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))
    ### END SOLUTION


# %% check="fcn32" points=2
from latentlab import check

check.classes_of_pixels("build_fcn32", build_fcn32, classes=11, uses=(8,))

# %% [markdown]
# ## 6. Skip connections: FCN-16 and FCN-8
#
# How good can an answer from a coarse map be at all? Suppose you know the truth, but may say only one
# class for all pixels of a cell. You would take the most frequent class of each cell. Below the cells are 8, 4
# and 2 pixels wide: so many pixels one value of each of the three maps stands for.

# %% tags=["nbval-ignore-output"]
def in_cells(labels, step):
    """Give all pixels of each cell, step x step, the class that is most frequent in it."""
    n, height, width = labels.shape
    cells = labels.reshape(n, height // step, step, width // step, step)
    counts = [np.sum(cells == c, axis=(2, 4)) for c in range(CLASSES)]
    return np.argmax(counts, axis=0).repeat(step, axis=1).repeat(step, axis=2)


best = {f"cells of {step}": in_cells(truth, step) for step in (8, 4, 2)}
rows = {name: lab.colour_labels(p[:5]) for name, p in best.items()}
lab.show_rows(rows, title="All that is known, in cells of 8, 4 and 2 pixels")
for name, p in best.items():
    print(f"{name}: mean IoU {mean_iou(truth, p, CLASSES):.2f}")

# %% [markdown]
# (This is the best that accuracy can be in such cells. A network that would rather call a pixel ink than
# background reaches a larger mean IoU, and between its values there are soft ramps.)
#
# The coarse map knows that there is a seven, but not where exactly its strokes run. The finer maps
# know where the strokes are, but have not seen enough of the canvas to say of which digit. So let them
# vote together. In **FCN-16**
#
# 1. the map of 1/8 gets scores by a 1 x 1 convolution, which are enlarged to *twice* their size;
# 2. the map of 1/4 gets scores by a 1 x 1 convolution of its own; they have the same size now;
# 3. both are added, and the sum is enlarged to four times its size.
#
# The way from the map of 1/4 to the output, past the coarser layers, is a **skip connection**.
# **FCN-8** goes on: there the sum is enlarged to twice its size only, the scores of the map of 1/2 are
# added, and the result is enlarged to twice its size again.
#
#     1/8 -- scores -- x2 --+
#     1/4 -- scores --------+-- x2 --+
#     1/2 -- scores -----------------+-- x2 -- softmax
#
# (Instead of adding you may also concatenate the maps and let a convolution mix them, as U-Net does.)

# %% answer="skips"
def build_fcn16(encoder):
    """Return a Keras model as build_fcn32 does, from the maps of 1/8 and 1/4. About seven lines."""
    ### BEGIN SOLUTION
    half, quarter, eighth = encoder.outputs
    scores = keras.layers.Conv2D(11, 1)(eighth)
    scores = keras.layers.UpSampling2D(2, interpolation="bilinear")(scores)
    scores = keras.layers.Add()([scores, keras.layers.Conv2D(11, 1)(quarter)])
    scores = keras.layers.UpSampling2D(4, interpolation="bilinear")(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))
    ### END SOLUTION


def build_fcn8(encoder):
    """Return a Keras model as build_fcn32 does, from all three maps. About eight lines."""
    ### BEGIN SOLUTION
    scores = None
    for features in reversed(encoder.outputs):
        of_this_map = keras.layers.Conv2D(11, 1)(features)
        scores = of_this_map if scores is None else keras.layers.Add()([scores, of_this_map])
        scores = keras.layers.UpSampling2D(2, interpolation="bilinear")(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))
    ### END SOLUTION


# %% check="skips" points=3
from latentlab import check

check.classes_of_pixels("build_fcn16", build_fcn16, classes=11, uses=(4, 8))
check.classes_of_pixels("build_fcn8", build_fcn8, classes=11, uses=(2, 4, 8))

# %%
networks = together = None  # until they are written
check.answered(encoder=encoder)
lab.seed(10)
networks = {
    "FCN-32": build_fcn32(encoder),
    "FCN-16": build_fcn16(encoder),
    "FCN-8": build_fcn8(encoder),
}

# %%
check.answered(networks=networks)
networks["FCN-8"].summary()

# %% [markdown]
# ## 7. Training
#
# Most of the three networks is the encoder, and they share it. So train them at once, as one model
# with three outputs: the same labels are the target of each, and the three losses are added. (Long
# and his colleagues trained one after the other, each beginning with the weights of the one before,
# which takes longer.)

# %%
def side_by_side(networks):
    """Return one model with the outputs of all networks; it runs only once what they share."""
    inputs = getattr(networks[0], "inputs", None)
    if inputs and all(getattr(net, "inputs", None) == inputs for net in networks):
        return keras.Model(inputs, [net.outputs[0] for net in networks])
    x = keras.Input((None, None, 1))
    return keras.Model(x, [net(x) for net in networks])


check.answered(networks=networks)
together = side_by_side(list(networks.values()))

# %% [markdown]
# The loss at a pixel is the cross-entropy, $-\log p_{i,t_i}$: minus the logarithm of the probability
# that the network gives to the true class. Keras calls it `"sparse_categorical_crossentropy"` when the
# labels are class numbers, as ours are, and not one-hot vectors.
#
# Its mean over the pixels has the weakness of accuracy: nearly nine in ten are background,
# and "background everywhere" is a comfortable place to stop at. So let a pixel of a digit weigh more, say five
# times as much: `fit` takes a weight for each pixel, `sample_weight`, of the same shape as the labels. With
# three outputs, `fit` takes a list of three targets and a list of three weights, here three times
# the same.
#
# This works: `Adam` with a learning rate of 0.005, batches of 4, 5 epochs.
# As always, give `compile` the argument `jit_compile=False`, and `fit` the arguments `verbose=0` and
# `callbacks=[lab.Progress()]`.

# %% answer="train"
def train(together, scenes):
    """Train a model with three outputs on scenes; return nothing.

    together: gives three times the probabilities of 11 classes for each pixel. scenes.images:
    (n, height, width, 1); scenes.labels: (n, height, width). About ten lines.
    """
    ### BEGIN SOLUTION
    weights = np.where(scenes.labels > 0, 5.0, 1.0)
    together.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.005),
        loss=["sparse_categorical_crossentropy"] * 3,
        jit_compile=False,
    )
    together.fit(
        scenes.images,
        [scenes.labels] * 3,
        sample_weight=[weights] * 3,
        batch_size=4,
        epochs=5,
        verbose=0,
        callbacks=[lab.Progress()],
    )
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
fcn32 = fcn16 = fcn8 = None  # until train is written
check.answered(together=together)
lab.seed(10)
lab.kept(train, together, scenes)  # it trains once, and again when something has changed
fcn32, fcn16, fcn8 = networks.values()

# %% check="train" points=3 tags=["nbval-ignore-output"]
from latentlab import check
from latentlab import load as _load
from latentlab import make_scenes as _make_scenes

_images, _labels = _make_scenes(*_load("mnist").test, count=100, seed=2)
check.every_pixel("fcn8", fcn8, classes=11)
check.segments("fcn32", fcn32, _images, _labels, classes=11, at_least=0.04)
check.finer("fcn8", fcn8, "fcn32", fcn32, _images, _labels, classes=11, at_least=0)
check.segments("fcn16", fcn16, _images, _labels, classes=11, at_least=0.06)
check.segments("fcn8", fcn8, _images, _labels, classes=11, at_least=0.08)
### BEGIN HIDDEN TESTS
from autograder.heldout import heldout as _heldout

_images, _labels = _make_scenes(*_heldout("mnist"), count=100, seed=3)
check.segments("fcn32", fcn32, _images, _labels, classes=11, at_least=0.04)
check.finer("fcn8", fcn8, "fcn32", fcn32, _images, _labels, classes=11, at_least=0)
check.segments("fcn16", fcn16, _images, _labels, classes=11, at_least=0.06)
check.segments("fcn8", fcn8, _images, _labels, classes=11, at_least=0.08)
### END HIDDEN TESTS

# %% [markdown]
# The network gives eleven probabilities for each pixel. Its answer is the class with the largest.

# %% answer="predict"
def predict_labels(model, x):
    """Return the most probable class of each pixel, shape (n, height, width), whole numbers.

    model: gives probabilities, (n, height, width, classes). x: (n, height, width, 1). One line.
    """
    ### BEGIN SOLUTION
    return np.argmax(model(x), axis=-1)
    ### END SOLUTION


# %% check="predict" points=1
from latentlab import check

check.predicts_labels(predict_labels, shape=(3, 8, 12), classes=11)
### BEGIN HIDDEN TESTS
check.predicts_labels(predict_labels, shape=(5, 16, 8), classes=4)
### END HIDDEN TESTS

# %% [markdown]
# ## 8. What the skips are good for

# %% tags=["nbval-ignore-output"]
predicted = None  # until predict_labels is written
check.answered(fcn8=fcn8)
predicted = {name: predict_labels(net, test_scenes.images) for name, net in networks.items()}
rows = {name: lab.colour_labels(p[:5]) for name, p in predicted.items()}
lab.show_rows(
    {"scene": test_scenes.images[:5], **rows, "truth": lab.colour_labels(truth[:5])},
    title="From blots to strokes: each skip brings finer edges",
)
print("           accuracy   mean IoU   IoU of the background")
for name, p in predicted.items():
    each = iou(truth, p, CLASSES)
    print(f"{name:<9}{pixel_accuracy(truth, p):>10.3f}{mean_iou(truth, p, CLASSES):>11.3f}{each[0]:>13.3f}")

# %% [markdown]
# FCN-32 knows roughly where which digit is, and draws blots, as an edge can bend only every 8 pixels.
# FCN-8 follows the strokes. By accuracy FCN-32 would be worse than "background everywhere", since its
# blots cover background; by mean IoU it is far better, and from FCN-32 to FCN-8 mean IoU gains more than
# half. The paper found the same order on photographs (PASCAL VOC 2011): a pixel accuracy of 89.1, 90.0 and
# 90.3 % and a mean IoU of 59.4, 62.4 and 62.7 % for FCN-32, FCN-16 and FCN-8.
#
# Which digits are hard? And where do the mistakes lie, at the edges or in whole digits?

# %% tags=["nbval-ignore-output"]
check.answered(predicted=predicted)
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.4))
for i, (name, p) in enumerate(predicted.items()):
    left.bar(np.arange(10) + 0.27 * (i - 1), iou(truth, p, CLASSES)[1:], 0.25, label=name,
             color=("#bbbbbb", "#88aacc", "#225588")[i])
left.set(xticks=range(10), xlabel="digit", ylabel="IoU", ylim=(0, 0.8))
left.set_title("Skips help every digit")
left.legend(frameon=False, ncols=3, loc="upper right")
for i, (name, p) in enumerate(predicted.items()):
    ink, marked = truth > 0, p > 0
    parts = [np.mean(ink & ~marked), np.mean(~ink & marked), np.mean(ink & marked & (truth != p))]
    bottom = 0
    for share, colour, what in zip(parts, ("#4878a8", "#ddbb77", "#c03030"),
                                   ("ink missed", "ink invented", "wrong digit"), strict=True):
        right.bar(name, 100 * share, 0.6, bottom=bottom, color=colour,
                  label=what if i == 0 else None)
        bottom += 100 * share
right.set(ylabel="% of all pixels")
right.set_title("They mend edges, not names")
right.legend(frameon=False)
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# The skips make edges better, and names hardly. A digit that the coarse map takes for another one is
# drawn with fine edges, in the wrong colour. (There is even more of it, as more of its ink is found.) To
# mend names, the encoder would have to know digits better: more filters, more scenes, more epochs.
#
# A last experiment needs no training. The networks have seen canvases of 48 x 48 only. Nothing in
# them knows that size, so give them a wide one: four scenes side by side.

# %% tags=["nbval-ignore-output"]
wide = np.concatenate(list(test_scenes.images[5:9]), axis=1)[None]
wide_truth = np.concatenate(list(truth[5:9]), axis=1)[None]
lab.show_rows(
    {
        "scene": wide,
        "FCN-8": lab.colour_labels(predict_labels(fcn8, wide)),
        "truth": lab.colour_labels(wide_truth),
    },
    title=f"A canvas of {wide.shape[1]} x {wide.shape[2]}, with the weights from 48 x 48",
)

# %% [markdown] written="report" points=3
# **Question.** A firm wants to find scratches on car doors. Scratches are 0.5 % of all pixels. An offer says:
# "our network reaches a pixel accuracy of 99.5 %". In three to six sentences: what may this network be
# doing? Which figure would you ask for instead, and what would it be for the network that you suspect? The
# firm then gets an FCN-32 that finds all scratches as broad blots: what would you change in it, and why does that
# help?
#
# ### BEGIN SOLUTION
# It may say "no scratch" for every pixel: then 99.5 % of the pixels are right and no scratch is found.
# I would ask for the IoU of each class, or for the mean IoU. For that network the IoU of the
# scratches is 0 (the intersection is empty), that of the background 0.995, and the mean 0.4975. A
# scratch is thinner than what one value of the coarsest map stands for, so an edge cannot be placed exactly
# when that map is enlarged at once. I would add skip connections from finer maps, as in FCN-16 and
# FCN-8: they know where the edges are, and the coarse map says of what.
#
# *Marking, one point each:* (1) background everywhere gives that accuracy; (2) IoU of the scratches, with
# the value 0, or mean IoU with about 0.5; (3) skip connections from finer maps, with the reason that the
# coarse map has lost the place.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - Semantic segmentation gives each pixel a class. Pixel accuracy is mostly about the background.
# - IoU is intersection over union, counted over all scenes together, for each class. The mean IoU lets a
#   rare class count as much as a common one. Say what you do with classes that do not occur.
# - A fully convolutional network takes a canvas of any size and does the same everywhere. A convolution
#   of 1 x 1 is a dense layer for each place.
# - Coarse maps know what, fine maps know where. Skip connections let both vote.
# - When one class is nearly everything, give the pixels of the others more weight.
#
# ## To think about
#
# <details><summary>1. One scene moves to the right by 8 pixels. What happens to the map of 1/8, and to the
# output? And by 3 pixels?</summary>
#
# By 8 pixels: the map moves by one place, and the output by 8 pixels (up to the edges of the
# canvas). By 3 pixels: 3 is no multiple of the step 8, the values of the coarse map are others, and so
# the output is a little different from the moved one.
# </details>
#
# <details><summary>2. Two networks have the same intersection with the truth. One gives a class twice as
# many pixels as the other. Which one has the larger IoU?</summary>
#
# The one with fewer pixels: the intersection is the same, the union is smaller.
# </details>
#
# <details><summary>3. Why not leave out the strides? Then all maps are as fine as the canvas, and there is
# nothing to enlarge.</summary>
#
# It would work, and cost much: every convolution would run over all pixels, and to see 29 pixels with steps of
# 1, seven convolutions of 5 x 5 would be needed in place of three.
# </details>
#
# <details><summary>4. You weigh the pixels of digits a hundred times as much as the background. What will the
# prediction look like?</summary>
#
# Fat digits: to miss a pixel of a digit costs a hundred times as much as to invent one, so in doubt, and that is
# at every edge, the network says "digit". Recall rises, and IoU falls.
# </details>
