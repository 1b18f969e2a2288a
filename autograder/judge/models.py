"""Keras models as they travel: the config and the weights, rebuilt by the judge against a list.

The judge never runs a student's code to get a model. It checks every class that the config names
against the lists below, counts the parameters before any memory is set aside for them, and then
loads the weights.
"""

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.judge.wire import WireError
from latentlab.automatic_names import renew_automatic_names
from latentlab.check.failure import described

MAX_PARAMETERS = 100_000_000
MAX_OUTPUT_ELEMENTS = 4_000_000
MAX_CONFIG_DEPTH = 60

LAYERS = frozenset(
    """
    Activation ActivityRegularization Add Average AveragePooling1D AveragePooling2D
    BatchNormalization CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose
    Cropping1D Cropping2D Dense DepthwiseConv2D Dot Dropout ELU Flatten GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D
    GlobalMaxPooling2D GroupNormalization Identity InputLayer LayerNormalization LeakyReLU Maximum
    MaxPooling1D MaxPooling2D Minimum Multiply PReLU Permute ReLU RepeatVector Rescaling Reshape
    Resizing SeparableConv2D Softmax SpatialDropout2D Subtract UnitNormalization UpSampling1D
    UpSampling2D ZeroPadding1D ZeroPadding2D
    """.split()
)
# Operations that a functional model records when its author wrote `x + y` or `keras.ops.relu(x)`.
OPERATIONS = frozenset(
    """
    Abs Absolute Add Amax Amin Average AveragePool BroadcastTo Cast Celu Clip Concatenate Conv
    ConvTranspose Cos DepthToSpace DepthwiseConv Divide Elu Exp ExpandDims Expm1 Flip Gelu GetItem
    HardSigmoid HardSilu HardTanh LeakyRelu Log Log1p LogSigmoid LogSoftmax Logsumexp Matmul Max
    MaxPool Maximum Mean Min Minimum Moveaxis Multiply Negative Normalize Pad Power Prod Ravel
    Reciprocal Relu Relu6 Repeat Reshape Resize Rsqrt Selu SeparableConv Sigmoid Sign Silu Sin
    Softmax Softplus Softsign SpaceToDepth Sqrt Square Squeeze Stack Std StopGradient Subtract Sum
    Swapaxes Tanh Tile Transpose TrueDivide Var Where
    """.split()
)
ACTIVATIONS = frozenset(
    """
    celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu
    linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
    softsign sparsemax squareplus swish tanh tanh_shrink
    """.split()
)
ALLOWED = {
    "keras.layers": LAYERS,
    "keras": frozenset({"Sequential", "Functional", "Model", "DTypePolicy"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.models.sequential": frozenset({"Sequential"}),
    "keras.src.activations.activations": frozenset({"ReLU", "Mish"}),
    "keras.src.ops.numpy": OPERATIONS,
    "keras.src.ops.nn": OPERATIONS,
    "keras.src.ops.core": OPERATIONS,
    "keras.src.ops.image": OPERATIONS,
    "keras.src.ops.math": OPERATIONS,
}

# A model that was never built comes without weights; it gets such as a new layer has.
INITIALIZERS = {
    "bias": "zeros",
    "beta": "zeros",
    "alpha": "zeros",
    "moving_mean": "zeros",
    "gamma": "ones",
    "moving_variance": "ones",
}

INERT = frozenset({"__keras_tensor__", "__slice__", "__tuple__", "__ellipsis__"})
# What a finished model does not need: how its weights were first drawn and what trained them.
DROPPED = frozenset({"compile_config", "quantization_config"})


class ModelRefused(WireError):
    """A model that the judge does not rebuild; the message is one for the student."""


def is_model(value: Any) -> bool:
    """Whether the value is a Keras model."""
    import keras

    return isinstance(value, keras.Model)


def pack(model: Any) -> tuple[dict, list[np.ndarray]]:
    """A model's config and weights. Raises whatever Keras raises for a model it cannot save."""
    import keras

    saved = keras.saving.serialize_keras_object(model)
    return saved, [np.asarray(weight) for weight in model.get_weights()]


def unpack(saved: Any, weights: list[np.ndarray]) -> Any:
    """Rebuild a model from what `pack` made.

    Raises ModelRefused for a class that is not in the lists, a
    model that is too large, and weights that do not fit.
    """
    config = _clean(saved)
    try:
        with _shapes_only():
            _check_size(_revive(copy.deepcopy(config)), weights)  # reviving eats its config
        model = _revive(config)
        model.set_weights(weights)
        renew_automatic_names(model)
    except ModelRefused:
        raise
    except Exception as error:  # Keras raises many kinds for a config that does not hold together
        raise ModelRefused(f"the model cannot be rebuilt: {described(error)}") from error
    return model


@contextmanager
def _shapes_only() -> Iterator[None]:
    """Models that are made in here have variables with shapes and no values: any size is free."""
    from keras.src.backend.common import global_state
    from keras.src.backend.common.stateless_scope import StatelessScope

    try:
        with StatelessScope(initialize_variables=False):
            yield
    finally:
        # Keras remembers such variables, and would give them values at the next occasion.
        global_state.set_global_attribute("uninitialized_variables", [])


def _revive(config: dict) -> Any:
    import keras

    return keras.saving.deserialize_keras_object(config, safe_mode=True)


def _check_size(model: Any, weights: list[np.ndarray]) -> None:
    if not model.built:
        _check_future_size(model)
    shapes = [tuple(variable.shape) for variable in model.weights]
    if sum(map(math.prod, shapes)) > MAX_PARAMETERS:
        raise ModelRefused(f"the model has more than {MAX_PARAMETERS:,} parameters")
    if shapes != [weight.shape for weight in weights]:
        raise ModelRefused("the model's weights do not fit its layers")
    for layer in all_layers(model):
        for output in _outputs(layer):
            if math.prod(size or 1 for size in output.shape) > MAX_OUTPUT_ELEMENTS:
                raise ModelRefused(f"layer {layer.name!r} puts out more than this course needs")


def _check_future_size(model: Any) -> None:
    """A model without an input shape gets its weights at its first call: guess high before."""
    layers = all_layers(model)
    widths = [getattr(layer, name, 0) for layer in layers for name in ("units", "filters")]
    if len(layers) * max(widths, default=0) ** 2 > MAX_PARAMETERS:
        raise ModelRefused(f"the model may have more than {MAX_PARAMETERS:,} parameters")


def all_layers(model: Any) -> list:
    """The layers and operations of a model, those of models in it behind each."""
    layers = []
    for layer in getattr(model, "operations", getattr(model, "layers", [])):
        layers.append(layer)
        layers.extend(all_layers(layer))
    return layers


def _outputs(layer: Any) -> list:
    return [tensor for node in layer._inbound_nodes for tensor in node.output_tensors]


def _clean(node: Any, depth: int = 0) -> Any:
    """A copy of a config in which every class is on a list. Raises ModelRefused otherwise."""
    if depth > MAX_CONFIG_DEPTH:
        raise ModelRefused("the model's config is nested too deeply")
    if node is None or isinstance(node, bool | int | float | str):
        return node
    if isinstance(node, list):
        return [_clean(item, depth + 1) for item in node]
    if not isinstance(node, dict):
        raise ModelRefused("the model's config is malformed")
    if "class_name" in node:
        _check_class(node)
    return {key: _clean_entry(key, item, depth) for key, item in node.items() if key not in DROPPED}


def _clean_entry(key: str, item: Any, depth: int) -> Any:
    if key.endswith("_initializer"):
        return INITIALIZERS.get(key.removesuffix("_initializer"), "glorot_uniform")
    if key.endswith(("_regularizer", "_constraint")):
        return None
    if key in ("activation", "recurrent_activation"):
        return _activation(item)
    return _clean(item, depth + 1)


def _activation(item: Any) -> str:
    if item is None:
        return "linear"
    name = item.get("config") if isinstance(item, dict) else item
    if isinstance(name, dict):  # an activation given as a layer, as in activation=LeakyReLU()
        raise ModelRefused("the model has a layer as an activation; put the layer after it instead")
    if not isinstance(name, str):  # Keras writes a lambda as its bytes
        raise ModelRefused(
            "the model has a lambda as an activation; put what it does after the layer instead, "
            "with keras.ops"
        )
    if name not in ACTIVATIONS:
        raise ModelRefused(f"the model has an activation that is not Keras' own: {name!r}"[:200])
    return name


def _check_class(node: dict) -> None:
    name, module = node["class_name"], node.get("module")
    if module is None and name in INERT:
        return
    if not isinstance(name, str) or name not in ALLOWED.get(str(module), ()):
        raise ModelRefused(f"the model has a part that is not a stock Keras layer: {name!r}"[:200])
    if node.get("registered_name") not in (None, name):
        raise ModelRefused(f"the model has a part registered under another name: {name!r}"[:200])
