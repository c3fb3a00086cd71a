// [data-toast]: can be dismissed; good news leaves by itself after eight seconds, unless it is being read (hover or focus).
function equip(toast) {
  const close = toast.querySelector("[data-toast-close]");
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
  if (!toast.matches(".toast-success, .toast-info")) return;
  const later = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(later, 2000);
    else toast.remove();
  };
  setTimeout(later, 8000);
}

const region = document.querySelector(".toasts");
region?.querySelectorAll("[data-toast]").forEach(equip);
if (region) {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) equip(node);
    }
  }).observe(region, { childList: true });
}
