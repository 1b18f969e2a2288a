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
# # Lab 10: mistakes that must be found, and other right answers
#
# Most mutants of a network are not trained, so that they cost no time: these lose "train" as well.
#
# ## Mutants: pixel accuracy

# %% mutant="wrong_pixels" answer="pixel_accuracy" fails="pixel_accuracy" says="wrong pixels"
def pixel_accuracy(truth, predicted):
    return (truth != predicted).mean()

# %% mutant="not_divided" answer="pixel_accuracy" fails="pixel_accuracy" says="number of pixels"
def pixel_accuracy(truth, predicted):
    return (truth == predicted).sum()

# %% mutant="digits_only" answer="pixel_accuracy" fails="pixel_accuracy" says="leaves it out"
def pixel_accuracy(truth, predicted):
    return (truth == predicted)[truth > 0].mean()

# %% mutant="ink_or_not" answer="pixel_accuracy" fails="pixel_accuracy" says="foreground"
def pixel_accuracy(truth, predicted):
    return ((truth > 0) == (predicted > 0)).mean()

# %% [markdown]
# ## Mutants: IoU

# %% mutant="union_counted_twice" answer="iou" fails="iou,mean_iou" says="counted twice"
def iou(truth, predicted, classes):
    result = []
    for k in range(classes):
        t, p = truth == k, predicted == k
        both = t.sum() + p.sum()
        result.append((t & p).sum() / both if both else np.nan)
    return np.array(result)

# %% mutant="dice" answer="iou" fails="iou,mean_iou" says="Dice"
def iou(truth, predicted, classes):
    result = []
    for k in range(classes):
        t, p = truth == k, predicted == k
        both = t.sum() + p.sum()
        result.append(2 * (t & p).sum() / both if both else np.nan)
    return np.array(result)

# %% mutant="accuracy_of_each_class" answer="iou" fails="iou,mean_iou" says="neither"
def iou(truth, predicted, classes):
    result = []
    for k in range(classes):
        t, p = truth == k, predicted == k
        result.append((t == p).mean() if (t | p).any() else np.nan)
    return np.array(result)

# %% mutant="recall" answer="iou" fails="iou,mean_iou" says="recall"
def iou(truth, predicted, classes):
    result = []
    for k in range(classes):
        t, p = truth == k, predicted == k
        result.append((t & p).sum() / max(t.sum(), 1) if (t | p).any() else np.nan)
    return np.array(result)

# %% mutant="absent_is_zero" answer="iou" fails="iou,mean_iou" says="0 / 0 has no value"
def iou(truth, predicted, classes):
    pairs = [(truth == k, predicted == k) for k in range(classes)]
    return np.array([(t & p).sum() / max((t | p).sum(), 1) for t, p in pairs])

# %% mutant="absent_is_one" answer="iou" fails="iou,mean_iou" says="neither found nor missed"
def iou(truth, predicted, classes):
    pairs = [(truth == k, predicted == k) for k in range(classes)]
    return np.array([(t & p).sum() / (t | p).sum() if (t | p).any() else 1 for t, p in pairs])

# %% mutant="only_classes_of_the_truth" answer="iou" fails="iou,mean_iou" says="not empty"
def iou(truth, predicted, classes):
    pairs = [(truth == k, predicted == k) for k in range(classes)]
    return np.array([(t & p).sum() / (t | p).sum() if t.any() else np.nan for t, p in pairs])

# %% mutant="scene_by_scene" answer="iou" fails="iou,mean_iou" says="all scenes first"
def iou(truth, predicted, classes):
    result = np.full((len(truth), classes), np.nan)
    for i, (a, b) in enumerate(zip(truth, predicted)):
        for k in np.union1d(a, b):
            result[i, k] = ((a == k) & (b == k)).sum() / ((a == k) | (b == k)).sum()
    found = ~np.isnan(result)
    return [r[f].mean() if f.any() else np.nan for r, f in zip(result.T, found.T)]

# %% mutant="no_background" answer="iou" fails="iou,mean_iou" says="background is class 0"
def iou(truth, predicted, classes):
    pairs = [(truth == k, predicted == k) for k in range(1, classes)]
    return np.array([(t & p).sum() / (t | p).sum() if (t | p).any() else np.nan for t, p in pairs])

