"""Forms of the clinic's pages: shape only."""

from collections.abc import Mapping
from copy import copy
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password

from clinic import services
from clinic.models import Clinic, Provider, Role, User
from clinic.npi import validate_npi
from clinic.setup import FirstSetUp
from core.address_fields import StateChoice, ZipText

US_TIME_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
)


def _time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    others = sorted(available_timezones() - set(US_TIME_ZONES))
    return [(group, [(name, name) for name in names]) for group, names in (("US", US_TIME_ZONES), ("Others", others))]


class FirstSetUpForm(forms.Form):
    """What the program needs to know before its first day."""

    organization = forms.CharField(label="Organization", max_length=60)
    clinic = forms.CharField(label="First clinic", max_length=60)
    time_zone = forms.ChoiceField(label="Its time zone", initial="America/Chicago", choices=_time_zones)
    npi = forms.CharField(
        label="Billing NPI",
        max_length=10,
        validators=[validate_npi],
        help_text="Ten digits. Payers are asked in its name.",
    )
    address1 = forms.CharField(label="Address", max_length=55, required=False)
    city = forms.CharField(label="City", max_length=30, required=False)
    state = StateChoice()
    postal_code = ZipText()
    phone = forms.CharField(label="Phone", max_length=20, required=False)
    spry_clinic_id = forms.IntegerField(
        label="SPRY clinic number",
        min_value=1,
        required=False,
        help_text="Without it phone captures are kept here and not sent to SPRY.",
    )
    admin_name = forms.CharField(label="First admin's name", max_length=60)
    admin_email = forms.EmailField(label="First admin's e-mail")
    admin_password = forms.CharField(
        label="First admin's password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least eight characters, and no common word or name.",
    )
    admin_password_again = forms.CharField(
        label="The password once more", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    provider_first_name = forms.CharField(label="Provider's first name", max_length=35, required=False)
    provider_last_name = forms.CharField(label="Provider's last name", max_length=60, required=False)
    provider_npi = forms.CharField(label="Provider's NPI", max_length=10, required=False, validators=[validate_npi])
    account = forms.CharField(label="Payment account short code", max_length=50, required=False)
    sub_account = forms.CharField(label="Payment sub-account short code", max_length=50, required=False)

    GROUPS = (
        ("The organization and its first clinic", "organization", "spry_clinic_id"),
        ("The first admin", "admin_name", "admin_password_again"),
        ("A provider, now or later", "provider_first_name", "provider_npi"),
        ("A payment account, now or later", "account", "sub_account"),
    )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the questions under their headings."""
        names = list(self.fields)
        return [
            (title, [self[name] for name in names[names.index(first) : names.index(last) + 1]])
            for title, first, last in self.GROUPS
        ]

    def clean(self) -> dict[str, Any]:
        """A provider is named whole or not at all, and so is an account; the password is no weak one, typed twice."""
        data = super().clean() or {}
        self._whole(data, ("provider_first_name", "provider_last_name", "provider_npi"), "A provider has all three.")
        self._whole(data, ("account", "sub_account"), "An account is named together with its sub-account.")
        password = data.get("admin_password")
        if password and data.get("admin_password_again", password) != password:
            self.add_error("admin_password_again", "The two are not the same.")
        if password:
            try:
                validate_password(password, User(email=data.get("admin_email", "")))
            except forms.ValidationError as error:
                self.add_error("admin_password", error)
        return data

    def _whole(self, data: dict[str, Any], names: tuple[str, ...], sentence: str) -> None:
        """Complain beside what is missing when only a part of it was given."""
        if any(data.get(name) for name in names):
            for name in names:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, f"{sentence} Fill this in, or leave them all empty.")

    def answers(self) -> FirstSetUp:
        """Return what was answered."""
        return FirstSetUp(**{name: self.cleaned_data[name] for name in self.fields if name != "admin_password_again"})


class ClinicForm(forms.ModelForm):
    """The clinic's own data, and the version of it that the form was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    time_zone = forms.ChoiceField(label="Time zone", choices=_time_zones)
    state = StateChoice()
    postal_code = ZipText()

    class Meta:
        model = Clinic
        fields = (
            "name",
            "time_zone",
            "phone",
            "address1",
            "address2",
            "city",
            "state",
            "postal_code",
            "npi",
            "spry_clinic_id",
            "spry_service_code",
            "uses_cardscan_page",
        )

    def __init__(self, data: Mapping[str, Any] | None = None, *, clinic: Clinic) -> None:
        # A copy: validation writes into its instance, and the page still names the clinic as it is.
        super().__init__(data, instance=copy(clinic), initial={"version": clinic.version})

    def changed(self) -> dict[str, Any]:
        """Return the columns in which what was typed differs from the clinic as it is."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}

    def stored(self) -> str:
        """Return what the clinic has in those columns, as words."""
        return "; ".join(f"{self[name].label}: {self.initial[name] or 'empty'}" for name in self.changed())


class ProviderForm(forms.ModelForm):
    """A provider; `version` names the one that is corrected."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_version(self) -> int:
        """A missing version is that of no provider."""
        return self.cleaned_data["version"] or 0

    class Meta:
        model = Provider
        fields = ("first_name", "last_name", "npi")


class PersonForm(forms.Form):
    """Someone who works in the clinic."""

    name = forms.CharField(max_length=60)
    email = forms.EmailField()
    role = forms.ChoiceField(choices=Role.choices)
    password = forms.CharField(
        widget=forms.PasswordInput, help_text="For the first sign-in; they change it themselves.", required=False
    )

    def clean_password(self) -> str:
        """Refuse a weak password."""
        password = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password


class TokenForm(forms.Form):
    """A key for the API."""

    name = forms.CharField(max_length=60, label="What is it for?")
    person = forms.ModelChoiceField(User.objects.none(), label="Acts as")

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__clinic=clinic).exclude(memberships__role=Role.ADMIN)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda user: user.name  # type: ignore[attr-defined]


class PasswordForm(forms.Form):
    """A new first password for someone who does not know theirs."""

    member = forms.ModelChoiceField(User.objects.none(), label="For")
    new_password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Tell it to them in person; they change it after the sign-in.",
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = services.may_get_password(clinic)  # type: ignore[attr-defined]
        self.fields["member"].label_from_instance = lambda user: user.name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a weak password."""
        data = super().clean() or {}
        if data.get("member") and data.get("new_password"):
            try:
                validate_password(data["new_password"], data["member"])
            except forms.ValidationError as error:
                self.add_error("new_password", error)
        return data
