"""What may stand under ``source``, and what is refused with what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.settings.git_url import GitUrl, WrongUrl, git_url
from reconciler.settings.source import SourceSettings
from reconciler.source.folder import FolderSource
from reconciler.source.git import GitSource
from reconciler.source.opening import Misspelled, open_source, parse

from .repository import Repository, settings

URL = {"url": "https://git.example.org/desired.git"}
TAKEN = {
    "ssh://git@git.example.org/net/desired.git": "ssh",
    "ssh://git.example.org:2222/~git/desired.git": "ssh",
    "ssh://git@[fd00::1]/desired.git": "ssh",
    "git@github.com:net/desired.git": "ssh",
    "github.com:desired": "ssh",
    "https://git.example.org/desired.git": "https",
    "HTTPS://git.example.org:8443/desired.git": "https",
    "http://127.0.0.1:3000/desired.git": "http",
    "http://[::1]/desired.git": "http",
    "http://localhost/desired.git": "http",
    "file:///srv/git/desired.git": "file",
    "/srv/git/desired.git": "file",
    "../desired.git": "file",
    "./a:b": "file",
}
REFUSED = {
    "https://ann:s3cr3t@git.example.org/x": "holds a password",
    "ssh://ann:s3cr3t@git.example.org/x": "holds a password",
    "https://s3cr3t@git.example.org/x": "holds a user name",
    "https://git.example.org/x?token=s3cr3t": "a query",
    "https://git.example.org/x#s3cr3t": "a fragment",
    "http://git.example.org/x": "can be read and changed on the way",
    "http://127.0.0.1.example.org/x": "can be read and changed",
    "http://localhost@evil.example.org/x": "holds a user name",
    "git://git.example.org/x": "git:// is not taken",
    "ftp://git.example.org/x": "ftp:// is not taken",
    "file://other/x": "file:// is not taken",
    "ext::sh": "option or a remote helper",
    "fd::17": "option or a remote helper",
    "--upload-pack=touch": "option or a remote helper",
    "-oProxyCommand=x:y": "option or a remote helper",
    "ssh://-oProxyCommand=x/y": "is not a host",
    "git@-oProxyCommand=x:y": "is not a host",
    "ssh://-lx@host/y": "user name in the url is none",
    "ssh://host/-x": "names no path",
    "host:-x": "names no path",
    "https:///x": "has no host",
    "https://[::1/x": "cannot be read",
    "ssh://host:99999/x": "cannot be read",
    "a b": "spaces or unprintable",
    "a\nb": "spaces or unprintable",
    "": "empty",
}
WRONG: dict[str, tuple[dict[str, object], str]] = {
    "path and url": ({"path": "a", **URL}, "a source is a path or a url"),
    "neither": ({}, "a source is a path or a url"),
    "branch and tag": ({**URL, "branch": "a", "tag": "b"}, "both a branch and a tag"),
    "a branch of a folder": ({"path": "a", "branch": "main"}, "branch is for a git repository"),
    "signers of a folder": ({"path": "a", "allowedSigners": "x"}, "allowedSigners is for a git repository"),
    "a key for https": ({**URL, "key": "id"}, "key and knownHosts are for ssh"),
    "a token for ssh": ({"url": "git@h:x", "token": {"env": "T"}}, "username, token and ca are for https"),
    "a name alone": ({**URL, "username": "ann"}, "a username without a token"),
    "a colon in a name": ({**URL, "username": "a:b", "token": {"env": "T"}}, "'a:…' is not a user name"),
    "signed by nobody": ({**URL, "require": "signed"}, "without allowedSigners"),
    "signers for nothing": ({**URL, "allowedSigners": "x"}, "allowedSigners is not looked at"),
    "a token in the file": ({**URL, "token": "s3cr3t"}, "a plain-text password is refused"),
    "a whole ref": ({**URL, "branch": "refs/heads/main"}, "give the name alone, such as main"),
    "a folder outside": ({**URL, "folder": "../x"}, "no folder of a repository"),
    "a folder from the root": ({**URL, "folder": "/x"}, "no folder of a repository"),
    "too often": ({**URL, "interval": "10ms"}, "10ms is too short: use 1s to 1d"),
    "a hook of nobody": ({**URL, "webhook": {}}, "names no git host"),
    "a hook without a secret": ({**URL, "webhook": {"github": {}}}, "Field required"),
}


@pytest.mark.parametrize("text", TAKEN)
def test_addresses_that_are_taken(text: str) -> None:
    assert git_url(text).scheme == TAKEN[text]


@pytest.mark.parametrize("text", REFUSED)
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(WrongUrl, match=REFUSED[text]) as error:
        git_url(text)
    assert "s3cr3t" not in str(error.value)


@hypothesis.settings(max_examples=60, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"(ssh|https?|file|ext)(://|::)\S{0,20}|[a-z@-]{1,5}:[a-z/-]{0,5}"))
def test_whatever_is_taken_is_no_option_and_no_program(text: str) -> None:
    url = taken(text)
    assert url is None or not url.text.startswith("-")
    assert url is None or not re.match("[A-Za-z0-9]+::", url.text)
    assert url is None or url.scheme != "file" or url.text.startswith("/")


def taken(text: str) -> GitUrl | None:
    try:
        return git_url(text, Path("/etc"))
    except WrongUrl:
        return None


@pytest.mark.parametrize("name", WRONG)
def test_settings_that_do_not_go_together(name: str) -> None:
    given, words = WRONG[name]
    with pytest.raises(ValidationError) as error:
        settings(**given)
    assert words in error.value.errors(include_input=False)[0]["msg"]


@pytest.mark.parametrize(
    "name",
    ["a..b", "-x", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "x/", "/x", ".x", "a//b", "x.lock", "@{", "a/.b"],
)
def test_names_that_git_would_not_take_or_read_otherwise(name: str) -> None:
    for field in ("branch", "tag"):
        with pytest.raises(ValidationError, match="is no name of a branch or tag"):
            settings(**URL, **{field: name})
    assert settings(**URL, branch="feature/x-1.2_ü").ref == "refs/heads/feature/x-1.2_ü"


def test_paths_are_relative_to_the_file() -> None:
    given = {"url": "git/desired.git", "folder": "./sites/"}
    read = SourceSettings.model_validate(given, context={"base": Path("/etc/reconciler")})
    assert (read.url, read.folder, read.ref) == ("/etc/reconciler/git/desired.git", "sites", "HEAD")


def test_what_the_command_line_says(repository: Repository, tmp_path: Path) -> None:
    bare = str(repository.path)
    (tmp_path / "odd#name").mkdir()
    for text, path, url, branch, folder in [
        ("desired", "desired", None, None, ""),
        (str(tmp_path / "odd#name"), str(tmp_path / "odd#name"), None, None, ""),
        (bare, None, bare, None, ""),
        (f"{bare}#main", None, bare, "main", ""),
        ("/srv/checkout#main", None, "/srv/checkout", "main", ""),
        ("git@github.com:x.git#main:sites/a", None, "git@github.com:x.git", "main", "sites/a"),
        ("https://host/x.git", None, "https://host/x.git", None, ""),
    ]:
        read = parse(text)
        assert (read.path and str(read.path), read.url, read.branch, read.folder) == (path, url, branch, folder), text


@pytest.mark.parametrize(
    "text", ["", "ext::sh -c x", "https://a:s3cr3t@host/x", "x#a..b", "http://host/x", "~nobody_here/x"]
)
def test_what_is_no_source_is_said(text: str) -> None:
    with pytest.raises(Misspelled) as error:
        parse(text)
    assert ": " in str(error.value)
    assert "s3cr3t" not in str(error.value)


def test_settings_open_their_source(tmp_path: Path) -> None:
    assert isinstance(open_source(settings(path="desired"), tmp_path), FolderSource)
    assert isinstance(open_source(settings(**URL), tmp_path), GitSource)
    assert list(tmp_path.iterdir()) == []
