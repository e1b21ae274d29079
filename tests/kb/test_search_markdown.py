"""Notes as others write them: headings, front matter, code, links, and text that is none of these."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.search.markdown import read_note, readable, slug

VAULT_NOTE = """---
title: "Our Redis"
aliases: [Remote dictionary, 'RD']
tags:
  - databases
  - "#cache"
broken: [unclosed
---
Before any heading.

# Redis ##
> [!note] Mind
> three **shards** behind [[Envoy|the proxy]] ^block-1
- [x] done
- [ ] not done

```sh
# not a heading
redis-cli info
```

## Eviction
Underlined
===
| a | b |
|---|---|
| 1 | 2 |

### Eviction
#no-heading
"""


def headings(text: str) -> list[tuple[str, tuple[str, ...], int]]:
    return [(section.heading, section.trail, section.line) for section in read_note(text).sections]


def test_a_note_is_cut_at_its_headings_with_those_above_and_the_line() -> None:
    assert headings(VAULT_NOTE) == [
        ("", (), 9),
        ("Redis", (), 11),
        ("Eviction", ("Redis",), 22),
        ("Underlined", (), 23),
        ("Eviction", ("Underlined",), 29),
    ]


def test_front_matter_gives_title_aliases_and_tags_whatever_else_is_wrong_in_it() -> None:
    note = read_note(VAULT_NOTE)
    assert note.title == "Our Redis"
    assert note.aliases == ("Remote dictionary", "RD")
    assert note.tags == ("databases", "cache")
    assert not any("title" in section.text for section in note.sections)


def test_front_matter_that_never_ends_is_text() -> None:
    note = read_note("---\ntitle: x\nand then nothing")
    assert (note.title, [section.text for section in note.sections]) == ("", ["title: x and then nothing"])


def test_code_is_kept_apart_and_a_comment_in_it_is_no_heading() -> None:
    redis = read_note(VAULT_NOTE).sections[1]
    assert redis.code == "# not a heading redis-cli info"
    assert redis.text == "Mind three shards behind the proxy done not done"
    assert "```sh" in redis.markdown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("~~~\n```\n# a\n~~~\n# b", "``` # a"),
        ("````\n```\n# a\n````\n# b", "``` # a"),
        ("```\n# never closed\n# b", "# never closed # b"),
        ("> ```\n> # quoted\n> ```\n# b", "> # quoted"),
        ("- ```\n  # in a list\n  ```\n# b", "# in a list"),
    ],
)
def test_fences_end_where_commonmark_ends_them(text: str, code: str) -> None:
    assert read_note(text).sections[0].code == code


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("[[Page]]", "Page"),
        ("[[Page|words]]", "words"),
        ("[[Page#Heading]]", "Page Heading"),
        ("[[#Heading]]", "Heading"),
        ("[[Page#^block]]", "Page"),
        ("![[picture.PNG]] stays", "stays"),
        ("![[Other note]]", "Other note"),
        ("[words](https://example.org/a_b)", "words"),
        ("![what it shows](a.png)", "what it shows"),
        ("a %%hidden%% b <!-- hidden --> c", "a b c"),
        ("a <!-- never closed", "a"),
        ("**bold** _it_ ~~old~~ ==new== `code`", "bold it old new code"),
        ("snake_case and 2*3", "snake_case and 2*3"),
        ("> > quoted", "quoted"),
        ("1. one\n2) two", "one two"),
        ("see<br>this <b>now</b> a < b", "see this now a < b"),
        (f"before {'A' * 5000} after", "before after"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, text: str) -> None:
    assert readable(markdown) == text


def test_anchors_are_those_of_git_hosts_and_differ_within_a_note() -> None:
    note = read_note("# What's up?\n# A\n# A\n# A-1\n# Über uns\n# ???\n")
    anchors = [section.anchor for section in note.sections]
    assert anchors[:2] == ["whats-up", "a"]
    assert anchors[4:] == ["über-uns", "section"]
    assert len(set(anchors)) == len(anchors)
    assert slug(" Time To Live ") == "time-to-live"


@pytest.mark.parametrize("text", ["", "\n\n", "---\ntitle: x\n---\n", "```\n```", "<!-- only this -->"])
def test_a_note_without_words_has_no_section(text: str) -> None:
    assert read_note(text).sections == ()


@pytest.mark.parametrize(
    "piece",
    ["[", "[[", "\n", "`", "<!--", "%%", "# ", "> ", "*", "a", "---\n", "~~~\n", "[a](", "<a", " ", "\t", "|", "_a", "x ^", "a\n-\n"],
)  # fmt: skip
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    # With quadratic work the largest file would take hours; the test run as a whole has its limit.
    read_note(piece * (250_000 // len(piece)))


@given(st.text(max_size=300) | st.lists(st.sampled_from(["# a", "---", "```", "~~~", "===", "- b", "[[c]]", "", "> d", "<!--", "%%"])).map("\n".join))  # fmt: skip
@example("0\r\r<!--\r--\r0")
def test_any_text_is_read_with_different_anchors_and_rising_lines(text: str) -> None:
    sections = read_note(text).sections
    assert len({section.anchor for section in sections}) == len(sections)
    lines = [section.line for section in sections]
    assert lines == sorted(lines)
    assert all(section.heading or section.text or section.code for section in sections)
