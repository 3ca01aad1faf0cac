"""What other programs read: each format has the structure that its readers rely on."""

import json
from typing import Any

import pytest

from gateway.diagnostics import CODES, Place, Problem, Size
from gateway.reporting import Found, render_github, render_json, render_sarif

UNKNOWN = Problem(
    "GW104", "error", Place("a.yaml", 5, 3, 7), "unknown key `retires`", "did you mean `retry`?", ("retry",)
)
OVERLAP = Problem("GW303", "warning", Place("b, c:%.yaml", 2, 1, 4), "100 %\nsure")
FOUND = (Found("a.yaml", (UNKNOWN,), Size(2, 9), 0.0841), Found("b.yaml", (OVERLAP,), Size(1, 1), 0.01))


def sarif(*problems: Problem) -> Any:
    (run,) = json.loads(render_sarif(problems, "1.2.3"))["runs"]
    return run


def test_json_is_one_object_for_all_files() -> None:
    told = json.loads(render_json(FOUND))

    assert list(told) == ["files", "problems", "summary"]
    assert [(file["file"], file["errors"], file["endpoints"]) for file in told["files"]] == [
        ("a.yaml", 1, 9),
        ("b.yaml", 0, 1),
    ]
    assert told["summary"] == {"integrations": 3, "endpoints": 10, "errors": 1, "warnings": 1, "milliseconds": 94}


def test_json_tells_each_problem_whole() -> None:
    problem, other = json.loads(render_json(FOUND))["problems"]

    assert problem == {
        "code": "GW104",
        "severity": "error",
        "file": "a.yaml",
        "line": 5,
        "column": 3,
        "end_column": 10,
        "message": "unknown key `retires`",
        "hint": "did you mean `retry`?",
        "allowed": ["retry"],
        "help": "gateway explain GW104",
    }
    assert other["message"] == "100 %\\nsure"


def test_json_says_that_nothing_was_counted_where_a_file_could_not_be_read() -> None:
    told = json.loads(render_json([FOUND[0], Found("none.yaml", (UNKNOWN,), None, 0)]))

    assert told["summary"]["endpoints"] is None
    assert told["files"][0]["endpoints"] == 9


def test_a_workflow_command_points_at_the_line() -> None:
    assert render_github(UNKNOWN) == (
        "::error file=a.yaml,line=5,col=3,endColumn=10,title=GW104::unknown key `retires`%0Adid you mean `retry`?"
    )


def test_a_workflow_command_is_one_line_whatever_it_holds() -> None:
    assert render_github(OVERLAP) == (
        "::warning file=b%2C c%3A%25.yaml,line=2,col=1,endColumn=5,title=GW303::100 %25\\nsure"
    )


def test_sarif_names_its_version_and_every_rule() -> None:
    document = json.loads(render_sarif([], "1.2.3"))
    driver = document["runs"][0]["tool"]["driver"]

    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-2.1.0.json")
    assert (driver["name"], driver["version"]) == ("gateway", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(CODES)
    assert document["runs"][0]["results"] == []


@pytest.mark.parametrize("code", CODES)
def test_every_sarif_rule_explains_itself(code: str) -> None:
    rule = next(rule for rule in sarif()["tool"]["driver"]["rules"] if rule["id"] == code)

    assert rule["shortDescription"]["text"] == CODES[code]
    assert rule["help"]["text"] == f"gateway explain {code}"
    assert rule["defaultConfiguration"]["level"] in {"error", "warning"}


def test_a_sarif_result_refers_to_its_rule_and_to_a_region() -> None:
    run = sarif(UNKNOWN)
    (result,) = run["results"]

    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "GW104"
    assert result["level"] == "error"
    assert result["message"] == {"text": "unknown key `retires` (did you mean `retry`?)"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a.yaml"},
                "region": {"startLine": 5, "startColumn": 3, "endColumn": 10},
            }
        }
    ]


@pytest.mark.parametrize(
    ("file", "uri"), [("b, c:%.yaml", "b%2C%20c%3A%25.yaml"), ("/etc/a b.yaml", "file:///etc/a%20b.yaml")]
)
def test_a_sarif_location_is_a_uri(file: str, uri: str) -> None:
    (result,) = sarif(Problem("GW001", "error", Place(file), "no"))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_summary_says_one_and_many() -> None:
    assert FOUND[0].summary() == "2 integrations, 9 endpoints: 1 error, 0 warnings (84 ms)"
    assert FOUND[1].summary() == "1 integration, 1 endpoint: 0 errors, 1 warning (10 ms)"


def test_a_summary_of_what_could_not_be_read_names_the_file() -> None:
    assert Found("a.yaml", (UNKNOWN,), None, 0).summary() == "a.yaml: 1 error, 0 warnings (0 ms)"
