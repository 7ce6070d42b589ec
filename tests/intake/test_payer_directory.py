"""The payers' directory: pages, corrections, merging, and its table."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from core.tables import read_table
from intake.models import CardScan, Coverage, Patient, Payer, PayerAlias, PayerMerge
from intake.services import patients
from intake.services import payer_directory as directory
from intake.services.coverage import Placing, add_coverage
from intake.services.payers import alias_used, learn_alias, match_payer, payer_from_choice
from tests.conftest import Cast


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ana)
    return client


@pytest.fixture
def aetna(cast: Cast) -> Payer:
    payer = payer_from_choice("60054", "Aetna")
    learn_alias(payer, "Open Choice")
    return payer


def cover(cast: Cast, patient: Patient, payer: Payer) -> Coverage:
    today = cast.clinic_a.today()
    values: dict[str, Any] = {"placing": Placing(), "today": today, "payer": payer, "member_id": "W1"}
    return add_coverage(patient=patient, clinic=cast.clinic_a, by=cast.alice, **values)


def test_it_shows_what_is_known_of_each_payer(desk: Client, cast: Cast, emily: Patient, aetna: Payer) -> None:
    cover(cast, emily, aetna)
    aetna.change(None, supports_eligibility=False, phone="800-555-0100")
    page = desk.get(reverse("payer-list")).content.decode()
    for words in ("Aetna", "60054", "By phone only", "Open Choice", "800-555-0100"):
        assert words in page
    assert desk.get(reverse("payer-list"), {"q": "open ch"}).context["rows"][0][0].coverages == 1


def test_it_goes_through_the_whole_directory_page_by_page(desk: Client, cast: Cast) -> None:
    for number in range(60):
        payer_from_choice(f"{number:05}", f"Payer {number % 7}")
    seen, after = [], ""
    for _ in range(3):
        page = desk.get(reverse("payer-list"), {"after": after} if after else {})
        seen += [entry.payer.pk for entry, _, _ in page.context["rows"]]
        after = page.context["after"]
    assert len(seen) == len(set(seen)) == 60 and after == ""


def test_a_page_costs_the_same_whatever_is_on_it(desk: Client, cast: Cast, django_assert_num_queries: Any) -> None:
    payers = [payer_from_choice(f"{number:05}", f"Payer {number}") for number in range(20)]
    for payer in payers:
        learn_alias(payer, f"Alias of {payer.pk}")
    with django_assert_num_queries(3):
        assert len(directory.page_of_payers("").entries) == 20


def form_of(payer: Payer, **changes: str) -> dict[str, str]:
    said = {"name": payer.name, "edi_payer_id": payer.edi_payer_id, "phone": "", "supports_eligibility": ""}
    return said | {"version": str(payer.version)} | changes


def test_an_admin_corrects_a_payer(admin: Client, aetna: Payer) -> None:
    url = reverse("payer-edit", args=[aetna.code])
    admin.post(url, form_of(aetna, name="Aetna Inc", supports_eligibility="no", phone="800"))
    aetna.refresh_from_db()
    assert (aetna.name, aetna.name_key, aetna.supports_eligibility) == ("Aetna Inc", "aetnainc", False)
    page = admin.post(url, form_of(aetna, name="Aetna", version="1"))
    assert page.status_code == 409 and b"Somebody else changed this" in page.content
    assert b"Aetna Inc" in page.content


def test_a_number_that_another_payer_has_is_refused_with_its_name(admin: Client, aetna: Payer) -> None:
    cigna = payer_from_choice("62308", "Cigna")
    page = admin.post(reverse("payer-edit", args=[cigna.code]), form_of(cigna, edi_payer_id="60054"))
    assert page.status_code == 400 and b"Another payer has this: Aetna" in page.content


def test_two_payers_that_are_one_become_one(admin: Client, cast: Cast, emily: Patient, aetna: Payer) -> None:
    other = payer_from_choice("", "Aetna Life")
    learn_alias(other, "Open Choice")
    learn_alias(other, "Managed Choice")
    held = cover(cast, emily, other)
    card = CardScan.objects.create(patient=emily, clinic=cast.clinic_a, payer=other)
    url = reverse("payer-merge", args=[other.code])
    admin.post(url, {"into": str(aetna.code), "version": "1"})
    held.refresh_from_db()
    card.refresh_from_db()
    assert held.payer == card.payer == aetna
    names = PayerAlias.objects.order_by("name").values_list("payer__name", "name", "taught")
    assert list(names) == [("Aetna", "Managed Choice", 1), ("Aetna", "Open Choice", 2)]
    assert match_payer("", "Aetna Life").payer == aetna
    assert admin.get(reverse("payer-detail", args=[other.code])).url == reverse("payer-detail", args=[aetna.code])
    assert other not in Payer.objects.listed() and AuditEvent.objects.filter(action="intake.payer.merged").exists()


def merged(admin: Client, gone: Payer, into: Payer) -> str:
    gone.refresh_from_db()
    sent = {"into": str(into.code), "version": str(gone.version)}
    return admin.post(reverse("payer-merge", args=[gone.code]), sent, follow=True).content.decode()


def taken_apart(admin: Client, gone: Payer) -> str:
    done = PayerMerge.objects.filter(gone=gone).select_related("into").latest("pk")
    url = reverse("payer-take-apart", args=[done.into.code, done.code])
    return admin.post(url, follow=True).content.decode()


def test_two_payers_are_taken_apart_again(admin: Client, cast: Cast, emily: Patient, aetna: Payer) -> None:
    other = payer_from_choice("", "Aetna Life")
    for name in ("Open Choice", "Managed Choice"):
        learn_alias(other, name)
    person = {"first_name": "Walt", "last_name": "Whitman", "birth_date": emily.birth_date}
    walt = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
    went, stayed = cover(cast, emily, other), cover(cast, walt, aetna)
    card = CardScan.objects.create(patient=emily, clinic=cast.clinic_a, payer=other)
    merged(admin, other, aetna)
    learn_alias(aetna, "Managed Choice")
    page = admin.get(reverse("payer-detail", args=[aetna.code])).content.decode()
    assert "Aetna Life was made one with Aetna · 60054 by Ana" in page and "Take them apart" in page
    assert "is a payer of its own again" in taken_apart(admin, other)
    for row in (went, stayed, card, other):
        row.refresh_from_db()
    assert (went.payer, stayed.payer, card.payer, other.merged_into) == (other, aetna, other, None)
    names = PayerAlias.objects.order_by("payer__name", "name").values_list("payer__name", "name", "taught")
    assert list(names) == [
        ("Aetna", "Managed Choice", 1),
        ("Aetna", "Open Choice", 1),
        ("Aetna Life", "Managed Choice", 1),
        ("Aetna Life", "Open Choice", 1),
    ]
    assert "were taken apart already" in taken_apart(admin, other)
    assert "was made one with" in merged(admin, other, aetna)  # and may be made one once more


def weights(*payers: Payer) -> list[int]:
    return [PayerAlias.objects.get(payer=payer, name_key="openchoice").weight for payer in payers]


@pytest.fixture
def heavy(aetna: Payer) -> Payer:
    """A payer that was chosen for the name three times, and outweighs Aetna's one."""
    payer = payer_from_choice("", "Aetna Life")
    for _ in range(3):
        learn_alias(payer, "Open Choice")
    PayerAlias.objects.filter(payer=aetna).update(weight=1)  # chosen for it once more than it lost
    assert match_payer("", "Open Choice").payer == payer
    return payer


