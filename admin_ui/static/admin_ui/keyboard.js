// What the theme opens by a click alone opens by keyboard too: menus, groups of the side bar, the side bar itself. Icons are
// not read aloud as the words they are made of.
"use strict";

(() => {
  const words = JSON.parse(document.currentScript.dataset.words);
  const BY_ITSELF = "a[href], button, input, select, textarea, summary, label, [tabindex]";

  const menuOf = (opener) => {
    const related = opener.getAttribute("x-ref")?.match(/^relatedWidgetWrapper(.+)$/);
    return related ? document.getElementById(`related-widget-wrapper-${related[1]}`) : opener.parentElement.querySelector(":scope > nav");
  };
  const isOpen = (menu) => Boolean(menu) && getComputedStyle(menu).display !== "none";
  const ways = (menu) => [...menu.querySelectorAll("a[href], button, input, select")].filter((one) => one.getClientRects().length);

  const nameOf = (opener) => {
    const beside = opener.closest(".related-widget-wrapper")?.querySelector("select, input");
    if (beside) return `${words.more} ${beside.labels?.[0]?.textContent.replace("*", "").trim() ?? ""}`.trim();
    const icon = opener.matches(".material-symbols-outlined") ? opener.textContent.trim() : "";
    return opener.title || words[icon] || "";
  };

  const says = (opener) => {
    const menu = menuOf(opener);
    if (menu) opener.setAttribute("aria-expanded", String(isOpen(menu)));
  };

  // The theme opens and closes a menu when its turn to draw comes, on a busy machine much later: the menu itself tells when.
  const follow = (opener, menu) => {
    let wanted = false;
    new MutationObserver(() => {
      says(opener);
      if (!wanted || !isOpen(menu)) return;
      wanted = false;
      if (document.activeElement === opener) ways(menu)[0]?.focus();
    }).observe(menu, { attributes: true, attributeFilter: ["class", "style", "x-cloak"] });
    opener.addEventListener("click", ({ detail }) => { wanted = !detail && !isOpen(menu); }); // a mouse stays where it is
    menu.addEventListener("keydown", (event) => moveIn(event, opener, menu));
  };

  const moveIn = (event, opener, menu) => {
    const all = ways(menu);
    const place = all.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !document.activeElement.matches("select")) {
      event.preventDefault();
      all.at((place + step) % all.length).focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      if (isOpen(menu)) opener.click();
      opener.focus();
    }
  };

  const reach = (opener) => {
    if (opener.matches(BY_ITSELF) || opener.querySelector(BY_ITSELF) || !opener.textContent.trim()) return;
    opener.setAttribute("tabindex", "0");
    opener.setAttribute("role", "button");
    const name = nameOf(opener);
    if (name) opener.setAttribute("aria-label", name);
    const menu = menuOf(opener);
    if (menu) {
      opener.setAttribute("aria-haspopup", "true");
      follow(opener, menu);
    }
    says(opener);
    opener.addEventListener("keydown", (event) => {
      if (event.target !== opener || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      opener.click();
    });
  };

  const hide = (icon) => {
    const whose = icon.closest("a, button, [role=button]"), said = icon.textContent.trim();
    if (whose && whose.textContent.trim() === said && !whose.title && !whose.hasAttribute("aria-label")) {
      if (!words[said]) return;
      whose.setAttribute("aria-label", words[said]); // the name of an icon is none for a person
    }
    icon.setAttribute("aria-hidden", "true");
  };

  const reachAll = () => {
    for (const opener of document.querySelectorAll("[x-on\\:click]")) reach(opener);
    for (const icon of document.querySelectorAll(".material-symbols-outlined:not([role])")) hide(icon);
  };
  document.addEventListener("alpine:initialized", reachAll);
  document.addEventListener("formset:added", reachAll);
})();
