"""Doing things in order: the edge of the system, where files, clocks and schedulers are."""
