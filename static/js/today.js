// Today follows what others do: every few seconds it asks whether the day has changed, and changes what has.
//
//   #arrivals              what is kept up to date; data-stamp says what it shows, data-day of which day
//   data-live="…"          a part beside the lines (lead, filters, empty): taken over whole
//   tr[id][data-stamp]     a line: taken over when its stamp is another
//
// Nothing changes under a person: a line or a part that has the focus or an open menu waits until it is left.
"use strict";

(() => {
  const EVERY = 4000; // milliseconds
  const live = document.getElementById("arrivals");
  if (!live) return;

  const look = () => {
    if (document.visibilityState === "visible") window.htmx.trigger(live, "look");
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);

  live.addEventListener("htmx:configRequest", (event) => {
    if (event.target === live) event.detail.parameters = { stamp: live.dataset.stamp };
  });

  live.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== live || event.detail.xhr.status !== 200) return;
    event.detail.shouldSwap = false;
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const next = answer.getElementById("arrivals");
    if (!next) return;
    if (next.dataset.day === live.dataset.day) takeOver(answer, next);
    else if (!isBusy(live)) location.reload(); // a new day has begun
  });

  const isBusy = (part) => part.contains(document.activeElement) || part.querySelector("details[open]") !== null;

  /** Change what differs; where something had to wait, the old stamp stays, and the next look brings it again. */
  function takeOver(answer, next) {
    const lines = live.querySelector("tbody");
    const nextLines = next.querySelector("tbody");
    let waits = !takePart(document, answer, "lead");
    if (Boolean(lines) !== Boolean(nextLines)) waits = !takeWhole(next) || waits;
    else {
      waits = !takePart(live, next, "filters") || waits;
      if (lines) waits = !takeLines(lines, nextLines) || waits;
      else waits = !takePart(live, next, "empty") || waits;
    }
    if (!waits) live.dataset.stamp = next.dataset.stamp;
  }

  function takeWhole(next) {
    if (isBusy(live)) return false;
    live.replaceChildren(...next.childNodes);
    return true;
  }

  function takePart(here, there, name) {
    const selector = `[data-live="${name}"]`;
    const part = here.querySelector(selector);
    const fresh = there.querySelector(selector);
    if (!part || !fresh || part.innerHTML === fresh.innerHTML) return true;
    if (isBusy(part)) return false;
    part.replaceChildren(...fresh.childNodes);
    return true;
  }

  /** Bring the lines into the new order, keeping each that is the same or in use. */
  function takeLines(lines, nextLines) {
    const known = new Map([...lines.rows].map((line) => [line.id, line]));
    let at = lines.firstElementChild;
    let done = true;
    for (const fresh of [...nextLines.rows]) {
      const line = known.get(fresh.id);
      const isSame = line?.dataset.stamp === fresh.dataset.stamp;
      const stays = line && (isSame || isBusy(line));
      known.delete(fresh.id);
      if (stays && !isSame) done = false;
      if (line && !stays) {
        if (at === line) at = line.nextElementSibling;
        line.remove();
      }
      const wanted = stays ? line : document.adoptNode(fresh);
      if (wanted === at) at = at.nextElementSibling;
      else if (!stays || !isBusy(wanted)) lines.insertBefore(wanted, at);
    }
    for (const gone of known.values()) {
      if (isBusy(gone)) done = false;
      else gone.remove();
    }
    return done;
  }
})();
