# %% [markdown]
# # Attacks on the kernel and on what it puts out

# %% attack="input transformer that empties the test cells"
def emptied(lines):
    return ["pass\n"] if any("assert" in line for line in lines) else lines


get_ipython().input_transformers_cleanup.append(emptied)
get_ipython().input_transformers_post.append(emptied)

# %% attack="AST transformer that removes assertions"
import ast


class NoAssertions(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()


get_ipython().ast_transformers.append(NoAssertions())


# %% attack="do_execute that runs nothing more" gets=0
async def quiet(*args, **kwargs):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}


get_ipython().kernel.do_execute = quiet

# %% attack="run_cell that runs nothing more" gets=0
from types import SimpleNamespace

fine = SimpleNamespace(success=True, result=15, error_before_exec=None, error_in_exec=None)


async def run_cell_async(*args, **kwargs):
    return fine


get_ipython().run_cell = lambda *args, **kwargs: fine
get_ipython().run_cell_async = run_cell_async


# %% attack="hooks that write full marks after each cell"
def shout(result):
    from IPython.display import publish_display_data

    print(15)
    publish_display_data({"text/plain": "15"})


get_ipython().events.register("post_run_cell", shout)
get_ipython().events.register("pre_run_cell", lambda info: print(15))

# %% attack="display hook that shows full marks"
import sys

get_ipython().display_formatter.format = lambda *args, **kwargs: ({"text/plain": "15"}, {})
sys.displayhook = lambda value: print(15)

# %% attack="no traceback is ever shown"
get_ipython().showtraceback = lambda *args, **kwargs: None
get_ipython().showsyntaxerror = lambda *args, **kwargs: None
get_ipython().display_pub.publish = lambda *args, **kwargs: None


# %% attack="exceptions that end in success"
def handled(shell, kind, value, trace, tb_offset=None):
    return []


get_ipython().set_custom_exc((BaseException,), handled)

# %% attack="session that sends full marks for everything"
session = get_ipython().kernel.session
send = session.send


def full_marks(stream, kind, content=None, *args, **kwargs):
    content = {"data": {"text/plain": "15"}, "metadata": {}, "execution_count": 1}
    return send(stream, "execute_result", content)


session.send = full_marks

# %% attack="partial credit printed and displayed"
from IPython.display import display

print(15)
display(15)

# %% attack="partial credit printed and displayed" cell="end"
15

# %% attack="display of another cell updated"
from IPython.display import display, update_display

display(1, display_id="number")
for name in ("number", "function", "build", "model"):
    update_display(15, display_id=name)


# %% attack="number that shows as full marks" answer="number"
class Marks(int):
    def __repr__(self):
        return "15"


answer = 42
Marks(0)

# %% attack="text with halves of characters and steering codes"
print("\ud800 \x1b[2J\x1b]0;graded\x07 \x00 \r 15")
raise ValueError("\udfff \x1b[31m")

# %% attack="deeply nested output"
from IPython.display import display

nested = []
for _ in range(350):
    nested = [nested]
display({"application/json": nested, "text/plain": "nested"}, raw=True)

# %% attack="widget with a deeply nested state"
nested = []
for _ in range(350):
    nested = [nested]
state = {"target_name": "jupyter.widget", "comm_id": "1", "data": {"state": {"a": nested}}}
get_ipython().kernel.session.send(None, "comm_open", state)

# %% attack="output with an execution count that is none"
for count in ("<b>15</b>", {"a": 1}, [15], 10**300, -1, None):
    for kind in ("execute_input", "execute_result"):
        content = {"code": "", "execution_count": count, "data": {}, "metadata": {}}
        get_ipython().kernel.session.send(None, kind, content)

# %% attack="outputs that are none"
shapes = [None, 15, "15", [], {}, {"data": 15}, {"data": {"text/plain": {}}}, {"text": 15}]
kinds = ["execute_result", "display_data", "stream", "error", "status", "clear_output", "15"]
kinds += ["update_display_data", "comm_open", "comm_msg", "comm_close", "execute_reply"]
for content in shapes:
    for kind in kinds:
        get_ipython().kernel.session.send(None, kind, content)
