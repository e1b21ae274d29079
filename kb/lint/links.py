"""Rules about links: to entries, atoms, references and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from kb.content import Library
from kb.links import links_of
from kb.lint.rule import Complaint, Rule
from kb.lint.texts import citations
from kb.models import Concept, Exercise, Failure, Step, Tradeoff
from kb.yamlfile import Place

CONCEPT_ONLY = frozenset({"requires", "contrasts_with", "sides", "concepts", "separates"})
"""Keys whose links lead to concepts and to nothing else."""


def _targets(library: Library) -> Iterator[tuple[str, Place, str]]:
    for entry in library.entries.values():
        if isinstance(entry, Concept):
            links = entry.links
            for name in ("requires", "part_of", "related", "mitigates", "fails_with"):
                for index, target in enumerate(getattr(links, name)):
                    if not isinstance(target, Failure):
                        yield entry.id, ("links", name, index), target
            for index, contrast in enumerate(links.contrasts_with):
                yield entry.id, ("links", "contrasts_with", index), contrast.id
        elif isinstance(entry, Tradeoff):
            for index, side in enumerate(entry.sides):
                if side.concept:
                    yield entry.id, ("sides", index, "concept"), side.concept
            for name in ("requires", "related"):
                for index, target in enumerate(getattr(entry.links, name)):
                    yield entry.id, ("links", name, index), target
        elif isinstance(entry, Exercise):
            for index, target in enumerate(entry.concepts):
                yield entry.id, ("concepts", index), target
    for concept, questions in library.questions.items():
        for index, question in enumerate(questions):
            if question.separates:
                yield f"quiz:{concept}", ("questions", index, "separates"), question.separates


def links_lead_somewhere(library: Library) -> Iterator[Complaint]:
    """Every link leads to an entry; one to a concept that is only planned is a warning."""
    planned = set(library.planned) | {t.id for s in library.staircase.steps for t in s.tradeoffs}
    for file, place, target in _targets(library):
        if target in library.renamed:
            yield Complaint(file, place, f"`{target}` is called `{library.renamed[target]}` today", "warning")
        elif target in library.entries:
            if target not in library.concepts and not CONCEPT_ONLY.isdisjoint(place):
                yield Complaint(file, place, f"`{target}` is no concept but a {library.kind(target)}")
        elif target in library.broken:
            continue
        elif target in planned:
            yield Complaint(file, place, f"`{target}` is planned and not written yet", "warning")
        else:
            near = library.suggest(target, 1)
            yield Complaint(
                file, place, f"there is no entry `{target}`" + (f"; did you mean `{near[0]}`?" if near else "")
            )


def tensions_name_tradeoffs(library: Library) -> Iterator[Complaint]:
    """Every tension of a capstone names a trade-off."""
    planned = {t.id for s in library.staircase.steps for t in s.tradeoffs}
    for step in (e for e in library.entries.values() if isinstance(e, Step)):
        for index, tension in enumerate(step.capstone.tensions):
            if tension.tradeoff not in library.tradeoffs and tension.tradeoff not in library.broken:
                severity = "warning" if tension.tradeoff in planned else None
                place = ("capstone", "tensions", index, "tradeoff")
                yield Complaint(step.id, place, f"there is no trade-off `{tension.tradeoff}`", severity)  # type: ignore[arg-type]


def no_circles(library: Library) -> Iterator[Complaint]:
    """Prerequisites never run in a circle."""
    needs: dict[str, set[str]] = {}
    for link in links_of(library):
        if link.kind == "requires":
            needs.setdefault(link.source, set()).add(library.renamed.get(link.target, link.target))
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        # Importing networkx takes a tenth of a second, and only content with a fault needs it.
        from kb.graph import Graph

        circles = Graph(library).cycles()
    else:
        circles = ()
    for circle in circles:
        first = next((c for c in circle if c in library.entries), None)
        if first is not None:
            yield Complaint(first, ("links", "requires"), f"needs itself: {' -> '.join((*circle, circle[0]))}")


def prerequisites_come_earlier(library: Library) -> Iterator[Complaint]:
    """What a concept requires comes earlier in the staircase; only the very first requires nothing."""
    rank = library.rank
    for concept in library.concepts.values():
        own = rank.get(concept.id)
        if own is None:
            continue
        for index, need in enumerate(concept.links.requires):
            if rank.get(need, -1) >= own:
                yield Complaint(concept.id, ("links", "requires", index), f"`{need}` comes later in the staircase")
        if not concept.links.requires and own > 0:
            yield Complaint(concept.id, ("links",), "requires nothing")


def contrast_written_once(library: Library) -> Iterator[Complaint]:
    """A contrast is written once, in the concept that comes later."""
    rank, last = library.rank, len(library.rank)
    pairs: set[frozenset[str]] = set()
    for concept in library.concepts.values():
        for index, contrast in enumerate(concept.links.contrasts_with):
            place = ("links", "contrasts_with", index)
            pair = frozenset((concept.id, contrast.id))
            if len(pair) == 1:
                yield Complaint(concept.id, place, "contrasts with itself")
            elif pair in pairs:
                yield Complaint(concept.id, place, f"the pair with `{contrast.id}` is written already")
            elif rank.get(contrast.id, last) > rank.get(concept.id, last):
                yield Complaint(concept.id, place, f"`{contrast.id}` comes later: write the pair there")
            pairs.add(pair)


def atoms_exist(library: Library) -> Iterator[Complaint]:
    """Every cited atom is in sources.yaml."""
    for name, place, cited in citations(library):
        if cited.atom is not None and cited.atom not in library.atoms:
            yield Complaint(name, (*place, "atom"), f"there is no atom `{cited.atom}`")


def references_exist(library: Library) -> Iterator[Complaint]:
    """Every cited reference is in references.yaml, and the citation says where in it."""
    for name, place, cited in citations(library):
        if cited.ref is None:
            continue
        if cited.ref not in library.references:
            yield Complaint(name, (*place, "ref"), f"there is no reference `{cited.ref}`")
        elif not cited.at:
            yield Complaint(name, (*place, "ref"), f"`{cited.ref}` is cited without a place in it")


def references_are_cited(library: Library) -> Iterator[Complaint]:
    """Every reference is cited by an entry, a question or a number."""
    path = library.roots.concepts / "references.yaml"
    used = {cited.ref for _, _, cited in citations(library)} | {number.ref for number in library.numbers.values()}
    for index, reference in enumerate(library.references):
        if reference not in used and not library.broken:
            yield Complaint(path, ("references", index, "id"), f"nothing cites `{reference}`")


def registered_numbers_have_sources(library: Library) -> Iterator[Complaint]:
    """Every number of numbers.yaml has its source."""
    path = library.roots.concepts / "numbers.yaml"
    for index, number in enumerate(library.numbers.values()):
        if number.ref is None and number.derived is None:
            yield Complaint(path, ("numbers", index), f"`{number.id}` has no source")
        elif number.ref is not None and number.ref not in library.references:
            yield Complaint(path, ("numbers", index, "ref"), f"there is no reference `{number.ref}`")
        elif number.ref is not None and not number.at:
            yield Complaint(path, ("numbers", index, "ref"), f"`{number.ref}` is cited without a place in it")
        for position, concept in enumerate(number.concepts):
            if concept not in library.planned:
                yield Complaint(path, ("numbers", index, "concepts", position), f"there is no concept `{concept}`")
        if not number.low <= number.typical <= number.high:
            yield Complaint(path, ("numbers", index), f"`{number.id}`: `typical` lies outside `low` to `high`")


RULES = (
    Rule("broken-link", "correct the id, or write the entry", links_lead_somewhere),
    Rule("tension-tradeoff", "name a trade-off entry", tensions_name_tradeoffs),
    Rule("cycle", "remove one of the links", no_circles),
    Rule("prerequisite-order", "name one to four earlier concepts", prerequisites_come_earlier),
    Rule("contrast-once", "keep it in the later concept only", contrast_written_once),
    Rule("unknown-atom", "see sources.yaml", atoms_exist, needs=("sources",)),
    Rule(
        "unknown-reference",
        "add it to references.yaml, or add `at` (section, page or table)",
        references_exist,
        needs=("references",),
    ),
    Rule("unused-reference", "cite it, or remove it", references_are_cited, "warning", ("references", "numbers")),
    Rule(
        "number-source",
        "add `ref` and `at`, or `derived`; `typical` lies between `low` and `high`",
        registered_numbers_have_sources,
        needs=("references", "numbers"),
    ),
)
