"""Forms of the payment pages: shape only."""

from __future__ import annotations

from typing import Any

from django import forms

from payments.models import PaymentAccount
from payments.reading import MOST_BYTES
from payments.states import BatchStatus

SETTLEMENTS = (
    BatchStatus.RELEASED,
    BatchStatus.RECONCILED,
    BatchStatus.HELD,
    BatchStatus.LOADED,
    BatchStatus.CANCELLED,
)


class AccountChoice(forms.ModelChoiceField):
    """An account by its name and what it does."""

    def label_from_instance(self, account: PaymentAccount) -> str:
        """Return the words of one choice."""
        kind = "holds until release" if account.holds else "pays as soon as started"
        return f"{account.name} ({account.short_code} / {account.sub_account_short_code}), {kind}"


class BatchForm(forms.Form):
    """A new batch: where from, what, and what the maker expects it to come to."""

    account = AccountChoice(queryset=PaymentAccount.objects.none(), empty_label=None)
    title = forms.CharField(label="What it is called here", max_length=80, required=False)
    file = forms.FileField(label="File with payments", required=False, allow_empty_file=True)
    text = forms.CharField(
        label="Or paste the JSON", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 10})
    )
    control_total = forms.DecimalField(
        label="Control total, dollars", required=False, max_digits=14, decimal_places=2, min_value=0
    )
    control_count = forms.IntegerField(label="Number of payments", required=False, min_value=1)

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of file and text is given, and a file is no larger than we read."""
        data = super().clean() or {}
        file, text = data.get("file"), data.get("text", "").strip()
        if "use_sample" in self.data:
            return data
        if file and text:
            self.add_error("text", "A file is chosen and JSON is pasted. Give one of the two.")
        elif not file and not text:
            self.add_error("file", "Choose a file, paste JSON, or use the sample.")
        elif file and file.size > MOST_BYTES:
            self.add_error("file", f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
        return data

    def raw(self) -> bytes:
        """Return the bytes that were given."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else self.cleaned_data["text"].encode()


class AddForm(forms.Form):
    """More payments for a draft."""

    file = forms.FileField(label="File with payments", required=False, allow_empty_file=True)
    text = forms.CharField(label="Or paste the JSON", required=False, strip=False, widget=forms.Textarea)


class SeenForm(forms.Form):
    """The figures on the page that someone looked at, sent back with their press."""

    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    total = forms.DecimalField(max_digits=14, decimal_places=2, widget=forms.HiddenInput)
    count = forms.IntegerField(widget=forms.HiddenInput)


class ReleaseForm(SeenForm):
    """The second press of a release."""

    sure = forms.BooleanField(
        label="I have compared payees, number and total, and I want the money to leave.",
        error_messages={"required": "Tick this to release. Nothing was released."},
    )


class ReasonForm(forms.Form):
    """Why something is done, for those who read it later."""

    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write why."},
    )


class SettleForm(ReasonForm):
    """What the vendor said by telephone."""

    to = forms.ChoiceField(
        label="What the vendor said",
        choices=[(status.value, status.value) for status in SETTLEMENTS],
    )


class WarningsForm(forms.Form):
    """A written reason for each kind of warning."""

    def __init__(self, *args: Any, rules: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in rules:
            self.fields[f"reason_{rule}"] = forms.CharField(
                label="Why this may stand", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    def reasons(self) -> dict[str, str]:
        """Return the reasons by rule."""
        return {name.removeprefix("reason_"): value for name, value in self.cleaned_data.items()}


class AccountForm(forms.Form):
    """A new account."""

    name = forms.CharField(label="Name", max_length=60)
    short_code = forms.CharField(label="Short code at the vendor", max_length=50)
    sub_account_short_code = forms.CharField(label="Sub-account short code", max_length=50)
    holds = forms.BooleanField(
        label="The vendor holds started batches until they are released",
        help_text="Tick this only when the vendor has confirmed it in writing. Unticked is the careful way.",
        required=False,
    )
