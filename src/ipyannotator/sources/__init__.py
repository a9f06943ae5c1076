"""What is there to annotate, and how it reaches the screen: one file per kind of data."""

from ipyannotator.sources.base import SOURCES, Media, Request, Source
from ipyannotator.sources.cache import MediaCache
from ipyannotator.sources.images import ImageSource
from ipyannotator.sources.part import Part

__all__ = ["SOURCES", "ImageSource", "Media", "MediaCache", "Part", "Request", "Source"]
