"""A hash of the code: the same code and the same content give the same release."""

import hashlib
from functools import cache

from sources._strict import ROOT


@cache
def code_hash() -> str:
    """The SHA-256 of all that decides what a release says beside its content: code, texts and reviewed lists."""
    code = hashlib.sha256()
    for folder, pattern in (
        ("flows", "*.py"),
        ("sources", "*.py"),
        ("models", "**/*.py"),
        ("models", "**/*.sql"),
        ("reports", "**/*.*"),
        ("data/reference", "**/*.*"),
    ):
        for path in sorted((ROOT / folder).glob(pattern)):
            if path.suffix != ".pyc":
                code.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return code.hexdigest()
