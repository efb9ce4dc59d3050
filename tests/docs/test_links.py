"""Tests that every relative link of every Markdown file leads to a file of the project."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def pages() -> list[pathlib.Path]:
    """All Markdown files, but for what was built or installed."""
    return [path for path in ROOT.rglob("*.md") if not {"build", "node_modules"} & set(path.relative_to(ROOT).parts)]


def links(page: pathlib.Path) -> list[str]:
    """The targets of a page's links to files. Code is no link; Doxygen knows @ref and its own pages."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.S)
    return [target for target in re.findall(r"\]\(([^)\s#]+)", text) if not re.search(r"^\w+://|^@ref|\.html$", target)]


class Links(unittest.TestCase):
    def test_each_leads_to_a_file(self) -> None:
        found = [(page, target) for page in pages() for target in links(page)]
        self.assertGreater(len(found), 20)
        for page, target in found:
            with self.subTest(page=str(page.relative_to(ROOT)), target=target):
                self.assertTrue((page.parent / target).exists())


if __name__ == "__main__":
    unittest.main()
