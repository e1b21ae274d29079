"""An answer read as sentences of content words: inflection, synonyms, clauses, and which words a negation reaches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from engine.grading.lexicon import FUNCTION_WORDS, IRREGULAR, NEGATIONS, PHRASES, SAME, SHORT_NEGATIONS, word_set
from engine.grading.spelling import fold

_SHORT_REACH = 4
_LONG_REACH = 99

_WORD = re.compile(r"[^\W_](?:[\w.'%]*[\w%])?|%")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_BREAK = re.compile(r"[,:()]")
_DENIAL = re.compile(
    r"\b(?:not|isn't|never)\s+(?:really\s+|quite\s+)?(?:true|the case|right|correct|so)\s+(?:that|to say)(?:\s+that)?\b"
    r"|\b(?:false|wrong|untrue|incorrect|a myth|a mistake)\s+(?:that|to\s+(?:say|think|believe)(?:\s+that)?)\b"
    r"|\b(?:i|we|you|one|it|this|that|which)\s+(?:do|does|did|would)(?:n't|\s+not)\s+(?:mean|think|believe|say|follow|imply)(?:\s+that)?\b"
)
_DENIED_BEFORE = re.compile(
    r"^that\b.*\b(?:is|was|'s)\s+(?:simply\s+|just\s+)?(?:not\s+(?:true|right|correct|the case)|false|wrong|untrue|incorrect|a myth|nonsense)\W*$"
)
_SUPPOSED = re.compile(r"\b(?:would|wouldn't|otherwise|or else|if only|had it)\b|\w'd\b")
"""What is only supposed: it says what follows from the contrary, and so neither states nor denies anything."""
_DENIED = "denied0"
"""Stands for an expression that denies all that follows, up to a contrast; with a digit, which no stem and no group has."""

_QUOTING = word_set("say says said answer answers a means reply replies")
_CONTRAST = word_set("but while whereas although though however instead")
_CLAUSE = (
    word_set("and or so because since if when then which who where as until once whenever therefore thus that")
    | _CONTRAST
)


@dataclass(frozen=True, slots=True)
class Token:
    """A content word.

    Attributes:
        word: as written, folded.
        stem: without its ending.
        groups: the groups of `SAME` that it belongs to.
        negated: a negation of its clause reaches it.
        denied: it stands in a statement that is denied as a whole ("it is not true that").
        supposed: its clause is about what would be.
        clause: the number of its clause in the sentence.
        block: the number of the stretch between contrasts ("but", "while") in the sentence.
        at: the position of the word in the sentence.
    """

    word: str
    stem: str
    groups: frozenset[str]
    negated: bool
    denied: bool
    supposed: bool
    clause: int
    block: int
    at: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer.

    Attributes:
        text: as the learner wrote it.
        tokens: its content words.
        words: all its words, folded, in order, for relations such as "before" and "after".
    """

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]


