"""What is asked of a cluster through kubectl, and its answers as JSON documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.driver import Answer, Unreadable

# kubectl merges the files of a list, the first one counts, and those that are missing do not matter.
PROLOGUE = 'export KUBECONFIG="${KUBECONFIG:-$HOME/.kube/config:/etc/kubernetes/admin.conf}"'
"""For the shell of a node where kubectl is run: a control plane node's own configuration, if there is no other."""
V3 = "projectcalico.org/v3"
CRD = "crd.projectcalico.org/v1"
PATIENCE = 4
"""Seconds for one request: a hanging API server must not make the whole node look unreachable."""

Document = Mapping[str, Any]


def get(path: str) -> str:
    """Shell words that print one API object; `--raw` spares the discovery, 55 ms instead of 195."""
    return f"kubectl get --raw {path} --request-timeout={PATIENCE}s"


def either(plural: str) -> tuple[str, str]:
    """The same for a kind of Calico's: from its API server, and straight from the custom resources."""
    return get(f"/apis/{V3}/{plural}"), get(f"/apis/{CRD}/{plural}")


def get_calico(plural: str) -> str:
    """A kind of Calico's from its API server or else from the custom resources."""
    served, stored = either(plural)
    return f"{{ {served} 2>/dev/null || {stored}; }}"


def documents(what: str, answer: Answer, count: int) -> Sequence[Any]:
    """The ``count`` JSON documents of an answer. Raises: Unreadable, naming ``what``."""
    if answer.status:
        why = " ".join(answer.error.split()) or f"exit status {answer.status}"
        raise Unreadable(f"kubectl get {what}: {why}")
    decoder, found, text = json.JSONDecoder(), [], answer.text.strip()
    try:
        while text:
            document, end = decoder.raw_decode(text)
            found.append(document)
            text = text[end:].lstrip()
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"kubectl get {what}: a torn answer of {len(answer.text)} characters ({error})") from error
    if len(found) != count:
        raise Unreadable(f"kubectl get {what}: {len(found)} answers where {count} were expected")
    return found


def items(what: str, document: Any) -> Sequence[Document]:
    """The objects of a list. Raises: Unreadable."""
    found = document["items"] if isinstance(document, dict) and "items" in document else False
    found = [] if found is None else found  # Go prints no items as null
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Unreadable(f"kubectl get {what}: not a list of objects")
    return found
