"""Tests the projects in port/posix/examples: their commands, as their READMEs have them, print what is said there."""

from __future__ import annotations

import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import checkout  # noqa: E402
import programs  # noqa: E402
import stand  # noqa: E402

PLACE = pathlib.Path("port/posix/examples")
PROJECTS = sorted(path.parent.name for path in (stand.ROOT / PLACE).glob("*/README.md"))


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.checkout = checkout.Checkout(programs.BUILD / "examples")
        shutil.copytree(stand.ROOT / PLACE, cls.checkout.folder / PLACE)

    def test_each_project_prints_what_its_readme_says(self) -> None:
        self.assertGreater(len(PROJECTS), 3)
        for project in PROJECTS:
            with self.subTest(project):
                page = (stand.ROOT / PLACE / project / "README.md").read_text()
                (_, commands), (_, printed) = checkout.fences(page)
                done = self.checkout.run(commands, str(PLACE / project))
                said = [line for line in done.splitlines() if not line.startswith("cc ")]
                self.assertEqual(said, printed.splitlines())

    def test_readme_shows_the_same_programs(self) -> None:
        shown = programs.blocks(stand.ROOT / "README.md")
        self.assertEqual(shown, [(stand.ROOT / PLACE / name / f"{name}.c").read_text()
                                 for name in ("execute_function", "sign")])


if __name__ == "__main__":
    unittest.main()
