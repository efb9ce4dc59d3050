#!/usr/bin/env python3
"""Tests of trust anchors: the header that `tcexec anchors` prints, Tencent's roots, and the replacement of a root.

For the replacement, tests/posix/rotation.c is a program that runs on while the server's chain changes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any, List

from harness import (COMMAND, DONE, ID, KEY, NOT_SENT, ROOT, USAGE, Case, Endpoint, at, endpoint, environment, folder,
                     openssl, run, stand, stand_up)

ROTATION = Path(COMMAND).with_name("rotation")
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
G2, G1 = "DigiCert Global Root G2", "DigiCert Global Root CA"

USE_ANCHORS = """\
#include <stdio.h>
#include "anchors.h"

int main(void)
{
    const br_x509_trust_anchor *anchor = trust_anchors;

    for (; anchor < trust_anchors + TRUST_ANCHOR_COUNT; anchor++)
        printf("%d %u %d\\n", (int)anchor->dn.len, anchor->flags, anchor->pkey.key_type);
    return 0;
}
"""


def setUpModule() -> None:
    stand_up()


def write(name: str, *parts: bytes) -> str:
    (folder / name).write_bytes(b"".join(parts))
    return name


def pem(name: str) -> bytes:
    return (folder / name).read_bytes()


def named(common_name: str) -> bytes:
    """A root of this name."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "named.key",
            "-out", "named.pem", "-subj", f"/O=x/CN={common_name}", "-days", "1")
    return pem("named.pem")


