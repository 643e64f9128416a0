"""Reads and writes the folder of a city. Every value keeps its line; what cannot be read becomes a problem."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import yaml

from pendopo.catalogue.rules.city import OPTIONAL_SHEETS, SINGLE_SHEETS, City, Problem, Sheet

MAX_DEPTH: Final = 40
MAX_BYTES: Final = 4_000_000
Note = Callable[[int, str], None]
TRUTHS: Final = {"true": True, "false": False}


class Unreadable(Exception):
    """A file that is not the YAML we accept; carries the problem."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read(folder: Path) -> tuple[City, list[Problem]]:
    """Read every file of the folder. Returns what could be read and what could not."""
    problems: list[Problem] = []
    optional = [name for name in OPTIONAL_SHEETS if (folder / f"{name}.yaml").is_file()]
    sheets = {name: _sheet(folder, folder / f"{name}.yaml", problems) for name in (*SINGLE_SHEETS, *optional)}
    agencies = [_sheet(folder, path, problems) for path in sorted(folder.glob("agencies/*.yaml"))]
    forms, tables = (
        {path.stem: _sheet(folder, path, problems) for path in sorted(folder.glob(f"{part}/*.yaml"))}
        for part in ("forms", "references")
    )
    if not agencies:
        problems.append(Problem("agencies", 1, "no agency: put one YAML file per agency into this folder"))
    return (
        City(
            {name: sheet for name, sheet in sheets.items() if sheet},
            tuple(sheet for sheet in agencies if sheet),
            {name: sheet for name, sheet in forms.items() if sheet},
            {name: sheet for name, sheet in tables.items() if sheet},
        ),
        problems,
    )


def _sheet(folder: Path, path: Path, problems: list[Problem]) -> Sheet | None:
    name = path.relative_to(folder).as_posix()
    try:
        root = _compose(path)
        value = _value(root, 0, lambda line, message: problems.append(Problem(name, line, message)))
    except Unreadable as failure:
        problems.append(Problem(name, failure.line, str(failure)))
        return None
    return Sheet(name, value, lambda keys: _find(root, keys))


def _compose(path: Path) -> yaml.Node:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(1, f"file is larger than {MAX_BYTES // 1_000_000} MB: split it")
        text = path.read_text(encoding="utf-8")
        with closing(_Loader(text)) as loader:
            root = loader.get_single_node()
    except FileNotFoundError:
        raise Unreadable(1, "file is missing") from None
    except UnicodeDecodeError as error:
        raise Unreadable(1, f"file is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise Unreadable(1, f"file cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(
            mark.line + 1 if mark else 1, f"broken YAML: {error.problem or error.context}"
        ) from None
    except yaml.YAMLError as error:
        raise Unreadable(1, f"broken YAML: {str(error).splitlines()[0]}") from None
    if root is None:
        raise Unreadable(1, "file is empty")
    return root


class _Loader(yaml.CSafeLoader):
    """The C parser; ``close`` frees its buffers."""

    def close(self) -> None:
        self.dispose()


def _value(node: yaml.Node, depth: int, note: Note) -> Any:
    """Plain Python of a node. Dates stay text, because everything ends as JSON. ``note`` hears of double keys."""
    if depth > MAX_DEPTH:
        raise Unreadable(_line(node), f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, depth + 1, note) for item in node.value]
    values: dict[str, Any] = {}
    for key, item in _pairs(node):
        if key in values:
            note(_line(item), f"the key {key!r} stands twice in the same block")
        values[key] = _value(item, depth + 1, note)
    return values


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rpartition(":")[2]
    text: str = node.value
    if kind == "bool":
        return TRUTHS.get(text.lower(), text)  # yes, no, on and off are words, as in YAML 1.2
    if kind == "null":
        return None
    if kind not in {"int", "float"}:
        return text
    try:
        return int(text.replace("_", "")) if kind == "int" else float(text.replace("_", ""))
    except ValueError:
        raise Unreadable(
            _line(node), f"{text!r} is not a plain number: write it with digits, or in quotes"
        ) from None


def _pairs(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag.endswith(":merge"):
            raise Unreadable(_line(key), "only plain words may be keys")
        yield key.value, item


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _find(root: yaml.Node, keys: tuple[str | int, ...]) -> int:
    """Line of the value at ``keys``, or of the last parent that exists. A key's own line counts for its value."""
    line, node = _line(root), root
    for key in keys:
        found = _step(node, key)
        if found is None:
            break
        line, node = found
    return line


def _step(node: yaml.Node, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((_line(k), item) for k, item in node.value if k.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return _line(node.value[key]), node.value[key]
    return None


def write(folder: Path, files: dict[str, Any]) -> None:
    """Write YAML files; ``files`` maps relative paths to plain values."""
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110)
        path.write_text(text, encoding="utf-8")
