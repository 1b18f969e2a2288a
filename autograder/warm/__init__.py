"""Warm processes: kernels and judges are forked from a process that has imported Keras."""
