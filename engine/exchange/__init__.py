"""Decks in files of other programs, and the log as a file.

    export      what every format takes and gives back; files that appear whole or not at all
    formats     the table of formats, by suffix
    apkg        Anki decks
    obsidian    a folder of Markdown with wikilinks and cards
    table       CSV
    document    JSON, with the history one that can be read again
    dot         the graph between entries
    records     a card as plain values
    jsonl       the whole log, out and in
    notes       a card as the fields of an Anki note
    history     reviews and memory states as Anki keeps them

A further format is a further module and one line in the table.
"""
