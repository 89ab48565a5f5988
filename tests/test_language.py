"""Every sentence that is written in Swedish can be read in every other language, with the same values in it."""

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports._language import LANGUAGES, current, language, t

REPORTS = Path(__file__).resolve().parents[1] / "reports"
OTHERS = [code for code in LANGUAGES if code != "sv"]


def calls() -> Iterator[tuple[str, ast.expr]]:
    """Where each `t(…)` stands, and what it is given."""
    for path in sorted(REPORTS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                yield f"{path.name}:{node.lineno}", node.args[0]


def translated(code: str) -> dict[str, str]:
    return tomllib.loads((REPORTS / "languages" / f"{code}.toml").read_text(encoding="utf-8"))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated(code: str) -> None:
    known = translated(code)
    said = {given.value: where for where, given in calls() if isinstance(given, ast.Constant)}
    assert {text: where for text, where in said.items() if text not in known} == {}


def test_no_sentence_is_put_together_before_it_is_translated() -> None:
    made = (ast.JoinedStr, ast.BinOp)
    assert [where for where, given in calls() if isinstance(given, made)] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_holds_the_same_values(code: str) -> None:
    differing = {sv: other for sv, other in translated(code).items() if placeholders(sv) != placeholders(other)}
    assert differing == {}


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_of_a_sentence_nobody_writes(code: str) -> None:
    """A sentence that is changed in the code leaves its old translation behind: it is to be thrown away."""
    written = set()
    for path in REPORTS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (REPORTS / "templates").glob("*.*"))
    assert [text for text in translated(code) if text not in written and text not in templates] == []


def test_the_language_is_that_of_the_innermost_block() -> None:
    assert current() == "sv"
    with language("en"):
        assert t("uppgift saknas") == "no figure is available"
        with language("sv"):
            assert t("uppgift saknas") == "uppgift saknas"
        assert current() == "en"
    assert current() == "sv"


def test_a_sentence_without_translation_names_itself() -> None:
    with (
        language("en"),
        pytest.raises(ValueError, match=r"en\.toml: a sentence is missing: 'Ingen har skrivit detta\.'"),
    ):
        t("Ingen har skrivit detta.")
