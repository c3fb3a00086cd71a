// `/` puts the cursor into the search box that is shown, from anywhere but a field or an open menu.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog, details[data-menu][open]")) return;
  const box = [...document.querySelectorAll("[data-search]")].find((each) => each.getClientRects().length > 0);
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
