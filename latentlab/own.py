"""What is a student's own, and what was installed."""

from __future__ import annotations

import dis
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any


def parts(value: Any) -> Iterator[Any]:
    """What a network is made of, however deep Keras holds it: layers, and all of a student's own.

    A student's own are functions, classes and objects of the notebook, such as an activation or a
    schedule. In the order in which they are found, the network itself first.
    """
    import keras

    seen: dict[int, Any] = {}
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, bool | int | float | str):
            continue
        seen[id(found)] = found
        of_keras = type(found).__module__.partition(".")[0] == "keras"
        inside: list[Any] = []
        if isinstance(found, list | tuple):
            inside = list(found)
        elif isinstance(found, Mapping):
            inside = list(found.values())
        elif isinstance(found, FunctionType | type):
            if not is_installed(found):
                yield found
        elif isinstance(found, MethodType):
            inside = [found.__self__, found.__func__]
        elif callable(found) and hasattr(found, "__wrapped__"):  # such as by @tf.function
            inside = [found.__wrapped__]
        elif isinstance(found, keras.layers.Layer):
            yield found
            inside = list(vars(found).values())
        elif of_keras:
            inside = list(getattr(found, "__dict__", {}).values())
        elif not is_installed(type(found)):
            yield found
            inside = list(getattr(found, "__dict__", {}).values())
        waiting += reversed(inside)


def is_of_keras_alone(model: Any) -> bool:
    """Whether nothing in a network is a student's own."""
    import keras

    return all(
        isinstance(part, keras.layers.Layer) and is_installed(type(part)) for part in parts(model)
    )


def attributes_set_by(own: type) -> set[str]:
    """The attributes that the code of a student's class gives to its objects."""
    return {
        step.argval
        for base in own.__mro__
        if not is_installed(base)
        for member in vars(base).values()
        if isinstance(member, FunctionType)
        for step in dis.get_instructions(member)
        if step.opname == "STORE_ATTR"
    }


def is_installed(definition: Any) -> bool:
    """Whether a function or class is of an installed module, and not of the notebook."""
    module = sys.modules.get(getattr(definition, "__module__", None) or "")
    return module is not None and is_installed_module(module)


def is_installed_module(module: ModuleType) -> bool:
    """Whether a module was installed, or belongs to Python or the course; else a student's own."""
    if module.__name__ == "__main__":
        return False
    file = getattr(module, "__file__", None)  # what is built into Python has none
    return module.__name__.partition(".")[0] == "latentlab" or _is_installed_file(file)


def _is_installed_file(file: str | None) -> bool:
    return (
        file is None
        or not {"site-packages", "dist-packages"}.isdisjoint(Path(file).parts)
        or Path(file).is_relative_to(sysconfig.get_path("stdlib"))
    )


def can_be_named(module: str) -> bool:
    """Whether a module that code imports is installed, so that its name stands for it."""
    top = module.partition(".")[0]
    if top == "latentlab":
        return True
    found = importlib.util.find_spec(top) if top else None
    return found is not None and (not found.has_location or _is_installed_file(found.origin))
