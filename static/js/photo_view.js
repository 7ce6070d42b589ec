// The photos beside the lines of a card: side, turn, size, and the light on the place of the line that has the focus.
//
//   data-photos                the photos; data-photo="front" is the frame of a side, [data-photo-sheet] what scrolls in it, [data-photo-turned] what turns in that
//   data-photo-show, -turn, -zoom="in|out"   their buttons
//   data-place="front" data-place-box="x y w h"   on a line: where its value stands, as fractions of that side's photo
//   data-photo-note="front"   what is said of the photo of a side
"use strict";

(() => {
  const CLOSEST = 3; // times: nearer than this a place is not brought by itself
  const FILLS = { wide: 0.45, high: 0.4 }; // parts of the frame that a place takes at most when it is brought near
  const AROUND = 0.012; // of the photo's width, left free around the value: its letters are placed by their count
  const GLIDES = 220; // milliseconds

  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const views = new WeakMap();

  function viewOf(frame) {
    if (!views.has(frame)) views.set(frame, { turn: 0, zoom: 1, glide: 0 });
    return views.get(frame);
  }

  /** Return the photo's width and height in the frame, before it is turned. */
  function sizeOf(frame, zoom) {
    const picture = frame.querySelector("img");
    const shape = Number(picture.getAttribute("height")) / Number(picture.getAttribute("width"));
    const sideways = viewOf(frame).turn % 180 !== 0;
    const wide = (sideways ? frame.clientWidth / shape : frame.clientWidth) * zoom;
    return { wide, high: wide * shape, sideways };
  }

  /** Draw the photo turned and sized. The frame scrolls and keeps its own height, so that nothing around it jumps. */
  function draw(frame) {
    const { turn, zoom } = viewOf(frame);
    const sheet = frame.querySelector("[data-photo-sheet]");
    const { wide, high, sideways } = sizeOf(frame, zoom);
    const whole = sizeOf(frame, 1);
    frame.style.height = `${(sideways ? whole.wide : whole.high) + frame.offsetHeight - frame.clientHeight}px`;
    sheet.style.width = `${sideways ? high : wide}px`;
    sheet.style.height = `${sideways ? wide : high}px`;
    const photo = sheet.querySelector("[data-photo-turned]");
    photo.style.width = `${wide}px`;
    const shift = { 0: "", 90: `translateX(${high}px)`, 180: `translate(${wide}px, ${high}px)`, 270: `translateY(${wide}px)` }[turn];
    photo.style.transform = `${shift} rotate(${turn}deg)`;
  }

  // ---- the light ----------------------------------------------------------------------------------------------------

  /** Return the place that a line names: its side and its box with a little around it; null when it names none. */
  function placeOf(line) {
    const numbers = (line?.dataset.placeBox ?? "").split(" ").map(Number);
    if (numbers.length !== 4 || numbers.some(Number.isNaN)) return null;
    const [x, y, w, h] = numbers;
    const left = Math.max(0, x - AROUND);
    const top = Math.max(0, y - AROUND);
    const right = Math.min(1, x + w + AROUND);
    const bottom = Math.min(1, y + h + AROUND);
    return { side: line.dataset.place, left, top, width: right - left, height: bottom - top };
  }

  function light(frame, place) {
    const lamp = frame.querySelector("[data-photo-light]");
    lamp.hidden = !place;
    if (!place) return;
    for (const edge of ["left", "top", "width", "height"]) lamp.style[edge] = `${place[edge] * 100}%`;
  }

  /** Return where a point of the photo (fractions) lies once the photo is turned. */
  function turned(x, y, turn) {
    return { 0: [x, y], 90: [1 - y, x], 180: [1 - x, 1 - y], 270: [y, 1 - x] }[turn];
  }

  /** Return how near a place is brought: so that it can be read, and its surroundings still show where it is. */
  function nearness(frame, place) {
    const { wide, high, sideways } = sizeOf(frame, 1);
    const [across, down] = sideways ? [place.height * high, place.width * wide] : [place.width * wide, place.height * high];
    const fits = Math.min((FILLS.wide * frame.clientWidth) / across, (FILLS.high * frame.clientHeight) / down);
    return Math.min(Math.max(fits, 1), CLOSEST);
  }

  /** Bring a place to the middle of the frame, or show the whole photo; calmly, or at once where motion is unwelcome. */
  function bring(frame, place) {
    const view = viewOf(frame);
    draw(frame);
    const from = { zoom: view.zoom, left: frame.scrollLeft, top: frame.scrollTop };
    const zoom = place ? nearness(frame, place) : 1;
    const { wide, high, sideways } = sizeOf(frame, zoom);
    const [x, y] = place ? turned(place.left + place.width / 2, place.top + place.height / 2, view.turn) : [0, 0];
    const left = Math.max(0, x * (sideways ? high : wide) - frame.clientWidth / 2);
    const top = Math.max(0, y * (sideways ? wide : high) - frame.clientHeight / 2);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const began = performance.now();
    const glide = ++view.glide; // a later one ends this one
    const step = (now) => {
      if (view.glide !== glide) return;
      const part = calm ? 1 : Math.min(1, Math.max(0, (now - began) / GLIDES));
      const eased = part * (2 - part);
      view.zoom = from.zoom + (zoom - from.zoom) * eased;
      draw(frame);
      frame.scrollTo(from.left + (left - from.left) * eased, from.top + (top - from.top) * eased);
      if (part < 1) window.requestAnimationFrame(step);
    };
    step(began);
  }

  function show(photos, side) {
    for (const frame of photos.querySelectorAll("[data-photo]")) frame.hidden = frame.dataset.photo !== side;
    for (const note of photos.querySelectorAll("[data-photo-note]")) note.hidden = note.dataset.photoNote !== side;
    for (const button of photos.querySelectorAll("[data-photo-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.photoShow === side));
    }
  }

  const shown = (photos) => photos.querySelector("[data-photo]:not([hidden])");

  /** Light the place of a line, on its side; a line without one shows the whole photo of the side that is there. */
  function follow(photos, line) {
    const place = placeOf(line);
    const frame = place ? photos.querySelector(`[data-photo="${CSS.escape(place.side)}"]`) : shown(photos);
    for (const other of photos.querySelectorAll("[data-photo]")) light(other, other === frame ? place : null);
    if (!frame) return;
    if (frame.hidden) show(photos, frame.dataset.photo);
    bring(frame, place);
  }

  // ---- what a person does -------------------------------------------------------------------------------------------

  for (const photos of document.querySelectorAll("[data-photos]")) {
    const first = photos.querySelector("[data-photo]");
    if (first) show(photos, first.dataset.photo);
  }

  document.addEventListener("focusin", (event) => {
    const photos = document.querySelector("[data-photos]");
    if (!photos || within(event, "[data-photos]")) return;
    follow(photos, within(event, "[data-line]"));
  });

  // A line may have had the focus before this script was here.
  const here = document.activeElement?.closest("[data-line]");
  if (here && document.querySelector("[data-photos]")) follow(document.querySelector("[data-photos]"), here);

  document.addEventListener("click", (event) => {
    const photos = within(event, "[data-photos]");
    const button = within(event, "button");
    if (!photos || !button) return;
    if (button.dataset.photoShow) show(photos, button.dataset.photoShow);
    const frame = shown(photos);
    if (!frame) return;
    const view = viewOf(frame);
    view.glide += 1;
    if ("photoTurn" in button.dataset) view.turn = (view.turn + 270) % 360;
    if (button.dataset.photoZoom === "in") view.zoom = Math.min(view.zoom * 1.4, 6);
    if (button.dataset.photoZoom === "out") view.zoom = Math.max(view.zoom / 1.4, 1);
    draw(frame);
  });

  window.addEventListener("resize", () => {
    const photos = document.querySelector("[data-photos]");
    if (photos) follow(photos, document.activeElement?.closest("[data-line]"));
  });
})();
