"""The measured numbers in the documents are those of tests/checks/size/baseline.json, and stand nowhere else in them."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "checks/size"))
import documents  # noqa: E402
import picture  # noqa: E402


def numbers(tree: object) -> set[int]:
    """All that was measured."""
    if isinstance(tree, int):
        return {tree}
    return set().union(*map(numbers, tree.values() if isinstance(tree, dict) else tree))


class Numbers(unittest.TestCase):
    def test_documents_say_what_the_data_says(self) -> None:
        data = documents.load()
        for name in documents.PLACES:
            with self.subTest(name):
                self.assertEqual((documents.ROOT / name).read_text(), documents.document(name, data),
                                 "run tests/checks/size/documents.py")

    def test_pictures_show_what_the_data_says(self) -> None:
        data = documents.load()
        for name, draw in documents.PICTURES.items():
            with self.subTest(name):
                self.assertEqual((documents.ROOT / name).read_text(), draw(data), "run tests/checks/size/documents.py")

    def test_parts_add_up_to_the_images(self) -> None:
        data = documents.load()
        self.assertEqual(set(data["parts"]), set(data["images"]))
        for image, limit in data["images"].items():
            with self.subTest(image):
                self.assertEqual(picture.total(data["parts"][image]["flash"]), limit["flash"])
                self.assertGreater(limit["ram"], picture.total(data["parts"][image]["ram"]))

    def test_prose_repeats_no_measured_number(self) -> None:
        """KB, MB, % and thousands are signs of a measurement. A size that was chosen is in KiB or a power of two."""
        measured = {number for number in numbers(documents.load()) if number & (number - 1)}
        for name in documents.PLACES:
            text = re.sub(r"(?ms)^```.*?^```$", "", documents.prose(name))
            for number, unit in re.findall(r"\b(\d[\d.,]*)(?=( ?%|[ -](?:KB|MB|bytes?)\b|))", text):
                with self.subTest(name, number=number, unit=unit):
                    self.assertNotRegex(unit, "%|KB|MB")
                    self.assertNotRegex(number, r"\d,\d{3}")
                    if "byte" in unit:
                        self.assertNotIn(int(number), measured)


if __name__ == "__main__":
    unittest.main()
