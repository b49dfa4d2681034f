"""Bodies, thousands at a time: the shape that they have in common, and their canonical forms."""
