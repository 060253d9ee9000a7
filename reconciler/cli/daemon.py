"""`reconcile daemon`: the loop, until it is asked to end."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.documents import BadDocuments
from reconciler.cli.exits import CONVERGED
from reconciler.cli.options import CONFIG, Common, common

if TYPE_CHECKING:
    from reconciler.desired.repository import Document
    from reconciler.settings.model import Settings


@click.command()
@CONFIG
@common
def daemon(options: Common, config: Path | None) -> int:
    """Keep the devices as the documents want them: follow the repository, see drift as it happens, put it right.

    Without --config all settings have their defaults: --desired (a folder, or the URL of a git repository) and
    --inventory are enough. SIGHUP: read the settings again, and look at everything. SIGTERM: finish what is being
    written, and end.
    """
    from reconciler.daemon.advice import Advice
    from reconciler.daemon.lock import Held
    from reconciler.daemon.run import serve
    from reconciler.daemon.supervision import Mistaken
    from reconciler.desired.secret import SecretMissing
    from reconciler.settings.load import load_settings

    settings, document = settings_of(options, config)
    reread = None if config is None else partial(load_settings, config.absolute())
    advice = None if config is None or document is None else Advice(config, document)
    try:
        serve(settings, options.targeted, reread, advice)
    except (Held, SecretMissing, Mistaken) as error:
        raise click.ClickException(str(error)) from None
    return CONVERGED


def settings_of(options: Common, config: Path | None) -> tuple[Settings, Document[Settings] | None]:
    """The settings of a file with their lines, or those for two places. Raises: BadDocuments, click.ClickException."""
    from reconciler.settings.load import load_settings

    if config is None:
        return default_settings(options.desired_text, options.inventory.absolute()), None
    loaded = load_settings(config)
    if loaded.settings is None:
        raise BadDocuments(loaded.problems)
    return loaded.settings, loaded.document


def default_settings(desired: str, inventory: Path) -> Settings:
    """Everything else as it is by default. Raises: click.ClickException for what is no source."""
    from reconciler.settings.model import Settings
    from reconciler.source.opening import Misspelled, parse

    try:
        source = parse(desired)
        placed = {"path": source.path.absolute()} if source.path else {}
        return Settings.model_validate({"source": source.model_copy(update=placed), "inventory": str(inventory)})
    except Misspelled as error:
        raise click.ClickException(f"--desired: {error}") from None
