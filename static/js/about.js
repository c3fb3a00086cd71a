// <input type="radio" data-follow-page> … <span data-follow-number>: a comment about "this page" means the one that the
// viewer shows; without this it is the one that the address names.
document.addEventListener("viewer:page", (event) => {
  const page = String(event.detail.page);
  for (const choice of document.querySelectorAll("[data-follow-page]")) {
    choice.value = page;
    choice.closest("label").querySelector("[data-follow-number]").textContent = page;
  }
});
