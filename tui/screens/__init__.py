"""One screen, one file: what is composed, which keys it knows, and handlers of a few lines."""
