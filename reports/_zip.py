"""Packages of office files that are the same bytes for the same content: no clock, no order of chance."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest day a zip can tell


def read_zip(package: Path | IO[bytes]) -> dict[str, bytes]:
    """The parts of a package, in their order."""
    with zipfile.ZipFile(package) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}


def write_zip(package: Path | IO[bytes], parts: Mapping[str, bytes]) -> None:
    """Write a package with its parts in the order given. What is packed already (PNG, JPEG) is stored as it is."""
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system = 3  # whatever system this runs on
            entry.external_attr = 0o644 << 16
            is_packed = name.endswith((".png", ".jpg", ".jpeg"))
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
