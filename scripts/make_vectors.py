"""Makes the committed vectors of the shipped content: `kb/vectors/<step>.bin`, one shard a step.

    python scripts/make_vectors.py            encodes what is new or changed, forgets what is gone
    python scripts/make_vectors.py --check    says what is stale, and exits with 1 when something is

A vector is addressed by the hash of its text. So what is fresh is told by the hashes alone, and a machine that rounds
differently changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kb.content import Library
from kb.search import vectors
from kb.search.documents import documents

SHIPPED = Path(__file__).resolve().parent.parent


def texts_by_step(content: Path) -> dict[str, dict[bytes, str]]:
    """The windows of all entries by hash, for each step that has any."""
    found: dict[str, dict[bytes, str]] = {}
    for document in documents(Library.load(content)):
        texts = found.setdefault(document.step, {})
        texts.update({vectors.digest(passage.text): passage.text for passage in document.passages})
    return found


def main() -> int:
    """Brings the shards up to date, or checks them.

    Returns:
        The exit code: 1 when `--check` found something stale.
    """
    parser = argparse.ArgumentParser(description="Makes the committed vectors of the shipped content.")
    parser.add_argument("--check", action="store_true", help="only say what is stale; exit with 1 when something is")
    parser.add_argument("--content", type=Path, default=SHIPPED, help="the folder above concepts/ and quizzes/")
    parser.add_argument("--folder", type=Path, default=vectors.SHIPPED, help="the folder of the shards")
    options = parser.parse_args()

    wanted = texts_by_step(options.content)
    shards = {path.stem: path for path in options.folder.glob("*.bin")}
    present = {step: vectors.read_shard(path) for step, path in shards.items()}
    anywhere = {key: row for shard in present.values() for key, row in shard.items()}
    stale = 0
    for step in sorted(wanted.keys() | shards.keys()):
        texts, old = wanted.get(step, {}), present.get(step, {})
        new, gone = texts.keys() - old.keys(), old.keys() - texts.keys()
        if not new and not gone and (texts or step not in shards):
            continue
        stale += 1
        print(f"{step}: {len(new)} passages are new or changed, {len(gone)} are gone")
        if options.check:
            continue
        if not texts:
            shards[step].unlink()
            continue
        fresh = vectors.encode_missing(texts.values(), anywhere, progress=_progress)
        sys.stderr.write("\n" if fresh else "")
        vectors.write_shard(options.folder / f"{step}.bin", {key: (anywhere | fresh)[key] for key in texts})
    total = sum(len(texts) for texts in wanted.values())
    print(f"{total} passages in {len(wanted)} steps, {'stale: ' if stale and options.check else 'fresh'}", end="")
    print("run scripts/make_vectors.py (make vectors)" if stale and options.check else "")
    return 1 if stale and options.check else 0


def _progress(sentence: str) -> None:
    sys.stderr.write(f"\r{sentence} ")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
