"""The pages name only commands, options and files that are there, and the page on operating leaves none out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.main import root
from reconciler.core.change import SIGNS

ROOT = Path(__file__).parents[2]
OPERATING = (ROOT / "docs/OPERATING.md").read_text()
PAGES = ("README.md", "docs/OPERATING.md", "docs/DOCUMENTS.md")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
COMMAND = re.compile(r"`(?:\.venv/bin/)?reconcile (?:lab )?([a-z]+)")
LINK = re.compile(r"\]\(([^)#]+)\)")


def commands(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from commands(command)


ALL = list(commands(root))
"""Two may have one name: `status` and `lab status`."""
COMMANDS = dict(ALL)
OPTIONS = {option for one in (root, *(command for _, command in ALL)) for param in one.params for option in param.opts}


@pytest.mark.parametrize("page", PAGES)
def test_options_and_commands_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    assert set(OPTION.findall(text)) <= OPTIONS
    assert set(COMMAND.findall(text)) <= set(COMMANDS)


def test_no_command_and_no_option_of_a_run_is_left_out() -> None:
    shown = {name for name, command in COMMANDS.items() if not command.hidden}
    assert {
        name for name in shown if not re.search(rf"`{name}`|reconcile ((lab|repo|alert) )?{name}\b", OPERATING)
    } == set()
    run = {option for param in root.params for option in param.opts if option.startswith("--")}
    assert run - {"--version"} <= set(OPTION.findall(OPERATING))


def test_every_sign_of_a_plan_is_explained() -> None:
    signs = {*SIGNS.values(), "!", "?"}
    for page in PAGES[:2]:
        assert {sign for sign in signs if f"`{sign}`" not in (ROOT / page).read_text()} == set()


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md")))
def test_a_page_is_linked_from_the_readme(page: str) -> None:
    linked = set(LINK.findall((ROOT / "README.md").read_text()))
    assert page in linked or page.rpartition("/")[0] in linked


@pytest.mark.parametrize("page", ["README.md", *(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    broken = [
        link for link in LINK.findall(text) if "://" not in link and not (ROOT / page).parent.joinpath(link).exists()
    ]
    assert broken == []
