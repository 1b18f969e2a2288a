"""The grading harness: builds the labs, grades a class, and trusts nothing a submission says."""
