"""Annotators: one file per pair of input and output."""
