"""Configs that are good YAML, and made to be slow: names without end, references, schemas that hold themselves."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.fuzzing.texts import END, HEAD, Lay, Make, written

SPACES = " " * 300_000

CONFIGS: Mapping[str, Make] = {
    "unknown profiles": lambda: (
        "version: 1\nprofiles: {"
        + ", ".join(f"profile{number}: {{}}" for number in range(30_000))
        + "}\n"
        + HEAD[11:]
        + "    extends: ["
        + ", ".join(f"profil{number}" for number in range(30_000))
        + "]\n"
    ),
    "unknown keys in many endpoints": lambda: (
        HEAD
        + "    endpoints:\n"
        + "".join(f"      e{number}: {{rout: GET /x, summry: a, qurey: {{}}}}\n" for number in range(10_000))
    ),
    "unknown words of schemas": lambda: (
        HEAD
        + "    endpoints:\n"
        + "".join(
            f"      e{number}: {{route: GET /x{number}, body: {{minimun: 1, maximun: {number}, tpye: a, formt: b}}}}\n"
            for number in range(2_000)
        )
    ),
    "a schema of unknown words": lambda: (
        END + "        body: {" + ", ".join(f"typ{n}: 1" for n in range(90_000)) + "}\n"
    ),
    "many routes": lambda: (
        HEAD
        + "    endpoints:\n"
        + "".join(f"      e{number}: {{route: 'GET /{{a}}/x{number}'}}\n" for number in range(2_000))
    ),
    "routes that all overlap": lambda: (
        HEAD
        + "    endpoints:\n"
        + "".join(
            f"      e{number}: {{route: 'GET /{number:012b}/x'}}\n".replace("0", "{{x}}") for number in range(300)
        )
    ),
    "a long route": lambda: HEAD + "    endpoints:\n      get:\n        route: GET " + "/a" * 4_000_000 + "\n",
    "a route of parameters": lambda: (
        HEAD
        + "    endpoints:\n      get:\n        route: GET "
        + "".join(f"/{{p{number}}}" for number in range(100_000))
        + "\n        path: {"
        + ", ".join(f"q{number}: {{}}" for number in range(60_000))
        + "}\n"
    ),
    "a long address": lambda: "version: 1\nintegrations: {crm: {base_url: '" + "a." * 2_000_000 + "'}}\n",
    "a long name": lambda: "version: 1\nintegrations: {" + "a" * 1_000 + ": {base_url: 'https://x'}}\n",
    "many references": lambda: HEAD + "    title: '" + "${A}" * 2_000_000 + "'\n",
    "references that are none": lambda: HEAD + "    title: '" + "${ }" * 1_000_000 + "'\n",
    "a reference of spaces": lambda: HEAD + "    title: '${A" + SPACES + "!}'\n",
    "a reference of dashes": lambda: HEAD + "    title: '${" + "-" * 3_000_000 + "!}'\n",
    "an open reference": lambda: HEAD + "    title: '" + "${" * 3_000_000 + "'\n",
    "a default of much": lambda: HEAD + "    title: '${B:-" + "x" * 9_000_000 + "}'\n",
    "curly quotes and spaces": lambda: HEAD + "    timeout: {total: '" + "\u00a0" * 2_000_000 + "'}\n",
    "foreign variables": lambda: HEAD + "    timeout: {total: '" + "{{ a " * 1_000_000 + "'}\n",
    "a slug of much": lambda: END + "        errors: [{when: {status: 404}, slug: '" + "a-" * 2_000_000 + "'}]\n",
    "a JMESPath of much": lambda: END + "        reply: {select: '" + "[" * 200_000 + "'}\n",
    "a JMESPath of dots": lambda: END + "        reply: {select: 'a" + ".a" * 300_000 + "'}\n",
    "a media type of much": lambda: END + "        responses: {200: {type: '" + "a" * 3_000_000 + "'}}\n",
    "a list of numbers": lambda: END + "        tags: [" + "1," * 90_000 + "]\n",
    "many rules": lambda: END + "        errors: [" + "{when: {status: 404}, as: rejected}, " * 15_000 + "]\n",
    "many profiles taken over": lambda: (
        "version: 1\nprofiles: {a: {timeout: {total: 5s}}}\n"
        + HEAD[11:]
        + "    extends: ["
        + "a, " * 40_000
        + "]\n    endpoints: {"
        + ", ".join(f"e{number}: {{route: GET /{number}, extends: [a]}}" for number in range(500))
        + "}\n"
    ),
    "native patterns": lambda: (
        HEAD + "    native: {mount: /n, allow: [" + ", ".join(["GET /**/**/**/*"] * 30_000) + "]}\n"
    ),
    "proxies": lambda: "version: 1\nserver: {trusted_proxies: [" + "a," * 90_000 + "]}\nintegrations: {}\n",
    "a schema that is itself": lambda: END + "        body: {$ref: '#'}\n",
    "a schema within itself": lambda: END + "        body: {allOf: [{$ref: '#'}]}\n        examples: {body: 1}\n",
    "a schema that is its own choice": lambda: (
        END
        + "        body: {$defs: {a: {anyOf: [{$ref: '#/$defs/a'}, {$ref: '#/$defs/a'}]}}, $ref: '#/$defs/a'}\n"
        + "        examples: {body: 1}\n"
    ),
    "schemas that are each other": lambda: (
        END
        + "        body: {$defs: {a: {not: {$ref: '#/$defs/b'}}, b: {not: {$ref: '#/$defs/a'}}}, $ref: '#/$defs/a'}\n"
        + "        examples: {body: {a: 1}}\n"
    ),
    "a parameter that is itself": lambda: END + "        query: {a: {$ref: '#', default: 1}}\n",
    "a schema of doublings": lambda: (
        END
        + "        body: {$ref: '#/$defs/d40', $defs: {d0: {type: string}, "
        + ", ".join(
            f"d{n}: {{allOf: [{{$ref: '#/$defs/d{n - 1}'}}, {{$ref: '#/$defs/d{n - 1}'}}]}}" for n in range(1, 41)
        )
        + "}}\n"
    ),
    "a chain of references": lambda: (
        END
        + "        body: {$ref: '#/$defs/d0', $defs: {"
        + ", ".join(f"d{number}: {{$ref: '#/$defs/d{number + 1}'}}" for number in range(20_000))
        + ", d20000: {}}}\n"
    ),
    "many faults in a schema": lambda: (
        END
        + "        body: {properties: {"
        + ", ".join(f"p{number}: {{type: strin}}" for number in range(30_000))
        + "}}\n"
    ),
    "many references in a schema": lambda: (
        END
        + "        body: {properties: {"
        + ", ".join(f"p{number}: {{$ref: gone{number}.json}}" for number in range(20_000))
        + "}}\n"
    ),
    "a pointer of much": lambda: END + "        body: {$ref: '#" + "/a" * 3_000_000 + "'}\n",
    "a pattern that doubles": lambda: (
        END + "        query: {a: {type: string, pattern: '^(a+)+$', default: " + "a" * 5_000 + "!}}\n"
    ),
    "a pattern with references": lambda: (
        END + "        query: {a: {type: string, pattern: '^(a|aa)+(?=b)(\\\\1)*$', default: " + "a" * 5_000 + "!}}\n"
    ),
    "a pattern of repeats": lambda: (
        END + "        query: {a: {type: string, pattern: '((a{1000}){1000}){1000}', default: a}}\n"
    ),
    "many patterns of repeats": lambda: (
        END
        + "        query: {"
        + ", ".join(f"q{n}: {{type: string, pattern: '(x{n}[^a]{{900}}){{9}}'}}" for n in range(300))
        + "}\n"
    ),
    "a pattern of much": lambda: END + "        query: {a: {pattern: '" + "(a|b)" * 200_000 + "'}}\n",
    "a pattern of brackets": lambda: END + "        query: {a: {pattern: '" + "(" * 100_000 + ")" * 100_000 + "'}}\n",
    "an example of much": lambda: (
        END
        + "        response: {type: array, uniqueItems: true}\n        examples: {reply: ["
        + ", ".join(str(number) for number in range(90_000))
        + "]}\n"
    ),
    "an example of lists": lambda: (
        END
        + "        response: {type: array, uniqueItems: true}\n        examples: {reply: ["
        + ", ".join(f"[{number}]" for number in range(9_000))
        + "]}\n"
    ),
}


def _deep(depth: int) -> str:
    return '{"not": ' * depth + "true" + "}" * depth


def _schema(make: Make, name: str = "s.json") -> Lay:
    def lay(folder: Path) -> Path:
        content = make()
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return written(lambda: END + f"        body: {{$ref: {name}}}\n        examples: {{body: 1}}\n")(folder)

    return lay


def _naming(line: str) -> Lay:
    """A config that names things that are no files to be read: `pipe`, a directory, devices."""

    def lay(folder: Path) -> Path:
        os.mkfifo(folder / "pipe")
        (folder / "folder").mkdir()
        (folder / "loop").symlink_to(folder / "loop")
        (folder / "endless").symlink_to("/dev/zero")
        (folder / "large").write_bytes(b"x" * 11_000_000)
        (folder / "binary").write_bytes(bytes(range(256)))
        return written(lambda: line)(folder)

    return lay


NOT_FILES = ("pipe", "folder", "loop", "endless", "large", "binary", "/dev/zero", "/dev/stdin", "/proc/self/mem")

SCHEMA_FILES: Mapping[str, Lay] = {
    "a deep schema file": _schema(lambda: _deep(100_000)),
    "a schema file nested 60 times": _schema(lambda: _deep(60)),
    "a schema file nested 900 times": _schema(lambda: _deep(900)),
    "a schema file of lists": _schema(lambda: '{"examples": [' + "[]," * 3_300_000 + "[]]}"),
    "a schema file of maps": _schema(lambda: '{"examples": [' + "{}," * 3_300_000 + "{}]}"),
    "a schema file of numbers": _schema(lambda: '{"enum": [' + ",".join(map(str, range(1_400_000))) + "]}"),
    "a schema file of properties": _schema(lambda: json.dumps({"properties": {f"p{n}": {} for n in range(300_000)}})),
    "a schema file of text": _schema(lambda: '{"title": "' + "x" * 9_900_000 + '"}'),
    "a schema file of brackets": _schema(lambda: "[" * 9_900_000),
    "a schema file that is a bomb": _schema(
        lambda: (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{n}: &{n} [{','.join([f'*{b}'] * 10)}]\n" for b, n in zip("abcdefgh", "bcdefghi", strict=True))
        ),
        "s.yaml",
    ),
    "a schema file that is itself": _schema(lambda: '{"$ref": "s.json"}'),
    "a schema file that doubles": _schema(lambda: '{"anyOf": [{"$ref": "s.json#"}, {"$ref": "./s.json"}]}'),
}


def configs() -> Iterator[tuple[str, Lay]]:
    for name, text in CONFIGS.items():
        yield name, written(text)
    yield from SCHEMA_FILES.items()
    for name in NOT_FILES:
        yield f"a reference to {name}", _naming(HEAD + f'    title: "${{file:{name}}}"\n')
        yield f"a schema at {name}", _naming(END + f"        body: {{$ref: '{name.lstrip('/')}'}}\n")
        yield f"{name} included", _naming(f"include: ['{name}']\n{HEAD}")
        yield f"{name} imported", _naming(HEAD + f"    openapi: {{document: '{name}', operations: [a]}}\n")
    yield "everything included", _naming(f"include: ['/*/*/*/*/*/*/nothing.yaml']\n{HEAD}")
    yield "a config that is a folder", lambda folder: folder
    yield "a config that is not there", lambda folder: folder / "gone.yaml"
