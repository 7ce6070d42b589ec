"""The clinic's own pages: choose a clinic, its data, people, providers, API tokens; the first-run page."""

from uuid import UUID

from allauth.account import views as account
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import services, setup, tokens
from clinic.access import StaffRequest, providers_for, staff
from clinic.forms import ClinicForm, FirstSetUpForm, PasswordForm, PersonForm, ProviderForm, TokenForm
from clinic.middleware import SESSION_KEY
from clinic.models import ApiToken, Clinic, Membership, Provider, Role
from core import audit, mail
from core.models import EditedMeanwhile
from core.vendors import check_keys

EDITED_MEANWHILE = (
    "Somebody else changed the clinic while you had it open. What you typed is still here and not saved. Compare it "
    "with what is stored now, and save again if yours is right."
)
NPI_TAKEN = "Another provider has this NPI. Add that one to this clinic instead, with the same NPI."
PROVIDER_EDITED = (
    "Somebody else changed this provider while you had the page open: {}, NPI {}. What you typed is still here and not "
    "saved. Save again if yours is right."
)


@require_POST
@staff()
def switch_clinic(request: StaffRequest) -> HttpResponse:
    """Work in another of one's clinics from now on."""
    chosen = request.POST.get("clinic", "")
    membership = next((m for m in request.memberships if str(m.clinic.code) == chosen), None)
    if membership is None:
        raise Http404
    request.session[SESSION_KEY] = membership.clinic.pk
    audit.record(request.user, "clinic.switched", membership.clinic, clinic=membership.clinic)
    return redirect("today")


@staff(Role.ADMIN)
def settings_home(request: StaffRequest) -> HttpResponse:
    """Show and change the clinic's data; people, providers and tokens are listed below it."""
    form = ClinicForm(request.POST or None, clinic=request.clinic)
    if request.method != "POST" or not form.is_valid():
        return _home(request, form=form)
    try:
        services.change_clinic(request.clinic, version=form.cleaned_data["version"], by=request.user, **form.changed())
    except EditedMeanwhile:
        return _home(request, status=409, form=_compared(request))
    messages.info(request, "The clinic's data is saved.")
    return redirect("settings-home")


def _compared(request: StaffRequest) -> ClinicForm:
    """Return the form with what was typed, made from the clinic as somebody else has just saved it."""
    clinic = Clinic.objects.get(pk=request.clinic.pk)
    form = ClinicForm({**request.POST.dict(), "version": clinic.version}, clinic=clinic)
    if form.is_valid():
        form.add_error(None, f"{EDITED_MEANWHILE} {form.stored()}")
    return form


def _home(request: StaffRequest, status: int = 200, **forms: object) -> HttpResponse:
    clinic = request.clinic
    context = {
        "form": ClinicForm(clinic=clinic),
        "person_form": PersonForm(auto_id="person_%s"),
        "password_form": PasswordForm(clinic=clinic),
        "provider_form": ProviderForm(auto_id="provider_%s"),
        "token_form": TokenForm(clinic=clinic, auto_id="token_%s"),
        "people": Membership.objects.filter(clinic=clinic).select_related("user").order_by("user__name"),
        "providers": providers_for(clinic),
        "tokens": ApiToken.objects.filter(clinic=clinic, revoked_at=None).select_related("user"),
        **forms,
    }
    return render(request, "clinic/settings.html", context, status=status)


@require_POST
@staff(Role.ADMIN)
def add_person(request: StaffRequest) -> HttpResponse:
    """Give someone a role in this clinic."""
    form = PersonForm(request.POST, auto_id="person_%s")
    if not form.is_valid():
        return _home(request, status=422, person_form=form)
    data = form.cleaned_data
    try:
        services.add_member(request.clinic, by=request.user, **data)
    except services.OwnRole:
        form.add_error("role", "Ask another admin to change your own role.")
        return _home(request, status=422, person_form=form)
    messages.info(request, f"{data['name']} can work here as {Role(data['role']).label.lower()}.")
    return redirect("settings-home")


@require_POST
@staff(Role.ADMIN)
def remove_person(request: StaffRequest, pk: int) -> HttpResponse:
    """Take someone's role in this clinic away."""
    membership = get_object_or_404(Membership.objects.filter(clinic=request.clinic), pk=pk)
    try:
        services.remove_member(membership, by=request.user)
    except services.OwnRole:
        messages.warning(request, "Ask another admin to remove you.")
    return redirect("settings-home")


