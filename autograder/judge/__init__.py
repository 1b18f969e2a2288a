"""The judge runs the test cells, apart from the student's process, on proxies and copies."""
