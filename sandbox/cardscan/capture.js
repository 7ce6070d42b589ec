"use strict";

const said = document.getElementById("said");
const form = document.getElementById("scan");
const LAST = ["completed", "enriched", "error", "frontside_failed", "backside_failed", "unknown"];

async function call(path, options) {
  const answer = await fetch(`../v1${path}`, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  return told;
}

async function upload(card, side, file, headers) {
  const query = `orientation=${side}&capture_type=manual`;
  await call(`/cards/${card}/upload?${query}`, { method: "POST", headers, body: file });
}

async function reached(card, states, headers) {
  for (;;) {
    const { state } = await call(`/cards/${card}`, { headers });
    if (states.includes(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function scan() {
  const token = new URLSearchParams(location.search).get("token") || "";
  const { Token } = await call(`/validate-magic-link?token=${encodeURIComponent(token)}`);
  const headers = { Authorization: `Bearer ${Token}` };
  const [front, back] = ["front", "back"].map((side) => document.getElementById(side).files[0]);
  const wish = JSON.stringify({ enable_backside_scan: Boolean(back) });
  const { card_id: card } = await call("/cards", { method: "POST", headers, body: wish });
  await upload(card, "front", front, headers);
  if (back && (await reached(card, [...LAST, "backside_processing"], headers)) === "backside_processing") {
    await upload(card, "back", back, headers);
  }
  const state = await reached(card, LAST, headers);
  return state === "completed" || state === "enriched";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  form.hidden = true;
  said.textContent = "Reading the card…";
  try {
    const read = await scan();
    said.textContent = read ? "Your card was read. You can close this page." : "That was no readable card. Try again.";
    form.hidden = read;
  } catch (error) {
    said.textContent = `${error.message}. Ask for a new link.`;
  }
});
