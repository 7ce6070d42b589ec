"""Which fields a registration must have, chosen by the clinic's admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from clinic.access import staff
from clinic.models import Role
from core.models import EditedMeanwhile

from ..models import RegistrationRule
from ..patient_record import MAY_BE_REQUIRED, Group
from ..services import registration
from .common import CHANGED_MEANWHILE, Asker, said, version_of


class RuleForm(forms.Form):
    """Which columns are asked for, a list of boxes for each part of the record."""

    def __init__(self, data: Any = None, *, rule: RegistrationRule) -> None:
        """Tick what is asked for now."""
        super().__init__(data, initial={group.name.lower(): rule.required for group in Group})
        for group in Group:
            choices = [(item.name, item.label) for item in MAY_BE_REQUIRED if item.group == group]
            self.fields[group.name.lower()] = forms.MultipleChoiceField(
                choices=choices, label=group.value, required=False, widget=forms.CheckboxSelectMultiple
            )

    def names(self) -> list[str]:
        """Return the columns that are ticked."""
        return [name for chosen in self.cleaned_data.values() for name in chosen]


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.ADMIN)
def rule_page(request: HttpRequest) -> HttpResponse:
    """Show and change which fields a registration must have in this clinic."""
    asker = Asker(request)
    rule = registration.rule_of(asker.clinic)
    form = RuleForm(request.POST if request.method == "POST" else None, rule=rule)
    if request.method != "POST" or not form.is_valid():
        return render(request, "intake/registration_rule.html", {"form": form, "rule": rule})
    try:
        registration.change_rule(asker.clinic, form.names(), version=version_of(request), by=asker.user)
    except EditedMeanwhile:
        form.add_error(None, CHANGED_MEANWHILE)
        context = {"form": form, "rule": registration.rule_of(asker.clinic)}
        context["theirs"] = [("Asked for now", _labels(context["rule"]))]  # type: ignore[arg-type]
        return render(request, "intake/registration_rule.html", context, status=409)
    return said(request, "What a registration asks for is saved.", "registration-rule")


def _labels(rule: RegistrationRule) -> str:
    labels = [item.label for item in MAY_BE_REQUIRED if item.name in rule.required]
    return ", ".join(labels) or "nothing"
