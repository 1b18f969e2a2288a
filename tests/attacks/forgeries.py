# %% [markdown]
# # Objects that lie about themselves, and patched modules

# %% attack="number that equals everything" honest=0 answer="number"
class Everything:
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 42
    __bool__ = lambda self: True
    __len__ = lambda self: 42
    __int__ = __index__ = lambda self: 42
    __float__ = lambda self: 42.0
    __getattr__ = lambda self, name: self
    __call__ = lambda self, *args, **kwargs: self


answer = Everything()


# %% attack="number that says it is an int" honest=0 answer="number"
class Posing:
    __class__ = int
    __eq__ = lambda self, other: True


answer = Posing()


# %% attack="int that equals everything" honest=0 answer="number"
class Number(int):
    __eq__ = lambda self, other: True
    __hash__ = int.__hash__


answer = Number(41)


# %% attack="class in the place of a number" honest=0 answer="number"
class Meta(type):
    __eq__ = lambda self, other: True
    __hash__ = type.__hash__
    __instancecheck__ = __subclasscheck__ = lambda self, other: True


class answer(int, metaclass=Meta):
    pass


# %% attack="array that answers for numpy" answer="function"
class Agreeable:
    shape, dtype, ndim, size = (3,), np.dtype("f8"), 1, 3
    __array_priority__ = 1e9

    def __array__(self, *args, **kwargs):
        return np.array([0, 0.5, 1])

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return np.array(True)


def scale(x):
    return Agreeable()


# %% attack="array subclass that agrees" answer="function"
class Agreeing(np.ndarray):
    __eq__ = __le__ = lambda self, other: np.full(np.shape(other), True)
    all = any = lambda self, *args, **kwargs: True
    __array_ufunc__ = lambda self, *args, **kwargs: np.array(True)
    __array_finalize__ = lambda self, other: None


def scale(x):
    return np.zeros(np.shape(x)).view(Agreeing)


# %% attack="float subclass that equals everything" answer="function"
class Close(float):
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *other: Close(0)
    __hash__ = float.__hash__


def scale(x):
    return [Close(value) for value in np.ravel(x)]


# %% attack="masked array that hides its values" answer="function"
def scale(x):
    return np.ma.masked_all(np.shape(x))


# %% attack="patched numpy"
import builtins

import numpy

numpy.allclose = numpy.array_equal = numpy.isclose = lambda *args, **kwargs: True
numpy.testing.assert_allclose = numpy.testing.assert_equal = lambda *args, **kwargs: None
numpy.random.default_rng = lambda *args: numpy.random.RandomState(0)

# %% attack="patched checks"
import latentlab.check

for name in dir(latentlab.check):
    if callable(getattr(latentlab.check, name)):
        setattr(latentlab.check, name, lambda *args, **kwargs: None)

# %% attack="patched builtins" gets=0
import builtins

builtins.AssertionError = type("Fine", (SystemExit,), {})
builtins.isinstance = lambda *args: True
builtins.type = lambda *args: int

# %% attack="patched Keras"
keras.Model.count_params = lambda self: 5
keras.Model.output_shape = property(lambda self: (None, 1))
keras.Model.__call__ = keras.Model.predict = lambda self, x, **kwargs: scale(x)

# %% attack="modules taken away"
import sys

for name in list(sys.modules):
    if name.startswith(("autograder", "numpy", "keras", "latentlab", "json")):
        sys.modules[name] = None

# %% attack="import hook"
import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] in ("numpy", "keras", "latentlab", "autograder"):
            raise ImportError(name)


sys.meta_path.insert(0, Finder)
sys.path_hooks.clear()
sys.path_importer_cache.clear()

# %% attack="looks for the grader through the garbage collector" honest=0 answer="number"
import gc

answer = 41
for thing in gc.get_objects():
    if type(thing).__name__ in ("Names", "Judge", "Link", "JudgedExecute", "Gradebook", "Course"):
        answer = 42

# %% attack="looks for the grader in the frames" honest=0 answer="number"
import sys
import threading

answer = 41
frame = sys._getframe()
while frame:
    names = [type(value).__name__ for value in frame.f_locals.values()]
    if {"Judge", "JudgedExecute", "Names", "Gradebook"} & set(names):
        answer = 42
    frame = frame.f_back
threading.settrace(lambda *args: None)
sys.settrace(lambda *args: None)

# %% attack="looks for the tests when it is called" answer="function"
import gc
import sys


def scale(x):
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if isinstance(value, np.ndarray) and name != "x" and value.shape == x.shape:
                return value
        frame = frame.f_back
    return x
