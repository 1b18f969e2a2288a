"""The student's kernel: IPython as in Jupyter, reached through one socket instead of five."""
