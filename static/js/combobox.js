// Type-ahead: <form data-combobox> (search) and <div data-picker> (a select that becomes one).
// Options are [role=option]; arrows move, Enter takes, Escape closes. The text stays in the field's own hands.
let ids = 0;

function attach(input, list, take, marked = () => {}) {
  const options = () => [...list.querySelectorAll("[role=option]")];
  list.id ||= `listbox-${++ids}`;
  list.tabIndex = -1; // a box that scrolls would else be a stop of the Tab key
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  const set = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(set)) input.setAttribute(name, value);

  const active = () => list.querySelector("[aria-selected=true]");
  const mark = (option) => {
    active()?.setAttribute("aria-selected", "false");
    if (option) {
      option.id ||= `option-${++ids}`;
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
    marked(option);
  };
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(null);
  };

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = list.hidden ? -1 : all.indexOf(active());
      show(true);
      // Before the first line stands what was typed: nothing is marked there, and from there up comes the last line.
      mark(from === 0 && step < 0 ? null : all[(from + step + all.length + (from < 0 && step < 0 ? 1 : 0)) % all.length]);
    } else if (event.key === "Enter" && !list.hidden && active()) {
      event.preventDefault();
      take(active());
      show(false);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  input.addEventListener("blur", () => show(false));
  return { show, mark, options, active };
}

const PAUSE = 80; // ms without a key before the server is asked

