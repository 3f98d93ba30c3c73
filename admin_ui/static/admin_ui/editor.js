// The rule editor: line numbers, problems beside their lines, and a check while one types.
(() => {
  const form = document.getElementById("rules-form");
  const text = form.querySelector("textarea");
  const lines = form.querySelector(".pv-lines");
  const list = document.getElementById("problems");
  const check = document.getElementById("check");
  let problems = JSON.parse(document.getElementById("problems-now").textContent);
  let waiting, asked = 0, dirty = false, leaving = false;

  const element = (tag, className, content) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (content) made.textContent = content;
    return made;
  };

  const number = () => {
    const worst = new Map();
    for (const found of problems) if (worst.get(found.line) !== "error") worst.set(found.line, found.severity);
    const count = text.value.split("\n").length;
    lines.replaceChildren(...Array.from({ length: count }, (_, place) => {
      const severity = worst.get(place + 1);
      const line = element("span", severity ? `pv-${severity}` : "", String(place + 1));
      if (severity) line.title = problems.filter(({ line }) => line === place + 1).map(({ message }) => message).join("\n");
      return line;
    }));
    lines.scrollTop = text.scrollTop;
  };

  const goTo = (line) => {
    const before = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = text.value.indexOf("\n", before);
    text.focus();
    text.setSelectionRange(before, end < 0 ? text.value.length : end);
    text.scrollTop = Math.max(0, (line - 4) * (text.scrollHeight / text.value.split("\n").length));
  };

  const show = () => {
    number();
    if (!problems.length) {
      list.replaceChildren(element("p", "pv-note pv-good", form.dataset.fine));
      return;
    }
    list.replaceChildren(...problems.map((found) => {
      const button = element("button", `pv-note ${found.severity === "error" ? "pv-bad" : "pv-warn"}`);
      button.type = "button";
      button.append(element("strong", "", `${form.dataset.line} ${found.line}: `), `${found.message}`);
      if (found.rule) button.append(element("div", "pv-dim pv-small", found.rule));
      button.addEventListener("click", () => goTo(found.line));
      return button;
    }));
  };

  const ask = async () => {
    const mine = ++asked;
    const body = new FormData();
    body.set("text", text.value);
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      await letGo();
      if (mine !== asked) return;
      problems = found.problems;
      show();
    } catch {
      if (mine === asked) list.replaceChildren(element("p", "pv-note pv-warn", form.dataset.failed));
    }
  };

  text.addEventListener("scroll", () => { lines.scrollTop = text.scrollTop; });
  text.addEventListener("input", () => {
    dirty = true;
    number();
    clearTimeout(waiting);
    waiting = setTimeout(ask, 500);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true; // who works by keyboard must get out again
    if (event.key !== "Tab" || event.shiftKey || text.readOnly || leaving) return;
    event.preventDefault();
    text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  });
  text.addEventListener("blur", () => { leaving = false; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  check?.addEventListener("click", ask);
  show();
  if (text.value !== text.defaultValue) {
    dirty = true; // typed before this script came, or restored by the browser
    ask();
  }
})();
