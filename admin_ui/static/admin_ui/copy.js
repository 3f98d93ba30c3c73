// A button with data-copy puts the text of the field with that id on the clipboard.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select(); // no clipboard without HTTPS: the text is selected, and the keyboard copies it
    return;
  }
  button.textContent = button.dataset.copied;
});
