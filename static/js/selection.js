// [data-tick]: boxes of a list; [data-tick-all] ticks those of the page, [data-tick-count] says how many are ticked.
const boxes = () => [...document.querySelectorAll("input[data-tick]")];

function tell() {
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  for (const words of document.querySelectorAll("[data-tick-count]")) words.textContent = `${ticked} selected`;
  for (const label of document.querySelectorAll("[data-tick-all]")) {
    label.hidden = !all.length;
    const box = label.querySelector("input");
    box.checked = all.length > 0 && ticked === all.length;
    box.indeterminate = ticked > 0 && ticked < all.length;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  else if (!event.target.matches("[data-tick]")) return;
  tell();
});
document.addEventListener("htmx:afterSettle", tell);
window.addEventListener("pageshow", tell);
tell();
