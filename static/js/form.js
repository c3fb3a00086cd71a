// A form that changes something is sent once: its buttons rest until the answer is there.
// <select data-submit> sends its form as soon as it changes.
const busy = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  // After the browser has taken the form's data, so that the pressed button's own value is sent.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
      busy.add(button);
    }
    setTimeout(release, 15000);
  }, 0);
});

function release() {
  for (const button of busy) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
  busy.clear();
}

window.addEventListener("pageshow", release);
document.addEventListener("htmx:afterRequest", release);

document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-submit]")) event.target.form.requestSubmit();
});
