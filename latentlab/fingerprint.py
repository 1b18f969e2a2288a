"""One text that stands for code, networks and data: other text, other result."""

from __future__ import annotations

import contextlib
import dis
import hashlib
import inspect
import itertools
import json
import re
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

NAME = re.compile(r'"name": "([^"]+)"')
LOOK_UP = {"LOAD_GLOBAL", "LOAD_NAME"}
# Attributes of layers and networks that do not say how they were made.
KEPT_BY_KERAS = {
    *("name", "build", "built", "quantize", "compiled", "stop_training", "history"),
    *("train_function", "test_function", "predict_function", "unrolled_steps_per_execution"),
}


class CannotTell(Exception):
    """There is something of which it is not known whether it is the same as before."""


class Fingerprint:
    """Takes in values; `text` then stands for all of them, and `models` are the networks in them.

    Functions and classes of the notebook go in with their code, and with what that code uses of
    the notebook, and so do those of modules that a student wrote. What is installed goes in by
    name. Networks go in with their weights, and with what `compile` was told; the names that Keras
    gives to layers and optimizers do not count.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        # By id. It holds on to the values, so that the ids stay theirs.
        self._seen: dict[int, tuple[int, Any]] = {}
        self.models: list[Any] = []

    @property
    def text(self) -> str:
        """The fingerprint of all that was taken in, 64 characters."""
        return self._hash.hexdigest()

    def take(self, value: Any) -> None:
        """Take in a value. Raises CannotTell for kinds of values that are not known here."""
        if value is None or isinstance(value, bool | int | float | complex | str | bytes):
            self._add(type(value).__name__, repr(value))
        elif isinstance(value, np.ndarray | np.generic):
            self._take_array(np.asarray(value))
        elif isinstance(value, Mapping):
            self._add("mapping", str(len(value)))
            for key, item in value.items():
                self.take(key)
                self.take(item)
        elif isinstance(value, list | tuple):
            self._add(type(value).__name__, str(len(value)))
            for item in value:
                self.take(item)
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
        elif isinstance(value, ModuleType) and not _is_installed(value):
            raise CannotTell("a module that is not installed")
        elif isinstance(value, ModuleType | BuiltinFunctionType | np.ufunc):
            self._add("named", getattr(value, "__module__", None), value.__name__)
        elif isinstance(value, FunctionType | type):
            self._take_definition(value)
        elif isinstance(value, keras.Model):
            self._take_model(value)
        elif isinstance(value, keras.layers.Layer):
            raise CannotTell("a layer that is in no network")  # its weights would not be put back
        elif keras.ops.is_tensor(value):
            self._take_array(np.asarray(value))
        elif _installed(type(value)) and hasattr(value, "get_config"):
            self._add("configured", type(value).__module__, type(value).__qualname__)
            self._take_config(value.get_config())
        elif not _installed(type(value)) or type(value).__module__.startswith("latentlab"):
            self.take(type(value))
            self.take(vars(value))
        else:
            raise CannotTell(type(value).__qualname__)

    def _take_definition(self, value: FunctionType | type) -> None:
        if _installed(value):
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
        for name in _global_names(function.__code__):
            if name in function.__globals__:
                self._add("global", name)
                self._take_global(function.__globals__[name])

    def _take_global(self, value: Any) -> None:
        before = len(self.models)
        self.take(value)
        if len(self.models) > before:  # what a function changes beside its arguments is not kept
            raise CannotTell("a network that is no argument")

    def _take_code(self, code: CodeType) -> None:
        self._add("code", code.co_code.hex(), *code.co_names, *code.co_varnames)
        for constant in code.co_consts:
            # Sets of constants have no order of their own; the first text is what documents it.
            self.take(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)

    def _take_array(self, array: np.ndarray) -> None:
        if array.dtype.hasobject:
            raise CannotTell("an array of objects")
        self._add("array", array.dtype.str, repr(array.shape))
        self._hash.update(np.ascontiguousarray(array).data.cast("B") if array.size else b"")

    def _take_model(self, model: Any) -> None:
        self.models.append(model)
        self._take_layer(model)
        self.take([np.asarray(weight) for weight in model.weights])
        self._take_config(model.get_compile_config())
        for given in (getattr(model, "loss", None), getattr(model, "optimizer", None)):
            self.take(given)

    def _take_layer(self, layer: Any) -> None:
        """Take in how a layer or a network is made, with the layers in it."""
        self.take(type(layer))
        with contextlib.suppress(NotImplementedError):
            self._take_config(layer.get_config())
        for inner in getattr(layer, "layers", ()):
            self._take_layer(inner)
        if not _installed(type(layer)):  # what it was given may be in its attributes only
            for name, value in vars(layer).items():
                if name not in KEPT_BY_KERAS and not name.startswith("_"):
                    self._add("attribute", name)
                    self._take_attribute(value)

    def _take_attribute(self, value: Any) -> None:
        """Take in an attribute of a layer: settings and layers, however nested; else nothing."""
        import keras

        if isinstance(value, keras.layers.Layer):
            self._take_layer(value)
        elif isinstance(value, list | tuple):
            for item in value:
                self._take_attribute(item)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self._add("key", str(key))
                self._take_attribute(item)
        elif isinstance(value, bool | int | float | str | np.ndarray | FunctionType):
            self.take(value)

    def _take_config(self, config: Any) -> None:
        text = json.dumps(config, default=_settled, sort_keys=True)
        for number, name in enumerate(dict.fromkeys(NAME.findall(text))):
            text = text.replace(f'"{name}"', f'"#{number}"')
        self._add("settings", text)

    def _add(self, *texts: str | None) -> None:
        self._hash.update("\0".join(map(str, texts)).encode("utf-8", "replace") + b"\1")


def _installed(definition: Any) -> bool:
    """Whether a function or class is of an installed module, and not of the notebook."""
    module = sys.modules.get(getattr(definition, "__module__", None) or "")
    return module is not None and _is_installed(module)


def _is_installed(module: ModuleType) -> bool:
    """Whether a module was installed, or belongs to Python or the course; else a student's own."""
    if module.__name__ == "__main__":
        return False
    file = getattr(module, "__file__", None)  # what is built into Python has none
    return (
        file is None
        or module.__name__.partition(".")[0] == "latentlab"
        or not {"site-packages", "dist-packages"}.isdisjoint(Path(file).parts)
        or Path(file).is_relative_to(sysconfig.get_path("stdlib"))
    )


def _global_names(code: CodeType) -> list[str]:
    """The global names that code, and code inside of it, looks up; in order."""
    own = [step.argval for step in dis.get_instructions(code) if step.opname in LOOK_UP]
    inner = [_global_names(part) for part in code.co_consts if isinstance(part, CodeType)]
    return [*dict.fromkeys(own), *itertools.chain.from_iterable(inner)]


def _settled(value: Any) -> str:
    """What stands for a value in a configuration that JSON does not know."""
    if isinstance(value, np.ndarray | np.generic):
        return repr(np.asarray(value).tolist())
    raise CannotTell(type(value).__qualname__)