class Anchors(Case):
    def names(self, *words: str, **env: Any) -> List[str]:
        """The names in the header that is printed."""
        done = run("anchors", *words, env=environment(**env))
        self.check(done, DONE)
        text = done.stdout.decode()
        names = re.findall(r"^/\* \d+: (.*) \*/$", text, re.M)
        self.assertIn(f"#define TRUST_ANCHOR_COUNT {len(names)}\n", text)
        return names

    def test_a_file(self) -> None:
        damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        write("two.pem", pem("root.pem"), damaged, pem("other.pem"))
        self.assertEqual(self.names("two.pem"), ["Example Root", "Another ?/ root"])
        self.check(run("anchors", "two.pem"), DONE, r"two.pem: 1 certificate skipped; in line \d+: it is damaged: copy")
        write("three.pem", damaged, pem("root.pem"), damaged)
        self.check(run("anchors", "three.pem"), DONE, "2 certificates skipped; the first is in line 1: it is damaged")
        with (folder / "two.pem").open("rb") as file:
            self.assertEqual(run("anchors", "-", stdin=file).stdout, run("anchors", "two.pem").stdout)

    def test_one_that_stands_there_twice(self) -> None:
        write("twice.pem", pem("root.pem"), pem("other.pem"), pem("root.pem"), pem("root.pem"))
        self.check(run("anchors", "twice.pem"), DONE, "twice.pem: 2 duplicates not printed$")
        self.assertEqual(self.names("twice.pem"), ["Example Root", "Another ?/ root"])
        write("namesakes.pem", named("Twin"), named("Twin"))  # two keys
        self.check(run("anchors", "namesakes.pem"), DONE, "^$")
        self.assertEqual(self.names("namesakes.pem"), ["Twin", "Twin"])

    def test_the_header_compiles_as_c_and_as_cpp(self) -> None:
        write("anchors.h", run("anchors", write("both.pem", pem("root.pem"), pem("other.pem"))).stdout)
        write("use.c", USE_ANCHORS.encode())
        for compiler, flags in [
            ("cc", ["-std=c99", "-pedantic"]),
            ("c++", ["-x", "c++", "-std=c++11"]),
            ("c++", ["-x", "c++", "-std=c++20", "-pedantic"]),
            ("clang++", ["-x", "c++", "-std=c++17"]),
        ]:
            if shutil.which(compiler) is None:
                continue
            with self.subTest(compiler=compiler, flags=flags):
                command = [compiler, *flags, "-Wall", "-Wextra", "-Werror", "-o", "use", "use.c"]
                subprocess.run(command, cwd=folder, check=True)
                shown = subprocess.run(["./use"], cwd=folder, check=True, capture_output=True, text=True).stdout
                self.assertEqual([line.split()[1:] for line in shown.splitlines()], [["1", "2"], ["1", "1"]])

    def test_refused(self) -> None:
        for words, said in [
            ([], "anchors takes one file, or --tencent"),
            (["a", "b"], "anchors takes one file"),
            (["--json", "a"], "--json does not apply to anchors"),
            (["/nonexistent"], "/nonexistent: No such file"),
            (["server.key"], "no certificate"),
            (["--tencent", "/nonexistent"], "/nonexistent: No such file"),
            (["--tencent", "root.pem"], f"root.pem: it does not contain {G2}"),
        ]:
            self.check(run("anchors", *words), USAGE, said, b"")

    def test_the_roots_of_tencent(self) -> None:
        near = [named(name) for name in (G2 + "0", "x" + G2, G2.lower(), "DigiCert Global Root G3", "DigiCert")]
        g2, g1 = named(G2), named(G1)
        write("full.pem", *near, g1, pem("root.pem"), g2, g1)
        self.assertEqual(self.names("--tencent", "full.pem"), [G1, G2])
        self.assertEqual(self.names("--tencent", SSL_CERT_FILE="full.pem"), [G1, G2])
        self.check(run("anchors", "--tencent", "full.pem"), DONE, "^$")
        write("new.pem", *near, g2)
        self.check(run("anchors", "--tencent", "new.pem"), DONE, f"new.pem: it does not contain {G1}: only {G2}")
        self.assertEqual(self.names("--tencent", "new.pem"), [G2])
        self.check(run("anchors", "--tencent", write("old.pem", *near, g1)), USAGE, f"old.pem: it does not contain {G2}", b"")

    @unittest.skipUnless(BUNDLE.exists(), "no system bundle")
    def test_the_roots_of_tencent_from_the_system(self) -> None:
        """They are who they say: the fingerprints that DigiCert publishes."""
        published = {
            G2: "CB3CCBB76031E5E0138F8DD39A23F9DE47FFC35E43C1144CEA27D46A5AB1CB5F",
            G1: "4348A0E9444C78CB265E058D5E8944B4D84F9662BD26DB257F8934A443C70161",
        }
        names = self.names("--tencent")
        self.assertIn(G2, names)
        header = run("anchors", "--tencent").stdout.decode()
        moduli = [bytes.fromhex("".join(re.findall(r"0x(\w\w)", body)))
                  for body in re.findall(r"trust_anchor_\d+_n\[\d+\] = {([^}]*)}", header)]
        for block in re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", BUNDLE.read_text(), re.S):
            shown = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-modulus"], input=block,
                                   capture_output=True, text=True, check=True).stdout
            fingerprint, modulus = (line.partition("=")[2].replace(":", "") for line in shown.splitlines())
            for name, expected in published.items():
                if fingerprint == expected:
                    self.assertIn(name, names)
                    self.assertEqual(moduli[names.index(name)], bytes.fromhex(modulus))
                    names[names.index(name)] = "seen"
        self.assertEqual(set(names), {"seen"})


    @unittest.skipUnless(BUNDLE.exists(), "no system bundle")
    def test_the_header_that_make_writes(self) -> None:
        build = Path(COMMAND).parent
        header = build / "tencent_anchors.h"
        header.unlink(missing_ok=True)
        names = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        subprocess.run(["make", "-s", f"B={build}", "-o", str(build / "tcexec"), "anchors"], cwd=ROOT, env=names,
                       check=True, capture_output=True, timeout=60)
        self.assertEqual(header.read_bytes(), run("anchors", "--tencent").stdout)


