"""Ipyannotator: the infinitely hackable annotation framework."""

__version__ = "1.0.0.dev0"
