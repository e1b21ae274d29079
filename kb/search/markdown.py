"""Cuts a Markdown note at its headings, and makes running text of it. Every pattern is bounded: no text takes more than linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_FENCE = re.compile(r"(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_CLOSING = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NO_PARAGRAPH = re.compile(r"[ \t]*(?:$|[-*+>|]|\d+[.)]|#{1,6}\s)")
_KEY = re.compile(r"([A-Za-z][\w -]*?)[ \t]*:(?:[ \t]+(.*))?$")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)$")

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|%%.*?(?:%%|\Z)", re.DOTALL)
_WIKILINK = re.compile(r"(!?)\[\[([^\[\]|\n]{0,300})(?:\|([^\[\]\n]{0,300}))?\]\]")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|pdf|mp[34]|wav|webm|canvas)$", re.IGNORECASE)
_BLOCK_NAME = re.compile(r"[ \t]\^[\w-]{1,100}$", re.MULTILINE)
_LINE_MARKS = re.compile(
    r"^[ \t]*(?:>[ \t]?)*[ \t]*(?:\[![\w-]{1,40}\][+-]?|#{1,6}[ \t]|[-*+][ \t]+\[.\][ \t]|[-*+][ \t]|\d{1,9}[.)][ \t])?",
    re.MULTILINE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_MARKS = re.compile(r"`+|==|~~|(?<!\w)(?:\*{1,3}|_{1,3})(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3})(?!\w)")
_RULER = re.compile(r"(?<!\S):?[-=*_~]{3,}:?(?!\S)")
_NO_SLUG = re.compile(r"[^\w\- ]")

_LONGEST_WORD = 200
"""Letters; what is longer is a picture written as text, or a key."""

_LISTS = ("aliases", "alias", "tags", "tag")


@dataclass(frozen=True)
class Section:
    """What stands under one heading, up to the next of any level.

    Attributes:
        heading: as read; empty for what stands before the first.
        anchor: names it within the note, as in a link; empty for what stands before the first heading.
        trail: the headings above it, the nearest last.
        line: of the heading, from 1.
        markdown: as written, without the heading.
        text: running text, without code.
        code: what stands in code blocks.
    """

    heading: str
    anchor: str
    trail: tuple[str, ...]
    line: int
    markdown: str
    text: str
    code: str


@dataclass(frozen=True)
class Note:
    """A Markdown file as it is searched.

    Attributes:
        title: of its front matter; may be empty.
        aliases: other names, of its front matter.
        tags: of its front matter.
        sections: in their order; empty only for a note without any text.
    """

    title: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass
class _Part:
    """A section while it is read."""

    heading: str = ""
    trail: tuple[str, ...] = ()
    line: int = 1
    lines: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def read_note(text: str) -> Note:
    """Reads front matter and sections of a note.

    Args:
        text: any text; what looks like broken Markdown is text too.

    Source: headings and fences as in CommonMark 0.31 (https://spec.commonmark.org/0.31.2/), front matter, wikilinks, comments and
    block names as in Obsidian (https://help.obsidian.md/).
    """
    lines = text.removeprefix("\ufeff").splitlines()
    properties, start = _front_matter(lines)
    anchors: dict[str, int] = {}
    sections: list[Section] = []
    for part in _parts(lines, start):
        prose, code = readable("\n".join(part.prose)), _short_words("\n".join(part.code))
        if part.heading or prose or code:
            # A heading may be nothing but a comment: only what stands before all headings has no anchor.
            anchor = _anchor(part.heading, anchors) if part.heading or sections else ""
            markdown = "\n".join(part.lines).strip("\n")
            sections.append(Section(part.heading, anchor, part.trail, part.line, markdown, prose, code))
    titles = properties.get("title", ())
    return Note(
        titles[0] if titles else "",
        (*properties.get("aliases", ()), *properties.get("alias", ())),
        (*properties.get("tags", ()), *properties.get("tag", ())),
        tuple(sections),
    )


def readable(markdown: str) -> str:
    """Markdown without code blocks as running text on one line: no marks, comments, link targets and pictures written as text."""
    text = _LINE_MARKS.sub("", markdown)
    # Most lines hold none of the signs, and looking for a sign takes a hundredth of a pattern.
    if "<!--" in text or "%%" in text:
        text = _LINE_MARKS.sub("", _COMMENT.sub(" ", markdown))
    if "[[" in text:
        text = _WIKILINK.sub(_shown, text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "^" in text:
        text = _BLOCK_NAME.sub("", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "|" in text or "---" in text:
        text = _RULER.sub(" ", text.replace("|", " "))
    if any(sign in text for sign in "`=~*_"):
        text = _RULER.sub(" ", _MARKS.sub("", text))
    return _short_words(text)


def slug(heading: str) -> str:
    """A heading as an anchor: small letters, hyphens for spaces, no punctuation."""
    return _NO_SLUG.sub("", heading.strip().lower()).replace(" ", "-") or "section"


def _short_words(text: str) -> str:
    return " ".join(word for word in text.split() if len(word) <= _LONGEST_WORD)


def _shown(link: re.Match[str]) -> str:
    """What a reader sees of a wikilink: its words, or the page with the heading; nothing of a picture."""
    embedded, target, words = link.groups()
    page, _, heading = target.partition("#")
    if embedded and _PICTURE.search(page):
        return " "
    return words or " ".join(
        part for part in (page, "" if heading.startswith("^") else heading.replace("#", " ")) if part
    )


def _anchor(heading: str, taken: dict[str, int]) -> str:
    """The anchor of a heading; the second of its name gets `-1`, as on Git hosts."""
    wanted = slug(heading)
    anchor = wanted
    while anchor in taken:
        anchor = f"{wanted}-{taken[wanted]}"
        taken[wanted] += 1
    taken[anchor] = 1
    return anchor


def _parts(lines: list[str], start: int) -> Iterator[_Part]:
    part, fence = _Part(line=start + 1), ""
    above: list[tuple[int, str]] = []
    for number, line in enumerate(lines[start:], start + 1):
        fenced = _FENCE.match(line)
        if fence:
            part.lines.append(line)
            if fenced and fenced[1].startswith(fence) and not line[fenced.end() :].strip("`~ \t"):
                fence = ""
            else:
                part.code.append(line)
            continue
        level, heading = _heading(line, part)
        if not level:
            part.lines.append(line)
            if fenced:
                fence = fenced[1]
            else:
                part.prose.append(line)
            continue
        yield part
        while above and above[-1][0] >= level:
            above.pop()
        part = _Part(heading, tuple(title for _, title in above), number if _HEADING.match(line) else number - 1)
        above.append((level, heading))
    yield part


def _heading(line: str, part: _Part) -> tuple[int, str]:
    """Level and words of a heading; level 0 for any other line. An underline takes the line above it out of the part."""
    found = _HEADING.match(line)
    if found:
        return len(found[1]), readable(_CLOSING.sub("", found[2] or ""))
    underline = _UNDERLINE.match(line)
    if not underline or not part.prose or part.lines[-1] != part.prose[-1] or _NO_PARAGRAPH.match(part.prose[-1]):
        return 0, ""
    if len(part.prose) > 1 and part.lines[-2].strip() and part.lines[-2] == part.prose[-2]:
        return 0, ""
    part.lines.pop()
    return 1 if underline[1].startswith("=") else 2, readable(part.prose.pop())


def _front_matter(lines: list[str]) -> tuple[dict[str, tuple[str, ...]], int]:
    """Title, aliases and tags, and the number of lines to skip. Read line by line: what YAML would refuse is still somebody's note."""
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), 0)
    found: dict[str, list[str]] = {}
    key = ""
    for line in lines[1:end]:
        item, named = _ITEM.match(line), _KEY.match(line)
        if item and key:
            found[key].append(item[1])
        elif named:
            key = named[1].lower()
            value = (named[2] or "").strip()
            listed = key in _LISTS
            inner = value[1:-1] if listed and value[:1] == "[" and value[-1:] == "]" else value
            found[key] = inner.split(",") if listed else [inner]
    cleaned = {key: tuple(text for value in values if (text := _unquoted(value))) for key, values in found.items()}
    return cleaned, end + 1 if end else 0


def _unquoted(value: str) -> str:
    text = value.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return (text[1:-1] if quoted else text).strip().removeprefix("#")
