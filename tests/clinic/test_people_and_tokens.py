"""Roles, clinics, people and API tokens."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import services, tokens
from clinic.access import providers_for
from clinic.models import ApiToken, Membership, Provider, Role, User
from clinic.npi import is_npi
from core.models import AuditEvent


@pytest.mark.parametrize("who", ["alice", "bo", "charlie"])
def test_only_admins_change_the_clinic(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("settings-home")).status_code == 403


def test_someone_without_a_clinic_is_told_so(client, cast):
    client.force_login(User.objects.create_user("new@clinic.test", "x", name="New"))
    response = client.get(reverse("operations"))
    assert response.status_code == 403
    assert b"belong to no clinic" in response.content


def test_an_admin_sees_and_changes_the_clinic(client, cast):
    client.force_login(cast.ana)
    page = client.get(reverse("settings-home"))
    assert b"Bo Lindqvist" in page.content
    assert b"Charlie" not in page.content, "another clinic's people"
    client.post(reverse("settings-home"), typed(page, name="Riverside Main", time_zone="America/New_York"))
    cast.clinic_a.refresh_from_db()
    assert (cast.clinic_a.name, cast.clinic_a.time_zone) == ("Riverside Main", "America/New_York")
    event = AuditEvent.objects.get(action="clinic.changed")
    assert sorted(event.facts["fields"]) == ["name", "time_zone"]


def typed(page, **values):
    """Return what a browser posts of the clinic's form, with some of it typed anew."""
    initial = {**page.context["form"].initial, **values}
    return {key: "" if value is None else value for key, value in initial.items()}


def test_two_admins_who_edit_the_clinic_lose_nothing(client, cast):
    client.force_login(cast.ana)
    page = client.get(reverse("settings-home"))
    services.change_clinic(cast.clinic_a, version=1, by=cast.ade, phone="217-555-0199")
    late = client.post(reverse("settings-home"), typed(page, name="Riverside Main", phone=""))
    cast.clinic_a.refresh_from_db()
    assert (cast.clinic_a.name, cast.clinic_a.phone) == ("Riverside Clinic", "217-555-0199")
    assert late.status_code == 409
    shown = late.content.decode()
    assert "Somebody else changed the clinic" in shown and "Phone: 217-555-0199" in shown
    assert 'value="Riverside Main"' in shown, "what was typed stays in the form"
    again = late.context["form"].data
    assert client.post(reverse("settings-home"), again).status_code == 302
    cast.clinic_a.refresh_from_db()
    assert (cast.clinic_a.name, cast.clinic_a.phone, cast.clinic_a.version) == ("Riverside Main", "", 3)


def test_a_wrong_npi_and_zone_are_said_beside_the_field(client, cast):
    client.force_login(cast.ana)
    response = client.post(reverse("settings-home"), {"name": "x", "time_zone": "Mars", "npi": "1234567890"})
    assert {"time_zone", "npi"} <= set(response.context["form"].errors)
    assert response.context["clinic"].name == "Riverside Clinic", "the page still names the clinic as it is"
    cast.clinic_a.refresh_from_db()
    assert cast.clinic_a.npi == "1234567893"


def test_an_admin_adds_and_removes_people_but_not_themselves(client, cast):
    client.force_login(cast.ana)
    add = {"name": "Dee", "email": "dee@clinic.test", "role": "BILLING", "password": "a good long phrase"}
    client.post(reverse("person-add"), add)
    member = Membership.objects.get(user__email="dee@clinic.test")
    assert (member.clinic, member.role) == (cast.clinic_a, "BILLING")
    client.post(reverse("person-remove", args=[member.pk]))
    assert not Membership.objects.filter(pk=member.pk).exists()
    own = Membership.objects.get(user=cast.ana)
    client.post(reverse("person-remove", args=[own.pk]))
    assert Membership.objects.filter(pk=own.pk).exists()
    response = client.post(reverse("person-add"), {**add, "email": cast.ana.email})
    assert response.status_code == 422
    other = Membership.objects.get(user=cast.charlie)
    assert client.post(reverse("person-remove", args=[other.pk])).status_code == 404


def test_an_admin_gives_a_new_first_password(client, cast):
    client.force_login(cast.ana)
    given = {"member": cast.alice.pk, "new_password": "a good long phrase"}
    assert client.post(reverse("person-password"), {**given, "new_password": "short"}).status_code == 422
    assert client.post(reverse("person-password"), given).status_code == 302
    cast.alice.refresh_from_db()
    assert cast.alice.check_password("a good long phrase")
    event = AuditEvent.objects.get(action="clinic.member.password_set")
    assert (event.actor, event.target_pk, event.facts) == (cast.ana, cast.alice.pk, {})


def test_with_a_password_an_admin_becomes_nobody_they_may_not_be(client, cast):
    """Not another admin, who approves what they prepared; not somebody who works in a clinic they do not see."""
    Membership.objects.create(user=cast.bo, clinic=cast.clinic_b, role=Role.BILLING)
    client.force_login(cast.ana)
    for member in (cast.ana, cast.ade, cast.bo, cast.charlie):
        given = {"member": member.pk, "new_password": "a good long phrase"}
        assert client.post(reverse("person-password"), given).status_code == 422
        member.refresh_from_db()
        assert member.check_password("correct horse battery")


def test_one_provider_per_npi(client, cast):
    client.force_login(cast.ana)
    client.post(reverse("provider-add"), {"first_name": "N", "last_name": "W", "npi": cast.provider.npi})
    assert Provider.objects.count() == 1
    response = client.post(reverse("provider-add"), {"first_name": "N", "last_name": "W", "npi": "1234567890"})
    assert response.status_code == 422


