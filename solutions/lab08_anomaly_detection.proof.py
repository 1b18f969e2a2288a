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
# # Lab 8: mistakes that must be found, and other right answers
#
# ## Mutants: the error of each picture

# %% mutant="one_mean_for_all" answer="errors" fails="errors,threshold" says="one for each picture"
def picture_errors(autoencoder, x):
    return np.mean((np.array(autoencoder(x)) - x) ** 2)

# %% mutant="one_for_each_pixel" answer="errors" fails="errors,threshold" says="the other axis"
def picture_errors(autoencoder, x):
    return np.mean((np.array(autoencoder(x)) - x) ** 2, axis=0)

# %% mutant="summed" answer="errors" fails="errors,threshold" says="sum over the pixels"
def picture_errors(autoencoder, x):
    return np.sum((np.array(autoencoder(x)) - x) ** 2, axis=1)

# %% mutant="root" answer="errors" fails="errors,threshold" says="root"
def picture_errors(autoencoder, x):
    return np.sqrt(np.mean((np.array(autoencoder(x)) - x) ** 2, axis=1))

# %% mutant="absolute" answer="errors" fails="errors,threshold" says="absolute"
def picture_errors(autoencoder, x):
    return np.mean(np.abs(np.array(autoencoder(x)) - x), axis=1)

# %% mutant="not_squared" answer="errors" fails="errors,threshold" says="cancel"
def picture_errors(autoencoder, x):
    return np.mean(x - np.array(autoencoder(x)), axis=1)

# %% [markdown]
# ## Mutants: the detector

