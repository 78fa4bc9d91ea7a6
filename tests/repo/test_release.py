"""A release: what is in it, what it says of itself; what publishes it takes nothing that could be exchanged."""

from __future__ import annotations

import email
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from claude_local_setup import __version__
from tests.real.release import ROOT, build

URL = "https://example.org/you/claude-local-setup"
NAME = f"claude_local_setup-{__version__}"
IGNORED = shutil.ignore_patterns(
    "__pycache__", ".venv", ".*_cache", ".hypothesis", ".git", ".cache", "*.egg-info", "dist", "site"
)
STRAYS = (
    "notes.txt",
    "hosts.py.bak",
    "build/lib/old.py",
    "inventory/workstations.py",
    "claude_local_setup/__pycache__/x.pyc",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository, with what lies about in a working tree."""
    folder = tmp_path_factory.mktemp("release") / "tree"
    shutil.copytree(ROOT, folder, ignore=IGNORED)
    for stray in STRAYS:
        (folder / stray).parent.mkdir(exist_ok=True, parents=True)
        (folder / stray).touch()
    return folder


@pytest.fixture(scope="module")
def released(tree: Path) -> Path:
    """The folder with the source distribution and the wheel that is built of it."""
    return build(tree, tree.parent / "dist", RELEASE_URL=URL)


def metadata(released: Path) -> Message:
    with zipfile.ZipFile(released / f"{NAME}-py3-none-any.whl") as wheel:
        return email.message_from_bytes(wheel.read(f"{NAME}.dist-info/METADATA"))


def shown(said: Message) -> str:
    """The page that an index has of it."""
    text = said.get_payload(decode=True)
    assert isinstance(text, bytes)
    return text.decode()


def test_the_source_distribution_is_the_tree_without_what_lies_about(tree: Path, released: Path) -> None:
    with tarfile.open(released / f"{NAME}.tar.gz") as archive:
        packed = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    known = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert packed == known - set(STRAYS) | {"PKG-INFO"}


def test_the_source_distribution_makes_the_same_wheel_wherever_it_is_built(released: Path, tmp_path: Path) -> None:
    with tarfile.open(released / f"{NAME}.tar.gz") as archive:
        archive.extractall(tmp_path)
    again = build(tmp_path / NAME, tmp_path / "dist", "--wheel")
    wheel = f"{NAME}-py3-none-any.whl"
    assert (again / wheel).read_bytes() == (released / wheel).read_bytes()


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(tree: Path, released: Path) -> None:
    with zipfile.ZipFile(released / f"{NAME}-py3-none-any.whl") as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = (path for path in (tree / "claude_local_setup").rglob("*") if path.is_file())
    assert packed == {str(path.relative_to(tree)) for path in package} - set(STRAYS)


def test_on_an_index_its_links_and_pictures_lead_to_the_repository(released: Path) -> None:
    said = metadata(released)
    found = re.findall(r"(!?)\[[^]]*\]\(([^)]+)\)", shown(said))
    links = re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(found) == len(links) > 20
    for (picture, url), link in zip(found, links, strict=True):
        assert url.partition("#")[0] == f"{URL}/{'raw' if picture else 'blob'}/v{__version__}/{link}"
    urls = dict(line.split(", ") for line in said.get_all("Project-URL", []))
    assert urls["Source"] == URL
    assert all((ROOT / url.partition(f"v{__version__}/")[2]).exists() for url in urls.values())


def test_it_says_which_pythons_it_is_for(released: Path) -> None:
    said = metadata(released)
    assert said["License-Expression"] == "MIT"
    pythons = re.findall(r"Python :: (3\.\d+)", " ".join(said.get_all("Classifier", [])))
    assert said["Requires-Python"] == f">={pythons[0]}"
    assert f'target-version = "py{pythons[0].replace(".", "")}"' in (ROOT / "pyproject.toml").read_text()


def test_without_the_repositorys_address_readme_is_as_it_stands(tree: Path, tmp_path: Path) -> None:
    said = metadata(build(tree, tmp_path, "--wheel"))
    assert shown(said) == (ROOT / "README.md").read_text(encoding="utf-8")
    assert said["Project-URL"] is None


def test_the_lock_is_fresh_and_names_the_public_index_alone() -> None:
    words = [sys.executable, "-m", "uv", "lock", "--check", "--offline", "--no-config"]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "UV_NO_CACHE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"uv lock: {done.stderr}"
    hosts = set(re.findall(r"https?://([^/\"]*)", (ROOT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert newest in (__version__, f"{__version__} (unreleased)")


def test_the_version_stands_in_one_place() -> None:
    listed = [*ROOT.glob("*.toml"), *(ROOT / "claude_local_setup").rglob("*.py"), *ROOT.glob("*.sh")]
    found = [file.name for file in listed if f'"{__version__}"' in file.read_text(encoding="utf-8")]
    assert found == ["__init__.py"]


def test_each_action_of_the_workflows_is_pinned_by_its_commit() -> None:
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)(.*)", workflow.read_text(encoding="utf-8"))
        assert used
        for action, comment in used:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
