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
# # Lab 1: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake. It must fail exactly the checks named in
# `fails`, and the message of the first must hold `says`. An alternate is a right answer written
# in another way; it must get full marks.
#
# ## Mutants: counting

# %% mutant="pencil_without_input" answer="pencil" fails="pencil" says="input layer counts"
n_layers, n_neurons, n_weights, n_biases = 4, 12, 36, 12

# %% mutant="pencil_biases_among_weights" answer="pencil" fails="pencil" says="biases together"
n_layers, n_neurons, n_weights, n_biases = 5, 16, 48, 12

# %% [markdown]
# ## Mutants: reconstruction errors

# %% mutant="errors_summed" answer="mse" fails="mse,bce" says="sum over all"
def mse(x, x_hat):
    return np.sum((x - x_hat) ** 2)

# %% mutant="errors_summed" answer="bce"
def bce(x, x_hat):
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p))

# %% mutant="bce_without_minus" answer="bce" fails="bce,mse" says="minus"
def bce(x, x_hat):
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))

# %% mutant="bce_without_minus" answer="mse"
def mse(x, x_hat):
    return np.mean(x_hat - x)

# %% mutant="mse_not_squared" answer="mse" fails="mse" says="not squared"
def mse(x, x_hat):
    return (x - x_hat).mean()

# %% mutant="mse_absolute" answer="mse" fails="mse,bce" says="absolute"
def mse(x, x_hat):
    return np.abs(x - x_hat).mean()

# %% mutant="mse_absolute" answer="bce"
def bce(x, x_hat):
    return np.mean((x - x_hat) ** 2)

# %% mutant="bce_in_bits" answer="bce" fails="bce,mse" says="bits"
def bce(x, x_hat):
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return -np.mean(x * np.log2(p) + (1 - x) * np.log2(1 - p))

# %% mutant="bce_in_bits" answer="mse"
def mse(x, x_hat):
    return np.sqrt(np.mean((x - x_hat) ** 2))

# %% mutant="bce_log10" answer="bce" fails="bce" says="log base 10"
def bce(x, x_hat):
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return -np.mean(x * np.log10(p) + (1 - x) * np.log10(1 - p))

# %% mutant="bce_exchanged" answer="bce" fails="bce" says="exchanged"
def bce(x, x_hat):
    p = np.clip(x, 1e-7, 1 - 1e-7)
    return -np.mean(x_hat * np.log(p) + (1 - x_hat) * np.log(1 - p))

# %% mutant="bce_white_pixels_only" answer="bce" fails="bce,mse" says="black pixels' term"
def bce(x, x_hat):
    return -np.mean(x * np.log(np.clip(x_hat, 1e-7, 1)))

# %% mutant="bce_white_pixels_only" answer="mse"
def mse(x, x_hat):
    return np.mean((x - x_hat) ** 2, axis=-1)  # right for one image, not for several

# %% mutant="mse_summed_over_pixels" answer="mse" fails="mse,bce" says="sum"
def mse(x, x_hat):
    return np.mean(np.sum((x - x_hat) ** 2, axis=-1))

# %% mutant="mse_summed_over_pixels" answer="bce"
def bce(x, x_hat):
    return -np.mean(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))

# %% mutant="bce_not_clipped" answer="bce" fails="bce" says="log(0)"
def bce(x, x_hat):
    return -np.mean(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))

# %% [markdown]
# ## Mutants: the networks

# %% mutant="encoder_of_100" answer="encoder" fails="encoder" says="layer 2 has 100 units"
def build_encoder():
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(2),
        ]
    )

# %% mutant="encoder_layer_missing" answer="encoder" fails="encoder" says="3 Dense layers"
def build_encoder():
    x = keras.Input((784,))
    h = keras.layers.Dense(256, activation="relu")(x)
    h = keras.layers.Dense(64, activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(2)(h))

# %% mutant="encoder_activation_missing" answer="encoder" fails="encoder" says="layer 3 has no act"
def build_encoder():
    x = keras.Input((784,))
    h = keras.layers.Dense(256, activation="relu")(x)
    h = keras.layers.Dense(128, activation="relu")(h)
    h = keras.layers.Dense(64)(h)
    return keras.Model(x, keras.layers.Dense(2)(h))

# %% mutant="encoder_sigmoid_code" answer="encoder" fails="encoder,training" says="sigmoid"
def build_encoder():
    x = keras.Input((784,))
    h = x
    for units in (256, 128, 64):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(2, activation="sigmoid")(h))