class OddFiles(Case):
    """Files that hold a first certificate in an odd way, and root.pem behind it."""

    READ, COUNTED = range(2)

    @classmethod
    def setUpClass(cls) -> None:
        openssl("x509", "-in", "other.pem", "-trustout", "-addreject", "serverAuth", "-out", "trusted.pem")
        openssl("x509", "-in", "other.pem", "-outform", "DER", "-out", "other.der")
        openssl("crl2pkcs7", "-nocrl", "-certfile", "other.pem", "-out", "other.p7")
        openssl("pkey", "-in", "other.key", "-pubout", "-out", "other.pub")
        other, cert = pem("other.pem"), b"CERTIFICATE"
        cls.odd = {
            "as it should be": (other, cls.READ, ""),
            "text around": (b"a root\n======\n" + other + b"the end\n", cls.READ, ""),
            "a byte order mark": (b"\xef\xbb\xbf" + other, cls.READ, ""),
            "no line end": (other[:-1], cls.READ, ""),
            "one line": (other.replace(b"\n", b""), cls.READ, ""),
            "CR": (other.replace(b"\n", b"\r"), cls.READ, ""),
            "indented": (b"".join(b"\t " + line for line in other.splitlines(True)), cls.READ, ""),
            "X509": (other.replace(cert, b"X509 CERTIFICATE"), cls.READ, ""),
            "blanks": (other.replace(b"-----\n", b"----- \t\n"), cls.READ, ""),
            "trusted": (pem("trusted.pem"), cls.COUNTED, "TRUSTED CERTIFICATE block .* x509 -in FILE -out ROOT"),
            "PKCS7": (pem("other.p7"), cls.COUNTED, "PKCS7 block .* openssl pkcs7 -in FILE -print_certs -out ROOTS"),
            "UTF-16": (other.decode().encode("utf-16"), cls.COUNTED, "not text: .*UTF-16"),
            "DER": (pem("other.der"), cls.COUNTED, "not text: convert DER"),
            "damaged": (other.replace(b"M", b"!", 1), cls.COUNTED, "damaged: copy it again"),
            "no END": (other.partition(b"-----END")[0], cls.COUNTED, "its END line is missing"),
            "another END": (other.replace(b"END " + cert, b"END PKCS7"), cls.COUNTED, "its END line is missing or"),
            "no BEGIN": (other.partition(b"\n")[2], cls.COUNTED, "an END line without its BEGIN line"),
            "four dashes": (other[1:], cls.COUNTED, "its BEGIN line is not exactly"),
            "a tab": (other.replace(b"BEGIN ", b"BEGIN\t"), cls.COUNTED, "its BEGIN line is not exactly"),
        }

    def write_odd(self, name: str) -> str:
        return write("odd.pem", self.odd[name][0], b"" if name == "no line end" else b"\n", pem("root.pem"))

    def read(self, file: str) -> List[str]:
        done = run("anchors", file)
        self.assertEqual(done.returncode, DONE, done.stderr)
        return re.findall(r"^/\* \d+: (.*) \*/$", done.stdout.decode(), re.M)

    def test_read_or_counted_and_named(self) -> None:
        both = ["Another ?/ root", "Example Root"]
        for name, (_, verdict, said) in self.odd.items():
            with self.subTest(name):
                file = self.write_odd(name)
                self.assertEqual(self.read(file), both if verdict == self.READ else both[1:])
                reason = rf"^tcexec: odd.pem: 1 certificate skipped; in line \d+: .*{said}" if said else "^$"
                self.check(run("anchors", file), DONE, reason)
                call = (at(endpoint.tls_port), f"--ca={file}", "mps", "Echo", "x")
                self.check(run(*call), DONE, reason if said else "^tcexec: RequestId", b"x\n")
                self.check(run("doctor", *call), DONE)
                self.assertRegex(run("doctor", *call).stdout.decode(),
                                 f"ok +roots +{1 if said else 2} usable in odd.pem.*{said}")

    def test_no_fewer_than_openssl_reads(self) -> None:
        """Unless it is told."""
        for name in self.odd:
            with self.subTest(name):
                file = self.write_odd(name)
                bundle = subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", file], cwd=folder,
                                        capture_output=True)
                shown = subprocess.run(["openssl", "pkcs7", "-print_certs", "-noout"], input=bundle.stdout,
                                       capture_output=True, cwd=folder).stdout
                if len(self.read(file)) < shown.count(b"subject="):
                    self.check(run("anchors", file), DONE, "1 certificate skipped")

    def test_a_pin_is_the_first_or_none(self) -> None:
        for name, (_, verdict, said) in self.odd.items():
            with self.subTest(name):
                self.write_odd(name)
                server = write("pin.pem", self.odd[name][0], b"\n", pem("server.pem"))
                done = run(at(endpoint.tls_port), f"--pin={server}", "mps", "Echo", "x")
                if verdict == self.READ:
                    self.check(done, NOT_SENT, "TCX_E_")  # the server has another key than the first
                    continue
                self.check(done, USAGE, f"tcexec: --pin: pin.pem: its first cert.* cannot be pinned: .*{said}", b"")
                done = run("doctor", at(endpoint.tls_port), f"--pin={server}")
                self.assertRegex(done.stdout.decode(),
                                 f"bad +roots .*(.|\n)*Next: correct --pin: pin.pem: its first .*{said}")
        write("public.pem", pem("other.pub"), pem("server.pem"))
        self.check(run(at(endpoint.tls_port), "--pin=public.pem", "mps", "Echo"), USAGE, "a PUBLIC KEY block", b"")
        write("pair.pem", pem("server.key"), pem("server.pem"))
        self.check(run(at(endpoint.tls_port), "--pin=pair.pem", "mps", "Echo", "x"), DONE, out=b"x\n")

    def test_the_conversions_that_are_advised(self) -> None:
        for words in (["x509", "-in", "trusted.pem", "-out", "new.pem"],
                      ["pkcs7", "-in", "other.p7", "-print_certs", "-out", "new.pem"],
                      ["x509", "-inform", "DER", "-in", "other.der", "-out", "new.pem"]):
            openssl(*words)
            self.check(run("anchors", "new.pem"), DONE, "^$")
            self.assertEqual(self.read("new.pem"), ["Another ?/ root"])

    def test_the_root_that_is_missing(self) -> None:
        write("lost.pem", pem("root.pem").partition(b"\n")[2], pem("other.pem"))
        call = (at(endpoint.tls_port), "--ca=lost.pem", "mps", "Echo")
        said = "1 certificate skipped; in line [0-9]+: an END line without"
        self.check(run(*call), NOT_SENT, f"lost.pem: {said}(.|\n)*TCX_E_X509_UNTRUSTED")
        self.assertRegex(run("doctor", *call[:2]).stdout.decode(),
                         f"Next: if the server's root is in .*lost.pem, correct the file: {said}")

    def test_a_bundle_that_a_variable_names(self) -> None:
        file = self.write_odd("trusted")
        call = (at(endpoint.tls_port), "mps", "Echo", "x")
        self.check(run(*call, env=environment(SSL_CERT_FILE=file)), DONE, "odd.pem: 1 certificate skipped", b"x\n")


