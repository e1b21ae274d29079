"""What we know: entries, their checks, the graph between them, and the search over them."""

__version__ = "0.1.0"
