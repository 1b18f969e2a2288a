"""Make data/plane.npz: lab 1's network, trained for longer on the sample's 4,000 digits.

python data/make_plane.py

The loss is the mean squared error, plus 0.0001 times the squared distance of the code from the
origin. That keeps the codes together: without it a few lie far out, the others are crowded, and
the plane makes a poor map. Weights are stored as float16. About a minute on one core; other
machines add up in another order, and write a file that differs a little.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

import latentlab as lab

SIZES = (784, 256, 128, 64, 2)
EPOCHS, BATCH, LEARNING_RATE, PULL, SEED = 30, 32, 0.002, 1e-4, 0


def chain(sizes: tuple[int, ...], last: str, **last_options: object) -> keras.Sequential:
    """Return dense layers of these sizes, input first, with relu but for the last one."""
    model = keras.Sequential([keras.Input((sizes[0],))])
    for units in sizes[1:-1]:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(sizes[-1], activation=last, **last_options))
    return model


def arrays(name: str, model: keras.Sequential) -> dict[str, np.ndarray]:
    """Return what `latentlab.plane` reads of a model: activations, weights and biases."""
    stored = {f"{name}_activations": np.array([la.activation.__name__ for la in model.layers])}
    for i, layer in enumerate(model.layers):
        w, b = layer.get_weights()
        stored |= {f"{name}_w{i}": w.astype(np.float16), f"{name}_b{i}": b.astype(np.float16)}
    return stored


def main() -> None:
    """Train and write."""
    x_train, x_test = (part.images.reshape(-1, SIZES[0]) for part in lab.load("mnist"))
    lab.seed(SEED)
    encoder = chain(SIZES, "linear", activity_regularizer=keras.regularizers.L2(PULL))
    decoder = chain(SIZES[::-1], "sigmoid")
    both = keras.Sequential([encoder, decoder])
    steps = EPOCHS * -(-len(x_train) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    both.compile(keras.optimizers.Adam(rate), loss="mse", jit_compile=False)
    both.fit(
        x_train, x_train, batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[lab.Progress()]
    )
    path = Path(__file__).with_name("plane.npz")
    np.savez_compressed(path, **arrays("encoder", encoder), **arrays("decoder", decoder))
    error = np.mean((np.array(both(x_test)) - x_test) ** 2)
    print(f"{path.name}: {path.stat().st_size:,} bytes; test part: mean squared error {error:.4f}")


if __name__ == "__main__":
    main()
