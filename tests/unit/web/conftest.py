"""The web app beside both simulated CRMs; see ``tests.support.web``."""

from tests.support import web as support

_migrated = support._migrated
web = support.web
connected = support.connected
