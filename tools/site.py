"""Builds the documentation site in ``build/site``: the README as first page, and the pages of docs/ in four parts.

``python -m tools.site`` builds it, and fails if a link is broken or a page loads something from another host. A link that
leaves docs/ leads to a copy of the file, so that the site needs no other host. Each page has its Markdown beside it, and
``llms.txt`` lists the pages.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "zensical.toml"
SKIPPED = {"__pycache__", "node_modules"}
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
LOADED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//|<link\b[^>]*\bhref=["']?(?:https?:)?//"""
)
LOADED_BY_STYLE = re.compile(r"""(?:url\(|@import )["']?(?:https?:)?//""")


class SiteError(Exception):
    """The site cannot be built from these pages."""


def stage(folder: Path, root: Path = ROOT) -> list[Path]:
    """Copy the README, the pages of docs/ and all files that they link to into *folder*; return the pages.

    Raises:
        SiteError: A link leads to a file that does not exist.
    """
    shutil.rmtree(folder, ignore_errors=True)
    waiting = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    staged: dict[Path, Path] = {}
    while waiting:
        source = waiting.pop()
        if source in staged:
            continue
        staged[source] = target = folder / _place(source, root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            target.write_text(_listing(source, root), encoding="utf-8")
            waiting += _files(source)
        elif source.suffix == ".md":
            text, linked = _with_links(source, root)
            target.write_text(text, encoding="utf-8")
            waiting += linked
        else:
            shutil.copyfile(source, target)
    return [target for target in staged.values() if target.suffix == ".md"]


def _place(source: Path, root: Path) -> Path:
    """Return the path of *source* in the site: pages as they are, other files as text that a browser shows."""
    if source == root / "README.md":
        return Path("index.md")
    if source.is_relative_to(root / "docs"):
        return source.relative_to(root / "docs")
    path = Path("files") / source.relative_to(root)
    if source.is_dir():
        return path / "index.md"
    return path if source.suffix == ".md" else path.with_name(f"{path.name}.txt")


def _with_links(source: Path, root: Path) -> tuple[str, list[Path]]:
    """Return the text of the page *source* with links as they are in the site, and the files that it links to."""
    linked: list[Path] = []

    def rewritten(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(source.parent / link[1]))
        if not target.exists() or not target.is_relative_to(root):
            raise SiteError(f"{source.relative_to(root)} links to {link[1]}, which does not exist.")
        linked.append(target)
        return os.path.relpath(_place(target, root), _place(source, root).parent)

    parts = re.split(r"(^ *```.*?^ *```$)", source.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return "".join(part if number % 2 else LINK.sub(rewritten, part) for number, part in enumerate(parts)), linked


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not SKIPPED & set(path.parts))


def _listing(folder: Path, root: Path) -> str:
    """Return a page that links to each file in *folder*."""
    here = _place(folder, root).parent
    lines = [f"- [{path.relative_to(folder)}]({os.path.relpath(_place(path, root), here)})" for path in _files(folder)]
    return "\n".join([f"# {folder.relative_to(root)}", "", *lines, ""])


def navigation() -> dict[str, list[str]]:
    """Return the pages of each part of the site, in the order of zensical.toml."""
    nav = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["project"]["nav"]
    return {part: list(_pages(pages)) for entry in nav for part, pages in entry.items()}


def _pages(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for each in entry.values() if isinstance(entry, dict) else entry:
            yield from _pages(each)


def llms_text(folder: Path) -> str:
    """Return ``llms.txt``: the title, the summary, and each page of *folder* with its first sentence."""
    project = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["project"]
    lines = [f"# {project['site_name']}", "", f"> {project['site_description']}", ""]
    for part, pages in navigation().items():
        lines += [f"## {part}", ""]
        for page in pages:
            title, sentence = _introduction((folder / page).read_text(encoding="utf-8"))
            lines.append(f"- [{title}]({page}): {sentence}")
        lines.append("")
    return "\n".join(lines)


def _introduction(text: str) -> tuple[str, str]:
    """Return the title of a page, and its first sentence without links."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    title = next(block for block in blocks if block.startswith("# ")).removeprefix("# ")
    prose = next((block for block in blocks if not block.startswith(("#", "|", "-", "```", "Generated"))), "")
    sentence = re.split(r"(?<=\.)\s", " ".join(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", prose).split()), maxsplit=1)[0]
    return title, sentence


def loads_from_elsewhere(files: Iterable[Path]) -> list[str]:
    """Return the pages and styles among *files* that load something from another host."""
    patterns = {".html": LOADED, ".css": LOADED_BY_STYLE}
    return [
        str(path)
        for path in files
        if (pattern := patterns.get(path.suffix)) and pattern.search(path.read_text(encoding="utf-8"))
    ]


def build() -> Path:
    """Build the site; return its folder.

    Raises:
        SiteError: A link is broken, or a page loads something from another host.
    """
    project = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["project"]
    pages_folder, site = ROOT / str(project["docs_dir"]), ROOT / str(project["site_dir"])
    pages = stage(pages_folder)
    shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SiteError("The site was not built: see above.")
    for page in pages:
        shutil.copyfile(page, site / page.relative_to(pages_folder))
    (site / "llms.txt").write_text(llms_text(pages_folder), encoding="utf-8")
    if elsewhere := loads_from_elsewhere(site.rglob("*")):
        raise SiteError(f"These pages load something from another host: {', '.join(elsewhere)}.")
    return site


if __name__ == "__main__":
    try:
        print(f"{build()}/index.html")
    except SiteError as error:
        sys.exit(str(error))
