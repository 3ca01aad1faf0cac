"""`include:` — integrations that stand in files of their own, each file holding `integrations` and nothing else."""

import glob
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.diagnostics import InvalidConfig, Place, Problem
from gateway.loading.naming import nearest, shown
from gateway.loading.reading import Text, compose, read_text
from gateway.loading.sheet import Sheet
from gateway.loading.source import Source
from gateway.loading.tree import Keys, Tree
from gateway.loading.walking import without_extensions

MOST_FILES = 1_000


class Inclusion:
    """Lays the integrations of other files beside those of the first; `files` are all that were looked at."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._folder = source.folder(())
        self.texts: dict[Path, str] = {}
        self.files: list[Path] = []
        self.problems: list[Problem] = []
        self.references: list[tuple[Keys, str]] = []

    def include(self, data: dict[str, Any]) -> None:
        """Changes `data` in place."""
        patterns = data.get("include")
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str):
                self._pattern(pattern, ("include", index), data)

    def _pattern(self, pattern: str, at: Keys, data: dict[str, Any]) -> None:
        if glob.has_magic(str(Path(pattern).parent)):
            hint = "such as `vendors/*.yaml`: a `*` can stand in the name of the file only"
            self._report("GW013", at, f"`{pattern}` looks into too many folders", hint)
            return
        found = [path for path in self._matches(pattern) if str(path) != self._source.file]
        if not found:
            self._report("GW013", at, f"no file matches `{pattern}`", "paths are relative to this file")
        for path in found:
            if path in self.texts:
                continue
            if len(self.texts) == MOST_FILES:
                self._report("GW013", at, f"more than {MOST_FILES:,} files are included")
                return
            self._file(path, at, data)

    def _matches(self, pattern: str) -> Iterator[Path]:
        """The folder is watched too, where a pattern may match more files later."""
        if glob.has_magic(pattern):
            self.files.append((self._folder / pattern).parent)
            names = glob.iglob(pattern, root_dir=self._folder)  # noqa: PTH207 - no pattern of it walks a whole tree
            yield from (self._folder / name for name in sorted(names))
        else:
            yield self._folder / pattern

    def _file(self, path: Path, at: Keys, data: dict[str, Any]) -> None:
        self.files.append(path)
        try:
            text = Text(str(path), read_text(path))
            self.texts[path] = text.text
            root = compose(text)
        except InvalidConfig as invalid:
            self._unreadable(invalid.problems, at)
            return
        tree = Tree(root, text)
        without_extensions(tree.data)
        self.problems.extend(tree.problems)
        if isinstance(tree.data, dict):
            self._take(tree, Sheet(text, root), data)
        else:
            self._say("GW106", Sheet(text, root).place(root), f"expected a map, got {shown(tree.data)}")

    def _unreadable(self, problems: tuple[Problem, ...], at: Keys) -> None:
        for problem in problems:
            if problem.code == "GW001":
                self._report("GW013", at, f"`{self._name(problem.place.file)}`: {problem.message}")
            elif problem.code == "GW011":
                self._say("GW011", problem.place, problem.message, "an included file begins with `integrations:`")
            else:
                self.problems.append(problem)

    def _take(self, tree: Tree, sheet: Sheet, data: dict[str, Any]) -> None:
        for key in tree.data:
            if key != "integrations":
                place = sheet.place(sheet.find((key,))[0])
                hint = nearest(key, ["integrations"]) or "only `integrations` and `x-…` keys can"
                self._say("GW014", place, f"`{key}` cannot stand in an included file", hint)
        own = tree.data.get("integrations")
        if own is not None and not isinstance(own, dict):
            place = sheet.place(sheet.find(("integrations",))[1])
            self._say("GW106", place, f"expected a map of integrations, got {shown(own)}")
        known = data.setdefault("integrations", {})
        if isinstance(own, dict) and isinstance(known, dict):
            self._adopt(own, tree.references, sheet, known)

    def _adopt(
        self, own: Mapping[str, Any], references: list[tuple[Keys, str]], sheet: Sheet, known: dict[str, Any]
    ) -> None:
        of: dict[str | int, list[tuple[Keys, str]]] = {}
        for one in references:
            of.setdefault(one[0][1] if len(one[0]) > 1 else "", []).append(one)
        for name, integration in own.items():
            if name in known:
                first = self._source.key_place(("integrations", name))
                place = sheet.place(sheet.find(("integrations", name))[0])
                text = f"the integration `{name}` stands twice: also in {self._name(first.file)}, line {first.line}"
                self._say("GW015", place, text, "only one of them can be meant")
                continue
            known[name] = integration
            self._source.adopt(name, sheet)
            self.references.extend(of.get(name, ()))

    def _name(self, file: str) -> str:
        """As seen from the file that includes."""
        path = Path(file)
        return path.relative_to(self._folder).as_posix() if path.is_relative_to(self._folder) else file

    def _report(self, code: str, at: Keys, message: str, hint: str = "") -> None:
        self.problems.append(self._source.problem(code, at, message, hint=hint))

    def _say(self, code: str, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code, "error", place, message, hint))
