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
# # Lab 7: mistakes that must be found, and other right answers
#
# A mutant is the solution with one typical mistake, or with several that have nothing to do with
# one another. It must fail exactly the checks named in `fails`, and the message of the first must
# hold `says`. An alternate is a right answer written in another way; it must get full marks.
#
# ## Mutants: the ELBO and new digits (nothing is trained anew for these)

# %% mutant="elbo_is_the_loss" answer="elbo" fails="elbo,generate" says="other sign"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    losses = [
        reconstruction_error(x, decoder(sample(mu, log_var))) + kl_gaussian(mu, log_var)
        for _ in range(draws)
    ]
    of_each = np.mean(losses, axis=0)
    return of_each.mean(), of_each.std() / np.sqrt(len(x))

# %% mutant="elbo_is_the_loss" answer="generate"
def generate(decoder, n):
    return decoder(keras.random.normal((n, 2)))  # vectors

# %% mutant="elbo_of_mu" answer="elbo" fails="elbo" says="decodes mu"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    of_each = -np.array(reconstruction_error(x, decoder(mu)) + kl_gaussian(mu, log_var))
    return of_each.mean(), of_each.std() / np.sqrt(len(x))

# %% mutant="elbo_per_pixel" answer="elbo" fails="elbo" says="averaged over the pixels"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    errors = [
        keras.losses.binary_crossentropy(x, decoder(sample(mu, log_var))) for _ in range(draws)
    ]
    of_each = -np.mean(errors, axis=0) - np.array(kl_gaussian(mu, log_var))
    return of_each.mean(), of_each.std() / np.sqrt(len(x))

# %% mutant="elbo_without_kl" answer="elbo" fails="elbo" says="KL is missing"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    errors = [reconstruction_error(x, decoder(sample(mu, log_var))) for _ in range(draws)]
    of_each = -np.mean(errors, axis=0)
    return of_each.mean(), of_each.std() / np.sqrt(len(x))

# %% mutant="elbo_summed" answer="elbo" fails="elbo,generate" says="sum over the digits"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    errors = [reconstruction_error(x, decoder(sample(mu, log_var))) for _ in range(draws)]
    of_each = -np.mean(errors, axis=0) - np.array(kl_gaussian(mu, log_var))
    return of_each.sum(), of_each.std() / np.sqrt(len(x))

# %% mutant="elbo_summed" answer="generate"
def generate(decoder, n):
    return np.array(decoder(np.zeros((n, 2), np.float32))).reshape(n, 28, 28)

# %% mutant="elbo_error_is_the_deviation" answer="elbo" fails="elbo" says="root of the number"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    errors = [reconstruction_error(x, decoder(sample(mu, log_var))) for _ in range(draws)]
    of_each = -np.mean(errors, axis=0) - np.array(kl_gaussian(mu, log_var))
    return of_each.mean(), of_each.std()

# %% mutant="elbo_draws_as_digits" answer="elbo" fails="elbo" says="no new digits"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    all_draws = np.array(
        [-reconstruction_error(x, decoder(sample(mu, log_var))) for _ in range(draws)]
    )
    all_draws = all_draws - np.array(kl_gaussian(mu, log_var))
    return all_draws.mean(), all_draws.std() / np.sqrt(all_draws.size)

# %% mutant="elbo_one_draw" answer="elbo" fails="elbo" says="one draw for each digit"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    error = reconstruction_error(x, decoder(sample(mu, log_var)))
    of_each = -np.array(error + kl_gaussian(mu, log_var))
    return of_each.mean(), of_each.std() / np.sqrt(len(x))

# %% mutant="elbo_alone" answer="elbo" fails="elbo,generate" says="two numbers"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    return float(-vae_loss(x, decoder(sample(mu, log_var)), mu, log_var, 1.0))

# %% mutant="elbo_alone" answer="generate"
def generate(decoder, n):
    codes = keras.random.normal((n, 2), stddev=2.0)
    return ops.reshape(decoder(codes), (n, 28, 28))

# %% mutant="generate_uniform" answer="generate" fails="generate" says="uniform"
def generate(decoder, n):
    codes = np.random.uniform(-2, 2, (n, 2))
    return np.array(decoder(codes)).reshape(n, 28, 28)

# %% mutant="generate_seeded" answer="generate" fails="generate" says="same codes"
def generate(decoder, n):
    codes = np.random.default_rng(0).normal(size=(n, 2))
    return np.array(decoder(codes)).reshape(n, 28, 28)

# %% mutant="generate_with_own_decoder" answer="generate" fails="generate" says="another one"
def generate(model, n):
    return ops.reshape(decoder(keras.random.normal((n, 2))), (n, 28, 28))

# %% [markdown]
# ## Mutants: drawing codes

# %% mutant="sigma_is_the_variance" answer="sample" fails="sampling,gradients,elbo" says="is the variance"
def sample(mu, log_var):
    return mu + ops.exp(log_var) * keras.random.normal(ops.shape(mu))

