"""Rules about where things stand: files, ids, keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kb.content import REGISTRIES, Library, kind_of
from kb.lint.rule import Complaint, Rule
from kb.models import Concept, Tradeoff
from kb.yamlfile import Place


def step_folder_exists(library: Library) -> Iterator[Complaint]:
    """Every entry lies in the folder of a step that the staircase lists."""
    steps = {s.id for s in library.staircase.steps}
    for entry_id in library.entries:
        if library.step_of[entry_id] not in steps:
            yield Complaint(entry_id, ("id",), f"the folder `{library.step_of[entry_id]}` is no step of the staircase")


def concept_in_its_step(library: Library) -> Iterator[Complaint]:
    """Every concept is listed in the staircase, under the step in whose folder it lies."""
    listed = {p.id: s.id for s in library.staircase.steps for p in s.concepts}
    for concept in library.concepts:
        folder = library.files[concept].path.parent.name
        if concept not in listed:
            yield Complaint(concept, ("id",), f"`{concept}` is not in staircase.yaml")
        elif listed[concept] != folder:
            yield Complaint(
                concept, ("id",), f"staircase.yaml has `{concept}` under `{listed[concept]}`, not `{folder}`"
            )


def title_as_planned(library: Library) -> Iterator[Complaint]:
    """A concept has the title and the level that the staircase gives it."""
    for concept in library.concepts.values():
        planned = library.planned.get(concept.id)
        if planned and planned.level != concept.level:
            yield Complaint(concept.id, ("level",), f"the staircase says `{planned.level}`")
        if planned and planned.title != concept.title:
            yield Complaint(concept.id, ("title",), f"the staircase says `{planned.title}`", "warning")


def no_stray_files(library: Library) -> Iterator[Complaint]:
    """Every YAML file is one that something reads."""
    for path in library.roots.concepts.glob("*.yaml"):
        if path.stem not in REGISTRIES:
            yield Complaint(path, (), f"nothing reads `{path.name}` here")
    for path in library.roots.quizzes.glob("*.yaml"):
        yield Complaint(path, (), "nothing reads files at this depth")
    for folder in (library.roots.concepts, library.roots.quizzes):
        for path in folder.rglob("*.yml"):
            yield Complaint(path, (), "nothing reads `.yml`, only `.yaml`")
    for path in library.roots.entry_files():
        depth = len(path.relative_to(library.roots.concepts).parts)
        if depth != (3 if kind_of(path) in ("tradeoff", "exercise") else 2):
            yield Complaint(path, (), "nothing reads files at this depth")


def question_file_named_after_concept(library: Library) -> Iterator[Complaint]:
    """A question file is named after its concept and lies in the folder of its step."""
    for concept in library.questions:
        path = library.files[f"quiz:{concept}"].path
        if path.stem != concept:
            yield Complaint(f"quiz:{concept}", ("concept",), f"`{concept}` is not the file's name")
        if concept in library.broken:
            continue
        if concept not in library.concepts:
            severity = "warning" if concept in library.planned else None
            yield Complaint(f"quiz:{concept}", ("concept",), f"there is no concept `{concept}`", severity)  # type: ignore[arg-type]
        elif path.parent.name != library.step_of[concept]:
            yield Complaint(f"quiz:{concept}", ("concept",), f"the concept lies in `{library.step_of[concept]}`")


def keys_are_unique(library: Library) -> Iterator[Complaint]:
    """Keys are unique in their list, former ones included; so are the ids of questions."""
    for entry in library.entries.values():
        lists = {}
        if isinstance(entry, Concept):
            lists = {
                "use_when": entry.use_when,
                "avoid_when": entry.avoid_when,
                "pitfalls": entry.pitfalls,
                "numbers": entry.numbers,
            }
        elif isinstance(entry, Tradeoff):
            lists = {"cases": entry.cases}
        for name, items in lists.items():
            for key in _twice(k for item in items for k in (item.key, *item.formerly)):
                yield Complaint(entry.id, (name,), f"the key `{key}` stands twice in `{name}`")
    for concept, questions in library.questions.items():
        for key in _twice(k for q in questions for k in (q.id, *q.formerly)):
            yield Complaint(f"quiz:{concept}", ("questions",), f"the question id `{key}` stands twice")


def _twice(keys: Iterator[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]


def former_ids_are_free(library: Library) -> Iterator[Complaint]:
    """A former id is used by nothing else."""
    seen: dict[str, str] = {}
    for entry in library.entries.values():
        for old in entry.formerly:
            if old in library.entries or old in seen:
                yield Complaint(
                    entry.id,
                    ("formerly",),
                    f"`{old}` is also {'a current id' if old in library.entries else f'in {seen[old]}'}",
                )
            seen[old] = entry.id


def aliases_are_unique(library: Library) -> Iterator[Complaint]:
    """A title or alias names one concept only."""
    owner: dict[str, str] = {}
    for concept in library.concepts.values():
        for name in (concept.title, *concept.aliases):
            other = owner.setdefault(name.casefold(), concept.id)
            if other != concept.id:
                yield Complaint(concept.id, ("aliases",), f"`{name}` also names `{other}`")
        for name in _twice(a.casefold() for a in concept.aliases):
            yield Complaint(concept.id, ("aliases",), f"`{name}` stands twice")


def registry_ids_are_unique(library: Library) -> Iterator[Complaint]:
    """No id stands twice in the staircase or in a registry."""
    for name in REGISTRIES:
        path = library.roots.concepts / f"{name}.yaml"
        seen: set[str] = set()
        for listed, place in _listed(library, name):
            if listed in seen:
                yield Complaint(path, place, f"the id `{listed}` stands twice")
            seen.add(listed)


def _listed(library: Library, registry: str) -> Iterator[tuple[str, Place]]:
    if registry == "staircase":
        for i, step in enumerate(library.staircase.steps):
            yield step.id, ("steps", i, "id")
            yield from ((c.id, ("steps", i, "concepts", j, "id")) for j, c in enumerate(step.concepts))
            yield from ((t.id, ("steps", i, "tradeoffs", j, "id")) for j, t in enumerate(step.tradeoffs))
    elif not library.registry_problems(registry):
        file = library.registry_file(registry)
        for key, items in (file.data if file else {}).items():
            yield from ((item["id"], (key, i, "id")) for i, item in enumerate(items))


RULES = (
    Rule("step-folder", "move the file, or add the step to staircase.yaml", step_folder_exists),
    Rule("concept-in-staircase", "move the file, or correct staircase.yaml", concept_in_its_step),
    Rule("title-as-planned", "make both equal", title_as_planned),
    Rule("stray-file", "move or remove it", no_stray_files),
    Rule("question-file", "rename or move the file, or correct `concept`", question_file_named_after_concept),
    Rule("unique-key", "choose another; a key is never used again", keys_are_unique),
    Rule("former-id", "remove it from `formerly`", former_ids_are_free),
    Rule("unique-alias", "keep it where it fits best", aliases_are_unique),
    Rule("registry-id", "remove one, or give it an id of its own", registry_ids_are_unique),
)
