"""Tests that the .txt files are what generate.py writes, and that its own arithmetic agrees with OpenSSL."""

import hashlib
import subprocess
import unittest

import generate


def openssl_mac(key: bytes, message: str, algorithm: str) -> bytes:
    command = ["openssl", "dgst", f"-{algorithm}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"]
    return subprocess.run(command, input=message.encode(), capture_output=True, check=True).stdout


class Files(unittest.TestCase):
    def test_are_what_the_generator_gives(self):
        for name, make in generate.FILES.items():
            with self.subTest(name):
                self.assertEqual((generate.HERE / name).read_bytes(), make().encode("ascii"),
                                 "run tests/vectors/generate.py, or undo what changed the file")

    def test_are_small(self):
        self.assertLess(sum((generate.HERE / name).stat().st_size for name in generate.FILES), 600_000)

    def test_captures_are_whole(self):
        """The bodies and strings to sign in the captures have the hashes that stand beside them."""
        for vector in generate.captures():
            expected = vector["expected"]
            for part in ("body", "path", "string_to_sign"):
                if expected.get(part) is not None and f"{part}_sha256" in expected:
                    digest = hashlib.sha256(expected[part].encode()).hexdigest()
                    self.assertEqual(digest, expected[f"{part}_sha256"], f"{vector['name']}: {part}")


class Judges(unittest.TestCase):
    """Python's hmac and OpenSSL's agree on a signature of each kind."""

    def test_tc3(self):
        key = b"TC3" + generate.SECRET_KEY.encode()
        derived = generate.tc3_keys(generate.SECRET_KEY, "2023-11-14", "vod")
        for part, expected in zip(("2023-11-14", "vod", "tc3_request"), derived):
            key = openssl_mac(key, part, "sha256")
            self.assertEqual(key, expected)

    def test_v1(self):
        for length in (1, 64, 65, 130):
            for algorithm in ("sha1", "sha256"):
                key = b"k" * length
                self.assertEqual(openssl_mac(key, "GETa/?b=c", algorithm), generate.mac(key, "GETa/?b=c", algorithm))


if __name__ == "__main__":
    unittest.main()
