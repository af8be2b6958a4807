"""The web app: the pages an administrator works with."""

from tandem.web.app import create_web
from tandem.web.serving import first_link, web_server
from tandem.web.settings import WebSettings

__all__ = ["WebSettings", "create_web", "first_link", "web_server"]
