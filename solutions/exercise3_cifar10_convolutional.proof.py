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
# # Exercise 3: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake. It must fail exactly the checks named in
# `fails`, and the message of the first must hold `says`. An alternate is a right answer written
# in another way; it must get full marks.
#
# ## Mutants: the warm-ups, which need no training

# %% mutant="unpack_reshaped_only" answer="unpack" fails="unpack,psnr,sizes" says="all reds first"
def unpack(rows):
    return rows.reshape(-1, 32, 32, 3) / 255

# %% mutant="unpack_reshaped_only" answer="psnr"
def psnr(x, x_hat):
    return 20 * np.log10(1 / np.mean((x - x_hat) ** 2))

# %% mutant="unpack_reshaped_only" answer="map_shapes"
def map_shapes(picture, layers):
    height, width, _ = picture
    shapes = []
    for filters, stride in layers:
        height, width = height // stride, width // stride
        shapes.append((height, width, filters))
    return shapes

# %% mutant="psnr_20_for_squares" answer="psnr" fails="psnr,unpack,sizes" says="20 goes with the root"
def psnr(x, x_hat):
    return -20 * np.log10(np.mean((x - x_hat) ** 2))

# %% mutant="psnr_20_for_squares" answer="unpack"
def unpack(rows):
    return rows.reshape(-1, 3, 32, 32).transpose(0, 3, 2, 1) / 255

# %% mutant="psnr_20_for_squares" answer="compression"
def compression(picture, code):
    return np.prod(code) / np.prod(picture)

# %% mutant="psnr_natural_logarithm" answer="psnr" fails="psnr,unpack,sizes" says="natural logarithm"
def psnr(x, x_hat):
    return 10 * np.log(1 / np.mean((x - x_hat) ** 2))

# %% mutant="psnr_natural_logarithm" answer="unpack"
def unpack(rows):
    return rows.reshape(-1, 3, 32, 32) / 255

# %% mutant="psnr_natural_logarithm" answer="compression"
def compression(picture, code):
    return sum(picture) / sum(code)

# %% mutant="psnr_peak_255" answer="psnr" fails="psnr,sizes" says="peak is 1 here"
def psnr(x, x_hat):
    return 10 * np.log10(255**2 / np.mean((x - x_hat) ** 2))