# %% mutant="one_number" answer="iou" fails="iou" says="for each class"
def iou(truth, predicted, classes):
    values = [(truth == k) & (predicted == k) for k in range(classes)]
    return np.sum(values) / truth.size

# %% mutant="one_number" answer="mean_iou"
def mean_iou(truth, predicted, classes):
    pairs = [(truth == k, predicted == k) for k in range(classes)]
    return np.mean([(t & p).sum() / (t | p).sum() for t, p in pairs if (t | p).any()])

# %% mutant="mean_of_nan" answer="mean_iou" fails="mean_iou" says="np.nanmean"
def mean_iou(truth, predicted, classes):
    return np.mean(iou(truth, predicted, classes))

# %% mutant="mean_with_zeros" answer="mean_iou" fails="mean_iou" says="counted as 0"
def mean_iou(truth, predicted, classes):
    return np.nansum(iou(truth, predicted, classes)) / classes

# %% mutant="mean_without_background" answer="mean_iou" fails="mean_iou" says="left out"
def mean_iou(truth, predicted, classes):
    return np.nanmean(iou(truth, predicted, classes)[1:])

# %% mutant="accuracy_for_iou" answer="mean_iou" fails="mean_iou" says="pixel accuracy"
def mean_iou(truth, predicted, classes):
    return pixel_accuracy(truth, predicted)

# %% [markdown]
# ## Mutants: the encoder

# %% mutant="maps_shrink" answer="encoder" fails="encoder,train" says="padding='same'"
def build_encoder():
    inputs = keras.Input((None, None, 1))
    half = keras.layers.Conv2D(8, 5, strides=2, activation="relu")(inputs)
    quarter = keras.layers.Conv2D(16, 5, strides=2, activation="relu")(half)
    eighth = keras.layers.Conv2D(32, 5, strides=2, activation="relu")(quarter)
    return keras.Model(inputs, [half, quarter, eighth])

# %% mutant="maps_shrink" answer="train"
def train(together, scenes):
    pass

# %% mutant="coarsest_first" answer="encoder" fails="encoder,train" says="finest comes first"
def build_encoder():
    inputs = keras.Input((None, None, 1))
    half = keras.layers.Conv2D(8, 5, strides=2, padding="same", activation="relu")(inputs)
    quarter = keras.layers.Conv2D(16, 5, strides=2, padding="same", activation="relu")(half)
    eighth = keras.layers.Conv2D(32, 5, strides=2, padding="same", activation="relu")(quarter)
    return keras.Model(inputs, [eighth, quarter, half])

# %% mutant="coarsest_first" answer="train"
def train(together, scenes):
    pass

# %% mutant="no_activation" answer="encoder" fails="encoder,train" says="no activation"
def build_encoder():
    inputs = keras.Input((None, None, 1))
    half = keras.layers.Conv2D(8, 5, strides=2, padding="same")(inputs)
    quarter = keras.layers.Conv2D(16, 5, strides=2, padding="same")(half)
    eighth = keras.layers.Conv2D(32, 5, strides=2, padding="same")(quarter)
    return keras.Model(inputs, [half, quarter, eighth])

# %% mutant="no_activation" answer="train"
def train(together, scenes):
    pass

# %% mutant="one_canvas_only" answer="encoder" fails="encoder,train" says="takes any canvas"
def build_encoder():
    inputs = keras.Input((48, 48, 1))
    half = keras.layers.Conv2D(8, 5, strides=2, padding="same", activation="relu")(inputs)
    quarter = keras.layers.Conv2D(16, 5, strides=2, padding="same", activation="relu")(half)
    x = keras.layers.Dense(36, activation="relu")(keras.layers.Flatten()(quarter))
    eighth = keras.layers.Reshape((6, 6, 1))(x)
    return keras.Model(inputs, [half, quarter, eighth])

# %% mutant="one_canvas_only" answer="train"
def train(together, scenes):
    pass

# %% mutant="one_map" answer="encoder" fails="encoder,train" says="three maps"
def build_encoder():
    inputs = x = keras.Input((None, None, 1))
    for filters in (8, 16, 32):
        x = keras.layers.Conv2D(filters, 5, strides=2, padding="same", activation="relu")(x)
    return keras.Model(inputs, x)

# %% [markdown]
# ## Mutants: FCN-32