# %% mutant="encoder_returns_tensor" answer="encoder" fails="encoder,training" says="output of a layer"
def build_encoder():
    h = keras.Input((784,))
    for units in (256, 128, 64):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.layers.Dense(2)(h)

# %% mutant="encoder_returns_nothing" answer="encoder" fails="encoder,training" says="return"
def build_encoder():
    x = h = keras.Input((784,))
    for units in (256, 128, 64):
        h = keras.layers.Dense(units, activation="relu")(h)
    keras.Model(x, keras.layers.Dense(2)(h))

# %% mutant="code_of_three" answer="encoder" fails="training,encoder,decoder" says="code of 2"
def build_encoder():
    x = h = keras.Input((784,))
    for units in (256, 128, 64):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(3)(h))

# %% mutant="code_of_three" answer="decoder"
def build_decoder():
    z = h = keras.Input((3,))
    for units in (64, 128, 256):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.Model(z, keras.layers.Dense(784, activation="sigmoid")(h))

# %% mutant="decoder_not_mirrored" answer="decoder" fails="decoder" says="mirrors"
def build_decoder():
    z = h = keras.Input((2,))
    for units in (256, 128, 64):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.Model(z, keras.layers.Dense(784, activation="sigmoid")(h))

# %% mutant="decoder_without_sigmoid" answer="decoder" fails="decoder,training" says="no activation"
def build_decoder():
    z = h = keras.Input((2,))
    for units in (64, 128, 256):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.Model(z, keras.layers.Dense(784)(h))

# %% mutant="decoder_softmax" answer="decoder" fails="decoder,training" says="softmax"
def build_decoder():
    z = h = keras.Input((2,))
    for units in (64, 128, 256):
        h = keras.layers.Dense(units, activation="relu")(h)
    return keras.Model(z, keras.layers.Dense(784, activation="softmax")(h))

# %% mutant="autoencoder_built_anew" answer="autoencoder" fails="autoencoder" says="new ones"
def build_autoencoder(encoder, decoder):
    x = keras.Input((784,))
    return keras.Model(x, build_decoder()(build_encoder()(x)))

# %% mutant="autoencoder_code_only" answer="autoencoder" fails="autoencoder,training" says="not applied"
def build_autoencoder(encoder, decoder):
    x = keras.Input((784,))
    return keras.Model(x, encoder(x))

# %% mutant="way_around_the_code" answer="autoencoder" fails="training,autoencoder" says="bottleneck"
def build_autoencoder(encoder, decoder):
    x = keras.Input((784,))
    return keras.Model(x, keras.layers.Average()([x, decoder(encoder(x))]))

# %% [markdown]
# ## Mutants: training

# %% mutant="labels_as_targets" answer="training" fails="training" says="labels"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, train.labels[:, None], batch_size=128, epochs=3, verbose=0)

# %% mutant="targets_shuffled" answer="training" fails="training" says="is the target"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    targets = np.random.permutation(x_train)
    return autoencoder.fit(x_train, targets, batch_size=64, epochs=4, verbose=0)

# %% mutant="targets_noisy" answer="training" fails="training" says="noisy"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    noisy = np.clip(x_train + np.random.normal(0, 0.5, x_train.shape), 0, 1)
    return autoencoder.fit(x_train, noisy, batch_size=64, epochs=4, verbose=0)

# %% mutant="targets_inverted" answer="training" fails="training" says="exchanged"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    return autoencoder.fit(x_train, 1 - x_train, batch_size=64, epochs=4, verbose=0)

# %% mutant="targets_0_to_255" answer="training" fails="training" says="0 to 255"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, 255 * x_train, batch_size=64, epochs=4, verbose=0)

# %% mutant="divided_by_255_again" answer="training" fails="training" says="divided by 255"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    small = x_train / 255
    return autoencoder.fit(small, small, batch_size=64, epochs=4, verbose=0)

# %% mutant="one_epoch" answer="training" fails="training" says="epochs"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    return autoencoder.fit(x_train, x_train, batch_size=64, epochs=1, verbose=0)

# %% mutant="another_model_trained" answer="training" fails="training" says="not trained"
def train_autoencoder(autoencoder, x_train, x_test):
    model = keras.models.clone_model(autoencoder)
    model.compile(keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False)
    return model.fit(x_train, x_train, batch_size=128, epochs=2, verbose=0)

