// The chooser of the deal at hand: opening its menu puts the cursor into it, and Enter takes the first deal of the
// list that belongs to what is typed; while an older list still stands there, Enter waits for the new one.
const input = document.getElementById("choose");
const list = document.getElementById("choose-list");

if (input && list) {
  let listed = null;
  let wanted = null;
  const take = () => {
    wanted = null;
    const first = list.querySelector("button[name=deal_id]");
    if (first) input.form.requestSubmit(first);
  };

  input.closest("details").addEventListener("toggle", (event) => {
    if (event.target.open) input.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!input.value.trim()) return;
    if (listed === input.value) take();
    else wanted = input.value;
  });
  input.addEventListener("input", () => {
    wanted = null;
    list.toggleAttribute("data-stale", listed !== input.value);
  });
  list.addEventListener("htmx:afterSwap", (event) => {
    listed = new URL(event.detail.xhr.responseURL).searchParams.get("choose") ?? "";
    list.toggleAttribute("data-stale", listed !== input.value);
    if (wanted !== null && wanted === listed) take();
  });
}
