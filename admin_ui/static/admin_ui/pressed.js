// letGo(): fulfilled when nothing is held down. What is drawn anew under a finger loses its click: who draws waits for this.
"use strict";

const letGo = (() => {
  let released = Promise.resolve();
  const press = () => {
    released = new Promise((free) => {
      const off = new AbortController();
      for (const end of ["pointerup", "pointercancel", "keyup", "blur"]) {
        addEventListener(end, () => { off.abort(); setTimeout(free); }, { signal: off.signal }); // the click comes first
      }
    });
  };
  addEventListener("pointerdown", ({ button }) => { if (!button) press(); });
  addEventListener("keydown", ({ key, repeat }) => { if (key === " " && !repeat) press(); });
  return () => released;
})();
