"""The calls we make to CardScan. Each raises the four errors of core.http. See docs/vendors/cardscan.md."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from core.http import OutcomeUnknown, Rejected, VendorAnswer, VendorSession

from . import wire

VENDOR = "cardscan"
DEADLINE = 20.0
UPLOAD_DEADLINE = 60.0
FORM_SECONDS = 600
PAGE = 100  # cards of one page of the list
# Photos go to CardScan's S3 buckets and come from them; the sandbox keeps them itself.
PHOTO_HOSTS = ".amazonaws.com"
PAGE_HOSTS = ".cardscan.ai"
LARGEST_PHOTO = 12_000_000
# What goes in one call: those who carry such calls end them at 6 MB, and some write a photo down a third longer.
LARGEST_DIRECT = 4_000_000
# These say that CardScan takes no photo in this way, or none from us: it looked at none.
NOT_THIS_WAY = frozenset({403, 404, 405, 411, 413, 415})

_kept = threading.local()


class CardScanClient:
    """CardScan's REST API with one key. Belongs to one thread, like its session."""

    def __init__(self, base_url: str, api_key: str) -> None:
        """Open nothing yet. `base_url` ends in /v1."""
        self.base_url, self._key = base_url.rstrip("/"), api_key
        self._session = VendorSession(VENDOR, base_url, connect=5, read=DEADLINE, total=DEADLINE, max_bytes=5_000_000)
        self._photos = VendorSession(VENDOR, base_url, total=UPLOAD_DEADLINE, max_bytes=LARGEST_PHOTO)

    def create_card(self, *, both_sides: bool, reference: str) -> wire.ScannedCard:
        """Open a card; `reference` is our opaque id of it."""
        answer = self._ask("POST", "/cards", json_bytes=wire.build_create(both_sides=both_sides, reference=reference))
        return self._card(answer)

    def send_photo(self, card_id: str, side: str, jpeg: bytes, *, by_form: bool = False) -> None:
        """Send the photo of a side, "front" or "back": in one call, or with an upload form, which takes a call more.

        The form is for large photos, where CardScan takes none directly, and where it is asked for (`by_form`). What
        CardScan finds wrong with a photo that it was sent directly is unclear: it may have it.
        """
        if by_form or not settings.CARDSCAN_DIRECT_UPLOAD or len(jpeg) > LARGEST_DIRECT:
            return self._send_by_form(card_id, side, jpeg)
        try:
            self._send_directly(card_id, side, jpeg)
        except Rejected as refused:
            if refused.status == 401:
                raise
            if refused.status not in NOT_THIS_WAY:
                raise OutcomeUnknown.because(refused, refused.why) from None
            self._send_by_form(card_id, side, jpeg)

    def _send_directly(self, card_id: str, side: str, jpeg: bytes) -> None:
        answer = self._ask(
            "POST",
            f"/cards/{quote(card_id, safe='')}/upload",
            headers={"Content-Type": "image/jpeg"},
            params=wire.build_upload_request(side),
            data=jpeg,
            total=UPLOAD_DEADLINE,
        )
        try:
            wire.check_direct_upload(answer.json(), card_id)
        except wire.Unreadable as error:
            raise _unreadable(error, answer) from None

    def _send_by_form(self, card_id: str, side: str, jpeg: bytes) -> None:
        answer = self._ask(
            "POST",
            f"/cards/{quote(card_id, safe='')}/generate-upload-url",
            params={"expiration": FORM_SECONDS},
            json_bytes=json.dumps(wire.build_upload_request(side)).encode(),
        )
        try:
            form = wire.parse_upload_form(answer.json())
        except wire.Unreadable as error:
            raise _unreadable(error, answer) from None
        self._post_form(form, side, jpeg)

    def get_card(self, card_id: str) -> wire.ScannedCard:
        """Return the card as it stands."""
        return self._card(self._ask("GET", f"/cards/{quote(card_id, safe='')}"))

    def is_deleted(self, card_id: str) -> bool:
        """Return whether the vendor has deleted the card: it says so, or knows no such card any more."""
        answer = self._ask("GET", f"/cards/{quote(card_id, safe='')}", answers={404})
        return answer.status == 404 or self._card(answer).deleted

    def delete_card(self, card_id: str) -> None:
        """Delete the card with its photos and results; a card that is gone already is deleted too.

        Any other answer than these two says nothing: photos of a card must not stay because an error came with 200.
        """
        answer = self._ask("DELETE", f"/cards/{quote(card_id, safe='')}", answers={404})
        if answer.status not in wire.DELETED:
            raise _unreadable(wire.Unreadable("it does not say whether the card is deleted"), answer)

    def flag_card(self, card_id: str, flag_type: str, message: str = "") -> None:
        """Tell CardScan that a result is wrong: one of `wire.FLAG_TYPES`, and what a person wrote about it.

        What the answer holds is not documented, so any 2xx counts. Raises ValueError for another type.
        """
        self._ask("POST", f"/cards/{quote(card_id, safe='')}/flag", json_bytes=wire.build_flag(flag_type, message))

    def session_for(self, user_id: str) -> str:
        """Return a session token for one user of ours; `user_id` is opaque, and never two people's."""
        answer = self._ask("GET", "/access-token", params={"user_id": user_id})
        try:
            return wire.parse_session(answer.json())
        except wire.Unreadable as error:
            raise _unreadable(error, answer) from None

    def magic_link(self, session: str) -> wire.MagicLink:
        """Return a link to CardScan's own page, where a phone scans for the user of the session."""
        answer = self._ask("GET", "/generate-magic-link", key=session)
        try:
            link = wire.parse_magic_link(answer.json())
        except wire.Unreadable as error:
            raise _unreadable(error, answer) from None
        if not self._may_be_shown(link.address):
            raise Rejected(VENDOR, "made a link that is none of its own")
        return link

    def fetch_photo(self, url: str) -> bytes:
        """Return the image behind an address that CardScan issued for a card; no key of ours goes with it."""
        if not self._is_for_photos(url):
            raise Rejected(VENDOR, "issued an address of a photo that is none of its own")
        return self._photos.ask("GET", "", absolute_url=url).body

    def list_cards(self, cursor: str = "", *, session: str = "") -> wire.CardList:
        """Return a page of the cards that are kept there; `cursor` is the one of the page before, "" for the first.
        With a session token only those of its user are."""
        wanted = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
        answer = self._ask("GET", "/cards", key=session, params=wanted)
        try:
            return wire.parse_list(answer.json())
        except wire.Unreadable as error:
            raise _unreadable(error, answer) from None

    def check_key(self) -> None:
        """Ask something harmless; raises core.http's errors when the key is not taken, or it is not CardScan."""
        answer = self._ask("GET", "/cards", params={"limit": 1})
        if not wire.is_list(answer.json()):
            raise _unreadable(wire.Unreadable("the answer is no list of cards"), answer)

    def _ask(
        self, method: str, path: str, *, key: str = "", headers: Mapping[str, str] | None = None, **options: Any
    ) -> VendorAnswer:
        sent = {"Authorization": f"Bearer {key or self._key}", **(headers or {})}
        return self._session.ask(method, path, headers=sent, **options)

    def _card(self, answer: VendorAnswer) -> wire.ScannedCard:
        try:
            return wire.parse_card(answer.json())
        except wire.Unreadable as error:
            raise _unreadable(error, answer) from None

    def _post_form(self, form: wire.UploadForm, side: str, jpeg: bytes) -> None:
        """Post the form as S3 wants it: every field untouched, the file last, and no key of ours."""
        if not self._is_for_photos(form.url):
            raise Rejected(VENDOR, "issued an upload address that is none of its own")
        answer = self._session.ask(
            "POST",
            "",
            absolute_url=form.url,
            data=form.parameters,
            files={"file": (f"{side}.jpg", jpeg, "image/jpeg")},
            total=UPLOAD_DEADLINE,
        )
        if answer.status != form.success:
            raise _unreadable(wire.Unreadable("it does not say whether the photo is there"), answer)

    def _is_for_photos(self, url: str) -> bool:
        """Return whether photos may go to `url` and come from it: CardScan's own origin, or an S3 bucket over https."""
        return self._is_theirs(url, PHOTO_HOSTS)

    def _may_be_shown(self, url: str) -> bool:
        """Return whether `url` may be shown as CardScan's own page: its own origin, or a host of its over https."""
        return self._is_theirs(url, PAGE_HOSTS)

    def _is_theirs(self, url: str, hosts: str) -> bool:
        try:
            target, own = urlsplit(url), urlsplit(self.base_url)
            port = target.port
        except ValueError:  # it is no address at all
            return False
        if target.username or target.password:
            return False
        if (target.scheme, target.netloc) == (own.scheme, own.netloc):
            return True
        usual = target.scheme == "https" and port in {None, 443}
        return usual and (target.hostname or "").endswith(hosts)


def client() -> CardScanClient:
    """Return this thread's client for the configured CardScan."""
    wanted = (settings.CARDSCAN_URL, settings.CARDSCAN_API_KEY)
    if getattr(_kept, "wanted", None) != wanted:
        _kept.wanted, _kept.client = wanted, CardScanClient(*wanted)
    return _kept.client


def _unreadable(error: wire.Unreadable, answer: VendorAnswer) -> OutcomeUnknown:
    why = f"sent an answer we cannot use ({error})"
    return OutcomeUnknown(VENDOR, why, status=answer.status, request_id=answer.request_id)
