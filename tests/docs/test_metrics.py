"""The page on metrics against the metrics; and the rules, the dashboard and their places to look against both."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.settings.listen import METRICS
from reconciler.sinks.metrics.metrics import Metrics
from reconciler.sinks.metrics.whole import KINDS
from tests.sinks.debian import binary
from tests.sinks.test_metrics import DOWN, SYNCED, parsed, seen

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/METRICS.md").read_text()
FOLDER = ROOT / "contrib/prometheus"
ROW = re.compile(r"^\| `([a-z_]+)` \| (\w+) \| ([^|]*?) ?\| ([^|]+) \|$", re.MULTILINE)
RULE = re.compile(r"^\| (Reconciler\w+) \| [^|]+ \| (\w+) \|$", re.MULTILINE)
NAME = re.compile(r"\breconciler_[a-z_]+")
SUFFIX = {"counter": "_total", "info": "_info"}
PARTS = ("_bucket", "_sum", "_count")


def exported() -> Iterator[tuple[str, str, str, str]]:
    """As a row of the page has it: name, type, labels, words."""
    for family in parsed(Metrics(lambda: seen(k1=SYNCED, k2=DOWN)).page(openmetrics=True).body.decode()):
        labels = sorted({name for sample in family.samples for name in sample.labels} - {"le"})
        kind = "gauge" if family.type == "info" else family.type
        yield (
            family.name + SUFFIX.get(family.type, ""),
            kind,
            ", ".join(f"`{name}`" for name in labels),
            (family.documentation),
        )


def rules() -> dict[str, Any]:
    document = YAML(typ="safe").load((FOLDER / "reconciler-alerts.yaml").read_text())
    return {rule["alert"]: rule for group in document["groups"] for rule in group["rules"]}


def test_the_tables_name_every_metric_as_it_is_exported() -> None:
    assert sorted(ROW.findall(PAGE)) == sorted(exported())


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_only_metrics_that_there_are_are_asked_for(file: Path) -> None:
    named = set(NAME.findall(file.read_text()))
    kinds = {name: kind for name, kind, _, _ in exported()}
    known = {name + part for name, kind in kinds.items() for part in (PARTS if kind == "histogram" else ("",))}
    assert named <= known


def test_the_rules_are_those_of_the_page_and_say_where_to_look() -> None:
    assert dict(RULE.findall(PAGE)) == {name: rule["labels"]["severity"] for name, rule in rules().items()}
    titles = {title.lower() for title in re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)}
    for name, rule in rules().items():
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}, name
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert anchor in {"docs/METRICS.md": titles, "docs/ALERTS.md": set(KINDS)}[page], name


def test_the_rules_are_tested_each() -> None:
    text = "".join(path.read_text() for path in FOLDER.glob("*_test.yaml"))
    assert [name for name in rules() if not re.search(rf"\b{name}\b", text)] == []


def test_the_dashboard_is_json_with_panels_side_by_side() -> None:
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    places = [(x, y) for panel in panels for x, y in squares(**panel["gridPos"])]
    assert len(places) == len(set(places))


def squares(x: int, y: int, w: int, h: int) -> Iterator[tuple[int, int]]:
    assert x + w <= 24, "Grafana has 24 columns"
    return ((x + across, y + down) for across in range(w) for down in range(h))


def test_the_example_of_a_scrape_asks_where_the_example_of_settings_listens() -> None:
    (job,) = YAML(typ="safe").load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]
    assert job["static_configs"] == [{"targets": [METRICS]}]
    assert METRICS in (ROOT / "contrib/config.yaml").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "--lint=all", "--lint-fatal", "reconciler-alerts.yaml"),
        ("test", "rules", *(path.name for path in FOLDER.glob("*_test.yaml"))),
        ("check", "config", "--syntax-only", "prometheus.yaml"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_promtool_is_content(arguments: tuple[str, ...]) -> None:
    ran = subprocess.run([binary("promtool"), *arguments], cwd=FOLDER, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
