"""One text that stands for code, networks and data: other text, other result."""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import itertools
import json
import warnings
from collections.abc import Mapping
from types import BuiltinFunctionType, CodeType, EllipsisType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from latentlab.network_state import CannotTell, compiled, gathered, state, trainable
from latentlab.own import attributes_set_by, can_be_named, is_installed, is_installed_module, parts

PLAIN = bool | int | float | complex | str | bytes | range | slice | EllipsisType | None
LOOK_UP = {"LOAD_GLOBAL", "LOAD_NAME"}
CHANGE = {"STORE_GLOBAL", "DELETE_GLOBAL"}
# Where Keras' configurations refer to layers by name.
REFERENCES = {"keras_history", "input_layers", "output_layers"}
# Attributes of layers and networks that do not say how they were made.
KEPT_BY_KERAS = {
    *("name", "build", "built", "quantize", "compiled", "stop_training", "history"),
    *("train_function", "test_function", "predict_function", "unrolled_steps_per_execution"),
}


class Fingerprint:
    """Takes in values; `text` then stands for all of them.

    `models` are the networks in them, `optimizers` those that stand by themselves.

    Functions and classes of the notebook go in with their code, and with what that code uses of
    the notebook, and so do those of modules that a student wrote. What is installed goes in by
    name. Networks go in with their weights, and with what `compile` was told; the names that Keras
    gives to layers and optimizers do not count. networks: False leaves them out, what optimizers
    have gathered, and what the course itself gives to trainings: all that a training is meant to
    change.
    """

    def __init__(self, networks: bool = True) -> None:
        self._networks = networks
        self._hash = hashlib.sha256()
        # By id. It holds on to the values, so that the ids stay theirs.
        self._seen: dict[int, tuple[int, Any]] = {}
        self.models: list[Any] = []
        self.optimizers: list[Any] = []

    @property
    def text(self) -> str:
        """The fingerprint of all that was taken in, 64 characters."""
        return self._hash.hexdigest()

    def take(self, value: Any) -> None:
        """Take in a value. Raises CannotTell for kinds of values that are not known here."""
        if isinstance(value, PLAIN | Mapping | list | tuple | set | frozenset) and not is_installed(
            type(value)
        ):  # a class of the notebook's that is made from one of these has methods of its own
            self.take(type(value))
            self.take(getattr(value, "__dict__", None))
        if isinstance(value, PLAIN):
            self._add(type(value).__name__, repr(value))
        elif isinstance(value, np.dtype):
            self._add("dtype", value.str)
        elif isinstance(value, np.ndarray | np.generic):
            self._take_array(np.asanyarray(value))
        elif isinstance(value, Mapping):
            self._add("mapping", str(len(value)))
            for key, item in value.items():
                self.take(key)
                self.take(item)
        elif isinstance(value, list | tuple):
            self._add(type(value).__name__, str(len(value)))
            for item in value:
                self.take(item)
        elif isinstance(value, set | frozenset) and all(isinstance(item, PLAIN) for item in value):
            self.take(sorted(map(repr, value)))  # they have no order of their own
        elif isinstance(value, CodeType):
            self._take_code(value)
        elif id(value) in self._seen:  # a function may call itself
            self._add("seen", str(self._seen[id(value)][0]))
        else:
            self._seen[id(value)] = (len(self._seen), value)
            self._take_object(value)

    def _take_object(self, value: Any) -> None:
        import keras

        if isinstance(value, MethodType):
            self.take(value.__self__)
            self.take(value.__func__)
        elif isinstance(value, functools.partial):
            self.take([value.func, value.args, value.keywords])
        elif isinstance(value, ModuleType) and not is_installed_module(value):
            raise CannotTell("it uses a module of your own")
        elif isinstance(value, BuiltinFunctionType) and not isinstance(value.__self__, ModuleType):
            self.take([value.__self__, value.__name__])  # such as the method `append` of a list
        elif isinstance(value, np.ufunc) and getattr(np, value.__name__, None) is not value:
            raise CannotTell("it uses a function that was made to work on arrays")
        elif isinstance(value, ModuleType | BuiltinFunctionType | np.ufunc):
            self._add("named", getattr(value, "__module__", None), value.__name__)
        elif isinstance(value, FunctionType | type):
            self._take_definition(value)
        elif isinstance(value, keras.Model):
            self._take_model(value)
        elif isinstance(value, keras.layers.Layer):
            # Its weights would not be put back.
            raise CannotTell("it is given a layer that is in no network")
        elif keras.ops.is_tensor(value):
            self._take_array(np.asarray(value))
        elif is_installed(type(value)) and hasattr(value, "get_config"):
            self._add("configured", type(value).__module__, type(value).__qualname__)
            self._take_config(_config(value))
            for part in parts(value):
                self._take_part(part)
            if isinstance(value, keras.optimizers.Optimizer) and self._networks:
                self.optimizers.append(value)
                self.take(gathered(value))
            if isinstance(value, keras.random.SeedGenerator):
                self._take_array(np.asarray(value.state))
        elif not self._networks and type(value).__module__.startswith("latentlab"):
            return
        elif not is_installed(type(value)) or type(value).__module__.startswith("latentlab"):
            self.take(type(value))
            self.take(vars(value))
        else:
            raise CannotTell(f"it uses an object of type {type(value).__qualname__}")

    def _take_definition(self, value: FunctionType | type) -> None:
        if is_installed(value):
            self._add("installed", value.__module__, value.__qualname__)
        elif isinstance(value, type):
            self._add("class", value.__qualname__)
            self.take([base for base in value.__mro__[1:] if base is not object])
            for name, member in vars(value).items():
                if isinstance(member, staticmethod | classmethod):
                    member = member.__func__
                if isinstance(member, property):
                    self._add("property", name)
                    self.take([member.fget, member.fset])
                elif isinstance(member, FunctionType):
                    self._add("method", name)
                    self.take(member)
                elif not name.startswith("__") and not inspect.isdatadescriptor(member):
                    self._add("attribute", name)
                    self.take(member)
        else:
            self._take_function(value)

    def _take_function(self, function: FunctionType) -> None:
        self._take_code(function.__code__)
        self.take(function.__defaults__)
        self.take(function.__kwdefaults__)
        self.take([cell.cell_contents for cell in function.__closure__ or ()])
        self.take(vars(function))
        for name in _global_names(function.__code__):
            if name in function.__globals__:
                self._add("global", name)
                self._take_global(function.__globals__[name])

    def _take_global(self, value: Any) -> None:
        before = len(self.models)
        self.take(value)
        if len(self.models) > before:  # what a function changes beside its arguments is not kept
            raise CannotTell("it uses a network that is not among its arguments")

    def _take_code(self, code: CodeType) -> None:
        if any(step.opname in CHANGE for step in dis.get_instructions(code)):
            raise CannotTell("it gives another value to a global name")  # which is not kept
        for name in _imported(code):
            if not can_be_named(name):
                raise CannotTell("it uses a module of your own")
        counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
        names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
        self._add("code", code.co_code.hex(), code.co_exceptiontable.hex(), repr((counts, names)))
        for constant in code.co_consts:
            self.take(constant)

    def _take_array(self, array: np.ndarray) -> None:
        if array.dtype.hasobject or isinstance(array, np.ma.MaskedArray):
            raise CannotTell("it uses an array of objects, or with a mask")
        self._add("array", array.dtype.str, repr(array.shape))
        self._hash.update(np.ascontiguousarray(array).data.cast("B") if array.size else b"")

    def _take_model(self, model: Any) -> None:
        if not self._networks:
            return
        if not model.weights:
            raise CannotTell("its network has no weights before; one that begins with Input has")
        self.models.append(model)
        for part in parts(model):
            self._take_part(part)
        optimizer = getattr(model, "optimizer", None)
        self.take([state(model), gathered(optimizer), trainable(model)])
        self._take_config(compiled(model))
        self.take(getattr(model, "loss", None))

    def _take_part(self, part: Any) -> None:
        """Take in a part of a network, see `parts`: how it is made, without the parts in it."""
        import keras

        if not isinstance(part, keras.layers.Layer):
            self.take(part)
            return
        self._add("layer", type(part).__module__, type(part).__qualname__)
        try:
            self._take_config(_config(part))
        except NotImplementedError:  # a class that does not tell; its code and attributes do
            if is_installed(type(part)):
                raise CannotTell("a layer does not tell how it is made") from None
        if not is_installed(type(part)):
            self.take(type(part))
            stored = attributes_set_by(type(part))
            for name, value in vars(part).items():
                if name in stored or not (name.startswith("_") or name in KEPT_BY_KERAS):
                    self._add("attribute", name)
                    self._take_attribute(value)

    def _take_attribute(self, value: Any) -> None:
        """Take in an attribute of a layer, but not layers and weights: they go in by themselves."""
        import keras

        if isinstance(value, list | tuple):
            self._add("list", str(len(value)))
            for item in value:
                self._take_attribute(item)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self._add("key", str(key))
                self._take_attribute(item)
        elif not isinstance(value, keras.layers.Layer | keras.Variable):
            self.take(value)

    def _take_config(self, config: Any) -> None:
        config = json.loads(json.dumps(config, default=_settled, sort_keys=True))
        self._add("settings", json.dumps(_numbered(config, {}), sort_keys=True))

    def _add(self, *texts: str | None) -> None:
        self._hash.update("\0".join(map(str, texts)).encode("utf-8", "replace") + b"\1")


