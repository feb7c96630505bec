"""The pages of the documentation site: all in its navigation, with links that stay in the site."""

from pathlib import Path

import pytest

from tests.paths import DOCS
from tools.site import LINK, SiteError, llms_text, loads_from_elsewhere, navigation, stage


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pages and files of the site."""
    folder = tmp_path_factory.mktemp("site") / "pages"
    stage(folder)
    return folder


def test_every_page_is_in_the_navigation() -> None:
    """zensical.toml names every page of docs/ and the README once, and no other."""
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}

    assert sorted(page for pages in navigation().values() for page in pages) == sorted(pages | {"index.md"})


def test_the_navigation_has_four_parts() -> None:
    """After the first page come the four parts of Diátaxis."""
    assert list(navigation()) == ["Start", "Tutorial", "How-to", "Reference", "Explanation"]


def test_every_link_leads_to_a_file_of_the_site(staged: Path) -> None:
    """No link leaves the site, also in files that are copied because a page links to them."""
    broken = [
        f"{page.relative_to(staged)}: {link}"
        for page in staged.rglob("*.md")
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).is_file()
    ]

    assert broken == []
    assert (staged / "index.md").read_text(encoding="utf-8").startswith("# fiskil-harness\n")
    assert (staged / "files" / "fixtures" / "contract.toml.txt").is_file()
    assert "[gitlab-ci.yml](gitlab-ci.yml.txt)" in (staged / "files" / "examples" / "ci" / "index.md").read_text()


def test_llms_txt_lists_every_page(staged: Path) -> None:
    """Each page has a line with title, address and first sentence."""
    text = llms_text(staged)
    pages = [path.relative_to(staged).as_posix() for path in staged.rglob("*.md") if "files" not in path.parts]

    assert [page for page in pages if f"]({page}): " not in text] == []
    assert "- [Words](words.md): These words have one meaning in the program, in its reports and on these pages.\n" in text


def project(folder: Path, page: str) -> Path:
    """Return a project whose only page besides the README is *page*."""
    (folder / "docs").mkdir()
    (folder / "README.md").write_text("# Title\n\n[page](docs/page.md#part)\n")
    (folder / "docs" / "page.md").write_text(page)
    return folder


def test_a_broken_link_is_an_error(tmp_path: Path) -> None:
    """The message names page and link."""
    root = project(tmp_path, "[a](missing.md)")

    with pytest.raises(SiteError, match=r"^docs/page\.md links to missing\.md, which does not exist\.$"):
        stage(tmp_path / "pages", root)


def test_a_link_out_of_the_project_is_an_error(tmp_path: Path) -> None:
    """No file beside the project gets into the site."""
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("x")
    project(root, "[a](../../secret.txt)")

    with pytest.raises(SiteError, match=r"links to \.\./\.\./secret\.txt"):
        stage(tmp_path / "pages", root)


def test_links_in_code_and_to_other_hosts_stay(tmp_path: Path) -> None:
    """Only links to files change; code, addresses and parts of the same page do not."""
    page = "```js\nrows[0](missing)\n```\n[a](https://example.com/x) [b](#part) [c](../README.md#start)\n"

    stage(tmp_path / "pages", project(tmp_path, page))

    assert (tmp_path / "pages" / "page.md").read_text() == page.replace("../README.md", "index.md")
    assert "[page](page.md#part)" in (tmp_path / "pages" / "index.md").read_text()


@pytest.mark.parametrize(
    ("name", "text", "loads"),
    [
        ("a.html", '<script src="https://cdn.example.com/a.js"></script>', True),
        ("a.html", '<link rel="stylesheet" href="//fonts.example.com/a.css">', True),
        ("a.html", '<img alt="" src=http://example.com/a.png>', True),
        ("a.html", '<script src="assets/a.js"></script><a href="https://example.com">a link loads nothing</a>', False),
        ("a.css", "@import 'https://example.com/a.css';", True),
        ("a.css", "a { background: url(https://example.com/a.png) }", True),
        ("a.css", "a { background: url(a.png) }", False),
        ("a.md", '<img src="https://example.com/a.png">', False),
    ],
)
def test_what_a_page_loads_is_noticed(tmp_path: Path, name: str, text: str, loads: bool) -> None:
    """Scripts, styles, pictures and frames of other hosts are found; links are not."""
    file = tmp_path / name
    file.write_text(text)

    assert loads_from_elsewhere([file]) == ([str(file)] if loads else [])
