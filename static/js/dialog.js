// <a href="/plain/page" data-dialog="id">: opens <dialog id="id"> in place; without JavaScript the link leads to the plain page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    dialog.dataset.since = event.timeStamp;
    dialog.showModal();
    dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea, button)")?.focus();
    return;
  }
  const closing = event.target.closest("[data-dialog-close]");
  if (closing) closing.closest("dialog").close();
  // A click on the dialog itself is one on the ground around its content; the second of a double click closes nothing.
  if (event.target instanceof HTMLDialogElement && event.timeStamp - (event.target.dataset.since || 0) > 300) event.target.close();
});