def test_taken_apart_a_name_means_the_payer_that_it_meant_before(admin: Client, aetna: Payer, heavy: Payer) -> None:
    PayerAlias.objects.filter(payer=aetna).update(taught=9)  # at a tie of weights it would be Aetna
    merged(admin, heavy, aetna)
    assert weights(aetna) == [3]
    taken_apart(admin, heavy)
    assert weights(aetna, heavy) == [1, 3]
    assert match_payer("", "Open Choice").payer == heavy


@pytest.mark.parametrize(("chosen", "weight"), [(1, 2), (2, 3)])
def test_what_was_taught_since_counts_for_the_one_that_it_was_taught(
    admin: Client, aetna: Payer, heavy: Payer, chosen: int, weight: int
) -> None:
    merged(admin, heavy, aetna)
    for _ in range(chosen):
        learn_alias(aetna, "Open Choice")
    taken_apart(admin, heavy)
    assert weights(aetna, heavy) == [weight, 3]


def test_what_was_taught_since_of_a_third_one_counts_against_it(admin: Client, aetna: Payer, heavy: Payer) -> None:
    PayerAlias.objects.filter(payer=aetna).update(weight=2, taught=2)
    merged(admin, heavy, aetna)
    learn_alias(payer_from_choice("62308", "Cigna"), "Open Choice")
    taken_apart(admin, heavy)
    assert weights(aetna) == [1]


