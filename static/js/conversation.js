// The text boxes of a conversation: opening <details data-reply> puts the cursor in its box, and in a [data-send] box
// Ctrl+Enter (or Cmd+Enter) sends what was written.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-reply][open]")) event.target.querySelector("textarea").focus();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  if (!event.target.matches?.("textarea[data-send]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
