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
# # Lab 3: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake, or with mistakes in several answers that have
# nothing to do with one another. It must fail exactly the checks named in `fails`, and the message
# of the first must hold `says`. An alternate is a right answer written in another way; it must get
# full marks.
#
# Where a mistake in a network is looked for, the training is left out, which the check of the
# training must notice too: that saves most of the time.
#
# ## Mutants: what a convolution computes

# %% mutant="convolve_flipped" answer="convolve" fails="convolve,sizes" says="flipped"
def convolve(image, kernel, stride):
    k = len(kernel)
    rows, columns = [(n - k) // stride + 1 for n in image.shape]
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for a in range(k):
                for c in range(k):
                    y[i, j] += kernel[k - 1 - a, k - 1 - c] * image[i * stride + a, j * stride + c]
    return y

# %% mutant="convolve_flipped" answer="sizes"
def output_size(size, kernel, stride, padding):
    if padding == "same":
        return size // stride
    return (size - kernel) // stride + 1

# %% mutant="convolve_every_place" answer="convolve" fails="convolve,parameters" says="stride"
def convolve(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.sum(windows * kernel, axis=(2, 3))

# %% mutant="convolve_every_place" answer="parameters"
def conv_parameters(kernel, channels_in, filters):
    return kernel * kernel * channels_in * filters


def dense_parameters(size_in, units):
    return size_in * units + units

# %% mutant="convolve_padded" answer="convolve" fails="convolve" says="no zeros are added"
def convolve(image, kernel, stride):
    k = len(kernel)
    image = np.pad(image, ((k - 1) // 2, k // 2))
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.einsum("ijab,ab->ij", windows, kernel)

# %% mutant="convolve_last_place_missing" answer="convolve" fails="convolve,compression" says="missing"
def convolve(image, kernel, stride):
    k = len(kernel)
    rows, columns = [(n - k) // stride for n in image.shape]
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            m, n = i * stride, j * stride
            y[i, j] = (kernel * image[m : m + k, n : n + k]).sum()
    return y

# %% mutant="convolve_last_place_missing" answer="compression"
def numbers_in(shape):
    return int(np.prod(shape))


def compression(picture, code):
    return numbers_in(code) / numbers_in(picture)

# %% mutant="convolve_mean" answer="convolve" fails="convolve,parameters" says="mean over the window"
def convolve(image, kernel, stride):
    k = len(kernel)
    rows, columns = [(n - k) // stride + 1 for n in image.shape]
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            m, n = i * stride, j * stride
            y[i, j] = np.mean(kernel * image[m : m + k, n : n + k])
    return y

# %% mutant="convolve_mean" answer="parameters"
def conv_parameters(kernel, channels_in, filters):
    return filters * (kernel * kernel * channels_in + 1)


def dense_parameters(size_in, units):
    return size_in * units

# %% [markdown]
# ## Mutants: sizes and numbers

# %% mutant="sizes_first_place_missing" answer="sizes" fails="sizes,overlaps" says="+ 1"
def output_size(size, kernel, stride, padding):
    if padding == "same":
        return -(-size // stride)
    return (size - kernel) // stride

# %% mutant="sizes_first_place_missing" answer="overlaps"
def coverage(size, kernel, stride):
    counts = np.zeros((size - 1) * stride + kernel, dtype=int)
    for i in range(size):
        counts[i * stride : i * stride + kernel] = 1
    return counts

# %% mutant="sizes_padding_ignored" answer="sizes" fails="sizes,parameters" says="other padding"
def output_size(size, kernel, stride, padding):
    return int(np.ceil(size / stride))

# %% mutant="sizes_padding_ignored" answer="parameters"
def conv_parameters(kernel, channels_in, filters):
    return filters * (kernel * kernel + 1)


def dense_parameters(size_in, units):
    return units * (size_in + 1)

# %% mutant="parameters_without_biases" answer="parameters" fails="parameters,overlaps" says="biases"
def conv_parameters(kernel, channels_in, filters):
    return kernel**2 * channels_in * filters


def dense_parameters(size_in, units):
    return size_in * units

# %% mutant="parameters_without_biases" answer="overlaps"
def coverage(size, kernel, stride):
    counts = np.zeros(size + kernel - 1, dtype=int)
    for i in range(size):
        counts[i : i + kernel] += 1
    return counts

# %% mutant="parameters_bias_per_channel" answer="parameters" fails="parameters" says="one bias"
def conv_parameters(kernel, channels_in, filters):
    return filters * channels_in * (kernel * kernel + 1)


def dense_parameters(size_in, units):
    return units * (size_in + 1)

# %% mutant="parameters_kernel_not_squared" answer="parameters" fails="parameters,compression" says="square"
def conv_parameters(kernel, channels_in, filters):
    return filters * (kernel * channels_in + 1)


def dense_parameters(size_in, units):
    return units * (size_in + 1)

# %% mutant="parameters_kernel_not_squared" answer="compression"
def numbers_in(shape):
    return shape[0] * shape[1] if len(shape) > 1 else shape[0]


def compression(picture, code):
    return numbers_in(picture) / numbers_in(code)

# %% mutant="overlaps_cut_off" answer="overlaps" fails="overlaps,sizes" says="cut nothing off"
def coverage(size, kernel, stride):
    counts = np.zeros((size - 1) * stride + kernel, dtype=int)
    for i in range(size):
        counts[i * stride : i * stride + kernel] += 1
    return counts[: size * stride]

# %% mutant="overlaps_cut_off" answer="sizes"
def output_size(size, kernel, stride, padding):
    return (size - kernel) // stride + 1

# %% mutant="overlaps_counted_once" answer="overlaps" fails="overlaps" says="add 1 each time"
def coverage(size, kernel, stride):
    counts = [0] * ((size - 1) * stride + kernel)
    for i in range(size):
        for a in range(kernel):
            counts[i * stride + a] = 1
    return counts

# %% mutant="overlaps_beginnings_only" answer="overlaps" fails="overlaps" says="as many places as it is long"
def coverage(size, kernel, stride):
    counts = np.zeros((size - 1) * stride + kernel, dtype=int)
    counts[: size * stride : stride] += 1
    return counts

# %% mutant="compression_upside_down" answer="compression" fails="compression,convolve" says="upside down"
def numbers_in(shape):
    return int(np.prod(shape))


def compression(picture, code):
    return numbers_in(code) / numbers_in(picture)

# %% mutant="compression_upside_down" answer="convolve"
def convolve(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.sum(windows * kernel.T, axis=(2, 3))

# %% mutant="compression_rounded" answer="compression" fails="compression" says="do not round"
def numbers_in(shape):
    return int(np.prod(shape))


def compression(picture, code):
    return numbers_in(picture) // numbers_in(code)

# %% mutant="compression_of_sums" answer="compression" fails="compression,convolve" says="the sum"
def numbers_in(shape):
    return sum(shape)


def compression(picture, code):
    return np.prod(picture) / np.prod(code)

# %% mutant="compression_of_sums" answer="convolve"
def convolve(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.sum(windows, axis=(2, 3))

# %% [markdown]
# ## Mutants: the networks

# %% mutant="encoder_dense" answer="encoder" fails="encoder,training" says="none of 14 x 14"
def build_encoder():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(32),
        ]
    )

# %% mutant="encoder_dense" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="encoder_dense_made_into_maps" answer="encoder" fails="encoder,training" says="not convolutional"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Dense(14 * 14 * 4, activation="relu")(keras.layers.Flatten()(x))
    h = keras.layers.Reshape((14, 14, 4))(h)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(32)(keras.layers.Flatten()(h)))

# %% mutant="encoder_dense_made_into_maps" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="encoder_not_padded" answer="encoder" fails="encoder,training" says="padding='same'"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, activation="relu")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(32)(keras.layers.Flatten()(h)))

# %% mutant="encoder_not_padded" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="encoder_without_activation" answer="encoder" fails="encoder,training" says="no activation between"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(32)(keras.layers.Flatten()(h)))

# %% mutant="encoder_without_activation" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="encoder_relu_code" answer="encoder" fails="encoder,training" says="a relu on its output"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(32, activation="relu")(keras.layers.Flatten()(h)))

# %% mutant="encoder_relu_code" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="encoder_gives_maps" answer="encoder" fails="encoder,training" says="(3, 7, 7, 16)"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(x, keras.layers.Conv2D(16, 3, strides=2, padding="same")(h))

# %% mutant="encoder_returns_nothing" answer="encoder" fails="encoder,training" says="return"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    keras.Model(x, keras.layers.Dense(32)(keras.layers.Flatten()(h)))

# %% mutant="code_of_64" answer="encoder" fails="training,encoder,decoder" says="expected a code of 32"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(64)(keras.layers.Flatten()(h)))

# %% mutant="code_of_64" answer="decoder"
def build_decoder():
    z = keras.Input((64,))
    h = keras.layers.Reshape((7, 7, 16))(keras.layers.Dense(784, activation="relu")(z))
    h = keras.layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu")(h)
    h = keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid")(h)
    return keras.Model(z, h)

# %% mutant="code_of_64" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="too_many_filters" answer="encoder" fails="training" says="at most 209,968"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    h = keras.layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(32)(keras.layers.Flatten()(h)))

# %% mutant="too_many_filters" answer="decoder"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Reshape((7, 7, 64))(keras.layers.Dense(7 * 7 * 64, activation="relu")(z))
    h = keras.layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu")(h)
    h = keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid")(h)
    return keras.Model(z, h)

# %% mutant="too_many_filters" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="decoder_dense" answer="decoder" fails="decoder,training" says="none of 7 x 7"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Dense(128, activation="relu")(z)
    h = keras.layers.Dense(784, activation="sigmoid")(h)
    return keras.Model(z, keras.layers.Reshape((28, 28, 1))(h))

# %% mutant="decoder_dense" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="decoder_without_sigmoid" answer="decoder" fails="decoder,training" says="no activation on its output"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Reshape((7, 7, 16))(keras.layers.Dense(784, activation="relu")(z))
    h = keras.layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu")(h)
    return keras.Model(z, keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(h))

# %% mutant="decoder_without_sigmoid" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="decoder_softmax" answer="decoder" fails="decoder,training" says="softmax shares"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Reshape((7, 7, 16))(keras.layers.Dense(784, activation="relu")(z))
    h = keras.layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu")(h)
    h = keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="softmax")(h)
    return keras.Model(z, h)

# %% mutant="decoder_softmax" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="decoder_without_activation" answer="decoder" fails="decoder,training" says="its map of 7 x 7"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Reshape((7, 7, 16))(keras.layers.Dense(784, activation="relu")(z))
    h = keras.layers.Conv2D(8, 3, padding="same")(keras.layers.UpSampling2D()(h))
    h = keras.layers.UpSampling2D()(h)
    return keras.Model(z, keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))

# %% mutant="decoder_without_activation" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="binary_crossentropy", jit_compile=False)

# %% mutant="decoder_one_step_only" answer="decoder" fails="decoder,training" says="expected (3, 28, 28, 1)"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Reshape((7, 7, 16))(keras.layers.Dense(784, activation="relu")(z))
    h = keras.layers.UpSampling2D()(h)
    return keras.Model(z, keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))

# %% [markdown]
# ## Mutants: training

# %% mutant="one_epoch" answer="training" fails="training" says="epochs"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    return autoencoder.fit(x_train, x_train, batch_size=32, epochs=1, verbose=0)

# %% mutant="targets_inverted" answer="training" fails="training" says="exchanged"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    return autoencoder.fit(x_train, 1 - x_train, batch_size=32, epochs=1, verbose=0)

# %% mutant="targets_shuffled" answer="training" fails="training" says="is the target"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    targets = np.random.permutation(x_train)
    return autoencoder.fit(x_train, targets, batch_size=32, epochs=2, verbose=0)

# %% mutant="targets_noisy" answer="training" fails="training" says="noisy"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(
        keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False
    )
    noisy = np.clip(x_train + np.random.normal(0, 0.5, x_train.shape), 0, 1)
    return autoencoder.fit(x_train, noisy, batch_size=32, epochs=2, verbose=0)

# %% mutant="another_model_trained" answer="training" fails="training" says="not trained"
def train_autoencoder(autoencoder, x_train, x_test):
    model = keras.models.clone_model(autoencoder)
    model.compile("adam", loss="binary_crossentropy", jit_compile=False)
    return model.fit(x_train[:320], x_train[:320], batch_size=32, epochs=1, verbose=0)

# %% [markdown]
# ## Alternates

# %% alternate="functions_otherwise" answer="convolve"
def convolve(image, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.tensordot(windows[::stride, ::stride], kernel, axes=2)

# %% alternate="functions_otherwise" answer="sizes"
def output_size(size, kernel, stride, padding):
    starts = range(0, size if padding == "same" else size - kernel + 1, stride)
    return len(starts)

# %% alternate="functions_otherwise" answer="parameters"
def conv_parameters(kernel, channels_in, filters):
    layer = keras.layers.Conv2D(filters, kernel, padding="same")
    layer.build((None, 9, 9, channels_in))
    return layer.count_params()


def dense_parameters(size_in, units):
    return float(units + size_in * units)

# %% alternate="functions_otherwise" answer="overlaps"
def coverage(size, kernel, stride):
    length = (size - 1) * stride + kernel
    prints = [[i * stride <= m < i * stride + kernel for i in range(size)] for m in range(length)]
    return [sum(row) for row in prints]

# %% alternate="functions_otherwise" answer="compression"
def numbers_in(shape):
    count = 1
    for length in shape:
        count *= length
    return np.float64(count)


def compression(picture, code):
    return np.array([np.prod(picture) / np.prod(code)])

# %% alternate="keras_functions" answer="convolve"
def convolve(image, kernel, stride):
    image = keras.ops.cast(image, "float64")[None, :, :, None]
    kernel = keras.ops.cast(kernel, "float64")[:, :, None, None]
    return keras.ops.conv(image, kernel, strides=stride, padding="valid")[0, :, :, 0]

# %% alternate="keras_functions" answer="sizes"
def output_size(size, kernel, stride, padding):
    layer = keras.layers.Conv2D(1, kernel, strides=stride, padding=padding)
    return layer.compute_output_shape((None, size, size, 1))[1]

# %% alternate="transposed" answer="encoder"
def build_encoder():
    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(28, 28, 1)),
            keras.layers.Conv2D(8, 4, strides=2, padding="same", activation="relu"),
            keras.layers.Conv2D(16, 4, strides=2, padding="same", activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(32),
        ]
    )

# %% alternate="transposed" answer="decoder"
def build_decoder():
    return keras.Sequential(
        [
            keras.Input((32,)),
            keras.layers.Dense(784, activation="relu"),
            keras.layers.Reshape((7, 7, 16)),
            keras.layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu"),
            keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ]
    )

# %% alternate="pooling_without_input" answer="encoder"
def build_encoder():
    model = keras.Sequential(name="down")
    for filters in (6, 12):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(keras.layers.MaxPooling2D())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(32, activation="linear"))
    return model