function suggest(form) {
  const input = form.querySelector("[data-suggest]");
  const list = form.querySelector("[data-listbox]");
  const count = form.querySelector("[data-count]");
  let typed = input.value; // an earlier search shows its words in the field while it is marked; these come back
  let timer = 0;
  let request = null;
  const box = attach(input, list, (option) => option.click(), (option) => {
    const words = option?.dataset.words ?? typed;
    if (input.value !== words) input.value = words;
  });
  const waits = () => Boolean(timer || request);
  const forget = () => {
    clearTimeout(timer);
    request?.abort();
    timer = 0;
    request = null;
  };
  const put = (html) => {
    const held = box.active()?.getAttribute("href");
    list.innerHTML = html;
    const options = box.options();
    const same = held && options.find((option) => option.getAttribute("href") === held);
    box.show(options.length > 0);
    box.mark(same || null);
    count.textContent = options.length ? `${options.length} ${options.length === 1 ? "suggestion" : "suggestions"}` : "No suggestions";
  };
  const ask = async () => {
    forget();
    const own = (request = new AbortController());
    const address = `${input.dataset.suggest}?q=${encodeURIComponent(typed)}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: own.signal }).catch(() => null);
    const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    if (request !== own) return; // a newer one is on its way, or nobody waits any more
    request = null;
    put(html);
  };
  input.addEventListener("input", () => {
    typed = input.value;
    box.mark(null);
    forget();
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("focus", () => {
    typed = input.value;
    if (!typed.trim()) ask();
  });
  input.addEventListener("blur", () => {
    forget();
    count.textContent = "";
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && waits()) {
      event.preventDefault();
      forget();
    } else if (event.key === "ArrowDown" && !box.options().length && !waits()) {
      event.preventDefault();
      ask();
    }
  });
  form.addEventListener("submit", forget);
}
document.querySelectorAll("[data-combobox]").forEach(suggest);

function line(value, text, note) {
  const option = document.createElement("div");
  option.className = "suggestion";
  option.setAttribute("role", "option");
  option.dataset.value = value;
  const words = document.createElement("span");
  words.className = "suggestion-text";
  words.textContent = text;
  option.append(words);
  if (note) {
    const more = document.createElement("span");
    more.className = "suggestion-note";
    more.textContent = note;
    option.append(more);
  }
  return option;
}

function become(picker) {
  const select = picker.querySelector("select");
  const input = document.createElement("input");
  const list = document.createElement("div");
  const none = document.createElement("div");
  const problem = document.createElement("p");
  const mayBeEmpty = [...select.options].some((option) => option.value === "");
  // Where something must be chosen, the browser's own first choice is nobody's.
  if (!mayBeEmpty && ![...select.options].some((option) => option.defaultSelected)) select.selectedIndex = -1;
  input.className = "input";
  input.type = "text";
  input.autocomplete = "off";
  input.placeholder = picker.dataset.placeholder || "";
  input.id = select.id;
  input.required = !mayBeEmpty;
  select.removeAttribute("id");
  problem.id = `picker-problem-${++ids}`;
  problem.className = "error";
  problem.hidden = true;
  problem.setAttribute("aria-live", "polite");
  input.setAttribute("aria-describedby", [select.getAttribute("aria-describedby"), problem.id].filter(Boolean).join(" "));
  list.className = "suggestions";
  none.className = "suggestion-none";
  select.hidden = true;
  list.hidden = true;
  select.after(input, list, problem);

  let asked = 0;
  let waits = false;
  const typed = () => input.value.trim();
  const text = () => (select.value ? select.selectedOptions[0]?.textContent.trim() || "" : "");
  const clear = () => (mayBeEmpty ? (select.value = "") : (select.selectedIndex = -1));
  // What is typed but not chosen must never be sent as something else: the words stop the form, not only a mark.
  const complain = (words, aloud) => {
    input.setCustomValidity(words);
    problem.textContent = words;
    problem.hidden = !(aloud && words);
    if (aloud && words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  const check = (aloud) => {
    if (!typed() || select.value) complain("", false);
    else complain(box.options().length || waits ? "Choose one from the list." : `Nothing fits \u201c${typed()}\u201d`, aloud);
  };
  const choose = (value, words) => {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(words, value));
    select.value = value;
    input.value = text();
    asked++;
    waits = false;
    check(false);
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const take = (option) => choose(option.dataset.value, option.querySelector(".suggestion-text").textContent.trim());
  const box = attach(input, list, take);
  input.value = text();

  const fill = async () => {
    const wanted = select.value && input.value === text() ? "" : typed().toLowerCase();
    const turn = ++asked;
    const fits = [...select.options].filter((option) => option.value && option.textContent.toLowerCase().includes(wanted));
    waits = Boolean(picker.dataset.url) && wanted.length > 1;
    const done = () => {
      if (!box.options().length) {
        none.textContent = waits ? "Looking\u2026" : `Nothing fits \u201c${typed()}\u201d`;
        list.append(none);
      } else {
        none.remove();
        if (wanted && !list.querySelector("[aria-selected=true]")) box.mark(box.options()[0]);
      }
      check(!waits && !box.options().length);
    };
    list.replaceChildren(...fits.slice(0, 50).map((option) => line(option.value, option.textContent.trim(), option.dataset.note)));
    box.show(true);
    done();
    if (!waits) return;
    const address = `${picker.dataset.url}${picker.dataset.url.includes("?") ? "&" : "?"}q=${encodeURIComponent(wanted)}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (turn !== asked) return;
    waits = false;
    const found = new DOMParser().parseFromString(html, "text/html");
    const known = new Set(fits.map((option) => option.value));
    for (const option of found.querySelectorAll("[role=option][data-value]")) {
      if (!known.has(option.dataset.value)) list.append(document.adoptNode(option));
    }
    done();
  };
  input.addEventListener("input", () => {
    clear();
    fill();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || !typed() || select.value) return;
    event.preventDefault();
    check(!waits);
  });
  input.addEventListener("focus", () => {
    input.select();
    fill();
  });
  input.addEventListener("blur", () => {
    const same = [...select.options].find((option) => option.value && option.textContent.trim().toLowerCase() === typed().toLowerCase());
    if (!typed()) {
      clear();
      complain("", false);
      select.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (select.value) {
      input.value = text();
    } else if (same) {
      choose(same.value, same.textContent.trim());
    } else {
      check(true);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    take(option);
    box.show(false);
  });
}

const equip = (root) => root.querySelectorAll("[data-picker]:not([data-ready])").forEach((picker) => {
  picker.dataset.ready = "";
  become(picker);
});
equip(document);
document.addEventListener("htmx:load", (event) => equip(event.detail.elt));
