// Counts down to the end of the session. Quiet until little time is left; then it says so and offers to stay, and when the
// time is over it leaves the page, so that nothing is left on the screen of somebody who went away. The server ends the
// session by its own clock, with or without this.
//
// data-leave-for      the page to ask for when the session has ended, which then says so
// GET  data-address   how long the session lasts, without using it
// POST data-address   uses it, and says the same

/** How long before the end a person is told, in seconds: time enough to come back to the screen (WCAG 2.2, 2.2.1). */
const WARNING = 120;

const box = document.getElementById("countdown");
const text = document.getElementById("countdown-text");
const spoken = document.getElementById("countdown-spoken");
const clock = document.getElementById("countdown-clock");
const stay = document.getElementById("countdown-stay");

const main = document.querySelector("main");
let endsAt = Date.now() + Number(box.dataset.seconds) * 1000;
let canStay = box.dataset.canStay === "true";
let timer;

const left = () => Math.ceil((endsAt - Date.now()) / 1000);

async function ask(method) {
  try {
    const answer = await fetch(box.dataset.address, { method, cache: "no-store", redirect: "manual" });
    if (answer.status === 401) return leave();
    if (answer.status !== 200) throw new Error(String(answer.status));
    const { seconds, can_stay } = await answer.json();
    endsAt = Date.now() + seconds * 1000;
    canStay = can_stay;
    main.hidden = false;
  } catch {
    // Nobody can be asked right now, so what the page knows goes on to count. Nor can it be left: then it shows nothing until
    // the server has said how things stand.
    if (left() <= 0) main.hidden = true;
  }
  show();
}

function leave() {
  box.hidden = true;
  // Not the page's own address: the answer to a form may stand where only forms are sent.
  location.replace(box.dataset.leaveFor);
}

function show() {
  clearTimeout(timer);
  const seconds = left();
  if (seconds > WARNING) {
    box.hidden = true;
    text.textContent = spoken.textContent = "";
    // Other pages of the same session may have been used meanwhile, so ask before saying anything.
    timer = setTimeout(() => ask("GET"), (seconds - WARNING) * 1000);
    return;
  }
  if (seconds <= 0) {
    timer = setTimeout(() => ask("GET"), 2000);
    return;
  }
  const said = canStay ? box.dataset.idle : box.dataset.absolute;
  box.hidden = false;
  // Two places: what is seen, and what is said, which must be on the page before it changes.
  if (text.textContent !== said) text.textContent = spoken.textContent = said;
  stay.hidden = !canStay;
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  // Every now and then another page of the session may have made it longer.
  timer = setTimeout(() => (seconds % 15 === 0 ? ask("GET") : show()), 1000);
}

stay.addEventListener("click", async () => {
  await ask("POST");
  // The button that had the focus is gone.
  if (box.hidden) main.focus();
});
// A phone that slept has not counted.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && left() <= WARNING) ask("GET");
});
// A page that comes back out of the browser's memory may be long over.
addEventListener("pageshow", (event) => event.persisted && ask("GET"));

show();
