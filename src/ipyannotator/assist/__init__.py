"""Assistants: functions that make a shape of a click or a box. Two that need no weights; any other is a function too.

a.assist(ipyannotator.assist.flood_fill(tolerance=20))
"""

from ipyannotator.assist.filling import flood_fill
from ipyannotator.assist.grabbing import grab_cut
from ipyannotator.assist.prompt import Assistant, Prompt

__all__ = ["Assistant", "Prompt", "flood_fill", "grab_cut"]
