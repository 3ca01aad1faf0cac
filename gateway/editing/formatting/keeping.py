"""What formatting must never do: change what a file says, or lose a comment of it."""

import json
from collections import Counter

from gateway.diagnostics import InvalidConfig
from gateway.editing.formatting.comments import comments
from gateway.editing.refusing import Refused
from gateway.loading.reading import Text, compose
from gateway.loading.tree import Tree


def read(file: str, text: str) -> Tree:
    """The data of a text, its references and where they stand. Raises InvalidConfig."""
    source = Text(file, text)
    tree = Tree(compose(source), source)
    if tree.problems:
        raise InvalidConfig(tree.problems)
    return tree


def refuse_loss(file: str, before: str, after: str) -> None:
    """Raises Refused unless both texts say the same, with the same comments; `before` is known to be YAML."""
    try:
        same = _said(read(file, before)) == _said(read(file, after))
    except InvalidConfig as invalid:
        raise Refused(f"{file} cannot be formatted: {invalid.problems[0].message} would be the outcome") from None
    if not same:
        raise Refused(f"{file} cannot be formatted without changing what it says")
    if Counter(one.text for one in comments(before)) != Counter(one.text for one in comments(after)):
        raise Refused(f"{file} cannot be formatted without losing a comment")


def _said(tree: Tree) -> tuple[str, list[str]]:
    """As text, for to Python `1`, `1.0` and `true` are equal; the order of keys says nothing."""
    return json.dumps(tree.data, sort_keys=True), sorted(f"{path}={text}" for path, text in tree.references)
