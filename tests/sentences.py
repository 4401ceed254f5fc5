"""What the source may say of data, found by reading it: the text of each note, warning, reason and mend."""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geoprio

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(geoprio.__file__).parent
SLOT, LIST = "{}", "{*}"
"""What changes in a sentence, and a list that may hold "; "."""
MOST, DEEPEST = 400, 12
KNOWN = "not a number"
SAYS = {"info": (("text", 1),), "warn": (("text", 1),), "reject": (("reason", 2), ("mend", 3))}


@dataclass(frozen=True)
class Sentence:
    """A text with slots, and the line of the source that says it."""

    text: str
    where: str


class Source:
    """All files of the package, with what each name is bound to."""

    def __init__(self) -> None:
        self.functions: dict[str, list[tuple[File, ast.FunctionDef]]] = {}
        self.calls: dict[str, list[tuple[File, ast.Call]]] = {}
        self.files = [File(path, self) for path in sorted(ROOT.rglob("*.py"))]
        for file in self.files:
            for node in ast.walk(file.tree):
                if isinstance(node, ast.FunctionDef):
                    self.functions.setdefault(node.name, []).append((file, node))
                elif isinstance(node, ast.Call):
                    self.calls.setdefault(_called(node), []).append((file, node))

    def sentences(self) -> list[Sentence]:
        """Return every sentence that findings, refusals, warnings of scores and scenarios may hold."""
        found = set()
        for file, call, value, part in self._said():
            before = ""
            if _called(call) == "hit":
                place = call.args[0]
                before = f"{place.value if isinstance(place, ast.Constant) else SLOT}[{SLOT}]: "
            found |= {Sentence(before + s.text, s.where) for s in file.said(value, part)}
        return sorted(found, key=lambda s: (s.where, s.text))

    def _said(self) -> Iterator[tuple[File, ast.Call, ast.expr | None, str]]:
        """Yield where a sentence is said: file, call, the expression, and which part of a finding it is."""
        for method, parts in SAYS.items():
            for file, call in self.calls[method]:
                if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith("findings"):
                    yield from ((file, call, _argument(call, name, place), name) for name, place in parts)
        for file, call in self.calls["Refused"]:
            yield from ((file, call, _argument(call, name, k), name) for k, name in enumerate(("reason", "mend")))
        for file, call in self.calls["warn"]:
            if len(call.args) > 1 and ast.unparse(call.args[1]).endswith("Warning"):
                yield file, call, call.args[0], "text"
        yield from ((file, call, call.args[3], "what") for file, call in self.calls["hit"])

    def returned(self, function: str) -> list[Sentence]:
        """Return the texts that a function may return, alone or in a tuple."""
        found = set()
        for file, node in self.functions[function]:
            for n in ast.walk(node):
                if isinstance(n, ast.Return) and n.value is not None:
                    parts = n.value.elts if isinstance(n.value, ast.Tuple) else [n.value]
                    for part in parts:
                        found |= {s for s in file.said(part, function) if not _is_open(s.text)}
        return sorted(found, key=lambda s: (s.where, s.text))


