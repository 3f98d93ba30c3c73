// The boxes that Select2 puts in the place of a select have no name of their own: they take that of its label.
"use strict";

function nameBoxes() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const said = select.getAttribute("aria-label") || select.labels[0]?.textContent.trim();
    for (const box of said ? select.parentElement.querySelectorAll('[role="combobox"], [role="textbox"]') : []) {
      if (!box.hasAttribute("aria-label")) box.setAttribute("aria-label", said);
    }
  }
}

if (document.querySelector("select.admin-autocomplete")) {
  new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  nameBoxes();
}
