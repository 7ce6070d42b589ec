// The card pages: sending photos, looking at them, going through the lines by keyboard, choosing a payer.
"use strict";

(() => {
  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // ---- sending a photo: the bar shows how much has left -------------------------------------------------------------

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = within(event, "[data-upload]")?.querySelector("[data-upload-progress]");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = Math.round((event.detail.loaded / event.detail.total) * 100);
  });

  // ---- the photo: side, turn, size ----------------------------------------------------------------------------------

  const views = new WeakMap();

  function viewOf(frame) {
    if (!views.has(frame)) views.set(frame, { turn: 0, zoom: 1 });
    return views.get(frame);
  }

  /** Draw the picture turned and sized; the frame scrolls, so the picture's box is kept at its real size. */
  function draw(frame) {
    const { turn, zoom } = viewOf(frame);
    const picture = frame.querySelector("img");
    const width = frame.clientWidth;
    const shape = Number(picture.getAttribute("height")) / Number(picture.getAttribute("width"));
    const sideways = turn % 180 !== 0;
    const wide = (sideways ? width / shape : width) * zoom;
    const high = wide * shape;
    picture.style.width = `${wide}px`;
    picture.style.maxWidth = "none";
    const shift = { 0: "", 90: `translateX(${high}px)`, 180: `translate(${wide}px, ${high}px)`, 270: `translateY(${wide}px)` }[turn];
    picture.style.transform = `${shift} rotate(${turn}deg)`;
    picture.style.marginBottom = sideways ? `${wide - high}px` : "0";
  }

  function show(photos, side) {
    for (const frame of photos.querySelectorAll("[data-photo]")) frame.hidden = frame.dataset.photo !== side;
    for (const button of photos.querySelectorAll("[data-photo-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.photoShow === side));
    }
  }

  function shown(photos) {
    return photos.querySelector("[data-photo]:not([hidden])");
  }

  for (const photos of document.querySelectorAll("[data-photos]")) {
    const first = photos.querySelector("[data-photo]");
    if (first) show(photos, first.dataset.photo);
  }

  document.addEventListener("click", (event) => {
    const photos = within(event, "[data-photos]");
    const button = within(event, "button");
    if (!photos || !button) return;
    if (button.dataset.photoShow) show(photos, button.dataset.photoShow);
    const frame = shown(photos);
    if (!frame) return;
    const view = viewOf(frame);
    if ("photoTurn" in button.dataset) view.turn = (view.turn + 270) % 360;
    if (button.dataset.photoZoom === "in") view.zoom = Math.min(view.zoom * 1.4, 6);
    if (button.dataset.photoZoom === "out") view.zoom = Math.max(view.zoom / 1.4, 1);
    if (!button.dataset.photoShow) draw(frame);
  });

  // ---- the lines: Enter accepts and goes to the next one that is left -----------------------------------------------

  function nextLeft(form) {
    return form.querySelector("[data-line][data-left] [data-line-input], [data-line][data-left] [data-accept]:not(:disabled)");
  }

  function goOn(form) {
    const next = form.isConnected ? nextLeft(form) : null;
    const target = next || document.getElementById("confirm-button");
    if (!target) return;
    target.focus();
    if (target.select) target.select();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const chooser = within(event, "[data-payer-name-input]");
    if (chooser) {
      event.preventDefault();
      chooser.closest("[data-payer-picker]").querySelector("[data-payer-id]")?.click();
      return;
    }
    const line = within(event, "[data-line-input]")?.closest("[data-line]");
    if (!line) return;
    event.preventDefault();
    line.querySelector("[data-accept]").click();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const form = document.querySelector("[data-review]");
    const verb = event.detail.requestConfig?.verb;
    if (!form || verb !== "post" || document.querySelector("[data-line] [aria-invalid]")) return;
    goOn(form);
  });

  const review = document.querySelector("[data-review]");
  if (review && !document.querySelector("[data-focus]")) goOn(review);

  // ---- choosing a payer ---------------------------------------------------------------------------------------------

  document.addEventListener("htmx:configRequest", (event) => {
    const input = event.target instanceof Element && event.target.matches("[data-payer-name-input]") ? event.target : null;
    if (input) event.detail.parameters = { q: input.value };
  });

  document.addEventListener("input", (event) => {
    const picker = within(event, "[data-payer-name-input]")?.closest("[data-payer-picker]");
    if (!picker) return;
    picker.querySelector("[data-payer-edi]").value = "";
    picker.querySelector("[data-payer-chosen]").textContent = "";
  });

  document.addEventListener("click", (event) => {
    const option = within(event, "[data-payer-id]");
    const picker = option?.closest("[data-payer-picker]");
    if (!picker) return;
    event.preventDefault();
    picker.querySelector("[data-payer-edi]").value = option.dataset.payerId;
    picker.querySelector("[data-payer-name-input]").value = option.dataset.payerName;
    picker.querySelector("[data-payer-chosen]").textContent = option.dataset.payerId ? `Payer ID ${option.dataset.payerId}` : "";
    picker.querySelector("[data-payer-results]").replaceChildren();
  });
})();
