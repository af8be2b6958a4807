"""The other processes of a measurement: ``python -m tandem.bench sandbox JSON`` and ``… part JSON``."""

from __future__ import annotations

import asyncio
import sys

from tandem.bench import part, sandbox

if sys.argv[1] == "sandbox":
    asyncio.run(sandbox.serve(sys.argv[2]))
else:
    sys.stdout.buffer.write(part.answer(sys.argv[2]))
