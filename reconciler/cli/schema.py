"""`reconcile schema`: the JSON Schemas of what people write and of what we print; nothing is contacted."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import CONVERGED
from reconciler.desired.suggestion import did_you_mean


@click.command()
@click.argument("kind", required=False)
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write all of them there.")
def schema(kind: str | None, folder: Path | None) -> int:
    """Print the JSON Schema of a KIND of document, inventory, settings or output; without KIND, list all.

    An editor with a YAML language server checks a file whose first line is
    `# yaml-language-server: $schema=PATH`; that of `documents` fits files of any kinds. See docs/DOCUMENTS.md.
    """
    from reconciler.settings.published import named, published, titles

    if kind is not None and folder is not None:
        raise click.UsageError("--to writes all schemas: leave out the kind")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in published().items():
            (folder / name).write_text(text, encoding="utf-8")
            click.echo(str(folder / name))
    elif kind is not None:
        name_ = named(kind)
        if name_ is None:
            known = [name.removesuffix(".json").removesuffix(".v1") for name in titles()]
            raise click.UsageError(f"no schema of {kind!r}: {did_you_mean(kind.lower(), known)}")
        click.echo(published()[name_], nl=False)
    else:
        for name, title in titles().items():
            click.echo(f"{name.removesuffix('.json').removesuffix('.v1'):20} {title}")
    return CONVERGED