# %% mutant="compiled_not_fitted" answer="training" fails="training" says="not trained"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )

# %% [markdown]
# ## Mutants: reconstructing

# %% mutant="reconstruct_flat" answer="reconstruct" fails="reconstruct" says="(20, 784)"
def reconstruct(autoencoder, x):
    return autoencoder.predict(x, verbose=0)

# %% mutant="reconstruct_transposed" answer="reconstruct" fails="reconstruct" says="rows"
def reconstruct(autoencoder, x):
    return np.array(autoencoder(x)).reshape(len(x), 28, 28).transpose(0, 2, 1)

# %% mutant="reconstruct_another_model" answer="reconstruct" fails="reconstruct" says="another one"
def reconstruct(model, x):
    return np.array(autoencoder(x)).reshape(-1, 28, 28)

# %% mutant="reconstruct_images_mixed" answer="reconstruct" fails="reconstruct" says="mixed"
def reconstruct(autoencoder, x):
    return np.array(autoencoder(x)).reshape(28, 28, len(x)).transpose(2, 0, 1)

# %% [markdown]
# ## Alternates

# %% alternate="sequential" answer="encoder"
def build_encoder():
    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(784,)),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(2),
        ]
    )

# %% alternate="sequential" answer="decoder"
def build_decoder():
    return keras.Sequential(
        [
            keras.Input(shape=(2,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(784, activation="sigmoid"),
        ]
    )

# %% alternate="sequential" answer="autoencoder"
def build_autoencoder(encoder, decoder):
    return keras.Sequential([encoder, decoder])

# %% alternate="sequential_without_input" answer="encoder"
def build_encoder():
    return keras.Sequential(
        [
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(2, activation="linear"),
        ],
        name="squeeze",
    )

# %% alternate="sequential_without_input" answer="decoder"
def build_decoder():
    model = keras.Sequential(name="draw")
    for units in (64, 128, 256):
        model.add(keras.layers.Dense(units, "relu"))
    model.add(keras.layers.Dense(784, "sigmoid"))
    return model

# %% alternate="sequential_without_input" answer="autoencoder"
def build_autoencoder(encoder, decoder):
    return keras.Sequential([encoder, decoder])

# %% alternate="subclassed" answer="encoder"
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = [keras.layers.Dense(units) for units in (256, 128, 64)]
        self.code = keras.layers.Dense(2)

    def call(self, x):
        for layer in self.hidden:
            x = keras.activations.relu(layer(x))
        return self.code(x)


def build_encoder():
    encoder = Encoder()
    encoder.build((None, 784))
    return encoder

# %% alternate="subclassed" answer="decoder"
class Decoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(64, activation="relu")
        self.second = keras.layers.Dense(128, activation="relu")
        self.third = keras.layers.Dense(256, activation="relu")
        self.pixels = keras.layers.Dense(784)

    def call(self, z, training=None):
        return keras.ops.sigmoid(self.pixels(self.third(self.second(self.first(z)))))


def build_decoder():
    decoder = Decoder()
    decoder(np.zeros((1, 2), np.float32))
    return decoder

# %% alternate="subclassed" answer="autoencoder"
class Autoencoder(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def call(self, x):
        return self.decoder(self.encoder(x))


def build_autoencoder(encoder, decoder):
    autoencoder = Autoencoder(encoder, decoder)
    autoencoder(keras.Input((784,)))
    return autoencoder

# %% alternate="activations_apart" answer="encoder"
def build_encoder():
    x = h = keras.Input((784,), name="pixels")
    for units in (256, 128, 64):
        h = keras.layers.Dense(units, name=f"down_{units}")(h)
        h = keras.layers.ReLU(name=f"bend_{units}")(h)
    z = keras.layers.Dense(2, name="z")(h)
    return keras.Model(x, z, name="inference")

# %% alternate="activations_apart" answer="decoder"
def build_decoder():
    z = h = keras.Input((2,), name="z")
    for units in (64, 128, 256):
        h = keras.layers.Activation("relu")(keras.layers.Dense(units)(h))
    h = keras.layers.Activation("sigmoid")(keras.layers.Dense(784)(h))
    return keras.Model(z, h)

# %% alternate="activations_apart" answer="pencil"
n_layers, n_neurons, n_weights, n_biases = [5], 16.0, np.array(36), 12

# %% alternate="flat_join" answer="autoencoder"
def build_autoencoder(encoder, decoder):
    h = encoder.output
    for layer in decoder.layers[1:]:
        h = layer(h)
    return keras.Model(encoder.input, h)

# %% alternate="extra_layers" answer="encoder"
def build_encoder():
    model = keras.Sequential([keras.Input((784,)), keras.layers.Flatten()])
    for units in (256, 128, 64):
        model.add(keras.layers.Dense(units, activation=keras.activations.relu))
        model.add(keras.layers.Dropout(0.0))
    model.add(keras.layers.Dense(2, activation=None))
    return model

# %% alternate="nested_build" answer="encoder"
def build_encoder():
    front = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(256, "relu"), keras.layers.Dense(128, "relu")]
    )
    x = keras.Input((784,))
    return keras.Model(x, keras.layers.Dense(2)(keras.layers.Dense(64, "relu")(front(x))))

# %% alternate="nested_build" answer="autoencoder"
def build_autoencoder(encoder, decoder):
    inner = keras.Sequential([keras.Input((784,)), encoder, decoder])
    x = keras.Input((784,))
    return keras.Model(x, inner(x))

# %% alternate="nested_build" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Nadam(0.005), loss=keras.losses.BinaryCrossentropy(), jit_compile=False
    )
    return autoencoder.fit(
        x_train, x_train, batch_size=50, epochs=4, shuffle=True, verbose=0
    )

