"""Sends hostile uploads as a browser does, and says what came of each."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from django.test import Client
from django.urls import reverse

from intake import images
from intake.models import CardScan
from tests.bad_input.corpus import Upload

_BOUNDARY = "frontdesk-bad-input"
SENTENCES = {images.EMPTY, images.TOO_BIG, images.HEIC, images.PDF, images.DIED, *images.REFUSALS.values()}
# A name that no file has (".") leaves nothing of the file, or of the whole request.
NOT_SENT, NOT_READ = "Choose a photo of the card first.", "choose the file again, and send it once more."


@dataclass(frozen=True)
class Decision:
    """What the page answered: its status, the sentence of a refusal, and how long the answer took."""

    upload: Upload
    status: int
    sentence: str
    seconds: float
    processor: float
    died: bool

    @property
    def is_taken(self) -> bool:
        """Return whether the photo was kept."""
        return self.status == 302

    @property
    def is_decided(self) -> bool:
        """Return whether it was kept, or refused with a sentence of ours."""
        return self.is_taken or (self.status == 400 and bool(self.sentence))


class Desk:
    """A clerk's browser on the page of one draft card."""

    def __init__(self, client: Client, card: CardScan) -> None:
        self.client, self.url = client, reverse("card-photo", args=[card.code, "front"])
        client.raise_request_exception = False

    def send(self, upload: Upload) -> Decision:
        """Upload a file under its name, whatever is in it, and read the answer."""
        images.warm_up()
        child, used, started = decoder(), processor_seconds(), time.perf_counter()
        answer = self.client.generic(
            "POST", self.url, _body(upload), content_type=f"multipart/form-data; boundary={_BOUNDARY}"
        )
        took = time.perf_counter() - started
        died = decoder() != child
        sentence = "" if answer.status_code == 302 else _sentence(answer.content.decode())
        return Decision(upload, answer.status_code, sentence, took, processor_seconds() - (0 if died else used), died)


def _sentence(page: str) -> str:
    plain = re.sub(r"&#x27;", "'", page)
    return next((sentence for sentence in sorted({*SENTENCES, NOT_SENT, NOT_READ}) if sentence in plain), "")


def _body(upload: Upload) -> bytes:
    """Return the request as a hostile program writes it: the name goes as it is, but for what would end its line."""
    name = upload.name.replace('"', "%22").replace("\r", "").replace("\n", "").encode("utf-8", "surrogatepass")
    head = b'Content-Disposition: form-data; name="photo"; filename="' + name + b'"\r\nContent-Type: image/jpeg\r\n\r\n'
    line = f"--{_BOUNDARY}".encode()
    return line + b"\r\n" + head + upload.data + b"\r\n" + line + b"--\r\n"


def decoder() -> int:
    """Return the number of the process that decodes."""
    child = images._cleaner._process
    return child.pid if child else 0


def processor_seconds() -> float:
    """Return the processor time that the process which decodes has used so far, as the kernel counts it."""
    try:
        fields = Path(f"/proc/{decoder()}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def peak_megabytes() -> float:
    """Return the most memory that the process which decodes has had, as the kernel counts it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{decoder()}/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else 0.0
