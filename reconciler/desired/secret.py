"""Where a password is to be found: it is read when a device is connected, and shown nowhere."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, ValidationInfo

from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example

FORMS = "{env: NAME}, {file: PATH} or {credential: NAME}"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
MAX_BYTES = 4096


class SecretMissing(Exception):
    """A password that is not where the inventory says; the text names the place, never a value."""


def resolved(path: Any, info: ValidationInfo) -> Any:
    """A path relative to the file that names it, whose folder the validation's context calls ``base``."""
    if not isinstance(path, str) or not path or "\x00" in path:
        wrong(Code.NOT_A_PATH, "not a path", "give the path of a file, relative to this file")
    try:
        return Path((info.context or {}).get("base", ".")) / Path(path).expanduser()
    except RuntimeError:
        wrong(
            Code.NOT_A_PATH,
            f"{path!r} is the home of a user who does not exist here",
            "give a path relative to this file",
        )


PathTo = Annotated[Path, BeforeValidator(resolved)]


class PasswordRef(Part):
    """One of three places: an environment variable, a file, a credential of systemd (``LoadCredential``)."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: str | None = None
    file: PathTo | None = None
    credential: str | None = None

    def read(self) -> str:
        """The password, without the line's end. Raises: SecretMissing."""
        if self.env is not None:
            if self.env not in os.environ:
                raise SecretMissing(f"the environment variable {self.env} is not set")
            return os.environ[self.env]
        return _line(self.file or self._credential())

    def _credential(self) -> Path:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise SecretMissing(f"no credential {self.credential}: systemd sets CREDENTIALS_DIRECTORY, it is not set")
        return Path(folder, str(self.credential))


def _line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode()
    except OSError as error:
        raise SecretMissing(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SecretMissing(f"{path} is not UTF-8 text") from None
    if not text.strip():
        raise SecretMissing(f"{path} is empty")
    return text.rstrip("\r\n")


def _reference(value: Any) -> Any:
    """Whatever is wrong here may be the password itself: no message repeats it."""
    if not isinstance(value, dict):
        wrong(Code.PLAIN_SECRET, "a plain-text password is refused", f"use {FORMS}")
    if len(value) != 1 or not set(value) <= {"env", "file", "credential"}:
        wrong(Code.NO_PLACE_OF_SECRET, "this does not say where the password is", f"use {FORMS}")
    (form, name) = next(iter(value.items()))
    if not isinstance(name, str) or not name or (form != "file" and not NAME.fullmatch(name)):
        wrong(Code.NO_PLACE_OF_SECRET, f"{form} does not name a place", f"use {FORMS}")
    return value


Secret = Annotated[PasswordRef, BeforeValidator(_reference), Example("{env: NAME}")]
