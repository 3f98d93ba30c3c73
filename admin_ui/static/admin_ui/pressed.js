// letGo(): fulfilled when nothing is held down. What is drawn anew under a finger loses its click: who draws waits for this.
"use strict";

const letGo = (() => {
  const CLICKED = "a, button, label, summary, [type=checkbox]";
  let released = Promise.resolve();
  const press = ({ target }) => {
    if (!target.closest?.(CLICKED) || target.closest("select")) return; // a list that opens never tells that it was let go
    released = new Promise((free) => {
      const off = new AbortController();
      for (const end of ["pointerup", "pointercancel", "keyup", "blur"]) {
        addEventListener(end, () => { off.abort(); setTimeout(free); }, { signal: off.signal }); // the click comes first
      }
    });
  };
  addEventListener("pointerdown", (event) => { if (!event.button) press(event); });
  addEventListener("keydown", (event) => { if (event.key === " " && !event.repeat) press(event); });
  return () => released;
})();
