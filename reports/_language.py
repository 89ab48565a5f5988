"""Swedish is what is written in the code; any other language is a list of the same sentences."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Literal, get_args

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_current: ContextVar[Language] = ContextVar("language", default="sv")


@contextmanager
def language(code: Language) -> Iterator[None]:
    """Everything made within is written in this language."""
    token = _current.set(code)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Language:
    """The language that is written now."""
    return _current.get()


def t(text: str, /, **values: object) -> str:
    """A sentence in the current language, with its values put in: `t("{n} av {m} enheter", n=8, m=11)`.

    The Swedish sentence is the key. Raises ValueError for one that has no translation in `languages/<code>.toml`.
    """
    code = _current.get()
    if code != "sv" and text:
        translated = _sentences(code)
        if text not in translated:
            raise ValueError(f"reports/languages/{code}.toml: a sentence is missing: {text!r}: add it there")
        text = translated[text]
    return text.format(**values) if values else text


@functools.cache
def _sentences(code: Language) -> Mapping[str, str]:
    path = Path(__file__).parent / "languages" / f"{code}.toml"
    return {str(key): str(value) for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
