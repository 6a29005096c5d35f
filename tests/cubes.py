"""The cube as other engines have it, of texts, in any engine: what tables are compared by."""

from gosales.features.cube import Cube, cube_tables
from gosales.utils.engines import materialise


def text_cube(history):
    return Cube(history.cutoff, *map(materialise, cube_tables(history)))
