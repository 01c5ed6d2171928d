"""What the staff's templates need beyond Django's own tags."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(names: Mapping[Any, Any], key: Any) -> Any:
    """The entry of a mapping."""
    return names.get(key, key)
