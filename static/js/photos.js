// Photos of a card on their way in, at the desk and on a phone: chosen, dropped, pasted; made smaller, then sent.
//
//   data-upload            a form of one side: its file inputs, [data-upload-progress], sent by its "photo-ready" event
//
// A change of a file input makes the photo smaller and then fires "photo-ready" on its form, which htmx waits for.
"use strict";

(() => {
  const { smaller } = window.frontdeskPhotos; // shrink.js

  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const forms = () => [...document.querySelectorAll("form[data-upload]")];

  function put(input, file) {
    const files = new DataTransfer();
    files.items.add(file);
    input.files = files.files;
  }

  /** Give a photo to a side as if it had been chosen there. */
  function give(form, file) {
    const input = form.querySelector("input[type=file]");
    put(input, file);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function otherSide(form) {
    return forms().find((one) => one !== form);
  }

  // ---- sent ---------------------------------------------------------------------------------------------------------

  async function send(input) {
    const form = input.form;
    const [file, second] = input.files;
    for (const other of form.querySelectorAll("input[type=file]")) if (other !== input) other.value = "";
    if (second && otherSide(form)) give(otherSide(form), second); // two at once: front and back
    showProgress(form, null);
    const photo = await smaller(file);
    const now = form.isConnected ? form : document.getElementById(form.id); // another photo of this side came meanwhile
    const target = form.isConnected ? input : now?.querySelector("input[type=file]");
    if (!target) return;
    put(target, photo);
    now.dispatchEvent(new CustomEvent("photo-ready", { bubbles: true }));
  }

  function showProgress(form, percent) {
    const bar = form.querySelector("[data-upload-progress]");
    if (!bar) return;
    bar.hidden = false;
    if (percent === null) bar.removeAttribute("value");
    else bar.value = percent;
  }

  document.addEventListener("change", (event) => {
    const input = within(event, "form[data-upload] input[type=file]");
    if (input?.files.length && document.readyState === "complete") send(input);
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = within(event, "form[data-upload]");
    if (form && event.detail.lengthComputable) showProgress(form, Math.round((event.detail.loaded / event.detail.total) * 100));
  });

  for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => {
      const bar = within(event, "form[data-upload]")?.querySelector("[data-upload-progress]");
      if (bar) bar.hidden = true;
    });
  }

  // A photo given before the page had loaded (nothing listens for "photo-ready" until then) is sent now.
  window.addEventListener("load", () => {
    const given = forms().map((form) => [...form.querySelectorAll("input[type=file]")].find((one) => one.files.length));
    for (const input of given) if (input) send(input); // found before: of two in one input the second is given on by send
  });

  // ---- pasted: to the side that has the focus, else to the first one without a photo ---------------------------------

  document.addEventListener("paste", (event) => {
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length || !forms().length) return;
    event.preventDefault();
    const free = forms().find((form) => !form.querySelector("img")) ?? forms()[0];
    const form = within(event, "form[data-upload]") ?? free;
    give(form, pictures[0]);
    if (pictures[1] && otherSide(form)) give(otherSide(form), pictures[1]);
  });
})();
