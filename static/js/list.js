// [data-list]: arrows or j and k walk its items, [data-item]; Enter opens, since the item's [data-open] link has the focus.
const shown = (element) => element.getClientRects().length > 0;
const items = () => [...document.querySelectorAll("[data-list] [data-item]")].filter((item) => shown(item) && item.querySelector("[data-open]"));

function mark(item) {
  for (const other of document.querySelectorAll("[data-item][data-active]")) other.removeAttribute("data-active");
  item?.setAttribute("data-active", "");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const letters = document.documentElement.dataset.keys !== "off";
  const step = { ArrowDown: 1, ArrowUp: -1, ...(letters ? { j: 1, k: -1 } : {}) }[event.key];
  if (!step || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea, [contenteditable], [tabindex='0'], details[data-menu][open]")) return;
  const all = items();
  if (!all.length) return;
  const at = all.findIndex((item) => item.contains(document.activeElement) || item.hasAttribute("data-active"));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector("[data-open]").focus();
  next.scrollIntoView({ block: "nearest" });
});

document.addEventListener("focusin", (event) => mark(event.target.closest("[data-list] [data-item]")));
