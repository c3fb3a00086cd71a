// <div data-dropzone>: takes dropped files into its file input and lists names and sizes. data-max-mb on the input marks what is too large.
function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function describe(file, most) {
  if (file.size === 0) return "empty";
  if (most && file.size > most * 1024 * 1024) return `${size(file.size)}: too large, ${most} MB at most`;
  return "";
}

function list(input, names) {
  const most = Number(input.dataset.maxMb || 0);
  names.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const note = document.createElement("span");
    const wrong = describe(file, most);
    item.className = wrong ? "dropzone-file dropzone-file-bad" : "dropzone-file";
    name.textContent = file.name;
    note.textContent = wrong || size(file.size);
    item.append(name, note);
    return item;
  }));
}

for (const zone of document.querySelectorAll("[data-dropzone]")) {
  const input = zone.querySelector("input[type=file]");
  const names = zone.querySelector("[data-dropzone-files]");
  zone.querySelector("[data-dropzone-text]").hidden = false;
  const over = (on) => zone.classList.toggle("dropzone-over", on);
  input.addEventListener("change", () => list(input, names));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  zone.addEventListener("dragleave", (event) => over(zone.contains(event.relatedTarget)));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const files = new DataTransfer();
    const dropped = [...event.dataTransfer.files];
    for (const file of input.multiple ? [...input.files, ...dropped] : dropped.slice(0, 1)) files.items.add(file);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
