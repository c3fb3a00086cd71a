// <button data-keys-toggle hidden>: turns the single-key shortcuts off and on, for people whose tools type letters for them.
// Also: a letter presses the one element on the page with data-key="letter", unless a list is walked (list.js);
// one with data-key-own="letter" only while its own line has the focus.
const root = document.documentElement;

for (const button of document.querySelectorAll("[data-keys-toggle]")) {
  const label = button.querySelector("span");
  const name = () => (label.textContent = root.dataset.keys === "off" ? "Turn single-key shortcuts on" : "Turn single-key shortcuts off");
  button.hidden = false;
  name();
  button.addEventListener("click", () => {
    root.dataset.keys = root.dataset.keys === "off" ? "on" : "off";
    try {
      localStorage.setItem("tandem-keys", root.dataset.keys);
    } catch {
      // It then holds for this page only.
    }
    name();
  });
}

const typing = (element) => element.closest("input, select, textarea, [contenteditable], dialog, details[data-menu][open]") !== null;
const shown = (element) => element.getClientRects().length > 0;

document.addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!/^[a-z]$/.test(event.key) || typing(event.target) || document.querySelector("dialog[open]")) return;
  const within = document.querySelector("[data-item][data-active]");
  const own = within?.querySelector(`[data-key="${event.key}"], [data-key-own="${event.key}"]`);
  const all = [...document.querySelectorAll(`[data-key="${event.key}"]`)].filter(shown);
  const target = own || all.find((element) => !element.closest("[data-item]")) || (all.length === 1 ? all[0] : null);
  if (!target) return;
  event.preventDefault();
  target.click();
});
