"""What containerlab fills into a topology's text before it is YAML: ``${NAME}``, with a default or without."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.adopt.adopted import Refused, Remark

VARIABLE = re.compile(
    r"\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<sign>:?[-=])(?P<default>[^{}\n]*))?\})"
)
TEMPLATE = "{{"
MOST = 16 * 1024 * 1024
"""Characters once all is filled in."""


def filled(text: str, file: str, given: Mapping[str, str]) -> tuple[str, list[Remark]]:
    """The text with ``given`` in place of its variables, and a remark for each one that nobody gave.

    Our own environment is not asked: it may hold secrets, and a topology may come from anybody. Raises: Refused for a
    Go template, which only containerlab can render.
    """
    if TEMPLATE in text:
        right = "a template: import what it renders to (the lab's folder has it), or write the values out"
        raise Refused(Remark(file, text.count("\n", 0, text.index(TEMPLATE)) + 1, "not a topology yet", right))
    missing: list[Remark] = []

    def value(found: re.Match[str]) -> str:
        name = found["bare"] or found["name"]
        said = given.get(name)
        if said or (said is not None and not (found["sign"] or "").startswith(":")):
            return said
        if found["default"] is not None:
            return found["default"]
        line = text.count("\n", 0, found.start()) + 1
        if found["bare"]:  # of a shell, more likely: containerlab leaves what is not set as it is
            return found[0]
        missing.append(Remark(file, line, f"${{{name}}} is not set", f"give it with --set {name}=VALUE"))
        return found[0]

    if "$" not in text:
        return text, []
    whole = VARIABLE.sub(value, text)
    if len(whole) > MOST:
        raise Refused(Remark(file, 1, "too large once its variables are filled in", f"at most {MOST:,} characters"))
    return whole, missing
