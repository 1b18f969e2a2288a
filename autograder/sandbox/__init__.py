"""The sandbox: a notebook runs behind walls that the Linux kernel keeps, within limits."""