def test_what_was_said_against_a_name_is_kept_through_another_merge(admin: Client, aetna: Payer, heavy: Payer) -> None:
    cigna = payer_from_choice("62308", "Cigna")
    merged(admin, heavy, aetna)
    learn_alias(cigna, "Open Choice")
    third = payer_from_choice("00001", "Third")
    merged(admin, aetna, third)
    taken_apart(admin, aetna)
    taken_apart(admin, heavy)
    assert weights(heavy) == [2]


def test_a_name_that_was_confirmed_after_another_choice_weighs_what_both_say(
    admin: Client, aetna: Payer, heavy: Payer
) -> None:
    """The weight of both hides what was said: three, one less, one more."""
    merged(admin, heavy, aetna)
    learn_alias(payer_from_choice("62308", "Cigna"), "Open Choice")
    alias_used(aetna, "Open Choice")
    assert weights(aetna) == [3]
    taken_apart(admin, heavy)
    assert weights(aetna, heavy) == [1, 2]


def test_a_name_that_was_learned_anew_while_they_were_one_stays_so(admin: Client, aetna: Payer, heavy: Payer) -> None:
    merged(admin, heavy, aetna)
    cigna = payer_from_choice("62308", "Cigna")
    for _ in range(2):
        learn_alias(cigna, "Open Choice")
    assert match_payer("", "Open Choice").payer == cigna
    taken_apart(admin, heavy)
    assert weights(aetna, heavy, cigna) == [0, 1, 2]
    assert match_payer("", "Open Choice").payer == cigna


def test_what_is_taught_of_one_of_two_that_are_one_is_not_said_against_the_other(
    admin: Client, aetna: Payer, heavy: Payer
) -> None:
    PayerAlias.objects.filter(payer=heavy).update(weight=1)
    merged(admin, heavy, aetna)
    for payer in (heavy, aetna):  # the first on a card that was opened before the merge
        learn_alias(payer, "Open Choice")
    assert weights(aetna, heavy) == [2, 1]
    taken_apart(admin, heavy)
    assert weights(aetna, heavy) == [2, 2]


def test_two_that_were_merged_into_one_are_taken_from_it_in_any_order(
    admin: Client, aetna: Payer, heavy: Payer
) -> None:
    second = payer_from_choice("", "Aetna Life Co")
    PayerAlias.objects.create(payer=second, name="Open Choice", taught=3, weight=3)
    for payer in (heavy, second):
        merged(admin, payer, aetna)
    for payer in (heavy, second):
        taken_apart(admin, payer)
    assert weights(aetna, heavy, second) == [1, 3, 3]


