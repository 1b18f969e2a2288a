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
# # Exercise 1: mistakes that must be found, and other right answers
#
# ## Mutants: counting

# %% mutant="count_weights_only" answer="count" fails="count" says="also has a bias"
def count_parameters(sizes):
    return 2 * sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1))

# %% mutant="count_encoder_alone" answer="count" fails="count" says="encoder alone"
def count_parameters(sizes):
    return sum((sizes[i] + 1) * sizes[i + 1] for i in range(len(sizes) - 1))

# %% mutant="count_encoder_twice" answer="count" fails="count" says="other biases"
def count_parameters(sizes):
    return 2 * sum((sizes[i] + 1) * sizes[i + 1] for i in range(len(sizes) - 1))

# %% mutant="count_input_biases" answer="count" fails="count" says="input has no bias"
def count_parameters(sizes):
    chain = sizes + sizes[-2::-1]
    weights = sum(a * b for a, b in zip(chain, chain[1:]))
    return weights + sum(chain)

# %% mutant="count_code_twice" answer="count" fails="count" says="count its biases once"
def count_parameters(sizes):
    chain = sizes + sizes[::-1]
    weights = 2 * sum(a * b for a, b in zip(sizes, sizes[1:]))
    return weights + sum(chain) - sizes[0]

# %% mutant="count_units" answer="count" fails="count" says="lines between them"
def count_parameters(sizes):
    return sum(sizes) + sum(sizes[:-1])

# %% mutant="count_one_bias_a_layer" answer="count" fails="count" says="of its own"
def count_parameters(sizes):
    return 2 * sum(sizes[i] * sizes[i + 1] + 1 for i in range(len(sizes) - 1))

# %% mutant="widest_rounded_up" answer="widest" fails="widest" says="round down"
def widest_hidden(budget, pixels, code):
    return int(np.ceil((budget - pixels - code) / (2 * pixels + 2 * code + 2)))

# %% mutant="widest_not_whole" answer="widest" fails="widest" says="whole number"
def widest_hidden(budget, pixels, code):
    return (budget - pixels - code) / (2 * pixels + 2 * code + 2)

# %% mutant="widest_of_the_encoder" answer="widest" fails="widest" says="encoder and decoder"
def widest_hidden(budget, pixels, code):
    return (budget - code) // (pixels + code + 1)

# %% mutant="widest_one_too_few" answer="widest" fails="widest" says="one unit more"
def widest_hidden(budget, pixels, code):
    w = 1
    while count_parameters([pixels, w + 1, code]) < budget:
        w += 1
    return w

# %% mutant="widest_of_this_order_only" answer="widest" fails="widest" says="more than 1,000"
def widest_hidden(budget, pixels, code):
    return 155

# %% [markdown]
# ## Mutants: building