@require_POST
@staff(Role.ADMIN)
def set_password(request: StaffRequest) -> HttpResponse:
    """Give someone who works here a new first password."""
    form = PasswordForm(request.POST, clinic=request.clinic)
    if not form.is_valid():
        return _home(request, status=422, password_form=form)
    data = form.cleaned_data
    services.set_password(request.clinic, data["member"], data["new_password"], by=request.user)
    messages.info(request, "The new password counts from now on. Tell it to them in person.")
    return redirect("settings-home")


@require_POST
@staff(Role.ADMIN)
def add_provider(request: StaffRequest) -> HttpResponse:
    """Add a provider who treats in this clinic."""
    form = ProviderForm(request.POST, auto_id="provider_%s")
    if not form.is_valid():
        return _home(request, status=422, provider_form=form)
    names = {name: form.cleaned_data[name] for name in ("first_name", "last_name", "npi")}
    services.add_provider(request.clinic, by=request.user, **names)
    return redirect("settings-home")


@staff(Role.ADMIN)
def edit_provider(request: StaffRequest, code: UUID) -> HttpResponse:
    """Correct the name or the NPI of a provider who treats in this clinic."""
    provider = get_object_or_404(providers_for(request.clinic), code=code)
    initial = {name: getattr(provider, name) for name in ProviderForm.base_fields}
    form, status = ProviderForm(request.POST.dict() or None, initial=initial, auto_id="provider_%s"), 200
    if request.method == "POST":
        status = _changed(request, form, provider) if form.is_valid() else 422
        if status == 200:
            messages.info(request, f"{provider.name} is saved.")
            return redirect("settings-home")
    return render(request, "clinic/provider.html", {"form": form, "provider": provider}, status=status)


def _changed(request: StaffRequest, form: ProviderForm, provider: Provider) -> int:
    """Write what the form says; return the status of the answer, with a sentence in the form unless it is 200."""
    version, by = form.cleaned_data.pop("version"), request.user
    try:
        services.change_provider(provider, clinic=request.clinic, version=version, by=by, **form.cleaned_data)
    except services.NpiTaken:
        form.add_error("npi", NPI_TAKEN)
        return 422
    except EditedMeanwhile:
        provider.refresh_from_db()
        form.data = {**request.POST.dict(), "version": provider.version}
        form.add_error(None, PROVIDER_EDITED.format(provider.name, provider.npi))
        return 409
    return 200


@require_POST
@staff(Role.ADMIN)
def provider_left(request: StaffRequest, code: UUID) -> HttpResponse:
    """Offer a provider who left for nothing new."""
    provider = get_object_or_404(providers_for(request.clinic), code=code)
    services.provider_left(provider, clinic=request.clinic, by=request.user)
    messages.info(request, f"{provider.name} is offered for no visit any more. Add them again should they come back.")
    return redirect("settings-home")


@require_POST
@staff(Role.ADMIN)
def add_token(request: StaffRequest) -> HttpResponse:
    """Make an API token and show it this once."""
    form = TokenForm(request.POST, clinic=request.clinic, auto_id="token_%s")
    if not form.is_valid():
        return _home(request, status=422, token_form=form)
    token = tokens.issue(
        user=form.cleaned_data["person"],
        clinic=request.clinic,
        name=form.cleaned_data["name"],
        by=request.user,
        now=timezone.now(),
    )
    return _home(request, new_token=token)


@require_POST
@staff(Role.ADMIN)
def revoke_token(request: StaffRequest, code: str) -> HttpResponse:
    """End a token."""
    token = get_object_or_404(ApiToken.objects.filter(clinic=request.clinic), code=code)
    tokens.revoke(token, by=request.user, now=timezone.now())
    return redirect("settings-home")


@require_POST
@staff(Role.ADMIN)
def check_vendor_keys(request: StaffRequest) -> HttpResponse:
    """Try every vendor's key and show what each said."""
    return render(request, "clinic/_vendor_keys.html", {"results": check_keys()})


def reset_password(request: HttpRequest) -> HttpResponse:
    """Send a link to set a new password; without a mail server say who sets one."""
    if mail.can_send():
        return account.password_reset(request)
    return render(request, "account/password_reset.html")


def first_run(request: HttpRequest) -> HttpResponse:
    """Set up the program; only while nothing is set up, and only with the code that the server's console shows."""
    if setup.is_set_up():
        raise Http404
    form = FirstSetUpForm(request.POST or None)
    code_is_right = services.is_setup_code(request.POST.get("setup_code", ""))
    if request.method == "POST" and form.is_valid() and code_is_right:
        setup.set_up(form.answers())
        services.forget_setup_code()
        messages.info(request, "It is set up. Sign in.")
        return redirect("account_login")
    wrong_code = request.method == "POST" and not code_is_right
    return render(request, "clinic/first_run.html", {"form": form, "wrong_code": wrong_code})