# %% mutant="not_enlarged" answer="fcn32" fails="fcn32,train" says="1/8 of the canvas"
def build_fcn32(encoder):
    scores = keras.layers.Conv2D(11, 1, activation="softmax")(encoder.outputs[2])
    return keras.Model(encoder.input, scores)

# %% mutant="not_enlarged" answer="train"
def train(together, scenes):
    pass

# %% mutant="softmax_over_rows" answer="fcn32" fails="fcn32,train" says="over the rows"
def build_fcn32(encoder):
    scores = keras.layers.Conv2D(11, 1)(encoder.outputs[2])
    scores = keras.layers.UpSampling2D(8)(scores)
    return keras.Model(encoder.input, keras.layers.Softmax(axis=1)(scores))

# %% mutant="softmax_over_rows" answer="train"
def train(together, scenes):
    pass

# %% mutant="sigmoid" answer="fcn32" fails="fcn32,train" says="lets them compete"
def build_fcn32(encoder):
    scores = keras.layers.Conv2D(11, 1, activation="sigmoid")(encoder.outputs[2])
    return keras.Model(encoder.input, keras.layers.UpSampling2D(8)(scores))

# %% mutant="sigmoid" answer="train"
def train(together, scenes):
    pass

# %% mutant="ten_classes" answer="fcn32" fails="fcn32,train" says="background is a class too"
def build_fcn32(encoder):
    scores = keras.layers.Conv2D(10, 1, activation="softmax")(encoder.outputs[2])
    return keras.Model(encoder.input, keras.layers.UpSampling2D(8)(scores))

# %% mutant="ten_classes" answer="train"
def train(together, scenes):
    pass

# %% mutant="reshaped" answer="fcn32" fails="fcn32,train" says="any canvas"
def build_fcn32(encoder):
    scores = keras.layers.Conv2D(11, 1, activation="softmax")(encoder.outputs[2])
    scores = keras.layers.UpSampling2D(8)(scores)
    return keras.Model(encoder.input, keras.layers.Reshape((48, 48, 11))(scores))

# %% mutant="reshaped" answer="train"
def train(together, scenes):
    pass

# %% mutant="finest_for_coarsest" answer="fcn32" fails="fcn32,train" says="uses the encoder's map of 1/2"
def build_fcn32(encoder):
    scores = keras.layers.Conv2D(11, 1, activation="softmax")(encoder.outputs[0])
    return keras.Model(encoder.input, keras.layers.UpSampling2D(2)(scores))

# %% mutant="finest_for_coarsest" answer="train"
def train(together, scenes):
    pass

# %% [markdown]
# ## Mutants: skip connections

# %% mutant="wrong_level" answer="skips" fails="skips,train" says="uses the encoder's map of 1/2"
def build_fcn16(encoder):
    scores = keras.layers.UpSampling2D(4)(keras.layers.Conv2D(11, 1)(encoder.outputs[2]))
    scores = scores + keras.layers.Conv2D(11, 1)(encoder.outputs[0])
    scores = keras.layers.UpSampling2D(2)(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))


build_fcn8 = build_fcn16

# %% mutant="wrong_level" answer="train"
def train(together, scenes):
    pass

# %% mutant="skip_forgotten" answer="skips" fails="skips,train" says="does not use the encoder's map of 1/4"
def build_fcn16(encoder):
    scores = keras.layers.UpSampling2D(2)(keras.layers.Conv2D(11, 1)(encoder.outputs[2]))
    scores = keras.layers.UpSampling2D(4)(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))


build_fcn8 = build_fcn16

# %% mutant="skip_forgotten" answer="train"
def train(together, scenes):
    pass

# %% mutant="fcn8_is_fcn16" answer="skips" fails="skips,train" says="does not use the encoder's map of 1/2"
def build_fcn16(encoder):
    scores = keras.layers.UpSampling2D(2)(keras.layers.Conv2D(11, 1)(encoder.outputs[2]))
    scores = scores + keras.layers.Conv2D(11, 1)(encoder.outputs[1])
    scores = keras.layers.UpSampling2D(4)(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))


build_fcn8 = build_fcn16

# %% mutant="fcn8_is_fcn16" answer="train"
def train(together, scenes):
    pass

