// The sentence editor: sends each edit with the rule's document, and shows what the server makes of it.
(() => {
  const form = document.getElementById("sentence-form");
  const shown = document.getElementById("lines");
  const words = document.getElementById("words").dataset;
  const undo = document.getElementById("undo");
  const first = JSON.parse(document.getElementById("state-now").textContent);
  const place = `pravila-rule-${form.dataset.draft}-${first.former || "new"}`;
  let state = { rule: first.rule, former: first.former, opened: first.opened };
  let saved = JSON.stringify(state.rule);
  const former = [];
  let queue = Promise.resolve(), waiting, typed, asking, dirty = first.dirty;
  let moving = 0, inHand;

  const post = async (url, edit) => {
    const body = new FormData();
    body.set("state", JSON.stringify(edit ? { ...state, edit } : state));
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(url, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const count = (findings) => {
    const errors = findings.filter(({ severity }) => severity === "error").length;
    const warnings = findings.length - errors;
    document.getElementById("problem-count").textContent =
      [errors && `${words.errors} ${errors}`, warnings && `${words.warnings} ${warnings}`].filter(Boolean).join(", ") || words.none;
  };

  // Put new lines in, and leave the person where they were: the same field, the same characters selected.
  const draw = (html) => {
    const focused = inHand || document.activeElement;
    const here = shown.contains(focused) && focused.id ? { id: focused.id, value: focused.value } : null;
    const span = here && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
    const line = focused?.closest?.("[data-line]")?.dataset.line;
    shown.innerHTML = html;
    const again = here && document.getElementById(here.id);
    if (again) {
      if (span && again.value !== here.value && again.tagName !== "SELECT") again.value = here.value;
      again.focus({ preventScroll: true });
      try { if (span && span[0] !== null) again.setSelectionRange(...span); } catch { /* a field without characters */ }
    } else if (line !== undefined) {
      const lines = [...shown.querySelectorAll("[data-line]")];
      const near = lines.find((one) => one.dataset.line === line) || lines.filter((one) => line.startsWith(one.dataset.line)).pop();
      near?.querySelector("select, input, textarea, button")?.focus({ preventScroll: true });
    }
  };

  const take = (answer) => {
    state = { ...state, rule: answer.rule, opened: answer.opened };
    draw(answer.html);
    document.getElementById("sentence").textContent = answer.sentence;
    count(answer.findings);
    remember();
    clearTimeout(asking);
    asking = setTimeout(ask, 600);
  };

  const remember = () => {
    dirty = JSON.stringify(state.rule) !== saved;
    if (undo) undo.disabled = !former.length;
    document.getElementById("unsaved")?.toggleAttribute("hidden", !dirty);
    try {
      if (dirty) localStorage.setItem(place, JSON.stringify({ state, at: new Date().toISOString() }));
      else localStorage.removeItem(place);
    } catch { /* no room, or not allowed: the page itself still asks before it is left */ }
  };

  // While an edit moves lines they are closed: what is done to one of them now would be done to another.
  const next = (moves, asked) => {
    if (moves && !moving++) {
      inHand = document.activeElement;
      shown.inert = true;
    }
    queue = queue.then(asked).catch(() => null).then(async (answer) => {
      await letGo();
      if (moves) moving -= 1;
      shown.inert = moving > 0;
      if (answer) take(answer);
      else if (moves) inHand?.focus();
      if (answer === null) document.getElementById("problem-count").textContent = form.dataset.failed;
      if (!moving) inHand = null;
    });
  };
  const send = (edit, moves) => next(moves, async () => {
    const before = state, answer = await post(form.dataset.lines, edit);
    if (edit && JSON.stringify(answer.rule) !== JSON.stringify(before.rule)) former.push(before);
    return answer;
  });

  // What is being typed is sent after a pause, and before anything else is sent: no edit takes the place of another.
  const settle = () => {
    clearTimeout(waiting);
    const last = typed;
    typed = null;
    if (last) send(last);
  };

  // One field may have several controls: an amount and its currency.
  const editOf = (control) => {
    const { at, do: what } = control.dataset;
    const same = [...shown.querySelectorAll("[data-at]")].filter((one) => one.dataset.at === at && one.dataset.do === what);
    if ("check" in control.dataset) return { do: what, at, taken: same.filter((one) => one.checked).map((one) => one.value) };
    return { do: what, at, parts: Object.fromEntries(same.map((one) => [one.dataset.part, one.value])) };
  };

  const ask = async () => {
    try {
      const asked = state;
      const found = await post(form.dataset.passed);
      if (asked !== state) return;
      document.getElementById("passed").textContent = found.said || "…";
      for (const dot of shown.querySelectorAll("[data-dot]")) {
        const one = found.conditions[dot.dataset.dot];
        dot.dataset.share = !one ? "" : one.share === 0 ? "none" : one.share === 1 ? "all" : "some";
        dot.title = one ? one.said : "";
        dot.setAttribute("aria-label", one ? one.said : words.none);
        dot.textContent = one ? one.said : "";
      }
      const most = found.events || 1;
      document.getElementById("waterfall").replaceChildren(...(found.left[0] || []).map((left) => {
        const item = document.createElement("li");
        const bar = document.createElement("meter");
        bar.max = most; bar.value = left;
        bar.setAttribute("aria-label", String(left));
        item.append(bar, ` ${left}`);
        return item;
      }));
    } catch { /* the dots stay as they are */ }
  };

  shown.addEventListener("change", (event) => {
    const control = event.target;
    if (control.dataset.at !== undefined && typed?.at === control.dataset.at && typed.do === control.dataset.do) typed = null;
    settle();
    if ("more" in control.dataset) { if (control.value) send(JSON.parse(control.value), true); }
    else if (control.dataset.at !== undefined) send(editOf(control));
  });
  shown.addEventListener("input", (event) => {
    const control = event.target;
    if (control.dataset.at === undefined || control.tagName === "SELECT" || "check" in control.dataset) return;
    dirty = true;
    clearTimeout(waiting);
    typed = editOf(control);
    waiting = setTimeout(settle, 400);
  });
  shown.addEventListener("focusout", settle);
  shown.addEventListener("click", (event) => {
    const button = event.target.closest("[data-edit]");
    if (button) send(JSON.parse(button.dataset.edit), true);
  });
  const back = () => {
    settle();
    next(true, async () => {
      const now = state, last = former.pop();
      if (!last) return undefined;
      state = last;
      try {
        return await post(form.dataset.lines);
      } catch (failed) {
        state = now;
        former.push(last);
        throw failed;
      }
    });
  };
  undo?.addEventListener("click", back);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing && undo) { event.preventDefault(); back(); }
    if ((event.ctrlKey || event.metaKey) && event.key === "s" && form.dataset.write) { event.preventDefault(); form.querySelector("[name=save]").click(); }
    if (event.key === "Enter" && event.target.tagName === "INPUT" && shown.contains(event.target)) { event.preventDefault(); event.target.dispatchEvent(new Event("change", { bubbles: true })); }
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.dataset.confirm && !window.confirm(button.dataset.confirm)) { event.preventDefault(); return; }
    if (form.dataset.ready !== "1") {
      event.preventDefault(); // first what is still being typed
      settle();
      queue = queue.then(() => {
        form.dataset.ready = "1";
        form.elements.state.value = JSON.stringify(state);
        dirty = false;
        try { localStorage.removeItem(place); } catch { /* never kept */ }
        setTimeout(() => form.requestSubmit(button)); // once the submission that was stopped is over
      });
    }
  });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  const kept = document.getElementById("kept");
  try {
    const found = form.dataset.write && JSON.parse(localStorage.getItem(place) || "null");
    if (found && !dirty && JSON.stringify(found.state.rule) !== saved) {
      kept.firstElementChild.textContent = `${form.dataset.kept} ${new Date(found.at).toLocaleString()}.`;
      kept.hidden = false;
      kept.addEventListener("click", ({ target }) => {
        if (target.dataset.kept === "take") { former.push(state); state = { ...state, ...found.state }; send(null); }
        else if (target.dataset.kept === "drop") localStorage.removeItem(place);
        else return;
        kept.hidden = true;
      });
    }
  } catch { /* nothing was kept */ }
  if (first.dirty) saved = "";
  count(JSON.parse(document.getElementById("findings-now").textContent));
  form.elements.state.value = JSON.stringify(state);
  remember();
  ask();
  document.getElementById("editable").disabled = false; // before, nobody would have heard what is typed
})();
