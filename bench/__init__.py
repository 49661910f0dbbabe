"""Benchmarks: each script measures one promise and prints it beside its target; `make bench` runs them all."""
