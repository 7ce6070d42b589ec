// The page that a code leads to: hand the token over that stands behind the # of its address, and forget it.
"use strict";

(() => {
  const form = document.querySelector("[data-phone-door]");
  const token = location.hash.slice(1);
  if (!token) {
    document.querySelector("[data-phone-lost]").hidden = false;
    return;
  }
  history.replaceState(null, "", location.pathname); // not in the history, not in a copied address
  form.elements.token.value = token;
  document.querySelector("[data-phone-opening]").hidden = false;
  form.requestSubmit();
})();
