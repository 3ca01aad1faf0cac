"""Three hundred changes to the shipped file: each is told for what it is, at its line, or passes if it is harmless."""

import os
import random
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tests.gateway.mistakes import examined
from tests.gateway.mutating import of_keys, of_text, of_values
from tests.gateway.mutating.mutations import Mutation
from tests.gateway.mutating.places import Shipped

ROOT = Path(__file__).parents[3]
MAKERS = (*of_keys.MAKERS, *of_values.MAKERS, *of_text.MAKERS)
MANY = int(os.environ.get("MUTATIONS", "300"))
ENVIRON = {
    "GOOGLE_ACCESS_TOKEN": "token-of-google",
    "MICROSOFT_ACCESS_TOKEN": "token-of-microsoft",
    "TWILIO_ACCOUNT_SID": "AC123",
    "TWILIO_API_KEY": "SK123",
    "TWILIO_API_SECRET": "secret-of-twilio",
    "VAPI_API_KEY": "token-of-vapi",
    "VAPI_ASSISTANT_ID": "3f1c9a52-7d8e-4b06-9c34-5a1e2f7b8d90",
}


def mutations(count: int) -> Iterator[Mutation]:
    """The same ones every time, as many of each kind."""
    shipped = Shipped((ROOT / "integrations.yaml").read_text(encoding="utf-8"))
    chosen = random.Random(os.environ.get("MUTATIONS_SEED", "2027"))
    made = (maker(shipped, chosen) for maker in cycle(MAKERS))
    yield from islice({mutation.text: mutation for mutation in islice(made, 2 * count)}.values(), count)


def disagreement(path: Path, mutation: Mutation) -> str:
    """What the check says otherwise than whoever made the change; empty where they agree."""
    path.write_text(mutation.text, encoding="utf-8", newline="")
    problems = examined(path, ENVIRON)
    found = {(problem.code, problem.place.line) for problem in problems}
    if found == mutation.expected:
        return ""
    told = "; ".join(f"{problem.place.line}: {problem.code} {problem.message}" for problem in problems)
    return f"{mutation.what}: expected {sorted(mutation.expected)}, got {told or 'nothing'}"


def test_each_change_is_told_for_what_it_is_at_its_line(tmp_path: Path) -> None:
    Path(tmp_path, "schemas").symlink_to(ROOT / "schemas")
    path = tmp_path / "integrations.yaml"
    wrong = [text for mutation in mutations(MANY) if (text := disagreement(path, mutation))]
    assert not wrong, "\n".join(wrong)


def test_the_shipped_file_itself_is_good(tmp_path: Path) -> None:
    assert not examined(ROOT / "integrations.yaml", ENVIRON)


def test_they_are_as_many_as_they_say() -> None:
    assert len(list(mutations(MANY))) == MANY
