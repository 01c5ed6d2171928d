"""Django's `makemessages`, which here also finds the reasons of the policy's constants (5th of `_c`) and `noop`."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_c:5", "--keyword=noop"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
