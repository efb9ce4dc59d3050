"""Tests what the packed corpora contain, and what packing and unpacking do."""

import lzma
import pathlib
import subprocess
import sys
import tempfile
import unittest

import corpus

HERE = pathlib.Path(__file__).resolve().parent
PACKED = sorted((HERE / "corpus").iterdir())


class Packed(unittest.TestCase):
    def test_one_file_for_each_target(self):
        targets = [path.stem.removeprefix("fuzz_") for path in sorted(HERE.glob("fuzz_*.c"))]
        self.assertEqual([path.name for path in PACKED], [f"{name}.tar.xz" for name in targets])

    def test_holds_what_packing_gives(self):
        """Before compression, which may differ from one version of lzma to the next."""
        for path in PACKED:
            inputs = corpus.read(path)
            self.assertGreater(len(inputs), 100, path.name)
            self.assertEqual(lzma.decompress(path.read_bytes()), corpus.bare(inputs.values()), path.name)

    def test_same_inputs_same_bytes(self):
        inputs = [b"", b"one", b"two\n", bytes(700)]
        self.assertEqual(corpus.pack(inputs), corpus.pack([*reversed(inputs), b"one"]))
        self.assertNotEqual(corpus.pack(inputs), corpus.pack(inputs[1:]))

    def test_unpacked(self):
        """What was in the folder before is gone."""
        with tempfile.TemporaryDirectory() as place:
            packed, folder = pathlib.Path(place, "example.tar.xz"), pathlib.Path(place, "folder")
            for inputs in ([b"one", b"", b"\0\n"], [b"two"]):
                packed.write_bytes(corpus.pack(inputs))
                subprocess.run([sys.executable, "-B", HERE / "corpus.py", packed, folder], check=True)
                self.assertEqual(sorted(path.read_bytes() for path in folder.iterdir()), sorted(inputs))

    def test_refuses_other_names(self):
        with tempfile.TemporaryDirectory() as place:
            packed = pathlib.Path(place, "example.tar.xz")
            bare = corpus.bare([b"one"])
            for wrong in (b"../../../one", b"/tmp/abcdef0", b".hidden12345"):
                header = bytearray(wrong.ljust(100, b"\0") + bare[100:512])
                header[148:156] = b" " * 8
                header[148:156] = b"%06o\0 " % sum(header)
                packed.write_bytes(lzma.compress(bytes(header) + bare[512:]))
                with self.assertRaisesRegex(ValueError, "is not the name of an input"):
                    corpus.read(packed)


if __name__ == "__main__":
    unittest.main()