class File:
    """One file of the package."""

    def __init__(self, path: Path, source: Source) -> None:
        self.name, self.source = str(path.relative_to(ROOT)), source
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.busy: list[ast.AST] = []

    def said(self, value: ast.expr | None, part: str) -> set[Sentence]:
        """Return what an expression may say."""
        texts = {SLOT} if value is None else self.texts(value)
        return {Sentence(re.sub(r"(\{\}){2,}", SLOT, t), f"{self.name}:{part}") for t in texts}

    def texts(self, node: ast.expr, *, inner: bool = False) -> set[str]:
        """Return the texts that an expression may be; a slot alone where nothing is known of it."""
        if node in self.busy or len(self.busy) > DEEPEST:
            return set() if node in self.busy else {SLOT}
        self.busy.append(node)
        try:
            return self._texts(node, inner)
        finally:
            self.busy.pop()

    def _texts(self, node: ast.expr, inner: bool) -> set[str]:  # noqa: PLR0911 - one line for each kind of node
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.FormattedValue():
                # What is formatted or quoted is a number or a name of the data.
                plain = node.format_spec is None and node.conversion == -1
                return self.texts(node.value, inner=True) if plain else {SLOT}
            case ast.JoinedStr():
                return _put_together([self.texts(part, inner=True) for part in node.values])
            case ast.BinOp(op=ast.Add()):
                return _put_together([self.texts(node.left, inner=inner), self.texts(node.right, inner=inner)])
            case ast.IfExp():
                return self.texts(node.body, inner=inner) | self.texts(node.orelse, inner=inner)
            case ast.Name():
                return self._named(node, inner=inner)
            case ast.Subscript(value=ast.Name()):
                return self._looked_up(node)
            case ast.Call():
                return self._returned(node, inner=inner)
        return {SLOT}

    def _scopes(self, node: ast.AST) -> list[ast.AST]:
        out = []
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.Module):
                out.append(node)
        return out

    def _named(self, node: ast.Name, *, inner: bool) -> set[str]:
        for scope in self._scopes(node):
            within = [n for n in ast.walk(scope) if (self._scopes(n) or [None])[0] is scope]
            bound = [v for n in within for t, v in _bindings(n) for v in _values(t, v, node.id)]
            found = set().union(*({SLOT} if v is None else self.texts(v, inner=inner) for v in bound))
            for n in within:
                if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and n.target.id == node.id:
                    found |= _put_together([found, self.texts(n.value, inner=inner)])
            if bound:
                return found
            if isinstance(scope, ast.FunctionDef) and node.id in _parameters(scope):
                return self._given(scope, node.id, inner=inner)
        return {SLOT}

    def _given(self, function: ast.FunctionDef, name: str, *, inner: bool) -> set[str]:
        """Return what a parameter is given: by this file, or by all where a function's name and the text are whole."""
        everywhere = not inner and len(self.source.functions[function.name]) == 1
        names = [n for n in _parameters(function) if n != "self"]
        found = set()
        for file, call in self.source.calls.get(function.name, ()):
            if file is self or everywhere:
                value = _argument(call, name, names.index(name))
                found |= {SLOT} if value is None else file.texts(value, inner=inner)
        return found or {SLOT}

    def _looked_up(self, node: ast.Subscript) -> set[str]:
        """Return all texts of a table that is looked up by key."""
        for scope in self._scopes(node):
            for target, value in (b for n in ast.walk(scope) for b in _bindings(n)):
                if isinstance(target, ast.Name) and target.id == node.value.id and isinstance(value, ast.Dict):
                    return set().union(*(self.texts(v) for v in value.values))
        return {SLOT}

    def _returned(self, node: ast.Call, *, inner: bool) -> set[str]:
        name = _called(node)
        if isinstance(node.func, ast.Attribute):
            return {LIST} if name == "join" else {SLOT}
        if name == "str" and node.args:
            return self.texts(node.args[0], inner=inner)
        found = set()
        for file, function in self.source.functions.get(name, ()):
            if file is self or len(self.source.functions[name]) == 1:
                returns = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
                found |= set().union(*(file.texts(value, inner=inner) for value in returns))
        return found or {SLOT}


def filled(text: str) -> str:
    """Return a sentence with something in its slots: a reason where it begins with one, else a number."""
    begins = re.match(r"(\{\*?\})(?=; )", text)
    whole = f"{KNOWN}{text[begins.end() :]}" if begins else text
    return whole.replace(LIST, "7").replace(SLOT, "7")


def _is_open(text: str) -> bool:
    return text.strip() in {SLOT, LIST, ""}


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _argument(call: ast.Call, name: str, place: int) -> ast.expr | None:
    named = next((k.value for k in call.keywords if k.arg == name), None)
    before = call.args[: place + 1]
    if named is None and len(before) > place and not any(isinstance(a, ast.Starred) for a in before):
        return before[place]
    return named


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [a.arg for a in [*function.args.args, *function.args.kwonlyargs]]


def _bindings(node: ast.AST) -> list[tuple[ast.expr, ast.expr | None]]:
    match node:
        case ast.Assign():
            return [(target, node.value) for target in node.targets]
        case ast.AnnAssign(value=ast.expr()) | ast.NamedExpr():
            return [(node.target, node.value)]
        case ast.For() | ast.comprehension():
            rows = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else [None]
            return [(node.target, row) for row in rows]
    return []


def _values(target: ast.expr, value: ast.expr | None, name: str) -> list[ast.expr | None]:
    """Return what a name gets where a target is bound to a value."""
    if isinstance(target, ast.Name):
        return [value] if target.id == name else []
    if not isinstance(target, ast.Tuple):
        return []
    if isinstance(value, ast.IfExp):
        return [*_values(target, value.body, name), *_values(target, value.orelse, name)]
    parts = (
        value.elts
        if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
        else [None] * len(target.elts)
    )
    return [v for part, own in zip(target.elts, parts, strict=True) for v in _values(part, own, name)]


def _put_together(parts: list[set[str]]) -> set[str]:
    found = {""}
    for part in parts:
        both = itertools.product(sorted(found), sorted(part))
        found = {first + second for first, second in itertools.islice(both, MOST)}
    return found