# %% mutant="encoder_of_its_own" answer="skips" fails="skips,train" says="encoder that it is given"
def build_fcn16(encoder):
    encoder = build_encoder()
    scores = keras.layers.UpSampling2D(2)(keras.layers.Conv2D(11, 1)(encoder.outputs[2]))
    scores = scores + keras.layers.Conv2D(11, 1)(encoder.outputs[1])
    scores = keras.layers.UpSampling2D(4)(scores)
    return keras.Model(encoder.input, keras.layers.Softmax()(scores))


build_fcn8 = build_fcn16

# %% mutant="encoder_of_its_own" answer="train"
def train(together, scenes):
    pass

# %% [markdown]
# ## Mutants: training

# %% mutant="not_trained" answer="train" fails="train" says="mean IoU"
def train(together, scenes):
    together.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)

# %% mutant="one_hot_loss" answer="train" fails="train" says="stopped with an error"
def train(together, scenes):
    together.compile("adam", ["categorical_crossentropy"] * 3, jit_compile=False)
    together.fit(scenes.images, [scenes.labels] * 3, epochs=1, verbose=0)

# %% mutant="background_weighs_nothing" answer="train" fails="train" says="never says background"
def train(together, scenes):
    ink = (scenes.labels > 0).astype("float32")
    together.compile(
        keras.optimizers.Adam(0.005), ["sparse_categorical_crossentropy"] * 3, jit_compile=False
    )
    together.fit(
        scenes.images, [scenes.labels] * 3, sample_weight=[ink] * 3, batch_size=8, epochs=1, verbose=0
    )

# %% mutant="one_epoch_unweighted" answer="train" fails="train" says="nothing is found"
def train(together, scenes):
    together.compile(
        keras.optimizers.Adam(0.003), ["sparse_categorical_crossentropy"] * 3, jit_compile=False
    )
    together.fit(scenes.images, [scenes.labels] * 3, batch_size=16, epochs=1, verbose=0)

# %% mutant="last_output_forgotten" answer="train" fails="train" says="the loss of every output"
def train(together, scenes):
    weights = 1.0 + 4 * (scenes.labels > 0)
    together.compile(
        keras.optimizers.Adam(0.005), ["sparse_categorical_crossentropy"] * 3,
        loss_weights=[1, 1, 0], jit_compile=False,
    )
    together.fit(
        scenes.images, [scenes.labels] * 3, sample_weight=[weights] * 3, batch_size=4, epochs=4,
        verbose=0,
    )

# %% [markdown]
# ## Mutants: labels (the networks are not trained in most of them)

# %% mutant="argmax_over_rows" answer="predict" fails="predict" says="axis 1, the rows"
def predict_labels(model, x):
    return np.argmax(model(x), axis=1)

# %% mutant="argmax_of_all" answer="predict" fails="predict,train" says="expected"
def predict_labels(model, x):
    return np.argmax(model(x))

# %% mutant="argmax_of_all" answer="train"
def train(together, scenes):
    pass

# %% mutant="one_hot" answer="predict" fails="predict,train" says="one-hot"
def predict_labels(model, x):
    return np.round(np.array(model(x)))

# %% mutant="one_hot" answer="train"
def train(together, scenes):
    pass

# %% mutant="largest_probability" answer="predict" fails="predict,train" says="which class has it"
def predict_labels(model, x):
    return np.max(np.array(model(x)), axis=-1)

# %% mutant="largest_probability" answer="train"
def train(together, scenes):
    pass

# %% [markdown]
# ## Alternates

# %% alternate="counted_in_a_table" answer="pixel_accuracy"
def pixel_accuracy(truth, predicted):
    return keras.ops.mean(keras.ops.cast(keras.ops.equal(truth, predicted), "float32"))

# %% alternate="counted_in_a_table" answer="iou"
def iou(truth, predicted, classes):
    table = np.zeros((classes, classes))
    np.add.at(table, (truth, predicted), 1)
    both, either = np.diag(table), table.sum(axis=0) + table.sum(axis=1) - np.diag(table)
    return [float(a / b) if b else float("nan") for a, b in zip(both, either)]

# %% alternate="counted_in_a_table" answer="mean_iou"
def mean_iou(truth, predicted, classes):
    values = [value for value in iou(truth, predicted, classes) if value == value]
    return sum(values) / len(values)

# %% alternate="counted_in_a_table" answer="predict"
def predict_labels(model, x):
    return keras.ops.argmax(model.predict(x, verbose=0), axis=3)

