"""What of a folder is evidence: canonical files, and files of other sources that mapping files speak of."""

from __future__ import annotations

from pathlib import Path

from feedback.columns import Kind
from feedback.ingest.mapping import Mapping, MappingError, canonical, read_mapping
from feedback.ingest.readers import READERS, extension, stem
from feedback.kinds import KINDS


def evidence_files(folder: Path, mappings: Path | None = None) -> list[tuple[Mapping, list[Path]]]:
    """The files of each kind with how to read them, in the order in which the kinds depend on each other.

    `reviews.toml`, in `mappings` or else in the folder itself, says how the reviews are read: from the file it names,
    or from those named `reviews`. A kind without one is read by the canonical names.
    """
    found = [path for path in sorted(folder.iterdir()) if path.is_file() and extension(path) in READERS]
    read = []
    for name, kind in KINDS.items():
        mapping = _mapping(kind, (mappings or folder) / f"{name}.toml")
        if paths := [path for path in found if _meant(path, mapping)]:
            read.append((mapping, paths))
        elif mapping.file:
            raise MappingError(f"{folder} has no file {mapping.file}, which the mapping for {name} names")
    return read


def _mapping(kind: Kind, path: Path) -> Mapping:
    if not path.is_file():
        return canonical(kind)
    mapping = read_mapping(path)
    if mapping.kind is not kind:
        raise MappingError(f"{path}: is for {mapping.kind.name}")
    return mapping


def _meant(path: Path, mapping: Mapping) -> bool:
    return path.name == mapping.file if mapping.file else stem(path) == mapping.kind.name