class WhoMaySign(Case):
    """Certificates given as roots that have no basicConstraints, and a server whose chain leads to them."""

    @classmethod
    def setUpClass(cls) -> None:
        write("leaf.ext", f"subjectAltName=DNS:{stand.NAMES[0]}\n".encode())
        write("end.ext", b"keyUsage=digitalSignature\n")
        for name in ("v1", "v1-below", "end", "leaf", "leaf-below"):
            subject = f"/CN={stand.NAMES[0] if 'leaf' in name else name}"
            openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
                    "-keyout", f"{name}.key", "-out", f"{name}.csr")
        cls.sign("v1", "-signkey", "v1.key")
        cls.sign("v1-below", "-CA", "root.pem", "-CAkey", "root.key")
        cls.sign("end", "-signkey", "end.key", "-extfile", "end.ext")
        cls.sign("leaf", "-CA", "v1.pem", "-CAkey", "v1.key", "-extfile", "leaf.ext")
        write("chain.pem", pem("leaf.pem"), pem("v1.pem"))
        cls.sign("leaf-below", "-CA", "v1-below.pem", "-CAkey", "v1-below.key", "-extfile", "leaf.ext")
        write("chain-below.pem", pem("leaf-below.pem"), pem("v1-below.pem"))
        cls.sign("leaf-end", "-CA", "end.pem", "-CAkey", "end.key", "-extfile", "leaf.ext", csr="leaf")
        if b"Version: 1 " not in cls.shown("v1") + cls.shown("v1-below"):
            raise unittest.SkipTest("this openssl makes no certificates of version 1")

    @classmethod
    def sign(cls, name: str, *words: str, csr: str = "") -> None:
        serial = ["-CAcreateserial"] if "-CA" in words else []
        openssl("x509", "-req", "-in", f"{csr or name}.csr", "-days", "1", "-out", f"{name}.pem", *words, *serial)

    @classmethod
    def shown(cls, name: str) -> bytes:
        return subprocess.run(["openssl", "x509", "-in", f"{name}.pem", "-noout", "-text"], cwd=folder, check=True,
                              capture_output=True).stdout

    def serve(self, chain: str, key: str) -> str:
        """--connect of a server with this chain."""
        server = Endpoint()
        stand.Endpoint.__init__(server, SimpleNamespace(chain=folder / chain, key=folder / key))
        server.start()
        self.addCleanup(server.stop)
        return at(server.tls_port)

    def openssl_takes(self, ca: str, leaf: str, *words: str) -> bool:
        """The judge."""
        return subprocess.run(["openssl", "verify", "-CAfile", ca, *words, leaf], cwd=folder,
                              capture_output=True).returncode == 0

    def flags(self, file: str) -> List[str]:
        return re.findall(r"^        (BR_X509_TA_CA|0),", run("anchors", file).stdout.decode(), re.M)

    def test_a_root_of_version_1(self) -> None:
        self.assertTrue(self.openssl_takes("v1.pem", "leaf.pem"))
        self.assertEqual(self.flags("v1.pem"), ["BR_X509_TA_CA"])
        self.check(run("anchors", "v1.pem"), DONE, "^$")
        for chain in ("leaf.pem", "chain.pem"):
            link = self.serve(chain, "leaf.key")
            self.check(run(link, "--ca=v1.pem", "mps", "Echo", "x"), DONE, out=b"x\n")
            self.check(run(link, "--ca=root.pem", "mps", "Echo", "x"), NOT_SENT, "TCX_E_X509_UNTRUSTED", b"")
        done = run("doctor", link, "--ca=v1.pem")
        self.check(done, DONE)
        self.assertRegex(done.stdout.decode(), "ok +roots +1 usable in v1.pem; .* CA: no\n")

    def test_a_server_that_is_a_root_of_version_1(self) -> None:
        """It is trusted as itself, too."""
        openssl("req", "-new", "-key", "v1.key", "-subj", f"/CN={stand.NAMES[0]}", "-out", "self.csr")
        self.sign("self", "-signkey", "v1.key")
        self.check(run(self.serve("self.pem", "v1.key"), "--ca=self.pem", "mps", "Echo", "x"), DONE, out=b"x\n")

    def test_version_1_below_a_root(self) -> None:
        """Does not sign: neither when a server sends it, nor when it is given as a root."""
        self.assertFalse(self.openssl_takes("root.pem", "leaf-below.pem", "-untrusted", "v1-below.pem"))
        link = self.serve("chain-below.pem", "leaf-below.key")
        self.check(run(link, "--ca=root.pem", "mps", "Echo", "x"), NOT_SENT, "TCX_E_", b"")
        self.refused(link, "v1-below.pem")

    def test_version_3_without_constraints(self) -> None:
        self.assertFalse(self.openssl_takes("end.pem", "leaf-end.pem"))
        self.refused(self.serve("leaf-end.pem", "leaf.key"), "end.pem")
        self.check(run(self.serve("leaf.pem", "leaf.key"), "--ca=leaf.pem", "mps", "Echo", "x"), DONE, out=b"x\n")

    def refused(self, link: str, ca: str) -> None:
        """What this one signed, and why is told."""
        said = "1 is not a CA: it is trusted only as the server's own certificate"
        self.assertEqual(self.flags(ca), ["0"])
        self.check(run("anchors", ca), DONE, f"^tcexec: {ca}: {said}\n$")
        advice = f"give the root that signed the server's certificate with --ca FILE.pem. Of the certificates in {ca}, {said}"
        self.check(run(link, f"--ca={ca}", "mps", "Echo", "x"), NOT_SENT, f"what to do: {advice}", b"")
        done = run("doctor", link, f"--ca={ca}")
        self.check(done, NOT_SENT)
        self.assertRegex(done.stdout.decode(), f"ok +roots +1 usable in {ca}; .*; {said}\n(.|\n)*Next: {advice}")


