"""What both simulated CRMs share: time, chance, switches, faults and the journal."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable

from tandem.sandbox.clock import Clock
from tandem.sandbox.faults import Faults
from tandem.sandbox.journal import Journal
from tandem.sandbox.switches import Switches

HUBSPOT = "hubspot"
SALESFORCE = "salesforce"
SIDES = (HUBSPOT, SALESFORCE)
LANGUAGES = ("en", "ja")
LIMITS = ("real", "off")


class World:
    """
    One bundle that both CRMs live in. Every time, id and random choice comes from here, so that
    the same seed and the same requests give the same world.

    *sleep* is how an answer is delayed (latency, slow faults); a simulation passes its own.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        language: str = "en",
        limits: str = "off",
        latency_ms: int = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.clock = clock or Clock()
        self.seed = seed
        self.random = random.Random(seed)
        self.language = _one_of("language", language, LANGUAGES)
        self.sleep = sleep
        self.switches = Switches()
        self.switches.declare(
            "limits",
            _one_of("limits", limits, LIMITS),
            "rate and daily limits of the vendors",
            LIMITS,
        )
        self.switches.declare("latency_ms", latency_ms, "delay of every answer, in milliseconds")
        self.faults: dict[str, Faults] = {side: Faults() for side in SIDES}
        self.journal = Journal()

    @property
    def limits(self) -> str:
        """ "real" or "off"; also a switch."""
        return str(self.switches["limits"])

    @property
    def latency_ms(self) -> int:
        """The delay of every answer; also a switch."""
        return int(self.switches["latency_ms"])

    def reseed(self, seed: int) -> None:
        """Start the random choices over."""
        self.seed = seed
        self.random.seed(seed)

    def speak(self, language: str) -> None:
        """The language of what the CRMs make up themselves."""
        self.language = _one_of("language", language, LANGUAGES)

    def uuid(self) -> str:
        """A random-looking UUID (version 4) that the seed determines."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def letters(self, length: int) -> str:
        """A token of letters and digits that the seed determines."""
        return "".join(self.random.choices(_LETTERS, k=length))


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"The sandbox's {name} is one of {', '.join(known)}, not {value!r}.")
    return value
