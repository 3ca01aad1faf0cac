"""Problems as workflow commands: GitHub shows each beside its line of the change."""

from gateway.diagnostics import Problem, one_line


def render_github(problem: Problem) -> str:
    """`::error file=…,line=…,col=…,endColumn=…,title=GW104::message`."""
    place = problem.place
    properties = {
        "file": place.file,
        "line": str(place.line),
        "col": str(place.column),
        "endColumn": str(place.column + place.length),
        "title": problem.code,
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = "\n".join(filter(None, (one_line(problem.message), problem.hint)))
    return f"::{problem.severity} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
