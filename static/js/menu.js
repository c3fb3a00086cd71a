// <details data-menu>: closes on Escape (the focus goes back), on a click elsewhere, and when the focus leaves it.
const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    const inside = event.target instanceof Element && menu.contains(event.target);
    // The dark ground beside the drawer belongs to its summary, which closes it by itself.
    if (!inside) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

// Inside an open menu the arrows move between its lines.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const lines = [...menu.querySelectorAll("a[href], button")].filter((line) => line.getClientRects().length);
  if (!lines.length) return;
  event.preventDefault();
  const at = lines.indexOf(document.activeElement);
  lines[(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + lines.length) % lines.length].focus();
});
