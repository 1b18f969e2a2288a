"""An extension of Jupyter's server: it starts the warm process along with the server.

So the import of Keras goes on while the student still reads the start page.
"""

from typing import Any

from latentlab.warm.client import ColdError
from latentlab.warm.provisioner import warm_process


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "latentlab.warm.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    try:
        warm_process()
    except ColdError as error:
        server.log.info("kernels will start cold: %s", error)
