// While a backtest runs its result is renewed every second; what a person opened stays open.
"use strict";

const shown = document.getElementById("backtest");

const renew = async () => {
  try {
    const answer = await fetch("?part=1", { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { open, html } = await answer.json();
      const opened = new Map([...shown.querySelectorAll("details[id]")].map(({ id, open }) => [id, open]));
      shown.innerHTML = html; // our own page, escaped by the server
      for (const one of shown.querySelectorAll("details[id]")) if (opened.has(one.id)) one.open = opened.get(one.id);
      if (!open) return document.getElementById("cancel-backtest")?.remove();
    }
  } catch {
    // the server is away for a moment: ask again
  }
  setTimeout(renew, 1000);
};

if (shown.dataset.open === "1") setTimeout(renew, 500);