def test_a_provider_is_corrected(client, cast):
    client.force_login(cast.ana)
    url = reverse("provider-edit", args=[cast.provider.code])
    typed = {"first_name": "Nora", "last_name": "Wells", "npi": cast.provider.npi}
    assert client.get(url).context["form"]["version"].value() == 1
    assert client.post(url, typed | {"version": 1}).url == reverse("settings-home")
    cast.provider.refresh_from_db()
    assert cast.provider.name == "Nora Wells"
    assert AuditEvent.objects.get(action="clinic.provider.changed").facts["fields"] == ["last_name"]
    stale = client.post(url, typed | {"version": 1, "last_name": "Welles"})
    assert stale.status_code == 409 and b"Nora Wells, NPI" in stale.content and b'value="Welles"' in stale.content
    assert client.post(url, typed | {"version": 2, "npi": "1234567890"}).status_code == 422
    other = Provider.objects.create(
        organization=cast.clinic_a.organization, first_name="Walt", last_name="Gray", npi="1245319599"
    )
    assert b"Another provider has this NPI" in client.post(url, typed | {"version": 2, "npi": other.npi}).content


def test_a_provider_who_left_is_offered_for_nothing_new_and_may_come_back(client, cast):
    client.force_login(cast.ana)
    client.post(reverse("provider-left", args=[cast.provider.code]))
    assert not providers_for(cast.clinic_a).exists() and Provider.objects.filter(pk=cast.provider.pk).exists()
    assert AuditEvent.objects.filter(action="clinic.provider.left").exists()
    assert client.get(reverse("provider-edit", args=[cast.provider.code])).status_code == 404
    client.post(reverse("provider-add"), {"first_name": "N", "last_name": "W", "npi": cast.provider.npi})
    assert list(providers_for(cast.clinic_a)) == [cast.provider]


def test_it_changes_between_own_clinics_only(client, cast):
    Membership.objects.create(user=cast.alice, clinic=cast.clinic_b, role=Role.FRONT_DESK)
    client.force_login(cast.alice)
    client.post(reverse("clinic-switch"), {"clinic": str(cast.clinic_b.code)})
    assert client.get(reverse("operations")).context["request"].clinic == cast.clinic_b
    client.force_login(cast.charlie)
    assert client.post(reverse("clinic-switch"), {"clinic": str(cast.clinic_a.code)}).status_code == 404


class TestTokens:
    URL = "/api/v1/patients/"

    def ask(self, client, token):
        return client.get(self.URL, headers={"Authorization": f"Bearer {token}"})

    @pytest.fixture
    def token(self, cast):
        return tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=cast.ana, now=timezone.now())

    def test_only_a_digest_is_kept(self, token):
        assert token not in str(ApiToken.objects.values().get())

    def test_it_acts_as_its_user(self, client, token):
        assert self.ask(client, token).status_code == 200

    def test_no_token_and_a_wrong_one_are_401_in_a_problem_document(self, client, token):
        for given in ("", token + "x"):
            response = self.ask(client, given) if given else client.get(self.URL)
            assert response.status_code == 401
            assert response["Content-Type"].startswith("application/problem+json")
            assert response["WWW-Authenticate"] == "Bearer"

    def test_it_ends_when_revoked_expired_or_its_user_left(self, client, cast, token):
        row = ApiToken.objects.get()
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert self.ask(client, token).status_code == 401
        ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
        tokens.revoke(row, by=cast.ana, now=timezone.now())
        assert self.ask(client, token).status_code == 401
        ApiToken.objects.update(revoked_at=None)
        assert self.ask(client, token).status_code == 200
        Membership.objects.filter(user=cast.alice).delete()
        assert self.ask(client, token).status_code == 401

    def test_it_ends_for_good_when_its_user_is_removed(self, client, cast, token):
        services.remove_member(Membership.objects.get(user=cast.alice), by=cast.ana)
        assert ApiToken.objects.get().revoked_at is not None
        Membership.objects.create(user=cast.alice, clinic=cast.clinic_a, role=Role.FRONT_DESK)
        assert self.ask(client, token).status_code == 401, "coming back does not bring the key back"

    def test_it_acts_as_nobody_once_its_user_is_an_admin(self, client, cast, token):
        Membership.objects.filter(user=cast.alice).update(role=Role.ADMIN)
        assert self.ask(client, token).status_code == 401

    def test_a_demo_logins_key_is_nobodys_without_demo(self, client, cast, token, settings):
        User.objects.filter(pk=cast.alice.pk).update(is_demo=True)
        for settings.DEMO, status in ((False, 401), (True, 200)):
            assert self.ask(client, token).status_code == status

    def test_an_admin_makes_a_key_that_is_shown_once(self, client, cast):
        client.force_login(cast.ana)
        page = client.post(reverse("token-add"), {"name": "scanner", "person": cast.alice.pk})
        token = page.context["new_token"]
        assert token.encode() in page.content
        assert token.encode() not in client.get(reverse("settings-home")).content
        response = client.post(reverse("token-add"), {"name": "x", "person": cast.ade.pk})
        assert response.status_code == 422, "no key acts as an admin"
        client.post(reverse("token-revoke", args=[ApiToken.objects.get().code]))
        assert self.ask(client, token).status_code == 401


@pytest.mark.parametrize("npi", ["1234567893", "1134673957", "1993999998", "2000000002"])
def test_a_good_npi(npi):
    assert is_npi(npi)


@pytest.mark.parametrize(
    "npi", ["1234567890", "2000000000", "3234567893", "123456789", "12345678931", "", "\u0661" * 10]
)
def test_a_bad_npi(npi):
    assert not is_npi(npi)
