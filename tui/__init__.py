"""How one sees it: the terminal application."""
