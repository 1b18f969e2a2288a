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
# # Lab 4: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake. It must fail exactly the checks named in
# `fails`, and the message of the first must hold `says`. An alternate is a right answer written
# in another way; it must get full marks.
#
# ## Mutants: Gaussian noise

# %% mutant="noise_not_clipped" answer="gaussian" fails="gaussian,denoiser" says="Clip the sum"
def gaussian_noise(x, sigma):
    return x + np.random.normal(0, sigma, x.shape)

# %% mutant="noise_not_clipped" answer="training"
def train_denoiser(denoiser, x_train, sigma):
    denoiser.compile("adam", loss="binary_crossentropy", jit_compile=False)
    noisy, clean = denoising_pairs(x_train, gaussian_noise, sigma)
    denoiser.fit(noisy, clean, batch_size=64, epochs=1, verbose=0)

# %% mutant="noise_seeded" answer="gaussian" fails="gaussian,pairs" says="seeded"
def gaussian_noise(x, sigma):
    rng = np.random.default_rng(0)
    return np.clip(x + rng.normal(0, sigma, x.shape), 0, 1)

# %% mutant="noise_same_for_all" answer="gaussian" fails="gaussian,denoiser" says="All pictures get"
def gaussian_noise(x, sigma):
    return np.clip(x + np.random.normal(0, sigma, x.shape[1:]), 0, 1)

# %% mutant="noise_only_brightens" answer="gaussian" fails="gaussian" says="brighter"
def gaussian_noise(x, sigma):
    return np.clip(x + sigma * np.random.random(x.shape), 0, 1)

# %% mutant="noise_squared" answer="gaussian" fails="gaussian,denoiser" says="sigma squared"
def gaussian_noise(x, sigma):
    return np.clip(x + np.random.normal(0, sigma**2, x.shape), 0, 1)

# %% [markdown]
# ## Mutants: masking noise, psnr, median filter
#
# These answers are independent of each other: a variant breaks one of each.

# %% mutant="masking_keeps_p" answer="masking" fails="masking,psnr,median" says="not of being kept"
def masking_noise(x, p):
    return x * (np.random.random(x.shape) < p)

# %% mutant="masking_keeps_p" answer="psnr"
def psnr(x, x_hat):
    return 10 * np.log10(np.mean((x - x_hat) ** 2))

# %% mutant="masking_keeps_p" answer="median"
def median_filter(images):
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    nine = [wide[:, i : i + images.shape[1], j : j + images.shape[2]]
            for i in range(3) for j in range(3)]
    return np.mean(nine, axis=0)

# %% mutant="masking_rescaled" answer="masking" fails="masking" says="Dropout layer does that"
def masking_noise(x, p):
    return x * (np.random.random(x.shape) >= p) / (1 - p)

# %% mutant="masking_one_for_all" answer="masking" fails="masking" says="All pictures get the same mask"
def masking_noise(x, p):
    return x * (np.random.random(x.shape[1:]) >= p)

# %% mutant="masking_whole_pictures" answer="masking" fails="masking" says="All pixels of a picture"
def masking_noise(x, p):
    kept = np.random.random(len(x)) >= p
    return x * kept.reshape(-1, *(1,) * (x.ndim - 1))

# %% mutant="masking_white" answer="masking" fails="masking" says="a masked pixel is 0"
def masking_noise(x, p):
    return np.where(np.random.random(x.shape) < p, 1.0, x)

# %% mutant="masking_in_place" answer="masking" fails="pairs" says="change x itself"
def masking_noise(x, p):
    x[np.random.random(x.shape) < p] = 0
    return x

# %% mutant="psnr_natural_log" answer="psnr" fails="psnr" says="natural logarithm"
def psnr(x, x_hat):
    return -10 * np.log(np.mean((x - x_hat) ** 2))

# %% mutant="psnr_peak_255" answer="psnr" fails="psnr" says="not 255"
def psnr(x, x_hat):
    return 20 * np.log10(255) - 10 * np.log10(np.mean((x - x_hat) ** 2))

