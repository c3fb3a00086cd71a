// [data-proposals]: proposed uses that are answered one after the other. The focus goes on to the next one at once, while the
// answer is still on its way, so that y y n works as fast as one types; what became of each is said aloud.
const waiting = () => [...document.querySelectorAll("[data-proposals] [data-item]:not([data-pending])")];

function goOn(from) {
  const following = waiting().filter((item) => item !== from);
  const next = following.find((item) => from.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) || following[0];
  next?.querySelector("[data-open]").focus();
  return Boolean(next);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const line = event.detail.elt.closest("[data-proposals] [data-item]");
  if (!line) return;
  // Without a deal the server will ask for one, here.
  if (event.detail.elt.dataset.keyOwn === "y" && !line.querySelector("select").value) return;
  line.setAttribute("data-pending", "");
  goOn(line);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) event.detail.target?.removeAttribute?.("data-pending");
});

document.addEventListener("htmx:afterSwap", (event) => {
  const id = event.detail.target.id;
  const line = id.startsWith("proposal-") ? document.getElementById(id) : null;
  const area = line?.closest("[data-proposals]");
  if (!area) return;
  const said = line.querySelector("[data-said]");
  if (said) area.querySelector("[data-proposals-said]").textContent = `${said.textContent.trim()}. ${waiting().length} left.`;
  const wrong = line.querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
  else if (document.activeElement === document.body) (line.querySelector("[data-open]") || line).focus();
});