class Rotation(Case):
    """A server whose chain leads to another root from one call to the next."""

    @classmethod
    def setUpClass(cls) -> None:
        """Two roots, each with a server that it vouches for."""
        cls.old, cls.new = (stand.Certificates(Path(tempfile.mkdtemp(dir=folder))) for _ in range(2))
        cls.servers = [Endpoint(), Endpoint()]
        for server, certificates in zip(cls.servers, (cls.old, cls.new)):
            stand.Endpoint.__init__(server, certificates)
            server.start()
            cls.addClassCleanup(server.stop)
        write("roots.pem", cls.old.root.read_bytes(), cls.new.root.read_bytes())

    def rotate(self, *steps: str) -> List[str]:
        """What the program prints for each step."""
        names = environment(TENCENTCLOUD_SECRET_ID=ID, TENCENTCLOUD_SECRET_KEY=KEY)
        done = subprocess.run([ROTATION], input="".join(step + "\n" for step in steps), cwd=folder, env=names,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_in_a_program_that_goes_on(self) -> None:
        before, after = (f"call {server.tls_port}" for server in self.servers)
        old, new, both = f"trust {self.old.root}", f"trust {self.new.root}", "trust roots.pem"
        self.assertEqual(self.rotate(both, before, after, before), ["trust 2", "TCX_OK", "TCX_OK", "TCX_OK"])
        self.assertEqual(self.rotate(old, before, after, both, after, new, after, before),
                         ["trust 1", "TCX_OK", "TCX_E_X509_UNTRUSTED", "trust 2", "TCX_OK",
                          "trust 1", "TCX_OK", "TCX_E_X509_UNTRUSTED"])

    def test_with_the_command(self) -> None:
        for bundle, codes in ((str(self.old.root), [DONE, NOT_SENT]), (str(self.new.root), [NOT_SENT, DONE]),
                              ("roots.pem", [DONE, DONE])):
            for server, code in zip(self.servers, codes):
                self.check(run(at(server.tls_port), f"--ca={bundle}", "mps", "Echo", "x"), code)


if __name__ == "__main__":
    unittest.main()
