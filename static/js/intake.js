// The card pages: going through the lines by keyboard, choosing a payer. (The photos beside them: photo_view.js.)
"use strict";

(() => {
  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // ---- the lines: Enter accepts and goes to the next one that is left -----------------------------------------------

  function nextLeft(form) {
    const line = form.querySelector("[data-line][data-left]");
    if (!line) return null;
    const wanted = ["[data-line-input]", "details[open] [data-payer-name-input]", "[data-accept]"];
    return wanted.map((selector) => line.querySelector(selector)).find(Boolean) || null;
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
      const picker = chooser.closest("[data-payer-picker]");
      // Suggestions nobody asked for are chosen by a press of their own, never by the Enter that goes through the lines.
      const press = picker.querySelector("[data-payer-id]:not([data-payer-suggestions] [data-payer-id])") || picker.parentElement.querySelector("[data-payer-use]");
      if (!press) return;
      event.preventDefault();
      press.click();
      return;
    }
    const line = within(event, "[data-line-input]")?.closest("[data-line]");
    if (!line) return;
    event.preventDefault();
    line.querySelector("[data-accept]").click();
  });

  const isChanged = (input) => input.value !== input.defaultValue;

  /** What is typed into an empty line is accepted, and no longer left empty. */
  document.addEventListener("input", (event) => {
    const input = within(event, "[data-line-input]");
    const word = input?.closest("[data-line]").querySelector("[data-accept-word]");
    if (!word) return;
    word.dataset.word ??= word.textContent;
    word.textContent = isChanged(input) && input.value ? "Accept" : word.dataset.word;
  });

  let stays = false; // the last save came from leaving a line, so the focus stays where the person put it
  let confirms = null; // the button that was pressed while something typed was not saved yet

  /** Save what was typed in a line that is left for another; pressing its own button does that anyway. */
  document.addEventListener("focusout", (event) => {
    const input = within(event, "[data-line-input]");
    const line = input?.closest("[data-line]");
    if (!line || !isChanged(input) || line.contains(event.relatedTarget)) return;
    stays = true;
    line.querySelector("[data-accept]").click();
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "confirm-card") return;
    const dirty = [...document.querySelectorAll("[data-line-input]")].filter(isChanged);
    if (dirty.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    confirms = event.submitter;
    for (const input of dirty) input.closest("[data-line]").querySelector("[data-accept]:not(.htmx-request)")?.click();
  }, true);

  document.addEventListener("htmx:afterSettle", (event) => {
    const form = document.querySelector("[data-review]");
    const verb = event.detail.requestConfig?.verb;
    if (!form || verb !== "post") return;
    const saved = ![...form.querySelectorAll("[data-line-input]")].some(isChanged);
    const refused = form.querySelector("[data-line] [aria-invalid], [role=alert]");
    if (confirms && saved && !refused) confirms.form.requestSubmit(confirms);
    else if (!confirms && !stays && !refused) goOn(form);
    if (refused) confirms = null;
    stays = false;
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
    picker.querySelector("[data-payer-suggestions]")?.remove();
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
