"""Finds entries by words, by meaning and in spite of typos."""
