"""The organization, its clinics, users and their roles, API tokens, providers."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from clinic.npi import validate_npi
from core.models import Coded, Versioned


class Role(models.TextChoices):
    """What someone does in a clinic."""

    FRONT_DESK = "FRONT_DESK", "Front desk"
    BILLING = "BILLING", "Billing"
    ADMIN = "ADMIN", "Admin"


def validate_time_zone(name: str) -> None:
    """Raise ValidationError when the name is no IANA time zone."""
    if name not in available_timezones():
        raise ValidationError("This is no time zone. Write one such as America/Chicago.", code="time_zone")


class Organization(Coded):
    """The one organization of this deployment."""

    name = models.CharField(max_length=60)
    npi = models.CharField("billing NPI", max_length=10, blank=True, validators=[validate_npi])

    def __str__(self) -> str:
        return f"Organization #{self.pk}"


class Clinic(Coded, Versioned):
    """A place where patients arrive."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="clinics")
    name = models.CharField(max_length=60)
    time_zone = models.CharField(max_length=60, default="America/Chicago", validators=[validate_time_zone])
    phone = models.CharField(max_length=20, blank=True)
    address1 = models.CharField("address", max_length=55, blank=True)
    address2 = models.CharField("address, second line", max_length=55, blank=True)
    city = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField("ZIP code", max_length=10, blank=True)
    npi = models.CharField("billing NPI", max_length=10, blank=True, validators=[validate_npi])
    spry_clinic_id = models.PositiveBigIntegerField("SPRY clinic number", null=True, blank=True)
    spry_service_code = models.CharField("SPRY service code", max_length=10, default="PT")

    uses_cardscan_page = models.BooleanField(
        "offer CardScan's own page for photos",
        default=False,
        help_text="Phones then open a page of CardScan's, not one of ours. Handing a card to a phone works without it.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"Clinic #{self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime | None = None) -> date:
        """Return the date on the clinic's wall."""
        return (now or timezone.now()).astimezone(self.zone).date()

    @property
    def billing_npi(self) -> str:
        """The clinic's own NPI, or the organization's; empty when neither is known."""
        return self.npi or self.organization.npi


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save a user; without a password they cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save a superuser: no exemption from any rule follows from it."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who works here; signs in with an e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, editable=False)  # its password is known: nobody without DEMO=1
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return f"User #{self.pk}"

    def get_full_name(self) -> str:
        """The name, for Django's own pages."""
        return self.name


class Membership(models.Model):
    """A user's role in a clinic."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "clinic"], name="one_role_per_user_and_clinic")]

    def __str__(self) -> str:
        return f"Membership #{self.pk}"


class ApiToken(Coded):
    """A key for the API: acts as one user in one clinic. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"ApiToken #{self.pk}"


class Provider(Coded, Versioned):
    """Someone who treats patients. Who left a clinic is not among its `clinics` and stays with the visits of before."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="providers")
    clinics = models.ManyToManyField(Clinic, related_name="providers")
    first_name = models.CharField(max_length=35)
    last_name = models.CharField(max_length=60)
    npi = models.CharField("NPI", max_length=10, validators=[validate_npi])
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["last_name", "first_name"]
        constraints = [models.UniqueConstraint(fields=["organization", "npi"], name="one_provider_per_npi")]

    def __str__(self) -> str:
        return f"Provider #{self.pk}"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"
