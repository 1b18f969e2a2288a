"""A student's own layers and activations, spelled out as what they are made of.

The judge rebuilds stock layers and recorded operations, and runs no code of a student's. A layer of
a student's own often holds nothing else: then the student's process says what it does, step by
step, and that can travel.
"""

from collections.abc import Callable
from typing import Any

from autograder.judge.models import all_layers


def spelled_out(model: Any) -> Any:
    """Return a functional model that computes the same without the student's own layers.

    model: sequential or functional. It is returned unchanged if it has no such layer, or one that
    cannot be spelled out: one with weights of its own, or that calculates with other than Keras'
    layers and operations.
    """
    if not any(_needs_spelling(part) for part in (model, *all_layers(model))):
        return model
    try:
        return _Speller().spell(model)
    except Exception:  # whatever the code of a student's raises when it is called on a symbol
        return model


class _Speller:
    """Builds the model anew, from copies: the student's layers stay as they are."""

    def __init__(self) -> None:
        self._copies: dict[int, Any] = {}  # a layer that is used twice is one layer in the copy

    def spell(self, model: Any) -> Any:
        import keras

        inputs = keras.tree.map_structure(
            lambda symbol: keras.Input(
                batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name
            ),
            model.inputs[0] if isinstance(model, keras.Sequential) else model.input,
        )
        return keras.Model(inputs, self._model(model, inputs), name=model.name)

    def _model(self, model: Any, inputs: Any) -> Any:
        """What the model makes of the inputs, each layer replaced by what `_step` gives."""
        import keras

        if not isinstance(model, keras.Sequential):
            return model._run_through_graph(inputs, operation_fn=self._step)
        outputs = inputs
        for layer in model.layers:
            outputs = self._step(layer)(outputs)
        return outputs

    def _step(self, part: Any) -> Callable[..., Any]:
        """What to call in the place of this layer or operation of the model."""
        import keras

        if isinstance(part, keras.Model):
            return lambda inputs, **named: self._model(part, inputs)
        if isinstance(part, keras.layers.Lambda):
            return lambda inputs, **named: part.function(inputs, **part.arguments)
        if not isinstance(part, keras.layers.Layer):
            return part
        if _is_own(part):
            return part.call
        if id(part) not in self._copies:
            self._copies[id(part)] = _copy(part)
        return self._copies[id(part)]


def _copy(layer: Any) -> Callable[..., Any]:
    """A stock layer like this one with its weights, followed by its activation if that is own."""
    config = layer.get_config()
    own = layer.activation if _has_own_activation(layer) else None
    if own is not None:
        config["activation"] = "linear"
    copy = type(layer).from_config(config)

    def step(*inputs: Any, **named: Any) -> Any:
        outputs = copy(*inputs, **named)
        copy.set_weights(layer.get_weights())
        return outputs if own is None else own(outputs)

    return step


def _needs_spelling(part: Any) -> bool:
    import keras

    return isinstance(part, keras.layers.Lambda) or _is_own(part) or _has_own_activation(part)


def _is_own(part: Any) -> bool:
    """Whether this is a layer of the student's without weights beside those of its layers."""
    import keras

    if not isinstance(part, keras.layers.Layer) or type(part).__module__.startswith("keras."):
        return False
    return not (part._trainable_variables or part._non_trainable_variables)


def _has_own_activation(part: Any) -> bool:
    activation = getattr(part, "activation", None)
    stock = getattr(activation, "__module__", "") == "keras.src.activations.activations"
    return callable(activation) and not stock
