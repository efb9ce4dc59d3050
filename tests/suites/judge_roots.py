"""Judges roots.pem and roots.json: certificates, one by one and all in one text, compared with what OpenSSL reads."""

import functools
import json
import pathlib

from case import Case, frame


def is_usable(row: dict) -> bool:
    """Whether &tcx_tls_profile_full can use the key."""
    return 2048 <= row["bits"] <= 4096 if row["key"] == "RSA" else row["curve"] in ("prime256v1", "secp384r1")


def reading(row: dict) -> list[str]:
    key = (row["modulus_sha256"], row["exponent"]) if row["key"] == "RSA" else (row["point_sha256"], row["curve"])
    return [str(int(row["ca"])), f"{row['subject_length']}:{row['subject_sha256']}", f"{key[0]}:{key[1]}"]


def judge(expected: dict[str, str], answer: str) -> str | None:
    given = dict(zip(expected, [*answer.split(), *[""] * len(expected)]))
    rest = answer.split()[len(expected):]
    wrong = [f"{name}={value}" for name, value in given.items() if value != expected[name]]
    return " ".join(wrong + rest) or None


def cases(folder: pathlib.Path) -> list[Case]:
    rows = json.loads((folder / "roots.json").read_text())
    text = (folder / "roots.pem").read_bytes()
    end = b"-----END CERTIFICATE-----\n"
    blocks = [block[block.index(b"-----BEGIN"):] + end for block in text.split(end)[:-1]]
    usable = sum(map(is_usable, rows))
    everything = {"anchors": str(usable), "skipped": str(len(rows) - usable)}
    found = [Case("roots", "roots.pem", frame(0, text), functools.partial(judge, everything))]
    for row, block in zip(rows, blocks, strict=True):
        counts = {"anchors": str(int(is_usable(row))), "skipped": str(int(not is_usable(row)))}
        parts = dict(zip(("ca", "subject", "key"), reading(row)))
        anchor = {f"anchor-{name}": value for name, value in parts.items()} if is_usable(row) else {}
        found.append(Case("roots", row["sha256"], frame(1, block),
                          functools.partial(judge, {**counts, **parts, **anchor})))
    return found
