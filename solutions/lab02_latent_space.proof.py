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
# # Lab 2: mistakes that must be found, and other right answers
#
# ## Mutants: the grid

# %% mutant="grid_upside_down" answer="grid" fails="grid" says="upside down"
def grid_codes(low, high, steps):
    xs = np.linspace(low[0], high[0], steps)
    ys = np.linspace(low[1], high[1], steps)
    return np.array([(x, y) for y in ys for x in xs])

# %% mutant="grid_column_by_column" answer="grid" fails="grid" says="column by column"
def grid_codes(low, high, steps):
    xs = np.linspace(low[0], high[0], steps)
    ys = np.linspace(high[1], low[1], steps)
    return np.array([(x, y) for x in xs for y in ys])

# %% mutant="grid_without_its_ends" answer="grid" fails="grid" says="ends belong"
def grid_codes(low, high, steps):
    xs = np.linspace(low[0], high[0], steps, endpoint=False)
    ys = np.linspace(low[1], high[1], steps, endpoint=False)[::-1]
    return np.array([(x, y) for y in ys for x in xs])

# %% mutant="grid_y_before_x" answer="grid" fails="grid" says="changed places"
def grid_codes(low, high, steps):
    xs = np.linspace(low[0], high[0], steps)
    ys = np.linspace(high[1], low[1], steps)
    return np.array([(y, x) for y in ys for x in xs])

# %% mutant="grid_not_flat" answer="grid" fails="grid" says="one place a row"
def grid_codes(low, high, steps):
    xs = np.linspace(low[0], high[0], steps)
    ys = np.linspace(high[1], low[1], steps)
    return np.stack(np.meshgrid(xs, ys), axis=-1)

# %% [markdown]
# ## Mutants: drawing and walking

# %% mutant="draw_flat" answer="draw" fails="draw,walk" says="(9, 784)"
def draw(decoder, codes):
    return decoder.predict(codes, verbose=0)

# %% mutant="draw_transposed" answer="draw" fails="draw,walk" says="rows and columns"
def draw(decoder, codes):
    return np.array(decoder(codes)).reshape(-1, 28, 28).transpose(0, 2, 1)

# %% mutant="draw_another_decoder" answer="draw" fails="draw,walk" says="others"
def draw(model, codes):
    return np.array(decoder(codes)).reshape(-1, 28, 28)

# %% mutant="draw_pixels_mixed" answer="draw" fails="draw,walk" says="mixed"
def draw(decoder, codes):
    return np.array(decoder(codes)).reshape(28, 28, len(codes)).transpose(2, 0, 1)

# %% mutant="walk_faded" answer="walk" fails="walk" says="faded"
def walk(decoder, start, end, steps):
    first, last = draw(decoder, np.stack([start, end]))
    return np.array([(1 - t) * first + t * last for t in np.linspace(0, 1, steps)])

# %% mutant="walk_stops_short" answer="walk" fails="walk" says="stops one step short"
def walk(decoder, start, end, steps):
    return draw(decoder, np.array([start + i / steps * (end - start) for i in range(steps)]))

# %% mutant="walk_backwards" answer="walk" fails="walk" says="backwards"
def walk(decoder, start, end, steps):
    return draw(decoder, np.array([t * start + (1 - t) * end for t in np.linspace(0, 1, steps)]))

# %% mutant="walk_from_the_origin" answer="walk" fails="walk" says="expected"
def walk(decoder, start, end, steps):
    return draw(decoder, np.array([t * (end - start) for t in np.linspace(0, 1, steps)]))

# %% [markdown]
# ## Mutants: the emptiest place

# %% mutant="distance_squared" answer="gap" fails="gap" says="take the square root"
def distance_to_nearest(points, codes):
    return ((points[:, None] - codes) ** 2).sum(axis=2).min(axis=1)


def emptiest(points, codes):
    return points[distance_to_nearest(points, codes).argmax()]

# %% mutant="distance_to_the_farthest" answer="gap" fails="gap" says="farthest code"
def distance_to_nearest(points, codes):
    return np.sqrt(((points[:, None] - codes) ** 2).sum(axis=2)).max(axis=1)


def emptiest(points, codes):
    return points[distance_to_nearest(points, codes).argmin()]

# %% mutant="distance_for_each_code" answer="gap" fails="gap" says="one number for each code"
def distance_to_nearest(points, codes):
    return np.sqrt(((points[:, None] - codes) ** 2).sum(axis=2)).min(axis=0)


def emptiest(points, codes):
    return points[distance_to_nearest(points, codes).argmax()]

# %% mutant="distance_without_pythagoras" answer="gap" fails="gap" says="square them, add"
def distance_to_nearest(points, codes):
    return np.abs(points[:, None] - codes).sum(axis=2).min(axis=1)


def emptiest(points, codes):
    return points[distance_to_nearest(points, codes).argmax()]

# %% mutant="most_crowded" answer="gap" fails="gap" says="nearest to a code"
def distance_to_nearest(points, codes):
    return np.sqrt(((points[:, None] - codes) ** 2).sum(axis=2)).min(axis=1)


