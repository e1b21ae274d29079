"""Decks in files of other programs.

    export      what every format takes and gives back; files that appear whole or not at all
    formats     the table of formats, by suffix
    apkg        Anki decks
    notes       a card as the fields of an Anki note
    history     reviews and memory states as Anki keeps them

A further format is a further module and one line in the table.
"""
