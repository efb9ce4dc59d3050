"""Lets the unmodified official Node SDK call the local endpoint, to test that the endpoint accepts the real client."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import stand  # noqa: E402


def main() -> int:
    certificates = stand.Certificates(pathlib.Path(os.environ.get("B", stand.ROOT / "build")) / "conformance")
    optional = {service: {name: kind.__name__ for name, kind in product.optional.items()}
                for service, product in stand.PRODUCTS.items()}
    with stand.Endpoint(certificates, "--lifetime", "300") as endpoint:
        return subprocess.run(
            ["node", str(stand.ROOT / "tests/conformance/node_judge.mjs"), json.dumps(optional), f"http://{endpoint.plain}",
             f"https://{endpoint.tls}"],
            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(certificates.root),
                 "TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}).returncode


if __name__ == "__main__":
    sys.exit(main())
