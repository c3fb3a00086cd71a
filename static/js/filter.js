// <div data-filter="LIST" hidden><input></div> <ul id="LIST"><li data-filter-item>…</li></ul> <p data-filter-none hidden>…</p>
// Shows the lines of a list that have all the words typed; what is ticked stays in sight.
for (const box of document.querySelectorAll("[data-filter]")) {
  const input = box.querySelector("input");
  const list = document.getElementById(box.dataset.filter);
  const none = list.parentElement.querySelector("[data-filter-none]");
  const items = [...list.querySelectorAll("[data-filter-item]")];
  const words = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));

  box.hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const found = wanted.every((word) => words.get(item).includes(word));
      item.hidden = !found && !item.querySelector("input:checked");
    }
    if (none) none.hidden = items.some((item) => !item.hidden);
  });
  // Enter in the filter must not send the form around it.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