# %% mutant="code_of_32" answer="detector" fails="detector" says="passes 32 numbers"
def train_detector(x_fit):
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(784, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    model.fit(x_fit, x_fit, batch_size=32, epochs=15, verbose=0)
    return model

# %% mutant="trained_on_all_digits" answer="detector" fails="detector" says="normal pictures only"
def train_detector(x_fit):
    x_fit = train.images.reshape(-1, 784)
    layers = [
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(8),
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(784, "sigmoid"),
    ]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    model.fit(x_fit, x_fit, batch_size=64, epochs=4, verbose=0)
    return model

# %% mutant="not_fitted" answer="detector" fails="detector" says="that fit was called on"
def train_detector(x_fit):
    layers = [
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(8),
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(784, "sigmoid"),
    ]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    return model

# %% mutant="negatives_as_targets" answer="detector" fails="detector" says="the input as its target"
def train_detector(x_fit):
    layers = [
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(8),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(784, "sigmoid"),
    ]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    model.fit(x_fit, 1 - x_fit, batch_size=32, epochs=15, verbose=0)
    return model

# %% mutant="one_epoch" answer="detector" fails="detector" says="long enough"
def train_detector(x_fit):
    layers = [
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(8),
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(784, "sigmoid"),
    ]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", jit_compile=False)
    model.fit(x_fit, x_fit, batch_size=32, epochs=1, verbose=0)
    return model

# %% mutant="nothing_returned" answer="detector" fails="detector,threshold" says="autoencoder is None"
def train_detector(x_fit):
    keras.Sequential([keras.Input((784,)), keras.layers.Dense(8), keras.layers.Dense(784)])

# %% [markdown]
# ## Mutants: the threshold

# %% mutant="wrong_end" answer="choose" fails="choose,threshold" says="quantile 1 - false_alarms"
def choose_threshold(errors_val, false_alarms):
    return np.quantile(errors_val, false_alarms)

# %% mutant="percentile" answer="choose" fails="choose,threshold" says="counts to 100"
def choose_threshold(errors_val, false_alarms):
    return np.percentile(errors_val, 1 - false_alarms)

# %% mutant="largest" answer="choose" fails="choose,threshold" says="largest error"
def choose_threshold(errors_val, false_alarms):
    return np.max(errors_val)

# %% mutant="bell_curve" answer="choose" fails="choose,threshold" says="bell curve"
def choose_threshold(errors_val, false_alarms):
    return np.mean(errors_val) + 3 * np.std(errors_val)

# %% mutant="always_5_in_100" answer="choose" fails="choose" says="Which share"
def choose_threshold(errors_val, false_alarms):
    return np.quantile(errors_val, 0.95)

# %% mutant="half_on_each_side" answer="choose" fails="choose,threshold" says="Which share"
def choose_threshold(errors_val, false_alarms):
    return np.quantile(errors_val, 1 - false_alarms / 4)

# %% mutant="from_training" answer="threshold" fails="threshold" says="trained on"
threshold = choose_threshold(picture_errors(autoencoder, x_fit), 0.05)

# %% mutant="from_anomalies" answer="threshold" fails="threshold" says="test anomalies"
threshold = choose_threshold(picture_errors(autoencoder, x_test[is_anomaly]), 0.05)

# %% mutant="from_all_test_pictures" answer="threshold" fails="threshold" says="all test pictures"
threshold = choose_threshold(picture_errors(autoencoder, x_test), 0.05)

# %% mutant="by_eye" answer="threshold" fails="threshold" says="on x_val"
threshold = 0.02

# %% mutant="another_promise" answer="threshold" fails="threshold" says="expected 6"
threshold = choose_threshold(picture_errors(autoencoder, x_val), 0.01)

# %% mutant="left_out" answer="threshold" fails="threshold" says="None"
threshold = None

# %% [markdown]
# ## Mutants: precision and recall

# %% mutant="exchanged" answer="precision_recall" fails="precision_recall" says="exchanged"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores > threshold
    both = (alarm & is_anomaly).sum()
    return both / is_anomaly.sum(), both / max(alarm.sum(), 1) if alarm.any() else 1.0

# %% mutant="equal_is_alarm" answer="precision_recall" fails="precision_recall" says="use >"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores >= threshold
    both = (alarm & is_anomaly).sum()
    return (both / alarm.sum() if alarm.any() else 1.0), both / is_anomaly.sum()

# %% mutant="low_is_alarm" answer="precision_recall" fails="precision_recall" says="not below"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores < threshold
    both = (alarm & is_anomaly).sum()
    return (both / alarm.sum() if alarm.any() else 1.0), both / is_anomaly.sum()

# %% mutant="accuracy" answer="precision_recall" fails="precision_recall" says="accuracy"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores > threshold
    return np.mean(alarm == is_anomaly), (alarm & is_anomaly).sum() / is_anomaly.sum()

# %% mutant="false_alarm_rate" answer="precision_recall" fails="precision_recall" says="false alarm"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores > threshold
    return np.mean(alarm[~is_anomaly]), np.mean(alarm[is_anomaly])

# %% mutant="of_all_scores" answer="precision_recall" fails="precision_recall" says="number of all scores"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores > threshold
    both = (alarm & is_anomaly).sum()
    return (both / alarm.sum() if alarm.any() else 1.0), both / len(scores)

# %% mutant="nothing_over_nothing" answer="precision_recall" fails="precision_recall" says="0 / 0"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores > threshold
    both = (alarm & is_anomaly).sum()
    return both / alarm.sum(), both / is_anomaly.sum()

# %% mutant="zero_without_alarm" answer="precision_recall" fails="precision_recall" says="is 1 then"
def precision_recall(scores, is_anomaly, threshold):
    alarm = scores > threshold
    both = (alarm & is_anomaly).sum()
    return both / max(alarm.sum(), 1), both / is_anomaly.sum()

# %% [markdown]
# ## Mutants: all thresholds

# %% mutant="ties_one_by_one" answer="roc" fails="roc,auc" says="one step"
def roc_curve(scores, is_anomaly):
    order = np.argsort(-scores, kind="stable")
    strange = is_anomaly[order]
    found = np.cumsum(strange) / strange.sum()
    false = np.cumsum(~strange) / (~strange).sum()
    return np.append(0, false), np.append(0, found)

# %% mutant="upside_down" answer="roc" fails="roc,auc" says="turn their order"
def roc_curve(scores, is_anomaly):
    lines = np.append(-np.inf, np.unique(scores))
    points = [(np.mean(scores[~is_anomaly] > t), np.mean(scores[is_anomaly] > t)) for t in lines]
    return tuple(np.transpose(points))

# %% mutant="axes_exchanged" answer="roc" fails="roc,auc" says="false alarms come first"
def roc_curve(scores, is_anomaly):
    lines = np.append(np.unique(scores)[::-1], -np.inf)
    points = [(np.mean(scores[is_anomaly] > t), np.mean(scores[~is_anomaly] > t)) for t in lines]
    return tuple(np.transpose(points))

# %% mutant="no_last_point" answer="roc" fails="roc,auc" says="last point"
def roc_curve(scores, is_anomaly):
    lines = np.unique(scores)[::-1]
    points = [(np.mean(scores[~is_anomaly] > t), np.mean(scores[is_anomaly] > t)) for t in lines]
    return tuple(np.transpose(points))

# %% mutant="no_first_point" answer="auc" fails="roc" says="first point"
def auc(scores, is_anomaly):
    strange, normal = scores[is_anomaly][:, None], scores[~is_anomaly][None]
    return np.mean(strange > normal) + np.mean(strange == normal) / 2

# %% mutant="no_first_point" answer="roc"
def roc_curve(scores, is_anomaly):
    lines = np.unique(scores)[::-1]
    points = [(np.mean(scores[~is_anomaly] >= t), np.mean(scores[is_anomaly] >= t)) for t in lines]
    return tuple(np.transpose(points))

# %% mutant="precision_curve" answer="roc" fails="roc,auc" says="precisions"
def roc_curve(scores, is_anomaly):
    lines = np.append(np.unique(scores)[::-1], -np.inf)
    return tuple(np.transpose([precision_recall(scores, is_anomaly, t) for t in lines]))

# %% mutant="ties_for_nothing" answer="auc" fails="auc" says="not nothing"
def auc(scores, is_anomaly):
    return np.mean(scores[is_anomaly][:, None] > scores[~is_anomaly][None])

# %% mutant="ties_whole" answer="auc" fails="auc" says="not whole"
def auc(scores, is_anomaly):
    return np.mean(scores[is_anomaly][:, None] >= scores[~is_anomaly][None])

# %% mutant="reversed" answer="auc" fails="auc" says="turned around"
def auc(scores, is_anomaly):
    strange, normal = scores[is_anomaly][:, None], scores[~is_anomaly][None]
    return np.mean(strange < normal) + np.mean(strange == normal) / 2

# %% mutant="rectangles" answer="auc" fails="auc" says="trapezoids"
def auc(scores, is_anomaly):
    x, y = roc_curve(scores, is_anomaly)
    return np.sum((x[1:] - x[:-1]) * y[1:])

# %% mutant="negative" answer="auc" fails="auc" says="sign"
def auc(scores, is_anomaly):
    x, y = roc_curve(scores, is_anomaly)
    return np.trapezoid(y[::-1], x[::-1])

# %% mutant="mean_of_recalls" answer="auc" fails="auc" says="widths"
def auc(scores, is_anomaly):
    return np.mean(roc_curve(scores, is_anomaly)[1])

# %% [markdown]
# ## Alternates

# %% alternate="keras_ops" answer="errors"
def picture_errors(autoencoder, x):
    return keras.ops.mean(keras.ops.square(autoencoder.predict(x, verbose=0) - x), axis=-1)

# %% alternate="keras_ops" answer="choose"
def choose_threshold(errors_val, false_alarms):
    return float(np.percentile(errors_val, 100 * (1 - false_alarms), method="lower"))

# %% alternate="keras_ops" answer="auc"
def auc(scores, is_anomaly):
    rates, recalls = roc_curve(scores, is_anomaly)
    return np.trapezoid(recalls, rates)

# %% alternate="plain_python" answer="errors"
def picture_errors(autoencoder, x):
    copies = np.asarray(autoencoder(x, training=False))
    return [float(sum((a - b) ** 2) / len(a)) for a, b in zip(x, copies)]

# %% alternate="plain_python" answer="choose"
def choose_threshold(errors_val, false_alarms):
    allowed = round(false_alarms * len(errors_val))
    return sorted(errors_val)[-allowed - 1]

# %% alternate="plain_python" answer="precision_recall"
def precision_recall(scores, is_anomaly, threshold):
    tp = fp = fn = 0
    for score, strange in zip(scores, is_anomaly):
        if score > threshold and strange:
            tp += 1
        elif score > threshold:
            fp += 1
        elif strange:
            fn += 1
    return [tp / (tp + fp) if tp + fp else 1, tp / (tp + fn)]

# %% alternate="plain_python" answer="roc"
def roc_curve(scores, is_anomaly):
    x, y = [], []
    for t in sorted(set(scores), reverse=True) + [min(scores) - 1]:
        alarms = [bool(strange) for score, strange in zip(scores, is_anomaly) if score > t]
        x.append(alarms.count(False) / list(is_anomaly).count(False))
        y.append(alarms.count(True) / list(is_anomaly).count(True))
    return x, y

# %% alternate="plain_python" answer="auc"
def auc(scores, is_anomaly):
    total = 0.0
    for strange in scores[is_anomaly]:
        for normal in scores[~is_anomaly]:
            total += (strange > normal) + 0.5 * (strange == normal)
    return total / is_anomaly.sum() / (~is_anomaly).sum()

# %% alternate="ranks_and_sums" answer="roc"
def roc_curve(scores, is_anomaly):
    _, group = np.unique(-scores, return_inverse=True)
    strange = np.bincount(group, weights=is_anomaly)
    normal = np.bincount(group, weights=~is_anomaly)
    sums = np.cumsum([normal / normal.sum(), strange / strange.sum()], axis=1)
    return np.concatenate([np.zeros((2, 1)), sums], axis=1)

# %% alternate="ranks_and_sums" answer="auc"
def auc(scores, is_anomaly):
    values, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[group]
    n, m = is_anomaly.sum(), (~is_anomaly).sum()
    return (ranks[is_anomaly].sum() - n * (n + 1) / 2) / (n * m)

# %% alternate="ranks_and_sums" answer="threshold"
validation_errors = np.sort(((np.array(autoencoder(x_val)) - x_val) ** 2).mean(axis=1))
threshold = (validation_errors[-6] + validation_errors[-7]) / 2

# %% alternate="convolutional" answer="detector"
def train_detector(x_fit):
    x = keras.Input((784,))
    h = keras.layers.Reshape((28, 28, 1))(x)
    h = keras.layers.Conv2D(8, 5, strides=2, padding="same", activation="relu")(h)
    z = keras.layers.Dense(6)(keras.layers.Flatten()(h))
    h = keras.layers.Dense(64, activation="relu")(z)
    model = keras.Model(x, keras.layers.Dense(784, activation="sigmoid")(h))
    model.compile(keras.optimizers.Adam(0.003), "mse", jit_compile=False)
    model.fit(x_fit, x_fit, batch_size=16, epochs=20, verbose=0)
    return model

# %% alternate="subclassed" answer="detector"
class Detector(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([keras.layers.Dense(100, "elu"), keras.layers.Dense(8)])
        self.decoder = keras.Sequential(
            [keras.layers.Dense(100, "elu"), keras.layers.Dense(784, "sigmoid")]
        )

    def call(self, x):
        return self.decoder(self.encoder(x))


def train_detector(x_fit):
    detector = Detector()
    detector.compile(keras.optimizers.Nadam(0.002), "binary_crossentropy", jit_compile=False)
    detector.fit(x_fit, x_fit, epochs=30, verbose=0)
    return detector
