"""What geoprio writes: the result and its files."""

from geoprio.outputs.result import Result

__all__ = ["Result"]
