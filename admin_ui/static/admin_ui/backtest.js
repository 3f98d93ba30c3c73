// While a backtest runs its result is renewed every second; what a person opened stays open, and the focus where it is.
"use strict";

const shown = document.getElementById("backtest");
const placeOf = (one) => one.getAttribute("href") || one.parentElement.id;

const draw = (html) => {
  const opened = new Map([...shown.querySelectorAll("details[id]")].map(({ id, open }) => [id, open]));
  const focused = document.activeElement, place = shown.contains(focused) && placeOf(focused);
  shown.innerHTML = html; // our own page, escaped by the server
  for (const one of shown.querySelectorAll("details[id]")) if (opened.has(one.id)) one.open = opened.get(one.id);
  if (place) [...shown.querySelectorAll("a, summary")].find((one) => placeOf(one) === place)?.focus({ preventScroll: true });
};

const renew = async () => {
  try {
    const answer = await fetch("?part=1", { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { open, html } = await answer.json();
      await letGo();
      draw(html);
      if (!open) return document.getElementById("cancel-backtest")?.remove();
    }
  } catch {
    // the server is away for a moment: ask again
  }
  setTimeout(renew, 1000);
};

if (shown.dataset.open === "1") setTimeout(renew, 500);
