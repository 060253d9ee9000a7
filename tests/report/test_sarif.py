"""Problems in SARIF 2.1.0: as GitHub's code scanning documents what it takes, each at its place in the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.desired.codes import Code
from reconciler.desired.load import load
from reconciler.desired.problem import Problem
from reconciler.report.problem_page import sections
from reconciler.report.sarif import sarif, top_of

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
PLACE: dict[str, Any] = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": {
            "required": ["uri"],
            "properties": {"uri": {"type": "string"}, "uriBaseId": {"const": "SRCROOT"}},
            "additionalProperties": False,
        },
        "region": {
            "required": ["startLine", "startColumn"],
            "properties": {name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn")},
            "additionalProperties": False,
        },
    },
}
RULE = {
    "required": ["id", "shortDescription", "fullDescription", "help"],
    "properties": {
        "id": {"enum": list(Code)},
        "shortDescription": TEXT | {"properties": {"text": {"maxLength": 1024}}},
        "fullDescription": TEXT | {"properties": {"text": {"maxLength": 1024}}},
        "help": TEXT,
    },
}
RESULT = {
    "required": ["ruleId", "message", "locations", "level"],
    "properties": {
        "ruleId": {"enum": list(Code)},
        "level": {"enum": ["error", "warning"]},
        "message": TEXT,
        "locations": {"minItems": 1, "maxItems": 1, "items": {"properties": {"physicalLocation": PLACE}}},
    },
}
RUN = {
    "required": ["tool", "results"],
    "properties": {
        "tool": {"properties": {"driver": {"required": ["name"], "properties": {"rules": {"items": RULE}}}}},
        "results": {"items": RESULT},
    },
}
LOG = {
    "required": ["$schema", "version", "runs"],
    "properties": {"version": {"const": "2.1.0"}, "runs": {"minItems": 1, "items": RUN}},
}
NODE = "apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec: {mtu: 1}\n"


def one_of_each() -> list[Problem]:
    return [Problem(f"desired/{code}.yaml", 1, 2, code, "what", "right", "warning") for code in Code]


def test_every_code_makes_a_rule_and_a_result() -> None:
    log = sarif(one_of_each(), [Path()], Path.cwd())
    jsonschema.validate(log, LOG)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(Code)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert all(rule["help"]["markdown"] == sections()[rule["id"]] for rule in rules)
    assert [rule["name"] for rule in rules if rule["id"] == "mtu-too-large"] == ["MtuTooLarge"]
    assert all(rule["fullDescription"]["text"] in " ".join(sections()[rule["id"]].split()) for rule in rules)
    assert all(rule["fullDescription"]["text"] != rule["shortDescription"]["text"] for rule in rules)
    assert run["tool"]["driver"]["version"]
    assert run["columnKind"] == "unicodeCodePoints"
    json.dumps(log)


@pytest.mark.parametrize("place", ["desired", "sites/a b/desired"])
def test_places_are_relative_to_the_repository(tmp_path: Path, place: str) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "n 1.yaml").write_text(NODE)
    log = sarif(load(folder).problems, [Path(), folder.parent], top_of(folder))
    jsonschema.validate(log, LOG)
    (run,) = log["runs"]
    (result,) = run["results"]
    where = result["locations"][0]["physicalLocation"]
    assert where["artifactLocation"] == {"uri": f"{place}/n 1.yaml".replace(" ", "%20"), "uriBaseId": "SRCROOT"}
    assert where["region"] == {"startLine": 4, "startColumn": 8}
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"{tmp_path.as_uri()}/"
    assert (result["ruleId"], result["level"]) == ("unknown-field", "error")


def test_a_file_outside_of_the_repository_has_its_whole_address(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    problem = Problem(f"{tmp_path}/etc/config.yaml", 1, 1, Code.NO_SUCH_PLACE, "no such file", "write one")
    (run,) = sarif([problem], [tmp_path / "repo"], tmp_path / "repo")["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": (tmp_path / "etc" / "config.yaml").as_uri()}


def test_no_problems_are_a_log_without_results(tmp_path: Path) -> None:
    log = sarif([], [tmp_path], tmp_path)
    jsonschema.validate(log, LOG)
    assert log["runs"][0]["results"] == []


def test_the_top_of_the_machine_is_a_place_too() -> None:
    assert sarif([], [], Path("/"))["runs"][0]["originalUriBaseIds"] == {"SRCROOT": {"uri": "file:///"}}
