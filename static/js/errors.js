// What the server refuses to htmx arrives as a toast; so does a lost connection.
const region = document.querySelector(".toasts");

function say(html, fallback) {
  const parsed = new DOMParser().parseFromString(html, "text/html").querySelector("[data-toast]");
  if (parsed) {
    region.append(document.adoptNode(parsed));
    return;
  }
  const toast = document.createElement("div");
  const words = document.createElement("p");
  const close = document.createElement("button");
  toast.className = "toast toast-error";
  toast.dataset.toast = "";
  words.textContent = fallback;
  close.type = "button";
  close.className = "toast-close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  toast.append(words, close);
  region.append(toast);
}

if (region) {
  document.addEventListener("htmx:responseError", (event) =>
    say(event.detail.xhr.responseText, "That did not work. Please reload the page and try again."));
  document.addEventListener("htmx:sendError", () => say("", "The portal can't be reached. Please check your connection."));
}
