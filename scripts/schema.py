"""Makes schemas/integrations.schema.json, which editors complete and check by: `python -m scripts.schema`."""

from pathlib import Path

import msgspec

from gateway.loading.published import config_schema
from gateway.registry import discover, written_types

TARGET = Path(__file__).parent.parent / "schemas" / "integrations.schema.json"


def main() -> None:
    TARGET.write_text(schema())


def schema() -> str:
    return msgspec.json.format(msgspec.json.encode(config_schema(written_types(discover()))), indent=1).decode() + "\n"


if __name__ == "__main__":
    main()
