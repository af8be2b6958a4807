"""
Whether the Tandem of this container lives: exit code 0 if it says so, 1 with a sentence if not.

It asks ``/healthz`` on the metrics port, which `serve` and `worker` both have. Another path may be given:
``healthy.py /readyz``.
"""

import http.client
import os
import sys

_PATIENCE_SECONDS = 4


def main(path: str = "/healthz") -> str | None:
    """None, or what is wrong."""
    port = int(os.environ["TANDEM_METRICS_PORT"])
    # Not urllib, which would ask the proxy that is meant for the CRMs.
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    try:
        asking.request("GET", path)
        status = asking.getresponse().status
    except OSError as error:
        return f"{path} on port {port}: {error}"
    finally:
        asking.close()
    return None if status == http.client.OK else f"{path} on port {port} answers {status}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
