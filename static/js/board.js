// <div class="board"> with [data-column] and [data-card]: cards that may be moved (draggable) are dragged, or carried by keys.
// Whatever moves a card sends the form #board-move; what needs words opens the card's own form in #board-dialog.
const board = document.querySelector(".board");
const form = document.getElementById("board-move");
const dialog = document.getElementById("board-dialog");
const said = document.querySelector("[data-board-said]");
const columns = board ? [...board.querySelectorAll("[data-column]")] : [];
const CLOSED = ["delivered", "declined"];
let dragged = null;
let lifted = null; // { card, from, before }: the card that is carried by keys, and where it was

const columnOf = (card) => card.closest("[data-column]");
const nameOf = (column) => column.querySelector("[data-column-name]").textContent;
const linkOf = (card) => card.querySelector(".board-card-title a");
const cardsOf = (column) => [...column.querySelectorAll("[data-card]")];
const say = (words) => { if (said) said.textContent = words; };

function open(card, to = "") {
  const address = new URL(card.querySelector("[data-move]").href);
  if (to) address.searchParams.set("to", to);
  htmx.ajax("GET", address.pathname + address.search, { target: "#board-panel", swap: "innerHTML" }).then(() => {
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector("details[open] textarea, .request-move > form textarea") || dialog.querySelector(".dialog-body button, .dialog-body a");
    first?.focus();
  });
}

function drop(card, from, column) {
  const to = column.dataset.column;
  if (from === column) return false;
  if (to === "delivered" && !CLOSED.includes(from.dataset.column)) {
    say(`Choose the content that answers it.`);
    location.assign(`${linkOf(card).href}#deliver`);
  } else if (CLOSED.includes(to) || CLOSED.includes(from.dataset.column)) {
    open(card, to);
    return false;
  } else {
    const address = new URL(card.querySelector("[data-move]").href);
    form.action = address.pathname;
    form.elements.to.value = to;
    form.elements.revision.value = address.searchParams.get("revision");
    say(`Moving it to ${nameOf(column)}.`);
    form.requestSubmit();
  }
  return true;
}

board?.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card][draggable=true]");
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", linkOf(card).href);
  card.classList.add("is-carried");
});

function over(column) {
  for (const one of columns) one.toggleAttribute("data-over", one === column);
}

board?.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest("[data-column]");
  if (!column) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  over(column);
});

board?.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest("[data-column]");
  if (!column) return;
  event.preventDefault();
  drop(dragged, columnOf(dragged), column);
});

board?.addEventListener("dragend", () => {
  dragged?.classList.remove("is-carried");
  dragged = null;
  over(null);
});

board?.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-move]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(opener.closest("[data-card]"));
});

function lift(card) {
  const column = columnOf(card);
  lifted = { card, from: column, before: card.nextSibling };
  card.classList.add("is-carried");
  say(`Lifted. It is in ${nameOf(column)}. Left and right carry it, Space drops it, Escape puts it back.`);
}

function carry(step) {
  const at = columns.indexOf(columnOf(lifted.card)) + step;
  const column = columns[at];
  if (!column) return;
  const link = linkOf(lifted.card);
  lifted.moving = true; // a focused element that is moved loses the focus, which must not put the card back
  column.querySelector(".board-list").prepend(lifted.card);
  link.focus();
  lifted.moving = false;
  lifted.card.scrollIntoView({ block: "nearest", inline: "nearest" });
  over(column);
  say(`Over ${nameOf(column)}, column ${at + 1} of ${columns.length}.`);
}

function putBack(words) {
  const { card, from, before } = lifted;
  const hadFocus = card.contains(document.activeElement);
  lifted.moving = true;
  from.querySelector(".board-list").insertBefore(card, before);
  lifted = null;
  card.classList.remove("is-carried");
  over(null);
  if (hadFocus) linkOf(card).focus();
  if (words) say(words);
}

function settle() {
  const { card, from } = lifted;
  const column = columnOf(card);
  if (from === column) putBack(`Stays in ${nameOf(from)}.`);
  else if (!drop(card, from, column)) putBack("");
  else lifted = null;
}

function walk(card, key) {
  const column = columnOf(card);
  const cards = cardsOf(column);
  const at = cards.indexOf(card);
  if (key === "ArrowUp" || key === "ArrowDown") return cards[at + (key === "ArrowDown" ? 1 : -1)];
  const step = key === "ArrowRight" ? 1 : -1;
  for (let next = columns.indexOf(column) + step; columns[next]; next += step) {
    const others = cardsOf(columns[next]);
    if (others.length) return others[Math.min(at, others.length - 1)];
  }
  return null;
}

board?.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-card]");
  if (!card || event.target !== linkOf(card) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const mayMove = card.getAttribute("draggable") === "true";
  const isArrow = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key);
  if (lifted) {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") carry(event.key === "ArrowRight" ? 1 : -1);
    else if (event.key === " " || event.key === "Enter") settle();
    else if (event.key === "Escape") putBack(`Put back in ${nameOf(lifted.from)}.`);
    else if (!isArrow) return;
  } else if (event.key === " " && mayMove) lift(card);
  else if (event.key === "m" && mayMove) open(card);
  else if (isArrow) {
    const next = walk(card, event.key);
    if (!next) return;
    linkOf(next).focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  } else return;
  event.preventDefault();
});

board?.addEventListener("focusout", () => {
  if (lifted && !lifted.moving) putBack("Put back.");
});

// After a move the page comes again with the card's name in its address: there one goes on.
const here = board && /^#request-\d+$/.test(location.hash) && board.querySelector(location.hash);
function goOn() {
  linkOf(here).focus({ preventScroll: true });
  here.scrollIntoView({ block: "nearest", inline: "center" });
  say(`It is in ${nameOf(columnOf(here))} now.`);
}
// The browser goes to the place in the address itself once all is loaded, and takes the focus away.
if (here && document.readyState === "complete") setTimeout(goOn);
else if (here) window.addEventListener("load", () => setTimeout(goOn));
