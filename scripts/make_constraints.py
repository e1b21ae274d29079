"""Writes constraints.txt: names and versions of everything that is installed, and no address of any registry.

Run it in an environment that holds the project and its development group, without the extras.
"""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

LEFT_OUT = {"design-staircase", "pip", "setuptools", "wheel", "torch", "sentence-transformers", "transformers"}

HEAD = "# Versions that are known to work together. Written by `make lock`; names and versions only.\n"


def main() -> None:
    """Writes the file beside pyproject.toml."""
    pins = sorted(
        {(d.metadata["Name"].lower(), d.version) for d in distributions() if d.metadata["Name"].lower() not in LEFT_OUT}
    )
    target = Path(__file__).resolve().parents[1] / "constraints.txt"
    target.write_text(HEAD + "".join(f"{name}=={version}\n" for name, version in pins), encoding="utf-8")


if __name__ == "__main__":
    main()