def test_a_merge_that_kept_no_earlier_weight_is_taken_apart_too(admin: Client, aetna: Payer, heavy: Payer) -> None:
    merged(admin, heavy, aetna)
    done = PayerMerge.objects.get()
    PayerMerge.objects.filter(pk=done.pk).update(aliases=[kept[:4] for kept in done.aliases])
    assert "is a payer of its own again" in taken_apart(admin, heavy)
    assert weights(aetna, heavy) == [3, 3]


def test_a_name_that_a_merged_payer_was_taught_late_is_added_to_what_it_gets_back(admin: Client, aetna: Payer) -> None:
    other = payer_from_choice("", "Aetna Life")
    learn_alias(other, "Open Choice")
    merged(admin, other, aetna)
    learn_alias(other, "Open Choice")  # a card that was opened before the merge
    assert "is a payer of its own again" in taken_apart(admin, other)
    names = PayerAlias.objects.order_by("payer__name").values_list("payer__name", "taught")
    assert list(names) == [("Aetna", 1), ("Aetna Life", 2)]


def test_what_was_given_to_another_payer_since_stays_there(
    admin: Client, cast: Cast, emily: Patient, aetna: Payer
) -> None:
    other, third = payer_from_choice("", "Aetna Life"), payer_from_choice("62308", "Cigna")
    row = cover(cast, emily, other)
    merged(admin, other, aetna)
    row.refresh_from_db()
    row.change(None, payer=third)
    taken_apart(admin, other)
    row.refresh_from_db()
    assert row.payer == third


def test_of_three_that_became_one_the_last_is_taken_apart_first(
    admin: Client, cast: Cast, emily: Patient, aetna: Payer
) -> None:
    first, second = payer_from_choice("", "Aetna Life"), payer_from_choice("", "Aetna Life Co")
    row = cover(cast, emily, first)
    merged(admin, first, second)
    merged(admin, second, aetna)
    page = admin.get(reverse("payer-detail", args=[first.code]), follow=True).content.decode()
    assert "made one with Aetna Life Co by" in page and "which is one with Aetna · 60054 now" in page
    assert "Take these apart first." in taken_apart(admin, first)
    for gone, payer in ((second, second), (first, first)):
        taken_apart(admin, gone)
        row.refresh_from_db()
        assert row.payer == payer
    assert set(Payer.objects.listed()) == {first, second, aetna}


def test_a_stale_page_says_who_merged_it_and_when(admin: Client, cast: Cast, aetna: Payer) -> None:
    other = payer_from_choice("", "Aetna Life")
    stale = form_of(other, phone="800")
    merged(admin, other, aetna)
    again = merged(admin, other, aetna)
    assert "Aetna Life was made one with Aetna · 60054 by Ana" in again and "Nothing more is done." in again
    page = admin.post(reverse("payer-edit", args=[other.code]), stale, follow=True).content.decode()
    assert "Nothing is saved." in page and "was made one with" in page


def test_what_an_admin_said_of_a_payer_says_so(admin: Client, aetna: Payer) -> None:
    url = reverse("payer-edit", args=[aetna.code])
    admin.post(url, form_of(aetna, supports_eligibility="no"))
    assert b"as an admin said on" in admin.get(reverse("payer-detail", args=[aetna.code])).content
    aetna.refresh_from_db()
    admin.post(url, form_of(aetna))
    aetna.refresh_from_db()
    assert (aetna.supports_eligibility, aetna.eligibility_said_at) == (None, None)


def test_the_payer_with_a_number_stays(admin: Client, aetna: Payer) -> None:
    other = payer_from_choice("", "Aetna Life")
    page = admin.post(reverse("payer-merge", args=[aetna.code]), {"into": str(other.code), "version": "1"}, follow=True)
    assert b"Merge the other way round" in page.content and aetna in Payer.objects.listed()


@pytest.mark.parametrize("into", ["", "no-code", "self"])
def test_a_payer_is_not_merged_into_nothing(admin: Client, aetna: Payer, into: str) -> None:
    code = str(aetna.code) if into == "self" else into
    page = admin.post(reverse("payer-merge", args=[aetna.code]), {"into": code, "version": "1"}, follow=True)
    assert b"One of the two was changed meanwhile." in page.content and aetna in Payer.objects.listed()


