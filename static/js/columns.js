// <select data-column-of="PART" id="X"> … <td data-column-cells="X"> <span data-column-written="X"> … <template data-columns="PART">
// Shows the first cells of the column that is chosen, and how they are written.
for (const chooser of document.querySelectorAll("select[data-column-of]")) {
  chooser.addEventListener("change", () => {
    const known = document.querySelector(`template[data-columns="${chooser.dataset.columnOf}"]`).content;
    const column = [...known.children].find((one) => one.dataset.column === chooser.value);
    const shown = (name) => document.querySelector(`[data-column-${name}="${chooser.id}"]`);

    shown("cells").replaceChildren(...(column ? column.cloneNode(true).childNodes : []));
    shown("written").textContent = column ? column.dataset.written : "";
  });
}