def stem(word: str) -> str:
    """A word without its English ending; light, in the manner of Porter (1980), step 1.

    Args:
        word: folded.

    Returns:
        A stem that inflected forms share; not always a word.
    """
    if len(word) <= 3 or any(c.isdigit() for c in word):
        return word
    word = word.removesuffix("'s").removesuffix("'")
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            word = word.removesuffix(ending) + instead
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    for ending in ("ations", "ation", "ions", "ion", "ingly", "edly", "ing", "ied", "ed", "ly", "ment"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= (4 if ending.startswith("at") else 3) and re.search(r"[aeiouy]", rest):
            word = rest + ("y" if ending == "ied" else "")
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if len(word) > 3:
        word = word.rstrip("ey")
    return word.removesuffix("at") if len(word) >= 6 else word


@cache
def _groups() -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for name, listed in SAME.items():
        for word in listed.split():
            members.setdefault(stem(word), set()).add(name)
    return {word: frozenset(names) for word, names in members.items()}


def _prepared(text: str) -> str:
    text = fold(text).replace("-", " ")
    for phrase, replacement in PHRASES:
        text = re.sub(rf"(?<![a-z]){phrase}(?![a-z])", replacement, text)
    return _DENIAL.sub(f" {_DENIED} ", text)


def sentences(answer: str) -> tuple[Sentence, ...]:
    """An answer as sentences.

    Args:
        answer: what the learner wrote.

    Returns:
        Its sentences with their content words, or all words where there is no other; empty ones left out.
    """
    parts = (wording(part.strip()) for part in _SENTENCE_END.split(answer))
    return tuple(sentence for sentence in parts if sentence.tokens)


def _sentence(text: str) -> Sentence:
    tokens: list[Token] = []
    spoken: list[str] = []
    clause = block = 0
    reach = 0
    prepared = _prepared(text)
    denied = _DENIED_BEFORE.match(prepared) is not None
    supposed = _SUPPOSED.search(prepared) is not None
    position = 0
    for found in _WORD.finditer(prepared):
        between, position = prepared[position : found.start()], found.end()
        if _BREAK.search(between):
            clause += 1
            reach = 0
        word = found[0]
        plain = IRREGULAR.get(word.replace("'", ""), word)
        quoted = '"' in between or (plain == "no" and bool(spoken) and spoken[-1] in _QUOTING)
        spoken.append(plain)
        if plain in _CLAUSE:
            clause += 1
            block += plain in _CONTRAST
            if plain != "or":
                reach = 0
            denied &= plain not in _CONTRAST
        if plain == _DENIED:
            denied = not denied
            continue
        if plain in NEGATIONS and not quoted:
            reach = _SHORT_REACH if plain in SHORT_NEGATIONS else _LONG_REACH
            continue
        if plain in FUNCTION_WORDS:
            continue
        tokens.append(_token(plain, reach > 0, denied, supposed, clause, block, len(spoken) - 1))
        reach -= reach > 0
    return Sentence(text, tuple(tokens), tuple(spoken))


def _token(word: str, negated: bool, denied: bool, supposed: bool, clause: int, block: int, at: int) -> Token:
    root = stem(word)
    return Token(word, root, _groups().get(root, frozenset()), negated, denied, supposed, clause, block, at)


_CUT = re.compile(
    r"[,:;()]|\s-+\s|\b(?:and|so|but|because|since|as|if|when|while|whereas|although|though|then|which|or)\b",
    re.IGNORECASE,
)
_SHORTEST = 3


def passages(sentence: Sentence) -> tuple[str, ...]:
    """A sentence and the clauses that it is made of, as they are compared by meaning.

    Args:
        sentence: of an answer.

    Returns:
        The sentence, then its clauses of at least three words where there are several.
    """
    clauses = (clause.strip() for clause in _CUT.split(sentence.text))
    long = [clause for clause in clauses if len(clause.split()) >= _SHORTEST]
    return tuple(dict.fromkeys([sentence.text, *long]))


@lru_cache(maxsize=4096)
def turned(text: str) -> bool:
    """Whether the negations in a text leave it negative: an odd number of them.

    Args:
        text: a clause or a wording.
    """
    spoken = (IRREGULAR.get(found[0].replace("'", ""), found[0]) for found in _WORD.finditer(_prepared(text)))
    return sum(word in NEGATIONS or word == _DENIED for word in spoken) % 2 == 1


@lru_cache(maxsize=4096)
def wording(text: str) -> Sentence:
    """A wording of a rubric, read as an answer would be.

    Args:
        text: the wording.

    Returns:
        Its content words; all its words where it has no other.
    """
    sentence = _sentence(text)
    if sentence.tokens:
        return sentence
    negative = turned(text)
    everything = tuple(
        _token(word, negative, False, False, 0, 0, at)
        for at, word in enumerate(sentence.words)
        if word not in NEGATIONS and word != _DENIED
    )
    return Sentence(text, everything, sentence.words)
