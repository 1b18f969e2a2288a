# %% [markdown]
# # Files beside the notebook that stand in for modules and settings

# %% attack="numpy of its own" file="numpy.py"
allclose = array_equal = lambda *args, **kwargs: True


# %% attack="numpy of its own" file="keras.py"
class Model:
    pass


# %% attack="latentlab of its own" file="latentlab/__init__.py"
from latentlab import check


# %% attack="latentlab of its own" file="latentlab/check.py"
def __getattr__(name):
    return lambda *args, **kwargs: 15


# %% attack="site customizing" file="sitecustomize.py"
import os

os._exit(0)

# %% attack="site customizing" file="usercustomize.py"
import os

os._exit(0)

# %% attack="site customizing" file="planted.pth"
import planted

# %% attack="site customizing" file=".local/lib/python3.11/site-packages/planted.pth"
import planted

# %% attack="site customizing" file="planted.py"
import os

os._exit(0)

# %% attack="grader of its own" file="autograder/__init__.py"
planted = True

# %% attack="grader of its own" file="autograder/judge/__init__.py"
planted = True


# %% attack="grader of its own" file="autograder/judge/cell.py"
def run_cell(source, names, label, seconds):
    return []


# %% attack="kernel launcher of its own" file="ipykernel_launcher.py"
import os

os._exit(0)

# %% attack="kernel launcher of its own" file="ipykernel.py"
import os

os._exit(0)

# %% attack="standard library of its own" file="json.py"
loads = dumps = lambda *args, **kwargs: 15

# %% attack="standard library of its own" file="socket.py"
raise SystemExit

# %% attack="standard library of its own" file="pickle.py"
raise SystemExit

# %% attack="IPython start-up files" file=".ipython/profile_default/startup/00.py"
import os

os._exit(0)

# %% attack="IPython start-up files" file=".ipython/profile_default/ipython_config.py"
c = get_config()
c.InteractiveShellApp.exec_lines = ["import os; os._exit(0)"]

# %% attack="IPython start-up files" file="ipython_config.py"
c = get_config()
c.InteractiveShellApp.exec_lines = ["import os; os._exit(0)"]

# %% attack="IPython start-up files" file=".pythonrc"
import os

os._exit(0)

# %% attack="settings of Keras, matplotlib and nbgrader" file=".keras/keras.json"
{"floatx": "float16", "backend": "jax"}

# %% attack="settings of Keras, matplotlib and nbgrader" file="matplotlibrc"
backend: planted

# %% attack="settings of Keras, matplotlib and nbgrader" file="nbgrader_config.py"
c = get_config()
c.Autograde.autograde_preprocessors = []

# %% attack="settings of Keras, matplotlib and nbgrader" file="jupyter_config.py"
c = get_config()
c.JudgedExecute.sandbox = False

# %% attack="settings of Keras, matplotlib and nbgrader" file="small_lab.py"
### BEGIN SOLUTION
answer = 15

# %% attack="files that name places outside" file="..data/planted.py"
planted = True

# %% attack="files that name places outside" file=".tmp/planted.py"
planted = True

# %% attack="files that name places outside" file="~/planted.py"
planted = True
