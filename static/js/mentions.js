// <textarea data-mentions="/people/suggest">: what is typed after an @ is looked up, and the people and teams that fit are listed.
// Arrows move, Enter or Tab takes, Escape closes. Without this a name is typed in full, which does the same.
const PAUSE = 80; // ms without a key before the server is asked
const LONGEST = 60;
// The same @ that counts when the comment is read: not that of an e-mail address.
const CALL = /(?<![\p{L}\p{N}_@/+-])@([^\s@][^\n@]*)?$/u;
let lists = 0;

function equip(box) {
  const wrap = document.createElement("div");
  const list = document.createElement("div");
  const said = document.createElement("p");
  wrap.className = "mention-box";
  list.className = "suggestions";
  list.id = `mentions-${++lists}`;
  list.hidden = true;
  list.tabIndex = -1;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People and teams");
  said.className = "sr-only";
  said.setAttribute("role", "status");
  box.replaceWith(wrap);
  wrap.append(box, list, said);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-haspopup", "listbox");
  box.setAttribute("aria-controls", list.id);

  let timer = 0;
  let asked = 0;
  let shut = -1; // the place of the @ whose list was closed by hand
  let none = null; // what fitted nobody: more letters will not either
  const options = () => [...list.children];
  const active = () => list.querySelector("[aria-selected=true]");

  const mark = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    clearTimeout(timer);
    asked++;
    list.hidden = true;
    mark(null);
    said.textContent = "";
  };
  const call = () => {
    const before = box.value.slice(Math.max(0, box.selectionStart - LONGEST - 1), box.selectionStart);
    const found = box.selectionStart === box.selectionEnd && CALL.exec(before);
    return found ? { text: found[1] ?? "", at: box.selectionStart - found[0].length } : null;
  };
  const take = (option) => {
    const { at } = call() ?? {};
    close();
    if (at === undefined) return;
    box.setRangeText(`@${option.dataset.value} `, at, box.selectionStart, "end");
    shut = at;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const ask = async (text) => {
    const turn = ++asked;
    const address = `${box.dataset.mentions}?q=${encodeURIComponent(text)}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    if (turn !== asked) return;
    list.innerHTML = html;
    const all = options();
    all.forEach((option, place) => (option.id = `${list.id}-${place}`));
    if (!all.length) {
      none = answer?.ok ? text : null;
      return close();
    }
    list.hidden = false;
    mark(all[0]);
    said.textContent = `${all.length} ${all.length === 1 ? "name fits" : "names fit"}, arrows choose, Enter takes`;
  };

  box.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const found = call();
    clearTimeout(timer);
    if (!found || found.at !== shut) shut = -1;
    const hopeless = none !== null && found?.text.startsWith(none);
    if (!found || found.at === shut || hopeless) return close();
    none = null;
    timer = setTimeout(() => ask(found.text), PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(all[(all.indexOf(active()) + step + all.length) % all.length]);
    } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && active()) {
      take(active());
    } else if (event.key === "Escape") {
      shut = call()?.at ?? -1;
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  box.addEventListener("click", () => {
    if (!list.hidden) close();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

document.querySelectorAll("[data-mentions]").forEach(equip);
