// <form data-confirm="Question? What will happen.">: asks in a dialog before it sends; its button's own words say yes.
const agreed = new WeakSet();

function element(name, className, words) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}

function ask(question, yesWords) {
  const mark = question.indexOf("?") + 1;
  const dialog = element("dialog", "dialog dialog-confirm");
  const head = element("div", "dialog-head");
  const title = element("h2", "", mark ? question.slice(0, mark) : "Are you sure?");
  const body = element("form", "dialog-body");
  const what = element("p", "", question.slice(mark).trim());
  const actions = element("div", "form-actions");
  const yes = element("button", "button button-danger", yesWords);
  const no = element("button", "button button-quiet", "Cancel");
  title.id = "confirm-title";
  what.id = "confirm-what";
  body.method = "dialog";
  yes.value = "yes";
  dialog.setAttribute("aria-labelledby", title.id);
  if (what.textContent) dialog.setAttribute("aria-describedby", what.id);
  head.append(title);
  actions.append(yes, no);
  body.append(...(what.textContent ? [what] : []), actions);
  dialog.append(head, body);
  document.body.append(dialog);
  dialog.dataset.since = performance.now();
  // The second of a double click must not say yes to a question that nobody has read.
  yes.addEventListener("click", (event) => {
    if (event.timeStamp - dialog.dataset.since < 300) event.preventDefault();
  });
  dialog.showModal();
  yes.focus();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  const question = button?.dataset.confirm || form.dataset.confirm;
  if (!question || agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(question, button?.textContent.trim() || "Go on"))) {
    button?.focus();
    return;
  }
  agreed.add(form);
  form.requestSubmit(button);
}, true);