def _config(value: Any) -> Any:
    with warnings.catch_warnings():  # Keras warns of lambdas, which a reader of files must fear
        warnings.simplefilter("ignore")
        return value.get_config()


def _imported(code: CodeType) -> list[str]:
    """The modules that code imports when it runs."""
    return [step.argval for step in dis.get_instructions(code) if step.opname == "IMPORT_NAME"]


def _numbered(config: Any, numbers: dict[str, str], key: str = "") -> Any:
    """A configuration with numbers for the names of layers, in the order in which they come."""
    if isinstance(config, dict):
        if _is_nameless_function(config):
            return "lambda"  # its code goes in by itself; here it is mixed with the cell's number
        if str(config.get("class_name")).endswith("DTypePolicy"):
            return config  # its name is all that there is to it
        return {name: _numbered(value, numbers, name) for name, value in sorted(config.items())}
    if isinstance(config, list):
        return [_numbered(value, numbers, key if key in REFERENCES else "") for value in config]
    if isinstance(config, str) and (key == "name" or key in REFERENCES):
        return numbers.setdefault(config, f"#{len(numbers)}")
    return config


def _is_nameless_function(config: dict[str, Any]) -> bool:
    """Whether Keras has written a function as its code: code as text, defaults, closure."""
    value = config.get("value")
    written = isinstance(value, list) and len(value) == 3 and isinstance(value[0], str)
    return config.get("class_name") == "__lambda__" or written


def _global_names(code: CodeType) -> list[str]:
    """The global names that code, and code inside of it, looks up; in order."""
    own = [step.argval for step in dis.get_instructions(code) if step.opname in LOOK_UP]
    inner = [_global_names(part) for part in code.co_consts if isinstance(part, CodeType)]
    return [*dict.fromkeys(own), *itertools.chain.from_iterable(inner)]


def _settled(value: Any) -> str:
    """What stands for a value in a configuration that JSON does not know."""
    if isinstance(value, np.ndarray | np.generic):
        return repr(np.asarray(value).tolist())
    raise CannotTell(f"it uses an object of type {type(value).__qualname__}")