def test_a_payer_is_not_merged_into_one_that_went_meanwhile(cast: Cast, aetna: Payer) -> None:
    first, second = payer_from_choice("", "Aetna Life"), payer_from_choice("", "Aetna Life Co")
    seen = Payer.objects.get(pk=second.pk)
    directory.merge_payers(second, aetna, by=cast.ana, version=second.version)
    with pytest.raises(ValueError, match="another one of the directory"):
        directory.merge_payers(first, seen, by=cast.ana, version=first.version)
    with pytest.raises(ValueError, match="another one of the directory"):
        directory.merge_payers(second, first, by=cast.ana, version=second.version)
    assert first in Payer.objects.listed()


def test_a_wrong_name_is_forgotten(admin: Client, aetna: Payer) -> None:
    admin.post(reverse("payer-alias-remove", args=[aetna.code]), {"alias": "openchoice"})
    assert not PayerAlias.objects.exists() and match_payer("", "Open Choice").payer is None


# ---- the table ------------------------------------------------------------------------------------------------------


def bring_in(admin: Client, data: bytes) -> Any:
    page = admin.post(reverse("payer-import"), {"file": SimpleUploadedFile("payers.csv", data)}, follow=True)
    return admin.post(page.redirect_chain[-1][0], follow=True)


def everything() -> list[Any]:
    payers = Payer.objects.order_by("name").values_list("edi_payer_id", "name", "phone", "supports_eligibility")
    aliases = PayerAlias.objects.order_by("name").values_list("payer__name", "name", "taught", "weight")
    return [*payers, *aliases]


def test_what_is_given_out_comes_in_again_and_adds_nothing_twice(admin: Client, aetna: Payer) -> None:
    learn_alias(aetna, "Open Choice")
    aetna.change(None, supports_eligibility=True)
    payer_from_choice("", "=County Fund")
    before, data = everything(), admin.get(reverse("payer-export")).content
    assert b"'=County Fund" in data
    page = bring_in(admin, data)
    assert everything() == before and [outcome.word for _, outcome in page.context["counts"]] == ["Here already"]
    PayerAlias.objects.all().delete()
    Payer.objects.all().delete()
    bring_in(admin, data)
    assert everything() == before


def test_good_payers_come_in_and_bad_ones_come_back(admin: Client, aetna: Payer) -> None:
    text = (
        "Payer ID,Payer name,Supports eligibility,Alias,Count\n"
        "62308,Cigna,no,Cigna Healthcare,4\n"
        "62308,Cigna,no,Great-West,2\n"
        "60054,Another spelling,yes,,\n"
        ",***,maybe,,many\n"
    )
    page = bring_in(admin, text.encode())
    cigna = Payer.objects.get(edi_payer_id="62308")
    assert cigna.supports_eligibility is False and cigna.aliases.count() == 2
    aetna.refresh_from_db()
    assert (aetna.name, aetna.supports_eligibility) == ("Aetna", True)
    link = reverse("payer-refused", args=[page.context["upload"].code])
    row = read_table(admin.get(link).content).rows[0]
    assert row.cells[:5] == ["", "***", "maybe", "", "many"]
    text = "Payer,Alias,Count\nMeritain,Meritain H,00000000199999999999\n"
    assert "How often: Write a whole number" in bring_in(admin, text.encode()).content.decode()
    for words in ("Answers electronically: Write yes", "How often: Write a whole number", "Payer: Write the payer"):
        assert words in row.cells[5]


def test_a_file_that_names_no_payer_is_refused(admin: Client) -> None:
    page = admin.post(reverse("payer-import"), {"file": SimpleUploadedFile("x.csv", b"Colour\nred\n")})
    assert b"No column names a payer." in page.content
