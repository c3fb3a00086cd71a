// <button data-copy="text" hidden><span data-copy-label>Copy</span></button>: puts the text on the clipboard and says so.
async function copy(text, field) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  // Without https the clipboard is closed to scripts, but a selected field can still be copied.
  field?.select();
  return document.execCommand("copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  const field = button.parentElement.querySelector("input");
  const done = await copy(button.dataset.copy, field).catch(() => false);
  if (!done) field?.select();
  label.textContent = done ? "Copied" : "Press Ctrl+C";
  setTimeout(() => (label.textContent = before), 2500);
});

const show = (root) => root.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
show(document);
document.querySelector("[data-copy-focus]")?.focus();
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