# %% mutant="log_var_is_sigma" answer="sample" fails="sampling,gradients,elbo,training" says="log_var is taken for sigma"
def sample(mu, log_var):
    return mu + log_var * keras.random.normal(ops.shape(mu))

# %% mutant="no_noise" answer="sample" fails="sampling,elbo,gradients,training" says="no noise"
def sample(mu, log_var):
    return mu

# %% mutant="noise_by_numpy" answer="sample" fails="sampling" says="drawn by numpy"
def sample(mu, log_var):
    epsilon = np.random.normal(size=mu.shape).astype("float32")
    return mu + ops.exp(log_var / 2) * epsilon

# %% mutant="noise_cut_off" answer="sample" fails="gradients,training" says="Only KL reaches"
def sample(mu, log_var):
    epsilon = keras.random.normal(ops.shape(mu))
    return ops.stop_gradient(mu + ops.exp(log_var / 2) * epsilon)

# %% [markdown]
# ## Mutants: the loss and its gradients

# %% mutant="kl_without_half" answer="kl" fails="kl,loss,gradients,elbo" says="1/2 is missing"
def kl_gaussian(mu, log_var):
    return ops.sum(ops.square(mu) + ops.exp(log_var) - 1 - log_var, axis=1)

# %% mutant="kl_averaged_over_dimensions" answer="kl" fails="kl,loss,gradients,elbo" says="averaged over the latent"
def kl_gaussian(mu, log_var):
    return -0.5 * ops.mean(1 + log_var - ops.square(mu) - ops.exp(log_var), axis=1)

# %% mutant="kl_with_the_wrong_sign" answer="kl" fails="kl,loss,gradients,elbo,training" says="sign is wrong"
def kl_gaussian(mu, log_var):
    return 0.5 * ops.sum(1 + log_var - ops.square(mu) - ops.exp(log_var), axis=1)

# %% mutant="error_averaged_over_pixels" answer="loss" fails="loss,gradients,elbo,training" says="784 times"
def reconstruction_error(x, x_hat):
    return keras.losses.binary_crossentropy(x, x_hat)


def vae_loss(x, x_hat, mu, log_var, beta):
    return ops.mean(reconstruction_error(x, x_hat) + beta * kl_gaussian(mu, log_var))

# %% mutant="loss_summed_over_the_batch" answer="loss" fails="loss,gradients" says="take the mean"
def reconstruction_error(x, x_hat):
    return 784 * keras.losses.binary_crossentropy(x, x_hat)


def vae_loss(x, x_hat, mu, log_var, beta):
    return ops.sum(reconstruction_error(x, x_hat) + beta * kl_gaussian(mu, log_var))

# %% mutant="length_of_a_tensor" answer="loss" fails="training" says="stopped with an error"
def reconstruction_error(x, x_hat):
    p = ops.clip(x_hat, 1e-7, 1 - 1e-7)
    return -ops.sum(x * ops.log(p) + (1 - x) * ops.log(1 - p), axis=1)


def vae_loss(x, x_hat, mu, log_var, beta):
    total = ops.sum(reconstruction_error(x, x_hat) + beta * kl_gaussian(mu, log_var))
    return total / len(x)

# %% mutant="encoded_outside_of_the_tape" answer="gradients" fails="gradients,training" says="None"
def loss_and_gradients(encoder, decoder, x, beta):
    mu, log_var = encoder(x)
    z = sample(mu, log_var)
    with tf.GradientTape() as tape:
        loss = vae_loss(x, decoder(z), mu, log_var, beta)
    weights = encoder.trainable_variables + decoder.trainable_variables
    return loss, tape.gradient(loss, weights)

# %% mutant="beta_forgotten" answer="gradients" fails="gradients" says="beta has no effect"
def loss_and_gradients(encoder, decoder, x, beta):
    with tf.GradientTape() as tape:
        mu, log_var = encoder(x)
        loss = vae_loss(x, decoder(sample(mu, log_var)), mu, log_var, 1.0)
    return loss, tape.gradient(
        loss, encoder.trainable_variables + decoder.trainable_variables
    )

# %% mutant="one_output" answer="encoder" fails="encoder,training" says="one output"
def build_encoder():
    pixels = hidden = keras.Input(shape=(784,))
    for units in (128, 128):
        hidden = keras.layers.Dense(units, activation="relu")(hidden)
    return keras.Model(pixels, keras.layers.Dense(4)(hidden))

# %% [markdown]
# ## Alternates

# %% alternate="tensorflow" answer="sample"
def sample(mu, log_var):
    return mu + tf.sqrt(tf.exp(log_var)) * tf.random.normal(tf.shape(mu))

# %% alternate="tensorflow" answer="kl"
def kl_gaussian(mu, log_var):
    return tf.reduce_sum(tf.square(mu) + tf.exp(log_var) - 1 - log_var, axis=-1) / 2

