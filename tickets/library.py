"""Procedures on disk: read and checked; a broken file is refused with its line and plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cti.domain.errors import Invalid
from cti.domain.rulebook import DepartmentRules
from tickets.procedure import Procedure, Procedures, check_procedure, check_together

PROCEDURES = Path(__file__).parent / "procedures"
SHIPPED_DEPARTMENTS = frozenset(one.code for one in DepartmentRules().departments)

_PATH = re.compile(r" - at `\$([^`]*)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")


def load_procedures(folder: Path = PROCEDURES, *, departments: Collection[str] = SHIPPED_DEPARTMENTS) -> Procedures:
    """Read every `*.yaml` of a folder.

    Raises: Invalid `procedure.broken`: file, line, what is wrong with it.
    """
    found = [read_procedure(path, departments) for path in sorted(folder.glob("*.yaml"))]
    if not found:
        raise Invalid(f"{folder.name}: there is no procedure", code="procedure.broken")
    flaws = list(check_together(found))
    if flaws:
        raise Invalid(f"{folder.name}: {'; '.join(flaws)}", code="procedure.broken")
    return Procedures(found)


def read_procedure(path: Path, departments: Collection[str] = SHIPPED_DEPARTMENTS) -> Procedure:
    """Read one file. Raises: Invalid `procedure.broken`."""
    root = _compose(path)
    try:
        procedure = msgspec.convert(yaml.SafeLoader("").construct_document(root), Procedure)
    except msgspec.ValidationError as wrong:
        raise _broken(path, *_place(root, str(wrong))) from wrong
    flaws = list(check_procedure(procedure, departments))
    if flaws:
        raise _broken(path, _line(root, flaws[0].at), flaws[0].text)
    if procedure.code != path.stem:
        raise _broken(path, _line(root, ("code",)), f"the code {procedure.code} must be the name of the file")
    return procedure


def _compose(path: Path) -> yaml.MappingNode:
    try:
        root = yaml.compose(path.read_text("utf-8"), yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise _broken(path, line, f"this is no YAML: {wrong.problem}") from wrong
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as wrong:
        raise _broken(path, 1, f"cannot be read: {wrong}") from wrong
    if not isinstance(root, yaml.MappingNode):
        raise _broken(path, 1, "a procedure is written as `name: value` lines")
    _refuse_twice(path, root)
    return root


def _refuse_twice(path: Path, node: yaml.Node) -> None:
    """The last of two equal keys must not win in silence."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twice(path, item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise _broken(path, key.start_mark.line + 1, f"{key.value} stands twice")
            seen.add(key.value)
            _refuse_twice(path, value)


def _place(root: yaml.Node, message: str) -> tuple[int, str]:
    """Line and words of msgspec's complaint."""
    found = _PATH.search(message)
    steps = _STEP.findall(found.group(1)) if found else []
    at: list[str | int] = [name or int(place) for name, place in steps]
    if unknown := _UNKNOWN.search(message):
        at.append(unknown.group(1))
    name = ".".join(str(step) for step in at)
    return _line(root, at), f"{name + ': ' if name else ''}{_PATH.sub('', message)}"


def _line(node: yaml.Node, at: Sequence[str | int]) -> int:
    """The line of what stands at this place, or of the nearest thing around it."""
    line = node.start_mark.line + 1
    for step in at:
        following: Any = None
        if isinstance(node, yaml.MappingNode):
            following = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            following = (node.value[step], node.value[step])
        if following is None:
            return line
        line, node = following[0].start_mark.line + 1, following[1]
    return line


def _broken(path: Path, line: int, text: str) -> Invalid:
    return Invalid(f"{path.name}, line {line}: {text}", code="procedure.broken", file=path.name, line=line)