# %% mutant="psnr_peak_255" answer="map_shapes"
def map_shapes(picture, layers):
    height, width, channels = picture
    return [(-(-height // stride), -(-width // stride), filters) for filters, stride in layers]

# %% mutant="psnr_of_bytes" answer="psnr" fails="psnr,reconstruct" says="pixels from 0 to 255"
def psnr(x, x_hat):
    x, x_hat = 255 * x, 255 * x_hat
    return 10 * np.log10(1 / np.mean((x - x_hat) ** 2))

# %% mutant="psnr_of_bytes" answer="reconstruct"
def reconstruct(autoencoder, x):
    return autoencoder.predict(x, verbose=0).reshape(len(x), -1)

# %% mutant="psnr_sign" answer="psnr" fails="psnr,reconstruct" says="sign"
def psnr(x, x_hat):
    return 10 * np.log10(np.mean((x - x_hat) ** 2))

# %% mutant="psnr_sign" answer="reconstruct"
def reconstruct(model, x):
    return np.array(autoencoder(x))

# %% mutant="psnr_mean_of_pictures" answer="psnr" fails="psnr,reconstruct" says="each picture's decibels"
def psnr(x, x_hat):
    errors = [np.mean((a - b) ** 2) for a, b in zip(x, x_hat, strict=True)]
    return np.mean([10 * np.log10(1 / error) for error in errors])

# %% mutant="psnr_mean_of_pictures" answer="reconstruct"
def reconstruct(autoencoder, x):
    return x

# %% mutant="psnr_of_the_root" answer="psnr" fails="psnr,unpack" says="with its root it would be 20"
def psnr(x, x_hat):
    return 10 * np.log10(1 / np.sqrt(np.mean((x - x_hat) ** 2)))

# %% mutant="psnr_of_the_root" answer="unpack"
def unpack(rows):
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)

# %% mutant="shapes_from_the_picture" answer="map_shapes" fails="sizes" says="what the one before it gives"
def map_shapes(picture, layers):
    return [(-(-picture[0] // s), -(-picture[1] // s), f) for f, s in layers]

# %% mutant="shapes_with_old_channels" answer="map_shapes" fails="sizes,unpack" says="that of the filters"
def map_shapes(picture, layers):
    shapes = [picture]
    for _, stride in layers:
        height, width, channels = shapes[-1]
        shapes.append((-(-height // stride), -(-width // stride), channels))
    return shapes[1:]

# %% mutant="shapes_with_old_channels" answer="unpack"
def unpack(rows):
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)[..., ::-1] / 255

# %% mutant="shapes_with_the_picture" answer="map_shapes" fails="sizes,psnr" says="leave the picture"
def map_shapes(picture, layers):
    shapes = [picture]
    for filters, stride in layers:
        height, width, _ = shapes[-1]
        shapes.append((-(-height // stride), -(-width // stride), filters))
    return shapes

# %% mutant="shapes_with_the_picture" answer="psnr"
def psnr(x, x_hat):
    return np.mean((x - x_hat) ** 2)

# %% mutant="compression_rounded" answer="compression" fails="sizes,unpack" says="below 1"
def compression(picture, code):
    return np.prod(picture) // np.prod(code)

# %% mutant="compression_rounded" answer="unpack"
def unpack(rows):
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) // 255

# %% mutant="rebuilt_colours_first" answer="reconstruct" fails="reconstruct,psnr" says="(6, 3, 32, 32)"
def reconstruct(autoencoder, x):
    return np.array(autoencoder(x)).transpose(0, 3, 1, 2)

# %% mutant="rebuilt_colours_first" answer="psnr"
def psnr(x, x_hat):
    return -10 * np.log2(np.mean((x - x_hat) ** 2))

# %% mutant="rebuilt_reshaped" answer="reconstruct" fails="reconstruct" says="only transpose moves"
def reconstruct(autoencoder, x):
    planes = np.array(autoencoder(x)).reshape(-1, 3, 32, 32)
    return planes.transpose(0, 2, 3, 1)

# %% mutant="rebuilt_blue_first" answer="reconstruct" fails="reconstruct" says="those of blue, green, red"
def reconstruct(autoencoder, x):
    return np.array(autoencoder(x))[..., ::-1]

# %% mutant="rebuilt_as_bytes" answer="reconstruct" fails="reconstruct" says="multiplied by 255"
def reconstruct(autoencoder, x):
    return 255 * np.array(autoencoder(x))

# %% [markdown]
# ## Mutants: no bottleneck, or one that is too wide
#
# Most of these are not trained to the end. How small their error becomes does not matter: the
# check measures the code first. The first is: its error is half that of the solution.

# %% mutant="small_maps_many_channels" answer="encoder" fails="training,encoder" says="passes 512 numbers"
def build_encoder():
    x = h = keras.Input((32, 32, 3))
    h = keras.layers.Conv2D(32, 4, strides=4, padding="same", activation="elu")(h)
    return keras.Model(x, keras.layers.Conv2D(8, 3, padding="same")(h))

# %% mutant="small_maps_many_channels" answer="decoder"
def build_decoder():
    z = keras.Input((8, 8, 8))
    h = keras.layers.Conv2D(32, 3, padding="same", activation="elu")(z)
    draw = keras.layers.Conv2DTranspose(3, 4, strides=4, activation="sigmoid")
    return keras.Model(z, draw(h))

# %% mutant="tiny_maps_many_channels" answer="encoder" fails="encoder,training" says="512 numbers"
def build_encoder():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            keras.layers.Conv2D(32, 3, strides=2, padding="same"),
        ]
    )

# %% mutant="tiny_maps_many_channels" answer="decoder"
def build_decoder():
    return keras.Sequential(
        [
            keras.Input((4, 4, 32)),
            keras.layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            keras.layers.Conv2DTranspose(3, 4, strides=4, padding="same", activation="sigmoid"),
        ]
    )

# %% mutant="tiny_maps_many_channels" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], x_train[:200], epochs=1, verbose=0)

# %% mutant="skip_around_the_code" answer="autoencoder" fails="training,autoencoder" says="way around the bottleneck"
def build_autoencoder(encoder, decoder):
    x = keras.Input((32, 32, 3))
    early = keras.layers.Conv2D(16, 4, strides=2, padding="same", activation="elu")(x)
    h = keras.layers.Concatenate()([keras.layers.UpSampling2D()(early), decoder(encoder(x))])
    return keras.Model(x, keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")(h))

# %% mutant="skip_around_the_code" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], x_train[:200], epochs=1, verbose=0)

# %% mutant="a_second_path" answer="autoencoder" fails="training,autoencoder" says="passes 80 numbers"
def build_autoencoder(encoder, decoder):
    x = keras.Input((32, 32, 3))
    h = keras.layers.Conv2D(16, 8, strides=8, activation="elu")(x)
    light = keras.layers.Conv2D(1, 1)(h)
    light = keras.layers.Conv2DTranspose(3, 8, strides=8, activation="sigmoid")(light)
    return keras.Model(x, keras.layers.Average()([light, decoder(encoder(x))]))

# %% mutant="a_second_path" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], x_train[:200], epochs=1, verbose=0)

# %% mutant="two_codes_merged" answer="encoder" fails="training,encoder" says="passes 128 numbers"
def build_encoder():
    x = keras.Input((32, 32, 3))
    codes = []
    for kernel in (4, 8):
        h = keras.layers.Conv2D(16, kernel, strides=4, padding="same", activation="elu")(x)
        codes.append(keras.layers.Dense(64)(keras.layers.Flatten()(h)))
    return keras.Model(x, keras.layers.Concatenate()(codes))

# %% mutant="two_codes_merged" answer="decoder"
def build_decoder():
    z = keras.Input((128,))
    h = keras.layers.Reshape((8, 8, 8))(keras.layers.Dense(512, activation="elu")(z))
    draw = keras.layers.Conv2DTranspose(3, 4, strides=4, activation="sigmoid")
    return keras.Model(z, draw(h))

# %% mutant="two_codes_merged" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], x_train[:200], epochs=1, verbose=0)

# %% mutant="three_numbers_added" answer="encoder" fails="training,encoder" says="passes 67 numbers"
def build_encoder():
    x = keras.Input((32, 32, 3))
    h = keras.layers.Conv2D(32, 4, strides=4, activation="elu")(x)
    z = keras.layers.Dense(64)(keras.layers.Flatten()(h))
    colour = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(x, keras.layers.Concatenate()([z, colour]))

# %% mutant="three_numbers_added" answer="decoder"
def build_decoder():
    z = keras.Input((67,))
    h = keras.layers.Reshape((8, 8, 8))(keras.layers.Dense(512, activation="elu")(z))
    draw = keras.layers.Conv2DTranspose(3, 4, strides=4, activation="sigmoid")
    return keras.Model(z, draw(h))

# %% mutant="three_numbers_added" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], x_train[:200], epochs=1, verbose=0)

# %% mutant="code_spread_over_the_batch" answer="encoder" fails="encoder,decoder,training" says="32 rows for 4 pictures"
def build_encoder():
    x = keras.Input((32, 32, 3))
    h = keras.layers.Conv2D(32, 4, strides=4, activation="elu")(x)
    h = keras.layers.Conv2D(8, 1)(h)
    return keras.Model(x, keras.ops.reshape(h, (-1, 64)))

# %% mutant="code_spread_over_the_batch" answer="decoder"
def build_decoder():
    z = keras.Input((64,))
    h = keras.ops.reshape(z, (-1, 8, 8, 8))
    draw = keras.layers.Conv2DTranspose(3, 4, strides=4, activation="sigmoid")
    return keras.Model(z, draw(h))

# %% mutant="code_spread_over_the_batch" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], x_train[:200], batch_size=40, epochs=1, verbose=0)

# %% [markdown]
# ## Mutants: networks and training

# %% mutant="dense_network" answer="encoder" fails="encoder,decoder" says="share their weights"
def build_encoder():
    x = keras.Input((32, 32, 3))
    h = keras.layers.Flatten()(keras.layers.Rescaling(2.0, offset=-1.0)(x))
    return keras.Model(x, keras.layers.Dense(64)(h))

# %% mutant="dense_network" answer="decoder"
def build_decoder():
    z = keras.Input((64,))
    h = keras.layers.Dense(3072, activation="sigmoid")(z)
    return keras.Model(z, keras.layers.Reshape((32, 32, 3))(h))

# %% mutant="colours_come_first" answer="encoder" fails="encoder,decoder,training" says="(3, 32, 32)"
def build_encoder():
    x = keras.Input((3, 32, 32))
    h = keras.layers.Permute((2, 3, 1))(x)
    h = keras.layers.Conv2D(16, 4, strides=4, activation="elu")(h)
    return keras.Model(x, keras.layers.Dense(64)(keras.layers.Flatten()(h)))

# %% mutant="decoder_without_sigmoid" answer="decoder" fails="decoder" says="no activation"
def build_decoder():
    z = keras.Input((64,))
    h = keras.layers.Reshape((4, 4, 48))(keras.layers.Dense(768, activation="elu")(z))
    h = keras.layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="elu")(h)
    h = keras.layers.Conv2DTranspose(3, 4, strides=4, padding="same")(h)
    return keras.Model(z, keras.layers.Rescaling(0.5, offset=0.5)(h))

# %% mutant="one_channel_drawn" answer="decoder" fails="decoder,training" says="each of the three colours"
def build_decoder():
    z = keras.Input((64,))
    h = keras.layers.Reshape((8, 8, 8))(keras.layers.Dense(512, activation="elu")(z))
    draw = keras.layers.Conv2DTranspose(1, 4, strides=4, activation="sigmoid")
    return keras.Model(z, draw(h))

# %% mutant="one_channel_drawn" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    grey = x_train[:200].mean(axis=-1, keepdims=True)
    autoencoder.compile("adam", loss="mse", jit_compile=False)
    return autoencoder.fit(x_train[:200], grey, epochs=1, verbose=0)

# %% mutant="targets_blue_first" answer="training" fails="training" says="those of blue, green, red"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, x_train[..., ::-1], batch_size=50, epochs=3, verbose=0)

# %% mutant="targets_reshaped" answer="training" fails="training" says="only transpose moves"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    targets = x_train.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return autoencoder.fit(x_train, targets, batch_size=50, epochs=3, verbose=0)

# %% mutant="targets_grey" answer="training" fails="training" says="hardly any colour"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    grey = np.repeat(x_train.mean(axis=-1, keepdims=True), 3, axis=-1)
    return autoencoder.fit(x_train, grey, batch_size=50, epochs=2, verbose=0)

# %% mutant="targets_divided_again" answer="training" fails="training" says="divided by 255"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, x_train / 255, batch_size=50, epochs=1, verbose=0)

# %% mutant="too_few_epochs" answer="training" fails="training" says="more epochs"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)
    return autoencoder.fit(x_train, x_train, batch_size=50, epochs=1, verbose=0)

# %% mutant="compiled_not_fitted" answer="training" fails="training" says="not trained"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="mse", jit_compile=False)

# %% [markdown]
# ## Alternates: the warm-ups, which need no training

# %% alternate="by_loops" answer="unpack"
def unpack(rows):
    pictures = np.empty((len(rows), 32, 32, 3))
    for colour in range(3):
        pictures[..., colour] = rows[:, 1024 * colour : 1024 * (colour + 1)].reshape(-1, 32, 32)
    return pictures / 255.0

# %% alternate="by_loops" answer="psnr"
def psnr(x, x_hat):
    import math

    return 20 * math.log10(1 / math.sqrt(float(np.mean(np.square(x - x_hat)))))

# %% alternate="by_loops" answer="map_shapes"
def map_shapes(picture, layers):
    import math

    shapes = [list(picture)]
    for filters, stride in layers:
        shapes += [[math.ceil(side / stride) for side in shapes[-1][:2]] + [filters]]
    return shapes[1:]

# %% alternate="by_loops" answer="compression"
def compression(picture, code):
    import math

    return math.prod(picture) / math.prod(code)

# %% alternate="by_loops" answer="reconstruct"
def reconstruct(autoencoder, x):
    return autoencoder.predict(x, batch_size=4, verbose=0)

# %% alternate="keras_ops" answer="unpack"
def unpack(rows):
    planes = keras.ops.reshape(keras.ops.cast(rows, "float32"), (-1, 3, 32, 32))
    return keras.ops.moveaxis(planes, 1, -1) / 255

# %% alternate="keras_ops" answer="psnr"
def psnr(x, x_hat):
    return -10 * keras.ops.log10(keras.ops.mean(keras.ops.square(keras.ops.subtract(x, x_hat))))

# %% alternate="keras_ops" answer="map_shapes"
def map_shapes(picture, layers):
    """Ask Keras."""
    h = keras.Input(picture)
    shapes = []
    for filters, stride in layers:
        h = keras.layers.Conv2D(filters, 3, strides=stride, padding="same")(h)
        shapes.append(h.shape[1:])
    return np.array(shapes)

# %% alternate="keras_ops" answer="compression"
def compression(picture, code):
    return np.zeros(picture).size / np.zeros(code).size

# %% alternate="keras_ops" answer="reconstruct"
def reconstruct(autoencoder, x):
    return keras.ops.convert_to_numpy(autoencoder(keras.ops.convert_to_tensor(x)))

# %% [markdown]
# ## Alternates: other networks, other ways to train

# %% alternate="maps_as_code" answer="encoder"
def build_encoder():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Rescaling(2, -1),
            keras.layers.Conv2D(32, 4, strides=4, activation="elu"),
            keras.layers.Conv2D(48, 4, strides=2, padding="same", activation="elu"),
            keras.layers.Conv2D(4, 3, padding="same"),
        ]
    )

# %% alternate="maps_as_code" answer="decoder"
def build_decoder():
    return keras.Sequential(
        [
            keras.Input((4, 4, 4)),
            keras.layers.Conv2D(48, 3, padding="same", activation="elu"),
            keras.layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="elu"),
            keras.layers.Conv2DTranspose(3, 8, strides=4, padding="same", activation="sigmoid"),
        ]
    )

# %% alternate="maps_as_code" answer="autoencoder"
def build_autoencoder(encoder, decoder):
    return keras.Sequential([encoder, decoder])

# %% alternate="pooling_and_upsampling" answer="encoder"
def build_encoder():
    x = keras.Input((32, 32, 3))
    h = keras.layers.Conv2D(24, 4, strides=2, padding="same")(2 * x - 1)
    h = keras.layers.AveragePooling2D(2)(keras.layers.ELU()(h))
    h = keras.layers.Conv2D(32, 3, padding="same", activation="elu")(h)
    h = keras.layers.Flatten()(keras.layers.AveragePooling2D(2)(h))
    return keras.Model(x, keras.layers.Dense(60)(h))

# %% alternate="pooling_and_upsampling" answer="decoder"
def build_decoder():
    z = keras.Input((60,))
    h = keras.layers.Reshape((8, 8, 12))(keras.layers.Dense(768, activation="elu")(z))
    h = keras.layers.UpSampling2D(2)(h)
    h = keras.layers.Conv2D(12, 3, padding="same", activation="elu")(h)
    h = keras.layers.UpSampling2D(2, interpolation="bilinear")(h)
    h = keras.layers.Conv2D(3, 3, padding="same")(h)
    return keras.Model(z, keras.layers.Activation("sigmoid")(h))

# %% alternate="pooling_and_upsampling" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Nadam(0.006), loss="mean_squared_error", jit_compile=False)
    return autoencoder.fit(x_train, x_train, batch_size=40, epochs=3, verbose=0)

# %% alternate="pooled_code" answer="encoder"
def build_encoder():
    x = keras.Input((32, 32, 3))
    h = keras.layers.Rescaling(4.0, offset=-2.0)(x)
    h = keras.layers.Conv2D(32, 8, strides=4, padding="same", activation="gelu")(h)
    h = keras.layers.Conv2D(64, 8, padding="valid")(h)
    return keras.Model(x, keras.layers.GlobalAveragePooling2D()(h))

# %% alternate="pooled_code" answer="decoder"
def build_decoder():
    z = keras.Input((64,))
    h = keras.layers.Reshape((1, 1, 64))(z)
    h = keras.layers.Conv2DTranspose(32, 8, activation="gelu")(h)
    h = keras.layers.Conv2DTranspose(3, 4, strides=4, activation="sigmoid")(h)
    return keras.Model(z, h)

# %% alternate="two_branches_within_the_limit" answer="encoder"
def build_encoder():
    x = keras.Input((32, 32, 3))
    centred = keras.layers.Rescaling(2.0, offset=-1.0)(x)
    coarse = keras.layers.Conv2D(32, 4, strides=4, activation="elu")(centred)
    coarse = keras.layers.Dense(48)(keras.layers.Flatten()(coarse))
    colour = keras.layers.Conv2D(4, 16, strides=16)(centred)
    z = keras.layers.Concatenate()([coarse, keras.layers.Flatten()(colour)])
    return keras.Model(x, z)

# %% alternate="two_branches_within_the_limit" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    autoencoder.compile(keras.optimizers.Adam(0.005), loss="binary_crossentropy", jit_compile=False)
    return autoencoder.fit(x_train, x_train, batch_size=50, epochs=3, verbose=0)

# %% alternate="subclassed" answer="encoder"
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.down = keras.layers.Conv2D(32, 4, strides=4)
        self.further = keras.layers.Conv2D(48, 4, strides=2, padding="same")
        self.code = keras.layers.Dense(64)

    def call(self, x):
        h = keras.activations.elu(self.down(2 * x - 1))
        h = keras.activations.elu(self.further(h))
        return self.code(keras.ops.reshape(h, (-1, 768)))


def build_encoder():
    encoder = Encoder()
    encoder(np.zeros((1, 32, 32, 3), np.float32))
    return encoder

# %% alternate="subclassed" answer="decoder"
class Decoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.spread = keras.layers.Dense(768, activation="elu")
        self.fold = keras.layers.Reshape((4, 4, 48))
        self.up = keras.layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="elu")
        self.draw = keras.layers.Conv2DTranspose(3, 4, strides=4, padding="same")

    def call(self, z):
        return keras.ops.sigmoid(self.draw(self.up(self.fold(self.spread(z)))))


def build_decoder():
    decoder = Decoder()
    decoder(keras.Input((64,)))
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
    autoencoder(keras.Input((32, 32, 3)))
    return autoencoder

# %% alternate="own_loop" answer="training"
def train_autoencoder(autoencoder, x_train, x_test):
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(0.005)
    optimizer.build(autoencoder.trainable_variables)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((autoencoder(x, training=True) - x) ** 2)
        gradients = tape.gradient(loss, autoencoder.trainable_variables)
        optimizer.apply(gradients, autoencoder.trainable_variables)
        return loss

    losses = []
    for _ in range(3):
        batches = np.random.permutation(len(x_train)).reshape(-1, 50)
        losses.append(np.mean([float(step(tf.constant(x_train[batch]))) for batch in batches]))
    return losses

# %% alternate="own_loop" answer="encoder"
def build_encoder():
    x = h = keras.Input((32, 32, 3), name="colours")
    h = keras.layers.Rescaling(2.0, offset=-1.0)(h)
    h = keras.layers.SeparableConv2D(32, 4, strides=4, padding="same")(h)
    h = keras.layers.ELU()(h)
    h = keras.layers.Conv2D(48, 4, strides=2, padding="same", activation="elu")(h)
    h = keras.layers.Dropout(0.0)(keras.layers.Reshape((768,))(h))
    return keras.Model(x, keras.layers.Dense(64, name="z")(h))
