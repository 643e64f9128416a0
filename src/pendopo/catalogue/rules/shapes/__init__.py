"""The shape of every file of a city as JSON Schema, and the finder of deviations with their lines."""

from pendopo.catalogue.rules.shapes.files import SHAPES, deviations

__all__ = ["SHAPES", "deviations"]
