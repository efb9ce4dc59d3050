"""Each folder has a README that begins with one sentence, and each command in the table of tests/README.md exists."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/checks"))
import times  # noqa: E402

PARENTS = ("port", "tests", "tests/checks")


def folders() -> list[str]:
    """Returns the folders that must have a README, without what Python and git leave."""
    found = ["src", "include", *PARENTS]
    for parent in PARENTS:
        found += [f"{parent}/{path.name}" for path in (ROOT / parent).iterdir()
                  if path.is_dir() and any(path.iterdir())]
    return sorted({name for name in found if not pathlib.Path(name).name.startswith(("_", "."))})


def first_paragraph(page: pathlib.Path) -> str:
    """Returns the first paragraph after the title."""
    return page.read_text().split("\n\n")[1].replace("\n", " ").strip()


class Folders(unittest.TestCase):
    def test_each_readme_begins_with_one_sentence(self) -> None:
        for name in folders():
            with self.subTest(folder=name):
                page = ROOT / name / "README.md"
                self.assertTrue(page.is_file(), "there is no README.md")
                self.assertRegex(first_paragraph(page), r"^[A-Z`](?:[^.]|\.(?=\S))*\.$")

    def test_each_command_is_measured(self) -> None:
        """By .ci/run, or by `times.py run`."""
        steps = re.findall(r'^ *step "([^:"]+)', (ROOT / ".ci/run").read_text(), re.M)
        targets = re.findall(r"^for target in (.*); do$", (ROOT / ".ci/run").read_text(), re.M)
        known = {*steps, *(f"make {target}" for names in targets for target in names.split()), ".ci/run"}
        commands = times.commands(times.PAGE.read_text())
        self.assertGreater(len(commands), 20)
        self.assertEqual([name for name in commands if not name.startswith("make test") and name not in known], [])


class Times(unittest.TestCase):
    PAGE = ("<!-- times -->\n| promise | command | time |\n|---|---|--:|\n| one | `make one` | 7 s |\n"
            "| two | `make two` | 8 s |\n\nMeasured on a machine with 2 cores, A. Other work on it makes a time longer.\n<!-- end -->\n")
    LOG = "== make one: this\n-- 4 s: make one: this\n\n== make two\n-- 300 s: make two\n"

    def test_of_the_same_machine(self) -> None:
        page = times.filled(self.PAGE, "2 cores, A", {"make two": 119.4})
        self.assertEqual(page, self.PAGE.replace("8 s", "119 s"))

    def test_of_another_machine(self) -> None:
        page = times.filled(self.PAGE, "4 cores, B", {"make two": 300})
        self.assertEqual(page, self.PAGE.replace("2 cores, A", "4 cores, B").replace("7 s", "…").replace("8 s", "5 min"))

    def test_of_a_log(self) -> None:
        self.assertEqual(times.measured(self.LOG), {"make one": 4, "make two": 300})


if __name__ == "__main__":
    unittest.main()
