"""A clinic's rules: one row each, made when somebody first says something."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from core.models import EditedMeanwhile

from ..models import RegistrationRule, Retention


def write_rule(rule: RegistrationRule | Retention, version: int, **values: object) -> None:
    """Write a rule that was read as `version`, 0 where the clinic had none; an unsaved rule has version 0.

    Raises core.models.EditedMeanwhile when somebody else wrote it since.
    """
    if rule.pk is not None:
        rule.change(version, **values)
        return
    if version != rule.version:
        raise EditedMeanwhile
    for name, value in values.items():
        setattr(rule, name, value)
    rule.version = 1
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError:
        raise EditedMeanwhile from None
