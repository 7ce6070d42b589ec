"""Words and numbers of benefits in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from eligibility import service_types, showing
from eligibility.benefits import BenefitLine

register = template.Library()


@register.filter
def service_name(code: str) -> str:
    """Return what people call a service type: "Physical Therapy"; "the plan" for none."""
    return service_types.service_name(code)


@register.filter
def percent(value: Decimal) -> str:
    """Return a share as people write it: "20 %"."""
    return showing.percent(value)


@register.filter
def what(line: BenefitLine) -> str:
    """Return what a line of an answer states: "Copay", "Deductible, left, family"."""
    return showing.what(line)


@register.filter
def as_words(value: str) -> str:
    """Return a value of the payer's file for people: dates are written out."""
    return showing.as_words(value)


@register.filter
def whole(value: Decimal | None) -> str:
    """Return a count without useless decimals: "30"; "not stated" for None."""
    return "not stated" if value is None else f"{value.normalize():f}"