# %% alternate="tensorflow" answer="loss"
def reconstruction_error(x, x_hat):
    x, p = tf.cast(x, "float32"), tf.clip_by_value(tf.cast(x_hat, "float32"), 1e-7, 1 - 1e-7)
    return -tf.reduce_sum(tf.math.xlogy(x, p) + tf.math.xlogy(1 - x, 1 - p), axis=-1)


def vae_loss(x, x_hat, mu, log_var, beta):
    return tf.reduce_mean(reconstruction_error(x, x_hat)) + beta * tf.reduce_mean(
        kl_gaussian(mu, log_var)
    )

# %% alternate="tensorflow" answer="gradients"
def loss_and_gradients(encoder, decoder, x, beta):
    def both(variables):
        return tape.gradient(loss, variables)

    with tf.GradientTape(persistent=True) as tape:
        mu, log_var = encoder(x, training=True)
        x_hat = decoder(sample(mu, log_var), training=True)
        loss = vae_loss(x, x_hat, mu, log_var, beta)
    return loss, [*both(encoder.trainable_variables), *both(decoder.trainable_variables)]

# %% alternate="subclassed" answer="encoder"
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = [keras.layers.Dense(128, activation="relu") for _ in range(2)]
        self.mu, self.log_var = keras.layers.Dense(2), keras.layers.Dense(2)

    def call(self, x):
        for layer in self.hidden:
            x = layer(x)
        return self.mu(x), self.log_var(x)


def build_encoder():
    encoder = Encoder()
    encoder(keras.Input((784,)))
    return encoder

# %% alternate="subclassed" answer="sample"
class Sampling(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(11)

    def call(self, mu, log_var):
        return mu + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mu), seed=self.seed)


sampling_layer = Sampling()


def sample(mu, log_var):
    return sampling_layer(mu, log_var)

# %% alternate="other_formulas" answer="sample"
def sample(mu, log_var):
    return keras.random.normal(mu.shape, mean=mu, stddev=ops.exp(0.5 * log_var))

# %% alternate="other_formulas" answer="kl"
def kl_gaussian(mu, log_var):
    sigma = ops.exp(log_var / 2)
    return ops.sum(0.5 * (sigma**2 + mu**2 - 1) - ops.log(sigma), axis=1)

# %% alternate="other_formulas" answer="loss"
def reconstruction_error(x, x_hat):
    return 784 * keras.losses.binary_crossentropy(x, x_hat)


def vae_loss(x, x_hat, mu, log_var, beta):
    total = ops.sum(reconstruction_error(x, x_hat)) + beta * ops.sum(kl_gaussian(mu, log_var))
    return total / x.shape[0]

# %% alternate="other_formulas" answer="elbo"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    total = np.zeros(len(x))
    for _ in range(draws):
        total += reconstruction_error(x, decoder(sample(mu, log_var)))
    of_each = -(total / draws + kl_gaussian(mu, log_var))
    return np.mean(of_each), np.std(of_each, ddof=1) / len(x) ** 0.5

# %% alternate="another_network" answer="encoder"
def build_encoder():
    pixels = hidden = keras.Input(shape=(784,))
    for _ in range(2):
        hidden = keras.layers.Dense(128)(hidden)
        hidden = keras.layers.LeakyReLU(negative_slope=0.1)(hidden)
    both = keras.layers.Dense(4)(hidden)
    return keras.Model(pixels, (both[:, :2], both[:, 2:]))

# %% alternate="all_draws_at_once" answer="elbo"
def estimate_elbo(encoder, decoder, x, draws):
    mu, log_var = encoder(x)
    repeated = [ops.repeat(values, draws, axis=0) for values in (x, mu, log_var)]
    x_hat = decoder(sample(*repeated[1:]))
    errors = np.reshape(reconstruction_error(repeated[0], x_hat), (len(x), draws))
    of_each = -errors.mean(axis=1) - np.asarray(kl_gaussian(mu, log_var))
    return [float(of_each.mean()), float(of_each.std() / np.sqrt(len(of_each)))]

# %% alternate="all_draws_at_once" answer="generate"
def generate(decoder, n):
    z = np.random.default_rng().standard_normal((n, 2)).astype("float32")
    return decoder.predict(z, verbose=0).reshape(-1, 28, 28)

# %% alternate="one_by_one" answer="generate"
def generate(decoder, n):
    return [np.reshape(decoder(keras.random.normal((1, 2))), (28, 28)) for _ in range(n)]

# %% alternate="one_by_one" answer="elbo"
def estimate_elbo(encoder, decoder, x, draws):
    def of_one_draw(mu, log_var):
        return -reconstruction_error(x, decoder(sample(mu, log_var))) - kl_gaussian(mu, log_var)

    values = sum(of_one_draw(*encoder(x)) for _ in range(draws)) / draws
    return ops.mean(values), ops.std(values) / len(x) ** 0.5