# %% alternate="pooled_and_concatenated" answer="encoder"
def build_encoder():
    inputs = keras.Input((None, None, 1))
    maps = [keras.layers.Conv2D(12, 5, strides=2, padding="same", activation="relu")(inputs)]
    for filters in (24, 48):
        x = keras.layers.Conv2D(filters, 5, padding="same", activation="relu")(maps[-1])
        maps.append(keras.layers.MaxPooling2D()(x))
    return keras.Model(inputs, maps)

# %% alternate="pooled_and_concatenated" answer="skips"
def build_fcn16(encoder):
    _, quarter, eighth = encoder.outputs
    x = keras.layers.Conv2DTranspose(24, 4, strides=2, padding="same", activation="relu")(eighth)
    x = keras.layers.Conv2D(11, 1)(keras.layers.Concatenate()([x, quarter]))
    x = keras.layers.UpSampling2D(4, interpolation="bilinear")(x)
    return keras.Model(encoder.input, keras.layers.Softmax()(x))


def build_fcn8(encoder):
    half, quarter, eighth = encoder.outputs
    x = keras.layers.Conv2DTranspose(24, 4, strides=2, padding="same", activation="relu")(eighth)
    x = keras.layers.Concatenate()([x, quarter])
    x = keras.layers.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(11, 1)(keras.layers.Concatenate()([x, half]))
    x = keras.layers.UpSampling2D(2, interpolation="bilinear")(x)
    return keras.Model(encoder.input, keras.layers.Softmax()(x))

# %% alternate="subclassed" answer="encoder"
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.steps = [
            keras.layers.Conv2D(filters, 5, strides=2, padding="same", activation="relu")
            for filters in (12, 24, 48)
        ]

    def call(self, x):
        maps = []
        for step in self.steps:
            x = step(x)
            maps.append(x)
        return maps


def build_encoder():
    model = Encoder()
    model(keras.Input((None, None, 1)))
    return model

# %% alternate="subclassed" answer="fcn32"
def build_fcn32(encoder):
    x = keras.Input((None, None, 1))
    scores = keras.layers.Conv2D(11, 1)(encoder(x)[2])
    large = keras.layers.UpSampling2D(8, interpolation="bilinear")(scores)
    return keras.Model(x, keras.layers.Softmax()(large))

# %% alternate="subclassed" answer="skips"
def with_skips(encoder, skips):
    x = keras.Input((None, None, 1))
    maps = encoder(x)
    scores = keras.layers.Conv2D(11, 1)(maps[2])
    for i in range(skips):
        scores = keras.layers.UpSampling2D(2, interpolation="bilinear")(scores)
        scores = scores + keras.layers.Conv2D(11, 1)(maps[1 - i])
    scores = keras.layers.UpSampling2D(8 // 2**skips, interpolation="bilinear")(scores)
    return keras.Model(x, keras.layers.Softmax()(scores))


def build_fcn16(encoder):
    return with_skips(encoder, 1)


def build_fcn8(encoder):
    return with_skips(encoder, 2)

# %% alternate="weights_by_class" answer="train"
def train(together, scenes):
    share = np.bincount(scenes.labels.ravel(), minlength=11) / scenes.labels.size
    weights = (share ** -0.5 / 3).astype("float32")[scenes.labels]
    together.compile(
        keras.optimizers.Nadam(0.005),
        [keras.losses.SparseCategoricalCrossentropy()] * 3,
        jit_compile=False,
    )
    together.fit(
        scenes.images, [scenes.labels] * 3, sample_weight=[weights] * 3, batch_size=4, epochs=5,
        verbose=0,
    )

# %% alternate="enlarged_by_transposed_convolution" answer="fcn32"
def build_fcn32(encoder):
    x = keras.layers.Conv2D(11, 1)(encoder.outputs[-1])
    x = keras.layers.Conv2DTranspose(
        11, 16, strides=8, padding="same", activation="softmax", use_bias=False
    )(x)
    return keras.Model(encoder.inputs, x)

# %% alternate="learned_enlarging" answer="fcn32"
def build_fcn32(encoder):
    enlarge = keras.layers.Conv2DTranspose(11, 16, strides=8, padding="same", activation="softmax")
    return keras.Model(encoder.inputs, enlarge(encoder.outputs[2]))
