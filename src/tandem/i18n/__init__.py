"""Every sentence the program says, in English and Japanese."""

from tandem.i18n.messages import LANGUAGES, Messages, language_of

__all__ = ["LANGUAGES", "Messages", "language_of"]
