"""Makes the bills of materials of the source tarball, SPDX 2.3 and CycloneDX 1.5. Its content names them.

Both list the files that tarball.is_source() accepts. SPDX lists the other files as excluded from its verification code.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid

from project import Project
from tarball import is_source

Entries = dict[str, bytes]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://spdx.org/spdxdocs/tcexec")
OURS = "Copyright (c) 2026 the tcexec authors"


def digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data).hexdigest()


def purl(name: str, version: str) -> str:
    """Returns a generic package URL, because none of the three has its own name in a package registry."""
    return f"pkg:generic/{name}@{version}"


def needed(project: Project) -> list[tuple[str, str, str, str]]:
    """Returns the dependencies of tcexec: name, version, supplier, purpose."""
    return [("bearssl", project.bearssl, "Thomas Pornin", "hashes, HMAC, TLS 1.2, X.509; linked"),
            ("jsmn", project.jsmn, "Serge Zaitsev", "JSON tokens; a header, compiled in")]


def identity(tarball: bytes) -> uuid.UUID:
    """Returns a name for this tarball. A different tarball gets a different name."""
    return uuid.uuid5(NAMESPACE, digest("sha256", tarball))


def date(project: Project) -> str:
    return datetime.datetime.fromtimestamp(project.time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def sources(entries: Entries) -> Entries:
    return {name: data for name, data in entries.items() if is_source(name)}


def spdx(project: Project, tarball: bytes, entries: Entries) -> dict:
    """Returns the document in the JSON form of SPDX 2.3."""
    def package(name: str, version: str, supplier: str, more: dict) -> dict:
        return {"SPDXID": f"SPDXRef-Package-{name}", "name": name, "versionInfo": version, "supplier": supplier,
                "downloadLocation": "NOASSERTION", "licenseConcluded": "MIT", "licenseDeclared": "MIT",
                "copyrightText": "NOASSERTION", "externalRefs": [
                    {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                     "referenceLocator": purl(name, version)}], **more}

    def checksums(data: bytes) -> list[dict]:
        return [{"algorithm": name.upper(), "checksumValue": digest(name, data)} for name in ("sha1", "sha256")]

    def relation(source: str, kind: str, target: str) -> dict:
        return {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}

    excluded = [f"./{name}" for name in entries if not is_source(name)]
    entries = sources(entries)
    all_digests = "".join(sorted(digest("sha1", data) for data in entries.values()))
    ours, others = "SPDXRef-Package-tcexec", needed(project)
    described = [{"SPDXID": f"SPDXRef-File-{number}", "fileName": f"./{name}", "checksums": checksums(data),
                  "licenseConcluded": "MIT", "licenseInfoInFiles": ["NOASSERTION"], "copyrightText": OURS}
                 for number, (name, data) in enumerate(entries.items(), 1)]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"tcexec-{project.version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/tcexec-{project.version}-{identity(tarball)}",
        "creationInfo": {"created": date(project), "creators": ["Organization: the tcexec authors"]},
        "packages": [
            package("tcexec", project.version, "Organization: the tcexec authors", {
                "copyrightText": OURS, "packageFileName": f"tcexec-{project.version}.tar.gz",
                "primaryPackagePurpose": "LIBRARY", "checksums": checksums(tarball), "filesAnalyzed": True,
                "licenseInfoFromFiles": ["NOASSERTION"],
                "packageVerificationCode": {"packageVerificationCodeValue": digest("sha1", all_digests.encode()),
                                            "packageVerificationCodeExcludedFiles": excluded}}),
            *(package(name, version, f"Person: {author}", {"filesAnalyzed": False, "comment": use,
                                                           "primaryPackagePurpose": "LIBRARY"})
              for name, version, author, use in others)],
        "files": described,
        "relationships": [
            relation("SPDXRef-DOCUMENT", "DESCRIBES", ours),
            *(relation(ours, "DEPENDS_ON", f"SPDXRef-Package-{other[0]}") for other in others),
            *(relation(ours, "CONTAINS", file["SPDXID"]) for file in described)],
    }


def cyclonedx(project: Project, tarball: bytes, entries: Entries) -> dict:
    """Returns the document in the JSON form of CycloneDX 1.5."""
    def component(name: str, version: str, supplier: str, more: dict) -> dict:
        return {"type": "library", "bom-ref": purl(name, version), "supplier": {"name": supplier}, "name": name,
                "version": version, "licenses": [{"license": {"id": "MIT"}}], "purl": purl(name, version), **more}

    def hashes(data: bytes) -> list[dict]:
        return [{"alg": "SHA-256", "content": digest("sha256", data)}]

    ours, others = purl("tcexec", project.version), needed(project)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{identity(tarball)}", "version": 1,
        "metadata": {
            "timestamp": date(project),
            "component": component("tcexec", project.version, "the tcexec authors", {
                "copyright": OURS, "hashes": hashes(tarball),
                "components": [{"type": "file", "bom-ref": f"file:{name}", "name": name, "hashes": hashes(data)}
                               for name, data in sources(entries).items()]})},
        "components": [component(name, version, author, {"scope": "required", "description": use})
                       for name, version, author, use in others],
        "dependencies": [{"ref": ours, "dependsOn": [purl(other[0], other[1]) for other in others]},
                         *({"ref": purl(other[0], other[1]), "dependsOn": []} for other in others)],
    }
