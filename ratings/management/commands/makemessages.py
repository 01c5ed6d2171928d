"""Django's `makemessages`, which here also finds reasons of constants (5th of `_c`, 3rd of `_rule`), `noop`."""

from django.core.management.commands import makemessages

OF_OURS = ("_c:5", "_rule:3", "noop")


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, *(f"--keyword={one}" for one in OF_OURS)]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