def emptiest(points, codes):
    return points[distance_to_nearest(points, codes).argmin()]

# %% mutant="emptiest_as_a_number" answer="gap" fails="gap" says="number in the list"
def distance_to_nearest(points, codes):
    return np.sqrt(((points[:, None] - codes) ** 2).sum(axis=2)).min(axis=1)


def emptiest(points, codes):
    return distance_to_nearest(points, codes).argmax()

# %% [markdown]
# ## Mutants: PCA

# %% mutant="pca_not_centred" answer="pca" fails="pca" says="subtract the mean from x before"
def fit_pca(x, k):
    return x.mean(axis=0), np.linalg.svd(x, full_matrices=False)[2][:k]

# %% mutant="pca_columns_for_rows" answer="pca" fails="pca" says="its rows are the axes"
def fit_pca(x, k):
    m = x.mean(axis=0)
    _, _, v = np.linalg.svd(x - m, full_matrices=False)
    return m, v[:, :k].T

# %% mutant="pca_first_factor" answer="pca" fails="pca" says="third result"
def fit_pca(x, k):
    m = x.mean(axis=0)
    u, _, _ = np.linalg.svd(x - m, full_matrices=False)
    return m, u[:, :k].T

# %% mutant="pca_smallest_first" answer="pca" fails="pca" says="last ones"
def fit_pca(x, k):
    m = x.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(x.T))
    return m, vectors.T[:k]

# %% mutant="pca_axes_in_columns" answer="pca" fails="pca" says="transpose"
def fit_pca(x, k):
    m = x.mean(axis=0)
    return m, np.linalg.svd(x - m, full_matrices=False)[2][:k].T

# %% mutant="pca_standardised" answer="pca" fails="pca" says="divided by their standard deviation"
def fit_pca(x, k):
    m = x.mean(axis=0)
    return m, np.linalg.svd((x - m) / x.std(axis=0), full_matrices=False)[2][:k]

# %% mutant="pca_axes_scaled" answer="pca" fails="pca" says="singular values"
def fit_pca(x, k):
    m = x.mean(axis=0)
    _, s, v = np.linalg.svd(x - m, full_matrices=False)
    return m, s[:k, None] * v[:k]

# %% mutant="pca_axes_alone" answer="pca" fails="pca" says="expected two"
def fit_pca(x, k):
    return np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:k]

# %% mutant="pca_mean_of_each_row" answer="pca" fails="pca" says="over the rows, axis=0"
def fit_pca(x, k):
    m = x.mean(axis=1)
    return m, np.linalg.svd(x - m[:, None], full_matrices=False)[2][:k]

# %% [markdown]
# ## Mutants: projecting, rebuilding, measuring

# %% mutant="mean_not_subtracted" answer="project" fails="project,errors" says="not subtracted"
def project(x, mean, axes):
    return x @ axes.T


def rebuild(codes, mean, axes):
    return codes @ axes + mean

# %% mutant="mean_not_added" answer="project" fails="project,errors" says="not added"
def project(x, mean, axes):
    return (x - mean) @ axes.T


def rebuild(codes, mean, axes):
    return codes @ axes

# %% mutant="axes_transposed" answer="project" fails="project,errors" says="ValueError"
def project(x, mean, axes):
    return (x - mean) @ axes


def rebuild(codes, mean, axes):
    return codes @ axes.T + mean

# %% mutant="errors_in_the_other_order" answer="errors" fails="errors" says="other order"
def errors(x, mean, axes, encoder, decoder):
    linear = rebuild(project(x, mean, axes), mean, axes)
    return np.mean((decoder(encoder(x)) - x) ** 2), np.mean((linear - x) ** 2)

# %% mutant="errors_summed" answer="errors" fails="errors" says="mean over them too"
def errors(x, mean, axes, encoder, decoder):
    linear = rebuild(project(x, mean, axes), mean, axes)
    network = np.array(decoder(encoder(x)))
    return [((made - x) ** 2).sum(axis=1).mean() for made in (linear, network)]

# %% mutant="errors_of_codes" answer="errors" fails="errors" says="ValueError"
def errors(x, mean, axes, encoder, decoder):
    linear = project(x, mean, axes)
    network = np.array(encoder(x))
    return np.mean((linear - x) ** 2), np.mean((network - x) ** 2)

# %% [markdown]
# ## Mutants: the linear autoencoder

# %% mutant="linear_with_sigmoid" answer="linear" fails="linear" says="after a sigmoid"
def build_linear_autoencoder():
    x = keras.Input((784,))
    return keras.Model(x, keras.layers.Dense(784, "sigmoid")(keras.layers.Dense(2)(x)))

# %% mutant="linear_with_relu" answer="linear" fails="linear" says="has an activation"
def build_linear_autoencoder():
    x = keras.Input((784,))
    return keras.Model(x, keras.layers.Dense(784)(keras.layers.Dense(2, "relu")(x)))

