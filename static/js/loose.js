// Photos to assign: many chosen or dropped at once, also a folder; sent one by one, so that a bad one spoils nothing.
//
//   data-loose             the form, with data-most (how many at once); [data-loose-drop] takes dropped files and folders
//   data-loose-progress    shown while photos are sent, with [data-loose-said] and a <progress>
//   data-loose-refused     a list of the photos that were not taken, each with its reason
"use strict";

(() => {
  const form = document.querySelector("[data-loose]");
  if (!form) return;
  const { smaller } = window.frontdeskPhotos; // shrink.js
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-loose-drop]");
  const progress = form.querySelector("[data-loose-progress]");
  const said = form.querySelector("[data-loose-said]");
  const refused = form.querySelector("[data-loose-refused]");
  const most = Number(form.dataset.most);
  let busy = false;

  const byName = (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true });
  const isPhoto = (file) => ["image/jpeg", "image/png"].includes(file.type);

  /** Send one photo and return why it was not taken, "" when it was. */
  async function send(file, lot, place) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("lot", lot);
    body.append("place", String(place));
    body.append("photo", await smaller(file), "card.jpg");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok) return "It did not arrive. Add it once more.";
      return (await answer.json()).refused;
    } catch {
      return "The connection was lost. Add it once more.";
    }
  }

  function refuse(name, why) {
    const row = document.createElement("li");
    row.className = "field__error";
    row.textContent = name ? `${name}: ${why}` : why;
    refused.append(row);
  }

  async function sendAll(files) {
    if (busy || !files.length) return;
    busy = true;
    refused.replaceChildren();
    const photos = files.filter(isPhoto).sort(byName);
    const others = files.length - photos.length;
    if (others) refuse("", `${others} ${others === 1 ? "file is no photo" : "files are no photos"} (JPEG or PNG) and ${others === 1 ? "was" : "were"} left out.`);
    if (photos.length > most) refuse("", `These are more than ${most} photos. The first ${most} are taken; add the rest after them.`);
    const taken = photos.slice(0, most);
    const lot = crypto.randomUUID ? crypto.randomUUID() : form.elements.lot.value;
    const bar = progress.querySelector("progress");
    progress.hidden = taken.length === 0;
    bar.max = taken.length;
    for (const [place, file] of taken.entries()) {
      said.textContent = `Photo ${place + 1} of ${taken.length} is sent.`;
      bar.value = place;
      const why = await send(file, lot, place);
      if (why) refuse(file.name, why);
    }
    progress.hidden = true;
    input.value = "";
    busy = false;
    if (taken.length) await window.htmx.ajax("GET", form.dataset.page ?? window.location.pathname, { target: "#loose-piles", swap: "outerHTML" });
  }

  // ---- chosen, dropped (a folder too) -------------------------------------------------------------------------------

  /** Return the files of a dropped file or folder. */
  async function filesOf(entry) {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return found;
      for (const one of some) found.push(...(await filesOf(one)));
    }
  }

  const sendChosen = () => sendAll([...input.files]);
  input.addEventListener("change", sendChosen);
  sendChosen(); // chosen before this ran

  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => event.preventDefault());

  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const loose = [...event.dataTransfer.files]; // after the first wait the browser has emptied it
    try {
      await sendAll(entries.length ? (await Promise.all(entries.map(filesOf))).flat() : loose);
    } catch {
      refuse("", "This folder cannot be read. Choose its photos instead.");
    }
  });
})();
