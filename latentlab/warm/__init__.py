"""Warm processes: kernels are forked from a process that has imported Keras."""
