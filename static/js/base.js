// What every page does beyond plain HTML. Everything is asked for by data attributes; nothing needs an inline script.
//
//   data-search            the field that "/" focuses
//   data-menu              a <details> that closes on Escape, on a press elsewhere and when focus leaves
//   data-dialog-open="id"  opens that <dialog>; data-dialog-close closes the one it stands in
//   data-confirm="…"       on a form or a submit button: asks first. With it: data-confirm-title, data-confirm-yes,
//                          data-confirm-check (a sentence to tick before the second press counts)
//   data-drop              a <label> around a file input: takes dropped files, shows name and picture
//   data-focus             gets the focus when the page or a fragment arrives (the sum of a form's errors)
//   data-copy="text"       puts the text on the clipboard; the button says so
//   data-fill="text"       puts the text into the control named by data-fill-into and focuses the next one
//   data-print             prints the page
//   data-submit-on-change  a form that is sent when one of its controls changes
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // ---- messages ------------------------------------------------------------------------------------------------

  /** Put a sentence into the page's live region. */
  function say(kind, text) {
    const region = byId("messages");
    if (!region) return;
    const notice = document.createElement("div");
    const body = document.createElement("div");
    const sentence = document.createElement("p");
    notice.className = `notice notice--${kind}`;
    body.className = "notice__body";
    sentence.textContent = text;
    body.append(sentence);
    notice.append(body);
    region.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  // ---- keyboard ------------------------------------------------------------------------------------------------

  function isTyping(target) {
    return target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details[data-menu][open]")) closeMenu(menu, true);
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const field = document.querySelector("[data-search]");
    if (!field || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // ---- menus ---------------------------------------------------------------------------------------------------

  function closeMenu(menu, refocus) {
    menu.open = false;
    if (refocus) menu.querySelector("summary").focus();
  }

  function closeOtherMenus(target) {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(target)) closeMenu(menu, false);
    }
  }

  document.addEventListener("click", (event) => closeOtherMenus(event.target));
  document.addEventListener("focusin", (event) => closeOtherMenus(event.target));

  // ---- dialogs -------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const opener = closest(event, "[data-dialog-open]");
    if (opener) byId(opener.dataset.dialogOpen)?.showModal();
    const closer = closest(event, "[data-dialog-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) closeOnBackdrop(event.target, event);
    if (closest(event, "[data-print]")) window.print();
  });

  /** A press on the dialog's backdrop arrives at the dialog itself, outside its box. */
  function closeOnBackdrop(dialog, event) {
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.clientX + event.clientY > 0) dialog.close();
  }

  // ---- ask first -----------------------------------------------------------------------------------------------

  const confirmed = new WeakSet();

  /** Fill and open the shared dialog; `onYes` runs after the second press. */
  function ask(words, onYes) {
    const dialog = byId("confirm");
    const check = byId("confirm-check");
    const yes = byId("confirm-yes");
    byId("confirm-title").textContent = words.confirmTitle || "Are you sure?";
    byId("confirm-text").textContent = words.confirm;
    byId("confirm-check-text").textContent = words.confirmCheck || "";
    check.parentElement.hidden = !words.confirmCheck;
    check.checked = false;
    yes.textContent = words.confirmYes || "Yes";
    yes.disabled = Boolean(words.confirmCheck);
    check.onchange = () => { yes.disabled = !check.checked; };
    yes.onclick = () => { dialog.close(); onYes(); };
    dialog.showModal();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const source = event.submitter?.dataset.confirm ? event.submitter : form;
    if (!source.dataset.confirm || confirmed.has(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(source.dataset, () => {
      confirmed.add(form);
      form.requestSubmit(event.submitter);
      confirmed.delete(form);
    });
  }, true);

  // ---- one press, one request ----------------------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target === "_blank") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });

  /** A page that comes back by the browser's back button can be sent again. */
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });

  document.addEventListener("change", (event) => {
    const form = closest(event, "form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  // ---- files ---------------------------------------------------------------------------------------------------

  function showChosen(zone, input) {
    const file = input.files[0];
    const name = zone.querySelector("[data-drop-name]");
    zone.classList.toggle("drop--filled", Boolean(file));
    zone.querySelector(".drop__preview")?.remove();
    if (!file) return;
    const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
    if (name) name.textContent = `${file.name}, ${size}. Press to choose another.`;
    if (file.type.startsWith("image/")) showPicture(zone, file);
  }

  function showPicture(zone, file) {
    const picture = document.createElement("img");
    picture.className = "drop__preview";
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    picture.onerror = () => picture.remove();
    zone.append(picture);
  }

  document.addEventListener("change", (event) => {
    const zone = closest(event, "[data-drop]");
    if (zone && event.target.type === "file") showChosen(zone, event.target);
  });

  for (const [kind, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(kind, (event) => {
      const zone = closest(event, "[data-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("drop--over", over);
      const input = zone.querySelector("input[type=file]");
      if (kind !== "drop" || !input || event.dataTransfer.files.length === 0) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  // ---- small things --------------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = closest(event, "[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    say("done", "Copied.");
  });

  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-fill]");
    const control = button && byId(button.dataset.fillInto);
    if (!control) return;
    control.value = button.dataset.fill;
    const controls = [...control.form.elements];
    controls.slice(controls.indexOf(control) + 1).find((next) => next.type !== "hidden")?.focus();
  });

  function focusFirst(root) {
    root.querySelector("[data-focus]")?.focus();
  }

  // ---- htmx ----------------------------------------------------------------------------------------------------

  document.addEventListener("htmx:afterSwap", (event) => focusFirst(event.detail.target));

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 403) say("error", "This sign-in may not do that. Nothing is changed.");
    else if (status === 404) say("error", "This is not here any more. Load the page again to see what is.");
    else say("error", `Frontdesk could not do that (answer ${status}). Load the page again to see what is saved, then try once more.`);
  });

  // A poll that fails is tried again by its own trigger; only something a person pressed is worth a sentence.
  document.addEventListener("htmx:sendError", (event) => {
    const verb = event.detail.requestConfig?.verb;
    if (verb && verb !== "get") say("error", "Frontdesk did not answer. Load the page again to see what is saved, then try once more.");
  });

  focusFirst(document);
})();
