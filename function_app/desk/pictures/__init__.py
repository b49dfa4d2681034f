"""The desk's drawings, as shapes with coordinates: templates make SVG of them. Pure."""
