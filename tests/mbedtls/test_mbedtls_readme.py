"""Tests that port/mbedtls/README.md is true: its program makes a call, and links nothing of BearSSL's TLS."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import programs  # noqa: E402
import stand  # noqa: E402

PAGE = stand.ROOT / "port/mbedtls/README.md"
PORT = programs.BUILD / "port/mbedtls/tcx_mbedtls.o"
FOLDER = programs.BUILD / "mbedtls"
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}


@unittest.skipUnless(PORT.exists(), "mbedTLS: not run, it is not installed (Debian package libmbedtls-dev)")
class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        cls.certificates = stand.Certificates(FOLDER)
        [text] = programs.blocks(PAGE)
        (FOLDER / "program.c").write_text(text)
        cls.program = programs.compile_program(FOLDER / "program.c", f"-I{stand.ROOT}/port/mbedtls", str(PORT),
                                               *programs.posix_objects(), "-lmbedtls", "-lmbedx509", "-lmbedcrypto",
                                               "-Wl,--gc-sections")

    def run_program(self, root: pathlib.Path, address: str) -> tuple[int, str, str]:
        done = subprocess.run([self.program, root, *address.split(":")], env=KEYS, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_it_makes_a_call(self) -> None:
        with stand.Endpoint(self.certificates, "--lifetime", "60") as endpoint:
            self.assertEqual(self.run_program(self.certificates.root, endpoint.tls), (0, "XXX\n", ""))

    def test_it_sends_nothing_to_another_server(self) -> None:
        others = stand.Certificates(FOLDER / "others")
        with stand.Endpoint(self.certificates, "--lifetime", "60") as endpoint:
            status, result, report = self.run_program(others.root, endpoint.tls)
            self.assertEqual((status, result), (1, ""))
            self.assertTrue(report.startswith("TCX_E_X509_UNTRUSTED "), report)
            self.assertIn("not sent: ", report)

    @unittest.skipUnless(shutil.which("nm"), "there is no nm")
    def test_it_links_one_tls(self) -> None:
        symbols = subprocess.run(["nm", self.program], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertIn("br_sha256_init", symbols)
        self.assertIn("mbedtls_ssl_handshake", symbols)
        for absent in ("br_ssl_", "br_x509_", "br_rsa_", "br_ec_", "br_aes_", "tcx_tls_init", "tcx_tls_chain", "tcx_x509"):
            self.assertNotIn(absent, symbols)


if __name__ == "__main__":
    unittest.main()
