"""The grader's warm process: judges and students' kernels are forked from it."""