# %% mutant="median_is_mean" answer="median" fails="median" says="mean of the nine"
def median_filter(images):
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(1, 2))
    return views.mean(axis=(3, 4))

# %% mutant="median_edge_missing" answer="median" fails="median" says="edge are missing"
def median_filter(images):
    views = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    return np.median(views, axis=(3, 4))

# %% mutant="median_rolled" answer="median" fails="median" says="opposite side"
def median_filter(images):
    shifted = [np.roll(images, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.median(shifted, axis=0)

# %% mutant="median_of_other_pictures" answer="median" fails="median" says="other pictures"
def median_filter(images):
    wide = np.pad(images, 1, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(wide, (3, 3, 3))
    return np.median(views, axis=(3, 4, 5))

# %% [markdown]
# ## Mutants: pairs

# %% mutant="pairs_exchanged" answer="pairs" fails="pairs,denoiser" says="exchanged"
def denoising_pairs(x, corrupt, strength):
    return x, corrupt(x, strength)

# %% mutant="pairs_both_noisy" answer="pairs" fails="pairs,denoiser" says="asked to copy"
def denoising_pairs(x, corrupt, strength):
    noisy = corrupt(x, strength)
    return noisy, noisy

# %% mutant="pairs_both_clean" answer="pairs" fails="pairs,denoiser" says="inputs are clean"
def denoising_pairs(x, corrupt, strength):
    corrupt(x, strength)
    return x, x

# %% [markdown]
# ## Mutants: network and training

# %% mutant="network_without_sigmoid" answer="network" fails="denoiser" says="no activation"
def build_denoiser():
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(800, activation="relu"),
            keras.layers.Dense(784),
        ]
    )

# %% mutant="noise_at_test_time" answer="network" fails="denoiser" says="another picture of the same"
def build_denoiser():
    x = keras.Input((784,))
    h = keras.layers.GaussianNoise(0.5)(x, training=True)
    h = keras.layers.Dense(800, activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(784, activation="sigmoid")(h))

# %% mutant="trained_on_clean" answer="training" fails="denoiser" says="better on clean pictures"
def train_denoiser(denoiser, x_train, sigma):
    denoiser.compile(
        keras.optimizers.Adam(0.003), loss="binary_crossentropy", jit_compile=False
    )
    denoiser.fit(x_train, x_train, batch_size=64, epochs=3, verbose=0)

# %% mutant="trained_on_noisy_targets" answer="training" fails="denoiser" says="noise in the targets"
def train_denoiser(denoiser, x_train, sigma):
    denoiser.compile(
        keras.optimizers.Adam(0.003), loss="binary_crossentropy", jit_compile=False
    )
    for _ in range(3):
        noisy, _ = denoising_pairs(x_train, gaussian_noise, sigma)
        other, _ = denoising_pairs(x_train, gaussian_noise, sigma)
        denoiser.fit(noisy, other, batch_size=64, epochs=1, verbose=0)

# %% mutant="trained_on_weak_noise" answer="training" fails="denoiser" says="with sigma = 0.5"
def train_denoiser(denoiser, x_train, sigma):
    denoiser.compile(
        keras.optimizers.Adam(0.003), loss="binary_crossentropy", jit_compile=False
    )
    noisy, clean = denoising_pairs(x_train, gaussian_noise, 0.1)
    denoiser.fit(noisy, clean, batch_size=64, epochs=3, verbose=0)

# %% mutant="another_model_trained" answer="training" fails="denoiser" says="not trained"
def train_denoiser(denoiser, x_train, sigma):
    model = keras.models.clone_model(denoiser)
    model.compile(keras.optimizers.Adam(0.003), loss="mse", jit_compile=False)
    model.fit(*denoising_pairs(x_train, gaussian_noise, sigma), batch_size=128, verbose=0)

# %% [markdown]
# ## Mutants: denoising and dropout

# %% mutant="denoise_adds_noise" answer="denoise" fails="denoise,dropout" says="another result at each"
def denoise(denoiser, noisy):
    return np.array(denoiser(gaussian_noise(noisy, 0.5))).reshape(-1, 28, 28)

# %% mutant="denoise_adds_noise" answer="dropout"
def add_dropout(encoder, decoder, rate):
    return keras.Sequential([keras.layers.Dropout(1 - rate), encoder, decoder])

# %% mutant="denoise_flat" answer="denoise" fails="denoise" says="(20, 784)"
def denoise(denoiser, noisy):
    return np.array(denoiser(noisy))

# %% mutant="denoise_another_model" answer="denoise" fails="denoise" says="the model and the pictures"
def denoise(model, noisy):
    return np.array(denoiser(noisy)).reshape(-1, 28, 28)

# %% mutant="denoise_gives_the_noise" answer="denoise" fails="denoise" says="picture without it"
def denoise(denoiser, noisy):
    return (noisy - np.array(denoiser(noisy))).reshape(-1, 28, 28)

# %% mutant="dropout_at_test_time" answer="dropout" fails="dropout" says="nobody trains"
def add_dropout(encoder, decoder, rate):
    x = keras.Input((encoder.input_shape[1],))
    dropped = keras.layers.Dropout(rate)(x, training=True)
    return keras.Model(x, decoder(encoder(dropped)))

# %% mutant="dropout_on_the_code" answer="dropout" fails="dropout" says="numbers of the code"
def add_dropout(encoder, decoder, rate):
    return keras.Sequential([encoder, keras.layers.Dropout(rate), decoder])

# %% mutant="dropout_forgotten" answer="dropout" fails="dropout" says="Is there a Dropout layer"
def add_dropout(encoder, decoder, rate):
    x = keras.Input((encoder.input_shape[1],))
    return keras.Model(x, decoder(encoder(x)))

# %% mutant="dropout_rate_fixed" answer="dropout" fails="dropout" says="Is the rate used"
def add_dropout(encoder, decoder, rate):
    return keras.Sequential([keras.layers.Dropout(0.5), encoder, decoder])

# %% [markdown]
# ## Alternates

# %% alternate="generator" answer="gaussian"
rng = np.random.default_rng()


def gaussian_noise(x, sigma):
    noisy = np.array(x, dtype=np.float32)
    noisy += sigma * rng.standard_normal(x.shape).astype(np.float32)
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy

# %% alternate="generator" answer="masking"
def masking_noise(x, p):
    return x * rng.binomial(1, 1 - p, size=x.shape)

# %% alternate="generator" answer="pairs"
def denoising_pairs(x, corrupt, strength):
    inputs = corrupt(x, strength)
    targets = x.copy()
    return [inputs, targets]

# %% alternate="generator" answer="psnr"
def psnr(x, x_hat):
    return 10 * np.log10(1 / np.square(x - x_hat).mean())

# %% alternate="in_keras" answer="gaussian"
def gaussian_noise(x, sigma):
    return keras.ops.clip(x + keras.random.normal(np.shape(x), stddev=sigma), 0, 1)

# %% alternate="in_keras" answer="masking"
def masking_noise(x, p):
    return keras.ops.where(keras.random.uniform(np.shape(x)) < p, 0.0, x)

# %% alternate="in_keras" answer="psnr"
def psnr(x, x_hat):
    return -10 * keras.ops.log10(keras.ops.mean(keras.ops.square(x - x_hat)))

# %% alternate="in_keras" answer="network"
class Denoiser(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.layers.Dense(1000, activation="elu")
        self.decoder = keras.layers.Dense(784)

    def call(self, x, training=None):
        return keras.ops.sigmoid(self.decoder(self.encoder(x)))


def build_denoiser():
    model = Denoiser()
    model(np.zeros((1, 784), np.float32))
    return model

# %% alternate="in_keras" answer="denoise"
def denoise(denoiser, noisy):
    return keras.ops.reshape(denoiser(noisy), (-1, 28, 28))

# %% alternate="noise_layer" answer="network"
def build_denoiser():
    x = keras.Input((784,))
    h = keras.ops.clip(keras.layers.GaussianNoise(0.5)(x), 0, 1)
    h = keras.layers.Dense(800, activation="relu")(h)
    return keras.Model(x, keras.layers.Dense(784, activation="sigmoid")(h))

# %% alternate="noise_layer" answer="training"
def train_denoiser(denoiser, x_train, sigma):
    denoiser.compile(
        keras.optimizers.Adam(0.003), loss="binary_crossentropy", jit_compile=False
    )
    denoiser.fit(x_train, x_train, batch_size=64, epochs=3, verbose=0)

# %% alternate="by_batches" answer="network"
def build_denoiser():
    model = keras.Sequential(name="cleaner")
    model.add(keras.layers.Dense(512, activation="relu"))
    model.add(keras.layers.Dense(784, activation="sigmoid"))
    return model

# %% alternate="by_batches" answer="training"
def train_denoiser(denoiser, x_train, sigma):
    denoiser.compile(keras.optimizers.Nadam(0.003), loss="mse", jit_compile=False)
    for _ in range(5):
        order = np.random.permutation(len(x_train))
        for start in range(0, len(order), 50):
            batch = x_train[order[start : start + 50]]
            denoiser.train_on_batch(*denoising_pairs(batch, gaussian_noise, sigma))

# %% alternate="one_fit" answer="training"
def train_denoiser(denoiser, x_train, sigma):
    pairs = [denoising_pairs(x_train, gaussian_noise, sigma) for _ in range(3)]
    inputs, targets = (np.concatenate(part) for part in zip(*pairs, strict=True))
    denoiser.compile(
        optimizer="adam", loss=keras.losses.BinaryCrossentropy(), jit_compile=False
    )
    denoiser.optimizer.learning_rate = 0.003
    denoiser.fit(inputs, targets, batch_size=50, verbose=0, callbacks=[lab.Progress()])

# %% alternate="loops" answer="masking"
def masking_noise(x, p):
    noisy = np.array(x)
    for picture in noisy.reshape(len(noisy), -1):  # views: writing into them writes into noisy
        picture[np.random.choice(picture.size, round(p * picture.size), replace=False)] = 0
    return noisy

# %% alternate="loops" answer="median"
def median_filter(images):
    result = np.empty_like(images)
    rows, columns = images.shape[1:]
    for i in range(rows):
        for j in range(columns):
            nine = [
                images[:, a, b] if 0 <= a < rows and 0 <= b < columns else 0 * images[:, 0, 0]
                for a in (i - 1, i, i + 1)
                for b in (j - 1, j, j + 1)
            ]
            result[:, i, j] = np.sort(nine, axis=0)[4]
    return result

# %% alternate="loops" answer="psnr"
def psnr(x, x_hat):
    differences = np.ravel(x) - np.ravel(x_hat)
    return float(-10 * np.log(differences @ differences / differences.size) / np.log(10))

# %% alternate="loops" answer="denoise"
def denoise(denoiser, noisy):
    return denoiser.predict(noisy, verbose=0).reshape(len(noisy), 28, 28)

# %% alternate="loops" answer="dropout"
def add_dropout(encoder, decoder, rate):
    return keras.Sequential([keras.layers.Dropout(rate), encoder, decoder])

# %% alternate="subclassed_dropout" answer="dropout"
class WithDropout(keras.Model):
    def __init__(self, encoder, decoder, rate):
        super().__init__()
        self.dropout = keras.layers.Dropout(rate)
        self.encoder = encoder
        self.decoder = decoder

    def call(self, x, training=None):
        return self.decoder(self.encoder(self.dropout(x, training=training)))


def add_dropout(encoder, decoder, rate):
    model = WithDropout(encoder, decoder, rate)
    model(keras.Input((encoder.input_shape[1],)))
    return model

# %% alternate="subclassed_dropout" answer="median"
def median_filter(images):
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    views = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(1, 2))
    return np.median(views, axis=(3, 4))

# %% alternate="subclassed_dropout" answer="masking"
def masking_noise(x, p):
    mask = np.random.choice([0.0, 1.0], size=x.shape, p=[p, 1 - p])
    return (mask * x).tolist()