# %% mutant="relu_on_the_code" answer="encoder" fails="encoder,result" says="a relu on its output"
def build_encoder(sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for units in sizes[1:]:
        model.add(keras.layers.Dense(units, activation="relu"))
    return model

# %% mutant="relu_on_the_code" answer="sizes"
my_sizes = [784, 20, 16]

# %% mutant="no_bends" answer="encoder" fails="encoder" says="layer 1 has no activation"
def build_encoder(sizes):
    x = h = keras.Input((sizes[0],))
    for units in sizes[1:]:
        h = keras.layers.Dense(units)(h)
    return keras.Model(x, h)

# %% mutant="list_not_used" answer="encoder" fails="encoder,autoencoder" says="takes inputs of shape"
def build_encoder(sizes):
    x = h = keras.Input((784,))
    for units in (128, 64):
        h = keras.layers.Dense(units, activation="elu")(h)
    return keras.Model(x, keras.layers.Dense(16)(h))

# %% mutant="last_hidden_layer_left_out" answer="encoder" fails="encoder" says="Dense layers"
def build_encoder(sizes):
    x = h = keras.Input((sizes[0],))
    for units in sizes[1:-2]:
        h = keras.layers.Dense(units, activation="elu")(h)
    return keras.Model(x, keras.layers.Dense(sizes[-1])(h))

# %% mutant="last_hidden_layer_left_out" answer="sizes"
my_sizes = [784, 140, 64, 16]

# %% mutant="decoder_not_mirrored" answer="decoder" fails="decoder" says="wrong order"
def build_decoder(sizes):
    z = h = keras.Input((sizes[-1],))
    for units in sizes[1:-1]:
        h = keras.layers.Dense(units, activation="elu")(h)
    return keras.Model(z, keras.layers.Dense(sizes[0], activation="sigmoid")(h))

# %% mutant="linear_pixels" answer="decoder" fails="decoder,result" says="expected a sigmoid"
def build_decoder(sizes):
    z = h = keras.Input((sizes[-1],))
    for units in sizes[-2:0:-1]:
        h = keras.layers.Dense(units, activation="elu")(h)
    return keras.Model(z, keras.layers.Dense(sizes[0])(h))

# %% mutant="joined_from_new_ones" answer="autoencoder" fails="autoencoder,result" says="new ones"
def build_autoencoder(sizes):
    x = keras.Input((sizes[0],))
    whole = keras.Model(x, build_decoder(sizes)(build_encoder(sizes)(x)))
    return build_encoder(sizes), build_decoder(sizes), whole

# %% mutant="one_model_returned" answer="autoencoder" fails="autoencoder,result" says="three models"
def build_autoencoder(sizes):
    return keras.Sequential([build_encoder(sizes), build_decoder(sizes)])

# %% [markdown]
# ## Mutants: choosing

# %% mutant="over_the_budget" answer="sizes" fails="sizes,result" says="784 -> 256"
my_sizes = [784, 256, 128, 16]

# %% mutant="code_of_20" answer="sizes" fails="sizes,result" says="at most 16"
my_sizes = [784, 150, 20]

# %% mutant="decoder_listed_too" answer="sizes" fails="sizes,result" says="leave the decoder out"
my_sizes = [784, 64, 20, 64, 784]

# %% mutant="narrow" answer="sizes" fails="result" says="expected at most 0.75"
my_sizes = [784, 16, 16]

# %% mutant="code_of_4" answer="sizes" fails="result" says="expected at most 0.75"
my_sizes = [784, 155, 4]

# %% [markdown]
# ## Alternates

# %% alternate="counted_in_closed_form" answer="count"
def count_parameters(sizes):
    m = np.array(sizes, dtype=float)
    return float(2 * (m[:-1] @ m[1:]) + 2 * m.sum() - m[0] - m[-1])

# %% alternate="counted_in_closed_form" answer="widest"
def widest_hidden(budget, pixels, code):
    widths = np.arange(1, budget)
    fits = 2 * widths * (pixels + code + 1) + pixels + code <= budget
    return widths[fits].max()

# %% alternate="counted_by_keras" answer="count"
def count_parameters(sizes):
    return build_autoencoder(sizes)[2].count_params()

# %% alternate="counted_by_keras" answer="widest"
def widest_hidden(budget, pixels, code):
    w = 1
    while (w + 1) * 2 * (pixels + code + 1) + pixels + code <= budget:
        w += 1
    return [w]

# %% alternate="sequential" answer="encoder"
def build_encoder(sizes):
    *hidden, code = sizes[1:]
    dense = [keras.layers.Dense(units, activation="relu") for units in hidden]
    return keras.Sequential([keras.Input((sizes[0],)), *dense, keras.layers.Dense(code)])

# %% alternate="sequential" answer="decoder"
def build_decoder(sizes):
    model = keras.Sequential()
    for units in reversed(sizes[1:-1]):
        model.add(keras.layers.Dense(units, "relu"))
    model.add(keras.layers.Dense(sizes[0], "sigmoid"))
    return model

# %% alternate="sequential" answer="autoencoder"
def build_autoencoder(sizes):
    encoder, decoder = build_encoder(sizes), build_decoder(sizes)
    return [encoder, decoder, keras.Sequential([encoder, decoder])]

# %% alternate="sequential" answer="sizes"
my_sizes = (784, 128, 64, 16)

# %% alternate="subclassed" answer="encoder"
class Half(keras.Model):
    def __init__(self, sizes, last):
        super().__init__()
        self.hidden = [keras.layers.Dense(units) for units in sizes[1:-1]]
        self.final = keras.layers.Dense(sizes[-1], activation=last)

    def call(self, x):
        for layer in self.hidden:
            x = keras.ops.gelu(layer(x))
        return self.final(x)


def build_encoder(sizes):
    encoder = Half(sizes, None)
    encoder.build((None, sizes[0]))
    return encoder

# %% alternate="subclassed" answer="decoder"
def build_decoder(sizes):
    decoder = Half(sizes[::-1], "sigmoid")
    decoder(np.zeros((1, sizes[-1]), np.float32))
    return decoder

# %% alternate="subclassed" answer="autoencoder"
class Both(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, x):
        return self.decoder(self.encoder(x))


def build_autoencoder(sizes):
    both = Both(build_encoder(sizes), build_decoder(sizes))
    both(keras.Input((sizes[0],)))
    return both.encoder, both.decoder, both

# %% alternate="subclassed" answer="sizes"
my_sizes = [784, 150, 14]

# %% alternate="normalised" answer="encoder"
def build_encoder(sizes):
    x = h = keras.Input((sizes[0],))
    for units in sizes[1:-1]:
        h = keras.layers.BatchNormalization()(keras.layers.Dense(units)(h))
        h = keras.layers.Dropout(0.02)(keras.layers.LeakyReLU(0.2)(h))
    return keras.Model(x, keras.layers.Dense(sizes[-1], activation="linear")(h))

# %% alternate="normalised" answer="decoder"
def build_decoder(sizes):
    z = h = keras.Input((sizes[-1],))
    for units in sizes[1:-1][::-1]:
        h = keras.layers.Dense(units)(h)
        h = keras.layers.Activation("leaky_relu")(h)
    return keras.Model(z, keras.ops.sigmoid(keras.layers.Dense(sizes[0])(h)))

# %% alternate="normalised" answer="sizes"
my_sizes = [784, 130, 16]

# %% alternate="deep" answer="encoder"
def build_encoder(sizes):
    def step(h, rest):
        if len(rest) == 1:
            return keras.layers.Dense(rest[0])(h)
        return step(keras.layers.Dense(rest[0], "selu", kernel_initializer="lecun_normal")(h), rest[1:])

    x = keras.Input((sizes[0],))
    return keras.Model(x, step(x, sizes[1:]))

# %% alternate="deep" answer="autoencoder"
def build_autoencoder(sizes):
    encoder, decoder = build_encoder(sizes), build_decoder(sizes)
    h = encoder.output
    for layer in decoder.layers[1:]:
        h = layer(h)
    return encoder, decoder, keras.Model(encoder.input, h)

# %% alternate="deep" answer="sizes"
my_sizes = [784, 136, 40, 16]
