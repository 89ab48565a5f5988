"""Writes RDF as Turtle: the few forms that a catalogue needs, in the order they are given."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

# What cannot stand in an IRI, neither as it is nor escaped (RFC 3987).
_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


def iri(address: str) -> str:
    """An address as a term, absolute or relative to the document. Raises ValueError for what is none."""
    if _NO_IRI.search(address):
        raise ValueError(f"no address: {address!r}: percent-encode what cannot stand in one")
    return f"<{address}>"


def text(said: str, language: str = "") -> str:
    """A text as a term, in a language or in none."""
    # JSON's escapes are Turtle's.
    return json.dumps(said, ensure_ascii=False) + (f"@{language}" if language else "")


def day(when: date) -> str:
    """A calendar day as a term."""
    return f'"{when.isoformat()}"^^xsd:date'


def count(number: int) -> str:
    """A number of things as a term."""
    return f'"{number}"^^xsd:nonNegativeInteger'


def turtle(
    prefixes: Mapping[str, str], nodes: Mapping[str, Mapping[str, Sequence[str] | str]], *, base: str = ""
) -> str:
    """A document: subjects with their predicates (`a`, or prefix:name), each with one term or several.

    Without a base, relative addresses are relative to the address that the document is read from.
    """
    head = [f"@base {iri(base)} ."] if base else []
    head += [f"@prefix {prefix}: {iri(address)} ." for prefix, address in prefixes.items()]
    blocks = ["\n".join(head)]
    for subject, said in nodes.items():
        lines = []
        for predicate, terms in said.items():
            listed = [terms] if isinstance(terms, str) else list(terms)
            if listed:
                lines.append(f"    {predicate} " + ",\n        ".join(listed))
        blocks.append(f"{subject}\n" + " ;\n".join(lines) + " .")
    return "\n\n".join(blocks) + "\n"