# %% mutant="linear_without_biases" answer="linear" fails="linear" says="no bias"
def build_linear_autoencoder():
    x = keras.Input((784,))
    h = keras.layers.Dense(2, use_bias=False)(x)
    return keras.Model(x, keras.layers.Dense(784, use_bias=False)(h))

# %% mutant="linear_code_of_three" answer="linear" fails="linear" says="3 units"
def build_linear_autoencoder():
    x = keras.Input((784,))
    return keras.Model(x, keras.layers.Dense(784)(keras.layers.Dense(3)(x)))

# %% [markdown]
# ## Alternates

# %% alternate="sequential" answer="linear"
def build_linear_autoencoder():
    return keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(784, "linear")])

# %% alternate="sequential" answer="draw"
def draw(decoder, codes):
    return decoder.predict(np.asarray(codes, np.float32), verbose=0).reshape(len(codes), 28, 28)

# %% alternate="subclassed" answer="linear"
class Linear(keras.Model):
    def __init__(self):
        super().__init__()
        self.down = keras.layers.Dense(2)
        self.up = keras.layers.Dense(784)

    def call(self, x):
        return self.up(self.down(x))


def build_linear_autoencoder():
    model = Linear()
    model(keras.Input((784,)))
    return model

# %% alternate="loops" answer="grid"
def grid_codes(low, high, steps):
    places = []
    for row in range(steps):
        for column in range(steps):
            x = low[0] + column * (high[0] - low[0]) / (steps - 1)
            y = high[1] - row * (high[1] - low[1]) / (steps - 1)
            places.append([x, y])
    return places

# %% alternate="loops" answer="walk"
def walk(decoder, start, end, steps):
    return [
        draw(decoder, (start + i / (steps - 1) * (end - start)).reshape(1, 2))[0]
        for i in range(steps)
    ]

# %% alternate="loops" answer="gap"
def distance_to_nearest(points, codes):
    return [min(np.hypot(*(point - code)) for code in codes) for point in points]


def emptiest(points, codes):
    return max(points, key=lambda point: distance_to_nearest([point], codes))

# %% alternate="meshgrid" answer="grid"
def grid_codes(low, high, steps):
    x, y = np.meshgrid(np.linspace(low[0], high[0], steps), np.linspace(low[1], high[1], steps))
    return np.column_stack([x[::-1].ravel(), y[::-1].ravel()]).astype("float32")

# %% alternate="meshgrid" answer="walk"
def walk(decoder, start, end, steps):
    return draw(decoder, np.linspace(start, end, steps))

# %% alternate="meshgrid" answer="gap"
def distance_to_nearest(points, codes):
    return np.linalg.norm(points[:, None, :] - codes[None, :, :], axis=-1).min(1)


def emptiest(points, codes):
    order = np.argsort(distance_to_nearest(points, codes))
    return list(points[order[-1]])

# %% alternate="eigenvectors" answer="pca"
def fit_pca(x, k):
    mean = np.mean(x, axis=0)
    values, vectors = np.linalg.eigh((x - mean).T @ (x - mean))
    return mean, vectors[:, np.argsort(-values)[:k]].T

# %% alternate="eigenvectors" answer="project"
def project(x, mean, axes):
    return np.einsum("nd,kd->nk", x - mean, axes)


def rebuild(codes, mean, axes):
    return np.tensordot(codes, axes, axes=1) + mean

# %% alternate="eigenvectors" answer="errors"
def errors(x, mean, axes, encoder, decoder):
    rest = (x - mean) - (x - mean) @ axes.T @ axes
    network = decoder.predict(encoder.predict(x, verbose=0), verbose=0)
    return [float(np.square(rest).mean()), float(np.square(network - x).mean())]

# %% alternate="float32" answer="pca"
def fit_pca(x, k):
    x = np.asarray(x, np.float32)
    mean = x.mean(axis=0)
    _, _, vt = np.linalg.svd(x - mean)
    return [mean, -vt[:k]]

# %% alternate="float32" answer="project"
def project(x, mean, axes):
    return np.array([[np.dot(row - mean, axis) for axis in axes] for row in x], np.float32)


def rebuild(codes, mean, axes):
    return np.array([mean + sum(c * axis for c, axis in zip(code, axes)) for code in codes])

# %% alternate="tensors" answer="draw"
def draw(decoder, codes):
    return keras.ops.reshape(decoder(keras.ops.convert_to_tensor(codes, "float32")), (-1, 28, 28))

# %% alternate="tensors" answer="walk"
def walk(decoder, start, end, steps):
    t = keras.ops.linspace(0.0, 1.0, steps)[:, None]
    start, end = keras.ops.cast(start, "float32"), keras.ops.cast(end, "float32")
    return draw(decoder, start + t * (end - start))

# %% alternate="tensors" answer="errors"
def errors(x, mean, axes, encoder, decoder):
    x = np.asarray(x, np.float32)
    made = rebuild(project(x, mean, axes), mean, axes).astype(np.float32)
    mse = keras.losses.MeanSquaredError()
    return mse(x, made), mse(x, decoder(encoder(x)))