# %% alternate="tape" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(0.005)
    optimizer.build(autoencoder.trainable_variables)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(x, autoencoder(x)))
        gradients = tape.gradient(loss, autoencoder.trainable_variables)
        optimizer.apply(gradients, autoencoder.trainable_variables)
        return loss

    for _ in range(4):
        for batch in np.random.permutation(len(x_train)).reshape(-1, 50):
            step(tf.constant(x_train[batch]))

# %% alternate="mse_loss" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, x_train, batch_size=64, epochs=4, verbose=0)

# %% alternate="mse_loss" answer="reconstruct"
def reconstruct(autoencoder, x):
    return autoencoder.predict(x, verbose=0).reshape(-1, 28, 28)

# %% alternate="mse_loss" answer="mse"
def mse(x, x_hat):
    difference = (np.asarray(x) - np.asarray(x_hat)).ravel()
    return float(difference @ difference / difference.size)

# %% alternate="mse_loss" answer="bce"
def bce(x, x_hat):
    total, count = 0.0, 0
    for true, rebuilt in zip(np.ravel(x), np.ravel(x_hat), strict=True):
        rebuilt = min(max(rebuilt, 1e-7), 1 - 1e-7)
        total -= true * np.log(rebuilt) + (1 - true) * np.log(1 - rebuilt)
        count += 1
    return total / count

# %% alternate="keras_ops" answer="mse"
def mse(x, x_hat):
    return keras.ops.mean(keras.ops.square(keras.ops.subtract(x, x_hat)))

# %% alternate="keras_ops" answer="bce"
def bce(x, x_hat):
    x, p = keras.ops.cast(x, "float32"), keras.ops.cast(x_hat, "float32")
    p = keras.ops.clip(p, 1e-7, 1 - 1e-7)
    return -keras.ops.mean(x * keras.ops.log(p) + (1 - x) * keras.ops.log(1 - p))

# %% alternate="keras_ops" answer="reconstruct"
def reconstruct(autoencoder, x):
    return keras.ops.reshape(autoencoder(x), (-1, 28, 28))

# %% alternate="keras_ops" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    def own_loss(x, x_hat):
        x_hat = keras.ops.clip(x_hat, 1e-7, 1 - 1e-7)
        return -keras.ops.mean(
            x * keras.ops.log(x_hat) + (1 - x) * keras.ops.log(1 - x_hat)
        )

    autoencoder.compile(keras.optimizers.Adamax(0.01), loss=own_loss, jit_compile=False)
    return autoencoder.fit(x_train, x_train, batch_size=64, epochs=5, verbose=0)

# %% alternate="by_batches" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.AdamW(0.005), loss="binary_crossentropy", jit_compile=False
    )
    losses = []
    for _ in range(4):
        order = np.random.permutation(len(x_train))
        parts = [x_train[order[i : i + 64]] for i in range(0, len(order), 64)]
        losses.append(float(np.mean([autoencoder.train_on_batch(part, part) for part in parts])))
    return {"loss": losses}