# %% alternate="pooling_without_input" answer="decoder"
def build_decoder():
    model = keras.Sequential(name="up")
    model.add(keras.layers.Dense(7 * 7 * 16, activation="relu"))
    model.add(keras.layers.Reshape((7, 7, 16)))
    model.add(keras.layers.UpSampling2D(interpolation="bilinear"))
    model.add(keras.layers.Conv2D(8, 3, padding="same", activation="relu"))
    model.add(keras.layers.UpSampling2D(interpolation="bilinear"))
    model.add(keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid"))
    return model

# %% alternate="subclassed" answer="encoder"
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.maps = [keras.layers.Conv2D(f, 3, strides=2, padding="same") for f in (8, 16)]
        self.flat = keras.layers.Flatten()
        self.code = keras.layers.Dense(32)

    def call(self, x):
        for layer in self.maps:
            x = keras.ops.relu(layer(x))
        return self.code(self.flat(x))


def build_encoder():
    encoder = Encoder()
    encoder.build((None, 28, 28, 1))
    return encoder

# %% alternate="subclassed" answer="decoder"
class Decoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(784, activation="relu")
        self.grown = keras.layers.Conv2D(8, 3, padding="same", activation="relu")
        self.last = keras.layers.Conv2D(1, 3, padding="same")

    def call(self, z, training=None):
        h = keras.ops.reshape(self.dense(z), (-1, 7, 7, 16))
        h = self.grown(keras.ops.repeat(keras.ops.repeat(h, 2, axis=1), 2, axis=2))
        h = self.last(keras.ops.repeat(keras.ops.repeat(h, 2, axis=1), 2, axis=2))
        return keras.ops.sigmoid(h)


def build_decoder():
    decoder = Decoder()
    decoder(np.zeros((1, 32), np.float32))
    return decoder

# %% alternate="convolutions_alone" answer="encoder"
def build_encoder():
    x = keras.Input((28, 28, 1))
    h = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(h)
    h = keras.layers.Conv2D(32, 7)(h)  # maps of 1 x 1
    return keras.Model(x, keras.layers.Reshape((32,))(h))

# %% alternate="convolutions_alone" answer="decoder"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Reshape((1, 1, 32))(z)
    h = keras.layers.Conv2DTranspose(16, 7, activation="relu")(h)
    h = keras.layers.UpSampling2D()(h)
    h = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(h)
    h = keras.layers.UpSampling2D()(h)
    return keras.Model(z, keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))

# %% alternate="convolutions_alone" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Nadam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, x_train, batch_size=32, epochs=4, verbose=0)

# %% alternate="normalised_and_nested" answer="encoder"
def build_encoder():
    def halved(h, filters):
        h = keras.layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(h)
        return keras.layers.LeakyReLU()(keras.layers.BatchNormalization(momentum=0.9)(h))

    x = keras.Input((28, 28, 1))
    front = keras.Model(x, halved(halved(x, 8), 16))
    again = keras.Input((28, 28, 1))
    return keras.Model(again, keras.layers.Dense(32)(keras.layers.Flatten()(front(again))))

# %% alternate="normalised_and_nested" answer="decoder"
def build_decoder():
    z = keras.Input((32,))
    h = keras.layers.Dense(7 * 7 * 12)(z)
    h = keras.layers.Reshape((7, 7, 12))(keras.layers.LeakyReLU()(h))
    h = keras.layers.Conv2DTranspose(8, 4, strides=2, padding="same")(h)
    h = keras.layers.LeakyReLU()(keras.layers.BatchNormalization(momentum=0.9)(h))
    h = keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(h)
    return keras.Model(z, keras.layers.Activation("sigmoid")(h))

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
        for batch in np.random.permutation(len(x_train)).reshape(-1, 32):
            step(tf.constant(x_train[batch]))
